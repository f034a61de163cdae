"""Several ideas in one card.

An answer of three or more sentences contains more than one thing to recall. The hardest part
decides when the whole card comes back.
Source: Wozniak's rule 4, minimum information (1999); Matuschak, prompts should be focused (2020).
Fix: write a card for each idea, and put reasons under `why`.

Bad:

    - {id: a, kind: basic, prompt: What is a safe haven?,
       answer: It is a role. One returns to it. Bowlby named it.}

Good:

    - {id: a, kind: basic, prompt: What is a safe haven?,
       answer: The figure to whom one returns for comfort.}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        if sum(map(texts.answered.count, ".!?")) < 3:
            continue
        sentences = len(
            re.findall(r"[.!?](?=\s|$)", re.sub(r"\b(?:e\.g|i\.e|cf|al|vs)\.", "", texts.answered))
        )
        if sentences > 2:
            yield Finding(
                card.at,
                f"the answer of `{card.id}` has {sentences} sentences",
                "write a card for each idea, or put reasons under `why`",
                card,
            )
