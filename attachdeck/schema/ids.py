"""Ids for the cards that have none yet: which they will get, and how one is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attachdeck.domain.diagnostics import Edit
from attachdeck.domain.location import Location
from attachdeck.domain.naming import card_id, ids_of_cards
from attachdeck.reader import Document, Node

NewIds = Callable[[], dict[int, str]]
"""A function that calls `missing_ids` once, when an id is needed."""


def missing_ids(lessons: Iterable[Document]) -> dict[int, str]:
    """Return the ids that the cards without one will get, by Python's identity of the cards."""
    roots = [
        lesson.root.value
        for lesson in lessons
        if lesson.root and isinstance(lesson.root.value, dict)
    ]
    cards = [
        card
        for root in roots
        if isinstance(root.get("cards"), list)
        for card in root["cards"]
        if isinstance(card, dict)
    ]
    taken = {id for root in roots for id in ids_of_cards(root)}
    ids: dict[int, str] = {}
    for card in cards:
        if card.get("id") is None and id(card) not in ids:
            ids[id(card)] = card_id(card, taken)
            taken.add(ids[id(card)])
    return ids


def with_id(node: Node, id: str) -> Edit | None:
    """Return the edit that writes an id before a card's first key.

    The id gets a line of its own or, between braces, a comma after it. A card that an alias
    repeats gets none.
    """
    start = node.start
    if (start.line, start.column) < (node.at.line, node.at.column):
        return None
    after = (
        ", "
        if node.at != start and node.at.column < start.column
        else "\n" + " " * (start.column - 1)
    )
    return Edit(
        Location(start.file, start.line, start.column, start.line, start.column), f"id: {id}{after}"
    )
