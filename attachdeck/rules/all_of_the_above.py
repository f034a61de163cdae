"""Option such as "all of the above".

Options are shuffled, so nothing is above. A learner who knows that two options are right also knows
the answer.
Source: Haladyna, Downing and Rodriguez (2002).
Fix: mark several options as right, and mention that in the question.

Bad:

    - {id: a, kind: choice, question: Which?,
       options: [{text: One, why: No.}, {text: All of the above, right: true}]}

Good:

    - {id: a, kind: choice, question: Which?,
       options: [{text: One, why: No.}, {text: Two, right: true}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import ChoiceCard, Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, _ in context.cards_near(course, "all_of_the_above"):
        for option in card.options if isinstance(card, ChoiceCard) else ():
            if with_word(option.text, context.words["all_of_the_above"]):
                yield Finding(
                    card.at,
                    f"`{card.id}` has the option `{option.text}`",
                    "mark several options as right, and mention that in the question",
                    card,
                )
