"""Source that no card cites.

It is either forgotten in a card, or not needed.
Mend: cite it where it belongs, or delete it. A course that keeps a wider bibliography turns this rule off.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., sources: [bowlby1969]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

LOOKS_EVERYWHERE = True


def check(course: Course, context: Context) -> Iterator[Finding]:
    used = {citation.source.key for card in course.cards() for citation in card.sources}
    for key, source in course.sources.items():
        if key not in used:
            yield Finding(
                source.at, f"no card cites `{key}`", "cite it where it belongs, or delete it"
            )
