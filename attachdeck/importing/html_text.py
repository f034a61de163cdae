"""The HTML of a field as Markdown that says the same: inline tags stay, lines become paragraphs,
and no sign of a text becomes markup."""

from __future__ import annotations

import re

_BREAK = re.compile(r"(?:\s*<br\s*/?>\s*|\s*</?(?:div|p)(?:\s[^<>]*)?>\s*)+", re.IGNORECASE)
_BLOCK = re.compile(
    r"\s*</?(?:ul|ol|table|pre|blockquote|h[1-6]|hr|dl|section|article|center)\b", re.IGNORECASE
)
_STYLED = re.compile(
    r"<(?!a\b|/)[a-z][a-z0-9]*\s[^<>]*>|<(?:font|center|big|small|tt)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(
    r"(<[^<>]*>|\\\((?:(?!\\\().)*?\\\)|\\\[(?:(?!\\\[).)*?\\\]|\{\{c[0-9,]+::)", re.DOTALL
)
_MARK = re.compile(
    r"([\\`*_#|~]|(?:(?<=^[0-9])|(?<=^[0-9]{2})|(?<=^[0-9]{3})|(?<=^[0-9]{4}))[.)](?= )"
    r"|^[-+>](?= ))"
)
_LINK = re.compile(r"\](?=[(\[:])")


def markdown(html: str) -> str:
    """Return a field's text for a card; one that begins with a list or a table stays HTML."""
    text = re.sub(r"\s+", " ", html.replace("&nbsp;", " "))
    parts = [part.strip() for part in _BREAK.split(text) if part.strip()]
    return "\n\n".join(part if _BLOCK.match(part) else _escaped(part) for part in parts)


def lost_in(html: str) -> list[str]:
    """Return the tags whose look does not come along.

    A card's text has no styles, classes and fonts.
    """
    return list(dict.fromkeys(_STYLED.findall(html)))


def _escaped(part: str) -> str:
    return "".join(
        # Not `\\]`, which would end a formula.
        piece if place % 2 else _LINK.sub("&#93;", _MARK.sub(r"\\\1", piece))
        for place, piece in enumerate(_TAG.split(part))
    )
