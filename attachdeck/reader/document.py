"""The values of a YAML file, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from attachdeck.domain.location import Location


@dataclass(slots=True)
class Mark:
    """The place of one value, and the places of its parts.

    `span` is start line, start column, end line and end column, all from 1. `size` counts the
    value and its parts. `file` is set where a value comes from another document.
    """

    span: tuple[int, int, int, int]
    keys: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    parts: dict[str, Mark] | list[Mark] = field(default_factory=dict)
    size: int = 1
    file: str = ""


class Node:
    """A value of a document together with its place; indexing goes down to a part.

    Finding places takes as long as parsing the values, and most places are never needed: `mark`
    may be a function that is called for the first of them.
    """

    __slots__ = ("_key", "_mark", "_whole", "file", "value")

    def __init__(
        self,
        value: Any,
        mark: Mark | Callable[[], Mark] | None,
        file: str,
        whole: Node | None = None,
        key: str | int = "",
    ) -> None:
        self.value = value
        self.file = file
        self._mark = mark
        self._whole = whole
        self._key = key

    @property
    def mark(self) -> Mark:
        """Return the place of the value and of its parts."""
        if not isinstance(self._mark, Mark):
            if self._whole is not None:
                self._mark = self._whole.mark.parts[self._key]  # type: ignore[index]
            elif self._mark is not None:
                self._mark = self._mark()
        assert isinstance(self._mark, Mark)  # A node has a mark, a function, or a whole.
        return self._mark

    def __getitem__(self, key: str | int) -> Node:
        if isinstance(self._mark, Mark):
            mark: Mark = self._mark.parts[key]  # type: ignore[index]
            return Node(self.value[key], mark, mark.file or self.file)
        return Node(self.value[key], None, self.file, self, key)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def get(self, key: str) -> Node | None:
        """Return the part under a key, or None if there is none."""
        if key in self:
            return self[key]
        return None

    def items(self) -> Iterator[Node]:
        """Yield the parts of a list in order; nothing for any other value."""
        if isinstance(self.value, list):
            yield from (self[index] for index in range(len(self.value)))

    def with_part(
        self, key: str, part: Node, place: tuple[int, int, int, int] | None = None
    ) -> Node:
        """Return this mapping with another part under a key; a new key needs its `place`."""
        parts: Any = self.mark.parts
        keys = self.mark.keys if place is None else self.mark.keys | {key: place}
        placed = replace(part.mark, file=part.file)
        mark = replace(self.mark, keys=keys, parts=parts | {key: placed})
        return Node(self.value | {key: part.value}, mark, self.file)

    def with_keys_of(self, other: Node, dropped: str) -> Node:
        """Return this mapping without one key, and with the keys of another mapping before its own.

        It has the place of the other one. Its places are not looked for until they are needed.
        """
        own = {key: part for key, part in self.value.items() if key != dropped}

        def mark() -> Mark:
            parts: Any = {key: self[key] for key in own} | {key: other[key] for key in other.value}
            marks = {key: replace(part.mark, file=part.file) for key, part in parts.items()}
            own_keys = {key: self.mark.keys[key] for key in own if key not in other}
            return replace(other.mark, keys=other.mark.keys | own_keys, parts=marks)

        has_places = isinstance(self._mark, Mark)
        return Node(own | other.value, mark() if has_places else mark, other.file)

    def with_entries(self, entries: list[Node]) -> Node:
        """Return this list with other entries."""
        parts = [replace(entry.mark, file=entry.file) for entry in entries]
        mark = replace(self.mark, keys={}, parts=parts)
        return Node([entry.value for entry in entries], mark, self.file)

    @property
    def at(self) -> Location:
        """Return the place of the value."""
        return Location(self.file, *self.mark.span)

    def key_at(self, key: str) -> Location:
        """Return the place of a key of this mapping."""
        return Location(self[key].file, *self.mark.keys[key])

    @property
    def start(self) -> Location:
        """Return where the value begins: the first key of a mapping, the value itself otherwise."""
        first = next(iter(self.mark.keys), None)
        return self.at if first is None else self.key_at(first)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its text, and its value (None if it could not be parsed)."""

    file: str
    text: str
    root: Node | None


@lru_cache(maxsize=1)
def lines_in(text: str) -> list[str]:
    """Return the lines of a file, which are kept for its next diagnostic."""
    return text.split("\n")


def location_of(shown: str, text: str, index: int) -> Location:
    """Return the place of the character at an index of a file's text."""
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Location(shown, line, column, line, column + 1)
