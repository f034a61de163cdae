"""The statistics of a course: tables for a terminal of 80 columns, and values for JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from math import ceil
from typing import Any

from attachdeck.compile.statistics import NO_LEVEL, Reading, Scenes, Statistics
from attachdeck.domain.course import LEVELS
from attachdeck.rules.support.readability import LEAST_WORDS

_COLUMNS = (*LEVELS, NO_LEVEL)
_WIDTH = 80
_NAME = 12
"""Columns for the name at the head of a row."""


def lines(statistics: Statistics) -> Iterator[str]:
    """Yield the statistics as lines of at most 80 columns."""
    yield from _cards(statistics)
    yield ""
    yield from _objectives(statistics)
    yield ""
    yield from _readability(statistics)
    if statistics.options:
        yield ""
        yield from _options(statistics)
    if statistics.scenes:
        yield ""
        yield from _scenes(statistics.scenes)


def as_values(statistics: Statistics) -> dict[str, Any]:
    """Return the statistics as JSON's own values."""
    formula = {"name": statistics.formula.name, "source": statistics.formula.source}
    return {
        "cards": statistics.cards,
        "anki_cards": statistics.anki_cards,
        "new_cards_a_day": statistics.new_cards_a_day,
        "days_of_new_cards": _days(statistics),
        "cards_by_kind": {kind: dict(counts) for kind, counts in statistics.by_kind.items()},
        "cards_by_level": _totals(statistics.by_kind),
        "objectives_by_level": dict(statistics.objectives),
        "objectives_without_application": list(statistics.not_applied),
        "readability": {
            "formula": formula,
            "least_words": LEAST_WORDS,
            "cards": _measured(statistics.cards_read),
            "readings": _measured(statistics.readings_read),
        },
        "options": asdict(statistics.options) if statistics.options else None,
        "scenes": [asdict(row) for row in statistics.scenes],
    }


def _measured(reading: Reading) -> dict[str, Any]:
    return {
        "texts": reading.texts,
        "p90": None if reading.p90 is None else round(reading.p90, 1),
        "hardest": {name: round(value, 1) for name, value in reading.hardest.items()},
    }


def _totals(by_kind: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {level: sum(counts[level] for counts in by_kind.values()) for level in _COLUMNS}


def _days(statistics: Statistics) -> int:
    return ceil(statistics.anki_cards / statistics.new_cards_a_day)


def _cards(statistics: Statistics) -> Iterator[str]:
    cards, pace = statistics.cards, statistics.new_cards_a_day
    yield f"{cards} cards become {statistics.anki_cards} cards in Anki, including readings."
    yield f"At {pace} new cards a day, a learner meets the last one on day {_days(statistics)}."
    yield ""
    yield _row("kind", [*_COLUMNS, "all"])
    for kind, counts in statistics.by_kind.items():
        yield _counts(kind, counts)
    yield _counts("all", _totals(statistics.by_kind))


def _objectives(statistics: Statistics) -> Iterator[str]:
    yield _row("", [*_COLUMNS, "all"])
    yield _counts("objectives", statistics.objectives)
    count = len(statistics.not_applied)
    total = sum(statistics.objectives.values())
    yield (
        f"No card applies {count} of {total} objectives:"
        if count
        else f"Cards apply each of the {total} objectives."
    )
    yield from _named(statistics.not_applied)


def _readability(statistics: Statistics) -> Iterator[str]:
    formula = statistics.formula
    yield f"Readability: {formula.name} ({formula.source}), from {LEAST_WORDS} words"
    for name, reading in (("cards", statistics.cards_read), ("readings", statistics.readings_read)):
        if reading.p90 is None:
            yield f"{name:{_NAME}}no text is long enough"
            continue
        yield f"{name:{_NAME}}90 % are at {reading.p90:.1f} or below, of {reading.texts}; hardest:"
        yield from _named([f"{text} {value:.1f}" for text, value in reading.hardest.items()])


def _options(statistics: Statistics) -> Iterator[str]:
    options = statistics.options
    if options is None:
        return
    yield f"Options of {options.cards} cards with one right option"
    yield (
        f"{'longest':{_NAME}}the right one in {options.right_is_longest} cards; "
        f"by chance it would be {options.by_chance:.0f}"
    )
    yield (
        f"{'words':{_NAME}}{options.right_words:g} in a right option, "
        f"{options.wrong_words:g} in a wrong one (median)"
    )


def _scenes(rows: Sequence[Scenes]) -> Iterator[str]:
    widest = max(len(f"{row.option_set} {row.answer}") for row in rows)
    width = min(max(widest, len("Scenes by answer")), 40)
    yield f"{'Scenes by answer':{width}} {'scenes':>7} {'share':>7} {'words':>7} {'lessons':>8}"
    for row in rows:
        name = f"{row.option_set} {row.answer}"[:width]
        yield (f"{name:{width}} {row.scenes:>7} {row.share:>7.0%} {row.words:>7g} {row.lessons:>8}")


def _counts(name: str, counts: Mapping[str, int]) -> str:
    cells = [counts[level] or "" for level in _COLUMNS]
    return _row(name, [*cells, sum(counts.values())])


def _row(name: str, cells: Iterable[object]) -> str:
    widths = [len(column) for column in (*_COLUMNS, "all ")]
    shown = " ".join(f"{cell!s:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{name:{_NAME}}{shown}".rstrip()


def _named(names: Iterable[str]) -> Iterator[str]:
    """Yield names as lines, none of them broken in two."""
    indent = " " * _NAME
    lines = textwrap.wrap(
        ", ".join(name.replace(" ", "\u00a0") for name in names),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
    yield from (line.replace("\u00a0", " ") for line in lines)
