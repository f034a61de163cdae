"""Text cut off at a hash.

In YAML, a space and `#` begin a comment. A text without quotes ends there, and learners never see
the rest.
Source: YAML 1.2.2, section 6.6, comments.
Fix: put the whole text in quotes. If it is a comment, write a space after the `#`.

Bad:

    - id: a
      kind: basic
      prompt: Which hashtag did the survey follow?
      answer: The tag #securebase

Good:

    - id: a
      kind: basic
      prompt: "Which tag did the survey follow, #securebase or another?"  #todo: ask her
      answer: The first.  # to be checked
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from attachdeck.domain.course import Card, Course
from attachdeck.reader import cut_off
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for name, text in context.files.items():
        places = list(cut_off(text, name)) if name.endswith((".yaml", ".yml")) else []
        cards = (
            sorted((card for card in course.cards() if card.at.file == name), key=_line)
            if places
            else []
        )
        for at in places:
            before = bisect_right(cards, at.line, key=_line)
            yield Finding(
                at,
                "the text ends here: YAML reads everything after `#` as a comment",
                "put the whole text in quotes",
                cards[before - 1] if before else None,
            )


check_course = check
"""The course's own files are checked as a lesson's are."""


def _line(card: Card) -> int:
    return card.at.line
