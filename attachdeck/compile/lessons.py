"""Lesson objects: the result of compiling one lesson by itself, before it is linked.

A lesson object is a function of the lesson's text and of the course's own files. So objects can be
made in several processes and kept in the cache by content, for every course alike: good or with
mistakes, plain, extending another one, translated.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from attachdeck import schema
from attachdeck.compile.deck import Note
from attachdeck.compile.notes import Compiler
from attachdeck.decode.course import CourseDecoder
from attachdeck.decode.lesson import Decoded, decode_lesson
from attachdeck.decode.names import Name, Names, names_of
from attachdeck.domain.course import Lesson, Objective
from attachdeck.domain.diagnostics import Diagnostic, Severity, has_errors
from attachdeck.domain.location import Location
from attachdeck.layers.overlay import Overridden
from attachdeck.layers.stack import LessonDocument, Stack
from attachdeck.layers.translation import Tally
from attachdeck.reader import Document
from attachdeck.rules import CardSummary, Context, Linter, errors_of_course, errors_of_lesson

_NO_TEXTS = Tally()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonNotes:
    """The notes of a lesson, its deck with its description, and the names of its media files."""

    id: str
    deck: str
    description: str
    notes: tuple[Note, ...]
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonObject:
    """The result of compiling a lesson by itself.

    `names` are those that it defines and uses. `lesson` (without its cards), `notes`, `objectives`
    and `summaries` (for rules that compare cards) are there only where the lesson has no errors.
    `is_final` says that it depends on no other lesson, so that it can be kept in the cache.
    """

    names: Names
    diagnostics: tuple[Diagnostic, ...] = ()
    overridden: tuple[Overridden, ...] = ()
    tally: Tally = _NO_TEXTS
    lesson: Lesson | None = None
    notes: LessonNotes | None = None
    objectives: tuple[Objective, ...] = ()
    summaries: tuple[CardSummary, ...] = ()
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class CompiledLesson:
    """A lesson object with its document, and with the lesson if that has no errors."""

    object: LessonObject
    document: Document
    lesson: Lesson | None = None


class LessonCompiler:
    """Compiles the lessons of a course one by one, with the course's own files.

    `decoder` has decoded these, and `problems` are their diagnostics. A `linter` checks each lesson
    by the rules that are warnings, too.
    """

    def __init__(self, stack: Stack, decoder: CourseDecoder, linter: Linter | None = None) -> None:
        self.stack = stack
        self.decoder = decoder
        self.linter = linter
        self.problems = (*decoder.diagnostics, *_course_errors(decoder))
        is_good = not decoder.broken and not has_errors(self.problems)
        self.cards = Compiler(decoder.course) if decoder.course and is_good else None

    def __call__(
        self, lesson: Document, objectives: Mapping[str, Objective] | None = None
    ) -> CompiledLesson:
        """Compile a lesson that has not been read yet.

        `objectives` are those of other lessons, where a card names one.
        """
        read = self.stack.lesson(lesson)
        if read.document.root is None:
            return CompiledLesson(_object(read, read.diagnostics), read.document)
        new_ids = NewIds(self.stack, read.document)
        problems = schema.check(read.document, "lesson", new_ids)
        if problems:
            return self._beside_errors(read, problems, new_ids, objectives or {})
        document, tally = self.stack.translated(read.document)
        problems = schema.check(document, "lesson") if self.stack.translation else []
        read = replace(read, document=document)
        if problems:
            return CompiledLesson(_object(read, (*read.diagnostics, *problems)), document)
        return self._decoded(read, tally, objectives or {})

    def _beside_errors(
        self,
        read: LessonDocument,
        problems: list[Diagnostic],
        new_ids: NewIds,
        objectives: Mapping[str, Objective],
    ) -> CompiledLesson:
        """Report the schema's errors, and other errors of the cards that have none of those."""
        rest = without_bad_cards(read.document)
        decoded = decode_lesson(self.decoder, rest, objectives) if rest else None
        more = decoded.diagnostics if decoded else ()
        wanted = decoded.wanted if decoded else ()
        errors = (*read.diagnostics, *problems, *more, *self._errors(decoded, is_good=False))
        lesson = decoded.lesson if decoded else None
        lesson_object = _object(read, (*errors, *self._warnings(lesson, read, errors)), wanted)
        lesson_object = replace(lesson_object, is_final=not new_ids.asked)
        return CompiledLesson(lesson_object, read.document)

    def _decoded(
        self, read: LessonDocument, tally: Tally, objectives: Mapping[str, Objective]
    ) -> CompiledLesson:
        decoded = decode_lesson(self.decoder, read.document, objectives)
        diagnostics = [*read.diagnostics, *decoded.diagnostics]
        is_good = self.cards is not None and not has_errors(diagnostics)
        diagnostics += self._errors(decoded, is_good=is_good)
        lesson = decoded.lesson
        lesson_object = replace(_object(read, diagnostics, decoded.wanted), tally=tally)
        if lesson is None:
            return CompiledLesson(lesson_object, read.document)
        if not lesson.full_deck:
            deck = Name(lesson.deck, Location(read.document.file))
            names = replace(lesson_object.names, deck=deck)
            lesson_object = replace(lesson_object, names=names)
        if has_errors(diagnostics):
            diagnostics += self._warnings(lesson, read, diagnostics)
            lesson_object = replace(lesson_object, diagnostics=tuple(diagnostics))
            return CompiledLesson(lesson_object, read.document)
        if self.cards is None:
            return CompiledLesson(lesson_object, read.document)
        lesson_object = self._compiled(self.cards, lesson, read, lesson_object)
        return CompiledLesson(lesson_object, read.document, lesson)

    def _compiled(
        self, cards: Compiler, lesson: Lesson, read: LessonDocument, lesson_object: LessonObject
    ) -> LessonObject:
        """Return the object of a lesson without errors, with its notes and warnings."""
        warnings: Iterable[Diagnostic] = ()
        summaries: Iterable[CardSummary] = ()
        if self.linter:
            files = {read.document.file: read.document.text}
            warnings, summaries = self.linter.of_lesson(lesson, files)
        return replace(
            lesson_object,
            diagnostics=(*lesson_object.diagnostics, *warnings),
            lesson=_without_cards(lesson, read, places=self.linter is not None),
            notes=notes_of(cards, lesson),
            objectives=_objectives(lesson, read, places=self.linter is not None),
            summaries=tuple(summaries),
        )

    def _errors(self, decoded: Decoded | None, *, is_good: bool) -> list[Diagnostic]:
        """Return the findings of the rules that always run in a lesson.

        `is_good` is true if neither the lesson nor the course's own files have other errors.
        """
        if decoded is None or decoded.lesson is None:
            return []
        context = Context(files=decoded.texts, unsure=self.decoder.unsure)
        course = self.decoder.known_course
        return errors_of_lesson(course, decoded.lesson, context, is_good=is_good)

    def _warnings(
        self, lesson: Lesson | None, read: LessonDocument, errors: Iterable[Diagnostic]
    ) -> list[Diagnostic]:
        """Return the warnings about those cards of a lesson that have no errors."""
        if lesson is None or self.linter is None:
            return []
        wrong = [error.at.line for error in errors if error.severity is Severity.ERROR]
        begins = sorted(card.at.line for card in lesson.cards)
        spoilt = {bisect_right(begins, line) for line in wrong}
        files = {read.document.file: read.document.text}
        warnings, _ = self.linter.of_lesson(lesson, files)
        return [
            warning for warning in warnings if bisect_right(begins, warning.at.line) not in spoilt
        ]


def _course_errors(decoder: CourseDecoder) -> list[Diagnostic]:
    """Return the findings of the rules that always run in a course's own files."""
    context = Context(
        files=decoder.texts,
        unsure=decoder.unsure,
        documents=decoder.documents,
        media=decoder.files.pictures,
    )
    return errors_of_course(decoder.known_course, context)


def _without_cards(lesson: Lesson, read: LessonDocument, *, places: bool) -> Lesson:
    """Return a lesson without its cards and objectives, with the places that only rules ask for."""
    file = Location(read.document.file)
    reading = tuple(
        replace(section, place=section.at if places else file) for section in lesson.reading
    )
    return replace(lesson, cards=(), objectives=(), reading=reading, place=file)


def _objectives(lesson: Lesson, read: LessonDocument, *, places: bool) -> tuple[Objective, ...]:
    """Return the objectives of a lesson, with the places that only rules ask for."""
    file = Location(read.document.file)
    return tuple(
        replace(objective, place=objective.at if places else file)
        for objective in lesson.objectives
    )


def notes_of(cards: Compiler, lesson: Lesson) -> LessonNotes:
    """Compile a lesson that is decoded and has no errors."""
    notes = cards.notes(lesson)
    return LessonNotes(
        id=lesson.id,
        deck=cards.deck_of(lesson),
        description=cards.description_of(lesson, notes),
        notes=notes,
        media=tuple(sorted(cards.media_of(notes))),
    )


class NewIds:
    """The ids that cards without one will get, which depend on all lessons of a course.

    They are looked for only where a card has none; `asked` says whether somebody did.
    """

    def __init__(self, stack: Stack, document: Document) -> None:
        self.stack = stack
        self.document = document
        self.asked = False
        self.known: dict[int, str] = {}

    def __call__(self) -> dict[int, str]:
        if not self.asked:
            self.asked = True
            self.known = schema.missing_ids(
                self.document
                if lesson.file == self.document.file
                else self.stack.lesson(lesson).document
                for lesson in self.stack.files.lessons
            )
        return self.known


def _object(
    read: LessonDocument, diagnostics: Iterable[Diagnostic], wanted: tuple[Name, ...] = ()
) -> LessonObject:
    return LessonObject(
        names=replace(names_of(read.document, places=False), wanted_objectives=wanted),
        diagnostics=tuple(diagnostics),
        overridden=read.overridden,
    )


def without_bad_cards(document: Document) -> Document | None:
    """Return a lesson without its invalid cards; None if it is still invalid."""
    root = document.root
    listed = root.get("cards") if root and isinstance(root.value, dict) else None
    if root is None or listed is None or not isinstance(listed.value, list):
        return None
    bare = root.with_part("cards", listed.with_entries([]))
    good = [
        entry
        for entry in listed.items()
        if schema.accepts(root.with_part("cards", listed.with_entries([entry])).value, "lesson")
    ]
    rest = root.with_part("cards", listed.with_entries(good))
    if not schema.accepts((rest if good else bare).value, "lesson"):
        return None
    return Document(document.file, document.text, rest)
