"""Figure without a year.

Figures become outdated. Without its year, nobody can check a percentage or an effect later.
Source: Wozniak's rule 19, provide date stamping (1999).
Fix: write the year next to the figure, or cite a source that has one.

Bad:

    - {id: a, kind: basic, prompt: How many are secure?, answer: About 60%.}

Good:

    - {id: a, kind: basic, prompt: How many were secure in the pooled data of 2023?,
       answer: About 52%.}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

_FIGURE = re.compile(r"[0-9] ?%|\b[rdg] = -?\.?[0-9]")
_YEAR = re.compile(r"\b(?:1[89]|20)[0-9]{2}\b")


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        text = texts.everything
        if not ("%" in text or " = " in text) or not _FIGURE.search(text):
            continue
        if not (_YEAR.search(text) or any(citation.source.year for citation in card.sources)):
            yield Finding(
                card.at,
                f"`{card.id}` has a figure without a year",
                "write the year, or cite a source that has one",
                card,
            )
