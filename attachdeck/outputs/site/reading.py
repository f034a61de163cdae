"""A lesson's reading in sections, and the section that a prompt belongs to.

Authors do not say where a card belongs in the reading, and an objective often spans several
sections. So a card follows the section with which it shares the most words that no other section
has. Where several share as many, it follows the whole reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html import escape, unescape
from itertools import count, pairwise

from attachdeck.outputs.faces import without_pictures

_TAG = re.compile(r'<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>(?: [\w:-]+="[^"]*")*/?)>')
_VOID = {"br", "hr", "img"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TITLE = re.compile(r"<h2(?P<rest>(?: [\w:-]+=\"[^\"]*\")*)>")
_ANCHORED = re.compile(r'<h2 id="(?P<id>section-\d+)"[^>]*>(?P<text>.*?)</h2>', re.DOTALL)
_BLOCK = re.compile(r"</?(?:p|div|li|ol|ul|br|h[1-6]|tr|td|th|blockquote|pre|table)\b[^>]*>")
_WORD = re.compile(r"\w{4,}")


def plain(html: str) -> str:
    """Return HTML's text on one line, with a picture's alt text in its place."""
    return " ".join(unescape(_TAG.sub("", _BLOCK.sub(" ", without_pictures(html)))).split())


def lifted(html: str, highest: int = 2) -> str:
    """Return a text whose highest headings are of a level, because there are others above them."""
    levels = [_HEADINGS[tag["name"]] for tag in _TAG.finditer(html) if tag["name"] in _HEADINGS]
    shift = highest - min(levels, default=highest)

    def lift(tag: re.Match[str]) -> str:
        level = _HEADINGS.get(tag["name"])
        return f"<{tag['close']}h{min(level + shift, 6)}{tag['rest']}>" if level else tag.group()

    return _TAG.sub(lift, html)


def sections(html: str) -> list[str]:
    """Return a text cut before each heading that is not inside another element: at least one
    section, which may be empty."""
    cuts, depth = [0], 0
    for tag in _TAG.finditer(html):
        if tag["name"] in _VOID:
            continue
        if not tag["close"] and not depth and tag["name"] in _HEADINGS:
            cuts.append(tag.start())
        depth += -1 if tag["close"] else 1
    return [
        html[start:end] for start, end in pairwise([*cuts, len(html)]) if html[start:end].strip()
    ] or [""]


def with_anchors(html: str) -> str:
    """Return a text whose headings of level 2 have ids, to be reached from a list of contents."""
    numbers = count(1)
    return _TITLE.sub(lambda tag: f'<h2 id="section-{next(numbers)}"{tag["rest"]}>', html)


def contents(html: str) -> list[tuple[str, str]]:
    """Return the id and the text of each heading that `with_anchors` has found."""
    return [(match["id"], escape(plain(match["text"]))) for match in _ANCHORED.finditer(html)]


def own_words(sections: Iterable[str]) -> list[set[str]]:
    """Return the words of each section that no other has."""
    by_section = [_words(section) for section in sections]
    counts = Counter(word for words in by_section for word in words)
    return [{word for word in words if counts[word] == 1} for words in by_section]


def section_of(text: str, own: list[set[str]]) -> int:
    """Return the place of the section that shares the most of its own words with a text, and the
    last place where several share the most."""
    words = _words(text)
    shared = [len(words & section) for section in own]
    most = max(shared)
    return shared.index(most) if shared.count(most) == 1 else len(own) - 1


def _words(html: str) -> set[str]:
    return set(_WORD.findall(plain(html).lower()))
