"""Hard to read.

A card is read in seconds, hundreds of times, and by many whose first language is another.
Source: Björnsson's LIX (1968): words a sentence, plus the percentage of words with more than six letters; above 60 is very hard in any language.
Only cards of 25 words or more are measured; a short one has too few words to tell.
Mend: shorter sentences, plainer words; names that must be long go into cards of their own.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., why: "Consideration of internalised representational configurations presupposes acknowledging intergenerational transmission mechanisms throughout development, notwithstanding methodological heterogeneity, insufficiently representative populations, underpowered longitudinal investigations, and inconsistent operationalisations complicating interpretation internationally."}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., why: "What a parent learned as a child may pass to the next one. How much does so is not well known. The studies are small, they follow few families for long, and they do not all measure the same thing."}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.course import Course
from attachdeck.lint import Context, Finding
from attachdeck.lint.texts import pieces


_WORD = re.compile(r"[\w’']+")
_LONG = re.compile(r"[\w’']{7,}")
_END = re.compile(r"[.!?:;](?=\s|$)")


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        text = "\n".join(filter(None, pieces(card)))
        said = len(_WORD.findall(text))
        if said < 25:
            continue
        sentences = sum(max(1, len(_END.findall(piece))) for piece in text.split("\n"))
        lix = said / sentences + 100 * len(_LONG.findall(text)) / said
        if lix > 60:
            yield Finding(card.at, f"`{card.id}` is very hard to read (LIX {lix:.0f}, and 60 is the most)", "shorter sentences, plainer words", card)
