"""Edits of a text: spans of it that are replaced, while everything else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from attachdeck.reader import Part

_BESIDE = re.compile(r"[ \t]+#.*|[ \t]*$", re.MULTILINE)


class Replacement(NamedTuple):
    """A span of a text, and what takes its place."""

    start: int
    end: int
    text: str


def replaced(text: str, replacements: Iterable[Replacement]) -> str:
    """Return a text with spans replaced; of two that overlap, only the later one is."""
    pieces: list[str] = []
    last = len(text)
    for start, end, new in sorted(replacements, reverse=True):
        if end <= last:
            pieces += (text[end:last], new)
            last = start
    return "".join([text[:last], *reversed(pieces)])


def end_of_line(text: str, part: Part) -> int:
    """Return where a part ends, with the comment or the spaces after it on its line."""
    beside = _BESIDE.match(text, part.end)
    return beside.end() if beside else part.end


def line_start(text: str, place: int) -> int:
    """Return where the line of a place begins."""
    return text.rfind("\n", 0, place) + 1


def with_own_comments(text: str, place: int, least: int) -> int:
    """Return where the lines of a key or an entry begin, with the comments right above it.

    They have its column and come after `least`.
    """
    start = line_start(text, place)
    column = place - start
    while start > least:
        above = line_start(text, start - 1)
        line = text[above : start - 1]
        if above < least or not line[column:].startswith("#") or line[:column].strip():
            break
        start = above
    return start


def has_own_comments(text: str, part: Part) -> bool:
    """Return whether comments are between the keys of a mapping, above its first or below its
    last."""
    if not part.is_block:
        ends = [part.start, *(value.end for value in part.parts)]
        begins = [*(key.front for key in part.keys), part.end]
        return any("#" in text[end:begin] for end, begin in zip(ends, begins, strict=True))
    ends = [end_of_line(text, value) for value in part.parts]
    begins = [key.front for key in part.keys[1:]]
    if any("#" in text[end:begin] for end, begin in zip(ends, begins, strict=False)):
        return True
    return _is_below_comment(text, part) or _is_above_comment(text, part, ends[-1])


def _is_below_comment(text: str, part: Part) -> bool:
    start = line_start(text, part.start)
    above = text[line_start(text, start - 1) : start].strip() if start else ""
    return not text[start : part.start].strip() and re.match(r"(?:-\s*)*#", above) is not None


def _is_above_comment(text: str, part: Part, end: int) -> bool:
    comment = re.compile(r"(?:[ \t]*\n)+([ \t]*)#").match(text, end)
    return comment is not None and len(comment[1]) >= part.column
