"""Options of unequal length.

If an option stands out by its length, learners choose or dismiss it without thinking.
Source: Haladyna, Downing and Rodriguez (2002): keep the length of options about equal.
Fix: make the options about equally detailed.
(`longest-option-right` checks only the right option, and is stricter.)

Bad:

    - {id: a, kind: choice, question: What is a safe haven?,
       options: [{text: A figure to whom one returns, right: true},
       {text: "A figure whom one avoids as long as one can, and whom one tells nothing that matters,
       whatever happens", why: No.}, {text: A bed, why: No.}]}

Good:

    - {id: a, kind: choice, question: What is a safe haven?,
       options: [{text: A figure to whom one returns, right: true},
       {text: A figure whom one avoids, why: No.}, {text: A house with a garden, why: No.}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import ChoiceCard, Course, VignetteCard
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.wordings():
        if isinstance(card, ChoiceCard) and not isinstance(card, VignetteCard):
            shortest, *_, longest = sorted((option.text for option in card.options), key=len)
            if len(longest) > 25 and len(longest) > 4 * len(shortest):
                yield Finding(
                    card.at,
                    f"“{shortest}” is much shorter than “{longest}” in `{card.id}`",
                    "make the options about equally detailed",
                    card,
                )
