"""Tables: the spreadsheet that `build --to csv` makes, tables of other makers, and texts for Anki's
import."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from attachdeck.domain.cells import restored
from attachdeck.importing import anki_text, columns, rows
from attachdeck.importing.cards import card_of
from attachdeck.importing.draft import Draft, DraftLesson, Ids, Values, storable
from attachdeck.importing.found import CannotImport

SUFFIXES = (".csv", ".tsv", ".txt")

_SEPARATORS = "\t;,|"
_LOOKED_AT = 50
"""In how many lines the separator is looked for."""
_GUESSED = (
    "The file is not in UTF-8. attachdeck read it as cp1252, which Excel uses in Western Europe: "
    "`{}`. "
    "If letters look wrong, add --encoding NAME, such as cp1250, cp1251 or mac_roman."
)
_QUOTED = re.compile(r'"[^"]*+"')


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns and rows, the lines in which they begin, and what could not be read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    lost: tuple[str, ...]

    def named(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row's line, and its cells by column; of two columns of one name the first
        counts."""
        for line, row in zip(self.lines, self.rows, strict=True):
            cells: dict[str, str] = {}
            for column, cell in zip(self.columns, row, strict=False):
                if column:
                    cells.setdefault(column, cell)
            yield line, cells

    def left_out(self) -> Iterator[str]:
        """Yield what `named` lacks, in words."""
        yield from self.lost
        yield from (
            f"the second column `{name}`"
            for name, times in Counter(filter(None, self.columns)).items()
            if times > 1
        )
        for place, name in enumerate(self.columns):
            if not name and any(row[place].strip() for row in self.rows if len(row) > place):
                yield f"column {place + 1}: it has no name"
        for line, row in zip(self.lines, self.rows, strict=True):
            if any(cell.strip() for cell in row[len(self.columns) :]):
                yield f"line {line}: cells right of the last column"


def _cells(path: Path, text: str) -> tuple[rows.Rows, list[str]]:
    """Return a table's rows, and what could not be read of them. Raise CannotImport."""
    lines = text.split("\n")
    first = 1
    if named := re.fullmatch(r"sep=(.)", lines[0]):
        lines, first = lines[1:], 2
    parsed = rows.read(path, lines, named[1] if named else _separator(text), first)
    if not parsed.cells:
        raise CannotImport(f"`{path}` is empty")
    lost = [
        f"line {line}: invisible characters"
        for line, row in zip(parsed.lines, parsed.cells, strict=True)
        if "".join(row) != storable("".join(row))
    ]
    cells = tuple(tuple(storable(restored(cell)) for cell in row) for row in parsed.cells)
    return rows.Rows(cells, parsed.lines), lost


def _separator(text: str) -> str:
    """Return the separator that occurs equally often in the most lines, outside of quotes."""
    bare = _QUOTED.sub("", text)
    lines = [line for line in bare.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]

    def lines_alike(sign: str) -> int:
        counted = Counter(number for line in lines if (number := line.count(sign)))
        return max(counted.values(), default=0)

    return max(_SEPARATORS, key=lines_alike)


def edits(path: Path, encoding: str = "") -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return a spreadsheet's rows by the ids of their cards, and what belongs to no card.

    Raise CannotImport, and OSError.
    """
    parsed, lost = _cells(path, rows.decoded(path, encoding))
    head, *others = parsed.cells
    names = tuple("id" if name.strip().lower() == "id" else name.strip() for name in head)
    table = Table(names, tuple(others), parsed.lines[1:], tuple(lost))
    if "id" not in table.columns:
        raise CannotImport(
            f"`{path}` has no column `id`: use the spreadsheet from `attachdeck build --to csv`"
        )
    by_id: dict[str, dict[str, str]] = {}
    left_out, twice = list(table.left_out()), []
    for line, row in table.named():
        name = row.get("id", "").strip()
        if name in by_id:
            twice.append(name)
        elif name:
            by_id[name] = row
        elif any(cell.strip() for cell in row.values()):
            left_out.append(
                f"line {line}: this row has no `id`; run `attachdeck new card` to add a card"
            )
    if twice:
        raise CannotImport(
            f"`{path}` has several rows for "
            f"{', '.join(f'`{name}`' for name in dict.fromkeys(twice))}: keep one row for each"
        )
    return by_id, left_out


def draft(path: Path, asked: columns.Asked, encoding: str = "") -> Draft:
    """Return a course of a table's rows.

    Raise CannotImport, OSError, and Unclear where it is a guess what the columns mean.
    """
    guess = "" if encoding else rows.guessed(path)
    text = rows.decoded(path, "cp1252" if guess else encoding)
    notes = [_GUESSED.format(guess)] if guess else []
    if anki_text.is_for_anki(path, text):
        drafted = anki_text.draft(path, anki_text.read(path, text), asked)
        return replace(drafted, note="".join(notes))
    parsed, lost = _cells(path, text)
    parsed, titles = _without_titles(parsed)
    names = tuple(name.strip() for name in parsed.cells[0])
    is_ours = {"id", "kind"} <= set(names)
    meant = columns.Columns(names, True) if is_ours else columns.of_table(parsed.cells, asked)
    begin = int(meant.has_names)
    table = Table(meant.keys, parsed.cells[begin:], parsed.lines[begin:], (*titles, *lost))
    notes += [] if meant.has_names or asked else [_read_as(meant.keys)]
    return _drafted(path, table, "\n".join(notes))


def _without_titles(table: rows.Rows) -> tuple[rows.Rows, list[str]]:
    """Remove rows with a single cell above a table, such as its title."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in table.cells]
    above = next((place for place, number in enumerate(filled) if number > 1), 0)
    titles = [
        f"line {line}: {' '.join(' '.join(row).split())}"
        for line, row in zip(table.lines[:above], table.cells[:above], strict=True)
    ]
    return rows.Rows(table.cells[above:], table.lines[above:]), titles


def _read_as(keys: Sequence[str]) -> str:
    """Return a note on how a table without column names was read."""
    listed = ", ".join(f"{place} is {key}" for place, key in enumerate(keys, 1) if key)
    option = ",".join(f"{place}={key or 'why'}" for place, key in enumerate(keys, 1))
    return f"The columns have no names: {listed}. To change this, add --columns {option}"


def _drafted(path: Path, table: Table, note: str) -> Draft:
    lost = list(table.left_out())
    ids, lesson_ids = Ids(), Ids()
    lessons: dict[str, list[Values]] = {}
    places: dict[str, str] = {}
    for number, (line, cells) in enumerate(table.named(), 1):
        place = f"line {line}"
        row = {key: cell.strip() for key, cell in cells.items()}
        if "tags" in row:
            row["tags"] = " ".join(_tags(row["tags"], place, lost))
        above, _, lesson = row.get("lesson", "").strip().rpartition("::")
        lost += [f"the deck `{above}` above the lesson `{lesson}`"] if above else []
        card = card_of(row, number, place, ids, lost)
        if card:
            lessons.setdefault(lesson.strip() or "Cards", []).append(card)
            places[card["id"]] = place
    drafted = tuple(
        DraftLesson(id=lesson_ids.of(title, title, "lesson"), title=title, cards=tuple(cards))
        for title, cards in lessons.items()
    )
    return Draft(
        deck=path.stem,
        lessons=drafted,
        lost=tuple(dict.fromkeys(lost)),
        places=places,
        note=note,
    )


def _tags(cell: str, place: str, lost: list[str]) -> list[str]:
    """Return a cell's tags: between commas or semicolons, else words. What has several words is
    none."""
    parts = [part.strip() for part in re.split("[,;]", cell) if part.strip()]
    if len(parts) == 1 and not columns.is_sentence(cell):
        return cell.split()
    lost += [
        f"{place}: `{part}` cannot be a tag, because it has several words"
        for part in parts
        if len(part.split()) > 1
    ]
    return [part for part in parts if len(part.split()) == 1]
