"""A course's own note types: what `note_type.yaml` says in Anki's words, and the way back for an import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attachdeck.course import OwnNoteType
from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location
from attachdeck.note_types import Field, NoteType, Template
from attachdeck.note_types.generation import parse

Json = Mapping[str, Any]

# By our key: Anki's, and what holds where neither is written.
_FIELD: Mapping[str, tuple[str, Any]] = {
    "font": ("font", "Arial"),
    "size": ("size", 20),
    "rtl": ("rtl", False),
    "sticky": ("sticky", False),
    "description": ("description", ""),
    "plain_text": ("plainText", False),
    "collapsed": ("collapsed", False),
    "exclude_from_search": ("excludeFromSearch", False),
    "prevent_deletion": ("preventDeletion", False),
    "role": ("tag", None),
}
_TEMPLATE: Mapping[str, tuple[str, Any]] = {
    "browser_front": ("bqfmt", ""),
    "browser_back": ("bafmt", ""),
    "browser_font": ("bfont", ""),
    "browser_size": ("bsize", 0),
}
_NOTE_TYPE: Mapping[str, tuple[str, Any]] = {
    "latex_svg": ("latexsvg", False),
    "stock_kind": ("originalStockKind", None),
    "latex_before": ("latexPre", None),
    "latex_after": ("latexPost", None),
}


def key(name: str) -> str:
    """What the lock calls a note type of the course's own, so that it can have any name."""
    return f"custom {name}"


def number(own: OwnNoteType) -> int | None:
    """The id in Anki that the course gives its note type."""
    return _number(own.written)


def note_type(own: OwnNoteType) -> NoteType:
    """The note type that its files describe."""
    said = own.written
    names = [each["name"] for each in said["fields"]]
    sort_field = said.get("sort_field", names[0])
    return NoteType(
        kind=key(own.id),
        name=said["name"],
        cloze=said.get("cloze", False),
        image_occlusion=False,
        fields=tuple(Field(each["name"], _number(each), "", more=_in_anki(each, _FIELD)) for each in said["fields"]),
        templates=tuple(
            Template(each["name"], _number(each), own.texts.get(each["front"], ""), own.texts.get(each["back"], ""), _in_anki(each, _TEMPLATE))
            for each in said["templates"]
        ),
        css=own.texts.get(said["css"], ""),
        more=_in_anki(said, _NOTE_TYPE) | {"sortf": names.index(sort_field) if sort_field in names else 0},
    )


def written(found: Json) -> tuple[dict[str, Any], dict[str, str]]:
    """What `note_type.yaml` says of one of Anki's note types, and the texts of the files beside it; what holds anyway is not written."""
    fields, templates = found["flds"], found["tmpls"]
    texts = {"style.css": found["css"]}
    said: dict[str, Any] = {"name": found["name"]} | _id(found)
    said |= {"cloze": True} if found["type"] == 1 else {}
    said["fields"] = [{"name": each["name"]} | _id(each) | _by_us(each, _FIELD) for each in fields]
    if 0 < found.get("sortf", 0) < len(fields):
        said["sort_field"] = fields[found["sortf"]]["name"]
    said["templates"] = []
    for place, each in enumerate(templates, 1):
        front, back = f"front-{place}.html", f"back-{place}.html"
        texts |= {front: each["qfmt"], back: each["afmt"]}
        said["templates"].append({"name": each["name"]} | _id(each) | {"front": front, "back": back} | _by_us(each, _TEMPLATE))
    return said | {"css": "style.css"} | _by_us(found, _NOTE_TYPE), texts


def problems(note_types: Iterable[OwnNoteType]) -> Iterator[Diagnostic]:
    """Templates whose sections are not closed as they were opened; Anki shows an error on such a card."""
    for own in note_types:
        for each in own.written["templates"]:
            for file in (each["front"], each["back"]):
                try:
                    parse(own.texts.get(file, ""))
                except ValueError as error:
                    help = "close each `{{#Field}}` with `{{/Field}}`, the last opened first"
                    yield Diagnostic(rule="template", message=f"a section is not whole: {error}", at=Location(f"{own.folder}/{file}"), help=help)


def _in_anki(said: Json, names: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    values = {theirs: said.get(ours, usual) for ours, (theirs, usual) in names.items()}
    return {theirs: value for theirs, value in values.items() if value is not None}


def _by_us(found: Json, names: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    return {ours: found[theirs] for ours, (theirs, usual) in names.items() if found.get(theirs) not in (None, usual)}


def _id(found: Json) -> dict[str, int | str]:
    """An id as YAML can have it: a number of more than 18 digits is text there."""
    number = int(found.get("id") or 0)
    return {"id": number if len(str(abs(number))) <= 18 else str(number)} if number else {}


def _number(said: Json) -> int | None:
    return int(said["id"]) if "id" in said else None
