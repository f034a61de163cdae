"""Card without a learning objective.

A card that serves no objective is either not needed, or the objective is missing.
Mend: name the objective that it serves under `objective`.

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
                f"`{card.id}` serves no learning objective",
                "name one under `objective`",
                card,
            )
