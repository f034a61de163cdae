"""Texts in which neither Anki nor its MathJax finds more than text and formulas.

Anki runs LaTeX on `[latex]`, plays `[sound:…]` and makes an input of `[[type:…]]`, wherever that
comes from; and it composes characters in the fields of notes, so that a solidus overlay (U+0338)
behind a tag would melt with the `>` that ends it. MathJax, as Anki has it, makes links, styles,
ids and attributes of some macros, or loads more of itself.
"""

from __future__ import annotations

import re

_CALLS = r"(?=/?(?:latex|\$\$?){end}|sound:|anki:|\[type:)"
"""What Anki runs, plays or makes an input of, after a bracket."""
_BRACKETS = re.compile(r"\[" + _CALLS.replace("{end}", r"\]"), re.IGNORECASE)
_HINTS = re.compile("::" + _CALLS.replace("{end}", r"\}\}"), re.IGNORECASE)
_MACROS = re.compile(
    r"\\(?P<name>(?:href|style|class|cssId|mmlToken|require)(?![A-Za-z])"
    r"|unicode(?=\s*\[)|bbox(?=\s*\[(?![\w#.,% ]*\])))"
)
WORD_JOINER = "\u2060"
"""The character without width or meaning after a backslash that no longer begins a macro."""
OVERLAY, OVERLAY_AS_TEXT = "\u0338", "&#824;"
"""The solidus overlay, and what stands for it where it must not melt with the sign before it."""


def inert(html: str) -> str:
    """Return HTML that looks the same and does nothing."""
    if "[" in html:
        html = _BRACKETS.sub("&#91;", html)
    if "\\" in html:
        html = _MACROS.sub(rf"\\{WORD_JOINER}\g<name>", html)
    return html.replace(OVERLAY, OVERLAY_AS_TEXT)


def inert_hints(html: str) -> str:
    """Return HTML whose gaps have no hint that does something in the brackets around it."""
    return _HINTS.sub(f"::{WORD_JOINER}", html)


def macros(text: str) -> list[str]:
    """Return the macros in a text that `inert` takes the effect of."""
    return [f"\\{match['name']}" for match in _MACROS.finditer(text)]
