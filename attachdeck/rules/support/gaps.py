"""Gaps that are lost on the way to the card, or that hide nothing there."""

from __future__ import annotations

import re
from collections import Counter

from attachdeck.anki import cloze
from attachdeck.anki.markup import Media, render_gaps, shows_nothing

_OPENED = re.compile(r"\{\{c([0-9,]+)::")
_LOSING = re.compile(
    r"<[^<>]*(?:\{\{c|=\s*[\"'])"
    r"|```|~~~"
    r"|<(?!/?(?:a|b|br|code|del|em|i|li|mark|ol|p|s|small|span|strong|sub|sup|u|ul)\b)[A-Za-z!?]"
    r"|\]:|!\[|\]\([^\s()]+\s+[\"'(]"
    r"|\{\{c[0-9,]+::\s*[<&]",
    re.IGNORECASE,
)
"""Markup in which a gap may be lost (a tag, a comment, an address, a title), and empty gaps."""


def lost_gaps(anki: str, media: Media) -> tuple[set[int], set[int]]:
    """Return the numbers of the gaps missing in a text's HTML, and of those that hide nothing."""
    html = render_gaps(anki, media)
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
    """Return whether a gap may be lost, which is much faster than rendering the text."""
    if "|" in text and "-" in text and "\n" in text:  # It may be a table.
        return True
    if "](" in text and any("{{c" in word.partition("](")[2] for word in text.split()):
        return True
    return (
        any(sign in text for sign in ("<", "]", "&", "```", "~~~"))
        and _LOSING.search(text) is not None
    )
