"""Who is who over all releases: GUIDs and ids from what an author named, never from wording, file names or order."""

from __future__ import annotations

import base64
import hashlib

FIRST_TIME = 1_767_225_600
"""The modification time, in seconds since 1970, of everything that has not changed since its first release."""

_FIRST_ID = 1_600_000_000_000
_ID_RANGE = 100_000_000_000


def guid(course: str, card: str) -> str:
    """A note's GUID: 80 bits of SHA-256 over the course's id and the card's, in base 32 (no letter that a spreadsheet would take for a formula)."""
    return base64.b32encode(_digest("note", course, card)[:10]).decode("ascii").lower()


def number(kind: str, *names: str) -> int:
    """An id for a note, card, deck, note type or preset.

    Anki expects the milliseconds of a moment in the past; this is one between September 2020 and November 2023,
    chosen by the names. Two names could meet by chance: see `distinct`.
    """
    return _FIRST_ID + int.from_bytes(_digest(kind, *names)[:8], "big") % _ID_RANGE


def distinct(wanted: int, taken: set[int]) -> int:
    """The first id from `wanted` on that is not taken; takes it."""
    while wanted in taken:
        wanted += 1
    taken.add(wanted)
    return wanted


def _digest(*names: str) -> bytes:
    return hashlib.sha256("\x1f".join(names).encode()).digest()
