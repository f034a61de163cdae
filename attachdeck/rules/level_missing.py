"""Learning objective without a level.

If some objectives of a course have a level, `attachdeck check --stats` counts one without a level
under *none*, and the rule `no-application` does not check it.
A course without any levels is not checked.
Source: Bloom's taxonomy as revised by Anderson and Krathwohl (2001).
Fix: write its `level`: remember, understand, apply, analyse, evaluate or create.

Bad:

    --- lessons/02-second.yaml
    id: second
    title: Second
    summary: The second lesson.
    objectives:
      - {id: second-goal, text: Name the parts., level: remember}
      - {id: third-goal, text: Tell them apart.}
    cards: []

Good:

    --- lessons/01-first.yaml
    id: first
    title: First
    summary: The first lesson.
    objectives:
      - {id: first-goal, text: Name the parts., level: remember}
      - {id: second-goal, text: Tell them apart., level: analyse}
    cards: []
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    if not any(objective.level for objective in whole.objectives):
        return
    for objective in whole.objectives:
        if not objective.level:
            yield Finding(
                objective.at,
                f"`{objective.id}` has no `level`, but other objectives have one",
                "write `level:` with remember, understand, apply, analyse, evaluate or create",
            )
