"""CrowdAnki's folder: `deck.json` with decks in decks, note types and notes, and the files in
`media/`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from attachdeck.importing.draft import deck_name
from attachdeck.importing.found import CannotImport, Found, FoundDeck, FoundNote
from attachdeck.system.normal import normal

_MAX_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 30

_NO_IDS = (
    "the note types' ids in Anki, which CrowdAnki does not store: "
    "a package of this course does not update the cards of people who have the deck"
)

_T = TypeVar("_T")
_GAPS = re.compile(r"\{\{[^{}]*\bcloze:")
_CSS = """\
.card {
    font-family: arial;
    font-size: 20px;
    line-height: 1.5;
    text-align: center;
    color: black;
    background-color: white;
}
"""
"""The style of a new note type in Anki."""
# What a note type says besides names and templates, by Anki's key; the values show the type.
_NOTE_TYPE = {
    "sortf": 0,
    "latexPre": "",
    "latexPost": "",
    "latexsvg": False,
    "originalStockKind": 0,
}
_FIELD = {
    "id": 0,
    "font": "",
    "size": 0,
    "rtl": False,
    "sticky": False,
    "description": "",
    "plainText": False,
    "collapsed": False,
    "excludeFromSearch": False,
    "preventDeletion": False,
    "tag": 0,
}
_TEMPLATE = {"id": 0, "bqfmt": "", "bafmt": "", "bfont": "", "bsize": 0}


def json_file(path: Path) -> Path | None:
    """Return the JSON of a CrowdAnki folder, or the file itself; None if there is none."""
    if path.suffix.lower() == ".json":
        return path
    paths = [path / name for name in ("deck.json", f"{path.name}.json") if (path / name).is_file()]
    return paths[0] if paths else None


def read(path: Path) -> Found:
    """Return the deck in the folder. Raise CannotImport, and OSError."""
    root = _Part(_json(path), "", path)
    decks = list(_decks(root, "", 0))
    types = {
        model["crowdanki_uuid"].text(): _note_type(model)
        for _, deck in decks
        for model in deck.entries("note_models")
    }
    lost: list[str] = []
    notes = tuple(
        _note(note, name, types, lost) for name, deck in decks for note in deck.entries("notes")
    )
    names = [name for _, deck in decks for name in deck.texts("media_files")]
    used = {note.note_type for note in notes}
    media, missing = _media(path.parent / "media", names)
    unnamed = sum(not note.guid for note in notes)
    return Found(
        notes=notes,
        note_types={
            note_type["id"]: note_type for note_type in types.values() if note_type["id"] in used
        },
        decks={name: FoundDeck(0, deck.get("desc", "")) for name, deck in decks},
        media=media,
        lost=(
            _NO_IDS,
            *([f"GUIDs of {unnamed} notes: the file does not contain them"] if unnamed else []),
            *lost,
            *(f"the file {name}: it is not in media/" for name in missing),
        ),
        from_anki=False,
    )


def _json(path: Path) -> Any:
    """Return what a JSON file says. Raise CannotImport, and OSError."""
    if path.stat().st_size > _MAX_BYTES:
        raise CannotImport(f"`{path}` is larger than {_MAX_BYTES // 1024**2} MiB")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _not_a_deck(path, f"{place}: the JSON is damaged ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise _not_a_deck(path, "it is not in UTF-8") from error
    except RecursionError as error:
        raise _not_a_deck(path, "it is nested too deeply") from error
    except ValueError as error:  # Python reads no numbers of thousands of digits.
        raise _not_a_deck(path, "a number in it is too long") from error


def _not_a_deck(path: Path, reason: str) -> CannotImport:
    return CannotImport(
        f"`{path}` is not a CrowdAnki deck: {reason}; export the deck again with CrowdAnki"
    )


class _Part:
    """A value in the JSON, with its place there for messages."""

    def __init__(self, value: Any, where: str, path: Path) -> None:
        self.value, self.where, self.path = value, where, path

    def __getitem__(self, key: str) -> _Part:
        """Return the value of a required key. Raise CannotImport where it is missing."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        if self.value.get(key) is None:
            raise _not_a_deck(self.path, f"{self.name} has no `{key}`")
        return _Part(self.value[key], f"{self.where}.{key}".lstrip("."), self.path)

    def get(self, key: str, usual: _T) -> _T:
        """Return the value under a key, or the usual one where there is none of its type."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        value = self.value.get(key)
        return value if type(value) is type(usual) else usual

    def entries(self, key: str) -> list[_Part]:
        """Return the entries under a key, none where it is missing."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        values = self.value.get(key)
        where = f"{self.where}.{key}".lstrip(".")
        if values is None:
            return []
        if not isinstance(values, list):
            raise _Part(values, where, self.path).wrong("a list")
        return [_Part(value, f"{where}[{place}]", self.path) for place, value in enumerate(values)]

    def texts(self, key: str) -> list[str]:
        """Return the texts in a list, without its other values."""
        return [part.value for part in self.entries(key) if isinstance(part.value, str)]

    def text(self) -> str:
        """Return a text, or what a number is written as."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.wrong("a text")
        return str(self.value)

    @property
    def name(self) -> str:
        return f"`{self.where}`" if self.where else "the deck"

    def wrong(self, kind: str) -> CannotImport:
        return _not_a_deck(self.path, f"{self.name} is not {kind}")


def _decks(deck: _Part, above: str, depth: int) -> Iterator[tuple[str, _Part]]:
    """Yield every deck with its whole name."""
    if depth > _MAX_DEPTH:
        raise _not_a_deck(deck.path, f"decks are nested more than {_MAX_DEPTH} deep")
    name = f"{above}{deck_name(deck['name'].text())}"
    yield name, deck
    for child in deck.entries("children"):
        yield from _decks(child, f"{name}::", depth + 1)


def _note_type(model: _Part) -> dict[str, Any]:
    """Return a note type with an id of its own, since CrowdAnki names it by a UUID.

    What it does not say is as Anki has it in a new note type.
    """
    uuid = model["crowdanki_uuid"].text()
    digest = hashlib.sha256(uuid.encode()).digest()
    number = 1_600_000_000_000 + int.from_bytes(digest[:8], "big") % 100_000_000_000
    fields = [_field(field) for field in _ordered(model, "flds")]
    templates = [
        _template(template, f"Card {place}")
        for place, template in enumerate(_ordered(model, "tmpls"), 1)
    ]
    if not fields or not templates:
        raise _not_a_deck(model.path, f"{model.name} has no {'tmpls' if fields else 'flds'}")
    gaps = any(_GAPS.search(template["qfmt"]) for template in templates)
    return {
        "id": number,
        "mod": 0,
        "name": model["name"].text(),
        "css": model.get("css", _CSS),
        "type": model.get("type", int(gaps)),
        "flds": fields,
        "tmpls": templates,
        **_typed(model, _NOTE_TYPE),
    }


def _ordered(model: _Part, key: str) -> list[_Part]:
    """Return fields or templates in Anki's order; where they do not say it, as they are listed."""
    return sorted(model.entries(key), key=lambda part: part.get("ord", len(model.entries(key))))


def _field(field: _Part) -> dict[str, Any]:
    return {"name": field["name"].text(), **_typed(field, _FIELD)}


def _template(template: _Part, usual: str) -> dict[str, Any]:
    texts = {key: template[key].text() for key in ("qfmt", "afmt")}
    return {"name": template.get("name", usual), **texts, **_typed(template, _TEMPLATE)}


def _typed(part: _Part, usual: Mapping[str, object]) -> dict[str, Any]:
    """Return the values that have the type of the usual ones; Anki's defaults replace the
    others."""
    return {
        key: part.value[key]
        for key, value in usual.items()
        if type(part.value.get(key)) is type(value)
    }


def _note(
    note: _Part, deck: str, types: Mapping[str, dict[str, Any]], lost: list[str]
) -> FoundNote:
    uuid = note["note_model_uuid"].text()
    if uuid not in types:
        raise _not_a_deck(note.path, f"the note type of {note.name} is missing ({uuid})")
    note["fields"]
    fields = [normal(field.text()) for field in note.entries("fields")]
    count = len(types[uuid]["flds"])
    lost += [
        f"the text `{text[:60]}` of {note.name}: its note type has {count} fields"
        for text in fields[count:]
    ]
    tags = note.value.get("tags") or []
    return FoundNote(
        guid=note.get("guid", ""),
        note_type=types[uuid]["id"],
        fields=(*fields, *[""] * (count - len(fields)))[:count],
        tags=tuple(tags.split() if isinstance(tags, str) else note.texts("tags")),
        deck=deck,
        modified=0,
    )


def _media(folder: Path, names: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """Return the listed files that lie in the folder itself, and the names of the others."""
    media, missing = {}, []
    place = folder.parent.resolve() / folder.name  # A link would lead elsewhere.
    for name in sorted(set(names)):
        path = folder / name
        if (
            Path(name).name == name
            and "\\" not in name
            and path.is_file()
            and path.resolve().parent == place
        ):
            media[normal(name)] = path.read_bytes()
        else:
            missing.append(name)
    return media, missing
