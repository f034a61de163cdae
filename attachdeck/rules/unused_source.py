"""Source that no card cites.

It is either forgotten in a card, or not needed.
Mend: cite it where it belongs, or delete it.
A course that keeps a wider bibliography turns this rule off.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., sources: [bowlby1969]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    used = {key for card in whole.cards for key in card.sources}
    for key, source in whole.course.sources.items():
        if key not in used:
            yield Finding(
                source.at, f"no card cites `{key}`", "cite it where it belongs, or delete it"
            )
