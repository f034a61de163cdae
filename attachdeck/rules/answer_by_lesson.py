"""Most scenes of a lesson have the same answer.

If more than 40 % of a lesson's scenes have the same answer, learners choose it without reading.
Source: mixing examples of similar things helps people to distinguish them (Kornell and Bjork 2008).
Fix: move some of these scenes to another lesson, or write scenes with other answers.
The rule checks lessons with at least five scenes of one option set. For sets of two or
three options, it allows slightly more.

Bad:

    - {id: a-{n}, kind: vignette, scenario: "She waits for {n} hours.", options: pattern,
       answer: secure, cue: She waits., near_miss: {option: anxious, why: So.}}

Good:

    - {id: a-{n}, kind: vignette, scenario: "She waits for {n} hours.", options: pattern,
       answer: secure, cue: She waits., near_miss: {option: anxious, why: So.}}
    - {id: b-{n}, kind: vignette, scenario: "She calls {n} times.", options: pattern,
       answer: anxious, cue: She calls., near_miss: {option: secure, why: So.}}
    - {id: c-{n}, kind: vignette, scenario: "She is {n}.", options: pattern, answer: unclear,
       cue: Nothing is said., near_miss: {option: secure, why: So.}}
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import ceil

from attachdeck.domain.course import Course, VignetteCard
from attachdeck.rules import Context, Finding

_LEAST_SCENES = 5
"""Scenes of a set in a lesson from which their answers are compared."""
_MOST = 0.4
_OVER_CHANCE = 1.25
"""How many times as often as by chance an answer may come, where that is more than `_MOST`."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    for lesson in course.lessons:
        answers: dict[str, Counter[str]] = defaultdict(Counter)
        sizes: dict[str, int] = {}
        for card, _ in context.cards(course):
            if isinstance(card, VignetteCard) and not card.retired_because:
                answers[card.option_set][card.answer] += 1
                sizes[card.option_set] = len(card.options)
        for name, counts in answers.items():
            total = counts.total()
            answer, count = counts.most_common(1)[0]
            most = max(_MOST, _OVER_CHANCE / sizes[name])
            if total >= _LEAST_SCENES and count > ceil(most * total):
                yield Finding(
                    lesson.at,
                    f"in the lesson `{lesson.id}`, {count} of {total} scenes with the options "
                    f"`{name}` have the answer `{answer}`",
                    "move some scenes to other lessons, or write scenes with other answers",
                )
