"""What a YAML file says, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from attachdeck.domain.location import Location


@dataclass(slots=True)
class Mark:
    """Where one value stands, and where its parts do.

    `span` is start line, start column, end line and end column, all from 1.

    `file` is named where a value was put into a document from another one.
    """

    span: tuple[int, int, int, int]
    keys: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    parts: dict[str, Mark] | list[Mark] = field(default_factory=dict)
    size: int = 1
    file: str = ""


class Node:
    """A value of a document together with its place; indexing goes down to a part.

    Places cost as much as values, and most are never asked for: `mark` may be a function that finds
    the mark once it is needed.
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
        # A node has a mark, a way to find it, or a whole that has one.
        assert isinstance(self._mark, Mark)
        return self._mark

    def __getitem__(self, key: str | int) -> Node:
        if isinstance(self._mark, Mark):
            mark: Mark = self._mark.parts[key]  # type: ignore[index]
            return Node(self.value[key], mark, mark.file or self.file)
        return Node(self.value[key], None, self.file, self, key)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def get(self, key: str) -> Node | None:
        """Return the part under a key, or None where it is not written."""
        return self[key] if key in self else None  # noqa: SIM401  # This is what `get` is.

    def items(self) -> Iterator[Node]:
        """Yield the parts of a list, in order; nothing for anything else."""
        if isinstance(self.value, list):
            yield from (self[index] for index in range(len(self.value)))

    def with_part(
        self, key: str, part: Node, place: tuple[int, int, int, int] | None = None
    ) -> Node:
        """Return this mapping with another part under a key.

        `place` is that of a key that is new.
        """
        parts: Any = self.mark.parts
        keys = self.mark.keys if place is None else self.mark.keys | {key: place}
        placed = replace(part.mark, file=part.file)
        mark = replace(self.mark, keys=keys, parts=parts | {key: placed})
        return Node(self.value | {key: part.value}, mark, self.file)

    def with_entries(self, entries: list[Node]) -> Node:
        """Return this list with other entries."""
        mark = replace(self.mark, parts=[replace(entry.mark, file=entry.file) for entry in entries])
        return Node([entry.value for entry in entries], mark, self.file)

    @property
    def at(self) -> Location:
        """Return where the value stands."""
        return Location(self.file, *self.mark.span)

    def key_at(self, key: str) -> Location:
        """Return where a key of this mapping stands."""
        return Location(self[key].file, *self.mark.keys[key])

    @property
    def start(self) -> Location:
        """Return where the value begins: the first key of a mapping, the value itself otherwise."""
        first = next(iter(self.mark.keys), None)
        return self.at if first is None else self.key_at(first)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its text, and what it says (None where it could not be read)."""

    file: str
    text: str
    root: Node | None


@lru_cache(maxsize=1)
def lines_in(text: str) -> list[str]:
    """Return the lines of a file; one with many mistakes is not taken apart for each."""
    return text.split("\n")


def location_of(shown: str, text: str, index: int) -> Location:
    """Return where the character at an index of a file's text stands."""
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Location(shown, line, column, line, column + 1)
