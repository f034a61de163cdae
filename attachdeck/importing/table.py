"""Tables: the spreadsheet that `build --to csv` makes, tables of other makers, and texts for Anki's import."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attachdeck.authoring.edits import value_of
from attachdeck.cells import restored
from attachdeck.importing.draft import (
    Draft,
    DraftLesson,
    Ids,
    Values,
    fitting_tags,
    storable,
    without_media,
)
from attachdeck.importing.found import CannotImport
from attachdeck.importing.html_text import lost_in, markdown
from attachdeck.reader import with_plain_ends

SUFFIXES = (".csv", ".tsv", ".txt")

_MAX_BYTES = 64 * 1024 * 1024
_NAMES = {
    "prompt": ("front", "question", "q", "term", "word", "frage", "pregunta"),
    "answer": ("back", "a", "definition", "meaning", "antwort", "respuesta"),
    "text": ("cloze",),
    "why": ("extra", "explanation", "notes", "note"),
    "lesson": ("deck", "chapter", "topic"),
    "tags": ("tag",),
}
_KEYS = {name: key for key, names in _NAMES.items() for name in names}
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|", "colon": ":"}
_HEADERS = ("separator", "html", "columns", "deck", "tags")
_ELSEWHERE = ("sources", "objective", "article", "formerly")
"""Keys that name something of the course that the table came from."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns and rows, and the lines in which they begin; `said` are the headers of a text for Anki, and `lost` is what could not be read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    said: Mapping[str, str]
    lost: tuple[str, ...]
    head: int = 0

    def named(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's line, and its cells by column; of two columns of one name the first counts."""
        for line, row in zip(self.lines, self.rows, strict=True):
            found: dict[str, str] = {}
            for column, cell in zip(self.columns, row, strict=False):
                if column:
                    found.setdefault(column, cell)
            yield line, found

    def left_out(self) -> Iterator[str]:
        """What `named` lacks, in words."""
        yield from self.lost
        yield from (
            f"the second column `{name}`"
            for name, times in Counter(filter(None, self.columns)).items()
            if times > 1
        )
        for place, name in enumerate(self.columns):
            if not name and any(row[place].strip() for row in self.rows if len(row) > place):
                yield f"column {place + 1}: it has no name in the first line"
        for line, row in zip(self.lines, self.rows, strict=True):
            if any(cell.strip() for cell in row[len(self.columns) :]):
                yield f"line {line}: cells right of the last column"


def read(path: Path) -> Table:
    """A table, whichever sign stands between its cells. Raises CannotImport, and OSError."""
    if path.stat().st_size > _MAX_BYTES:
        raise CannotImport(f"`{path}` is larger than {_MAX_BYTES // 1024**2} MiB: split it")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotImport(
            f"`{path}` is not in UTF-8: save it again as *CSV UTF-8*, or as text in Unicode (UTF-8)"
        ) from error
    lines = with_plain_ends(text).split("\n")
    total = len(lines)
    said: dict[str, str] = {}
    while lines and (header := re.fullmatch(r"#([a-z ]+):(.*)", lines[0])):
        said[header[1]] = header[2]
        lines.pop(0)
    separator = _SEPARATORS.get(said.get("separator", "").lower(), said.get("separator", ""))
    if lines and (named := re.fullmatch(r"sep=(.)", lines[0])):
        separator = named[1]
        lines.pop(0)
    if len(separator) != 1:
        separator = max("\t;,", key=lines[0].count)
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=separator, strict=True)
    rows: dict[int, tuple[str, ...]] = {}
    lost = []
    line = total - len(lines) + 1
    try:
        for row in reader:
            if any(row):
                rows[line] = tuple(storable(restored(cell)) for cell in row)
                lost += (
                    [f"line {line}: invisible characters"]
                    if "".join(row) != storable("".join(row))
                    else []
                )
            line = total - len(lines) + reader.line_num + 1
    except csv.Error as error:
        raise CannotImport(
            f"`{path}` cannot be read as a table: in the row that begins in line {line}, {_mistake(error)}"
        ) from error
    if not rows:
        raise CannotImport(f"`{path}` is empty")
    if "separator" in said or "columns" in said:
        return Table(
            _anki_columns(said, max(map(len, rows.values())), separator),
            tuple(rows.values()),
            tuple(rows),
            said,
            tuple(lost),
        )
    head, *begins = rows
    first, *others = rows.values()
    return Table(
        tuple(cell.strip() for cell in first), tuple(others), tuple(begins), said, tuple(lost), head
    )


def _mistake(error: csv.Error) -> str:
    """What is wrong with a row, and how to mend it."""
    said = str(error)
    if "unexpected end" not in said and "expected after" not in said:
        return said
    what = (
        "a quotation mark is never closed"
        if "unexpected end" in said
        else "a cell goes on behind its closing quotation mark"
    )
    return f"{what}: write each quotation mark within a cell twice, and quotation marks around it, or save the table again from a spreadsheet"


def edits(path: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The rows of a spreadsheet of ours by the ids of their cards, and what belongs to no card. Raises CannotImport, and OSError."""
    table = read(path)
    table = replace(
        table, columns=tuple("id" if column.lower() == "id" else column for column in table.columns)
    )
    if "id" not in table.columns:
        raise CannotImport(
            f"`{path}` has no column `id`: take the spreadsheet that `attachdeck build --to csv` makes"
        )
    rows: dict[str, dict[str, str]] = {}
    left, twice = list(table.left_out()), []
    for line, row in table.named():
        name = row.get("id", "").strip()
        if name in rows:
            twice.append(name)
        elif name:
            rows[name] = row
        elif any(cell.strip() for cell in row.values()):
            left.append(
                f"line {line}: this row has no `id`, by which its card is known; `attachdeck new card` adds a card"
            )
    if twice:
        raise CannotImport(
            f"`{path}` has several rows for {', '.join(f'`{each}`' for each in dict.fromkeys(twice))}: keep one of each"
        )
    return rows, left


def draft(path: Path) -> Draft:
    """A course of a table's rows. Raises CannotImport, and OSError."""
    table = read(path)
    ours = {"id", "kind"} <= set(table.columns)
    keys = table.columns if ours else tuple(_key(column) for column in table.columns)
    if not table.said and not {"prompt", "question", "text", "scenario"} & set(keys):
        if len(table.columns) > 3:
            raise CannotImport(
                f"`{path}` does not say which column is the question: name the columns in its first line, such as `prompt` and `answer`"
            )
        keys, table = (
            ("prompt", "answer", "tags")[: len(keys)],
            replace(table, rows=(table.columns, *table.rows), lines=(table.head, *table.lines)),
        )
    table = replace(table, columns=keys)
    lost = [
        *table.left_out(),
        *(
            f"the header #{name}"
            for name in table.said
            if name not in _HEADERS and not name.endswith(" column")
        ),
    ]
    ids, lesson_ids = Ids(), Ids()
    lessons: dict[str, list[Values]] = {}
    places: dict[str, str] = {}
    html = table.said.get("html") == "true"
    for number, (line, row) in enumerate(table.named(), 1):
        if html:
            lost += [
                f"line {line}: {tag}"
                for key in ("prompt", "answer")
                for tag in lost_in(row.get(key, ""))
            ]
            row |= {
                key: markdown(row[key]) for key in ("prompt", "answer") if key in row
            }  # From here on it is Markdown.
        tags = (
            row.get("tags", "") if table.said else re.sub("[,;]", " ", row.get("tags", ""))
        )  # To Anki, a comma is a part of a tag.
        row["tags"] = f"{tags} {table.said.get('tags', '')}"
        above, _, lesson = (row.get("lesson", "").strip() or table.said.get("deck", "")).rpartition(
            "::"
        )
        lost += [f"the deck `{above}` above the lesson `{lesson}`"] if above else []
        card = _card(row, number, f"line {line}", ids, lost)
        if card:
            lessons.setdefault(lesson.strip() or "Cards", []).append(card)
            places[card["id"]] = f"line {line}"
    found = tuple(
        DraftLesson(id=lesson_ids.of(title, title, "lesson"), title=title, cards=tuple(cards))
        for title, cards in lessons.items()
    )
    return Draft(deck=path.stem, lessons=found, lost=tuple(dict.fromkeys(lost)), places=places)


def _anki_columns(said: Mapping[str, str], width: int, separator: str) -> tuple[str, ...]:
    """The columns of a text for Anki, by its headers: the first two that hold fields are question and answer."""
    own = {
        int(number) - 1: key.removesuffix(" column")
        for key, number in said.items()
        if key.endswith(" column") and number.strip().isdecimal()
    }
    names = said.get("columns", "").split(separator)
    fields = iter(("prompt", "answer"))
    columns = []
    for place in range(width):
        if place in own:
            columns.append({"tags": "tags", "deck": "lesson"}.get(own[place], own[place]))
        else:
            columns.append(
                next(fields, None)
                or (names[place] if place < len(names) else f"column {place + 1}")
            )
    return tuple(columns)


def _key(column: str) -> str:
    """The key of a card that a column's name means."""
    return _KEYS.get(
        column.strip().lower(), column.strip() if "." in column else column.strip().lower()
    )


def _card(
    row: Mapping[str, str], number: int, where: str, ids: Ids, lost: list[str]
) -> Values | None:
    """A card from a row's cells; what cannot be one, or be carried, is listed."""
    card: dict[str, Any] = {}
    for way, cell in row.items():
        first = way.partition(".")[0]
        if first not in ("id", "lesson", "tags", "kind"):
            cell = without_media(cell, where, lost)  # noqa: PLW2901  # From here on there are no others.
        if not cell.strip() or first in ("id", "lesson", "tags"):
            continue
        if first in _ELSEWHERE or first not in _CARRIED:
            lost.append(f"{where}: `{way}`" if first in _ELSEWHERE else f"the column `{way}`")
            continue
        _put(card, way.split("."), cell)
    kind = card.get("kind", "").strip().lower() or (
        "cloze" if "text" in card and "prompt" not in card else "basic"
    )
    needs = {
        "cloze": ("text",),
        "choice": ("question", "options"),
        "sequence": ("prompt", "steps"),
        "practice": ("prompt",),
    }
    if kind == "choice" and "question" not in card and "prompt" in card:
        card["question"] = card.pop("prompt")  # The word for both, where it names a column.
    if kind == "basic" and "{{c1::" in card.get("prompt", ""):
        kind, card["text"] = "cloze", card.pop("prompt")
        if "answer" in card:
            card.setdefault("why", card.pop("answer"))
            card.pop("answer", None)
    missing = ", ".join(
        f"`{key}`" for key in needs.get(kind, ("prompt", "answer")) if key not in card
    )
    if missing or kind not in ("basic", "reversed", "typed", *needs):
        known = kind in ("basic", "reversed", "typed", *needs)
        lost.append(
            f"{where}: it is no whole card, without {missing}"
            if known
            else f"{where}: cards of kind {kind} need more than a table"
        )
        return None
    if "image-occlusion:" in card.get("text", ""):
        lost.append(f"{where}: a picture with hidden regions")
        return None
    words = card.get("prompt") or card.get("text") or card.get("question") or ""
    own = row.get("id", "").strip()
    name = ids.of(own or words, f"row {number} {words}", given=own)
    lost += [f"{where}: the id {own} (it is {name} now)"] if own and own != name else []
    tags = fitting_tags(
        [
            cell
            for key, cells in row.items()
            if key.partition(".")[0] == "tags"
            for cell in cells.split()
        ],
        where,
        lost,
    )
    return {
        "id": name,
        "kind": kind,
        **{key: value for key, value in card.items() if key != "kind"},
        **({"tags": tags} if tags else {}),
    }


_CARRIED = {"kind", "prompt", "answer", "text", "question", "options", "steps", "why", "confusion", "hint", "reverse", "accept", "whole", "example",
            "content_note", "status", "retired_because", "lint"}  # fmt: skip


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
