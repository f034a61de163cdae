"""A course with all of its layers: its own files, the course that it extends, and a language."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from attachdeck import schema
from attachdeck.domain.diagnostics import Diagnostic, has_errors
from attachdeck.layers.overlay import Overlay, Overridden, base_folder
from attachdeck.layers.translation import Tally, Translation, unknown_language
from attachdeck.reader import CourseFiles, Document, read_course, read_text

CardIds = Mapping[str, Collection[str]]
"""The ids of a course's cards by the ids of its lessons."""


@dataclass(frozen=True, slots=True)
class LessonDocument:
    """A lesson with all layers joined, and the errors in its YAML and in changes to it."""

    document: Document
    diagnostics: tuple[Diagnostic, ...] = ()
    overridden: tuple[Overridden, ...] = ()


class Stack:
    """The layers of a course.

    `files` are those of all layers as one, in the chosen language, with lessons that are not
    parsed yet: `lesson` parses one.
    """

    def __init__(
        self,
        folder: Path,
        files: CourseFiles,
        *,
        base: Stack | None = None,
        base_cards: CardIds | None = None,
        language: str = "",
    ) -> None:
        self.folder = folder
        self.language = language
        self.base = base
        self.diagnostics: list[Diagnostic] = []
        self.overlay: Overlay | None = None
        self.translation: Translation | None = None
        self.tally = Tally()
        self.files = files
        if base is not None:
            lessons = [read_text(lesson.text, lesson.file)[0] for lesson in files.lessons]
            self.overlay = Overlay(files, lessons, base.files, base_cards or {})
            self.files = self.overlay.files
            self.diagnostics += self.overlay.diagnostics

    def translate(self) -> None:
        """Translate course.yaml and media.yaml, which have passed their schemas."""
        unknown = unknown_language(self.folder, self.language, self.files.course.file)
        if unknown is not None:
            self.diagnostics.append(unknown)
            return
        self.translation = Translation(self.folder, self.language)
        self.diagnostics += self.translation.problems
        self.files, self.tally = self.translation.course(self.files)

    def lesson(self, lesson: Document) -> LessonDocument:
        """Parse one of the lessons of `files`, and apply the changes to it."""
        if self.base is None or self.overlay is None or lesson.file not in self.overlay.inherited:
            document, problems = read_text(lesson.text, lesson.file)
            return LessonDocument(document, tuple(problems))
        below = self.base.lesson(lesson)
        above = self.overlay.lesson(below.document)
        return LessonDocument(
            above.document, (*below.diagnostics, *above.diagnostics), above.overridden
        )

    def translated(self, document: Document) -> tuple[Document, Tally]:
        """Return a lesson that has passed its schema in the language, and how much is
        translated."""
        return self.translation.lesson(document) if self.translation else (document, Tally())

    @property
    def is_partial(self) -> bool:
        """Return whether this course extends one that could not be read."""
        root = self.files.course.root
        return self.base is None and root is not None and "extends" in root

    @property
    def unknown(self) -> set[str]:
        """Return the files whose content with all layers joined is unknown."""
        if not self.is_partial:
            return set()
        documents = (self.files.course, self.files.sources, self.files.media)
        return {document.file for document in documents if document}

    @cached_property
    def fingerprint(self) -> bytes:
        """Return a hash of everything that a lesson's object depends on, but the lesson's text."""
        hashed = hashlib.blake2b(digest_size=16)
        for content in self._contents():
            hashed.update(len(content).to_bytes(8, "big"))
            hashed.update(content)
        return hashed.digest()

    def _contents(self) -> Iterator[bytes]:
        yield self.language.encode()
        yield replace(self.files, lessons=()).fingerprint()
        if self.base is not None:
            yield self.base.fingerprint
        if self.translation is not None:
            yield from (text.encode("utf-8", "surrogatepass") for text in self.translation.texts)


def lay_stack(
    folder: Path,
    files: CourseFiles,
    base: Stack | None,
    base_cards: CardIds | None,
    language: str,
) -> Stack:
    """Lay the layers of a course over one another, and translate it where its own documents pass
    their schemas."""
    stack = Stack(folder, files, base=base, base_cards=base_cards, language=language)
    if language and not has_errors(schema.problems(stack.files)):
        stack.translate()
    return stack


def open_stack(folder: Path, language: str, cards: Mapping[Path, CardIds]) -> Stack:
    """Read the layers of a course in another process than the one that has checked them.

    `cards` are the ids of the cards of each extended course, by its folder.
    """
    files, _ = read_course(folder)
    base_at, _ = base_folder(files, folder)
    if base_at is None or base_at not in cards:
        return lay_stack(folder, files, None, None, language)
    return lay_stack(folder, files, open_stack(base_at, "", cards), cards[base_at], language)
