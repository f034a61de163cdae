"""HTML that does not reach the card.

attachdeck removes scripts, styles, forms, frames and links that run something.
It also removes unknown tags, attributes for looks (`style`, `width`), and words inside a tag by
mistake, as in `a <b and c> d`. Learners never see any of these.
In formulas, macros for links and styles (`\\href`, `\\style`) do nothing.
Source: the sanitiser's list of tags, and what MathJax makes of macros.
Fix: delete it. To show a tag as text, put it between backticks; write a space after a plain `<`.

Bad:

    - {id: b, kind: basic, prompt: "If a <b and c> d, who was [first](tel:1)?",
       answer: "<span style='color: red'>Bowlby</span>"}
    - {id: a, kind: basic, prompt: "<font>Who</font> was first?",
       answer: "[Bowlby](javascript:alert(1))"}

Good:

    - {id: a, kind: basic, prompt: "What does `<font>` mean <sub title='Or > that'>in HTML</sub>,
       and a < b or c >d?", answer: "Look [here](https://example.org)."}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attachdeck.anki.markup import taken_out
from attachdeck.domain.course import Card, Course, CustomCard
from attachdeck.reader import Node
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import course_texts, markdown_texts

_SIGNS = ("<", "](", "]:", "\\")
_HELP = (
    "delete it; to show a tag as text, put it between backticks; write a space after a plain `<`"
)
_MOST = 20
"""Maximum number of findings reported per text."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    # Few files have such signs, and where a text stands is looked up only for what is found.
    files = {name for name, text in context.files.items() if _has_signs(text)}
    for card in course.cards():
        place = card.place
        if isinstance(card, CustomCard) or not isinstance(place, Node) or place.file not in files:
            continue
        yield from _taken_out(markdown_texts(place), card)
    for lesson in course.lessons:
        written = lesson.place
        if isinstance(written, Node) and lesson.at.file in files:
            yield from _taken_out(markdown_texts(written))


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    yield from _taken_out(text.node for text in course_texts(course))


def _taken_out(texts: Iterable[Node], card: Card | None = None) -> Iterator[Finding]:
    """Yield a finding for each piece of some texts that does not reach the card."""
    for text in texts:
        for what in taken_out(text.value)[:_MOST] if _has_signs(text.value) else ():
            yield Finding(text.at, f"`{what}` does not reach the card", _HELP, card)


def _has_signs(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)
