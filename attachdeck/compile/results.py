"""The results of the stages for a course: checked, and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from attachdeck.compile.deck import Deck
from attachdeck.compile.lessons import LessonCompiler, LessonObject
from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.layers.translation import Tally
from attachdeck.lock.records import Lock
from attachdeck.reader import CourseFiles, own_folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A course that was read and checked.

    `course` is None where the course has errors, and without its lessons unless the whole course
    was asked for. `good` has the lessons that have no errors, where course.yaml has none. `objects`
    are those of all lessons, in order. `lock` is that of the language in which the course was read,
    `original` that of the course itself where the language is another one. `base` is the course
    that this one extends.
    """

    course: Course | None
    good: Course | None = field(repr=False)
    diagnostics: tuple[Diagnostic, ...]
    files: CourseFiles = field(repr=False)
    objects: tuple[LessonObject, ...] = field(repr=False)
    compiler: LessonCompiler = field(repr=False)
    lock: Lock
    original: Lock
    base: Checked | None = field(repr=False)
    lock_path: Path

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """Return how much of each catalogue is translated: of course.yaml's, and of each
        lesson's. There are none in the course's own language."""
        stack = self.compiler.stack
        if stack.translation is None:
            return {}
        lessons = {
            lesson.id: lesson_object.tally
            for lesson_object in self.objects
            if (lesson := lesson_object.names.lesson)
        }
        return {"course": stack.tally} | lessons

    def lock_of_copy(self, before: Lock) -> Lock:
        """Return the lock of a copy of this course, so that those who learn with this one can go on
        with it. `before` is what is known of this one."""
        return replace(
            before,
            course=self.course.id if self.course else "",
            overrides={},
            released=self.lock.released or self.original.released,
        )

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the folders whose files decide what is known: this course's, and those of the
        courses that it extends."""
        return (*own_folders(Path(self.files.name)), *(self.base.folders if self.base else ()))

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the text of each file by its name, for reporters that quote lines."""
        return self.files.texts()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A course's deck for learners, and its new lock.

    `changes` are those since the last lock, by kind; `refusals` what would harm learners. `stale`
    says that the lock in the course's folder is not this one.
    """

    deck: Deck
    lock: Lock
    changes: Mapping[str, list[str]]
    refusals: tuple[Diagnostic, ...]
    stale: bool
