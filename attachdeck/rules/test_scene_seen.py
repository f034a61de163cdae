"""Test scene that learners have already seen.

A test shows how well learners deal with new scenes.
If a test scene shares eight words in a row with a card or another test scene, learners remember it
instead of solving it.
Source: tests help little with new questions unless the wording varies (Pan and Rickard 2018).
Fix: write a new scene with different people, another place and other words.

Bad:

    --- course.yaml
    tests:
      final:
        scenes:
          - {id: one, scenario: She waits at the door until the last guest has left the house.,
             options: pattern, answer: secure}
          - {id: two, scenario: He waits at the door until the last guest has left the house.,
             options: pattern, answer: unclear}

Good:

    --- course.yaml
    tests:
      final:
        scenes:
          - {id: one, scenario: She waits at the door until the last guest has left the house.,
             options: pattern, answer: secure}
          - {id: two, scenario: He calls his brother and tells him what has happened at work.,
             options: pattern, answer: unclear}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import UnseenScene
from attachdeck.rules import Context, Finding, Whole
from attachdeck.rules.support.texts import runs


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    if not whole.course.tests:
        return
    seen = {
        run: f"the card `{card.id}`"
        for card in whole.cards
        if not card.retired
        for asked in (card.asked_words, *card.variants_asked)
        for run in runs(asked)
    }
    for test in whole.course.tests:
        for scene in test.scenes:
            own = list(runs(scene.scenario))
            known = next((run for run in own if run in seen), None)
            if known is not None:
                yield _seen(scene, " ".join(known), seen[known])
            seen |= dict.fromkeys(own, f"the test scene `{scene.id}`")


def _seen(scene: UnseenScene, words: str, where: str) -> Finding:
    return Finding(
        scene.at,
        f"the test scene `{scene.id}` shares “{words}” with {where}",
        "write a new scene with different people, another place and other words",
    )
