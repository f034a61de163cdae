"""The order of the stages: read, stack, decode, compile lesson by lesson, link, write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attachdeck import schema
from attachdeck.compile.lessons import CompiledLesson, LessonCompiler, LessonObject, has_errors
from attachdeck.compile.link import link
from attachdeck.compile.objects import Again, Rules, compiler_of, objects_of
from attachdeck.decode.names import lesson_number, number_problems, with_places
from attachdeck.decode.names import problems as name_problems
from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.layers.overlay import (
    Overridden,
    base_folder,
    overrides_to_keep,
    upstream_changes,
)
from attachdeck.layers.stack import CardIds, Stack
from attachdeck.layers.translation import Tally
from attachdeck.lock import sealing
from attachdeck.lock.file import digest, read_lock, write_lock
from attachdeck.lock.records import Lock, changes, lock_for
from attachdeck.lock.refusals import refusals
from attachdeck.reader import (
    LOCK,
    TRANSLATIONS,
    CourseFiles,
    Document,
    Node,
    lock_file,
    read_course,
    read_text,
)
from attachdeck.rules import Whole
from attachdeck.system.safe_write import sweep

if TYPE_CHECKING:
    from attachdeck.compile.deck import Deck
    from attachdeck.outputs import Output

MAX_BASES = 5
"""How many courses may extend one another in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is known of a course after reading it.

    `course` is None where the course has errors, and without its lessons unless the whole course
    was asked for. `good` has the lessons that have no errors, where course.yaml has none. `objects`
    are those of all lessons, in order. `lock` is that of the language in which the course was read,
    `original` that of the course itself where the language is another one.
    """

    course: Course | None
    diagnostics: tuple[Diagnostic, ...]
    files: CourseFiles = field(repr=False)
    good: Course | None = field(default=None, repr=False)
    objects: tuple[LessonObject, ...] = field(default=(), repr=False)
    compiler: LessonCompiler | None = field(default=None, repr=False)
    lock: Lock = field(default_factory=Lock)
    original: Lock = field(default_factory=Lock)
    base: Checked | None = field(default=None, repr=False)
    lock_path: Path = Path(LOCK)

    def before(self, now: int) -> Lock:
        """Return what is known from before: by this course's lock, in another language also by
        that of the course itself, and with `keep_identity` of the course that it extends, as if
        that were built `now`."""
        lock = self.lock.inheriting(self.original)
        overlay = self.compiler.stack.overlay if self.compiler else None
        if self.base is None or overlay is None or not overlay.keeps_identity:
            return lock
        return lock.inheriting(compiled(self.base, now).lock)

    def remembered(self, now: int) -> Lock:
        """Return what a copy of this course must know, so that those who learn with this one can
        go on with it."""
        return replace(
            self.before(now),
            course=self.course.id if self.course else "",
            overrides={},
            released=self.lock.released or self.original.released,
        )

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """Return how much of each catalogue a language has: of course.yaml's, and of each
        lesson's."""
        stack = self.compiler.stack if self.compiler else None
        if stack is None or stack.translation is None:
            return {}
        lessons = {
            lesson.id: lesson_object.tally
            for lesson_object in self.objects
            if (lesson := lesson_object.names.lesson)
        }
        return {"course": stack.tally} | lessons

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the text of each file by its name, for reporters that quote lines."""
        return self.files.texts()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a learner gets, the lock that remembers it, what changed since the last lock, and what
    would harm learners."""

    deck: Deck
    lock: Lock
    changes: Mapping[str, list[str]]
    refusals: tuple[Diagnostic, ...]
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build made. `size` is in bytes; `sha256` is a file's, and empty for a folder; `lost`
    says what could not be carried."""

    path: Path
    lessons: int
    notes: int
    cards: int
    cards_by_kind: Mapping[str, int]
    media: int
    size: int
    sha256: str
    lost: tuple[str, ...] = ()


def check(
    folder: Path,
    language: str = "",
    depth: int = 0,
    *,
    jobs: int = 1,
    whole: bool = True,
    rules: Rules | None = None,
) -> Checked:
    """Read and compile a course, in its own language or in one into which it was translated.

    Everything that can be known is reported, sorted by place; an error in one file hides nothing in
    another. Without `whole` the course comes without its lessons, which is faster: `jobs` processes
    compile them, or they come from the cache. `rules` are those for good cards to ask as well.
    """
    lock_name = f"{TRANSLATIONS}/{language}/{LOCK}" if language else LOCK
    files, diagnostics = read_course(folder, lock_name)
    unread = {problem.at.file for problem in diagnostics if problem.severity is Severity.ERROR}
    lock, damage = read_lock(files.lock, files.lock_problems)
    original, more = read_lock(*lock_file(folder)) if language else (Lock(), [])
    base, base_problems = _base(files, folder, depth)
    diagnostics += [*damage, *more, *base_problems]
    stack = _stack(folder, files, base, language)
    diagnostics += [*stack.diagnostics, *_own_problems(stack)]
    compiler = compiler_of(stack, rules)
    diagnostics += compiler.problems
    diagnostics += number_problems([document.file for document in stack.files.lessons])
    documents = _in_order(file for file in stack.files.lessons if file.file not in unread)
    again = None if whole else _again(stack, base, rules)
    lessons = _compiled_lessons(compiler, documents, again, jobs)
    objects = tuple(lesson.object for lesson in lessons)
    diagnostics += _between(objects, compiler)
    course = compiler.decoder.course
    if course is not None:
        lock = lock_for(course.id, lock)
        course = replace(course, lessons=tuple(part.lesson for part in lessons if part.lesson))
    diagnostics += upstream_changes(_overridden(objects), lock.overrides)
    diagnostics.sort(key=lambda diagnostic: diagnostic.at)
    return Checked(
        course=None if has_errors(diagnostics) else course,
        good=course if compiler.cards else None,
        diagnostics=tuple(diagnostics),
        files=_with_documents(stack.files, lessons),
        objects=objects,
        compiler=compiler,
        lock=lock,
        original=original,
        base=base,
        lock_path=folder / lock_name,
    )


def _again(stack: Stack, base: Checked | None, rules: Rules | None) -> Again | None:
    """Return what other processes need to compile the lessons, if there are lessons to compile."""
    if stack.is_partial:
        return None
    return Again(stack.folder, stack.language, _cards_below(base), rules, stack.fingerprint)


def _compiled_lessons(
    compiler: LessonCompiler, documents: list[Document], again: Again | None, jobs: int
) -> list[CompiledLesson]:
    """Compile lessons: here and whole, or with `again` by `jobs` processes and the cache."""
    if compiler.stack.is_partial:
        return []
    if again is None:
        lessons = [compiler(document) for document in documents]
    else:
        objects = objects_of(compiler, documents, again, jobs)
        lessons = [
            CompiledLesson(lesson_object, document)
            for lesson_object, document in zip(objects, documents, strict=True)
        ]
    return _with_objectives(lessons, documents, compiler)


def _overridden(objects: Iterable[LessonObject]) -> list[Overridden]:
    """Return the cards of a course that replace cards of the course that it extends."""
    return [card for lesson_object in objects for card in lesson_object.overridden]


def _base(files: CourseFiles, folder: Path, depth: int) -> tuple[Checked | None, list[Diagnostic]]:
    """Check the course that a course extends, if it does."""
    base, problems = base_folder(files, folder)
    if base is None or files.course.root is None:
        return None, problems
    at = files.course.root["extends"].at
    if depth >= MAX_BASES:
        message = (
            "courses that extend courses that extend courses: this goes too deep, or round in a "
            "circle"
        )
        help = f"{MAX_BASES} are the most"
        return None, [Diagnostic(rule="unknown-course", message=message, at=at, help=help)]
    checked = check(base, depth=depth + 1, whole=False)
    errors = [
        diagnostic for diagnostic in checked.diagnostics if diagnostic.severity is Severity.ERROR
    ]
    if not errors:
        return checked, []
    message = (
        f"the course that this one extends has mistakes; the first: {errors[0].at}: "
        f"{errors[0].message}"
    )
    help = f"`attachdeck check {base}` shows them all"
    return None, [Diagnostic(rule="broken-base", message=message, at=at, help=help)]


def _stack(folder: Path, files: CourseFiles, base: Checked | None, language: str) -> Stack:
    """Lay the layers of a course over one another."""
    below = base.compiler.stack if base and base.compiler else None
    stack = Stack(folder, files, base=below, base_cards=_card_ids(base), language=language)
    if language and not has_errors(schema.problems(stack.files)):
        stack.translate()
    return stack


def _card_ids(checked: Checked | None) -> CardIds:
    """Return the ids of a course's cards by those of its lessons."""
    return {
        lesson.id: [card.id for card in (*lesson_object.names.cards, *lesson_object.names.readings)]
        for lesson_object in (checked.objects if checked else ())
        if (lesson := lesson_object.names.lesson)
    }


def _cards_below(base: Checked | None) -> dict[Path, CardIds]:
    """Return the ids of the cards of each course that is extended, by its folder."""
    if base is None or base.compiler is None:
        return {}
    return {base.compiler.stack.folder: _card_ids(base)} | _cards_below(base.base)


def _own_problems(stack: Stack) -> list[Diagnostic]:
    """Hold the course's own documents against their schemas, where all layers could be had."""
    return [] if stack.is_partial else schema.problems(stack.files)


def _in_order(lessons: Iterable[Document]) -> list[Document]:
    """Return lessons by the numbers of their files; those without one come last."""
    numbered = [(lesson_number(lesson.file), lesson) for lesson in lessons]
    numbered.sort(key=lambda pair: (pair[0] is None, pair[0] or 0))
    return [lesson for _, lesson in numbered]


def _with_objectives(
    compiled_lessons: list[CompiledLesson], lessons: list[Document], compiler: LessonCompiler
) -> list[CompiledLesson]:
    """Compile the lessons again whose cards serve objectives of other lessons."""
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


def _between(objects: Iterable[LessonObject], compiler: LessonCompiler) -> list[Diagnostic]:
    """Return the diagnostics of all lessons, and of what is wrong between them."""
    objects, course = list(objects), compiler.decoder.course
    diagnostics = [
        diagnostic for lesson_object in objects for diagnostic in lesson_object.diagnostics
    ]
    practice = course.practice_deck if course else ""
    defined = {lesson_object.names.file for lesson_object in objects if lesson_object.names.lesson}
    unsure = [
        document.text for document in compiler.stack.files.lessons if document.file not in defined
    ]
    names = [lesson_object.names for lesson_object in objects]
    if any(name_problems(names, compiler.decoder.reserved, practice, unsure)):
        lessons = {document.file: document for document in compiler.stack.files.lessons}
        names = [
            with_places(each, compiler.stack.lesson(lessons[each.file]).document) for each in names
        ]
        diagnostics += name_problems(names, compiler.decoder.reserved, practice, unsure)
    if compiler.linter and course:
        texts = compiler.stack.files.texts()
        own = texts.keys() - {lesson_object.names.file for lesson_object in objects}
        diagnostics += compiler.linter.of_course({name: texts[name] for name in sorted(own)})
        if not has_errors(diagnostics):
            whole = Whole(
                course=course,
                cards=[card for lesson_object in objects for card in lesson_object.summaries],
                objectives=[
                    objective for lesson_object in objects for objective in lesson_object.objectives
                ],
            )
            diagnostics += compiler.linter.of_all(whole, texts)
    return diagnostics


def _with_documents(files: CourseFiles, lessons: Iterable[CompiledLesson]) -> CourseFiles:
    """Return the files with the lessons' documents as far as these were read."""
    documents = {lesson.document.file: lesson.document for lesson in lessons}
    return replace(
        files, lessons=tuple(documents.get(document.file, document) for document in files.lessons)
    )


def compiled(checked: Checked, now: int, *, keep_mine: bool = False) -> Compiled:
    """Return all that a learner gets of a course without errors; `now` (seconds since 1970) is the
    time of what has changed.

    `keep_mine`: what an extended course changed under replaced cards has been seen.
    """
    assert checked.course is not None  # Callers look first.
    deck, lock = _linked(checked, checked.before(now), now)
    overridden = _overridden(checked.objects)
    overrides = overrides_to_keep(overridden, checked.lock.overrides, keep_mine=keep_mine)
    lock = replace(lock, overrides=overrides)
    document = checked.files.lock

    @cache
    def root() -> Node:
        node = read_text(document.text, document.file)[0].root if document else None
        assert node is not None  # It was read before.
        return node

    stale = document is None or digest(lock) != digest(document.text)
    return Compiled(
        deck, lock, changes(checked.lock, lock), tuple(refusals(checked.lock, lock, root)), stale
    )


def sealed(checked: Checked, built: Compiled, now: int) -> Compiled:
    """Return a compiled course as its release: what has changed since the last one has the time of
    this one, `now`. It is stale where the lock has to follow."""
    assert checked.course is not None  # It was compiled.
    lock = sealing.sealed(built.lock, checked.course.version, now)
    if lock is built.lock:
        return built
    deck, _ = _linked(checked, lock, now)
    return replace(built, deck=deck, lock=lock, stale=True)


def refused(checked: Checked) -> tuple[Diagnostic, ...]:
    """Return what a build of a course without errors would refuse, because learners would lose by
    it."""
    return compiled(checked, 0).refusals if checked.course else ()


def shown(checked: Checked) -> Deck | None:
    """Return the notes of the lessons without errors, to be looked at: times do not matter. None
    where a mistake concerns the whole course."""
    return _linked(checked, checked.before(0), 0)[0] if checked.good else None


def _linked(checked: Checked, lock: Lock, now: int) -> tuple[Deck, Lock]:
    compiler = checked.compiler
    assert compiler is not None  # Callers look.
    assert compiler.cards is not None
    notes = [lesson_object.notes for lesson_object in checked.objects if lesson_object.notes]
    deck, linked = link(compiler.cards, notes, lock, now)
    return replace(deck, course=checked.good or deck.course), linked


def keep(compiled: Compiled, path: Path) -> None:
    """Bring a course's lock up to date.

    Raise OSError if that fails; the old lock is then untouched.
    """
    if compiled.stale:
        write_lock(compiled.lock, path)
    else:
        sweep(path)  # What a killed build left there is taken away all the same.


def package(deck: Deck, path: Path) -> Summary:
    """Write the package of a deck, and return a summary of it.

    Raise OSError if that fails; a file that was there is then untouched.
    """
    from attachdeck.outputs import apkg

    return write(apkg, deck, path)


def write(output: Output, deck: Deck, path: Path) -> Summary:
    """Write a deck in the way of an output, and return a summary of it.

    Raise OSError or BrokenOutput if that fails; what was there is then untouched.
    """
    from attachdeck import outputs

    lost = outputs.put(output, deck, path)
    by_kind = deck.cards_by_kind
    folder = path.is_dir()
    return Summary(
        path=path,
        lessons=deck.lesson_count,
        notes=len(deck.notes),
        cards=sum(by_kind.values()),
        cards_by_kind=by_kind,
        media=len(deck.media),
        size=sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        if folder
        else path.stat().st_size,
        sha256="" if folder else _sha256(path),
        lost=lost,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
