"""Tidy YAML: an id for each card that has none, one order of a card's keys, and an even layout;
comments stay with what they are about, and so does the meaning."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from attachdeck import schema
from attachdeck.authoring.layout import NotLaidOut, laid_out
from attachdeck.authoring.spans import Replacement, end_of_line, has_own_comments
from attachdeck.authoring.text_file import TextFile
from attachdeck.domain.naming import card_id
from attachdeck.domain.quoting import as_yaml
from attachdeck.reader import Part, parts_of, read_text

_FIRST = ("id", "kind")
_LAST = (
    "why",
    "confusion",
    "hint",
    "sources",
    "objective",
    "tags",
    "content_note",
    "article",
    "status",
    "retired_because",
    "formerly",
    "lint",
)


class CannotTidy(Exception):
    """Why a file is left as it is."""


def tidied(file: TextFile, taken: Callable[[], set[str]]) -> TextFile:
    """Return a file with its text tidied; ids that it gives to cards are added to those `taken`.

    Tidying what is tidy changes nothing. Raise CannotTidy and EditFault.
    """
    for step in (_ids, _order, _layout):
        document, problems = read_text(file.text, str(file.path))
        if problems or document.root is None:
            raise CannotTidy("it cannot be read: run `attachdeck check` to see why")
        value, root = document.root.value, parts_of(file.text)
        if root is None or value is None:
            break
        replacements = step(file.text, root, value, taken)
        if replacements:
            file = file.edited(replacements, value)
    return file


def _ids(_text: str, root: Part, value: Any, taken: Callable[[], set[str]]) -> list[Replacement]:
    """Return the insertions of ids for cards without one; `value` gets these ids, too."""
    replacements = []
    for part, card in _cards(root, value):
        if "id" in card:
            continue
        card["id"] = card_id(card, taken())
        taken().add(card["id"])
        written = f"id: {as_yaml(card['id'])}"
        if part.keys:
            written += ", " if part.style == "{" else "\n" + " " * part.column
        place = part.keys[0].front if part.keys else part.end - 1
        replacements.append(Replacement(place, place, written))
    return replacements


def _order(text: str, root: Part, value: Any, _taken: Callable[[], set[str]]) -> list[Replacement]:
    """Return the replacements that put the keys of each card in order.

    A card with a comment on a line of its own keeps their order: it may be about several keys.
    """
    return [
        replacement
        for part, card in _cards(root, value)
        if not _must_stay(text, part) and not has_own_comments(text, part)
        for replacement in _in_order(text, part, card)
    ]


def _layout(
    text: str, root: Part, _value: Any, _taken: Callable[[], set[str]]
) -> list[Replacement]:
    try:
        return laid_out(text, root)
    except NotLaidOut as reason:
        raise CannotTidy(f"{reason} cannot be formatted: write it another way") from reason


def _cards(root: Part, value: Any) -> Iterator[tuple[Part, dict[str, Any]]]:
    """Yield the mappings that are a lesson's cards, each with its values."""
    cards = value.get("cards") if isinstance(value, dict) else None
    if not isinstance(cards, list) or not root.parts:
        return
    for part, card in zip(root.parts[list(value).index("cards")].parts, cards, strict=False):
        if isinstance(card, dict) and part.style in (":", "{"):
            yield part, card


def _in_order(text: str, part: Part, card: dict[str, Any]) -> Iterator[Replacement]:
    """Yield what takes each key's place: the key that belongs there, with its value."""
    order = [key for key in keys_of(str(card.get("kind"))) if key in card]
    order += [key for key in card if key not in order]
    spans = {
        name: (key.front, end_of_line(text, value) if part.is_block else value.end)
        for name, key, value in zip(card, part.keys, part.parts, strict=True)
    }
    for name, wanted in zip(card, order, strict=True):
        if name != wanted:
            yield Replacement(*spans[name], text[slice(*spans[wanted])])


def _must_stay(text: str, part: Part) -> bool:
    """Return whether a part cannot change places with others.

    An anchor comes before its aliases, and to a text after `|+` belong the blank lines below it.
    """
    return (
        part.style == "*"
        or part.front < part.start
        or (part.style in ("|", ">") and "+" in text[part.start : part.start + 3])
        or any(_must_stay(text, inner) for inner in part.parts)
    )


@cache
def keys_of(kind: str) -> tuple[str, ...]:
    """Return the keys of a kind of card in their order.

    First comes its name, then what is asked, and then what every card may have. Of a kind that
    there is not, only the first are known.
    """
    own = json.loads(schema.schema_text("lesson"))["$defs"].get(kind, {}).get("properties", {})
    if not own:
        return _FIRST
    return (*_FIRST, *(key for key in own if key not in (*_FIRST, *_LAST)), *_LAST)
