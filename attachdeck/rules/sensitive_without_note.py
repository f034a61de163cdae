"""Sensitive card without a content note.

Spaced repetition brings a card back without warning.
A content note lets learners prepare or skip, and its tag lets them suspend all such cards together.
Source: SAMHSA, principles of trauma-informed care (2014).
Fix: add `content_note` to the card, or to the whole lesson.

Bad:

    - {id: a, kind: basic, prompt: What did the study of violence find?, answer: A link.}

Good:

    - {id: a, kind: basic, prompt: What did the study of violence find?, answer: A link.,
       content_note: "Mentions violence, without details."}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    noted = {
        card.id
        for lesson in course.lessons
        for card in lesson.cards
        if lesson.content_note or card.content_note
    }
    for card, texts in context.cards_near(course, "sensitive"):
        if card.id not in noted and with_word(texts.everything, context.words["sensitive"]):
            yield Finding(
                card.at,
                f"`{card.id}` is about something sensitive but has no content note",
                "add `content_note` to the card or to the lesson",
                card,
            )
