"""Values with their places, built from the events of the YAML parser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.characters import MAX_ODD, NOT_TEXT
from attachdeck.reader.document import Mark
from attachdeck.reader.scalars import BEGUN_AS_ESCAPE, scalar_value

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, which is ten times as fast, where PyYAML was built with it."""
MAX_DEPTH = 32
"""Maximum number of lists and groups around a value."""
MAX_ALIASED_VALUES = 10_000
"""Maximum number of values that aliases may repeat in one file: too few for a bomb."""


def events_of(text: str) -> Iterator[yaml.Event]:
    """Yield the parser's events for a text. Raises yaml.MarkedYAMLError."""
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=LOADER)
    return events


class Refused(Exception):
    """Reading stops with this diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class Builder:
    """Builds values and marks from the parser's events, and collects diagnostics."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        self.anchors: dict[str, tuple[Any, Mark]] = {}
        self.unused: dict[str, yaml.Event] = {}
        self.aliased = 0
        self.looked_for = 0

    def document(self, events: Iterator[yaml.Event]) -> tuple[Any, Mark]:
        value: Any = None
        mark = Mark((1, 1, 1, 1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refused(
                        "several-documents",
                        "a second document begins here",
                        event,
                        "delete the line `---`: a file has only one document",
                    )
                value, mark = self.node(next(events), events, 1)
        for name, event in self.unused.items():
            message = f"`&{name}` is a YAML anchor that nothing uses, and learners do not see it"
            help = f"a text that begins with `&` needs quotes around it{self.as_text(event)}"
            self.diagnostics.append(self.diagnostic("yaml-alias", message, event, help))
        return value, mark

    def node(self, event: Any, events: Iterator[yaml.Event], depth: int) -> tuple[Any, Mark]:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag not in (None, "tag:yaml.org,2002:str"):
            raise self.refused(
                "yaml-tag",
                "a text cannot begin with `!`",
                event,
                f"a text that begins with `!` needs quotes around it{self.as_text(event)}",
            )
        if depth > MAX_DEPTH:
            raise self.refused(
                "nesting",
                f"this is nested more than {MAX_DEPTH} levels deep",
                event,
                "check the indentation and the brackets",
            )
        read: tuple[Any, Mark]
        if isinstance(event, yaml.ScalarEvent):
            read = self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            read = self.mapping(event, events, depth)
        else:
            read = self.sequence(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = read
            if isinstance(event, yaml.ScalarEvent):
                self.unused[event.anchor] = event
        return read

    def scalar(self, event: yaml.ScalarEvent) -> tuple[Any, Mark]:
        # Only in double quotes can an escape mean a character that is not in the file.
        odd = NOT_TEXT.search(event.value) if event.style == '"' else None
        if odd:
            message = (
                "a backslash is special in double quotes; here it makes the invisible character "
                f"U+{ord(odd.group()):04X}"
            )
            raise self.refused(
                "invisible-character",
                message,
                event,
                f"a text with a backslash needs single quotes{self.as_text(event)}",
            )
        if event.style == '"' and BEGUN_AS_ESCAPE.search(event.value):
            self.look_for_misread(event)
        return scalar_value(event), Mark(_span(event))

    def look_for_misread(self, event: yaml.ScalarEvent) -> None:
        """Report the first word in a text whose backslash is read as a tab or a line end."""
        from attachdeck.reader.page import MISREAD

        start, end = event.start_mark, event.end_mark
        written = self.text[start.index : end.index] if start and end else ""
        word = next((match[1] for match in MISREAD.finditer(written) if match[1]), "")
        if word:
            message = (
                f"a backslash is special in double quotes: `{word.rpartition(':')[2][:2]}` in "
                f"`{word}` becomes {'a tab' if 't' in word[:5] else 'a line break'}"
            )
            help = f"a text with a backslash needs single quotes{self.as_text(event)}"
            self.diagnostics.append(self.diagnostic("yaml-syntax", message, event, help))

    def mapping(
        self, start: yaml.Event, events: Iterator[yaml.Event], depth: int
    ) -> tuple[dict[str, Any], Mark]:
        values: dict[str, Any] = {}
        parts: dict[str, Mark] = {}
        mark = Mark(_span(start), parts=parts)
        begun_again = False
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.key(event)
            value, part = self.node(next(events), events, depth + 1)
            mark.size += part.size
            if key in values:
                if not begun_again:
                    begun_again = key == next(iter(values)) or self.after_blank(event)
                    # Without a value its place is the end of the key: there is no colon.
                    is_bare = values[key] is None and parts[key].span[1] == mark.keys[key][3]
                    line = 0 if is_bare else mark.keys[key][0]
                    self.report_duplicate(key, event, line, begun_again)
                continue
            values[key], parts[key], mark.keys[key] = value, part, _span(event)
        mark.span = mark.span[:2] + _span(event)[2:]
        return values, mark

    def key(self, event: yaml.Event) -> str:
        """Return the key that begins here. Raises Refused for a list or a group."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refused(
                "yaml-key",
                "a key must be a word",
                event,
                "a text that begins with `{`, `[` or `*` needs quotes around it"
                f"{self.as_text(event)}",
            )
        if event.value == "<<" and not event.style:
            help = "write the keys out here instead"
            self.diagnostics.append(
                self.diagnostic("yaml-key", "`<<` does not copy keys in a course", event, help)
            )
        key: str = event.value
        return key

    def report_duplicate(self, key: str, event: yaml.Event, line: int, begun_again: bool) -> None:
        """Report a key that is already on a line; the line is 0 for a text between braces.

        `begun_again` is true where another entry may begin here.
        """
        entry = f"; if a new entry begins here, write `- {key}: …`" if begun_again else ""
        help = (
            f"line {line} already has it: delete one of the two{entry}"
            if line
            else "a text with a comma needs quotes around it inside `{ }`"
        )
        self.diagnostics.append(
            self.diagnostic("duplicate-key", f"`{key}` is written twice", event, help)
        )

    def after_blank(self, event: yaml.Event) -> bool:
        """Return whether the line above a key is blank: another entry may begin there."""
        above = self.text[: event.start_mark.index].split("\n")[-2:] if event.start_mark else []
        return len(above) == 2 and not above[0].strip()

    def sequence(
        self, start: yaml.Event, events: Iterator[yaml.Event], depth: int
    ) -> tuple[list[Any], Mark]:
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
                f"`*{event.anchor}` refers to a name that is not defined above",
                event,
                f"a text that begins with `*` needs quotes around it{self.as_text(event)}",
            )
        self.unused.pop(event.anchor, None)
        value, mark = self.anchors[event.anchor]
        self.aliased += mark.size
        if self.aliased > MAX_ALIASED_VALUES:
            raise self.refused(
                "yaml-alias",
                f"aliases such as `*name` repeat more than {MAX_ALIASED_VALUES:,} values",
                event,
                "write the text out instead",
            )
        return value, Mark(_span(event), mark.keys, mark.parts, mark.size)

    def as_text(self, event: yaml.Event) -> str:
        """Return the end of a hint: how to write a line as a text; empty after the first few."""
        from attachdeck.reader.advice import as_text

        self.looked_for += 1
        return (
            as_text(event.start_mark.line + 1, self.text, events_of)
            if event.start_mark and self.looked_for <= MAX_ODD
            else ""
        )

    def diagnostic(self, rule: str, message: str, event: yaml.Event, help: str) -> Diagnostic:
        return Diagnostic(
            rule=rule, message=message, at=Location(self.file, *_span(event)), help=help
        )

    def refused(self, rule: str, message: str, event: yaml.Event, help: str) -> Refused:
        return Refused(self.diagnostic(rule, message, event, help))


def _span(event: Any) -> tuple[int, int, int, int]:
    start, end = event.start_mark, event.end_mark
    return start.line + 1, start.column + 1, end.line + 1, end.column + 1
