"""YAML text to values and marks, in one pass over the parser's events.

Scalars follow YAML 1.2's core schema, so `no` is a word and `1969-01-02` is text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from sys import intern
from typing import Any

import yaml

from attachdeck.domain.diagnostics import Diagnostic, Edit
from attachdeck.domain.location import Location
from attachdeck.reader.document import Document, Mark, Node, location_of

MAX_DEPTH = 32
MAX_ODD = 20
"""Of how many invisible characters in one file an author is told at once."""
MAX_ALIASED_VALUES = 10_000
"""How many values aliases may repeat in one file: enough for any course, too few for a bomb."""

_SCALAR, _MAPPING, _ALIAS = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.AliasEvent
_END_OF_MAPPING, _END_OF_SEQUENCE = yaml.MappingEndEvent, yaml.SequenceEndEvent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_LINE_ENDS = "\v\f\u2028\u2029"
"""How word processors end a line within a paragraph."""
_PLAIN = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
"""The characters of ASCII that `NOT_TEXT` leaves.

To delete them from a text and see whether something is left is several times as fast.
"""
_DOCUMENTS = ("{\\rtf", "<html", "<!DOCTYPE", "<!doctype", "<?xml")
"""How files begin that are no YAML, though some can be read as such."""
_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(
    r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?|[0-9]+[eE][-+]?[0-9]{1,3})"
)
_BEGUN_AS_ESCAPE = re.compile(
    r"\t(?:ext|heta|imes|riangle|ilde|herefore|frac|binom|emp|mp|ools)"
    r"|\n(?:abla|eq|leq|geq|otin|earrow|warrow|subseteq|ew|etwork|otes)"
)
"""What `MISREAD` has become in the text that it leads to."""
_HASH_IN_TEXT = re.compile(r"[^\s:-][ \t]+(#)[^\s#]")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_NOT_ONLY_TEXT = frozenset(("", *"~nNtTfF-+.0123456789"))
"""How a plain scalar begins (or that it is empty) which may be something else than text."""
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def read_text(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    """Read YAML text, with LF or CRLF line ends."""
    text = with_plain_ends(text)
    plain = text.isascii() and not text.encode().translate(None, _PLAIN)
    odd = (
        []
        if plain
        else [_odd(found, text, shown) for found in islice(NOT_TEXT.finditer(text), MAX_ODD)]
    )
    if odd:
        return Document(shown, text, None), odd
    if text.startswith(_DOCUMENTS):
        message = "this is no plain text, but a document of a word processor or a browser"
        at = Location(shown, 1, 1, 1, 2)
        return Document(shown, text, None), [
            Diagnostic(
                rule="yaml-syntax",
                message=message,
                at=at,
                help="save it as plain text, with the encoding UTF-8",
            )
        ]
    try:
        value = _value(text)
    except (_Unusual, yaml.MarkedYAMLError):
        return _read_with_places(text, shown)
    return Document(
        shown, text, Node(value, lambda: _Builder(shown, text).document(_events(text))[1], shown)
    ), []


def cut_off(text: str, shown: str) -> Iterator[Location]:
    """Yield where a text without quotes ends at a `#` that looks like a part of it.

    There is no space behind the `#`, but what follows is a comment all the same.
    """
    places = (
        [match.start(1) for match in _HASH_IN_TEXT.finditer(text)]
        if "#" in text and (" #" in text or "\t#" in text)
        else []
    )
    if not places:
        return
    try:
        scalars: list[Any] = [event for event in _events(text) if isinstance(event, _SCALAR)]
    except yaml.YAMLError:
        return  # What is wrong with this text has been reported.
    ends = [event.end_mark.index for event in scalars]
    for place in places:
        before = bisect_right(ends, place) - 1
        within = before + 1 < len(scalars) and scalars[before + 1].start_mark.index < place
        if (
            before >= 0
            and not within
            and not scalars[before].style
            and not text[ends[before] : place].strip(" \t")
        ):
            end = scalars[before].end_mark
            line, column = end.line + 1, end.column + place - end.index + 1
            yield Location(shown, line, column, line, column + 1)


def with_plain_ends(text: str) -> str:
    """Return a text with LF at the end of each line."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _read_with_places(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    build = _Builder(shown, text)
    try:
        value, mark = build.document(_events(text))
    except yaml.MarkedYAMLError as error:
        from attachdeck.reader.advice import syntax_error

        return Document(shown, text, None), [
            *build.diagnostics,
            syntax_error(error, text, shown, _events),
        ]
    except _Refused as refused:
        return Document(shown, text, None), [*build.diagnostics, refused.diagnostic]
    return Document(shown, text, Node(value, mark, shown)), build.diagnostics


def _events(text: str) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
    return events


class _Unusual(Exception):
    """Something that only `_Builder` can read, or refuse with its place."""


def _value(text: str) -> Any:
    """Return what a text says, without places, which nearly doubles the speed.

    Raises _Unusual for what an ordinary file does not have.
    """
    if "<<" in text:  # It may be a key, which brings nothing along.
        raise _Unusual
    loader = _LOADER(text)
    following = loader.get_event
    try:
        following()  # The stream begins.
        if following().__class__ is not yaml.DocumentStartEvent:
            raise _Unusual
        value = _plain_node(following(), following, 1)
        following()  # The document ends.
        if following().__class__ is not yaml.StreamEndEvent:
            raise _Unusual
    finally:
        loader.dispose()
    return value


def _plain_node(event: Any, following: Callable[[], Any], depth: int) -> Any:
    kind = event.__class__
    if kind is _ALIAS or event.anchor is not None or event.tag is not None or depth > MAX_DEPTH:
        raise _Unusual
    if kind is _SCALAR:
        return _plain_scalar(event)
    if kind is _MAPPING:
        values: dict[str, Any] = {}
        while (key := following()).__class__ is _SCALAR:
            name = intern(key.value)  # The same few keys come again and again.
            if name in values:
                raise _Unusual
            part = following()
            # Most parts are texts: the shortest way for them.
            if part.__class__ is not _SCALAR or part.anchor is not None or part.tag is not None:
                values[name] = _plain_node(part, following, depth + 1)
            elif part.style or part.value[:1] in _NOT_ONLY_TEXT:
                values[name] = _plain_scalar(part)
            else:
                values[name] = part.value
        if key.__class__ is not _END_OF_MAPPING:
            raise _Unusual
        return values
    entries: list[Any] = []
    while (entry := following()).__class__ is not _END_OF_SEQUENCE:
        entries.append(_plain_node(entry, following, depth + 1))
    return entries


def _plain_scalar(event: Any) -> Any:
    if event.style:
        if event.style == '"' and (
            NOT_TEXT.search(event.value) or _BEGUN_AS_ESCAPE.search(event.value)
        ):
            raise _Unusual
        return event.value
    text: str = event.value
    return _scalar(event) if text[:1] in _NOT_ONLY_TEXT else text


def _odd(match: re.Match[str], text: str, shown: str) -> Diagnostic:
    at = location_of(shown, text, match.start())
    message = f"the invisible character U+{ord(match.group()):04X} cannot stand in a course"
    instead = _instead(match.group(), text[max(match.start() - 1, 0) : match.end() + 1])
    do = (
        f"write `{instead}` in its place"
        if instead.strip()
        else "write a space in its place"
        if instead
        else "delete it"
    )
    return Diagnostic(
        rule="invisible-character",
        message=message,
        at=at,
        help=f"{do}; it often comes along with copied text",
        mend=Edit(at, instead),
    )


def _instead(odd: str, with_neighbours: str) -> str:
    """Return what was meant by an invisible character.

    In old Windows' letters that is a quotation mark, a dash and their like, or a space between two
    words.
    """
    if odd in _LINE_ENDS:
        return " " if re.fullmatch(r"\S.\S", with_neighbours, re.DOTALL) else ""
    character = odd.encode("latin-1", "ignore").decode("cp1252", "ignore")
    return character if character.isprintable() else ""


class _Refused(Exception):
    """Reading cannot go on past this diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class _Builder:
    """Builds values and marks from the parser's events."""

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
                        "delete the line `---`; one file holds one document",
                    )
                value, mark = self.node(next(events), events, 1)
        for name, event in self.unused.items():
            message = f"`&{name}` is no part of the text, but a name for it that nothing uses"
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
        # Only double quotes can name a character that the file itself does not hold.
        odd = NOT_TEXT.search(event.value) if event.style == '"' else None
        if odd:
            message = (
                "a backslash is special in double quotes, and stands here for the invisible "
                f"character U+{ord(odd.group()):04X}"
            )
            raise self.refused(
                "invisible-character",
                message,
                event,
                f"a text with a backslash needs single quotes{self.as_text(event)}",
            )
        if event.style == '"' and _BEGUN_AS_ESCAPE.search(event.value):
            self.look_for_misread(event)
        return _scalar(event), Mark(_span(event))

    def look_for_misread(self, event: yaml.ScalarEvent) -> None:
        """Report the words in a text that begin with the sign of a tab or of a line end."""
        from attachdeck.reader.page import MISREAD

        start, end = event.start_mark, event.end_mark
        for found in MISREAD.finditer(self.text[start.index : end.index]) if start and end else ():
            if word := found[1]:
                message = (
                    f"a backslash is special in double quotes: `{word.rpartition(':')[2][:2]}` in "
                    f"`{word}` is {'a tab' if 't' in word[:5] else 'a line end'}"
                )
                self.diagnostics.append(
                    self.diagnostic(
                        "yaml-syntax",
                        message,
                        event,
                        f"a text with a backslash needs single quotes{self.as_text(event)}",
                    )
                )
                return

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
        """Return the key that begins here; refuse what is none."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refused(
                "yaml-key",
                "a key must be a word",
                event,
                "text that begins with `{`, `[` or `*` needs quotes around it"
                f"{self.as_text(event)}",
            )
        if event.value == "<<" and not event.style:
            help = "write out the keys that it would bring along"
            self.diagnostics.append(
                self.diagnostic("yaml-key", "`<<` brings no keys along here", event, help)
            )
        key: str = event.value
        return key

    def report_duplicate(self, key: str, event: yaml.Event, line: int, begun_again: bool) -> None:
        """Report a key that stands in a line already; line 0 is for a text between braces.

        `begun_again` says that another entry may begin here.
        """
        entry = ""
        if begun_again:
            entry = f", or, where another entry begins here, write `- {key}: …`"
        help = (
            f"it stands in line {line} already; keep one of the two{entry}"
            if line
            else "a text that holds a comma needs quotes around it inside `{ }`"
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
                f"`*{event.anchor}` refers to nothing before it",
                event,
                f"a text that begins with `*` needs quotes around it{self.as_text(event)}",
            )
        self.unused.pop(event.anchor, None)
        value, mark = self.anchors[event.anchor]
        self.aliased += mark.size
        if self.aliased > MAX_ALIASED_VALUES:
            raise self.refused(
                "yaml-alias",
                f"aliases repeat more than {MAX_ALIASED_VALUES:,} values",
                event,
                "write the text out instead",
            )
        return value, Mark(_span(event), mark.keys, mark.parts, mark.size)

    def as_text(self, event: yaml.Event) -> str:
        """Return how to write a line that means something else to YAML as a text.

        It is for the end of a hint; only the first are looked for.
        """
        from attachdeck.reader.advice import as_text

        self.looked_for += 1
        return (
            as_text(event.start_mark.line + 1, self.text, _events)
            if event.start_mark and self.looked_for <= MAX_ODD
            else ""
        )

    def diagnostic(self, rule: str, message: str, event: yaml.Event, help: str) -> Diagnostic:
        return Diagnostic(
            rule=rule, message=message, at=Location(self.file, *_span(event)), help=help
        )

    def refused(self, rule: str, message: str, event: yaml.Event, help: str) -> _Refused:
        return _Refused(self.diagnostic(rule, message, event, help))


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Return the value of a scalar by YAML 1.2's core schema.

    Numbers that no course needs (infinite, of huge length) stay text.
    """
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
