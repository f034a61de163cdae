r"""Formatting in a typed answer.

Learners type the answer exactly as it is written, and Anki compares it letter by letter.
They would have to type stars, backticks, tags and formulas too.
Source: Anki's manual, "Checking Your Answer".
Fix: write plain words, and move emphasis to `why`.

Bad:

    - {id: a, kind: typed, prompt: What does fear switch on?, answer: the **attachment** system}
    - {id: b, kind: typed, prompt: What is the area of a circle?, answer: '\(\pi r^2\)',
       accept: ["&pi;r<br/>"]}

Good:

    - {id: a, kind: typed, prompt: What does fear switch on?, answer: the attachment system}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course, TypedCard
from attachdeck.rules import Context, Finding

_MARKUP = re.compile(
    r"\*\*?\w[^*]*\*|`[^`]+`|</?[a-z]+ ?/?>|\]\(|\\[(\[]|&(?:[A-Za-z]{2,8}|#[0-9]+);"
)


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if isinstance(card, TypedCard) and any(map(_MARKUP.search, (card.answer, *card.accept))):
            yield Finding(
                card.at,
                f"the answer of `{card.id}` has formatting, which learners would have to type",
                "write plain words",
                card,
            )
