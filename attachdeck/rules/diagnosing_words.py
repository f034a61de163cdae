"""Word that sounds like a diagnosis.

A deck of cards cannot know its reader, and knows the people in the reader's life even less.
Source: a safety rule of the course on attachment: education, not diagnosis.
Fix: ask which pattern a behaviour shows.

Bad:

    - {id: a, kind: basic, prompt: Dana checks her phone. What follows?,
       answer: Your style is anxious.}

Good:

    - {id: a, kind: basic, prompt: Dana checks her phone. Which pattern does that show?,
       answer: The anxious one.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import unquoted, with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards_near(course, "diagnosing"):
        phrase = with_word(
            unquoted(" ".join((texts.asked, *texts.claims))), context.words["diagnosing"]
        )
        if phrase:
            yield Finding(
                card.at,
                f"`{card.id}` sounds like a diagnosis (`{phrase}`)",
                "ask which pattern the behaviour shows",
                card,
            )
