"""Right option is much longer than the others.

Learners notice that the long option is right, and stop reading.
Source: guidelines for multiple-choice items, Haladyna, Downing and Rodriguez (2002): keep the
length of options about equal.
Fix: shorten it, or make the wrong options as detailed.

Bad:

    - {id: a, kind: choice, question: What is a safe haven?,
       options: [{text: "The figure to whom one returns for comfort when one is distressed",
       right: true}, {text: A house, why: No.}, {text: A bed, why: No.}]}

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
            right = max((len(option.text) for option in card.options if option.right), default=0)
            wrong = max(
                (len(option.text) for option in card.options if not option.right), default=0
            )
            if right > 25 and right > 1.6 * wrong:
                yield Finding(
                    card.at,
                    f"the right option of `{card.id}` is much longer than the others",
                    "shorten it, or make the wrong options as detailed",
                    card,
                )
