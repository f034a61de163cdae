"""Which lessons are open: those whose required lessons are learned. Pure.

A lesson requires what the course says; where it says nothing, the one before it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

LEARNED = 80
"""The share of a lesson's cards, in percent, that must be learned before it counts as learned."""
DAYS = 4
"""The interval, in days, from which on a card counts as learned."""


@dataclass(frozen=True)
class Lesson:
    """A lesson in the course's order; `requires` is None where the course says nothing."""

    id: str
    requires: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Progress:
    """What a learner has done in a lesson: its cards that count, those learned and those begun.

    Retired, practice and reference cards, and those that are suspended and not learned, do not
    count.
    """

    cards: int = 0
    learned: int = 0
    begun: int = 0


def is_learned(progress: Progress, share: int = LEARNED) -> bool:
    """Return whether enough of a lesson is learned; a lesson without cards asks nothing."""
    return progress.learned * 100 >= progress.cards * share


def open_lessons(
    lessons: Sequence[Lesson], progress: Mapping[str, Progress], share: int = LEARNED
) -> tuple[str, ...]:
    """Return the ids of the lessons that are open, in the course's order.

    A lesson that was begun stays open. A required lesson that the course does not have asks
    nothing; it may belong to a course that this one was made of.
    """
    learned = {
        lesson.id for lesson in lessons if is_learned(progress.get(lesson.id, Progress()), share)
    }
    known = {lesson.id for lesson in lessons}
    return tuple(
        lesson.id
        for place, lesson in enumerate(lessons)
        if progress.get(lesson.id, Progress()).begun
        or all(
            required in learned or required not in known
            for required in requirements(lessons, place)
        )
    )


def requirements(lessons: Sequence[Lesson], place: int) -> tuple[str, ...]:
    """Return what the lesson at a place requires: what it says, else the one before it."""
    said = lessons[place].requires
    if said is not None:
        return said
    return (lessons[place - 1].id,) if place else ()


def to_lock(
    lessons: Sequence[Lesson],
    progress: Mapping[str, Progress],
    by_hand: Container[str],
    share: int = LEARNED,
) -> tuple[str, ...]:
    """Return the lessons to lock: those that are not open, and were never opened by hand."""
    is_open = open_lessons(lessons, progress, share)
    return tuple(
        lesson.id for lesson in lessons if lesson.id not in is_open and lesson.id not in by_hand
    )
