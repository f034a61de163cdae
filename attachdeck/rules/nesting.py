"""Something is nested too deep

A file can have 32 brackets or indentations inside each other, and a text 100 quotations.
More than that is a mistake or an attack.
Fix: check the indentation, the brackets, and each `>` at the start of a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import DEEP, Text, course_texts

SEVERITY = Severity.ERROR


def check(course: Course, context: Context) -> Iterator[Finding]:
    return _deep(context.doubtful_texts(course))


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    return _deep(course_texts(course))


def _deep(texts: Iterable[Text]) -> Iterator[Finding]:
    """Yield a finding for each text with quotations in quotations in quotations."""
    for text in texts:
        if DEEP.search(text.node.value):
            message = "quotations are nested more than 100 levels deep"
            help = "write one `>` at the start of a line for a quotation"
            yield Finding(text.node.at, message, help)
