"""A template of a note type is wrong

A section is not closed, and Anki shows an error instead of the card. Or the template names a field
that the note type does not have, which is a warning.
Fix: close each `{{#Field}}` with `{{/Field}}`, the last one first, and correct the field's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attachdeck.anki.note_types.generation import Part, parse
from attachdeck.domain.course import Course, OwnNoteType
from attachdeck.domain.diagnostics import Severity, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader.document import location_of
from attachdeck.rules import Context, Finding

SEVERITY = Severity.ERROR

_SPECIAL = frozenset(("Card", "CardFlag", "Deck", "FrontSide", "Subdeck", "Tags", "Type"))
"""Names that templates can show besides fields."""
_MOST = 20
"""Maximum number of problems reported per template."""
Oddity = tuple[str, str, str | None]
"""A piece of a template, the message about it, and the help."""


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for own in course.note_types.values():
        for template in own.written["templates"]:
            for file in dict.fromkeys((template["front"], template["back"])):
                if file in own.texts:
                    yield from _of_template(own, file, is_front=file == template["front"])


def _of_template(own: OwnNoteType, file: str, *, is_front: bool) -> Iterator[Finding]:
    text, place = own.texts[file], f"{own.folder}/{file}"
    try:
        parts = list(_all(parse(text)))
    except ValueError as error:
        yield Finding(
            Location(place),
            f"a section is not complete: {error}",
            "close each `{{#Field}}` with `{{/Field}}`, the last one first",
        )
        return
    oddities = (
        *_unknown_fields(own, parts),
        *_without_fields(own, parts, is_front=is_front),
        *(() if is_front else _empty_back(text)),
    )
    for piece, message, help in oddities[:_MOST]:
        at = location_of(place, text, max(text.find(piece), 0)) if piece else Location(place)
        # An imported template may be like that.
        yield Finding(at, message, help, severity=Severity.WARNING)


def _unknown_fields(own: OwnNoteType, parts: list[tuple[str, str]]) -> Iterator[Oddity]:
    names = {field["name"] for field in own.written["fields"]}
    for verb, piece in dict.fromkeys(parts):
        name = piece.rpartition(":")[2].strip() if verb == "field" else piece
        is_gap = verb != "field" and name[:1] == "c" and name[1:].isdecimal()
        if name and name not in names | _SPECIAL and not is_gap:
            message = f"there is no field `{name}`, so Anki would show an error"
            yield piece, message, did_you_mean_or_list(name, names - _SPECIAL)


def _without_fields(
    own: OwnNoteType, parts: list[tuple[str, str]], *, is_front: bool
) -> Iterator[Oddity]:
    """Yield the message for a front without any field, or with gaps of the wrong kind."""
    shown = [piece for verb, piece in parts if verb == "field"]
    asks = any("cloze" in piece.split(":")[:-1] for piece in shown)
    cloze = own.written.get("cloze", False)
    first = own.written["fields"][0]["name"]
    if is_front and not shown:
        yield (
            "",
            "this front shows no field, so Anki would not make a card",
            f"show one, as in `{{{{{f'cloze:{first}' if cloze else first}}}}}`",
        )
    elif cloze and not asks:
        yield (
            "",
            "this shows the gaps as typed and does not hide them",
            f"write the field as in `{{{{cloze:{first}}}}}`",
        )
    elif asks and not cloze:
        yield (
            "cloze",
            "`cloze:` works only in a note type with `cloze: true`",
            "write `cloze: true` in note_type.yaml, or delete `cloze:` here",
        )


def _empty_back(text: str) -> Iterator[Oddity]:
    if not text.strip():
        help = "show the answer, as in `{{FrontSide}}<hr id=answer>{{Answer}}`"
        yield "", "this back is empty", help


def _all(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """Yield the fields and sections of a template, inner ones too.

    Each comes with `field`, `if` or `unless`.
    """
    for verb, name, inner in parts:
        yield verb, name
        yield from _all(inner)
