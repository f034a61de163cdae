"""Answer given away by its length.

If the right option is the longest (or the shortest) more often than by chance, learners choose by
length.
The same is true for scenes: if the scenes for one answer are longer than the others, their length
gives the answer away.
Source: guidelines for multiple-choice items, Haladyna, Downing and Rodriguez (2002).
Fix: shorten or lengthen some of them.
The rule looks at all cards of a course together.
In a course with ten or more multiple-choice cards, the right option can be the longest, or the
shortest, in at most 40 % of them. With two or three options it can be slightly more.
If an answer has five or more scenes, their median length must be within 25 % of the others.

Bad:

    - {id: a-{n}, kind: choice, question: "What of {n}?",
       options: [{text: "The one that one returns to {n} times", right: true},
       {text: A house, why: No.}, {text: A bed, why: No.}]}

Good:

    - {id: a-{n}, kind: choice, question: "What of {n}?",
       options: [{text: "Figure {n}", right: true}, {text: A house, why: No.},
       {text: A very wide bed, why: No.}]}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from attachdeck.rules import Context, Finding, OptionsSummary, Whole
from attachdeck.rules.support.texts import in_course

_LEAST_CARDS = 10
"""Multiple-choice cards of a course from which their options are compared."""
_LEAST_SCENES = 5
"""Scenes of one answer from which their lengths are compared with those of the others."""
_MOST = 0.4
_OVER_CHANCE = 1.25
"""How many times as often as by chance the right option may be the longest, where that is more than
`_MOST`."""
_APART = 0.25
"""How far the median length of the scenes of one answer may be from that of the others."""


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    choices = [choice for card in whole.cards if not card.retired for choice in card.choices]
    yield from _options(whole, [choice for choice in choices if not choice.option_set])
    yield from _scenes(whole, [choice for choice in choices if choice.option_set])


def _options(whole: Whole, choices: list[OptionsSummary]) -> Iterator[Finding]:
    choices = [choice for choice in choices if choice.right == 1]
    if len(choices) < _LEAST_CARDS:
        return
    by_chance = sum(1 / (1 + choice.wrong) for choice in choices)
    most = max(_MOST * len(choices), _OVER_CHANCE * by_chance)
    for extreme, verb in (("longest", "shorten"), ("shortest", "lengthen")):
        count = sum(choice.right_is == extreme for choice in choices)
        if count > most:
            yield Finding(
                whole.course.at,
                f"the right option is the {extreme} in {count} of {len(choices)} multiple-choice "
                f"cards, but by chance it would be in {by_chance:.0f}",
                f"{verb} some right options",
            )


def _scenes(whole: Whole, scenes: list[OptionsSummary]) -> Iterator[Finding]:
    lengths: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for scene in scenes:
        lengths[scene.option_set][scene.answer].append(scene.words)
    for name, by_answer in lengths.items():
        for answer, own in by_answer.items():
            others = [
                length
                for other, lengths_of_one in by_answer.items()
                if other != answer
                for length in lengths_of_one
            ]
            if min(len(own), len(others)) < _LEAST_SCENES:
                continue
            usual = median(others)
            if abs(median(own) - usual) > _APART * usual:
                yield Finding(
                    in_course(whole.course, "option_sets", name, "options", answer),
                    f"scenes with the answer `{answer}` have a median of {median(own):g} words, "
                    f"but the others with the options `{name}` have {usual:g}",
                    "write short, medium and long scenes for each answer",
                )
