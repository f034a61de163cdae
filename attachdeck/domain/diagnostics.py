"""What is wrong in a course, said as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from attachdeck.domain.location import Location

_LONGEST_NAME = 200
"""In characters: what is longer is no misspelt name, and to compare it takes long."""


class Severity(Enum):
    """Whether a diagnostic keeps the deck from being built."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Edit:
    """The text to put in the place of a span, which mends one thing and changes nothing else."""

    at: Location
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """Says one thing to mend: a rule's name, a phrase, the narrowest place, and how to mend it.

    `also` are other places that one has to see, each with what is there; `mend` is there where a
    program may do so.
    """

    rule: str
    message: str
    at: Location
    help: str | None = None
    severity: Severity = Severity.ERROR
    mend: Edit | None = None
    also: tuple[tuple[str, Location], ...] = ()

    @property
    def in_full(self) -> str:
        """Return the message, the other places and the help on one line."""
        notes = [f"{label}: {at}" for label, at in self.also] + ([self.help] if self.help else [])
        return self.message + (f" ({'; '.join(notes)})" if notes else "")


def close(word: str, known: Iterable[str], n: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the known words nearest to a misspelt one, at most `n`; `cutoff` is difflib's
    ratio."""
    import difflib

    return (
        difflib.get_close_matches(word, list(known), n=n, cutoff=cutoff)
        if len(word) <= _LONGEST_NAME
        else []
    )


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return a help line naming the known word nearest to a misspelt one, or None when none is
    near."""
    near = close(word.lower(), known, cutoff=cutoff)
    return f"did you mean `{near[0]}`?" if near else None


def did_you_mean_or_list(
    word: str, known: Iterable[str], cutoff: float = 0.6, longest: int = 120
) -> str | None:
    """Return what `did_you_mean` does, or where nothing is near, the known words.

    They are listed while that takes at most `longest` characters.
    """
    words = list(known)
    listed = ", ".join(f"`{each}`" for each in words)
    return did_you_mean(word, words, cutoff) or (
        f"known here: {listed}" if 0 < len(listed) <= longest else None
    )
