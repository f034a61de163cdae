"""Decode course.yaml, sources.yaml, media.yaml and note types to a Course without lessons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from attachdeck import schema
from attachdeck.anki import themes
from attachdeck.decode.tests import course_tests
from attachdeck.decode.texts import Reports
from attachdeck.domain.course import (
    Course,
    Help,
    HelpLine,
    LessonsOpen,
    OptionSet,
    OwnNoteType,
    Picture,
    PracticeStudy,
    Sound,
    Source,
    Study,
)
from attachdeck.domain.location import Location
from attachdeck.reader import CourseFiles, Document, Node, NoteTypeFiles, read_text

T = TypeVar("T")

_STAND_IN = """\
id: course
title: Course
version: 1.0.0
language: en
licence: {name: Licence}
deck: Course
description: Description.
"""
"""Stand-ins for the keys of course.yaml that are missing or wrong."""
_OF_LAYERS = frozenset(("extends", "hide", "keep_identity"))
"""Keys for a course that extends another one."""


class CourseDecoder(Reports):
    """Decodes a course's own documents to a course without lessons.

    `broken` are the files that have not passed their schemas: their parts are None, and references
    to them are not reported. `known_course` has the valid parts of a broken course.yaml, and
    stand-ins for the rest.
    """

    def __init__(self, files: CourseFiles, broken: Collection[str] = ()) -> None:
        super().__init__(files.texts())
        self.files = files
        self.broken = broken
        self.option_sets: Mapping[str, OptionSet] | None = None
        self.sources: Mapping[str, Source] | None = None
        self.kept: dict[str, bytes] = {}
        self.unsure = {
            where: document.text
            for where, document in (
                ("sources.yaml", files.sources),
                ("media/media.yaml", files.media),
                ("the option sets of course.yaml", files.course),
            )
            if _is_broken(document, broken) and document
        }
        if not _is_broken(files.sources, broken):
            self.sources = _named(files.sources, "sources", "key", _source)
        if not _is_broken(files.media, broken):
            self.pictures = _named(files.media, "pictures", "file", self.picture)
            self.sounds = _named(files.media, "sounds", "file", self.sound)
            self.kept = _named(
                files.media, "files", "file", lambda entry: files.pictures.get(entry.value["file"])
            )
        note_types = files.note_types.items()
        if not any(_is_broken(note_type.document, broken) for _, note_type in note_types):
            self.note_types = {
                name: self.own_note_type(name, note_type) for name, note_type in note_types
            }
            self.one_note_type_each()
        if not _is_broken(files.course, broken):
            root = root_of(files.course)
            self.known_course = self._course(root)
        else:
            self.known_course = self._course(right_part(files.course))
            for name in self.known_course.option_sets:
                self.unsure[f"the option set `{name}`"] = files.course.text

    @property
    def documents(self) -> dict[str, Node]:
        """Return sources.yaml and media.yaml, as far as they have passed their schemas."""
        own = {"sources.yaml": self.files.sources, "media/media.yaml": self.files.media}
        return {
            name: root_of(document)
            for name, document in own.items()
            if document and not _is_broken(document, self.broken)
        }

    @property
    def course(self) -> Course | None:
        """Return the course, or None where course.yaml cannot be read."""
        return self.known_course if self.files.course.root is not None else None

    @property
    def reserved(self) -> dict[str, Location]:
        """Return the ids of the reference cards, each with the place of its text.

        They are reserved also without that text: learners may have such a card from before.
        """
        root = self.files.course.root
        if root is None or not isinstance(root.value, dict):
            return {}
        return {f"course-{key}": (root.get(key) or root).at for key in ("notice", "help")}

    def _course(self, root: Node) -> Course:
        self.option_sets = option_sets(root)
        self.report_keys_of_layers(root)
        value = root.value
        licence = value["licence"]
        theme = value.get("theme", {})
        look = theme.get("name", "calm")
        return Course(
            id=value["id"],
            title=value["title"],
            version=value["version"],
            language=value["language"],
            licence=licence["name"],
            licence_url=licence.get("url", ""),
            authors=tuple(value.get("authors", ())),
            homepage=value.get("homepage", ""),
            report=value.get("report", ""),
            deck=value["deck"],
            practice_deck=value.get("practice_deck", "Practice"),
            description=value["description"],
            notice=value.get("notice", ""),
            help=_help(value["help"]) if "help" in value else None,
            study=_study(value.get("study", {})),
            lessons_open=LessonsOpen(**value.get("lessons_open", {})),
            speech=value.get("speech", ""),
            lint=settings(root),
            theme=look,
            accent=theme.get("accent", themes.day(look)["recall"]),
            accent_night=theme.get("accent_night", themes.night(look)["recall"]),
            option_sets=self.option_sets,
            tests=tuple(course_tests(self, root, self.option_sets)),
            sources=dict(self.sources or {}),
            pictures=dict(self.pictures or {}),
            sounds=dict(self.sounds or {}),
            note_types=dict(self.note_types or {}),
            files=self.kept,
            lessons=(),
            place=root,
        )

    def report_keys_of_layers(self, root: Node) -> None:
        """Report keys that need `extends`, which is gone once two courses have been joined."""
        for key in ("hide", "keep_identity"):
            if key in root:
                self.report(
                    "extends",
                    f"`{key}` has no effect: this course does not extend another course",
                    root.key_at(key),
                    "name the other course under `extends`, or delete this key",
                )

    def picture(self, entry: Node) -> Picture | None:
        """Return a picture that media.yaml lists; None if its file is missing."""
        value = entry.value
        content = self.files.pictures.get(value["file"])
        if content is None:
            return None
        night_content = self.files.pictures.get(value.get("night", ""))
        common = {
            "alt": value["alt"],
            "origin": value["origin"],
            "licence": value["licence"],
            "place": entry,
        }
        night = (
            Picture(file=value["night"], content=night_content, **common)
            if night_content is not None
            else None
        )
        return Picture(file=value["file"], content=content, night=night, **common)

    def sound(self, entry: Node) -> Sound | None:
        """Return a sound that media.yaml lists; None if its file is missing."""
        content = self.files.pictures.get(entry.value["file"])
        if content is None:
            return None
        return Sound(**{"transcript": "", **entry.value}, content=content, place=entry)

    def own_note_type(self, name: str, files: NoteTypeFiles) -> OwnNoteType:
        """Return a note type of the course's own."""
        root = root_of(files.document)
        names = {field["name"]: field for field in root.value["fields"]}
        if "sort_field" in root:
            self.known("unknown-field", root["sort_field"], names, "the fields of this note type")
        texts = {file: document.text for file, document in files.texts.items()}
        return OwnNoteType(
            id=name,
            written=root.value,
            texts=texts,
            folder=files.document.file.rpartition("/")[0],
            place=root,
        )

    def one_note_type_each(self) -> None:
        """Report an id in Anki that two note types of the course's own have."""
        owners: dict[int, Node] = {}
        for files in self.files.note_types.values():
            root = root_of(files.document)
            at = root.get("id")
            if at and (first := owners.setdefault(at.value, at)) is not at:
                help = "Anki would treat both as one note type: delete the `id` of the new one"
                message = f"`{at.value}` is the id of another note type"
                also = (("first used here", first.at),)
                self.report("duplicate-id", message, at.at, help, also)


def _named(
    document: Document | None, key: str, name: str, decode: Callable[[Node], T | None]
) -> dict[str, T]:
    """Return the decoded entries of a list by their names, without those that decode to None."""
    listed = root_of(document).get(key) if document else None
    decoded = ((entry, decode(entry)) for entry in (listed.items() if listed else ()))
    return {entry.value[name]: part for entry, part in decoded if part is not None}


def _source(entry: Node) -> Source:
    unused = ("kind", "read", "supports")
    fields = {key: part for key, part in entry.value.items() if key not in unused}
    return Source(**fields, place=entry)


def right_part(document: Document) -> Node:
    """Return a course.yaml with its valid keys, and stand-ins for the others."""
    right, _ = read_text(_STAND_IN, document.file)
    root = document.root
    assert right.root is not None  # It is ours.
    if root is None or not isinstance(root.value, dict):
        return right.root
    for key in root.value.keys() - _OF_LAYERS:
        tried = right.root.with_part(key, root[key], root.mark.keys[key])
        if schema.accepts(tried.value, "course"):
            right = replace(right, root=tried)
    assert right.root is not None  # It began as ours.
    return right.root


def _is_broken(document: Document | None, broken: Collection[str]) -> bool:
    return document is not None and document.file in broken


def root_of(document: Document) -> Node:
    """Return the root of a document that has passed its schema."""
    assert document.root is not None  # A broken document is not decoded.
    return document.root


def option_sets(root: Node) -> dict[str, OptionSet]:
    """Return the option sets of a course or a lesson by their names."""
    return {
        name: OptionSet(name, written["question"], dict(written["options"]))
        for name, written in root.value.get("option_sets", {}).items()
    }


def settings(node: Node) -> dict[str, tuple[str, Location]]:
    """Return the settings under `lint`, each with its place, by the rule's name."""
    lint = node.get("lint")
    return {name: (lint.value[name], lint.key_at(name)) for name in lint.value} if lint else {}


def _study(value: Mapping[str, Any]) -> Study:
    return Study(**{**value, "practice": PracticeStudy(**value.get("practice", {}))})


def _help(value: Mapping[str, Any]) -> Help:
    return Help(
        checked=value["checked"],
        note=value.get("note", ""),
        lines=tuple(HelpLine(line["where"], line["contact"]) for line in value["lines"]),
    )
