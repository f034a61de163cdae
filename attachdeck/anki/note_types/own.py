"""A course's own note types: what `note_type.yaml` says in Anki's words, and back for an import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from attachdeck.anki.note_types import Field, NoteType, Template
from attachdeck.anki.note_types.generation import Part, parse
from attachdeck.domain.course import OwnNoteType
from attachdeck.domain.diagnostics import Diagnostic, Severity, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader.document import location_of

Json = Mapping[str, Any]

IMAGE_OCCLUSION = 6
"""Anki's number for its own Image Occlusion, in `stock_kind`."""
_SPECIAL = frozenset(("Card", "CardFlag", "Deck", "FrontSide", "Subdeck", "Tags", "Type"))
"""What templates can show besides fields."""
_MOST = 20
"""Of how much in one template an author is told at once."""
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
    """Return what the lock calls a note type of the course's own, so that it can have any name."""
    return f"custom {name}"


def number(own: OwnNoteType) -> int | None:
    """Return the id in Anki that the course gives its note type."""
    return _number(own.written)


def note_type(own: OwnNoteType) -> NoteType:
    """Return the note type that its files describe."""
    written = own.written
    names = [each["name"] for each in written["fields"]]
    sort_field = written.get("sort_field", names[0])
    return NoteType(
        kind=key(own.id),
        name=written["name"],
        cloze=written.get("cloze", False),
        image_occlusion=False,
        fields=tuple(
            Field(each["name"], _number(each), "", more=_field(each, written.get("stock_kind")))
            for each in written["fields"]
        ),
        templates=tuple(
            Template(
                each["name"],
                _number(each),
                own.texts.get(each["front"], ""),
                own.texts.get(each["back"], ""),
                _in_anki(each, _TEMPLATE),
            )
            for each in written["templates"]
        ),
        css=own.texts.get(written["css"], ""),
        more=_in_anki(written, _NOTE_TYPE)
        | {"sortf": names.index(sort_field) if sort_field in names else 0},
    )


def written(found: Json) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what `note_type.yaml` says of one of Anki's note types, and the texts beside it.

    What holds anyway is not written.
    """
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
        said["templates"].append(
            {"name": each["name"]}
            | _id(each)
            | {"front": front, "back": back}
            | _by_us(each, _TEMPLATE)
        )
    return said | {"css": "style.css"} | _by_us(found, _NOTE_TYPE), texts


def problems(note_types: Iterable[OwnNoteType]) -> Iterator[Diagnostic]:
    """Report templates on which Anki shows an error, or which show other than they should.

    Anki shows an error where sections are not closed as they were opened.
    """
    for own in note_types:
        names = {*_SPECIAL, *(each["name"] for each in own.written["fields"])}
        for each in own.written["templates"]:
            for file in dict.fromkeys((each["front"], each["back"])):
                if file not in own.texts:
                    continue
                text = own.texts[file]
                try:
                    parts = list(_all(parse(text)))
                except ValueError as error:
                    help = "close each `{{#Field}}` with `{{/Field}}`, the last opened first"
                    yield Diagnostic(
                        rule="template",
                        message=f"a section is not whole: {error}",
                        at=Location(f"{own.folder}/{file}"),
                        help=help,
                    )
                    continue
                for said, message, mend in islice(
                    _odd(own, file == each["front"], parts, names, text), _MOST
                ):
                    at = (
                        location_of(f"{own.folder}/{file}", text, max(text.find(said), 0))
                        if said
                        else Location(f"{own.folder}/{file}")
                    )
                    yield Diagnostic(
                        rule="template",
                        message=message,
                        at=at,
                        help=mend,
                        severity=Severity.WARNING,
                    )


def _odd(
    own: OwnNoteType, front: bool, parts: list[tuple[str, str]], names: set[str], text: str
) -> Iterator[tuple[str, str, str | None]]:
    """Yield what a template shows other than it should; imported ones may be like that.

    Each comes with its piece of the template, a message and how to mend it.
    """
    cloze = own.written.get("cloze", False)
    for verb, said in dict.fromkeys(parts):
        name = said.rpartition(":")[2].strip() if verb == "field" else said
        if (
            name
            and name not in names
            and not (verb != "field" and name[0] == "c" and name[1:].isdecimal())
        ):
            yield (
                said,
                f"there is no field `{name}`, and Anki shows an error in its place",
                did_you_mean_or_list(name, names - _SPECIAL),
            )
    shown = [said for verb, said in parts if verb == "field"]
    asks = any("cloze" in said.split(":")[:-1] for said in shown)
    first = own.written["fields"][0]["name"]
    if front and not shown:
        yield (
            "",
            "this front shows no field, and Anki makes no card of it",
            f"show one, as in `{{{{{f'cloze:{first}' if cloze else first}}}}}`",
        )
    elif cloze and not asks:
        yield (
            "",
            "this shows gaps as they are written, and hides none",
            f"show the field with the gaps as in `{{{{cloze:{first}}}}}`",
        )
    elif asks and not cloze:
        yield (
            "cloze",
            "`cloze` hides nothing in a note type that is not one of gaps",
            "write `cloze: true` in note_type.yaml, or show the field without it",
        )
    if not front and not text.strip():
        yield (
            "",
            "this back is empty",
            "show the answer, as in `{{FrontSide}}<hr id=answer>{{Answer}}`",
        )


def _all(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """Yield the fields and sections of a template, inner ones too.

    Each comes with `field`, `if` or `unless`.
    """
    for verb, name, inner in parts:
        yield verb, name
        yield from _all(inner)


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
