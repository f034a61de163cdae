"""The output `csv`: a spreadsheet to edit, one row a card or a section of a reading.

It has the author's own words and not their HTML.

A column is the way to a value in the YAML: `prompt`, `reverse.prompt`, `options.2.text`.
"""

from __future__ import annotations

import csv
from pathlib import Path

from attachdeck.compile.deck import Deck
from attachdeck.domain.cells import guarded, leaves
from attachdeck.domain.course import Section

SUFFIX = ".csv"

FIRST = ("id", "lesson", "kind")
"""The columns that every row has; `lesson` is the lesson's id."""


def write(deck: Deck, place: Path) -> None:
    """Write the spreadsheet: UTF-8 with a byte order mark, by which spreadsheets know it."""
    rows = [
        row | {"lesson": lesson.id}
        for lesson in deck.course.lessons
        for row in (
            *(_section(section) for section in lesson.reading),
            *(dict(leaves(card.written)) for card in lesson.cards),
        )
    ]
    columns = [*FIRST, *_columns(rows)]
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({key: guarded(value) for key, value in row.items()} for row in rows)


def _section(section: Section) -> dict[str, str]:
    """Return the row of a section of a reading."""
    row = {"id": section.id, "kind": "reading", "title": section.title, "text": section.text}
    return row | ({"formerly": section.formerly} if section.formerly else {})


def _columns(rows: list[dict[str, str]]) -> list[str]:
    """Return the columns beside the first: keys in the order in which authors write them, and the
    parts of lists by their places."""
    order: dict[str, int] = {}

    def places(key: str) -> list[int]:
        parts = key.split(".")
        named = (
            ".".join("0" if part.isdecimal() else part for part in parts[: depth + 1])
            for depth in range(len(parts))
        )
        return [
            int(part) if part.isdecimal() else order.setdefault(name, len(order))
            for part, name in zip(parts, named, strict=True)
        ]

    columns = {key: places(key) for row in rows for key in row if key not in FIRST}
    return sorted(columns, key=lambda key: columns[key])
