"""Which cards a note has, by Anki's own rules (the importer trusts what a package says, and Check Database does not).

An ordinary template makes a card when its front, with the note's filled fields, shows at least one field.
A cloze template makes one card for each cloze number in the fields that it shows through `{{cloze:…}}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from attachdeck import cloze
from attachdeck.note_types import NoteType

_TAG = re.compile(r"\{\{(?P<text>.*?)\}\}", re.DOTALL)
_BLANK = re.compile(r"(?:[\s\u0085]|</?(?:br|div) ?/?>)*", re.IGNORECASE)

# Part of a template: a field that is shown through filters, or a section with its parts.
Part = tuple[str, str, tuple["Part", ...]]


def card_places(note_type: NoteType, fields: tuple[str, ...]) -> tuple[int, ...]:
    """The places (0 for the first template or the first cloze number) of the cards that Anki gives a note."""
    values = dict(zip((field.name for field in note_type.fields), fields, strict=True))
    if note_type.cloze:
        shown = _cloze_fields(parse(note_type.templates[0].front))
        return tuple(sorted({number - 1 for name in shown for number in cloze.numbers(values.get(name, ""))}))
    filled = frozenset(name for name, value in values.items() if not _BLANK.fullmatch(value))
    return tuple(place for place, template in enumerate(note_type.templates) if _shows(parse(template.front), filled))


@cache
def parse(template: str) -> tuple[Part, ...]:
    """A template's fields and sections: `("field", name with filters, ())`, `("if" or "unless", name, parts)`.

    Raises ValueError where a section is not closed as it was opened; Anki shows an error on such a card.
    """
    tokens = (match["text"].strip() for match in _TAG.finditer(re.sub(r"<!--.*?-->", "", template, flags=re.DOTALL)))
    return tuple(_parts(tokens, None))


def _parts(tokens: Iterator[str], section: str | None) -> Iterator[Part]:
    for token in tokens:
        sign, name = token[:1], token[1:].strip()
        if sign in "#^" and token:
            yield ("if" if sign == "#" else "unless", name, tuple(_parts(tokens, name)))
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


def _cloze_fields(parts: tuple[Part, ...]) -> set[str]:
    """The fields that a template shows through the cloze filter, whatever its sections say: Anki looks at the text alone."""
    found = set()
    for verb, name, inner in parts:
        *filters, field = name.split(":")
        if verb == "field" and "cloze" in (each.strip() for each in filters):
            found.add(field.strip())
        found |= _cloze_fields(inner)
    return found


def requirements(note_type: NoteType) -> list[list[object]]:
    """For each template the fields of which all or any must be filled, as Anki before 2.1.28 reads it from a package.

    It says `all` where one field left empty empties the front, else `any` of those that alone show something.
    """
    names = [field.name for field in note_type.fields]
    everything = frozenset(names)
    found: list[list[object]] = []
    for place, template in enumerate(note_type.templates):
        parts = parse(template.front)
        needed = [index for index, name in enumerate(names) if not _shows(parts, everything - {name})]
        enough = [index for index, name in enumerate(names) if _shows(parts, frozenset((name,)))]
        found.append([place, "all", needed] if needed else [place, "any" if enough else "none", enough])
    return found
