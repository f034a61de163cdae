"""The output `csv`: a spreadsheet to edit, one row a card, with the author's own words and not their HTML.

A column is the way to a value in the YAML: `prompt`, `reverse.prompt`, `options.2.text`.
"""

from __future__ import annotations

import csv
from pathlib import Path

from attachdeck.cells import guarded, leaves
from attachdeck.notes import Deck

SUFFIX = ".csv"

FIRST = ("id", "lesson", "kind")
"""The columns that every row has; `lesson` is the lesson's id."""


def write(deck: Deck, place: Path) -> None:
    """Write the spreadsheet: UTF-8 with a byte order mark, by which spreadsheets know it."""
    rows = [dict(leaves(card.written)) | {"lesson": lesson.id} for lesson in deck.course.lessons for card in lesson.cards]
    columns = [*FIRST, *_columns(rows)]
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({key: guarded(each) for key, each in row.items()} for row in rows)


def _columns(rows: list[dict[str, str]]) -> list[str]:
    """Every other column: keys in the order in which authors write them, the parts of a list by their places."""
    found = dict.fromkeys(key for row in rows for key in row if key not in FIRST)
    order: dict[str, int] = {}
    for key in found:
        for part in key.split("."):
            order.setdefault(part, len(order))
    return sorted(found, key=lambda key: [(int(part), 0) if part.isdecimal() else (0, order[part]) for part in key.split(".")])
