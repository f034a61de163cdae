"""Word that labels people.

A pattern is something that people do in one relationship, at one time. A label turns it into what
they are.
A card can quote such a word in order to correct it.
Source: APA Style, bias-free language (2020).
Fix: describe what someone does.

Bad:

    - {id: a, kind: basic, prompt: How do avoidants react?,
       answer: "An avoidant withdraws, and clingy people protest."}

Good:

    - {id: a, kind: basic, prompt: How does the avoidant pattern show?, answer: In withdrawal.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import unquoted, with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards_near(course, "labels"):
        label = with_word(unquoted(" ".join(texts.claims)), context.words["labels"])
        if label:
            yield Finding(
                card.at,
                f"`{card.id}` labels people (`{label}`)",
                "describe what the person does",
                card,
            )
