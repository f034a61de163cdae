"""From what a YAML text says to what it should say: the fewest edits that lead there.

What is equal stays as its author wrote it, with its comments, quotes and lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attachdeck.authoring import style
from attachdeck.authoring.spans import (
    Replacement,
    end_of_line,
    line_start,
    with_own_comments,
)
from attachdeck.domain.quoting import in_quotes
from attachdeck.reader import Part, parts_of, punctuation


def changes(text: str, old: Any, new: Mapping[str, Any]) -> list[Replacement]:
    """Return the edits of a text that says something old and shall say something new.

    All else stays. New keys come after those that `new` has before them.
    """
    part = parts_of(text)
    if part is None or not isinstance(old, dict) or not old:
        return [Replacement(0, len(text), style.document(new))]
    return list(_Changes(text).of(part, old, new))


class _Changes:
    """Finds the edits of one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def of(self, part: Part, old: Any, new: Any) -> Iterator[Replacement]:
        """Yield the edits within a mapping or list that remains one."""
        if isinstance(old, dict):
            yield from self.of_mapping(part, old, new)
        else:
            yield from self.of_list(part, old, new)

    def of_value(self, whole: Part, number: int, old: Any, new: Any) -> Iterator[Replacement]:
        """Yield the edits that make a value another one."""
        part = whole.parts[number]
        if old is new:
            return
        is_fixed = part.style == "?" and list(old) != list(new)  # It has no room for another key.
        if part.parts and new and type(old) is type(new) and _shares(old, new) and not is_fixed:
            yield from self.of(part, old, new)
        elif old != new or type(old) is not type(new):
            yield self.instead(whole, number, new)

    def instead(self, whole: Part, number: int, new: Any) -> Replacement:
        """Return the edit that puts a new value in the place of one."""
        part = whole.parts[number]
        if whole.is_flow:
            before = self.after_key(whole, number) if part.is_absent else ""
            return Replacement(part.front, part.end, before + _alike(part, new))
        if part.style in ('"', "'", "") and not part.is_absent and _is_line(new):
            return Replacement(part.start, part.end, _alike(part, new, in_brackets=False))
        if whole.style == ":":
            key = whole.keys[number]
            start = punctuation(self.text, key.end, part.front) + 1
            column = whole.column + key.end - key.front + 2
            return self.with_comment(start, part, style.beside(new, whole.column, column))
        start = self.dash(whole, number)
        indent = start - line_start(self.text, start)
        return self.with_comment(start, part, style.item(new, indent))

    def with_comment(self, start: int, part: Part, written: str) -> Replacement:
        """Return the edit that writes something instead of a part; a comment stays on its line."""
        first, line_end, others = written.partition("\n")
        if not line_end:
            return Replacement(start, part.end, written)
        end = end_of_line(self.text, part)
        beside = self.text[part.end : end].rstrip()
        return self.at_end(start, end, f"{first}{beside}\n{others}")

    def at_end(self, start: int, end: int, written: str) -> Replacement:
        """Return an edit; at the end of the file a text after `|` gets the line end it needs."""
        needs_end = end == len(self.text) and re.search(r"\|(?: +#.*)?\n", written)
        return Replacement(start, end, written + "\n" * bool(needs_end))

    def after_key(self, whole: Part, number: int) -> str:
        """Return what is missing between a key in brackets and the value that it gets."""
        if whole.style == "[":
            return ""
        gap = self.text[whole.keys[number].end : whole.parts[number].start]
        return ": " if ":" not in gap else "" if gap.endswith(" ") else " "

    def dash(self, whole: Part, number: int) -> int:
        """Return where the dash of an entry is."""
        start = whole.parts[number - 1].end if number else whole.start
        return punctuation(self.text, start, whole.parts[number].end + 1)

    # Mappings

    def of_mapping(
        self, part: Part, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> Iterator[Replacement]:
        """Yield the edits within a mapping: what is removed, what is changed, what is new."""
        places = {name: number for number, name in enumerate(old)}
        kept = [number for name, number in places.items() if name in new]
        yield from self.without_keys(part, kept)
        added: dict[int, dict[str, Any]] = {}
        after = -1
        for name, value in new.items():
            if name in places:
                after = places[name]
                yield from self.of_value(part, after, old[name], value)
            else:
                added.setdefault(after, {})[name] = value
        for number, values in added.items():
            yield self.with_keys(part, number, values)

    def with_keys(self, part: Part, after: int, values: Mapping[str, Any]) -> Replacement:
        """Return the edit that adds keys after one, or before the first where that is -1."""
        place = part.keys[0].front if after < 0 else part.parts[after].end
        if part.is_flow:
            inside = ", ".join(
                f"{style.in_brackets(key)}: {style.in_brackets(value)}"
                for key, value in values.items()
            )
            return Replacement(place, place, f"{inside}, " if after < 0 else f", {inside}")
        lines, begin = style.mapping(values, part.column), "\n" + " " * part.column
        if after < 0:
            return Replacement(place, place, lines + begin)
        place = end_of_line(self.text, part.parts[after])
        return self.at_end(place, place, begin + lines)

    def without_keys(self, part: Part, kept: list[int]) -> Iterator[Replacement]:
        """Yield the edits that leave only some keys, with the comments that are their own."""
        first, start = kept[0], part.keys[0].front
        begins_line = part.is_block and not self.text[line_start(self.text, start) : start].strip()
        if first and not begins_line:
            yield Replacement(start, part.keys[first].front, "")
        for number in range(0 if begins_line else first, len(part.keys)):
            least = part.parts[number - 1].end if number else 0
            if number in kept:
                continue
            if part.is_flow:
                yield Replacement(least, part.parts[number].end, "")
            else:
                end = end_of_line(self.text, part.parts[number])
                yield self.without_lines(part.keys[number].front, end, least)

    def without_lines(self, start: int, end: int, least: int) -> Replacement:
        """Return the edit that removes whole lines, with the comments right above them."""
        start = with_own_comments(self.text, start, least)
        following = self.text.find("\n", end)
        if following < 0:
            return Replacement(max(start - 1, 0), len(self.text), "")
        return Replacement(start, following + 1, "")

    # Lists

    def of_list(self, part: Part, old: list[Any], new: list[Any]) -> Iterator[Replacement]:
        """Yield the edits within a list: entries change in their places, or at its end."""
        for number, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from self.of_value(part, number, before, after)
        if len(new) < len(old):
            yield self.without_entries(part, len(new))
        elif len(new) > len(old):
            yield self.with_entries(part, new[len(old) :])

    def with_entries(self, part: Part, entries: list[Any]) -> Replacement:
        """Return the edit that adds entries to the end of a list."""
        last = part.parts[-1]
        if part.is_flow:
            inside = ", ".join(map(style.in_brackets, entries))
            return Replacement(last.end, last.end, f", {inside}")
        dash = self.dash(part, len(part.parts) - 1)
        indent = dash - line_start(self.text, dash)
        place = end_of_line(self.text, last)
        lines = "".join(f"\n{' ' * indent}{style.item(entry, indent)}" for entry in entries)
        return self.at_end(place, place, lines)

    def without_entries(self, part: Part, first: int) -> Replacement:
        """Return the edit that removes the last entries of a list, from `first` on."""
        before = part.parts[first - 1].end
        if part.is_flow:
            return Replacement(before, part.parts[-1].end, "")
        end = end_of_line(self.text, part.parts[-1])
        return self.without_lines(self.dash(part, first), end, before)


def _shares(old: Any, new: Any) -> bool:
    """Return whether something of a mapping or list remains in a new one."""
    return isinstance(old, list) or any(key in new for key in old)


def _is_line(value: Any) -> bool:
    """Return whether a value takes one line."""
    return not isinstance(value, dict | list) and not (isinstance(value, str) and "\n" in value)


def _alike(part: Part, new: Any, *, in_brackets: bool = True) -> str:
    """Return a value on one line, a text with quotes if the old one has them."""
    if isinstance(new, str) and part.style in ('"', "'") and new.isprintable():
        return in_quotes(new)
    if in_brackets or new is None or isinstance(new, dict | list):
        return style.in_brackets(new)
    return style.single(new)
