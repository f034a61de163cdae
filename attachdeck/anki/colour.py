"""Colours of the cards, and whether text in one can be read on another."""

from __future__ import annotations

BACKGROUNDS = {"accent": ("#fdfcf9", "#f3f0e8"), "accent_night": ("#17191c", "#22262b")}
"""For each accent colour the page and the panel on which its text stands, by day and by night."""

ENOUGH = 4.5
"""The least contrast of text by WCAG 2.2, level AA (success criterion 1.4.3)."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, from 1 to 21, of two colours `#rrggbb`, by WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
