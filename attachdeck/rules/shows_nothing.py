"""Text that renders as blank.

attachdeck removes comments, scripts and some tags from a text. If nothing else is left, the card
has an empty side. (An empty prompt or step is an error, `no-card`.)
`TODO`, `...` or `???` alone show that a text is not written yet.
Source: the cards as Anki shows them.
Fix: write the text. To show a tag as text, put it between backticks.

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
                f"a text of `{card.id}` is not written yet",
                "write it, or delete the card until it is ready",
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
                f"a text of `{card.id}` renders as blank",
                "write text that learners see; to show a tag as text, put it between backticks",
                card,
            )
