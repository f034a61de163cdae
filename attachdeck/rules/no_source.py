"""Card without a source.

A learner who doubts a card must be able to look it up.
Scenes, practice and what an author only shows need none.
Source: Wozniak's rule 18, provide sources (1999).
Mend: name a work of `sources.yaml` under `sources`.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., sources: [bowlby1969]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if not card.sources and card.kind not in ("vignette", "practice") and course.sources:
            yield Finding(
                card.at,
                f"`{card.id}` names no source",
                "name a work of sources.yaml under `sources`",
                card,
            )
