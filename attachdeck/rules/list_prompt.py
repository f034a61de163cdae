"""Prompt asks for a list.

A list is hard to recall and impossible to grade: three out of four is neither right nor wrong.
Source: Wozniak's rules 9 and 10, avoid sets and enumerations (1999).
Fix: write a `cloze` with a gap for each item, a `sequence` if the order matters, or a card for each
item.

Bad:

    - {id: a, kind: basic, prompt: What are the four phases of attachment?,
       answer: "One, two, three, four."}

Good:

    - {id: a, kind: cloze, text: "The first phase of attachment is ((1 pre-attachment))."}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import BasicCard, Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import with_word


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards_near(course, "lists"):
        if isinstance(card, BasicCard) and with_word(texts.asked, context.words["lists"]):
            yield Finding(
                card.at,
                f"`{card.id}` asks for a list",
                "write a `cloze` with a gap for each item, a `sequence`, or a card for each item",
                card,
            )
