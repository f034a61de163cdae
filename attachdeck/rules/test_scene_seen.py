"""Scene of a test that learners have seen.

A test shows what learners can do with scenes that are new to them.
A scene that shares eight words in a row with a card, or with another scene of the tests, is
remembered and not solved.
Source: tests help with new questions little unless the wording varies (Pan and Rickard 2018).
Mend: write the scene anew, with other people, another place and other words.

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
        "write it anew, with other people, another place and other words",
    )
