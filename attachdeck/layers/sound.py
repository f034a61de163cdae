"""The sound part of a course with errors, so that what is wrong in the rest of it is found at once.

A file with errors is left out; of course.yaml, which every lesson needs, what is right stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from attachdeck import schema
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.layers.overlay import put
from attachdeck.reader import CourseFiles, Document, read_text

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
_UNDEFINED = frozenset(("note-type", "objective", "option", "option-set", "picture", "source"))
"""What a card may name that another file defines."""
_NO_BASE = frozenset(("broken-base", "unknown-course"))
"""Errors for which the course that one extends is missing."""


def without_changes(files: CourseFiles) -> CourseFiles:
    """Return a course's files without the lessons that change another course's, which is missing."""
    return replace(
        files,
        lessons=tuple(
            lesson
            for lesson in files.lessons
            if lesson.root is None or "changes" not in lesson.root
        ),
    )


def sound_part(files: CourseFiles, errors: Iterable[Diagnostic]) -> CourseFiles:
    """Return a course's files without those that have errors."""
    broken = {error.at.file for error in errors}
    folders = {file.rpartition("/")[0] for file in broken}

    def sound(document: Document | None, name: str) -> bool:
        return (
            document is not None
            and document.root is not None
            and document.file not in broken
            and not schema.check(document, name)
        )

    return replace(
        files,
        course=files.course if sound(files.course, "course") else _course(files.course),
        sources=files.sources if sound(files.sources, "sources") else None,
        media=files.media if sound(files.media, "media") else None,
        lessons=tuple(lesson for lesson in files.lessons if sound(lesson, "lesson")),
        note_types={
            name: note_type
            for name, note_type in files.note_types.items()
            if sound(note_type.document, "note_type")
            and note_type.document.file.rpartition("/")[0] not in folders
        },
    )


def _course(document: Document) -> Document:
    """Return a course.yaml with the keys that are right in it, and others in place of the rest."""
    found = Document(document.file, document.text, read_text(_STAND_IN, document.file)[0].root)
    root = document.root
    if root is None or found.root is None or not isinstance(root.value, dict):
        return found
    for key in root.value:
        tried = replace(found, root=put(found.root, key, root[key], root.mark.keys[key]))
        found = found if schema.check(tried, "course") else tried
    return found


def known_without(
    found: Iterable[Diagnostic],
    files: CourseFiles,
    sound: CourseFiles,
    errors: Iterable[Diagnostic],
) -> list[Diagnostic]:
    """Return those of the diagnostics of a course's sound part that hold for the whole course.

    A name is not unknown where a file that was left out may define it.
    """
    rules = {error.rule for error in errors}
    left_out = _left_out(files, sound)
    return [each for each in found if _holds(each, files, left_out, rules)]


def _holds(
    diagnostic: Diagnostic,
    files: CourseFiles,
    left_out: Mapping[str, list[Document]],
    rules: set[str],
) -> bool:
    if diagnostic.rule == "broken-picture":
        return "unreadable-file" not in rules
    if diagnostic.rule == "no-card":
        return not left_out["picture"]
    if diagnostic.rule == "extends":
        return rules.isdisjoint(_NO_BASE)
    what = diagnostic.rule.removeprefix("unknown-")
    if what not in _UNDEFINED or what == diagnostic.rule:
        return True
    if "file-name" in rules or rules & _NO_BASE:  # Files are not read that may define anything.
        return False
    name = diagnostic.message.split("`")[1]
    if what == "note-type":
        return name not in files.note_types
    return not any(each.text.strip() == "" or name in each.text for each in left_out[what])


def _left_out(files: CourseFiles, sound: CourseFiles) -> dict[str, list[Document]]:
    """Return the files that were left out, by what a card may name that they define."""
    kept = {lesson.file for lesson in sound.lessons}
    course = [files.course] if files.course is not sound.course else []
    return {
        "objective": [lesson for lesson in files.lessons if lesson.file not in kept],
        "option": course,
        "option-set": course,
        "picture": [files.media] if files.media and sound.media is None else [],
        "source": [files.sources] if files.sources and sound.sources is None else [],
    }
