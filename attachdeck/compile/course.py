"""The lessons of a course together: compiling them in order, and errors between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from attachdeck.compile.lessons import CompiledLesson, LessonCompiler, LessonObject
from attachdeck.compile.mixing import empty_reviews
from attachdeck.compile.objects import Again, Memory, Rules, objects_of
from attachdeck.compile.results import Checked
from attachdeck.decode import requirements
from attachdeck.decode.names import Names, lesson_number, number_problems, problems, with_places
from attachdeck.domain.diagnostics import Diagnostic, has_errors
from attachdeck.layers.overlay import Overridden
from attachdeck.layers.stack import CardIds, Stack
from attachdeck.reader import CourseFiles, Document
from attachdeck.rules import Linter, Whole


def compile_lessons(
    compiler: LessonCompiler,
    unread: Collection[str],
    again: Again | None,
    jobs: int,
    memory: Memory | None = None,
) -> list[CompiledLesson]:
    """Compile the lessons of a course in order, except those in `unread` files.

    Without `again` they are compiled here and come whole. With it the objects alone come, from the
    memory, from the cache or from `jobs` processes. None come where a course that this one extends
    is missing.
    """
    if compiler.stack.is_partial:
        return []
    files = compiler.stack.files.lessons
    documents = _in_order(document for document in files if document.file not in unread)
    if again is None:
        lessons = [compiler(document) for document in documents]
    else:
        objects = objects_of(compiler, documents, again, jobs, memory)
        lessons = [
            CompiledLesson(lesson_object, document)
            for lesson_object, document in zip(objects, documents, strict=True)
        ]
    return _with_objectives(lessons, documents, compiler)


def _in_order(lessons: Iterable[Document]) -> list[Document]:
    """Return lessons by the numbers of their files; those without one come last."""
    numbered = [(lesson_number(lesson.file), lesson) for lesson in lessons]
    numbered.sort(key=lambda pair: (pair[0] is None, pair[0] or 0))
    return [lesson for _, lesson in numbered]


def _with_objectives(
    compiled_lessons: list[CompiledLesson], lessons: list[Document], compiler: LessonCompiler
) -> list[CompiledLesson]:
    """Return the lessons, with those compiled again that use objectives of other lessons."""
    objectives = {
        objective.id: objective
        for compiled_lesson in compiled_lessons
        for objective in compiled_lesson.object.objectives
    }
    linked = []
    for compiled_lesson, lesson in zip(compiled_lessons, lessons, strict=True):
        names = compiled_lesson.object.names
        ids = {objective.id for objective in names.wanted_objectives} & objectives.keys()
        linked.append(
            compiler(lesson, {id: objectives[id] for id in ids}) if ids else compiled_lesson
        )
    return linked


def problems_of_lessons(
    compiler: LessonCompiler, objects: Sequence[LessonObject]
) -> list[Diagnostic]:
    """Return the diagnostics of a course's lessons, and of what is between them."""
    diagnostics = [
        diagnostic for lesson_object in objects for diagnostic in lesson_object.diagnostics
    ]
    diagnostics += _name_problems(compiler, objects)
    diagnostics += _empty_reviews(compiler, objects)
    if compiler.linter:
        diagnostics += _warnings(compiler, compiler.linter, objects, diagnostics)
    files = [document.file for document in compiler.stack.files.lessons]
    return [*number_problems(files), *diagnostics]


def _name_problems(
    compiler: LessonCompiler, objects: Sequence[LessonObject]
) -> Iterable[Diagnostic]:
    """Return the diagnostics of the names that lessons define and use.

    Their places are looked up only where something is wrong: that takes a quarter of the time of
    compiling the lessons.
    """
    documents = compiler.stack.files.lessons
    defined = {lesson_object.names.file for lesson_object in objects if lesson_object.names.lesson}
    unsure = [document.text for document in documents if document.file not in defined]
    names = [lesson_object.names for lesson_object in objects]
    if not any(_problems_of_names(compiler, names, unsure)):
        return ()
    lessons = {document.file: document for document in documents}
    placed = [
        with_places(lesson, compiler.stack.lesson(lessons[lesson.file]).document)
        for lesson in names
    ]
    return _problems_of_names(compiler, placed, unsure)


def _problems_of_names(
    compiler: LessonCompiler, names: Sequence[Names], unsure: Sequence[str]
) -> Iterator[Diagnostic]:
    course = compiler.decoder.course
    practice = course.practice_deck if course else ""
    yield from problems(names, compiler.decoder.reserved, practice, unsure)
    yield from requirements.problems(names, unsure)


def _empty_reviews(
    compiler: LessonCompiler, objects: Sequence[LessonObject]
) -> Iterator[Diagnostic]:
    """Report the mixed reviews that draw no card."""
    empty = set(empty_reviews(compiler.cards, objects)) if compiler.cards else set()
    files = {
        lesson_object.names.file
        for lesson_object in objects
        if lesson_object.lesson and lesson_object.lesson.id in empty
    }
    for document in compiler.stack.files.lessons:
        root = compiler.stack.lesson(document).document.root if document.file in files else None
        if root:
            yield Diagnostic(
                rule="empty-mix",
                message="this mixed review draws no card from the lessons before it",
                at=root.key_at("mixed"),
                help="name an objective or a tag of cards in earlier lessons",
            )


def _warnings(
    compiler: LessonCompiler,
    linter: Linter,
    objects: Sequence[LessonObject],
    errors: Iterable[Diagnostic],
) -> list[Diagnostic]:
    """Return what the rules find in the course's own files and, where there are no `errors`,
    between cards of all lessons."""
    texts = compiler.stack.files.texts()
    own = texts.keys() - {lesson_object.names.file for lesson_object in objects}
    warnings = list(linter.of_course({name: texts[name] for name in sorted(own)}))
    if not compiler.decoder.course or has_errors([*errors, *warnings]):
        return warnings
    whole = Whole(
        course=compiler.decoder.course,
        cards=[card for lesson_object in objects for card in lesson_object.summaries],
        objectives=[
            objective for lesson_object in objects for objective in lesson_object.objectives
        ],
    )
    return [*warnings, *linter.of_all(whole, texts)]


def with_lessons(files: CourseFiles, lessons: Iterable[CompiledLesson]) -> CourseFiles:
    """Return the files of a course with the lessons' documents as far as these were read."""
    documents = {lesson.document.file: lesson.document for lesson in lessons}
    return replace(
        files, lessons=tuple(documents.get(document.file, document) for document in files.lessons)
    )


def overridden_cards(objects: Iterable[LessonObject]) -> list[Overridden]:
    """Return the cards of a course that replace cards of the course that it extends."""
    return [card for lesson_object in objects for card in lesson_object.overridden]


def card_ids(checked: Checked | None) -> CardIds:
    """Return the ids of a course's cards by those of its lessons."""
    return {
        lesson.id: [card.id for card in (*lesson_object.names.cards, *lesson_object.names.readings)]
        for lesson_object in (checked.objects if checked else ())
        if (lesson := lesson_object.names.lesson)
    }


def again_of(stack: Stack, base: Checked | None, rules: Rules | None) -> Again:
    """Return what other processes need to compile the lessons of a course."""
    return Again(stack.folder, stack.language, _cards_below(base), rules, stack.fingerprint)


def _cards_below(base: Checked | None) -> dict[Path, CardIds]:
    """Return the ids of the cards of each course that is extended, by its folder."""
    if base is None:
        return {}
    return {base.compiler.stack.folder: card_ids(base)} | _cards_below(base.base)
