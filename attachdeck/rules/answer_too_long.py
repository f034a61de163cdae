"""Answer too long.

Learners cannot compare an answer of more than 25 words with what they remembered, so they grade
themselves by feeling.
Source: Wozniak's rule 4, minimum information (1999); Matuschak, prompts should be tractable (2020).
Fix: keep the main point and move the rest to `why`, or split the card.

Bad:

    - {id: a, kind: basic, prompt: What is a secure base?,
       answer: It is the figure from whom a child sets out to explore and to whom it looks back now
       and then while it plays so that it can feel safe enough to go on exploring what is new.}

Good:

    - {id: a, kind: basic, prompt: What is a secure base?,
       answer: The figure from whom a child sets out to explore.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        length = len(texts.answered_words.split())
        if length > 25:
            yield Finding(
                card.at,
                f"the answer of `{card.id}` has {length} words",
                "keep the main point and move the rest to `why`, or split the card",
                card,
            )
