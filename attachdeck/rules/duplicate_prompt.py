"""Same prompt twice.

Two cards that ask the same with other answers can never both be right; with the same answer one of
them is work for nothing.
Source: Wozniak's rule 11, combat interference (1999).
Mend: delete one, or say in each what makes it another question.

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
                f"`{card.id}` asks the same as `{first}`",
                "delete one, or say what makes it another question",
                card,
            )
