"""Texts as an author writes them in YAML on one line, for messages that show what to type."""

from __future__ import annotations

import re

_LONGEST = 72
"""In characters: of a longer text only the two ends are shown."""


def in_quotes(text: str) -> str:
    """Return a text in double quotes, or in single ones where it has a quote or a backslash."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def quoted(text: str) -> str:
    """Return a text in quotes, with `…` for its middle if it is long."""
    return in_quotes(shortened(text))


def written(text: str) -> str:
    """Return a text as it is if it is a plain word, otherwise (a number, `true`) in quotes."""
    other = text.lower() in ("true", "false", "null") or re.fullmatch(
        r"[0-9]*\.?[0-9]*(e[-+]?[0-9]+)?|0[xo][0-9a-f]+", text.lower()
    )
    return text if re.fullmatch(r"[A-Za-z0-9][\w.-]*", text) and not other else quoted(text)


def shortened(text: str) -> str:
    """Return a text, with `…` for its middle if it is long."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2].rstrip()} … {text[-_LONGEST // 4 :].lstrip()}"
