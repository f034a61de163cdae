r"""Markup in what is typed.

Learners type the answer as it stands, and Anki compares it letter by letter: stars, backticks, tags
or the signs of a formula would have to be typed, too.
Source: Anki's manual, "Checking Your Answer".
Mend: write the bare words; what should be emphasised belongs into `why`.

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
                f"the answer of `{card.id}` has markup, which a learner would have to type",
                "write the bare words",
                card,
            )
