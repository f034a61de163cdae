"""A Deck as an `.apkg`: the package of schema 11 that every Anki since 2.1 reads.

The only importer of genanki.

The same deck gives the same bytes on every machine. What would differ is fixed here:

- the zip entries' date, system and permissions, and their order; they are stored, because Deflate
  differs between builds of zlib;
- SQLite's page size, the bytes of deleted rows (`secure_delete`), the layout (each row is written
  once, in order), and the three counters in the file's header, one of which is the number of the
  library's version (https://www.sqlite.org/fileformat.html#the_database_header);
- every time and id comes from the deck, and none from the clock.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

from attachdeck.anki.note_types import Field, Template
from attachdeck.anki.note_types.generation import requirements
from attachdeck.anki.sort_field import checksum, sort_text
from attachdeck.compile.deck import DatedNoteType, Deck, Subdeck
from attachdeck.outputs.presets import by_id
from attachdeck.system.safe_write import folder_beside

SUFFIX = ".apkg"

_BETWEEN_FIELDS = "\x1f"
"""The separator of a note's fields in Anki's database; no text of a course contains it."""

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_COLLECTION_ROW = "INSERT INTO col VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NOTE_ROW = "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')"
_CARD = struct.Struct(">QQQQQQ")
"""A card's id, note, deck, place among its note's cards, time of change and position, as bytes that
sort like the numbers."""
_CARD_ROW = "INSERT INTO cards VALUES (?, ?, ?, ?, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')"


def write(deck: Deck, path: Path) -> None:
    """Write the package beside its place and then move it there: if that fails, the last one stays
    whole.

    Raise OSError when the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_beside(path) as folder:
        package = folder / path.name
        try:
            _Package(deck).write_to_file(package)
        except sqlite3.OperationalError as error:  # So SQLite calls a full disk.
            raise OSError(str(error)) from error
        package.replace(path)


class _Package(genanki.Package):  # type: ignore[misc]  # genanki has no types.
    """genanki's package, with the deck's own times and ids; the same deck gives the same bytes."""

    def __init__(self, deck: Deck) -> None:
        super().__init__([])
        self.deck = deck

    def write_to_file(self, file: Path, timestamp: float | None = None) -> None:
        database = file.with_suffix(".anki2")
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.executescript(
                "PRAGMA page_size=8192; PRAGMA secure_delete=ON; "
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            )
            self.write_to_db(connection.cursor(), 0.0, iter(()))
        _normalise_header(database)
        with zipfile.ZipFile(file, "w") as package:
            with database.open("rb") as content:
                store(package, "collection.anki2", content, database.stat().st_size)
            media = json.dumps(
                {str(place): name for place, name in enumerate(self.deck.media)}
            ).encode()
            store(package, "media", BytesIO(media), len(media))
            for place, picture in enumerate(self.deck.media.values()):
                store(package, str(place), BytesIO(picture), len(picture))

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: Iterator[int]) -> None:
        tables, index, indexes = APKG_SCHEMA.partition("CREATE INDEX")
        # In order of their ids and before the indexes, rows fill the file from front to back: it is
        # written once, and always in the same way.
        cursor.executescript(tables)
        cursor.execute("BEGIN")
        cursor.execute(_COLLECTION_ROW, self.collection())
        cards: list[bytes] = []
        cursor.executemany(_NOTE_ROW, self.note_rows(cards))
        cursor.executemany(_CARD_ROW, map(_CARD.unpack, sorted(cards)))
        cursor.execute("COMMIT")
        cursor.executescript(f"{index}{indexes}")

    def note_rows(self, cards: list[bytes]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the notes, in order of their ids; the rows of their cards are added to
        `cards`, packed so that they can be sorted."""
        deck_ids = {subdeck.name: subdeck.id for subdeck in self.deck.decks}
        note_types = {key: dated.id for key, dated in self.deck.note_types.items()}
        for note in sorted(self.deck.notes, key=lambda note: note.id):
            deck = deck_ids[note.deck]
            cards += [
                _CARD.pack(card.id, note.id, deck, card.place, note.modified, note.position)
                for card in note.cards
            ]
            sorted_by = sort_text(note.fields[0])
            yield (
                note.id,
                note.guid,
                note_types[note.note_type],
                note.modified,
                f" {' '.join(note.tags)} " if note.tags else "",
                _BETWEEN_FIELDS.join(note.fields),
                sorted_by,
                checksum(sorted_by),
            )

    def collection(self) -> tuple[Any, ...]:
        """Return genanki's row for the collection, with the deck's own note types, decks and
        preset."""
        deck = self.deck
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(f"{APKG_SCHEMA}{APKG_COL}")
            *row, _models, decks, presets, tags = connection.execute("SELECT * FROM col").fetchone()
        note_types = {
            str(dated.id): _Model(dated).to_json(dated.modified, deck.decks[0].id)
            for dated in deck.note_types.values()
        }
        decks = json.loads(decks) | {
            str(subdeck.id): _Subdeck(subdeck, deck).to_json() for subdeck in deck.decks
        }
        presets = json.loads(presets) | {
            str(id): {"id": id, "mod": 0, "usn": -1, **options}
            for id, options in by_id(deck).items()
        }
        columns = (
            json.dumps(column, ensure_ascii=False, sort_keys=True)
            for column in (note_types, decks, presets)
        )
        return (*row, *columns, tags)


class _Model(genanki.Model):  # type: ignore[misc]
    """genanki's note type, with ids on fields and templates, with roles of fields, and with the
    required fields that Anki itself would work out."""

    def __init__(self, dated: DatedNoteType) -> None:
        own = dated.note_type
        super().__init__(
            dated.id,
            own.name,
            [_field(field) for field in own.fields],
            [_template(template) for template in own.templates],
            own.css,
            self.CLOZE if own.cloze else self.FRONT_BACK,
        )
        self.note_type = own

    @property
    def _req(self) -> list[Any]:
        return requirements(self.note_type)

    def to_json(self, timestamp: int, deck_id: int) -> dict[str, Any]:
        stock = {"originalStockKind": 6} if self.note_type.image_occlusion else {}
        values: dict[str, Any] = super().to_json(timestamp, deck_id)
        return values | stock | {"latexsvg": False} | dict(self.note_type.more)


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "id": field.id,
        "description": "",
        "tag": field.tag,
        "preventDeletion": field.prevents_deletion,
        **field.more,
    }


def _template(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "id": template.id,
        "qfmt": template.front,
        "afmt": template.back,
        **template.more,
    }


class _Subdeck(genanki.Deck):  # type: ignore[misc]
    """genanki's deck, with a description in HTML and its preset."""

    def __init__(self, own: Subdeck, deck: Deck) -> None:
        super().__init__(own.id, own.name, own.description)
        self.preset = deck.preset_of(own)
        # Presets arrive only where a learner ticks them; this arrives with the deck.
        retention = deck.study.practice.desired_retention
        self.more = {"desiredRetention": retention} if own.practice else {}

    def to_json(self) -> dict[str, Any]:
        today = {key: [0, 0] for key in ("lrnToday", "newToday", "revToday", "timeToday")}
        values: dict[str, Any] = super().to_json()
        own = {"conf": self.preset, "md": False, "mod": 0, "extendRev": 0, "browserCollapsed": True}
        return values | today | own | self.more


def _normalise_header(database: Path) -> None:
    """Set the three numbers of SQLite's header that differ between machines to constants: the
    change counter, the version-valid-for number and the library's version."""
    with database.open("r+b") as file:
        for offset, value in ((24, 1), (92, 1), (96, 3_000_000)):
            file.seek(offset)
            file.write(value.to_bytes(4, "big"))


def store(package: zipfile.ZipFile, name: str, content: BinaryIO, size: int) -> None:
    """Add an uncompressed entry of `size` bytes to a package."""
    entry = zipfile.ZipInfo(name, _ZIP_DATE)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    entry.file_size = size
    with package.open(entry, "w") as file:
        shutil.copyfileobj(content, file, 1024 * 1024)
