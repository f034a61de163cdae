"""Which cards a note has, by Anki's own rules.

The importer trusts what a package says, and Check Database does not.

An ordinary template makes a card when its front, with the note's filled fields, shows at least one
field. A cloze note type makes one card for each cloze number in any field, whether its template
shows that field or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from attachdeck.anki import cloze
from attachdeck.anki.note_types import NoteType

_TAG = re.compile(r"\{\{(?P<text>.*?)\}\}", re.DOTALL)
# Anki takes these special fields for filled, but not `Tags` and `FrontSide`.
_ALWAYS_FILLED = frozenset(("Card", "CardFlag", "Deck", "Subdeck", "Type"))
_BLANK = re.compile(r"(?:\s|</?(?:br|div) ?/?>)*", re.IGNORECASE | re.ASCII)

_DEEPEST = 100
"""Maximum number of sections nested in one another.

Anki, too, takes each into the other, and ends when there are too many.
"""

_MAYBE_BLANK = frozenset("< \t\n\r\f\v")
"""How a field begins that may be blank."""

# Part of a template: a field that is shown through filters, or a section with its parts.
Part = tuple[str, str, tuple["Part", ...]]


def is_blank(value: str) -> bool:
    """Return whether Anki takes a field for empty.

    White space, line breaks and empty divisions count as nothing.
    """
    return not value or (value[0] in _MAYBE_BLANK and _BLANK.fullmatch(value) is not None)


def card_places(note_type: NoteType, fields: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of the cards that Anki gives a note.

    Place 0 is that of the first template or of the first cloze number.
    """
    if note_type.cloze:
        return tuple(
            sorted(
                {
                    min(number, cloze.HIGHEST) - 1
                    for value in fields
                    if "{{c" in value
                    for number in cloze.numbers(value)
                }
            )
        )
    filled = frozenset(
        [
            name
            for name, value in zip(note_type.names, fields, strict=True)
            if value and (value[0] not in _MAYBE_BLANK or not is_blank(value))
        ]
    )
    known = note_type.places.get(filled)
    if known is None:
        fronts = (parse(template.front) for template in note_type.templates)
        known = note_type.places[filled] = tuple(
            place for place, front in enumerate(fronts) if _shows(front, _ALWAYS_FILLED | filled)
        )
    return known


@cache
def parse(template: str) -> tuple[Part, ...]:
    """Return a template's fields and sections.

    They are `("field", name with filters, ())` and `("if" or "unless", name, parts)`.

    Raises ValueError where a section is not closed as it was opened; Anki shows an error on such
    a card.
    """
    # Behind the last end of all there is none to look for, again from each beginning.
    commented, end, rest = template.rpartition("-->")
    shown = re.sub(r"<!--.*?-->", "", commented + end, flags=re.DOTALL) + rest
    # Of three braces Anki reads over the first; the last is shown.
    tokens = (
        match["text"].lstrip("{").strip()
        for match in _TAG.finditer(shown, 0, shown.rfind("}}") + 2)
    )
    return tuple(_parts(tokens, None))


def _parts(tokens: Iterator[str], section: str | None, depth: int = 0) -> Iterator[Part]:
    if depth > _DEEPEST:
        raise ValueError(f"more than {_DEEPEST} sections are inside each other")
    for token in tokens:
        sign, name = token[:1], token[1:].strip()
        if sign in "#^" and token:
            yield ("if" if sign == "#" else "unless", name, tuple(_parts(tokens, name, depth + 1)))
        elif sign == "/" and token:
            if name != section:
                raise ValueError(f"{{{{/{name}}}}} closes {{{{#{section}}}}}")
            return
        else:
            yield ("field", token, ())
    if section is not None:
        raise ValueError(f"{{{{#{section}}}}} is not closed")


def _shows(parts: tuple[Part, ...], filled: frozenset[str]) -> bool:
    for verb, name, inner in parts:
        if verb == "field" and name.rpartition(":")[2].strip() in filled:
            return True
        if verb == "if" and name in filled and _shows(inner, filled):
            return True
        if verb == "unless" and name not in filled and _shows(inner, filled):
            return True
    return False


def fields_enough(note_type: NoteType) -> tuple[str, ...]:
    """Return the fields of which each alone makes a card."""
    fronts = [parse(template.front) for template in note_type.templates]
    return tuple(
        name
        for name in note_type.names
        if any(_shows(front, _ALWAYS_FILLED | {name}) for front in fronts)
    )


def requirements(note_type: NoteType) -> list[list[object]]:
    """Return for each template the fields of which all or any must be filled.

    Anki before 2.1.28 reads this from a package. It is `all` of the fields without which the front
    is empty; if there are none, `any` of those that alone show something.
    """
    names = [field.name for field in note_type.fields]
    everything = frozenset(names)
    required: list[list[object]] = []
    for place, template in enumerate(note_type.templates):
        parts = parse(template.front)
        needed = [
            index for index, name in enumerate(names) if not _shows(parts, everything - {name})
        ]
        enough = [index for index, name in enumerate(names) if _shows(parts, frozenset((name,)))]
        if _shows(parts, everything):
            required.append([place, "all", needed] if needed else [place, "any", enough])
        else:
            required.append([place, "none", []])
    return required
