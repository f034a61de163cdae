"""Text that shows nothing.

A comment, a script or a tag alone is taken out of a text; where nothing else stands in it, the card
has an empty side (an empty prompt or step is an error, `no-card`).
`TODO`, `...` or `???` alone show that a text was to be written.
Source: the cards as Anki shows them.
Mend: write the text, or put a tag that it is about between backticks.

Bad:

    - {id: a, kind: basic, prompt: Who was first?, answer: "<!-- Bowlby. -->"}
    - {id: b, kind: basic, prompt: Who was second?, answer: TODO}

Good:

    - {id: a, kind: basic, prompt: "What does `<br>` mean in a text?", answer: A new line begins.}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attachdeck.anki.markup import render, shows_nothing
from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding

_TO_WRITE = re.compile(r"(?:TODO|TBD|FIXME|XXX|\.{3}|…|\?{3})[.!?]?")


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        if any(len(text) < 7 and _TO_WRITE.fullmatch(text) for text in texts.pieces):
            yield Finding(
                card.at,
                f"a text of `{card.id}` is still to be written",
                "write it, or take the card out until it is ready",
                card,
            )
        # A picture shows itself, whatever its alt text is.
        if any(
            text
            and not text.lstrip()[:1].isalnum()
            and "![" not in text
            and "<img" not in text
            and shows_nothing(render(text, {}))
            for text in texts.pieces
        ):
            yield Finding(
                card.at,
                f"a text of `{card.id}` shows nothing",
                "write it, or put a tag that it is about between backticks",
                card,
            )
