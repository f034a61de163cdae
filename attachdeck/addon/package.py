"""Read the deck that came with the add-on, and make of it the package of one learner.

An import takes all or nothing of a note. So what a learner shall get of each note is worked out
first, and written into a copy of the package, which Anki then imports in one step.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_DATABASE = "collection.anki2"
BETWEEN_FIELDS = "\x1f"


@dataclass(frozen=True)
class PackedNote:
    """A note of the package; `deck` is the id of the deck of its first card, 0 without cards."""

    id: int
    guid: str
    note_type: int
    modified: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    deck: int


@dataclass(frozen=True)
class Package:
    """What a package holds: notes by GUID, note types and decks as Anki's JSON by id."""

    notes: Mapping[str, PackedNote]
    note_types: Mapping[int, Mapping[str, Any]]
    decks: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """What a note of the learner's becomes."""

    fields: tuple[str, ...]
    tags: tuple[str, ...]
    modified: int


def read(path: Path) -> Package:
    """Return what a package holds. Raise OSError, zipfile.BadZipFile, or sqlite3.Error."""
    with TemporaryDirectory() as name:
        with zipfile.ZipFile(path) as package:
            package.extract(_DATABASE, name)
        with closing(sqlite3.connect(Path(name) / _DATABASE)) as database:
            decks = dict(database.execute("select nid, did from cards order by nid, ord desc"))
            rows = database.execute("select id, guid, mid, mod, tags, flds from notes")
            notes = {
                guid: PackedNote(
                    id,
                    guid,
                    note_type,
                    modified,
                    tuple(tags.split()),
                    tuple(fields.split(BETWEEN_FIELDS)),
                    decks.get(id, 0),
                )
                for id, guid, note_type, modified, tags, fields in rows
            }
            [(models, tree)] = database.execute("select models, decks from col")
    return Package(notes, _by_id(models), _by_id(tree))


@contextmanager
def for_learner(
    path: Path,
    *,
    rows: Mapping[str, Row],
    new: Collection[str],
    decks: Mapping[int, Mapping[str, Any]],
    note_types: Mapping[int, Mapping[str, Any]],
) -> Iterator[Path]:
    """Make the package of one learner; it is deleted afterwards.

    It holds the `new` notes with their cards, and those of `rows`, by GUID, as they become. Those
    have no cards, because the learner has them.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(path) as package:
            package.extract(_DATABASE, folder)
            with closing(sqlite3.connect(folder / _DATABASE)) as database, database:
                _change(database, rows, new)
                texts = (_json(note_types), _json(decks))
                database.execute("update col set models = ?, decks = ?", texts)
            with zipfile.ZipFile(folder / "learner.apkg", "w") as copy:
                copy.write(folder / _DATABASE, _DATABASE)
                for entry in package.infolist():
                    if entry.filename != _DATABASE:
                        with package.open(entry) as old, copy.open(entry.filename, "w") as file:
                            shutil.copyfileobj(old, file)
        yield folder / "learner.apkg"


def media(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the media of a package: names and contents."""
    with zipfile.ZipFile(path) as package:
        for place, name in json.loads(package.read("media")).items():
            yield name, package.read(place)


def _change(database: sqlite3.Connection, rows: Mapping[str, Row], new: Collection[str]) -> None:
    """Leave only the notes that are wanted, as they become, and the cards of the new ones."""
    # Notes are found by id, because the table has no index by GUID.
    added = frozenset(new)
    ids = {guid: id for id, guid in database.execute("select id, guid from notes")}
    known = [guid for guid in ids if guid not in added]
    unwanted = [(ids[guid],) for guid in known if guid not in rows]
    database.executemany("delete from cards where nid = ?", [(ids[guid],) for guid in known])
    database.executemany("delete from notes where id = ?", unwanted)
    database.executemany(
        "update notes set flds = ?, tags = ?, mod = ? where id = ?",
        [
            (BETWEEN_FIELDS.join(row.fields), f" {' '.join(row.tags)} ", row.modified, ids[guid])
            for guid, row in rows.items()
        ],
    )


def _by_id(text: str) -> dict[int, dict[str, Any]]:
    return {int(id): values for id, values in json.loads(text).items()}


def _json(values: Mapping[int, Mapping[str, Any]]) -> str:
    return json.dumps({str(id): value for id, value in values.items()}, ensure_ascii=False)
