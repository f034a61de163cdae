"""Anki would not make a card from this

The question is blank, a gap is lost, or the front of every template is empty.
Learners would not get the card.
Fix: write the text that learners should see. To show a tag as text, put it between backticks.

Bad:

    - {id: a, kind: basic, prompt: "<!-- Who? -->", answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from attachdeck.anki.markup import Heard, Media, Shown, render, shows_nothing
from attachdeck.anki.note_types import NoteType, own
from attachdeck.anki.note_types.generation import card_places, fields_enough
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ClozeCard,
    Course,
    CustomCard,
    PracticeCard,
    ProduceCard,
    ReversedCard,
    Section,
    SequenceCard,
)
from attachdeck.domain.diagnostics import Severity
from attachdeck.domain.location import Location
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.gaps import lost_gaps, may_lose_a_gap
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR
RUNS_LAST = True
_WRITE_IT = "write text that learners see; to show a tag as text, put it between backticks"
_RETIRE = "; or retire the card with `status: retired` and `retired_because`, and learners keep it"

Files = Callable[[], Media]
"""Returns the course's pictures and sounds as cards show them; it is called for few texts."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    @cache
    def media() -> Media:
        shown = {name: Shown(name, "", picture.alt) for name, picture in course.pictures.items()}
        return {**shown, **{name: Heard(name, "", "") for name in course.sounds}}

    @cache
    def note_type(name: str) -> NoteType:
        return own.note_type(course.note_types[name])

    for card in course.wordings():
        if card.retired_because:
            continue  # It has no cards on purpose.
        if isinstance(card, CustomCard):
            yield from _nothing_filled(card, note_type(card.note_type))
        elif isinstance(card, ClozeCard):
            yield from _lost(card, media) if may_lose_a_gap(card.text) else ()
        else:
            yield from _blank(card, media)
    for lesson in course.lessons:
        yield from _blank_sections(lesson.reading, media)


def _nothing_filled(card: CustomCard, note_type: NoteType) -> Iterator[Finding]:
    if card_places(note_type, note_type.row(card.fields)):
        return
    if note_type.cloze:
        message = "Anki would not make a card from this: none of its fields has a gap"
        help = "write a gap into a field, as in `{{c1::hidden}}`"
    else:
        message = "Anki would not make a card from this: the front of every template is empty"
        enough = fields_enough(note_type)
        help = (
            f"fill the field {' or '.join(f'`{name}`' for name in enough)}"
            if enough
            else "show a filled field on the front of a template"
        )
    fields = node_of(card).get("fields")
    yield Finding(fields.at if fields else card.at, message, help + _RETIRE)


def _lost(card: ClozeCard, media: Files) -> Iterator[Finding]:
    lost, empty = lost_gaps(card.text, media())
    at = node_of(card)["text"].at
    help = (
        "move the gap into text that learners see: not a link's address, a comment, a tag or an "
        "extra table cell"
    )
    for number in sorted(lost):
        yield Finding(at, f"gap {number} does not appear on the card", help)
    for number in sorted(empty):
        message = f"gap {number} hides nothing"
        yield Finding(at, message, "write what the learner should recall")


def _blank(card: Card, media: Files) -> Iterator[Finding]:
    for text, way in _asked(card):
        if _is_blank(text, media):
            message = "this text renders as blank, so the card has no question"
            yield Finding(_place(card, way), message, _WRITE_IT)


def _blank_sections(reading: tuple[Section, ...], media: Files) -> Iterator[Finding]:
    """Yield a finding for each section whose card would show nothing below the title."""
    for section in reading:
        if _is_blank(section.text, media):
            message = "this text renders as blank, so the card has nothing to read"
            yield Finding(section.at, message, _WRITE_IT)


def _is_blank(text: str, media: Files) -> bool:
    return not text.lstrip()[:1].isalnum() and shows_nothing(render(text, media()))


def _asked(card: Card) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the texts without which a card asks nothing, and the way to each."""
    if isinstance(card, BasicCard | SequenceCard | PracticeCard | ProduceCard):
        yield card.prompt, ("prompt",)
    if isinstance(card, ReversedCard):
        yield card.reverse_prompt, ("reverse", "prompt")
    if isinstance(card, SequenceCard):
        yield from ((step, ("steps", number)) for number, step in enumerate(card.steps))


def _place(card: Card, way: tuple[str | int, ...]) -> Location:
    """Return the place of a text of a card; the other side's question may be this side's answer."""
    place = node_of(card)
    for key in way:
        if isinstance(key, str) and key not in place:
            return (place.get("answer") or place).at
        place = place[key]
    return place.at
