"""The looks that a course can choose: their colours and shapes, and the style sheet's part of them.

The cards, the website and the printed pages draw everything from these. A course's own accent takes
the place of one colour, `recall`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from attachdeck.anki.colour import channels, mixed
from attachdeck.reader import read_text

NAMES = ("calm", "paper", "vivid")
HUES = ("recall", "choose", "order", "look", "do", "read", "good")
"""The colours that say what a learner has to do, or which option is right."""

ON_SHEET = 7.0
"""The least contrast of a hue on the sheet: WCAG 2.2, level AAA (success criterion 1.4.6)."""
ON_WASH = 4.5
"""The least contrast of a hue on its own wash: WCAG 2.2, level AA (success criterion 1.4.3)."""

_NIGHT = ".card.nightMode, .card.night_mode, .nightMode .card, .night_mode .card"
_TRIPLES = (*HUES, "depth")

Tokens = dict[str, Any]
"""A theme's colours by day or by night, or its shape, by their names in the style sheet."""


def day(theme: str) -> Tokens:
    """Return a theme's colours on a light background."""
    return dict(_themes()[theme]["day"])


def night(theme: str) -> Tokens:
    """Return a theme's colours on a dark background."""
    return dict(_themes()[theme]["night"])


def backgrounds(tokens: Tokens, hue: str) -> Iterator[tuple[str, float]]:
    """Yield what text in a hue stands on, each with the least contrast that it needs there."""
    yield tokens["sheet"], ON_SHEET
    yield mixed(hue, tokens["sheet"], tokens["wash"]), ON_WASH


def style(theme: str, accent: str, accent_night: str) -> str:
    """Return a theme as custom properties of a card, with a course's accents."""
    light, dark = declarations(theme, accent, accent_night)
    return f".card {{{light}}}\n{_NIGHT} {{{dark}}}\n"


def declarations(theme: str, accent: str, accent_night: str) -> tuple[str, str]:
    """Return a theme's declarations by day, with its shape, and by night."""
    light = day(theme) | _themes()[theme]["shape"] | {"recall": accent}
    return _properties(light), _properties(night(theme) | {"recall": accent_night})


def _properties(tokens: Tokens) -> str:
    """Return tokens as declarations.

    A hue is three numbers, so that one value gives text, rules and washes:
    `rgb(var(--recall) / var(--wash))`.
    """
    return "".join(
        f" --{name}: {' '.join(map(str, channels(value))) if name in _TRIPLES else value};"
        for name, value in tokens.items()
    )


@cache
def _themes() -> dict[str, Any]:
    file = Path(__file__).with_suffix(".yaml")
    document, problems = read_text(file.read_text(encoding="utf-8"), file.name)
    if problems or document.root is None:
        raise ValueError(f"{file}: {problems}")
    themes: dict[str, Any] = document.root.value
    return themes
