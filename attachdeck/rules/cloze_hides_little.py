"""Gap hides too little.

Learners can fill a gap over an article or a preposition from grammar alone.
Source: Wozniak's rule 5, cloze deletion (1999); Matuschak, prompts should be effortful (2020).
Fix: hide the word that carries the meaning.

Bad:

    - {id: a, kind: cloze, text: "The child sets out ((1 of)) the base."}

Good:

    - {id: a, kind: cloze, text: "The child sets out from the ((1 secure base))."}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import words


def check(course: Course, context: Context) -> Iterator[Finding]:
    small = set(context.words.get("small", ()))
    for card, texts in context.cards(course):
        for hidden in texts.gaps:
            hidden_words = words(hidden)
            if hidden_words and small.issuperset(hidden_words):
                yield Finding(
                    card.at,
                    f"a gap of `{card.id}` hides only `{hidden}`",
                    "hide the word that carries the meaning",
                    card,
                )
