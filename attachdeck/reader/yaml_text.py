"""YAML text to values and marks, in one pass over the parser's events.

Scalars follow YAML 1.2's core schema, so `no` is a word and `1969-01-02` is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location
from attachdeck.reader.advice import syntax_error
from attachdeck.reader.document import Document, Mark, Node, location_of

MAX_DEPTH = 32
MAX_ALIASED_VALUES = 10_000
"""How many values aliases may repeat in one file: enough for any course, too few for a bomb."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NOT_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?|[0-9]+[eE][-+]?[0-9]{1,3})")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def read_text(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    """Read YAML text, with LF or CRLF line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    odd = NOT_TEXT.search(text)
    if odd:
        at = location_of(shown, text, odd.start())
        message = f"the invisible character U+{ord(odd.group()):04X} cannot stand in a course"
        return Document(shown, text, None), [
            Diagnostic(rule="invisible-character", message=message, at=at, help="delete it; it often comes along with copied text")
        ]
    build = _Builder(shown)
    try:
        value, mark = build.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        return Document(shown, text, None), [*build.diagnostics, syntax_error(error, text, shown)]
    except _Refused as refused:
        return Document(shown, text, None), [*build.diagnostics, refused.diagnostic]
    return Document(shown, text, Node(value, mark, shown)), build.diagnostics


class _Refused(Exception):  # noqa: N818  # It is no error of ours.
    """Reading cannot go on past this diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class _Builder:
    """Builds values and marks from the parser's events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []
        self.anchors: dict[str, tuple[Any, Mark]] = {}
        self.aliased = 0

    def document(self, events: Iterator[yaml.Event]) -> tuple[Any, Mark]:
        value: Any = None
        mark = Mark((1, 1, 1, 1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refused("several-documents", "a second document begins here", event, "delete the line `---`; one file holds one document")
                value, mark = self.node(next(events), events, 1)
        return value, mark

    def node(self, event: Any, events: Iterator[yaml.Event], depth: int) -> tuple[Any, Mark]:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            help = "delete the word that begins with `!`; put the text in quotes if it belongs there"
            raise self.refused("yaml-tag", f"the tag `{event.tag}` is not allowed", event, help)
        if depth > MAX_DEPTH:
            raise self.refused("nesting", f"this is nested more than {MAX_DEPTH} levels deep", event, "check the indentation and the brackets")
        made: tuple[Any, Mark]
        if isinstance(event, yaml.ScalarEvent):
            made = self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            made = self.mapping(event, events, depth)
        else:
            made = self.sequence(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = made
        return made

    def scalar(self, event: yaml.ScalarEvent) -> tuple[Any, Mark]:
        # Only double quotes can name a character that the file itself does not hold.
        odd = NOT_TEXT.search(event.value) if event.style == '"' else None
        if odd:
            message = f"this text names the invisible character U+{ord(odd.group()):04X}"
            raise self.refused("invisible-character", message, event, "delete the escape, or write the text after `|` on lines of its own")
        return _scalar(event), Mark(_span(event))

    def mapping(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> tuple[dict[str, Any], Mark]:
        values: dict[str, Any] = {}
        parts: dict[str, Mark] = {}
        mark = Mark(_span(start), parts=parts)
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refused("yaml-key", "a key must be a word", event, "text that begins with `{`, `[` or `*` needs quotes around it")
            key = event.value
            value, part = self.node(next(events), events, depth + 1)
            mark.size += part.size
            if key in values:
                first = mark.keys[key][0]
                self.diagnostics.append(
                    self.diagnostic("duplicate-key", f"`{key}` is written twice", event, f"it stands in line {first} already; keep one of the two")
                )
                continue
            values[key], parts[key], mark.keys[key] = value, part, _span(event)
        mark.span = mark.span[:2] + _span(event)[2:]
        return values, mark

    def sequence(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> tuple[list[Any], Mark]:
        values: list[Any] = []
        parts: list[Mark] = []
        mark = Mark(_span(start), parts=parts)
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value, part = self.node(event, events, depth + 1)
            values.append(value)
            parts.append(part)
            mark.size += part.size
        mark.span = mark.span[:2] + _span(event)[2:]
        return values, mark

    def alias(self, event: yaml.AliasEvent) -> tuple[Any, Mark]:
        if event.anchor not in self.anchors:
            raise self.refused(
                "yaml-alias",
                f"`*{event.anchor}` refers to nothing before it",
                event,
                "text that begins with `*` needs quotes around it, or write it after `|` on lines of its own",
            )
        value, mark = self.anchors[event.anchor]
        self.aliased += mark.size
        if self.aliased > MAX_ALIASED_VALUES:
            raise self.refused("yaml-alias", f"aliases repeat more than {MAX_ALIASED_VALUES:,} values", event, "write the text out instead")
        return value, Mark(_span(event), mark.keys, mark.parts, mark.size)

    def diagnostic(self, rule: str, message: str, event: yaml.Event, help: str) -> Diagnostic:
        return Diagnostic(rule=rule, message=message, at=Location(self.file, *_span(event)), help=help)

    def refused(self, rule: str, message: str, event: yaml.Event, help: str) -> _Refused:
        return _Refused(self.diagnostic(rule, message, event, help))


def _scalar(event: yaml.ScalarEvent) -> Any:
    """The value of a scalar by YAML 1.2's core schema; numbers that no course needs (infinite, of huge length) stay text."""
    text: str = event.value
    if not event.implicit[0] or event.style:  # Plain is None in Python, "" in C.
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-+.0123456789":
        if _INT.fullmatch(text):
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _span(event: Any) -> tuple[int, int, int, int]:
    start, end = event.start_mark, event.end_mark
    return start.line + 1, start.column + 1, end.line + 1, end.column + 1
