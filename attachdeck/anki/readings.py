"""What Anki makes of a text when it draws a card: without braces, and by its Japanese filters."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What only looks like the end of a gap is matched, too, and stays; otherwise it would be searched
# again from each colon.
_BRACES = re.compile(
    r"\{\{c[0-9,]+::|\{\{[^{}]*\}\}|(?P<stays>::[^{}<>]*+(?!\}\}))|::[^{}<>]*+\}\}|\}\}"
)


def without_braces(text: str) -> str:
    """Return a text without the braces of its gaps, and without its fields."""
    return _BRACES.sub(r"\g<stays>", text) if "{{" in text or "}}" in text else text


def read_aloud(text: str) -> Iterator[str]:
    """Yield a text after each of Anki's filters for Japanese: with readings, and with words."""
    for reading in (True, False):
        yield "\n".join(_read_aloud(line, reading=reading) for line in text.split("\n"))


def _read_aloud(line: str, *, reading: bool) -> str:
    """Return a line in which the reading or the word is left of each `word[reading]`."""
    parts, done, word, bracket = [], 0, 0, line.find("[")
    while bracket >= 0:
        word = max(word, line.rfind(" ", word, bracket) + 1, line.rfind(">", word, bracket) + 1)
        end = line.find("]", bracket + 2)
        if end < 0:
            break
        if word < bracket:
            before = line[done : word - 1 if line[done:word].endswith(" ") else word]
            parts += [before, line[bracket + 1 : end] if reading else line[word:bracket]]
            done = word = end + 1
            bracket = line.find("[", done)
        else:
            bracket = line.find("[", bracket + 1)
    return "".join(parts) + line[done:]
