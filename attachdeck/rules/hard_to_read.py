"""Hard to read.

Learners read a card in seconds, hundreds of times, and often in their second language.
Source: Björnsson's LIX (1968): words per sentence plus the percentage of words with more than six
letters. A value above 60 is very hard in any language.
Fix: write shorter sentences and plainer words. Give long names a card of their own.
Only cards with at least 25 words are measured.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.,
       why: "Consideration of internalised representational configurations presupposes acknowledging
       intergenerational transmission mechanisms throughout development, notwithstanding
       methodological heterogeneity, insufficiently representative populations, underpowered
       longitudinal investigations, and inconsistent operationalisations complicating interpretation
       internationally."}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.,
       why: "What a parent learned as a child may pass to the next one. How much of it passes is
       not well known. The studies are small, they follow few families for long, and they do not all
       measure the same thing."}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

_END = re.compile(r"[.!?:;](?=\s|$)")


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        if texts.length < 25:
            continue
        pieces = [piece for piece in texts.pieces if piece]
        long_words = 100 * texts.long_words / texts.length
        if texts.length / len(pieces) + long_words <= 60:
            continue  # Easy even where each text is one sentence.
        sentences = sum(max(1, len(_END.findall(piece))) for piece in pieces)
        lix = texts.length / sentences + long_words
        if lix > 60:
            yield Finding(
                card.at,
                f"`{card.id}` is very hard to read (LIX {lix:.0f}, above 60)",
                "write shorter sentences and plainer words",
                card,
            )
