"""What the values of a YAML file do not say: where its texts lie, and its comments, each with what
it belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from attachdeck.reader import Document, Mark

Way = tuple[str | int, ...]
"""The way to a value, through keys and places in lists."""

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*", re.MULTILINE)
_HEADER = re.compile(r"(?:&\S+[ \t]+)?[|>][-+0-9]*")


class Comment(NamedTuple):
    """A comment, and the way to what stands before it on its line, else to what follows."""

    text: str
    of: Way | None


class _Part(NamedTuple):
    """A key, a text, or brackets with all in them. For a comment before it the first key of a group
    is the group."""

    start: int
    end: int
    way: Way
    as_next: Way


class Layout:
    """The layout of a document that could be read."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self._lines = [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]
        self._texts: list[tuple[int, int]] = []
        self._parts: list[_Part] = []
        if document.root is not None:
            self._look(document.root.mark, (), (), apart=True)
        self._texts.sort()
        self._parts.sort()

    def comments(self) -> Iterator[tuple[int, Comment]]:
        """Yield each comment, with the number of its line."""
        for match in self._between_texts():
            line = bisect_right(self._lines, match.start())
            place = bisect_left(self._parts, (match.start(),))
            beside = place and self._parts[place - 1].end > self._lines[line - 1]
            after = self._parts[place].as_next if place < len(self._parts) else None
            yield (
                line,
                Comment(match.group().rstrip(), self._parts[place - 1].way if beside else after),
            )

    def stripped(self) -> str:
        """Return the text without spaces at the ends of lines.

        Those of a text after `|` stay, because they can be a line break of Markdown.
        """
        lines = self.text.split("\n")
        text_lines = {
            line
            for start, end in self._texts
            if self.text[start : start + 1] == "\n"
            for line in range(
                bisect_right(self._lines, start + 1), bisect_right(self._lines, end - 1) + 1
            )
        }
        return "\n".join(
            line if number in text_lines else line.rstrip(" \t")
            for number, line in enumerate(lines, 1)
        )

    def _between_texts(self) -> Iterator[re.Match[str]]:
        place = 0
        for start, end in (*self._texts, (len(self.text), len(self.text))):
            yield from _COMMENT.finditer(self.text, place, max(place, start))
            place = max(place, end)

    def _look(self, mark: Mark, way: Way, as_next: Way, *, apart: bool) -> None:
        """Find the texts and parts of a value; what stands in brackets is not `apart`."""
        start, end = self._index(*mark.span[:2]), self._index(*mark.span[2:])
        first = self.text[start : start + 1]
        whole = first in ("[", "{", "*") or not mark.parts
        if whole and apart and start < end:
            self._parts.append(_Part(start, end, way, as_next))
        if first == "*" or (not mark.parts and first not in ("[", "{")):
            # What may be a comment behind `|` is none of the text.
            header = _HEADER.match(self.text, start)
            self._texts.append(
                (
                    self.text.find("\n", start)
                    if header and "\n" in self.text[start:end]
                    else start,
                    end,
                )
            )
            return
        apart = apart and not whole
        if isinstance(mark.parts, list):
            for number, part in enumerate(mark.parts):
                self._look(part, (*way, number), (*way, number), apart=apart)
            return
        for number, (key, part) in enumerate(mark.parts.items()):
            own = (*way, key)
            start, end = self._index(*mark.keys[key][:2]), self._index(*mark.keys[key][2:])
            self._texts.append((start, end))
            if apart:
                self._parts.append(_Part(start, end, own, own if number else as_next))
            self._look(part, own, own, apart=apart)

    def _index(self, line: int, column: int) -> int:
        return min(self._lines[line - 1] + column - 1, len(self.text))
