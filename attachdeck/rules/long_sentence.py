"""Sentence too long to read on a card.

Learners read cards in seconds, hundreds of times. They have to read a sentence of more than 40
words twice.
Source: plain-language guidelines (plainlanguage.gov): short sentences.
Fix: split it into two sentences.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.,
       why: "Because one day he began to think about the children whom he had seen and about the
       families in which they had lived and about the war that had parted them and about all that
       had been written before him about love and hunger and fear."}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.,
       why: He saw children whom the war had parted from their families.}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

_MOST = 40


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        # Spaces are counted first, which is cheap; any other white space is not printable.
        long = [
            text
            for text in (texts.asked, *texts.claims)
            if text.count(" ") >= _MOST or not text.isprintable()
        ]
        longest = (
            max(
                (
                    len(sentence.split())
                    for text in long
                    for sentence in re.split(r"(?<=[.!?:;])\s", text)
                ),
                default=0,
            )
            if long
            else 0
        )
        if longest > _MOST:
            yield Finding(
                card.at,
                f"`{card.id}` has a sentence of {longest} words",
                "split it into two sentences",
                card,
            )
