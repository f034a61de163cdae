"""Sensitive card without a content note.

Spaced repetition brings a card back without warning. A note lets a learner brace or skip, and its tag lets them suspend all such cards together.
Source: SAMHSA, principles of trauma-informed care (2014).
Mend: add `content_note` to the card, or to the whole lesson.

Bad:

    - {id: a, kind: basic, prompt: What did the study of violence find?, answer: A link.}

Good:

    - {id: a, kind: basic, prompt: What did the study of violence find?, answer: A link., content_note: "Mentions violence, without details."}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.course import Course
from attachdeck.lint import Context, Finding
from attachdeck.lint.texts import everything, with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    for lesson in course.lessons:
        for card in lesson.cards:
            found = with_word(everything(card), context.words.get("sensitive", ()))
            if found and not card.content_note and not lesson.content_note:
                yield Finding(
                    card.at, f"`{card.id}` touches something sensitive and has no content note", "add `content_note` to the card or to the lesson", card
                )
