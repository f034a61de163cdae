"""The options of a card do not work

A card needs at least one right and one wrong option, and every option needs a different text.
Otherwise a learner cannot answer.
Fix: write `right: true` under the right option, and give each option its own text.

Bad:

    - {id: a, kind: choice, question: Who?,
       options: [{text: Bowlby, why: He did.}, {text: Freud, why: He did not.}]}

Good:

    - {id: a, kind: choice, question: Who?,
       options: [{text: Bowlby, right: true}, {text: Freud, why: He did not.}]}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from attachdeck.domain.course import ChoiceCard, Course, Lesson, VignetteCard
from attachdeck.domain.diagnostics import Severity
from attachdeck.reader import Node
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.wordings():
        if isinstance(card, ChoiceCard) and not isinstance(card, VignetteCard):
            yield from _one_kind_only(card)
            if _has_twins([option.text for option in card.options]):
                yield from _twins([option["text"] for option in node_of(card)["options"].items()])
    for lesson in course.lessons:
        yield from _twins_in_sets(lesson)


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    return _twins_in_sets(course)


def _twins_in_sets(owner: Course | Lesson) -> Iterator[Finding]:
    for option_set in owner.option_sets.values():
        if _has_twins(option_set.options.values()):
            options = node_of(owner)["option_sets"][option_set.id]["options"]
            yield from _twins([options[name] for name in option_set.options])


def _one_kind_only(card: ChoiceCard) -> Iterator[Finding]:
    """Yield a finding where all options are right, or none is."""
    right = {option.right for option in card.options}
    if right == {True}:
        help = "add a wrong option, with the reason under `why`"
        yield Finding(node_of(card).key_at("options"), "no option is wrong", help)
    elif right == {False}:
        help = "write `right: true` under the right one"
        yield Finding(node_of(card).key_at("options"), "no option is right", help)


def _has_twins(texts: Collection[str]) -> bool:
    return len({" ".join(text.split()) for text in texts}) < len(texts)


def _twins(texts: Iterable[Node]) -> Iterator[Finding]:
    """Yield a finding for each option with the text of an earlier one."""
    first: dict[str, Node] = {}
    for text in texts:
        known = first.setdefault(" ".join(text.value.split()), text)
        if known is not text:
            help = "write another option, or delete one of the two"
            also = (("the other one", known.at),)
            yield Finding(text.at, "two options are the same", help, also=also)
