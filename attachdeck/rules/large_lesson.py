"""Lesson too large.

Learners need a week to meet more than 40 cards, and have forgotten the beginning by then.
Source: Wozniak's rules 1 and 2, understand and learn before you memorise (1999): a lesson is read
first, then drilled.
Fix: split the lesson in two.

Bad:

    - {id: a-{n}, kind: basic, prompt: "Who is {n}?", answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for lesson in course.lessons:
        if len(lesson.cards) > 40:
            yield Finding(
                lesson.at,
                f"the lesson `{lesson.id}` has {len(lesson.cards)} cards",
                "split the lesson in two",
            )
