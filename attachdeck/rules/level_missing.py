"""Learning objective without a level.

Where some objectives of a course say their level, one that does not is missing from `attachdeck
check --stats` and from the rule `no-application`.
A course without any level is left alone.
Source: Bloom's taxonomy as revised by Anderson and Krathwohl (2001).
Mend: write its `level`: remember, understand, apply, analyse, evaluate or create.

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
                f"`{objective.id}` does not say its level, as other objectives do",
                "write `level:` with one of Bloom's six levels",
            )
