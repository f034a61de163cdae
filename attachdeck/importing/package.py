"""A package (`.apkg`, `.colpkg`, old or new), read by Anki's own engine in a collection of its own."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.engine import NoEngine
from attachdeck.importing.bounds import check_size
from attachdeck.importing.found import CannotImport, Found, FoundDeck, FoundNote

if TYPE_CHECKING:
    from anki.collection import Collection

SUFFIXES = (".apkg", ".colpkg")


def read(package: Path) -> Found:
    """All that a package holds but scheduling. Raises CannotImport, and NoEngine where Anki's engine is not installed."""
    check_size(package)
    with tempfile.TemporaryDirectory() as folder, _opened(package, Path(folder)) as collection:
        return _found(collection, Path(folder) / "collection.media")


@contextmanager
def _opened(package: Path, folder: Path) -> Iterator[Collection]:
    try:
        from anki._backend import RustBackend
        from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
        from anki.errors import AnkiException
    except ImportError as error:
        raise NoEngine from error
    path, media = folder / "collection.anki2", folder / "collection.media"
    media.mkdir()
    collection = None
    try:
        if package.suffix.lower() == ".colpkg":
            RustBackend().import_collection_package(
                col_path=str(path), backup_path=str(package.resolve()), media_folder=str(media), media_db=str(folder / "collection.mdb")
            )
        collection = Collection(str(path))
        if package.suffix.lower() != ".colpkg":
            _make_room(collection)
            collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package.resolve()), options=ImportAnkiPackageOptions()))
            collection.models._clear_cache()  # noqa: SLF001  # Else Python shows note types as they were before the import.
        yield collection
    except AnkiException as error:
        raise CannotImport(f"Anki cannot read {package}: {error}") from error
    finally:
        if collection is not None:
            collection.close()


def _make_room(collection: Collection) -> None:
    """Give the note types of an empty collection other names: Anki would rename the package's `Basic` beside its own."""
    for place, each in enumerate(collection.models.all()):
        each["name"] = f"attachdeck {place}"
        collection.models.update_dict(each)


def _found(collection: Collection, media: Path) -> Found:
    db: Any = collection.db
    names = {int(each.id): each.name for each in collection.decks.all_names_and_ids()}
    cards: dict[int, list[tuple[int, int]]] = {}
    for note, place, deck, home in db.execute("select nid, ord, did, odid from cards order by nid, ord"):
        cards.setdefault(note, []).append((place, home or deck))
    lost: list[str] = []
    notes = []
    for number, guid, note_type, modified, tags, fields in db.execute("select id, guid, mid, mod, tags, flds from notes order by id"):
        decks = list(dict.fromkeys(names.get(deck, "Default") for _, deck in cards.get(number, ())))
        if not decks:
            lost.append(f"the note {guid}: it has no card")
            continue
        if len(decks) > 1:
            lost.append(f"the note {guid}: that its cards lie in several decks ({', '.join(decks)}); learners' own stay where they are")
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
    used = {note.note_type for note in notes}
    return Found(
        notes=tuple(notes),
        note_types={each["id"]: json.loads(json.dumps(each)) for each in collection.models.all() if each["id"] in used},
        decks={name: FoundDeck(number, str((collection.decks.get(number, default=False) or {}).get("desc", ""))) for number, name in names.items()},  # type: ignore[arg-type]
        media={unicodedata.normalize("NFC", each.name): each.read_bytes() for each in sorted(media.iterdir()) if each.is_file()},
        lost=tuple(lost),
    )
