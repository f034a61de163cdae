"""A course's own note types: from `note_type.yaml` to Anki's form, and back for an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attachdeck.anki.note_types import Field, NoteType, Template
from attachdeck.domain.course import OwnNoteType

Json = Mapping[str, Any]

IMAGE_OCCLUSION = 6
"""Anki's number for its own Image Occlusion, in `stock_kind`."""
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
    """Return a note type's name in the lock, which no note type of attachdeck has."""
    return f"custom {name}"


def number(own: OwnNoteType) -> int | None:
    """Return the id in Anki that the course gives its note type."""
    return _number(own.written)


def note_type(own: OwnNoteType) -> NoteType:
    """Return the note type that its files describe."""
    written = own.written
    names = [field["name"] for field in written["fields"]]
    sort_field = written.get("sort_field", names[0])
    return NoteType(
        kind=key(own.id),
        name=written["name"],
        cloze=written.get("cloze", False),
        image_occlusion=False,
        fields=tuple(
            Field(field["name"], _number(field), "", more=_field(field, written.get("stock_kind")))
            for field in written["fields"]
        ),
        templates=tuple(
            Template(
                template["name"],
                _number(template),
                own.texts.get(template["front"], ""),
                own.texts.get(template["back"], ""),
                _in_anki(template, _TEMPLATE),
            )
            for template in written["templates"]
        ),
        css=own.texts.get(written["css"], ""),
        more=_in_anki(written, _NOTE_TYPE)
        | {"sortf": names.index(sort_field) if sort_field in names else 0},
    )


def written(in_anki: Json) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the `note_type.yaml` of one of Anki's note types, and the texts beside it.

    Defaults are not written.
    """
    fields = in_anki["flds"]
    texts = {"style.css": in_anki["css"]}
    ours: dict[str, Any] = {"name": in_anki["name"]} | _id(in_anki)
    ours |= {"cloze": True} if in_anki["type"] == 1 else {}
    ours["fields"] = [
        {"name": field["name"]} | _id(field) | _by_us(field, _FIELD) for field in fields
    ]
    if 0 < in_anki.get("sortf", 0) < len(fields):
        ours["sort_field"] = fields[in_anki["sortf"]]["name"]
    ours["templates"] = []
    for place, template in enumerate(in_anki["tmpls"], 1):
        front, back = f"front-{place}.html", f"back-{place}.html"
        texts |= {front: template["qfmt"], back: template["afmt"]}
        ours["templates"].append(
            {"name": template["name"]}
            | _id(template)
            | {"front": front, "back": back}
            | _by_us(template, _TEMPLATE)
        )
    return ours | {"css": "style.css"} | _by_us(in_anki, _NOTE_TYPE), texts


def _field(written: Json, stock_kind: int | None) -> dict[str, Any]:
    """Return a field's properties by Anki's names.

    Those of image occlusion cannot be deleted (see `Field.prevents_deletion`), whatever the file
    says: Anki's own note type lacks this for its last field.
    """
    field = _in_anki(written, _FIELD)
    if stock_kind == IMAGE_OCCLUSION and "role" in written:
        field["preventDeletion"] = True
    return field


def _in_anki(written: Json, names: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    values = {theirs: written.get(ours, usual) for ours, (theirs, usual) in names.items()}
    return {theirs: value for theirs, value in values.items() if value is not None}


def _by_us(properties: Json, names: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    return {
        ours: properties[theirs]
        for ours, (theirs, usual) in names.items()
        if properties.get(theirs) not in (None, usual)
    }


def _id(properties: Json) -> dict[str, int | str]:
    """Return an id as YAML can have it: a number of more than 18 digits is text there."""
    number = int(properties.get("id") or 0)
    return {"id": number if len(str(abs(number))) <= 18 else str(number)} if number else {}


def _number(written: Json) -> int | None:
    return int(written["id"]) if "id" in written else None
