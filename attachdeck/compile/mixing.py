"""The cards of a mixed review, in their order, and the reviews that draw none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain, takewhile, zip_longest

from attachdeck.compile.lessons import LessonObject
from attachdeck.compile.notes import Compiler, tag_names
from attachdeck.domain.course import Card, Course, Lesson
from attachdeck.system.normal import normal

_NEVER_DRAWN = ("reading", "custom")
"""The kinds of card that a mixed review leaves out."""


def empty_reviews(compiler: Compiler, objects: Iterable[LessonObject]) -> Iterator[str]:
    """Yield the ids of the lessons whose mixed review draws no card of the lessons before them.

    The objects come in the course's order. After a lesson with errors, nobody knows what its cards
    would be, so none is yielded.
    """
    tags: set[str] = set()
    for lesson_object in objects:
        lesson, compiled = lesson_object.lesson, lesson_object.notes
        if lesson is None or compiled is None:
            return
        if lesson.mixed and not _draws(map(compiler.tag, lesson.mixed.all_tags), tags):
            yield lesson.id
        notes = (note for note in compiled.notes if not note.retired)
        tags.update(*(note.tags for note in notes if note.kind not in _NEVER_DRAWN))


def mixed_cards(course: Course, lesson: Lesson) -> list[Card]:
    """Return the cards that a lesson draws from those before it.

    One of each lesson in turn, so that cards of one lesson stand apart as long as there are others.
    Within a lesson the order is shuffled, and the same each time. Custom cards are never drawn.
    """
    if lesson.mixed is None:
        return []
    earlier = takewhile(lambda other: other.id != lesson.id, course.lessons)
    drawn = [
        sorted(
            (
                card
                for card in other.cards
                if card.kind not in _NEVER_DRAWN
                and not card.retired_because
                and _draws(lesson.mixed.all_tags, tag_names(card, other))
            ),
            key=lambda card: hashlib.sha256(f"{lesson.id} {card.id}".encode()).digest(),
        )
        for other in earlier
    ]
    return [card for card in chain.from_iterable(zip_longest(*drawn)) if card is not None]


def _draws(wanted: Iterable[str], tags: Iterable[str]) -> bool:
    """Return whether one of the tags is wanted, or is below one that is, as in Anki's search."""
    above = tuple(f"{normal(tag)}::" for tag in wanted)
    return any(f"{normal(tag)}::".startswith(above) for tag in tags)
