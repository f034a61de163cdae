"""Texts as YAML on one line: as they are written into files, and as messages show what to type."""

from __future__ import annotations

import json
import re

_LONGEST = 72
"""In characters: of a longer text only the two ends are shown."""

_PLAIN = re.compile(r"[^\W_](?:[^#:,\[\]{}\"]*[^\s#:,\[\]{}\"])?|\(?[^\W_][^#:,\[\]{}\"]*\)")
"""A text that needs no quotes, in brackets neither."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Line ends, and other characters that only double quotes can name."""
_OTHER = re.compile(
    r"(?i:true|false|null|yes|no|on|off|y|n)|[0-9][0-9_]*\.?[0-9_]*(?i:e[-+]?[0-9]+)?"
    r"|0[xX][0-9a-fA-F]+|0o[0-7]+"
)
"""A text that would be another value without quotes, for us or for other readers of YAML."""


def as_yaml(text: str, *, in_brackets: bool = False) -> str:
    """Return a text as it is written into a file: plain where that is safe, else in quotes."""
    if _CONTROL.search(text):
        return json.dumps(text, ensure_ascii=False)
    words = text if in_brackets else re.sub(r",(?= )", "", text)
    is_plain = text.isprintable() and _PLAIN.fullmatch(words) and not _OTHER.fullmatch(text)
    return text if is_plain else in_quotes(text)


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
    is_word = re.fullmatch(r"[A-Za-z0-9][\w.-]*", text) and not _OTHER.fullmatch(text)
    return text if is_word else quoted(text)


def shortened(text: str) -> str:
    """Return a text, with `…` for its middle if it is long."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2].rstrip()} … {text[-_LONGEST // 4 :].lstrip()}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is 1."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
