"""Diagnostics: the errors and warnings of a course, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from attachdeck.domain.location import Location

_LONGEST_NAME = 200
"""In characters: a longer word is not a misspelt name, and comparing it takes long."""


class Severity(Enum):
    """Whether a diagnostic keeps the deck from being built."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Edit:
    """The text that replaces a span: it fixes one thing and changes nothing else."""

    at: Location
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing to fix: a rule's name, a phrase, the narrowest place, and how to fix it.

    `also` are other places to look at, each with a label; `fix` is the edit that `check --fix`
    makes, if a safe one is known.
    """

    rule: str
    message: str
    at: Location
    help: str | None = None
    severity: Severity = Severity.ERROR
    fix: Edit | None = None
    also: tuple[tuple[str, Location], ...] = ()

    @property
    def in_full(self) -> str:
        """Return the message, the other places and the help on one line."""
        notes = [f"{label}: {at}" for label, at in self.also] + ([self.help] if self.help else [])
        return self.message + (f" ({'; '.join(notes)})" if notes else "")


def close(word: str, known: Iterable[str], n: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the `n` known words nearest to a misspelt one; `cutoff` is difflib's ratio."""
    import difflib

    if len(word) > _LONGEST_NAME:
        return []
    return difflib.get_close_matches(word, list(known), n=n, cutoff=cutoff)


def errors_among(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return those that keep a deck from being built."""
    return [problem for problem in diagnostics if problem.severity is Severity.ERROR]


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether one of the diagnostics keeps a deck from being built."""
    return any(problem.severity is Severity.ERROR for problem in diagnostics)


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return a help line with the known word nearest to a misspelt one; None if none is near."""
    near = close(word.lower(), known, cutoff=cutoff)
    return f"did you mean `{near[0]}`?" if near else None


def did_you_mean_or_list(
    word: str, known: Iterable[str], cutoff: float = 0.6, longest: int = 120
) -> str | None:
    """Return a help line with the nearest known word, or else with all known words.

    It is None where their list is longer than `longest` characters.
    """
    words = list(known)
    listed = ", ".join(f"`{known_word}`" for known_word in words)
    return did_you_mean(word, words, cutoff) or (
        f"use one of these: {listed}" if 0 < len(listed) <= longest else None
    )
