"""A course's own documents (course.yaml, sources, media, note types) to a Course without
lessons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from attachdeck import schema
from attachdeck.anki.note_types import own
from attachdeck.decode.texts import Reports
from attachdeck.domain.course import (
    Course,
    Help,
    HelpLine,
    OptionSet,
    OwnNoteType,
    Picture,
    PracticeStudy,
    Source,
    Study,
)
from attachdeck.domain.diagnostics import did_you_mean, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import CourseFiles, Document, Node, NoteTypeFiles, read_text
from attachdeck.reader.pictures import spoilt

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
"""What stands in for the keys of course.yaml that are missing or wrong."""
_OF_LAYERS = frozenset(("extends", "hide", "keep_identity"))
"""Keys that say how a course is laid over another one."""


class CourseDecoder(Reports):
    """The course that its own documents describe, without lessons.

    `broken` are the files that have not passed their schemas: what they say is not known (None),
    and nothing is reported that depends on it. Of course.yaml what is right is known, and something
    else stands in for the rest (`known_course`).
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
            self.sources = self.unique(files.sources, "sources", "key", self.source)
        if not _is_broken(files.media, broken):
            self.pictures = self.unique(files.media, "pictures", "file", self.picture)
            self.kept = self.unique(
                files.media, "files", "file", lambda entry: self.picture_bytes(entry["file"])
            )
        if not any(_is_broken(each.document, broken) for each in files.note_types.values()):
            self.note_types = {
                name: self.own_note_type(name, each) for name, each in files.note_types.items()
            }
            self.one_note_type_each()
            self.diagnostics += own.problems(self.note_types.values())
        if not _is_broken(files.course, broken):
            root = root_of(files.course)
            self.known_course = self._course(root)
        else:
            self.known_course = self._course(right_part(files.course))
            for name in self.known_course.option_sets:
                self.unsure[f"the option set `{name}`"] = files.course.text

    @property
    def course(self) -> Course | None:
        """The course, or None where course.yaml cannot be read."""
        return self.known_course if self.files.course.root is not None else None

    @property
    def reserved(self) -> dict[str, Location]:
        """The ids of the reference cards, which learners may have from before, with the places of
        what they show."""
        root = self.files.course.root
        if root is None or not isinstance(root.value, dict):
            return {}
        return {f"course-{key}": (root.get(key) or root).at for key in ("notice", "help")}

    def _course(self, root: Node) -> Course:
        self.option_sets = {
            name: OptionSet(name, sets["question"], dict(sets["options"]))
            for name, sets in root.value.get("option_sets", {}).items()
        }
        for key in ("hide", "keep_identity"):
            if key in root:
                help = "name the other course under `extends`, or delete this key"
                self.report(
                    "extends",
                    f"`{key}` does nothing in a course that extends no other",
                    root.key_at(key),
                    help,
                )
        value = root.value
        licence = value["licence"]
        theme = value.get("theme", {})
        return Course(
            id=value["id"],
            title=value["title"],
            version=value["version"],
            language=value["language"],
            licence=licence["name"],
            licence_url=licence.get("url", ""),
            authors=tuple(value.get("authors", ())),
            homepage=value.get("homepage", ""),
            deck=value["deck"],
            practice_deck=value.get("practice_deck", "Practice"),
            description=value["description"],
            notice=value.get("notice", ""),
            help=_help(value["help"]) if "help" in value else None,
            study=_study(value.get("study", {})),
            speech=value.get("speech", ""),
            lint=settings(root),
            accent=theme.get("accent", "#0b5c6b"),
            accent_night=theme.get("accent_night", "#7fd1de"),
            option_sets=self.option_sets,
            sources=dict(self.sources or {}),
            pictures=dict(self.pictures or {}),
            note_types=dict(self.note_types or {}),
            files=self.kept,
            lessons=(),
            place=root,
        )

    def unique(
        self, document: Document | None, key: str, name: str, make: Callable[[Node], T | None]
    ) -> dict[str, T]:
        """The entries of a list by their names; a name that comes twice is reported."""
        found: dict[str, T] = {}
        first: dict[str, Node] = {}
        listed = root_of(document).get(key) if document else None
        for entry in listed.items() if listed else ():
            self.once(entry, name, first, "duplicate-name")
            made = make(entry)
            if made is not None:
                found[entry.value[name]] = made
        return found

    def source(self, entry: Node) -> Source:
        value = {
            key: each
            for key, each in entry.value.items()
            if key not in ("kind", "read", "supports")
        }
        return Source(**value, place=entry)

    def picture(self, entry: Node) -> Picture | None:
        value = entry.value
        content = self.picture_bytes(entry["file"])
        night_content = self.picture_bytes(entry["night"]) if "night" in value else None
        for key, found in (("file", content), ("night", night_content)):
            if found is not None and (wrong := spoilt(found, value[key])):
                self.report(
                    "broken-picture",
                    f"{wrong}: nothing of it would be shown",
                    entry[key].at,
                    "export it again, and put the new file in its place",
                )
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
        return (
            Picture(file=value["file"], content=content, night=night, **common)
            if content is not None
            else None
        )

    def picture_bytes(self, node: Node) -> bytes | None:
        content = self.files.pictures.get(node.value)
        if content is None:
            self.report(
                "missing-picture",
                f"there is no file `{node.value}` in media/",
                node.at,
                did_you_mean(node.value, self.files.pictures)
                or "put the file there, or delete this entry",
            )
        return content

    def own_note_type(self, name: str, files: NoteTypeFiles) -> OwnNoteType:
        """Return a note type of the course's own; its files must be there."""
        root = root_of(files.document)
        templates = [
            entry[side] for entry in root["templates"].items() for side in ("front", "back")
        ]
        for node in (*templates, root["css"]):
            if node.value not in files.texts:
                self.report(
                    "missing-file",
                    f"there is no file `{node.value}` in note_types/{name}/",
                    node.at,
                    did_you_mean_or_list(node.value, files.texts),
                )
        for key in ("fields", "templates"):
            seen: dict[str, Node] = {}
            for entry in root[key].items():
                self.once(entry, "name", seen, "duplicate-name")
        names = {each["name"]: each for each in root.value["fields"]}
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
        for root in (root_of(each.document) for each in self.files.note_types.values()):
            at = root.get("id")
            if at and (first := owners.setdefault(at.value, at)) is not at:
                help = (
                    "Anki would take both for one note type: delete the `id` of the one that is new"
                )
                message = f"`{at.value}` is the id of another note type"
                also = (("first used here", first.at),)
                self.report("duplicate-id", message, at.at, help, also)


def right_part(document: Document) -> Node:
    """Return a course.yaml with the keys that are right in it, and others in place of the rest."""
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
    """Return what a document says; it has passed its schema, so it says something."""
    assert document.root is not None  # A broken document is not decoded.
    return document.root


def settings(node: Node) -> dict[str, tuple[str, Location]]:
    """What stands under `lint`: by the rule's name what is said of it, and where."""
    said = node.get("lint")
    return {name: (said.value[name], said.key_at(name)) for name in said.value} if said else {}


def _study(value: Mapping[str, Any]) -> Study:
    return Study(**{**value, "practice": PracticeStudy(**value.get("practice", {}))})


def _help(value: Mapping[str, Any]) -> Help:
    return Help(
        checked=value["checked"],
        note=value.get("note", ""),
        lines=tuple(HelpLine(each["where"], each["contact"]) for each in value["lines"]),
    )
