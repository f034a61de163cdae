"""Same prompt twice.

If two cards ask the same question with different answers, learners cannot get both right. If the
answers are the same, one card is unnecessary.
Source: Wozniak's rule 11, combat interference (1999).
Fix: delete one card, or make clear in each prompt how the questions differ.

Bad:

    - {id: a, kind: basic, prompt: What is a haven?, answer: One.}
    - {id: b, kind: basic, prompt: "What is a haven ?", answer: Two.}

Good:

    - {id: a, kind: basic, prompt: What is a safe haven?, answer: One.}
    - {id: b, kind: basic, prompt: What is a secure base?, answer: Two.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for card in whole.cards:
        if not card.asked_words:
            continue  # A custom card: only its note type knows what it asks.
        first = seen.setdefault(card.asked_words, card.id)
        if first != card.id:
            yield Finding(
                card.at,
                f"`{card.id}` asks the same question as `{first}`",
                "delete one of the two, or make clear how the questions differ",
                card,
            )
