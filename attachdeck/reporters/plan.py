"""The plan of a course: for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from attachdeck.domain.quoting import counted
from attachdeck.engine.collection import Day
from attachdeck.engine.planning import Opening, Plan, Term, busiest, minutes, per_day
from attachdeck.reporters.text import printable


def rows(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what the plan says of the whole course, as names and values."""
    study, after, pace = (
        plan.days[: plan.last_new],
        plan.days[plan.last_new : plan.last_new + 28],
        plan.pace,
    )
    yield "cards", f"{plan.cards}"
    yield (
        "pace",
        (
            f"{pace.new} new cards and {pace.reviews} reviews a day at most, "
            f"{pace.retention} % of the cards recalled"
        ),
    )
    if plan.practice:
        cards = sum(opening.cards for opening in plan.openings if opening.returns)
        yield (
            "practice",
            f"{cards} cards; at least {plan.practice:.0f} come in any ten days of the course",
        )
    yield "new", f"until day {plan.last_new}, in week {_week(plan.last_new)}"
    yield (
        "a day",
        (f"{_load(study)}; {counted(round(busiest(plan.days)), 'minute')} in the busiest week"),
    )
    yield (
        "after",
        (f"{_load(after)} a day in the four weeks after the last new card"),
    )
    recall = plan.recall
    yield (
        "recall",
        (
            f"{recall.percent:.0f} % of the {recall.seen} cards seen by day {recall.day}, "
            "after six months"
        ),
    )


def _load(days: tuple[Day, ...]) -> str:
    """Return the average cards and minutes of some days."""
    cards = counted(round(per_day(days)), "card")
    return f"{cards}, {counted(round(minutes(days)), 'minute')}"


def lessons(plan: Plan) -> Iterator[str]:
    """Yield when each deck opens, line by line."""
    practises = any(opening.returns for opening in plan.openings)
    returns = ("returns",) if practises else ()
    yield from _columns(
        [
            ("opens", "week", "cards", *returns, "lesson"),
            *(
                (
                    f"day {opening.day}",
                    f"{_week(opening.day)}",
                    f"{opening.cards}",
                    *(_returns(opening) for _ in returns),
                    printable(opening.deck),
                )
                for opening in plan.openings
            ),
        ]
    )


def _returns(opening: Opening) -> str:
    return f"every {opening.returns:.0f} days" if opening.returns else ""


def terms(all_terms: Iterable[Term]) -> Iterator[str]:
    """Yield what fits into each term, line by line."""
    yield from _columns(
        [
            ("term", "new a day", "minutes a day", "busiest week", "last new card"),
            *map(_row, all_terms),
        ]
    )


def as_json(plan: Plan, all_terms: Iterable[Term]) -> str:
    """Return it for programs: one object with all of the plan, day by day."""
    return json.dumps(
        {
            "cards": plan.cards,
            "new_cards_a_day": plan.pace.new,
            "reviews_a_day": plan.pace.reviews,
            "desired_retention": plan.pace.retention,
            "last_new_card": plan.last_new,
            "practice_in_ten_days": round(plan.practice, 1),
            "recall_after_six_months": {
                "day": plan.recall.day,
                "seen": plan.recall.seen,
                "percent": round(plan.recall.percent, 1),
            },
            "lessons": [
                {"deck": opening.deck, "cards": opening.cards, "opens": opening.day}
                | ({"returns_every_days": round(opening.returns, 1)} if opening.returns else {})
                for opening in plan.openings
            ],
            "days": [
                {"new": day.new, "reviews": day.reviews, "minutes": round(day.seconds / 60, 1)}
                for day in plan.days
            ],
            "terms": [
                {
                    "weeks": term.weeks,
                    "new_cards_a_day": term.new or None,
                    "minutes_a_day": round(minutes(term.days), 1) if term.new else None,
                    "minutes_in_busiest_week": round(busiest(term.days), 1) if term.new else None,
                    "last_new_card": term.last_new or None,
                }
                for term in all_terms
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _week(day: int) -> int:
    return (day - 1) // 7 + 1


def _row(term: Term) -> tuple[str, ...]:
    if not term.new:
        return (f"{term.weeks} weeks", "does not fit", "", "", "")
    return (
        f"{term.weeks} weeks",
        f"{term.new}",
        f"{minutes(term.days):.0f}",
        f"{busiest(term.days):.0f}",
        f"day {term.last_new}",
    )


def _columns(cells: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return (
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
