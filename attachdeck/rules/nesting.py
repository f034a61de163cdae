"""Something is nested too deep

More than 32 brackets or indentations within each other, or more than 100 quotations in Markdown,
are a mistake or an attack.
Mend: look at the indentation, the brackets, and the `>` at the beginnings of lines.
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
            help = "one `>` at the beginning of a line makes a quotation"
            yield Finding(text.node.at, message, help)
