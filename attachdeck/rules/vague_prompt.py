"""Prompt without context.

Words such as *it* or *this* were clear next to the other cards. Months later, the card comes alone.
Source: Wozniak's rule 16, context cues (1999); Matuschak, prompts should be precise (2020).
Fix: name what the prompt is about.

Bad:

    - {id: a, kind: basic, prompt: What is it?, answer: A secure base.}

Good:

    - {id: a, kind: basic, prompt: What is a secure base?,
       answer: The figure from whom one explores.}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    vague = [
        re.compile(rf"{pattern}\W*", re.IGNORECASE) for pattern in context.words.get("vague", ())
    ]
    for card, texts in context.cards(course):
        asked = texts.asked.strip()
        if any(pattern.fullmatch(asked) for pattern in vague):
            yield Finding(
                card.at,
                f"the prompt of `{card.id}` does not name its topic",
                "name the topic in the prompt",
                card,
            )
