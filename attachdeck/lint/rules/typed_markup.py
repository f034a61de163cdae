"""Markup in what is typed.

Learners type the answer as it stands, and Anki compares it letter by letter: stars, backticks or tags would have to be typed, too.
Source: Anki's manual, "Checking Your Answer".
Mend: write the bare words; what should be emphasised belongs into `why`.

Bad:

    - {id: a, kind: typed, prompt: What does fear switch on?, answer: the **attachment** system}

Good:

    - {id: a, kind: typed, prompt: What does fear switch on?, answer: the attachment system}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.course import Course, TypedCard
from attachdeck.lint import Context, Finding
from attachdeck.patterns import pattern

_MARKUP = pattern(r"\*\*?\w[^*]*\*|`[^`]+`|</?[a-z]+>|\]\(")


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if isinstance(card, TypedCard) and any(map(_MARKUP.search, (card.answer, *card.accept))):
            yield Finding(card.at, f"the answer of `{card.id}` has markup, which a learner would have to type", "write the bare words", card)
