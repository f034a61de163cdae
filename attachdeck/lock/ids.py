"""GUIDs and ids, made from ids that an author wrote, never from wording, file names or order."""

from __future__ import annotations

import hashlib

_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
"""The digits of base 32 (RFC 4648) in small letters."""

CARDS_APART = 512
"""The least difference between the ids of two notes' first cards.

A note has 500 cards at most (`cloze.HIGHEST`).
"""

LOWEST_DECK_ID = 1_000_000_000
"""The lowest id of a deck that a lock keeps: Anki refuses 0, and 1 is its own *Default*."""

_FIRST_ID = 1_600_000_000_000
_ID_RANGE = 100_000_000_000


def guid(course: str, card: str) -> str:
    """Return a note's GUID: 80 bits of SHA-256 over the course's id and the card's, in base 32.

    It has no character that a spreadsheet would take for a formula.
    """
    bits = int.from_bytes(_digest("note", course, card)[:10], "big")
    return "".join([_DIGITS[bits >> shift & 31] for shift in range(75, -1, -5)])


def number(kind: str, *names: str) -> int:
    """Return an id for a note, card, deck, note type or preset.

    Anki expects the milliseconds of a moment in the past; this is one between September 2020 and
    November 2023, chosen by the names. Two names could meet by chance: see `distinct`.
    """
    return _FIRST_ID + int.from_bytes(_digest(kind, *names)[:8], "big") % _ID_RANGE


def first_card(guid: str) -> int:
    """Return the id of a note's first card; its other cards follow, in the order of their places.

    No other note's cards lie between them. Where a template changes, Anki (26.9 and before) goes
    through the cards in the order of their ids, takes each run of one note's cards for all that
    this note has, and creates the others again: among scattered ids a learner has every card
    several times.
    """
    return number("card", guid) // CARDS_APART * CARDS_APART


def distinct(wanted: int, taken: set[int], step: int = 1) -> int:
    """Return the first id from `wanted` on, in steps, that is not taken, and take it."""
    while wanted in taken:
        wanted += step
    taken.add(wanted)
    return wanted


def content_hash(*parts: str) -> str:
    """Return 64 bits of SHA-256 over texts, in hexadecimal."""
    return _digest(*parts)[:8].hex()


def _digest(*names: str) -> bytes:
    return hashlib.sha256("\x1f".join(names).encode()).digest()
