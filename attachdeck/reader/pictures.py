"""What a picture may not hold."""

from __future__ import annotations

import re

from attachdeck.diagnostics import Diagnostic
from attachdeck.reader.document import location_of

_SVG_DANGER = re.compile(
    rb"<\s*(?:script|foreignobject)\b|<!entity|\son[a-z]+\s*=|javascript:"
    rb"|(?:href|src)\s*=\s*(?:\"(?!#|data:image/(?:png|jpeg|gif|webp))[^\"]*\"|'(?!#|data:image/(?:png|jpeg|gif|webp))[^']*')"
    rb"|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)


def svg_problems(content: bytes, shown: str) -> list[Diagnostic]:
    """Report the first thing in an SVG that could run a script or load something; shown as an image it would do neither, but files get opened."""
    text = content.decode("utf-8", "replace")
    danger = _SVG_DANGER.search(text.encode())
    if not danger:
        return []
    found = danger.group().decode("utf-8", "replace").strip()
    message = f"`{found}` cannot stand in a picture: it could run a script or load something from elsewhere"
    at = location_of(shown, text, text.index(found))
    return [Diagnostic(rule="unsafe-picture", message=message, at=at, help="delete it, or export the picture again as plain SVG")]
