"""Source that no card cites.

Either a card should cite it, or it is not needed.
Fix: cite it on a card, or delete it.
If your course keeps a wider bibliography, turn this rule off.

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
            yield Finding(source.at, f"no card cites `{key}`", "cite it on a card, or delete it")
