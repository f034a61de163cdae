"""Learning objective without a card.

A course must ask about everything that its lessons promise.
Fix: write a card for the objective, or delete it.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., objective: first-goal}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    served = {card.objective for card in whole.cards}
    for objective in whole.objectives:
        if objective.id not in served and not objective.is_mixed:
            yield Finding(
                objective.at,
                f"the objective `{objective.id}` has no card",
                "write a card for it, or delete it",
            )
