"""Colours, and whether text in one can be read on another."""

from __future__ import annotations


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, from 1 to 21, of two colours `#rrggbb`, by WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def channels(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue of a colour `#rrggbb`, each from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(colour: str, background: str, share: float) -> str:
    """Return what a colour of which only a share is opaque looks like on a background."""
    pairs = zip(channels(colour), channels(background), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
