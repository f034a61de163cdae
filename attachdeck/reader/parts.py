"""The parts of a YAML text: where each key and value lies in it, and how it is written.

Values and their meaning come from `read_text`; this is for whoever replaces spans of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from attachdeck.reader.builder import events_of

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s+(?:#.*\n\s*)*|(?=[,\]}]|$)))+")
"""Anchors and tags before a value."""
_PUNCTUATION = re.compile(r"#.*|[-:?,]")


@dataclass(slots=True)
class Part:
    """A value in a text, from `start` to `end`.

    `style` says how it is written: plain (empty), quoted (`"`, `'`), on lines of its own (`|`,
    `>`), an alias (`*`), a mapping or list in brackets (`{`, `[`), on lines (`:`, `-`), or a pair
    in brackets that has none of its own (`?`). `front` is where its anchor or tag begins, else
    `start`; `column` is that of `start`, from 0.
    """

    front: int
    start: int
    end: int
    style: str
    column: int
    keys: list[Part] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Return whether this is a mapping or list whose entries have lines of their own."""
        return self.style in (":", "-")

    @property
    def is_flow(self) -> bool:
        """Return whether this is a mapping or list in brackets."""
        return self.style in ("{", "[", "?")

    @property
    def is_absent(self) -> bool:
        """Return whether no value is written here."""
        return self.start == self.end and not self.style


def parts_of(text: str) -> Part | None:
    """Return the parts of a text that could be read, or None where it says nothing.

    Line ends must be plain.
    """
    parser: Iterator[Any] = events_of(text)
    event: Any
    for event in parser:
        if isinstance(event, yaml.DocumentStartEvent):
            return _part(next(parser), parser, text)
    return None


def punctuation(text: str, start: int, end: int) -> int:
    """Return where the first dash, colon or comma between two values is, outside comments."""
    return next(
        match.start()
        for match in _PUNCTUATION.finditer(text, start, end)
        if match.group()[0] != "#"
    )


def _part(event: Any, parser: Iterator[Any], text: str) -> Part:
    front, end, column = event.start_mark.index, event.end_mark.index, event.start_mark.column
    if isinstance(event, yaml.AliasEvent):
        return Part(front, front, end, "*", column)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, text)
    start = front
    if event.anchor is not None or event.tag is not None:
        start = _after_properties(text, front)
        column = start - text.rfind("\n", 0, start) - 1
    opening = text[start : start + 1]
    is_mapping = isinstance(event, yaml.MappingStartEvent)
    if event.flow_style:
        style = opening if opening in ("{", "[") and (opening == "{") is is_mapping else "?"
    else:
        style = ":" if is_mapping else "-"
    part = Part(front, start, start, style, column)
    closing = yaml.MappingEndEvent if is_mapping else yaml.SequenceEndEvent
    while (inner := next(parser)).__class__ is not closing:
        if is_mapping:
            part.keys.append(_part(inner, parser, text))
        part.parts.append(_part(next(parser) if is_mapping else inner, parser, text))
    part.end = _end(inner) if event.flow_style else part.parts[-1].end
    return part


def _end(event: Any) -> int:
    end: int = event.end_mark.index
    return end


def _scalar(event: Any, text: str) -> Part:
    front, end = event.start_mark.index, event.end_mark.index
    start, column = front, event.start_mark.column
    if event.anchor is not None or event.tag is not None:
        start = min(_after_properties(text, front), end)
        column = start - text.rfind("\n", 0, start) - 1
    style = event.style or ""
    if style in ("|", ">"):
        end = _end_of_lines(text, start, end)
    return Part(front, start, end, style, column)


def _after_properties(text: str, front: int) -> int:
    match = _PROPERTIES.match(text, front)
    return match.end() if match else front


def _end_of_lines(text: str, start: int, end: int) -> int:
    """Return where the last line ends that belongs to a text on lines of its own.

    The blank lines below it do not, unless its header has a `+`.
    """
    header = text[start : end if (stop := text.find("\n", start, end)) < 0 else stop]
    if "+" in header.partition("#")[0]:
        return end - text.endswith("\n", start, end)
    lines = text[start:end].removesuffix("\n").split("\n")
    indent = min((_indent(line) for line in lines[1:] if line.strip()), default=len(text))
    while len(lines) > 1 and not lines[-1].strip(" ") and len(lines[-1]) <= indent:
        lines.pop()
    return start + len("\n".join(lines))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
