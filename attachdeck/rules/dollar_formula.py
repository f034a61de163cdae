r"""Formula between dollar signs.

Anki draws formulas between `\(` and `\)`, or between `\[` and `\]` on lines of their own.
Between dollar signs, learners see the source text.
Source: Anki's manual, "MathJax".
Fix: write `\(x^2\)` instead of `$x^2$`, in single quotes or after `|`.

Bad:

    - {id: a, kind: basic, prompt: "What is the derivative of $x^2$?", answer: It is \(2x\).}
    - {id: b, kind: basic, prompt: "What is the derivative?", answer: "$$\nx^2\n$$"}

Good:

    - {id: a, kind: basic, prompt: 'What is \(x^2\) for an item that costs $5 or $10?',
       answer: It is 25 or 100.}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

_FORMULA = re.compile(r"\$(?=\S)[^$\n\\^_{}]*[\\^_{}][^$\n]*\$|\$\$[^$\\^_{}]*[\\^_{}][^$]*\$\$")

_HELP = r"write it between `\(` and `\)`"


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        if formula := _first(texts.pieces):
            yield Finding(
                card.at, f"`{formula:.40}` in `{card.id}` is not a formula in Anki", _HELP, card
            )
    for section in (section for lesson in course.lessons for section in lesson.reading):
        if formula := _first((section.text,)):
            message = f"`{formula:.40}` in the reading `{section.id}` is not a formula in Anki"
            yield Finding(section.at, message, _HELP)


def _first(texts: Iterable[str]) -> str:
    """Return the first formula between dollar signs in some texts, or ""."""
    formulas = (match[0] for text in texts if "$" in text and (match := _FORMULA.search(text)))
    return next(formulas, "")
