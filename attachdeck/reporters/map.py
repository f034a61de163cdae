"""The map of a course, as Markdown and as JSON: which lesson builds on which."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from attachdeck.domain.course import Course, Lesson
from attachdeck.reporters.text import printable

_SIGNS = re.compile(r"([\\`*_\[\]<>|])")
"""What Markdown would not show as it is written."""


def markdown(course: Course) -> str:
    """Return a table of the lessons, for a README: what each builds on and what it leads to."""
    rows = ["| lesson | builds on | leads to |", "|---|---|---|"]
    for lesson in course.lessons:
        before = [other for other in course.lessons if other.id in lesson.requires]
        after = [other for other in course.lessons if lesson.id in other.requires]
        title = _SIGNS.sub(r"\\\1", printable(lesson.title))
        rows.append(f"| {lesson.number} {title} | {_numbers(before)} | {_numbers(after)} |")
    return "\n".join(rows) + "\n"


def json_map(course: Course) -> str:
    """Return the lessons and objectives with what each requires."""
    return json.dumps({"lessons": [_entry(lesson) for lesson in course.lessons]}, indent=2)


def _entry(lesson: Lesson) -> dict[str, object]:
    return {
        "id": lesson.id,
        "number": lesson.number,
        "title": lesson.title,
        "requires": list(lesson.requires),
        "objectives": [
            {
                "id": objective.id,
                "text": objective.text,
                "level": objective.level or None,
                "requires": list(objective.requires),
            }
            for objective in lesson.objectives
        ],
    }


def _numbers(lessons: Iterable[Lesson]) -> str:
    return ", ".join(str(lesson.number) for lesson in lessons)
