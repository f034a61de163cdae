"""Texts as an author writes them into YAML on one line, for messages that say what to type."""

from __future__ import annotations

import re

_LONGEST = 72
"""In characters: what is longer is shown by its two ends."""


def in_quotes(text: str) -> str:
    """Return a text in the quotes in which nothing of it means anything else."""
    return (
        f'"{text}"' if '"' not in text and "\\" not in text else "'" + text.replace("'", "''") + "'"
    )


def quoted(text: str) -> str:
    """Return it as messages show it, with `…` in the place of its middle where it is long."""
    return in_quotes(shortened(text))


def written(text: str) -> str:
    """Return a text as it is, where it is a plain word, and neither a number nor another value;
    otherwise in quotes."""
    other = text.lower() in ("true", "false", "null") or re.fullmatch(
        r"[0-9]*\.?[0-9]*(e[-+]?[0-9]+)?|0[xo][0-9a-f]+", text.lower()
    )
    return text if re.fullmatch(r"[A-Za-z0-9][\w.-]*", text) and not other else quoted(text)


def shortened(text: str) -> str:
    """Return a text, with `…` in the place of its middle where it is long."""
    return (
        text
        if len(text) <= _LONGEST
        else f"{text[: _LONGEST // 2].rstrip()} … {text[-_LONGEST // 4 :].lstrip()}"
    )
