"""The near miss is the right answer

A near miss is the wrong option that learners would most easily confuse with the right one.
Fix: name a different option under `near_miss`.

Bad:

    - {id: a, kind: vignette, scenario: She waits., options: pattern, answer: secure,
       cue: She waits., near_miss: {option: secure, why: So.}}

Good:

    - {id: a, kind: vignette, scenario: She waits., options: pattern, answer: secure,
       cue: She waits., near_miss: {option: anxious, why: So.}}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course, VignetteCard
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR
_HELP = "name the wrong option that learners would most easily confuse with it"


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.wordings():
        if isinstance(card, VignetteCard) and card.written["near_miss"]["option"] == card.answer:
            at = node_of(card)["near_miss"]["option"].at
            yield Finding(at, "the near miss is the right answer", _HELP)
