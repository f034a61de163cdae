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

from attachdeck.rules import Context, Finding, Whole


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    served = {card.objective for card in whole.cards}
    for objective in whole.objectives:
        if objective.id not in served and not objective.is_mixed:
            yield Finding(
                objective.at,
                f"no card serves the objective `{objective.id}`",
                "write a card for it, or take it out",
            )
