"""The cards of a lesson: one function a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attachdeck.anki import cloze
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ChoiceCard,
    ClozeCard,
    Option,
    PracticeCard,
    ProduceCard,
    ReversedCard,
    SequenceCard,
    TypedCard,
    VignetteCard,
)
from attachdeck.reader import Node

if TYPE_CHECKING:
    from attachdeck.decode.lesson import LessonDecoder


def basic_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    return BasicCard(prompt=node.value["prompt"], answer=node.value["answer"], **common)


def reversed_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    prompt, answer = node.value["prompt"], node.value["answer"]
    reverse = node.value.get("reverse", {})
    return ReversedCard(
        prompt=prompt,
        answer=answer,
        reverse_prompt=reverse.get("prompt", answer),
        reverse_answer=reverse.get("answer", prompt),
        **common,
    )


def cloze_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    text, _ = cloze.to_anki(node.value["text"])
    return ClozeCard(text=text, **common)


def typed_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    return TypedCard(
        prompt=node.value["prompt"],
        answer=node.value["answer"],
        accept=tuple(node.value.get("accept", ())),
        **common,
    )


def choice_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    options = tuple(
        Option(option["text"], option.get("right", False), option.get("why", ""))
        for option in node.value["options"]
    )
    return ChoiceCard(question=node.value["question"], options=options, **common)


def vignette_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card | None:
    chosen = lesson.known(
        "unknown-option-set",
        node["options"],
        lesson.option_sets,
        "the option sets of course.yaml",
    )
    if chosen is None:
        return None
    where = f"the option set `{chosen.id}`"
    miss = node["near_miss"]
    lesson.known("unknown-option", node["answer"], chosen.options, where)
    lesson.known("unknown-option", miss["option"], chosen.options, where)
    answer = node.value["answer"]
    reasons = {miss.value["option"]: miss.value["why"]}
    options = tuple(
        Option(text, name == answer, reasons.get(name, ""), name in reasons and name != answer)
        for name, text in chosen.options.items()
    )
    return VignetteCard(
        question=node.value.get("question", chosen.question),
        options=options,
        scenario=node.value["scenario"],
        cue=node.value["cue"],
        option_set=chosen.id,
        answer=answer,
        **common,
    )


def sequence_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    return SequenceCard(
        prompt=node.value["prompt"],
        steps=tuple(node.value["steps"]),
        whole=node.value.get("whole", False),
        **common,
    )


def produce_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    value = node.value
    return ProduceCard(
        scenario=value.get("scenario", ""),
        prompt=value["prompt"],
        answer=value["answer"],
        standard=value["standard"],
        **common,
    )


def practice_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card:
    return PracticeCard(
        prompt=node.value["prompt"], example=node.value.get("example", ""), **common
    )
