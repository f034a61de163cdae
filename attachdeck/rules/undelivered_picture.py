"""A picture or sound would not reach learners

Anki imports only pictures that a note shows.
A lesson's `summary` is not a note: it goes into the deck's description, which cannot play sounds.
Fix: also show the picture in the `reading` or on a card of the lesson. Or delete it from the
summary.
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course, Lesson
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import pictures_in
from attachdeck.rules.support.places import node_of
from attachdeck.rules.support.texts import all_strings

SEVERITY = Severity.ERROR
_HELP = "also show it in the `reading` or on a card, or delete it from the summary"


def check(course: Course, context: Context) -> Iterator[Finding]:
    for lesson in course.lessons:
        if "![" not in lesson.summary and "<img" not in lesson.summary:
            continue
        delivered = _delivered(course, lesson)
        for name in pictures_in(lesson.summary):
            if name in course.sounds:
                at = context.within(node_of(lesson)["summary"], name)
                yield Finding(
                    at, f"the description of a deck cannot play the sound `{name}`", _HELP
                )
            elif name in course.pictures and name not in delivered:
                at = context.within(node_of(lesson)["summary"], name)
                message = (
                    f"no card of this lesson shows the picture `{name}`, so learners would not "
                    "get it"
                )
                yield Finding(at, message, _HELP)


def _delivered(course: Course, lesson: Lesson) -> str:
    """Return the texts that come to learners with notes."""
    root = node_of(lesson)
    parts = [card for card in root["cards"].items() if card.value.get("status") != "retired"]
    if "reading" in root and course.study.reading_cards:
        parts.append(root["reading"])
    return "\n".join(text for part in parts for text in all_strings(part.value))
