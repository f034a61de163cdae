"""Too few wordings for an answer.

After a few reviews, learners recognise a scene by its words.
Once some scenes of an option set have variants, each answer should have at least three wordings,
counting scenes and variants. Otherwise the repeated words give the answer away.
Source: spaced questions helped on rewritten questions too (Price 2024); tests help little with new
questions if the wording does not vary (Pan and Rickard 2018).
Fix: write variants of its scenes, or more scenes with this answer.
Option sets without any variants are not checked.

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
from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole
from attachdeck.rules.support.texts import in_course

_LEAST = 3
"""Wordings that an answer has at least, where others of its set have variants."""


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    scenes = [card.choices for card in whole.cards if not card.retired and card.choices]
    varied = {choices[0].option_set for choices in scenes if len(choices) > 1}
    wordings = Counter(
        (scene.option_set, scene.answer)
        for choices in scenes
        for scene in choices
        if scene.option_set in varied
    )
    for (name, answer), count in wordings.items():
        if name and count < _LEAST:
            once = "one wording" if count == 1 else f"{count} wordings"
            yield Finding(
                in_course(whole.course, "option_sets", name, "options", answer),
                f"the answer `{answer}` of `{name}` has {once}, but other answers have variants",
                f"write variants, or more scenes with this answer: at least {_LEAST} in all",
            )
