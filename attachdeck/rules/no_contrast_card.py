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

from collections import defaultdict
from collections.abc import Iterator

from attachdeck.domain.course import ChoiceCard, Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import finder, plain

_LONGEST = 4
"""Answers of more words than this are statements, and no terms."""
LOOKS_EVERYWHERE = True


def check(course: Course, context: Context) -> Iterator[Finding]:
    cards = context.cards(course)
    terms = {
        texts.answered_words: card
        for card, texts in cards
        if texts.answered_words and texts.answered_words.count(" ") < _LONGEST
    }
    find = finder(terms)
    mentions = [
        (term, other, card)
        for term, card in terms.items()
        for other in sorted(find(plain(card.confusion)) - {term})
    ]
    holders: dict[str, set[int]] = defaultdict(set)
    for number, (card, texts) in enumerate(cards if mentions else ()):
        options = (
            plain(" ".join(option.text for option in card.options))
            if isinstance(card, ChoiceCard)
            else ""
        )
        for term in find(
            " ".join(filter(None, (texts.asked_words, options, texts.answered_words)))
        ):
            holders[term].add(number)
    for term, other, card in mentions:
        if holders[term].isdisjoint(holders[other]):
            yield Finding(
                card.at,
                f"`{card.id}` warns of “{other}”, and no card holds it and “{term}” apart",
                "add a card that asks for the difference",
                card,
            )
