"""Custom cards: notes of a course's own note types, whose fields are HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attachdeck.domain.course import Card, CustomCard
from attachdeck.domain.diagnostics import did_you_mean_or_list
from attachdeck.reader import Node

if TYPE_CHECKING:
    from attachdeck.decode.lesson import LessonDecoder


def custom_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card | None:
    folder = node["note_type"].value
    add = f"add `note_types/{folder}/note_type.yaml`; `attachdeck schema note_type` lists its keys"
    own = lesson.known(
        "unknown-note-type", node["note_type"], lesson.note_types, "note_types/", add
    )
    if own is None:
        return None
    names = {field["name"]: field for field in own.written["fields"]}
    for name in node.value["fields"]:
        if name not in names:
            lesson.report(
                "unknown-field",
                f"the note type `{own.id}` has no field `{name}`",
                node["fields"].key_at(name),
                did_you_mean_or_list(name, names),
            )
    return CustomCard(note_type=own.id, fields=dict(node.value["fields"]), **common)
