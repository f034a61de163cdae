"""Cards that Anki would not make, or that would ask nothing: a text shows nothing, a gap is lost with what it stands in, or no field fills a front.

Learners would not miss them, and their author would not know. Only what may be lost is looked at closely.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attachdeck.anki import cloze
from attachdeck.anki.markup import Shown, render, render_gaps, shows_nothing
from attachdeck.anki.note_types import NoteType, own
from attachdeck.anki.note_types.generation import card_places, fields_enough
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ClozeCard,
    Course,
    CustomCard,
    Lesson,
    PracticeCard,
    ReversedCard,
    SequenceCard,
)
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader import Node

ID = "no-card"
_OPENED = re.compile(r"\{\{c([0-9,]+)::")
_LOSING = re.compile(
    r"<[^<>]*(?:\{\{c|=\s*[\"'])|```|~~~|<(?!/?(?:a|b|br|code|del|em|i|li|mark|ol|p|s|small|span|strong|sub|sup|u|ul)\b)[A-Za-z!?]|\]:|!\[|\]\([^\s()]+\s+[\"'(]|\{\{c[0-9,]+::\s*[<&]",
    re.IGNORECASE,
)
"""What may lose a gap: a tag or a comment, what a definition, a picture or a link says besides its words; and a gap that may hold nothing."""


def problems(course: Course) -> Iterator[Diagnostic]:
    """Report cards that learners would not get; those that are retired have none on purpose."""
    shown = {name: Shown(name, "", each.alt) for name, each in course.pictures.items()}
    note_types = {own.key(name): own.note_type(each) for name, each in course.note_types.items()}
    yield from problems_of(course.cards(), shown, note_types)
    for lesson in course.lessons:
        yield from blank_sections(lesson, shown)


def problems_of(
    cards: Iterable[Card], shown: Mapping[str, Shown], note_types: Mapping[str, NoteType]
) -> Iterator[Diagnostic]:
    """The same of some cards, with the course's pictures as they are shown, and its own note types by their keys."""
    for card in cards:
        if card.retired_because or not isinstance(card.place, Node):
            continue
        if isinstance(card, CustomCard):
            note_type = note_types[own.key(card.note_type)]
            if not card_places(note_type, note_type.row(card.fields)):
                yield _nothing_filled(card.place, note_type)
        elif isinstance(card, ClozeCard):
            yield from _lost(card.place["text"], card.text, shown) if _may_lose(card.text) else ()
        else:
            yield from _blank(card, card.place, shown)


def blank_sections(lesson: Lesson, shown: Mapping[str, Shown]) -> Iterator[Diagnostic]:
    """Report sections of a reading whose cards would show nothing below the title."""
    for section in lesson.reading:
        if not section.text.lstrip()[:1].isalnum() and shows_nothing(render(section.text, shown)):
            yield Diagnostic(
                rule=ID,
                message="this text shows nothing, so that its card has nothing to read",
                at=section.at,
                help="write it, or put a tag that it is about between backticks",
            )


def _may_lose(text: str) -> bool:
    """Whether a gap may be lost; to render the text takes much longer than to see that none is."""
    if "|" in text and "-" in text and "\n" in text:  # It may be a table.
        return True
    if "](" in text and any("{{c" in word.partition("](")[2] for word in text.split()):
        return True
    return (
        any(sign in text for sign in ("<", "]", "&", "```", "~~~"))
        and _LOSING.search(text) is not None
    )


def _nothing_filled(card: Node, note_type: NoteType) -> Diagnostic:
    if note_type.cloze:
        message, help = (
            "Anki makes no card of this: none of its fields has a gap",
            "write a gap into one of them, as in `{{c1::hidden}}`",
        )
    else:
        message = "Anki makes no card of this: its fields leave the front of every template empty"
        enough = fields_enough(note_type)
        help = (
            f"fill the field {' or '.join(f'`{name}`' for name in enough)}"
            if enough
            else "let the front of a template show a field that is filled"
        )
    help += "; or retire the card (`status: retired`, and why under `retired_because`), and learners who have it keep it"
    return Diagnostic(
        rule=ID,
        message=message,
        at=card["fields"].at if "fields" in card else card.start,
        help=help,
    )


def _lost(text: Node, anki: str, shown: Mapping[str, Shown]) -> Iterator[Diagnostic]:
    lost, empty = lost_gaps(anki, shown)
    for number in sorted(lost):
        help = "take it out of the address, the comment, the tag or the row of a table with which it is lost"
        yield Diagnostic(
            rule=ID,
            message=f"a gap with the number {number} does not reach its card",
            at=text.at,
            help=help,
        )
    for number in sorted(empty):
        yield Diagnostic(
            rule=ID,
            message=f"a gap with the number {number} hides nothing",
            at=text.at,
            help="write what the learner should recall",
        )


def lost_gaps(anki: str, shown: Mapping[str, Shown]) -> tuple[set[int], set[int]]:
    """The numbers of the gaps of a text that do not reach its HTML, and of those that hide nothing there."""
    html = render_gaps(anki, shown)
    empty: set[int] = set()

    def fill(numbers: cloze.Numbers, content: str, _hint: str) -> str:
        empty.update(numbers if shows_nothing(content) else ())
        return content

    cloze.filled(html, fill)
    kept = Counter(_OPENED.findall(html))
    lost = {
        int(number)
        for opened in Counter(_OPENED.findall(anki)) - kept
        for number in opened.split(",")
    }
    return lost | (cloze.numbers(anki) - cloze.numbers(html)), empty


def _blank(card: Card, place: Node, shown: Mapping[str, Shown]) -> Iterator[Diagnostic]:
    for text, way in _asked(card):
        if not text.lstrip()[:1].isalnum() and shows_nothing(render(text, shown)):
            help = "write it, or put a tag that it is about between backticks"
            yield Diagnostic(
                rule=ID,
                message="this text shows nothing, so that its card asks nothing",
                at=_at(place, way),
                help=help,
            )


def _asked(card: Card) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The texts without which a card asks nothing, and the way to each."""
    if isinstance(card, BasicCard | SequenceCard | PracticeCard):
        yield card.prompt, ("prompt",)
    if isinstance(card, ReversedCard):
        yield card.reverse_prompt, ("reverse", "prompt")
    if isinstance(card, SequenceCard):
        yield from ((step, ("steps", number)) for number, step in enumerate(card.steps))


def _at(place: Node, way: tuple[str | int, ...]) -> Location:
    """Where a text of a card stands; the other side's question may be the answer of the first."""
    for key in way:
        if isinstance(key, str) and key not in place:
            return (place.get("answer") or place).at
        place = place[key]
    return place.at
