"""Plans a course: when each lesson opens, what a day asks, and how many new cards a day fit into a
term."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from attachdeck.compile.deck import Deck
from attachdeck.engine.collection import Day, Pace, Simulate

LONGEST = 3650
"""The maximum length of a plan, in days."""
DAYS_TO_REVIEW = 14
"""The days at the end of a term without new cards."""
_DAYS_AFTER = 28
_SAMPLE = 100
"""How many practice cards are played to know what one asks on average."""
_HALF_A_YEAR = 182
_WINDOW = 10
"""The days in which a learner should meet practice at least once."""
_NO_LIMIT = 9999


class NoPlan(Exception):
    """Why there is no plan, and what to change."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A lesson's deck, its cards, and the day (from 1) on which the first of them is new.

    `returns` is given for practice: after how many days a card comes again, on average over half a
    year.
    """

    deck: str
    cards: int
    day: int
    returns: float | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """The cards that a learner has seen by a day (from 1), and how many of them they recall."""

    day: int
    seen: int
    recalled: float

    @property
    def percent(self) -> float:
        """Return the share of the seen cards that they recall."""
        return 100 * self.recalled / self.seen


@dataclass(frozen=True, slots=True)
class Plan:
    """A course at a pace: its cards, when each deck opens, and each day of whole weeks until at
    least four weeks after the last new card.

    `practice` is the fewest practice cards that are asked in ten days while the course runs,
    `recall` what the learner knows after six months.
    """

    cards: int
    pace: Pace
    openings: tuple[Opening, ...]
    days: tuple[Day, ...]
    recall: Recall
    practice: float = 0

    @property
    def last_new(self) -> int:
        """Return the day (from 1) on which the last card is new."""
        return _last_new(self.days)

    def weeks(self) -> Iterator[tuple[Day, ...]]:
        """Yield the days, week by week."""
        return (self.days[first : first + 7] for first in range(0, len(self.days), 7))


@dataclass(frozen=True, slots=True)
class Term:
    """A term of some weeks: the fewest new cards a day that leave two weeks to review, and its
    days. `new` is 0 where no number fits."""

    weeks: int
    new: int = 0
    days: tuple[Day, ...] = ()

    @property
    def last_new(self) -> int:
        """Return the day (from 1) on which the last card is new."""
        return _last_new(self.days)


def plan(deck: Deck, pace: Pace, simulate: Simulate, seconds: int | None = None) -> Plan:
    """Return the plan of a course at a pace. Raise NoPlan.

    `seconds` are those of a card, in the place of the engine's estimate.
    """
    cards = _cards(deck)
    total = cards.total()
    practice = _Practice(deck, cards, simulate)
    days = practice.played(total, LONGEST, pace)
    if sum(day.new for day in days) < total:
        raise NoPlan(
            f"at this pace, {total} cards take more than {LONGEST // 365} years: allow more new "
            "cards or more reviews a day"
        )
    before = accumulate(cards.values(), initial=0)
    seen = list(accumulate(day.new for day in days))
    opens = (
        next(day for day, count in enumerate(seen, 1) if count > first)
        for first in before
        if first < total
    )
    returns = practice.returns() if practice.places else None
    openings = tuple(
        Opening(name, count, day, returns if name in practice.decks else None)
        for (name, count), day in zip(cards.items(), opens, strict=True)
    )
    shown = days[: -(-(_last_new(days) + _DAYS_AFTER) // 7) * 7]
    fewest = practice.fewest(seen, _last_new(days))
    recall = Recall(_HALF_A_YEAR, seen[_HALF_A_YEAR - 1], days[_HALF_A_YEAR - 1].recalled)
    return Plan(total, pace, openings, _timed(shown, seconds), recall, fewest)


def term(
    deck: Deck, weeks: int, pace: Pace, simulate: Simulate, seconds: int | None = None
) -> Term:
    """Return how a course fits into a term, whatever new cards a day the pace has. Raise NoPlan."""
    cards = _cards(deck)
    total = cards.total()
    practice = _Practice(deck, cards, simulate)
    usable = 7 * weeks - DAYS_TO_REVIEW
    for new in range(-(-total // usable), pace.reviews + 1):
        days = practice.played(total, 7 * weeks, replace(pace, new=new))
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
    """Return the number of cards of each deck, in the order in which Anki takes new cards from
    subdecks: by name. Raise NoPlan where there are no cards."""
    counts: Counter[str] = Counter()
    for note in sorted(deck.notes, key=lambda note: note.deck.casefold().split("::")):
        if note.cards:
            counts[_below_course(deck, note.deck)] += len(note.cards)
    if not counts:
        raise NoPlan("the course has no cards yet")
    return counts


def _below_course(deck: Deck, name: str) -> str:
    return "::".join(name.split("::")[deck.course.deck.count("::") + 1 :])


class _Practice:
    """Plays the practice cards of a course, whose deck options bring them back sooner.

    Anki's simulator knows one preset. So all cards are played with the course's, and what a
    practice card asks beyond that, on average, is added from the day on which it is new. The same
    goes for what is recalled.
    """

    def __init__(self, deck: Deck, cards: Counter[str], simulate: Simulate) -> None:
        self.decks = {
            _below_course(deck, subdeck.name) for subdeck in deck.decks if subdeck.practice
        }
        self.places = list(_places(cards, self.decks))
        self.study = deck.study.practice
        self.simulate = simulate

    def returns(self) -> float:
        """Return after how many days a card comes again, on average over half a year."""
        reviews = sum(day.reviews for day in self.sample(_HALF_A_YEAR))
        return _HALF_A_YEAR * _SAMPLE / max(reviews, 1)

    def fewest(self, seen: list[int], last: int) -> float:
        """Return the fewest practice cards that are asked in ten days, on average over learners.

        That is from the first practice card to the last new card; `seen` is the number of cards
        seen by each day.
        """
        opened = [bisect_right(seen, place) for place in self.places]
        if not opened:
            return 0
        sample = [(day.new + day.reviews) / _SAMPLE for day in self.sample(last)]
        asked = [
            sum(sample[day - first] for first in opened if first <= day) for day in range(last)
        ]
        starts = range(min(opened), max(min(opened), last - _WINDOW) + 1)
        return min(sum(asked[start : start + _WINDOW]) for start in starts)

    def sample(self, days: int) -> tuple[Day, ...]:
        """Return the days of practice cards that are all new on the first of them."""
        study = self.study
        pace = Pace(
            new=_SAMPLE,
            reviews=_NO_LIMIT,
            retention=study.desired_retention,
            longest=study.maximum_interval,
        )
        return self.simulate(_SAMPLE, days, pace)

    def played(self, total: int, count: int, pace: Pace) -> tuple[Day, ...]:
        """Return the days of all cards, each practice card as its own deck options want it."""
        days = self.simulate(total, count, pace)
        seen = list(accumulate(day.new for day in days))
        opened = [bisect_right(seen, place) for place in self.places]
        opened = [day for day in opened if day < count]
        if not opened:
            return days
        last = min(count, max(opened) + _HALF_A_YEAR)
        usual = self.simulate(_SAMPLE, last, replace(pace, new=_SAMPLE, reviews=_NO_LIMIT))
        practice = self.sample(last)
        reviews, seconds, recalled = [0.0] * last, [0.0] * last, [0.0] * last
        for first in opened:
            for day in range(first, last):
                more, less = practice[day - first], usual[day - first]
                reviews[day] += (more.reviews - less.reviews) / _SAMPLE
                seconds[day] += (more.seconds - less.seconds) / _SAMPLE
                recalled[day] += (more.recalled - less.recalled) / _SAMPLE
        return (
            *(
                Day(
                    day.new,
                    max(0, day.reviews + round(more)),
                    max(0.0, day.seconds + longer),
                    day.recalled + known,
                )
                for day, more, longer, known in zip(days, reviews, seconds, recalled, strict=False)
            ),
            *days[last:],
        )


def _places(cards: Counter[str], decks: set[str]) -> Iterable[int]:
    """Yield the places of the practice cards in the order of new cards, from 0 on."""
    before = 0
    for name, count in cards.items():
        if name in decks:
            yield from range(before, before + count)
        before += count


def _last_new(days: tuple[Day, ...]) -> int:
    return max((number for number, day in enumerate(days, 1) if day.new), default=0)


def _timed(days: tuple[Day, ...], seconds: int | None) -> tuple[Day, ...]:
    return (
        days
        if seconds is None
        else tuple(replace(day, seconds=float(seconds * (day.new + day.reviews))) for day in days)
    )
