r"""Formula between dollar signs.

Anki draws formulas between `\(` and `\)`, or `\[` and `\]` on lines of their own; between dollar signs learners see the source.
Source: Anki's manual, "MathJax".
Mend: write `\(x^2\)` for `$x^2$`, in single quotes or after `|`, where a backslash is only a backslash.

Bad:

    - {id: a, kind: basic, prompt: "What is the derivative of $x^2$?", answer: It is \(2x\).}
    - {id: b, kind: basic, prompt: "What is the derivative?", answer: "$$\nx^2\n$$"}

Good:

    - {id: a, kind: basic, prompt: 'What is \(x^2\) for an item that costs $5 or $10?', answer: It is 25 or 100.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.course import Course
from attachdeck.lint import Context, Finding
from attachdeck.patterns import pattern

_FORMULA = pattern(r"\$(?=\S)[^$\n\\^_{}]*[\\^_{}][^$\n]*\$|\$\$[^$\\^_{}]*[\\^_{}][^$]*\$\$")


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        found = next(
            (match for text in texts.pieces if "$" in text and (match := _FORMULA.search(text))),
            None,
        )
        if found:
            yield Finding(
                card.at,
                f"`{found[0]:.40}` in `{card.id}` is no formula in Anki",
                r"write it between `\(` and `\)`",
                card,
            )
