"""Learning objective without a card.

What a lesson promises must be asked somewhere.
Mend: write a card for it, or take the objective out.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., objective: first-goal}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

LOOKS_EVERYWHERE = True


def check(course: Course, context: Context) -> Iterator[Finding]:
    served = {card.objective.id for card in course.cards() if card.objective}
    for lesson in course.lessons:
        for objective in lesson.objectives:
            if objective.id not in served:
                yield Finding(
                    objective.at,
                    f"no card serves the objective `{objective.id}`",
                    "write a card for it, or take it out",
                )
