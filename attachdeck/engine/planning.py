"""How long a course takes.

That is when each lesson opens, what a day asks, and how many new cards a day fit into a term.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from attachdeck.compile.deck import Deck
from attachdeck.engine.collection import Day, Pace, Simulate

LONGEST = 3650
"""A course that takes longer is not planned, in days."""
DAYS_TO_REVIEW = 14
"""The end of a term, in which nothing is new any more."""
_DAYS_AFTER = 28


class NoPlan(Exception):
    """Why there is no plan, and what to change."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A lesson's deck, its cards, and the day (from 1) on which the first of them is new."""

    deck: str
    cards: int
    day: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A course at a pace: its cards, when each deck opens, and each day of whole weeks.

    These are four weeks or a little more after the last new card.
    """

    cards: int
    pace: Pace
    openings: tuple[Opening, ...]
    days: tuple[Day, ...]

    @property
    def last_new(self) -> int:
        """Return the day (from 1) on which the last card is new."""
        return _last_new(self.days)

    def weeks(self) -> Iterator[tuple[Day, ...]]:
        """Yield the days, week by week."""
        return (self.days[first : first + 7] for first in range(0, len(self.days), 7))


@dataclass(frozen=True, slots=True)
class Term:
    """A term of some weeks: the fewest new cards a day that leave two weeks to review.

    Its days come with them; it has neither where no number of new cards does.
    """

    weeks: int
    new: int = 0
    days: tuple[Day, ...] = ()

    @property
    def last_new(self) -> int:
        """Return the day (from 1) on which the last card is new."""
        return _last_new(self.days)


def plan(deck: Deck, pace: Pace, simulate: Simulate, seconds: int | None = None) -> Plan:
    """Return the plan of a course at a pace; raise NoPlan.

    `seconds` a card, if given, are taken instead of the engine's estimate.
    """
    cards = _cards(deck)
    total = cards.total()
    days = simulate(total, LONGEST, pace)
    if sum(day.new for day in days) < total:
        raise NoPlan(
            f"at this pace the {total} cards are not all seen within {LONGEST // 365} years: "
            "allow more new cards, or more reviews"
        )
    before = accumulate(cards.values(), initial=0)
    seen = list(accumulate(day.new for day in days))
    opens = (
        next(day for day, count in enumerate(seen, 1) if count > first)
        for first in before
        if first < total
    )
    openings = tuple(
        Opening(name, count, day) for (name, count), day in zip(cards.items(), opens, strict=True)
    )
    shown = days[: -(-(_last_new(days) + _DAYS_AFTER) // 7) * 7]
    return Plan(total, pace, openings, _timed(shown, seconds))


def term(
    deck: Deck, weeks: int, pace: Pace, simulate: Simulate, seconds: int | None = None
) -> Term:
    """Return how a course fits into a term; raise NoPlan.

    The pace's own new cards a day do not matter.
    """
    total = _cards(deck).total()
    usable = 7 * weeks - DAYS_TO_REVIEW
    for new in range(-(-total // usable), pace.reviews + 1):
        days = simulate(total, 7 * weeks, replace(pace, new=new))
        if sum(day.new for day in days[:usable]) == total:
            return Term(weeks, new, _timed(days, seconds))
    return Term(weeks)


def busiest(days: tuple[Day, ...]) -> float:
    """Return the minutes a day in the week that asks most."""
    return max(minutes(days[first : first + 7]) for first in range(0, len(days), 7))


def minutes(days: tuple[Day, ...]) -> float:
    """Return the minutes a day, on average."""
    return sum(day.seconds for day in days) / len(days) / 60


def per_day(days: tuple[Day, ...]) -> float:
    """Return the cards a day, new ones and reviews, on average."""
    return sum(day.new + day.reviews for day in days) / len(days)


def _cards(deck: Deck) -> Counter[str]:
    """Return how many cards each deck has; raise NoPlan where there is none.

    They come in the order in which Anki takes new cards from a deck's subdecks: by name.
    """
    counts: Counter[str] = Counter()
    above = deck.course.deck.count("::") + 1
    for note in sorted(deck.notes, key=lambda note: note.deck.casefold().split("::")):
        if note.cards:
            counts["::".join(note.deck.split("::")[above:])] += len(note.cards)
    if not counts:
        raise NoPlan("the course has no cards yet")
    return counts


def _last_new(days: tuple[Day, ...]) -> int:
    return max((number for number, day in enumerate(days, 1) if day.new), default=0)


def _timed(days: tuple[Day, ...], seconds: int | None) -> tuple[Day, ...]:
    return (
        days
        if seconds is None
        else tuple(replace(day, seconds=float(seconds * (day.new + day.reviews))) for day in days)
    )
