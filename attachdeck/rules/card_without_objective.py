"""Card without a learning objective.

Either the card is not needed, or its objective is missing.
Fix: name the card's learning objective under `objective`.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., objective: first-goal}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if card.objective is None:
            yield Finding(
                card.at,
                f"`{card.id}` has no learning objective",
                "name its objective under `objective`",
                card,
            )
