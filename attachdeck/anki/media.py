"""The files that fields, templates and style sheets refer to."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from html import unescape
from urllib.parse import unquote

from attachdeck.system.normal import normal

_REFERENCE = re.compile(
    r"""(?:src|data)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))"""
    r"""|\[sound:((?:(?!\[sound:).)*?)\]"""
    r"""|url\(\s*+(?:"([^"]+)"|'([^']+)'|([^()"'\s]++(?:\s++[^()"'\s]++)*+))\s*+\)"""
    r"""|@import\s+["']([^"']+)""",
    re.IGNORECASE,
)


def media_in(texts: Iterable[str], media: Container[str]) -> set[str]:
    """Return the files that fields, templates or style sheets refer to."""
    return (
        {name for text in texts for names in references(text) for name in names if name in media}
        if media
        else set()
    )


def references(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the files that HTML, a template or a style sheet refers to.

    Each comes with all the names that it may have, because names can be escaped.
    """
    for match in _REFERENCE.finditer(text):
        written = next(filter(None, match.groups()))
        yield tuple(
            dict.fromkeys(
                normal(name) for name in (written, unescape(written), unquote(unescape(written)))
            )
        )
