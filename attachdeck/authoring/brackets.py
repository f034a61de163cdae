"""Mappings and lists in brackets: on one line if they fit, else with a line for each entry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from attachdeck.domain.columns import columns
from attachdeck.reader import Part

WIDTH = 80
"""How many columns a list or mapping in brackets may reach; a longer one gets several lines."""
STEP = 2
"""By how many columns each level is indented."""


@dataclass(frozen=True, slots=True)
class Brackets:
    """Writes the parts of a text that are within brackets."""

    text: str

    def flat(self, part: Part) -> str | None:
        """Return a part within brackets on one line.

        None if it contains what stays as its author wrote it: comments, anchors, texts of several
        lines, or pairs without brackets.
        """
        if part.style == "?":
            return None
        if not part.is_flow:
            raw = self.text[part.start : part.end]
            return None if "\n" in raw else requoted(raw) if part.style in ('"', "'") else raw
        if part.parts and self._is_kept(part):
            return None
        entries = [self._flat_entry(part, number) for number in range(len(part.parts))]
        is_empty = not self.text[part.start + 1 : part.end - 1].strip()
        if None in entries or not (entries or is_empty):
            return None
        inside = ", ".join(str(entry) for entry in entries)
        if part.style == "[":
            return f"[{inside}]"
        return f"{{ {inside} }}" if entries else "{}"

    def _flat_entry(self, part: Part, number: int) -> str | None:
        """Return an entry of a mapping or list in brackets on one line."""
        value = self.flat(part.parts[number])
        if part.style == "[" or value is None:
            return value
        key = self.flat(part.keys[number])
        return None if key is None else f"{key}: {value}" if value else key

    def _is_kept(self, part: Part) -> bool:
        """Return whether there is a comment, an anchor, a tag or a `?` between entries."""
        place = part.start + 1
        for number, value in enumerate(part.parts):
            for entry in (*part.keys[number : number + 1], value):
                if entry.front < entry.start or re.search(r"[#?]", self.text[place : entry.start]):
                    return True
                place = max(place, entry.end)
        return "#" in self.text[place : part.end]

    def broken(self, part: Part, indent: int) -> str:
        """Return a mapping or list in brackets with a line for each entry."""
        lines = [part.style]
        begin = " " * (indent + STEP)
        for number, value in enumerate(part.parts):
            if part.style == "[":
                lines.append(f"{begin}{self._fitted(value, indent + STEP, indent + STEP)},")
                continue
            key = str(self.flat(part.keys[number]))
            lines.append(f"{begin}{key}{self._fitted_value(value, indent + STEP, columns(key))},")
        return "\n".join([*lines, " " * indent + ("}" if part.style == "{" else "]")])

    def _fitted(self, part: Part, indent: int, column: int) -> str:
        """Return a part on one line if it fits with a comma after it, else on several."""
        flat = str(self.flat(part))
        fits = not part.parts or column + columns(flat) < WIDTH
        return flat if fits else self.broken(part, indent)

    def _fitted_value(self, part: Part, indent: int, key: int) -> str:
        """Return what follows a key of so many columns within brackets: its colon and value."""
        flat = str(self.flat(part))
        if not flat:
            return ""
        if not part.parts or indent + key + 2 + columns(flat) < WIDTH:
            return f": {flat}"
        begin = " " * (indent + STEP)
        return f":\n{begin}{self._fitted(part, indent + STEP, indent + STEP)}"


def requoted(raw: str) -> str:
    """Return a text in quotes with the quotes that Prettier chooses for it."""
    quote, inside = raw[0], raw[1:-1]
    if "\\" in inside and (quote == "'" or re.search(r'\\[^"]', inside)):
        return raw
    if '"' in inside:
        if quote == '"':
            inside = inside.replace('\\"', '"').replace("'", "''")
        return f"'{inside}'"
    return '"' + (inside.replace("''", "'") if quote == "'" else inside) + '"'
