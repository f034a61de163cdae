"""A value that a schema does not accept, as its author sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a group of keys",
}
LONGEST = 1000
"""In characters: a longer text is not a name, and nothing is proposed for it."""
_NOTHING = ("none", "nil", "nothing", "n/a", "-", "?")
_MAYBE_TRUE = ("answer", "accept", "text", "steps", "id")
Wording = tuple[str, str | None]
"""A message and a help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A value that a schema does not accept, and what its author sees of it.

    `name` is its key, and `key` the same as messages show it; `typed` is its text in the file, if
    on one line, and `after` the rest of that line; `wanted` is the value of the schema's keyword;
    `takes` returns whether the schema accepts another value instead; `entry` is true in a list, and
    `optional` where the key may be left out.
    """

    name: str
    key: str
    value: Any
    typed: str
    after: str
    wanted: Any
    schema: Mapping[str, Any]
    takes: Callable[[Any], bool]
    entry: bool
    optional: bool
    on_several_lines: bool

    @property
    def is_meant(self) -> bool:
        """Return whether the value may be meant: `true` is an answer, but hardly a note."""
        if isinstance(self.value, str):
            return self.value.lower() not in _NOTHING
        return not isinstance(self.value, bool) or self.name in _MAYBE_TRUE

    def as_typed(self, text: str) -> str:
        """Return another value as its author would write it here."""
        return f"`{text}`" if self.entry else f"`{self.name}: {text}`"


def or_delete(wrong: Wrong) -> str:
    """Return the end of a help line where the value may be left out."""
    if wrong.entry:
        return ", or delete this line"
    return ", or delete this key" if wrong.optional else ""
