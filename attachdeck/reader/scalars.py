"""Scalars by YAML 1.2's core schema: `no` is a word and `1969-01-02` is text."""

from __future__ import annotations

import re
from typing import Any

import yaml

_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(
    r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?|[0-9]+[eE][-+]?[0-9]{1,3})"
)
BEGUN_AS_ESCAPE = re.compile(
    r"\t(?:ext|heta|imes|riangle|ilde|herefore|frac|binom|emp|mp|ools)"
    r"|\n(?:abla|eq|leq|geq|otin|earrow|warrow|subseteq|ew|etwork|otes)"
)
"""Words that `page.MISREAD` matches in a file, with their backslash read as a tab or line end."""
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NOT_ONLY_TEXT = frozenset(("", *"~nNtTfF-+.0123456789"))
"""First characters of plain scalars that may be something else than text; one may be empty."""


def scalar_value(event: yaml.ScalarEvent) -> Any:
    """Return the value of a scalar; numbers that are infinite or very long stay text."""
    text: str = event.value
    if not event.implicit[0] or event.style:  # Plain is None in Python, "" in C.
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-+.0123456789":
        if _INT.fullmatch(text):
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text
