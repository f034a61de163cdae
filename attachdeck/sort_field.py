"""What Anki sorts a note by, and finds duplicates by: the first field without its markup, and a checksum of that."""

from __future__ import annotations

import hashlib
import re
from html.entities import name2codepoint

_MEDIA_TAG = re.compile(r"<(?:img|audio|object)\b[^>]*?\b(?:src|data)=(?:\"([^\"]+)\"|'([^']+)'|([^ >]+))[^>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>", re.IGNORECASE | re.DOTALL)


def sort_text(html: str) -> str:
    """A field's text without markup but with the names of its media."""
    if "<" not in html and "&" not in html:
        return html
    named = _MEDIA_TAG.sub(lambda match: f" {match[1] or match[2] or match[3]} ", html)
    return _decoded(_MARKUP.sub("", named))


def _decoded(text: str) -> str:
    """A text with HTML 4's entities as characters; where one `&` begins no such entity, all stay as they are, as Anki has it."""
    first, *others = text.split("&")
    found = [first]
    for part in others:
        name, semicolon, rest = part.partition(";")
        code = _code_point(name)
        if not semicolon or code is None:
            return text
        found += (chr(code), rest)
    return "".join(found).replace("\u00a0", " ") if others else text


def _code_point(name: str) -> int | None:
    if name in name2codepoint:
        return name2codepoint[name]
    number = re.fullmatch(r"#(?:x(?P<hex>[0-9a-fA-F]{1,6})|(?P<decimal>[0-9]{1,7}))", name)
    if not number:
        return None
    code = int(number["hex"], 16) if number["hex"] else int(number["decimal"])
    return code if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else None


def checksum(plain: str) -> int:
    """The first 32 bits of SHA-1 over the first field's text, by which Anki finds duplicates."""
    return int.from_bytes(hashlib.sha1(plain.encode(), usedforsecurity=False).digest()[:4], "big")
