"""A row's cells as a card of attachdeck's kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attachdeck.authoring.edits import value_of
from attachdeck.importing.draft import Ids, Values, fitting_tags, without_media

_ELSEWHERE = ("sources", "objective", "article", "formerly")
"""Keys that name something of the course that the table came from."""
CARRIED = frozenset(
    (
        "kind",
        "prompt",
        "answer",
        "text",
        "question",
        "options",
        "steps",
        "why",
        "confusion",
        "hint",
        "reverse",
        "accept",
        "variants",
        "whole",
        "example",
        "scenario",
        "standard",
        "content_note",
        "status",
        "retired_because",
        "lint",
    )
)
"""The keys of a card that a column can bring."""
LONGEST_TYPED = 60
"""The maximum length in characters of an answer that learners type; a longer one is only shown."""
_NEEDS = {
    "basic": ("prompt", "answer"),
    "reversed": ("prompt", "answer"),
    "typed": ("prompt", "answer"),
    "cloze": ("text",),
    "choice": ("question", "options"),
    "sequence": ("prompt", "steps"),
    "practice": ("prompt",),
    "produce": ("prompt", "answer", "standard"),
}
"""The required keys of each kind of card that a table can hold."""
_GAP = re.compile(r"\{\{c[0-9]+::")


def card_of(
    row: Mapping[str, str], number: int, place: str, ids: Ids, lost: list[str]
) -> Values | None:
    """Return a card from a row's cells; what cannot be one, or be carried, is listed."""
    card = _values(row, place, lost)
    kind = _kind(card)
    if kind not in _NEEDS:
        lost.append(f"{place}: a table cannot describe cards of kind {kind}")
        return None
    if missing := ", ".join(f"`{key}`" for key in _NEEDS[kind] if key not in card):
        lost.append(f"{place}: it is incomplete, without {missing}")
        return None
    if "image-occlusion:" in card.get("text", ""):
        lost.append(f"{place}: a picture with hidden regions")
        return None
    words = card.get("prompt") or card.get("text") or card.get("question") or ""
    own = row.get("id", "").strip()
    name = ids.of(own or words, f"row {number} {words}", given=own)
    lost += [f"{place}: the id {own} (now {name})"] if own and own != name else []
    tags = fitting_tags(_tags(row), place, lost)
    return {
        "id": name,
        "kind": kind,
        **{key: value for key, value in card.items() if key != "kind"},
        **({"tags": tags} if tags else {}),
    }


def _values(row: Mapping[str, str], place: str, lost: list[str]) -> dict[str, Any]:
    """Return the card's values; a cell whose column is no key of a card is listed."""
    card: dict[str, Any] = {}
    for way, cell in row.items():
        first = way.partition(".")[0]
        if first in ("id", "lesson", "tags"):
            continue
        text = cell if first == "kind" else without_media(cell, place, lost)
        if not text.strip():
            continue
        if first in CARRIED:
            _put(card, way.split("."), text)
        else:
            lost.append(f"{place}: `{way}`" if first in _ELSEWHERE else f"the column `{way}`")
    return card


def _kind(card: dict[str, Any]) -> str:
    """Return a card's kind, its values changed to those that the kind has."""
    usual = "cloze" if "text" in card and "prompt" not in card else "basic"
    kind = str(card.get("kind", "")).strip().lower() or usual
    if kind == "choice" and "question" not in card and "prompt" in card:
        card["question"] = card.pop("prompt")  # The word for both, where it names a column.
    if kind == "basic" and _GAP.search(card.get("prompt", "")):
        card["text"] = card.pop("prompt")
        answer = card.pop("answer", "")
        if answer:
            card.setdefault("why", answer)
        return "cloze"
    return kind


def _tags(row: Mapping[str, str]) -> list[str]:
    cells = (cells for key, cells in row.items() if key.partition(".")[0] == "tags")
    return [tag for cell in cells for tag in cell.split()]


def _put(place: Any, way: list[str], cell: str) -> None:
    """Put a cell where its way leads, making groups and lists on the way."""
    for key, after in zip(way, (*way[1:], ""), strict=True):
        inner: Any = value_of(key, cell) if not after else [] if after.isdecimal() else {}
        if isinstance(place, list):
            index = min(int(key) - 1, len(place)) if key.isdecimal() else len(place)
            if index == len(place):
                place.append(inner)
            place = place[index]
        elif isinstance(place, dict):
            place = place.setdefault(key, inner)
