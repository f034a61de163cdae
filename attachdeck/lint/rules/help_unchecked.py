"""Help lines not checked for a year.

Numbers change. A wrong one is worse than none.
Source: the safety section of the course's pedagogy.
Mend: try every line, and write today's date under `help: checked`.

Bad:

    --- course.yaml
    help: {checked: "2001-01-01", lines: [{where: Here, contact: "112"}]}

Good:

    --- course.yaml
    help: {checked: "2026-11-24", lines: [{where: Here, contact: "112"}]}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attachdeck.course import Course
from attachdeck.lint import Context, Finding
from attachdeck.location import Location


def check(course: Course, context: Context) -> Iterator[Finding]:
    if course.help is None or not course.lessons:
        return
    age = (date.fromisoformat(context.today) - date.fromisoformat(course.help.checked)).days
    if age > 365:
        folder = course.lessons[0].at.file.rpartition("/lessons/")[0]
        yield Finding(
            Location(f"{folder}/course.yaml"), f"the help lines were last checked {age} days ago", "try every line, and write today's date under `checked`"
        )
