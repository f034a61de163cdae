"""A place in a file."""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A file as its author would name it, and a span in it.

    Lines and columns count from 1, columns in characters; the end column is the first one after the
    span. Line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    @property
    def start(self) -> Location:
        """Return itself, for whatever must have a place."""
        return self

    def __str__(self) -> str:
        """Return the place as `file:line:column`, which editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
