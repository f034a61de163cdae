"""Several ideas in one card.

An answer of three sentences or more holds more than one thing to recall; the weakest part decides
when the whole comes back.
Source: Wozniak's rule 4, minimum information (1999); Matuschak, prompts should be focused (2020).
Mend: one card for each idea; reasons go under `why`.

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
                "make a card for each idea, or put reasons under `why`",
                card,
            )
