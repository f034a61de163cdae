"""Word that claims too much.

Studies find links of a certain strength in some people. They prove nothing about one person.
Source: a safety rule of the course on attachment: state findings at their true strength.
Fix: state how strong the finding is. A card can quote such a word in order to correct it.

Bad:

    - {id: a, kind: basic, prompt: What does training do?, answer: It guarantees security.}

Good:

    - {id: a, kind: basic, prompt: What did the trials find?, answer: Moderate gains.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import unquoted, with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards_near(course, "overclaiming"):
        word = with_word(unquoted(" ".join(texts.claims)), context.words["overclaiming"])
        if word:
            yield Finding(
                card.at,
                f"`{card.id}` claims too much (`{word}`)",
                "state how strong the finding is",
                card,
            )
