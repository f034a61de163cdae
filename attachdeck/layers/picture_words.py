"""The words that an SVG shows: read for catalogues, and exchanged for those of another language.

Everything else in the picture stays byte for byte as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape, unescape

_PIECE = re.compile(
    r"<!--(?:.*?-->|.*)|<!\[CDATA\[(?:.*?\]\]>|.*)|<[^<>]*>|[^<]+|<", re.DOTALL | re.ASCII
)
_OPENING = re.compile(r"<(?:[\w.-]+:)?text(?:\s[^<>]*)?(?<!/)>")
_CLOSING = re.compile(r"</(?:[\w.-]+:)?text\s*>")


def words_in(pictures: Iterable[bytes]) -> list[str]:
    """Return the words that these SVGs show, each once, in order; numbers alone are no words."""
    pieces = (piece for picture in pictures for piece in _pieces(picture))
    return list(dict.fromkeys(_words(text) for text, shown in pieces if shown))


def with_words(picture: bytes, translated: Mapping[str, str]) -> bytes:
    """Return an SVG that shows other words."""
    pieces = [_exchanged(text, translated) if shown else text for text, shown in _pieces(picture)]
    return "".join(pieces).encode() if pieces else picture


def _exchanged(text: str, translated: Mapping[str, str]) -> str:
    words = translated.get(_words(text), "")
    if not words or words == _words(text):
        return text
    blanks_before = text[: len(text) - len(text.lstrip())]
    return blanks_before + escape(words, quote=False) + text[len(text.rstrip()) :]


def _words(text: str) -> str:
    return " ".join(unescape(text).split())


def _pieces(picture: bytes) -> Iterator[tuple[str, bool]]:
    """Yield the parts of an SVG, and whether each is words that are shown.

    A picture that is not UTF-8 has none: the reader has reported it.
    """
    try:
        svg = picture.decode("utf-8")
    except UnicodeDecodeError:
        return
    inside = False
    for match in _PIECE.finditer(svg):
        piece = match[0]
        if piece.startswith("<"):
            inside = bool(_OPENING.fullmatch(piece)) or (inside and not _CLOSING.fullmatch(piece))
            yield piece, False
        else:
            yield piece, inside and _is_words(piece)


def _is_words(text: str) -> bool:
    words = _words(text)
    return not words.isdigit() and any(map(str.isalnum, words))
