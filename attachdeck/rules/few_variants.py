"""Too few wordings for an answer.

After a few reviews, learners recognise a scene by its words.
Once some scenes of an option set have variants, each answer should have at least three wordings,
counting scenes and variants. Otherwise the repeated words give the answer away.
Source: spaced questions helped on rewritten questions too (Price 2024); tests help little with new
questions if the wording does not vary (Pan and Rickard 2018).
Fix: write variants of its scenes, or more scenes with this answer.
An option set whose answers have one scene each is reported as a whole. Other option sets without
variants are not checked.

Bad:

    - {id: a, kind: vignette, scenario: She waits., options: pattern, answer: secure,
       cue: She waits., near_miss: {option: anxious, why: So.}}
    - {id: b, kind: vignette, scenario: She calls., options: pattern, answer: anxious,
       cue: She calls., near_miss: {option: secure, why: So.},
       variants: [{scenario: He writes., cue: He writes.}, {scenario: They ring., cue: They ring.}]}

Good:

    - {id: b, kind: vignette, scenario: She calls., options: pattern, answer: anxious,
       cue: She calls., near_miss: {option: secure, why: So.},
       variants: [{scenario: He writes., cue: He writes.}, {scenario: They ring., cue: They ring.}]}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from attachdeck.domain.location import Location
from attachdeck.rules import CardSummary, Context, Finding, Whole
from attachdeck.rules.support.texts import in_course

_LEAST = 3
"""Wordings that an answer has at least, where others of its set have variants."""


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    cards = [card for card in whole.cards if not card.retired and card.choices]
    varied = {card.choices[0].option_set for card in cards if len(card.choices) > 1}
    first: dict[str, dict[str, CardSummary]] = {}
    wordings: dict[str, Counter[str]] = {}
    for card in cards:
        for scene in card.choices:
            if scene.option_set:
                first.setdefault(scene.option_set, {}).setdefault(scene.answer, card)
                wordings.setdefault(scene.option_set, Counter())[scene.answer] += 1
    for name, counts in wordings.items():
        if name in varied:
            yield from _unlike_others(whole, name, counts, first[name])
        elif len(counts) > 1 and set(counts.values()) == {1}:
            yield Finding(
                _place(whole, next(iter(first[name].values())), name),
                f"each answer of `{name}` has one scene, which learners soon know by its words",
                f"write variants, or more scenes: at least {_LEAST} wordings for each answer",
            )


def _unlike_others(
    whole: Whole, name: str, counts: Counter[str], first: Mapping[str, CardSummary]
) -> Iterator[Finding]:
    """Yield a finding for each answer that has few wordings, where others have variants."""
    for answer, count in counts.items():
        if count < _LEAST:
            once = "one wording" if count == 1 else f"{count} wordings"
            yield Finding(
                _place(whole, first[answer], name, "options", answer),
                f"the answer `{answer}` of `{name}` has {once}, but other answers have variants",
                f"write variants, or more scenes with this answer: at least {_LEAST} in all",
            )


def _place(whole: Whole, card: CardSummary, name: str, *keys: str) -> Location:
    """Return the place of an option set of the course; a lesson's own is shown at its first
    scene."""
    if name not in whole.course.option_sets:
        return card.at
    return in_course(whole.course, "option_sets", name, *keys)
