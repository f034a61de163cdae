"""Gaps that do not reach the card as they were written, or that hide nothing there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from attachdeck.anki import cloze
from attachdeck.anki.markup import Shown, render_gaps, shows_nothing

_OPENED = re.compile(r"\{\{c([0-9,]+)::")
_LOSING = re.compile(
    r"<[^<>]*(?:\{\{c|=\s*[\"'])"
    r"|```|~~~"
    r"|<(?!/?(?:a|b|br|code|del|em|i|li|mark|ol|p|s|small|span|strong|sub|sup|u|ul)\b)[A-Za-z!?]"
    r"|\]:|!\[|\]\([^\s()]+\s+[\"'(]"
    r"|\{\{c[0-9,]+::\s*[<&]",
    re.IGNORECASE,
)
"""What may lose a gap: a tag or a comment, what a definition, a picture or a link says besides its
words; and a gap that may hold nothing."""


def lost_gaps(anki: str, shown: Mapping[str, Shown]) -> tuple[set[int], set[int]]:
    """Return the numbers of the gaps of a text that do not reach its HTML, and of those that hide
    nothing there."""
    html = render_gaps(anki, shown)
    empty: set[int] = set()

    def fill(numbers: cloze.Numbers, content: str, _hint: str) -> str:
        empty.update(numbers if shows_nothing(content) else ())
        return content

    cloze.filled(html, fill)
    kept = Counter(_OPENED.findall(html))
    lost = {
        int(number)
        for opened in Counter(_OPENED.findall(anki)) - kept
        for number in opened.split(",")
    }
    return lost | (cloze.numbers(anki) - cloze.numbers(html)), empty


def may_lose_a_gap(text: str) -> bool:
    """Whether a gap may be lost; to render the text takes much longer than to see that none is."""
    if "|" in text and "-" in text and "\n" in text:  # It may be a table.
        return True
    if "](" in text and any("{{c" in word.partition("](")[2] for word in text.split()):
        return True
    return (
        any(sign in text for sign in ("<", "]", "&", "```", "~~~"))
        and _LOSING.search(text) is not None
    )
