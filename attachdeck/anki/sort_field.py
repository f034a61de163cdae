"""What Anki sorts a note by, and finds duplicates by.

That is the first field without its markup, and a checksum of it.
"""

from __future__ import annotations

import hashlib
import re
from html.entities import name2codepoint

# By Anki's own patterns a media tag is `<(?:img|audio|object)\b[^>]*?\b(?:src|data)=…[^>]*>`, and
# markup `<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>`. As one pattern each they
# take forever on what never ends.
_MEDIA = re.compile(r"<(?:img|audio|object)\b", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:src|data)=(?:\"([^\"]+)\"|'([^']+)'|([^ >]+))[^>]*>", re.IGNORECASE)
_LONG = re.compile(r"<(?:(!--)|(style|script))", re.IGNORECASE)
_ENDS = {
    name: re.compile(end, re.IGNORECASE)
    for name, end in (("!--", "-->"), ("style", "</style>"), ("script", "</script>"))
}


def sort_text(html: str) -> str:
    """Return a field's text without markup but with the names of its media."""
    if "<" not in html and "&" not in html:
        return html
    tags, end, rest = html.rpartition(">")  # Behind the last end nothing ends.
    return _decoded(_without_markup(_with_media_named(tags + end)) + rest)


def _with_media_named(html: str) -> str:
    """Return HTML with the names of media in the place of their tags."""
    parts: list[str] = []
    position = 0
    named = _NAMED.search(html)
    for tag in _MEDIA.finditer(html):
        if tag.start() < position:
            continue
        if named and named.start() < tag.end():
            named = _NAMED.search(html, tag.end())
        if not named:
            break
        if html.find(">", tag.end(), named.start()) < 0:
            parts += (html[position : tag.start()], f" {named[1] or named[2] or named[3]} ")
            position = named.end()
    return "".join(parts) + html[position:]


def _without_markup(html: str) -> str:
    """Return HTML without comments, style sheets, scripts and tags."""
    parts: list[str] = []
    position = 0
    endless: set[str] = set()
    while (start := html.find("<", position)) >= 0 and (end := html.find(">", start + 1)) >= 0:
        parts.append(html[position:start])
        position = end + 1
        if long := _LONG.match(html, start):
            name = (long[1] or long[2]).lower()
            begin = long.end() if long[1] else position
            close = None if name in endless else _ENDS[name].search(html, begin)
            if close:
                position = close.end()
            else:
                endless.add(name)
    return "".join(parts) + html[position:]


def _decoded(text: str) -> str:
    """Return a text with HTML 4's entities as characters.

    Where one `&` begins no such entity, all stay as they are, as Anki has it.
    """
    first, *others = text.split("&")
    parts = [first]
    for part in others:
        name, semicolon, rest = part.partition(";")
        code = _code_point(name)
        if not semicolon or code is None:
            return text
        parts += (chr(code), rest)
    return "".join(parts).replace("\u00a0", " ") if others else text


def _code_point(name: str) -> int | None:
    if name in name2codepoint:
        return name2codepoint[name]
    number = re.fullmatch(r"#(?:x(?P<hex>[0-9a-fA-F]{1,6})|(?P<decimal>[0-9]{1,7}))", name)
    if not number:
        return None
    code = int(number["hex"], 16) if number["hex"] else int(number["decimal"])
    return code if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else None


def checksum(plain: str) -> int:
    """Return the first 32 bits of SHA-1 over the first field's text.

    By these Anki finds duplicates.
    """
    return int.from_bytes(hashlib.sha1(plain.encode(), usedforsecurity=False).digest()[:4], "big")
