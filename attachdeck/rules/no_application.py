"""Learning objective that no card applies.

An objective with the level `apply` or higher promises that learners can use what they know.
Cards that ask for a fact or a term do not practise that.
Source: Bloom's taxonomy as revised by Anderson and Krathwohl (2001).
Fix: write a `vignette`, `produce` or `practice` card for it, or give it the level of its cards.
Objectives without a level, or with the level `remember` or `understand`, are not checked.
`attachdeck check --stats` lists all objectives without such a card.

Bad:

    --- lessons/02-second.yaml
    id: second
    title: Second
    summary: The second lesson.
    objectives:
      - {id: second-goal, text: Write a plan., level: create}
    cards:
      - {id: b, kind: basic, prompt: Who?, answer: Bowlby., objective: second-goal}

Good:

    --- lessons/02-second.yaml
    id: second
    title: Second
    summary: The second lesson.
    objectives:
      - {id: second-goal, text: Write a plan., level: create}
    cards:
      - {id: b, kind: practice, prompt: Write one plan., objective: second-goal}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import APPLYING_KINDS, LEVELS
from attachdeck.rules import Context, Finding, Whole

_APPLYING_LEVELS = LEVELS[LEVELS.index("apply") :]


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    applied = {
        card.objective for card in whole.cards if card.kind in APPLYING_KINDS and not card.retired
    }
    for objective in whole.objectives:
        if objective.is_mixed:
            continue
        if objective.level in _APPLYING_LEVELS and objective.id not in applied:
            yield Finding(
                objective.at,
                f"`{objective.id}` asks learners to {objective.level}, but none of its cards does",
                "write a `vignette`, a `produce` or a `practice` card for it, or give it a lower "
                "level",
            )
