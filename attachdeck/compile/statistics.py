"""What a course consists of, in numbers: its cards by kind and level, how it reads, and what its
options could give away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from attachdeck.compile.deck import Deck
from attachdeck.domain.course import (
    APPLYING_KINDS,
    LEVELS,
    Card,
    ChoiceCard,
    Course,
    Objective,
    VignetteCard,
)
from attachdeck.rules import options_summary
from attachdeck.rules.support.readability import (
    LEAST_WORDS,
    Formula,
    formula,
    percentile,
    sentences,
)
from attachdeck.rules.support.texts import Phrases, texts, words

NO_LEVEL = "none"
"""What stands for the level of cards without an objective, and of objectives without a level."""
HARDEST = 5
"""How many of the texts that are hardest to read are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How some texts read: how many were long enough to be measured, the 90th percentile, and the
    ids of the hardest, hardest first."""

    texts: int
    p90: float | None
    hardest: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of multiple-choice cards: how many cards have a right option that is longer than
    all others, how many that would be by chance, and the median words of options."""

    cards: int
    right_is_longest: int
    by_chance: float
    right_words: float
    wrong_words: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """The scenes of one option set that have one answer, with their variants."""

    option_set: str
    answer: str
    scenes: int
    share: float
    words: float
    lessons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A course without retired cards, in numbers.

    `by_kind` counts an author's cards by kind and level; `anki_cards` are what Anki makes of them,
    readings included. `not_applied` are the ids of objectives without a card that applies them.
    """

    cards: int
    anki_cards: int
    new_cards_a_day: int
    by_kind: Mapping[str, Mapping[str, int]]
    objectives: Mapping[str, int]
    not_applied: Sequence[str]
    formula: Formula
    cards_read: Reading
    readings_read: Reading
    options: Options | None
    scenes: Sequence[Scenes]


def statistics(deck: Deck) -> Statistics:
    """Return the statistics of a deck whose course came with its lessons."""
    course = deck.course
    cards = [card for card in course.cards() if not card.retired_because]
    measure = formula(course.language)
    return Statistics(
        cards=len(cards),
        anki_cards=sum(deck.cards_by_kind.values()),
        new_cards_a_day=deck.study.new_cards_a_day,
        by_kind=_by_kind(cards),
        objectives=_levels(
            objective for lesson in course.lessons for objective in lesson.objectives
        ),
        not_applied=_not_applied(course, cards),
        formula=measure,
        cards_read=_read(measure, _texts_of(cards)),
        readings_read=_read(measure, _readings(course)),
        options=_options(cards),
        scenes=tuple(_scenes(course)),
    )


def _level(objective: Objective | None) -> str:
    return (objective.level if objective else "") or NO_LEVEL


def _levels(objectives: Iterable[Objective | None]) -> dict[str, int]:
    counts = Counter(map(_level, objectives))
    return {level: counts[level] for level in (*LEVELS, NO_LEVEL)}


def _by_kind(cards: Sequence[Card]) -> dict[str, dict[str, int]]:
    counts = Counter(card.kind for card in cards)
    kinds = sorted(counts, key=lambda kind: (-counts[kind], kind))
    return {kind: _levels(card.objective for card in cards if card.kind == kind) for kind in kinds}


def _not_applied(course: Course, cards: Iterable[Card]) -> list[str]:
    applied = {
        card.objective.id for card in cards if card.objective and card.kind in APPLYING_KINDS
    }
    return [
        objective.id
        for lesson in course.lessons
        for objective in lesson.objectives
        if objective.id not in applied and not objective.is_mixed
    ]


def _texts_of(cards: Iterable[Card]) -> Iterator[tuple[str, Sequence[str]]]:
    for card in cards:
        for wording in (card, *card.variants):
            name = f"{card.id} ({wording.wording + 1})" if wording.wording else card.id
            yield name, texts(wording, Phrases({})).pieces


def _readings(course: Course) -> Iterator[tuple[str, Sequence[str]]]:
    for lesson in course.lessons:
        for section in lesson.reading:
            yield section.id, [section.text]


def _read(measure: Formula, named: Iterable[tuple[str, Sequence[str]]]) -> Reading:
    values = {}
    for name, pieces in named:
        prose = sentences(pieces)
        if sum(map(len, prose)) >= LEAST_WORDS:
            values[name] = measure.measure(prose)
    hardest = sorted(values.items(), key=lambda pair: -pair[1])[:HARDEST]
    p90 = percentile(list(values.values()), 90) if values else None
    return Reading(texts=len(values), p90=p90, hardest=dict(hardest))


def _options(cards: Iterable[Card]) -> Options | None:
    """Return how long options are, where cards have options of their own and one right one."""
    choices = [
        wording
        for card in cards
        for wording in (card, *card.variants)
        if isinstance(wording, ChoiceCard)
        and not isinstance(wording, VignetteCard)
        and sum(option.right for option in wording.options) == 1
    ]
    if not choices:
        return None
    options = [option for card in choices for option in card.options]
    return Options(
        cards=len(choices),
        right_is_longest=sum(options_summary(card, {}).right_is == "longest" for card in choices),
        by_chance=sum(1 / len(card.options) for card in choices),
        right_words=median(len(words(option.text)) for option in options if option.right),
        wrong_words=median(len(words(option.text)) for option in options if not option.right),
    )


def _answers(course: Course) -> dict[str, dict[str, str]]:
    """Return the answers of each option set, those of the lessons included, by the set's name."""
    answers: dict[str, dict[str, str]] = {}
    of_lessons = (lesson.option_sets for lesson in course.lessons)
    for option_sets in (course.option_sets, *of_lessons):
        for name, option_set in option_sets.items():
            answers[name] = answers.get(name, {}) | option_set.options
    return answers


def _scenes(course: Course) -> Iterator[Scenes]:
    scenes = [
        (lesson.id, wording)
        for lesson in course.lessons
        for card in lesson.cards
        if not card.retired_because
        for wording in (card, *card.variants)
        if isinstance(wording, VignetteCard)
    ]
    totals = Counter(card.option_set for _, card in scenes)
    for name, answers in _answers(course).items():
        for answer in answers if totals[name] else ():
            of_answer = [
                pair for pair in scenes if (pair[1].option_set, pair[1].answer) == (name, answer)
            ]
            lengths = [len(words(card.scenario)) for _, card in of_answer]
            yield Scenes(
                option_set=name,
                answer=answer,
                scenes=len(of_answer),
                share=len(of_answer) / totals[name],
                words=median(lengths) if lengths else 0,
                lessons=len({lesson for lesson, _ in of_answer}),
            )
