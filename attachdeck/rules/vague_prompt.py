"""Prompt without context.

A prompt that points to something with *it* or *this* was clear when it was written, beside the
others; months later it comes alone.
Source: Wozniak's rule 16, context cues (1999); Matuschak, prompts should be precise (2020).
Mend: name what is asked about.

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
                f"`{card.id}` does not say what it asks about",
                "name the thing in the prompt",
                card,
            )
