"""Help lines not checked for a year.

Phone numbers change, and a wrong number is worse than none.
Source: a safety rule of the course on attachment.
Fix: try every line, then write today's date at `checked`, under `help` in course.yaml.

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

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import in_course


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    if course.help is None:
        return
    checked = course.help.checked
    try:
        age = (date.fromisoformat(context.today) - date.fromisoformat(checked)).days
    except ValueError:
        message = f"the help lines were last checked on {checked}, which is not a valid date"
    else:
        message = f"the help lines were last checked {age} days ago" if age > 365 else ""
    if message:
        at = in_course(course, "help", "checked")
        yield Finding(at, message, "try every line, then write today's date under `checked`")
