"""Texts in which neither Anki nor its MathJax finds more than text and formulas.

Anki runs LaTeX on `[latex]`, plays `[sound:…]` and makes an input of `[[type:…]]`, wherever that comes from; and it composes characters in the fields
of notes, so that a solidus overlay (U+0338) behind a tag would melt with the `>` that ends it. MathJax, as Anki has it, makes links, styles, ids and
attributes of some macros, or loads more of itself.
"""

from __future__ import annotations

import re

from attachdeck.patterns import pattern

_BRACKETS = pattern(r"\[(?=/?latex\]|/?\$\$?\]|sound:|anki:|\[type:)", re.IGNORECASE)
_MACROS = pattern(r"\\(?P<name>(?:href|style|class|cssId|mmlToken|require)(?![A-Za-z])|unicode(?=\s*\[)|bbox(?=\s*\[(?![\w#.,% ]*\])))")
WORD_JOINER = "\u2060"
"""The sign without width or meaning that stands behind a backslash which begins no macro any more."""


def inert(html: str) -> str:
    """HTML that looks the same and does nothing."""
    if "[" in html:
        html = _BRACKETS.sub("&#91;", html)
    if "\\" in html:
        html = _MACROS.sub(rf"\\{WORD_JOINER}\g<name>", html)
    return html.replace("\u0338", "&#824;")


def macros(text: str) -> list[str]:
    """The macros in a text that `inert` takes the effect of."""
    return [f"\\{each['name']}" for each in _MACROS.finditer(text)]
