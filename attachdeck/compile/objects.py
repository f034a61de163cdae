"""The lesson objects of a course: from the cache, from other processes, or compiled here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from attachdeck import schema
from attachdeck.compile.lessons import LessonCompiler, LessonObject
from attachdeck.decode.course import CourseDecoder
from attachdeck.layers.stack import CardIds, Stack, open_stack
from attachdeck.reader import Document
from attachdeck.rules import Linter
from attachdeck.system.lesson_cache import LessonCache
from attachdeck.system.processes import FORKS, ProcessLost, spread

WORTH_SHARING = 300_000 if FORKS else 3_000_000
"""Bytes of lessons from which several processes compile them sooner than one: about 500 cards where
a process begins as a copy, else 5,000."""
_MOST_IN_BATCH = 10
"""Maximum number of lessons that a process gets at once.

To send one, and its object back, takes as long as compiling two cards.
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules for good cards to ask: all, or `only` some, on the day `today` (year-month-day).

    `corpus` are texts with which a course should share no words.
    """

    today: str
    only: tuple[str, ...] = ()
    corpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """The arguments with which another process prepares for a course as this one did."""

    folder: Path
    language: str
    cards: Mapping[Path, CardIds] = field(repr=False)
    rules: Rules | None = None
    fingerprint: bytes = b""


@dataclass(slots=True)
class Memory:
    """Lessons that this process has compiled before: after a save only what changed is compiled.

    `objects` has the last object of each lesson's file, with what it depended on.
    """

    objects: dict[str, tuple[bytes, str, LessonObject]] = field(default_factory=dict, repr=False)

    def recall(self, lesson: Document, depends: bytes) -> LessonObject | None:
        """Return the object of a lesson if nothing that it depends on has changed."""
        kept_depends, text, lesson_object = self.objects.get(lesson.file, (b"", "", None))
        return lesson_object if (kept_depends, text) == (depends, lesson.text) else None

    def keep(self, lesson: Document, depends: bytes, lesson_object: LessonObject) -> None:
        """Remember the object of a lesson, if it depends on no other lesson."""
        if lesson_object.is_final:
            self.objects[lesson.file] = (depends, lesson.text, lesson_object)


def compiler_of(stack: Stack, rules: Rules | None) -> LessonCompiler:
    """Return the compiler for the lessons of a course, with its own documents decoded."""
    broken = schema.broken_files(stack.files) | stack.unknown
    decoder = CourseDecoder(stack.files, broken)
    linter = None
    if rules is not None and decoder.course is not None:
        linter = Linter(decoder.course, rules.today, rules.only, rules.corpus)
    return LessonCompiler(stack, decoder, linter)


def objects_of(
    compiler: LessonCompiler,
    lessons: Sequence[Document],
    again: Again,
    jobs: int,
    memory: Memory | None = None,
) -> list[LessonObject]:
    """Return the objects of lessons that are not parsed yet, in order.

    They come from the memory or the cache, or are compiled and stored there.
    """
    depends = _depends_on(compiler, again)
    memory = memory or Memory()
    objects = {
        lesson.file: kept
        for lesson in lessons
        if (kept := memory.recall(lesson, depends)) is not None
    }
    new = [lesson for lesson in lessons if lesson.file not in objects]
    if new:
        cache = LessonCache(compiler.stack.folder, depends)
        for lesson, object in _through_cache(cache, compiler, new, again, jobs):
            objects[lesson.file] = object
            memory.keep(lesson, depends, object)
        if len(new) == len(lessons):  # Else what the memory has would be taken for unused.
            cache.sweep()
    return [objects[lesson.file] for lesson in lessons]


def _through_cache(
    cache: LessonCache,
    compiler: LessonCompiler,
    lessons: Sequence[Document],
    again: Again,
    jobs: int,
) -> Iterator[tuple[Document, LessonObject]]:
    """Yield each lesson with its object, those in the cache first."""
    names = {lesson.file: cache.name(lesson.file, lesson.text) for lesson in lessons}
    new = []
    for lesson in lessons:
        if (kept := cache.load(names[lesson.file])) is not None:
            yield lesson, kept
        else:
            new.append(lesson)
    for lesson, object in zip(new, _made(compiler, new, again, jobs), strict=True):
        if object.is_final:
            cache.store(names[lesson.file], object)
        yield lesson, object


def _depends_on(compiler: LessonCompiler, again: Again) -> bytes:
    rules = repr(again.rules and (again.rules.only, again.rules.corpus)).encode()
    return compiler.stack.fingerprint + rules


def _made(
    compiler: LessonCompiler, lessons: Sequence[Document], again: Again, jobs: int
) -> Iterator[LessonObject]:
    def here(lesson: Document) -> LessonObject:
        return compiler(lesson).object

    if jobs < 2 or sum(len(lesson.text) for lesson in lessons) < WORTH_SHARING:
        yield from map(here, lessons)
        return
    size = max(1, min(_MOST_IN_BATCH, len(lessons) // (4 * jobs)))
    batches = [lessons[start : start + size] for start in range(0, len(lessons), size)]
    count = 0
    _compilers.append(compiler)  # A process that begins as a copy of this one has it at once.
    try:
        for objects in spread(_elsewhere, batches, jobs, partial(_begin, again)):
            batch = lessons[count : count + size]
            yield from map(here, batch) if objects is None else objects
            count += len(batch)
    except ProcessLost:
        yield from map(here, lessons[count:])
    finally:
        _compilers.remove(compiler)


_compilers: list[LessonCompiler] = []
"""What compiles in another process, the last one: it came with the copy, or `_begin` made it.

There is none where the course has changed since.
"""


def _begin(again: Again) -> None:
    if _compilers:
        return
    stack = open_stack(again.folder, again.language, again.cards)
    if stack.fingerprint == again.fingerprint:
        _compilers.append(compiler_of(stack, again.rules))


def _elsewhere(lessons: Sequence[Document]) -> list[LessonObject] | None:
    return [_compilers[-1](lesson).object for lesson in lessons] if _compilers else None
