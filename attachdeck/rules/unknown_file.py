"""Missing file that a custom card or note type uses.

Learners see an empty frame, or hear nothing.
Custom cards can use only the files listed under `files` in `media/media.yaml`, by their names.
Source: Anki's manual, "Media".
Fix: put the file into `media/` and list it there, or delete its name from the card.
Imported decks may have lost such files long ago.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='cat.png'>", Back: "A cat. [sound:cat.mp3]"}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "Which animal says miaow?",
       Back: "A cat. <img src='https://example.org/cat.png'>"}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course, CustomCard
from attachdeck.domain.location import Location
from attachdeck.rules import Context, Finding


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for own in course.note_types.values():
        for file, text in own.texts.items():
            for name in _missing(course, text):
                yield Finding(
                    Location(f"{own.folder}/{file}"),
                    f"there is no file `{name}` among the course's files",
                    _help(course, name),
                )


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards() if course.note_types else ():
        if isinstance(card, CustomCard):
            for name in dict.fromkeys(
                name for text in card.fields.values() for name in _missing(course, text)
            ):
                yield Finding(
                    card.at,
                    f"there is no file `{name}` among the course's files, which `{card.id}` shows",
                    _help(course, name),
                    card,
                )


def _missing(course: Course, text: str) -> list[str]:
    """Return the files that a text names and a package would not have; addresses do not count."""
    if not any(sign in text for sign in ("src", "data", "[sound:", "url(", "@import")):
        return []
    from attachdeck.anki.media import references

    named = [names for names in references(text) if not course.files.keys() & set(names)]
    return list(
        dict.fromkeys(
            names[-1]
            for names in named
            if not re.search(r"^[a-z]+:|^//|\{\{|[\r\n]", names[-1], re.IGNORECASE)
        )
    )


def _help(course: Course, name: str) -> str:
    if name in course.pictures:
        return "also list it under `files`: pictures get other names in the package"
    return (
        "put it into media/ and list it under `files` in media/media.yaml, or delete its name here"
    )
