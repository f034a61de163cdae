"""Decode a lesson's document to a Lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from attachdeck.decode import custom, kinds, regions
from attachdeck.decode.course import CourseDecoder, option_sets, root_of, settings
from attachdeck.decode.names import Name, lesson_number
from attachdeck.decode.texts import Reports
from attachdeck.domain.course import (
    Card,
    Citation,
    Lesson,
    Mixed,
    Objective,
    Section,
    Sound,
)
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader import Document, Node

_NOTHING_SILENCED: dict[str, tuple[str, Location]] = {}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A lesson, the diagnostics of its references, and the objectives that it needs from others.

    `lesson` is None if it changes one of another course; `texts` are those of the files by name.
    """

    lesson: Lesson | None
    diagnostics: tuple[Diagnostic, ...]
    wanted: tuple[Name, ...]
    texts: Mapping[str, str]


def decode_lesson(
    course: CourseDecoder, document: Document, objectives: Mapping[str, Objective]
) -> Decoded:
    """Decode a document that has passed its schema; `objectives` are those of other lessons."""
    decoder = LessonDecoder(course, document, objectives)
    root = root_of(document)
    lesson = None if decoder.changes_another(root) else decoder.lesson(document.file, root)
    return Decoded(lesson, tuple(decoder.diagnostics), tuple(decoder.wanted), decoder.texts)


class LessonDecoder(Reports):
    """Decodes one lesson of a course whose own documents are decoded."""

    def __init__(
        self, course: CourseDecoder, document: Document, objectives: Mapping[str, Objective]
    ) -> None:
        super().__init__({**course.texts, document.file: document.text})
        self.course = course
        self.pictures = course.pictures
        self.sounds = course.sounds
        self.note_types = course.note_types
        self.unsure = course.unsure
        self.objectives = dict(objectives)
        self.option_sets = dict(course.option_sets or {})
        self.wanted: list[Name] = []

    def changes_another(self, root: Node) -> bool:
        """Report a lesson that changes one of another course, and return whether it does.

        Where this course extends that one, the two have been joined before.
        """
        if "changes" in root:
            help = (
                "name that course under `extends` in course.yaml; for a lesson of this course's "
                "own, write `id` instead of `changes`"
            )
            self.report(
                "extends",
                "this lesson changes another course's lesson, but this course does not extend one",
                root.key_at("changes"),
                help,
            )
        return "changes" in root

    def lesson(self, file: str, root: Node) -> Lesson:
        value = root.value
        number = lesson_number(file) or 0
        objectives = tuple(
            Objective(
                entry.value["id"],
                entry.value["text"],
                entry["id"],
                entry.value.get("level", ""),
                tuple(entry.value.get("requires", ())),
                is_mixed="mixed" in value,
            )
            for entry in root["objectives"].items()
        )
        self.objectives |= {objective.id: objective for objective in objectives}
        own_sets = option_sets(root)
        self.option_sets |= own_sets
        reading = tuple(self.reading(root))
        cards = [self.card(entry) for entry in root["cards"].items()]
        return Lesson(
            id=value["id"],
            number=number,
            title=value["title"],
            deck=value.get("deck")
            or f"{number:02} {value['title']}".replace("::", ":").replace('"', "'"),
            full_deck=value.get("full_deck", ""),
            summary=value["summary"],
            option_sets=own_sets,
            content_note=value.get("content_note", ""),
            requires=tuple(value.get("requires", ())),
            mixed=self.mixed(root),
            objectives=objectives,
            reading=reading,
            cards=tuple(card for card in cards if card),
            place=root,
        )

    def reading(self, root: Node) -> Iterator[Section]:
        """Yield the sections of a lesson's reading; each becomes a card with its id."""
        if "reading" not in root:
            return
        reading = root["reading"]
        if isinstance(reading.value, str):
            id = f"{root.value['id']}-reading"
            yield Section(id=id, title="", text=reading.value, place=reading)
            return
        for entry in reading.items():
            yield Section(**entry.value, place=entry)

    def mixed(self, root: Node) -> Mixed | None:
        """Return what the lesson draws from others; objectives of others are wanted from there."""
        node = root.get("mixed")
        if node is None:
            return None
        objectives = node.get("objectives")
        for entry in objectives.items() if objectives else ():
            if entry.value not in self.objectives:
                self.wanted.append(Name(entry.value, entry.at))
        names = node.value.get("objectives", ())
        return Mixed(objectives=tuple(names), tags=tuple(node.value.get("tags", ())))

    def card(self, node: Node) -> Card | None:
        value = node.value
        retired = value.get("status") == "retired"
        common = {
            "id": value["id"],
            "place": node,
            "silenced": settings(node) if "lint" in value else _NOTHING_SILENCED,
            "why": value.get("why", ""),
            "confusion": value.get("confusion", ""),
            "hint": value.get("hint", ""),
            "front_audio": self.audio(node, "front"),
            "back_audio": self.audio(node, "back"),
            "sources": self.citations(node),
            "tags": tuple(value.get("tags", ())),
            "objective": self.objective(node),
            "content_note": value.get("content_note", ""),
            "article": tuple(value.get("article", ())),
            "retired_because": value.get("retired_because", "") if retired else "",
            "formerly": value.get("formerly", ""),
            "written": value,
        }
        card = _KINDS[value["kind"]](self, node, common)
        if card and "variants" in value:
            return replace(card, variants=tuple(self.variants(node, common)))
        return card

    def variants(self, node: Node, common: dict[str, Any]) -> Iterator[Card]:
        """Yield a card's variants: what one does not say, it says as the card does.

        What is wrong with the card itself is not reported again.
        """
        known = list(self.diagnostics)
        for number, entry in enumerate(node["variants"].items(), 1):
            whole = node.with_keys_of(entry, "variants")
            texts = {key: whole.value.get(key, "") for key in ("why", "confusion", "hint")}
            own = {"place": whole, "written": whole.value, "wording": number}
            card = _KINDS[whole.value["kind"]](self, whole, common | texts | own)
            if card:
                yield card
        new = [report for report in self.diagnostics[len(known) :] if report not in known]
        self.diagnostics[len(known) :] = new

    def citations(self, node: Node) -> tuple[Citation, ...]:
        citations = []
        for place, entry in enumerate(node.value.get("sources", ())):
            key, page = (
                (entry["key"], entry.get("page", "")) if isinstance(entry, dict) else (entry, "")
            )
            if self.course.sources is not None and key in self.course.sources:
                citations.append(Citation(self.course.sources[key], page))
            else:
                named = node["sources"][place]
                self.known(
                    "unknown-source", named.get("key") or named, self.course.sources, "sources.yaml"
                )
        return tuple(citations)

    def audio(self, node: Node, side: str) -> Sound | None:
        if side not in node.value.get("audio", ()):
            return None
        file = node["audio"][side]
        return self.known("unknown-picture", file, self.sounds, "media/media.yaml")

    def objective(self, node: Node) -> Objective | None:
        name = node.value.get("objective")
        if name is None or name in self.objectives:
            return self.objectives.get(name) if name else None
        self.wanted.append(Name(name, node["objective"].at))
        return None


_KINDS: Mapping[str, Callable[[LessonDecoder, Node, dict[str, Any]], Card | None]] = {
    "basic": kinds.basic_card,
    "reversed": kinds.reversed_card,
    "cloze": kinds.cloze_card,
    "typed": kinds.typed_card,
    "choice": kinds.choice_card,
    "vignette": kinds.vignette_card,
    "sequence": kinds.sequence_card,
    "practice": kinds.practice_card,
    "produce": kinds.produce_card,
    "occlusion": regions.occlusion_card,
    "custom": custom.custom_card,
}
