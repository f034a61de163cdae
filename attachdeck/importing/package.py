"""A package (`.apkg`, `.colpkg`, old or new), read by Anki's own engine in a collection of its
own."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.engine.collection import (
    EngineLost,
    EngineRefused,
    import_package,
    opened,
    run_apart,
)
from attachdeck.importing.bounds import check_size
from attachdeck.importing.found import CannotImport, Found, FoundDeck, FoundNote
from attachdeck.system.normal import normal

if TYPE_CHECKING:
    from anki.collection import Collection

SUFFIXES = (".apkg", ".colpkg")


def read(package: Path) -> Found:
    """Return the notes, note types, decks and media of a package, without scheduling.

    Raise CannotImport, and NoEngine if Anki's engine is not installed.
    """
    check_size(package)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            contents = run_apart(_read, package, folder)
        except EngineLost as error:
            raise CannotImport(str(error)) from error
        except EngineRefused as error:
            raise CannotImport(f"Anki cannot read {package}: {error}") from error
        return replace(contents, media=_media(folder / "collection.media"))


def _read(package: Path, folder: Path) -> Found:
    """Return the contents of a package without scheduling and media, and leave its media in the
    folder."""
    whole = package.suffix.lower() == ".colpkg"
    with opened(folder / "collection.anki2", package if whole else None) as collection:
        if not whole:
            _make_room(collection)
            import_package(collection, package)
        return _contents(collection)


def _make_room(collection: Collection) -> None:
    """Give the note types of an empty collection other names.

    Anki would rename the package's `Basic` beside its own.
    """
    for place, note_type in enumerate(collection.models.all()):
        note_type["name"] = f"attachdeck {place}"
        collection.models.update_dict(note_type)


def _notes(collection: Collection) -> tuple[list[FoundNote], list[str]]:
    """Return the notes of a collection, and what cannot be carried of them."""
    db: Any = collection.db
    names = {int(deck.id): deck.name for deck in collection.decks.all_names_and_ids()}
    cards: dict[int, list[tuple[int, int]]] = {}
    for note, place, deck, home in db.execute(
        "select nid, ord, did, odid from cards order by nid, ord"
    ):
        cards.setdefault(note, []).append((place, home or deck))
    notes: list[FoundNote] = []
    lost: list[str] = []
    for number, guid, note_type, modified, tags, fields in db.execute(
        "select id, guid, mid, mod, tags, flds from notes order by id"
    ):
        decks = list(dict.fromkeys(names.get(deck, "Default") for _, deck in cards.get(number, ())))
        if not decks:
            lost.append(f"the note {guid}: it has no card")
            continue
        if len(decks) > 1:
            lost.append(
                f"the note {guid}: its cards are in several decks ({', '.join(decks)}); learners' "
                "cards stay where they are"
            )
        notes.append(
            FoundNote(
                guid=guid,
                note_type=note_type,
                fields=tuple(fields.split("\x1f")),
                tags=tuple(tags.split()),
                deck=decks[0],
                modified=modified,
                places=frozenset(place for place, _ in cards[number]),
            )
        )
    return notes, lost


def _decks(collection: Collection) -> dict[str, FoundDeck]:
    """Return the decks of a collection by their names."""
    decks = {}
    for deck in collection.decks.all_names_and_ids():
        config: Any = collection.decks.get(deck.id, default=False)  # type: ignore[arg-type]
        decks[deck.name] = FoundDeck(int(deck.id), str((config or {}).get("desc", "")))
    return decks


def _contents(collection: Collection) -> Found:
    """Return the contents of a collection without scheduling and media."""
    notes, lost = _notes(collection)
    used = {note.note_type for note in notes}
    return Found(
        notes=tuple(notes),
        note_types={
            note_type["id"]: json.loads(json.dumps(note_type))
            for note_type in collection.models.all()
            if note_type["id"] in used
        },
        decks=_decks(collection),
        media={},
        lost=tuple(lost),
    )


def _media(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their names."""
    return {
        normal(file.name): file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()
    }
