"""Two answers are easily confused, and no card contrasts them.

One card warns under `confusion` about the answer of another card, but no question contains both.
Learners know each answer alone and confuse them when they meet both.
Source: Wozniak's rule 11, combat interference (1999).
Fix: write a card that asks for the difference, ideally a choice or vignette with both as options.

Bad:

    - {id: a, kind: basic, prompt: To whom does one return?, answer: Safe haven.,
       confusion: One explores from a secure base.}
    - {id: b, kind: basic, prompt: From whom does one explore?, answer: Secure base.}

Good:

    - {id: a, kind: basic, prompt: To whom does one return?, answer: Safe haven.,
       confusion: One explores from a secure base.}
    - {id: b, kind: basic, prompt: From whom does one explore?, answer: Secure base.}
    - {id: c, kind: choice, question: A child runs to its father and clings. Which is he?,
       options: [{text: A safe haven, right: true},
       {text: A secure base, why: It does not explore.}]}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole
from attachdeck.rules.support.texts import finder

_LONGEST = 4
"""In words: a longer answer is a statement, not a term."""


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    terms = {
        card.answered_words: card
        for card in whole.cards
        if card.answered_words and card.answered_words.count(" ") < _LONGEST
    }
    find = finder(terms)
    mentions = [
        (term, other, card)
        for term, card in terms.items()
        for other in sorted(find(card.confusion) - {term})
    ]
    holders: dict[str, set[int]] = defaultdict(set)
    for number, card in enumerate(whole.cards if mentions else ()):
        words = (card.asked_words, card.options, card.answered_words)
        for term in find(" ".join(filter(None, words))):
            holders[term].add(number)
    for term, other, card in mentions:
        if holders[term].isdisjoint(holders[other]):
            yield Finding(
                card.at,
                f"`{card.id}` warns about “{other}”, but no card contrasts it with “{term}”",
                "write a card that asks for the difference",
                card,
            )
