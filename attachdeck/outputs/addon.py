"""The output `addon`: an add-on for Anki that carries the course's deck.

Its code is that of the room `addon/`, unchanged, and `anki/stamp.py`; what is the course's own is
in `course.json`, `lessons.json`, `manifest.json` and the deck, as data. So no text of a course
becomes code.

The same deck gives the same bytes, as in `apkg`.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from attachdeck.addon.start import OLDEST
from attachdeck.anki.note_types import direction, words
from attachdeck.compile.deck import Deck
from attachdeck.compile.notes import report_address
from attachdeck.outputs import addon_lessons, apkg

SUFFIX = ".ankiaddon"

_PACKAGE = Path(__file__).resolve().parents[1]
_CODE = ("addon/*.py", "addon/page.css", "addon/page.js", "anki/__init__.py", "anki/stamp.py")
"""The files of attachdeck that run inside Anki, at the same places in the add-on."""
_BEGINNING = b"from .addon.start import begin\n\nbegin()\n"
"""The first file that Anki runs."""


def write(deck: Deck, place: Path) -> None:
    """Write the add-on. Raise OSError when the file cannot be written."""
    files = _code() | {
        "course.json": _json(_course(deck)),
        "lessons.json": _json(addon_lessons.contents(deck)),
        "deck.apkg": _deck(deck, place.parent),
        "manifest.json": _json(_manifest(deck)),
    }
    with zipfile.ZipFile(place, "w") as addon:
        for name, content in sorted(files.items()):
            apkg.store(addon, name, BytesIO(content), len(content))


def folder_name(course: str) -> str:
    """Return the name of the folder in which Anki puts a course's add-on, by the course's id.

    It is that of its translations, too: their notes are the same, so that a learner has one.
    """
    return f"attachdeck_{course.replace('-', '_')}"


def _code() -> dict[str, bytes]:
    """Return the files of the code, with the licence that it needs."""
    files = (file for pattern in _CODE for file in _PACKAGE.glob(pattern))
    # A checkout on Windows may have other line ends.
    code = {
        file.relative_to(_PACKAGE).as_posix(): file.read_bytes().replace(b"\r\n", b"\n")
        for file in (*files, _PACKAGE / "addon" / "LICENSE")
    }
    return code | {"__init__.py": _BEGINNING}


def _deck(deck: Deck, folder: Path) -> bytes:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        package = Path(name) / "deck.apkg"
        apkg.write(deck, package)
        return package.read_bytes()


def _course(deck: Deck) -> dict[str, object]:
    """Return what the code inside Anki knows of the course besides its deck."""
    course = deck.course
    return {
        "id": course.id,
        "title": course.title,
        "version": course.version,
        "language": course.language,
        "deck": course.deck,
        "changed": _changed(deck),
        "since": _since(deck),
        "direction": direction(course.language),
        "report": report_address(course),
        "words": words(course.language),
    }


def _manifest(deck: Deck) -> dict[str, object]:
    """Return what Anki's add-on manager wants to know."""
    course = deck.course
    homepage = {"homepage": course.homepage} if course.homepage else {}
    return {
        "package": folder_name(course.id),
        "name": course.title,
        "human_version": course.version,
        "min_point_version": OLDEST,
        "conflicts": [],
        "mod": _changed(deck),
        **homepage,
    }


def _changed(deck: Deck) -> int:
    """Return the second of the deck's latest change, or of the release that brought one of its
    cards."""
    note_types = (dated.modified for dated in deck.note_types.values())
    notes = (max(note.modified, note.since) for note in deck.notes)
    return max((*note_types, *notes), default=0)


def _since(deck: Deck) -> dict[int, list[str]]:
    """Return the GUIDs of the notes that each release brought, by its second."""
    brought: dict[int, list[str]] = {}
    for note in deck.notes:
        if note.since:
            brought.setdefault(note.since, []).append(note.guid)
    return brought


def _json(values: dict[str, object]) -> bytes:
    # ASCII alone, whatever a title holds: Anki reads the manifest in the system's encoding.
    return f"{json.dumps(values, indent=2, sort_keys=True)}\n".encode("ascii")
