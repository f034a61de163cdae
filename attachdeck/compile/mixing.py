"""The cards of a mixed review, in their order."""

from __future__ import annotations

import hashlib
from itertools import chain, takewhile, zip_longest

from attachdeck.domain.course import Card, Course, Lesson


def empty_reviews(course: Course) -> list[str]:
    """Return what outputs say of mixed reviews that draw no card."""
    return [
        f"the mixed review `{lesson.id}`, which draws no card of the lessons before it"
        for lesson in course.lessons
        if lesson.mixed and not mixed_cards(course, lesson)
    ]


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
            (card for card in other.cards if card.kind != "custom" and lesson.mixed.draws(card)),
            key=lambda card: hashlib.sha256(f"{lesson.id} {card.id}".encode()).digest(),
        )
        for other in earlier
    ]
    return [card for card in chain.from_iterable(zip_longest(*drawn)) if card is not None]
