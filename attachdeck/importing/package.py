"""A package (`.apkg`, `.colpkg`, old or new), read by Anki's own engine in a collection of its own."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.engine.collection import EngineRefused, import_package, opened
from attachdeck.importing.bounds import check_size
from attachdeck.importing.found import CannotImport, Found, FoundDeck, FoundNote
from attachdeck.system.normal import normal

if TYPE_CHECKING:
    from anki.collection import Collection

SUFFIXES = (".apkg", ".colpkg")


def read(package: Path) -> Found:
    """All that a package holds but scheduling. Raises CannotImport, and NoEngine where Anki's engine is not installed."""
    check_size(package)
    whole = package.suffix.lower() == ".colpkg"
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            opened(Path(folder) / "collection.anki2", package if whole else None) as collection,
        ):
            if not whole:
                _make_room(collection)
                import_package(collection, package)
            return _found(collection, Path(folder) / "collection.media")
    except EngineRefused as error:
        raise CannotImport(f"Anki cannot read {package}: {error}") from error


def _make_room(collection: Collection) -> None:
    """Give the note types of an empty collection other names: Anki would rename the package's `Basic` beside its own."""
    for place, each in enumerate(collection.models.all()):
        each["name"] = f"attachdeck {place}"
        collection.models.update_dict(each)


def _found(collection: Collection, media: Path) -> Found:
    db: Any = collection.db
    names = {int(each.id): each.name for each in collection.decks.all_names_and_ids()}
    cards: dict[int, list[tuple[int, int]]] = {}
    for note, place, deck, home in db.execute(
        "select nid, ord, did, odid from cards order by nid, ord"
    ):
        cards.setdefault(note, []).append((place, home or deck))
    lost: list[str] = []
    notes = []
    for number, guid, note_type, modified, tags, fields in db.execute(
        "select id, guid, mid, mod, tags, flds from notes order by id"
    ):
        decks = list(dict.fromkeys(names.get(deck, "Default") for _, deck in cards.get(number, ())))
        if not decks:
            lost.append(f"the note {guid}: it has no card")
            continue
        if len(decks) > 1:
            lost.append(
                f"the note {guid}: that its cards lie in several decks ({', '.join(decks)}); learners' own stay where they are"
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
    used = {note.note_type for note in notes}
    return Found(
        notes=tuple(notes),
        note_types={
            each["id"]: json.loads(json.dumps(each))
            for each in collection.models.all()
            if each["id"] in used
        },
        decks={
            name: FoundDeck(
                number,
                str((collection.decks.get(number, default=False) or {}).get("desc", "")),  # type: ignore[arg-type]
            )
            for number, name in names.items()
        },
        media={
            normal(each.name): each.read_bytes()
            for each in sorted(media.iterdir())
            if each.is_file()
        },
        lost=tuple(lost),
    )
