"""CrowdAnki's folder: `deck.json` with decks in decks, note types and notes, and the files in `media/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attachdeck.importing.found import CannotImport, Found, FoundDeck, FoundNote
from attachdeck.normal import normal

_MAX_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 30

Json = Mapping[str, Any]


def json_file(path: Path) -> Path | None:
    """The JSON of a CrowdAnki folder, or of the file itself; None where there is none."""
    if path.suffix.lower() == ".json":
        return path
    found = [path / name for name in ("deck.json", f"{path.name}.json") if (path / name).is_file()]
    return found[0] if found else None


def read(path: Path) -> Found:
    """All that the folder holds. Raises CannotImport, and OSError."""
    if path.stat().st_size > _MAX_BYTES:
        raise CannotImport(f"`{path}` is larger than {_MAX_BYTES // 1024**2} MiB")
    try:
        root = json.loads(path.read_text(encoding="utf-8-sig"))
        types = {str(each["crowdanki_uuid"]): _note_type(each) for each in root["note_models"]}
        decks = list(_decks(root, "", 0))
        notes = tuple(_note(each, name, types) for name, deck in decks for each in deck["notes"])
        described = {name: FoundDeck(0, str(deck.get("desc", ""))) for name, deck in decks}
        names = [str(name) for _, deck in decks for name in deck.get("media_files", ())]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotImport(
            f"`{path}` is no deck of CrowdAnki's, or it is broken ({type(error).__name__}: {error}): export it again"
        ) from error
    used = {note.note_type for note in notes}
    media, missing = _media(path.parent / "media", names)
    return Found(
        notes=notes,
        note_types={each["id"]: each for each in types.values() if each["id"] in used},
        decks=described,
        media=media,
        lost=(
            "the note types' ids in Anki, which CrowdAnki does not say: those who have the deck keep theirs, and are not updated by a package",
            *(f"the file {name}: it is not in media/" for name in missing),
        ),
        from_anki=False,
    )


def _decks(deck: Json, above: str, depth: int) -> Iterator[tuple[str, Json]]:
    """Every deck with its whole name."""
    if depth > _MAX_DEPTH:
        raise ValueError("decks in decks in decks")
    own = "::".join(
        " ".join(part.replace('"', "'").split()) or "Deck" for part in str(deck["name"]).split("::")
    )
    name = normal(f"{above}{own}")
    yield name, deck
    for child in deck.get("children", ()):
        yield from _decks(child, f"{name}::", depth + 1)


def _note_type(said: Json) -> dict[str, Any]:
    """A note type with an id of its own: CrowdAnki names it by a UUID."""
    digest = hashlib.sha256(str(said["crowdanki_uuid"]).encode()).digest()
    number = 1_600_000_000_000 + int.from_bytes(digest[:8], "big") % 100_000_000_000
    fields, templates = (
        sorted(said[key], key=lambda each: int(each["ord"])) for key in ("flds", "tmpls")
    )
    if not (
        all(isinstance(each["name"], str) for each in (*fields, *templates))
        and all(isinstance(t[k], str) for t in templates for k in ("qfmt", "afmt"))
    ):
        raise ValueError("a field or a template is not whole")
    return {
        **said,
        "id": number,
        "mod": 0,
        "name": str(said["name"]),
        "css": str(said["css"]),
        "type": int(said["type"]),
        "flds": fields,
        "tmpls": templates,
    }


def _note(said: Json, deck: str, types: Mapping[str, dict[str, Any]]) -> FoundNote:
    note_type = types[str(said["note_model_uuid"])]
    fields = tuple(normal(str(each)) for each in said["fields"])
    if len(fields) != len(note_type["flds"]):
        raise ValueError(
            f"the note {said['guid']} has {len(fields)} fields and its note type {len(note_type['flds'])}"
        )
    return FoundNote(
        guid=str(said["guid"]),
        note_type=note_type["id"],
        fields=fields,
        tags=tuple(map(str, said["tags"])),
        deck=deck,
        modified=0,
    )


def _media(folder: Path, names: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """The listed files that lie in the folder itself, and the names of the others."""
    found, missing = {}, []
    place = folder.parent.resolve() / folder.name  # A link would lead elsewhere.
    for name in sorted(set(names)):
        path = folder / name
        if (
            Path(name).name == name
            and "\\" not in name
            and path.is_file()
            and path.resolve().parent == place
        ):
            found[normal(name)] = path.read_bytes()
        else:
            missing.append(name)
    return found, missing
