"""Card without a source.

A learner who doubts a card must be able to look it up.
Cards of kind `vignette`, `practice` and `produce` do not need a source.
A course with an empty `sources.yaml` is not checked.
Source: Wozniak's rule 18, provide sources (1999).
Fix: name a work from `sources.yaml` under `sources`.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., sources: [bowlby1969]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

_WITHOUT = ("vignette", "practice", "produce")
"""The kinds of card that state no fact of their own."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if not card.sources and card.kind not in _WITHOUT and course.sources:
            yield Finding(
                card.at,
                f"`{card.id}` has no source",
                "name a work from sources.yaml under `sources`",
                card,
            )
