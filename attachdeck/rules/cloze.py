"""A gap is not written correctly

Write a gap as `((1 hidden words))`, or with a hint as `((1 hidden words | hint))`.
Its number is 1 to 500.
Fix: close the gap, and give it a number and words. If it is not a gap, put it between backticks.

Bad:

    - {id: a, kind: cloze, text: A secure base is a figure from which one explores.}

Good:

    - {id: a, kind: cloze, text: A ((1 secure base)) is a figure from which one explores.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.anki import cloze
from attachdeck.domain.course import ClozeCard, Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR
MAX_PROBLEMS = 20
"""Maximum number of findings reported per text."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.wordings():
        if isinstance(card, ClozeCard):
            text = node_of(card)["text"]
            _, problems = cloze.to_anki(text.value)
            for problem in problems[:MAX_PROBLEMS]:
                at = context.within(text, problem.snippet)
                yield Finding(at, problem.message, problem.help)
