"""A line is read as the address of a link

In Markdown, a line that begins with `[word]:` is the address of a link. Learners do not see it.
Fix: put a space before the colon, or use the link in the text.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: "[Bowlby]: psychiatrist"}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: "Bowlby: psychiatrist"}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import Text, course_texts, definitions

SEVERITY = Severity.ERROR
_HELP = "put a space before the colon: Markdown reads a line that begins with `[…]:` as an address"


def check(course: Course, context: Context) -> Iterator[Finding]:
    return _vanishing_lines(context.doubtful_texts(course), context)


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    return _vanishing_lines(course_texts(course), context)


def _vanishing_lines(texts: Iterable[Text], context: Context) -> Iterator[Finding]:
    """Yield a finding for each line that is taken for the address of a link that is not there."""
    for text in texts:
        for definition in definitions(text.node.value):
            if not definition.is_used:
                message = (
                    f"`[{definition.label}]` is not used as a link in this text, so learners do "
                    "not see this line"
                )
                yield Finding(context.within(text.node, definition.line.strip()), message, _HELP)
