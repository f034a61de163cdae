"""Custom cards: notes of a course's own note types, whose fields are HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attachdeck.anki.unsafe_html import (
    dangers,
    fields_in_tags,
    shown_as_text,
    unfit,
    unsafe_as_text,
)
from attachdeck.decode.texts import mend
from attachdeck.domain.course import Card, CustomCard, OwnNoteType
from attachdeck.domain.diagnostics import did_you_mean_or_list
from attachdeck.reader import Node

if TYPE_CHECKING:
    from attachdeck.decode.lesson import LessonDecoder


def custom_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card | None:
    own = lesson.known("unknown-note-type", node["note_type"], lesson.note_types, "note_types/")
    if own is None:
        return None
    names = {each["name"]: each for each in own.written["fields"]}
    in_tags, as_text = _ways_to_show(lesson, own)
    values = {
        **node.value["fields"],
        "Tags": " ".join(common["tags"]),
        "Type": own.written["name"],
    }
    values |= {
        "Deck": lesson.deck_names,
        "Subdeck": lesson.deck_names,
        "Card": " ".join(each["name"] for each in own.written["templates"]),
    }
    for name, forbidden in in_tags:
        if bad := unfit(values.get(name, ""), forbidden):
            place = node["fields"][name].at if name in node["fields"] else node.start
            message = f"a template puts `{name}` inside of a tag, where `{bad}` could begin something else"
            lesson.report(
                "unsafe-html",
                message,
                place,
                "write it there without that, or put the field between tags in the template",
            )
    for name, value in node.value["fields"].items():
        at = node["fields"][name]
        if name not in names:
            lesson.report(
                "unknown-field",
                f"the note type `{own.id}` has no field `{name}`",
                node["fields"].key_at(name),
                did_you_mean_or_list(name, names),
            )
        for danger in dangers(value) or (unsafe_as_text(value) if name in as_text else ()):
            lesson.report(
                "unsafe-html",
                f"{danger.what} cannot stand on a card",
                lesson.within(at, danger.what),
                mend(danger.instead),
            )
    for tag in common["tags"]:
        lesson.harmless(tag, node["tags"])
    return CustomCard(note_type=own.id, fields=dict(node.value["fields"]), **common)


def _ways_to_show(
    lesson: LessonDecoder, own: OwnNoteType
) -> tuple[list[tuple[str, str]], set[str]]:
    """Which fields a note type's templates put inside of tags, each with what it then must not hold, and which they show as text."""
    if own.id not in lesson.course.shown:
        in_tags = [each for text in own.texts.values() for each in fields_in_tags(text).items()]
        lesson.course.shown[own.id] = (
            in_tags,
            {name for text in own.texts.values() for name in shown_as_text(text)},
        )
    return lesson.course.shown[own.id]
