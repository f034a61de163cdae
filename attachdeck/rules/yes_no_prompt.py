"""Yes or no prompt.

Learners can guess one of two answers half of the time without knowing anything.
Source: Matuschak, prompts should be effortful (2020).
Fix: ask what, why or how, or make it a `choice` with reasons.

Bad:

    - {id: a, kind: basic, prompt: Is attachment lifelong?, answer: "Yes, from the cradle on."}

Good:

    - {id: a, kind: basic, prompt: How long does attachment matter in a life?, answer: All of it.}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    answers = set(context.words.get("yes_or_no", ()))
    for card, texts in context.cards(course):
        if texts.answered_words.partition(" ")[0] in answers and any(
            re.match(pattern, texts.asked, re.IGNORECASE)
            for pattern in context.words.get("yes_no", ())
        ):
            yield Finding(
                card.at,
                f"`{card.id}` can be answered with yes or no",
                "ask what, why or how, or make it a `choice`",
                card,
            )
