"""Gap hides too much.

If few words are left around a gap, learners cannot know what it hides.
Source: Wozniak's rule 5, cloze deletion (1999); Matuschak, prompts should be precise (2020).
Fix: hide less, or make it a `basic` card with a question.

Bad:

    - {id: a, kind: cloze, text: "It is ((1 the figure from whom a child sets out to explore the
       wide world))."}
    - {id: b, kind: cloze, text: "((1 A secure base.))"}

Good:

    - {id: a, kind: cloze, text: "The figure from whom a child sets out to explore is its ((1 secure
       base))."}
    - {id: b, kind: cloze, text: "((1 A secure base | where one sets out from))"}
    - {id: c, kind: cloze, text: "((1 Flight)) ((2 Fight))"}
    - {id: d, kind: cloze, text: "![](plane.svg) ((1 Safe))"}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.anki import cloze
from attachdeck.domain.course import ClozeCard, Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import words


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        if (
            isinstance(card, ClozeCard)
            and not cloze.filled(card.text, _left).strip(" .!?")
            and len(cloze.numbers(card.text)) == 1
        ):
            yield Finding(
                card.at,
                f"the gap of `{card.id}` hides the whole text, so the card has no question",
                "hide less, or give the gap a hint",
                card,
            )
            continue
        hidden = max((len(words(gap)) for gap in texts.gaps), default=0)
        around = len(texts.asked_words.split()) if hidden > 5 else 0
        if hidden > 5 and hidden > around / 2:
            yield Finding(
                card.at,
                f"a gap of `{card.id}` hides {hidden} words and leaves only a few around it",
                "hide less, or ask a question instead",
                card,
            )


def _left(_numbers: cloze.Numbers, _content: str, hint: str) -> str:
    return hint
