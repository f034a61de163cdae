"""Two answers that are confused, and no card that holds them apart.

Where a card warns under `confusion` of what another card answers, the two meet in no question: learners know each alone and mix them up beside
each other.
Source: Wozniak's rule 11, combat interference (1999).
Mend: a card that asks for the difference, best a choice or a vignette with both among its options.

Bad:

    - {id: a, kind: basic, prompt: To whom does one return?, answer: Safe haven., confusion: One explores from a secure base.}
    - {id: b, kind: basic, prompt: From whom does one explore?, answer: Secure base.}

Good:

    - {id: a, kind: basic, prompt: To whom does one return?, answer: Safe haven., confusion: One explores from a secure base.}
    - {id: b, kind: basic, prompt: From whom does one explore?, answer: Secure base.}
    - {id: c, kind: choice, question: A child runs to its father and clings. Which is he?, options: [{text: A safe haven, right: true}, {text: A secure base, why: It does not explore.}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.course import Card, ChoiceCard, Course
from attachdeck.lint import Context, Finding
from attachdeck.lint.texts import answered, asked, words

_LONGEST = 4
"""Answers of more words than this are statements, and no terms."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    terms = {term: card for card in course.cards() if (term := " ".join(words(answered(card)))) and term.count(" ") < _LONGEST}
    any_term = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(terms, key=len, reverse=True)))})\b")
    mentions = [(term, other, card) for term, card in terms.items() for other in sorted(set(any_term.findall(" ".join(words(card.confusion)))) - {term})]
    apart = [frozenset(any_term.findall(_holds(card))) for card in course.cards()] if mentions else []
    for term, other, card in mentions:
        if not any({term, other} <= each for each in apart):
            yield Finding(card.at, f"`{card.id}` warns of “{other}”, and no card holds it and “{term}” apart", "add a card that asks for the difference", card)


def _holds(card: Card) -> str:
    """What stands before a learner who answers this card."""
    options = " ".join(option.text for option in card.options) if isinstance(card, ChoiceCard) else ""
    return " ".join(words(f"{asked(card)} {options} {answered(card)}"))
