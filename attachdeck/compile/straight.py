"""The short way from a course to its deck: lesson by lesson, in several processes, and without what only a message needs.

It takes a course that is plainly good. Any other is for the long way (`pipeline.check`, `pipeline.compiled`), which says what is wrong with it.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from attachdeck import schema
from attachdeck.anki.note_types import own
from attachdeck.compile.link import SameId, dated
from attachdeck.compile.notes import Compiler, Deck, LessonNotes, Undated
from attachdeck.decode.course import LessonDecoder, lesson_number
from attachdeck.domain.course import Lesson
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.lock.identity import Lock, digest, is_new, lock_for, read_lock, refusals
from attachdeck.reader import Node, lesson_paths, read_course, read_text, read_utf8
from attachdeck.rules.support import cardless
from attachdeck.system.lesson_cache import LessonCache
from attachdeck.system.processes import FORKS, ProcessLost, spread

WORTH_SHARING = 500_000 if FORKS else 3_500_000
"""Bytes of lessons from which on several processes compile them sooner than one: about 750 cards where a process begins as a copy, else 5,000."""


class NotPlain(Exception):  # noqa: N818  # The long way may well find nothing wrong.
    """The short way is not for this course."""


class PlainCourse:
    """A course but for its lessons, which are compiled one by one. Raises NotPlain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder.resolve()
        self.files, problems = read_course(folder, lessons=False)
        if problems or schema.problems(self.files):
            raise NotPlain
        if self.files.course.root is None or "extends" in self.files.course.root:
            raise NotPlain
        self.lock, damage = read_lock(self.files.lock, self.files.lock_problems)
        self.lock_digest = digest(self.files.lock.text) if self.files.lock else b""
        self.files = replace(self.files, lock=None)  # Of a large course it is large, too.
        self.decoder = LessonDecoder(self.files)
        self.course = self.decoder.course
        if damage or self.decoder.problems or list(own.problems(self.course.note_types.values())):
            raise NotPlain
        self.lock = lock_for(self.course.id, self.lock)
        self.compiler = Compiler(self.course)
        self.fingerprint = self.files.fingerprint()
        self.cache = LessonCache(folder, self.fingerprint)
        paths = lesson_paths(folder)
        numbered = {lesson_number(path.name): path for path in paths}
        if None in numbered or len(numbered) < len(paths):
            raise NotPlain
        self.paths = [path for _, path in sorted(numbered.items(), key=lambda pair: pair[0] or 0)]

    def compiled(self, now: int, jobs: int) -> tuple[Deck, Lock]:
        """All that a learner gets, and the new lock. Raises NotPlain."""
        names = _Names(self.course.practice_deck, self.lock)
        try:
            deck, lock = dated(self.compiler, map(names.seen, self.lessons(jobs)), self.lock, now)
        except SameId:
            raise NotPlain from None
        if not names.formers.isdisjoint(lock.cards):
            raise NotPlain
        list(refusals(self.lock, lock, _not_plain))
        return deck, lock

    def lessons(self, jobs: int) -> Iterator[LessonNotes]:
        """The lessons, in order; those that were compiled before come from the cache."""
        kept = (
            {
                path: name
                for path in self.paths
                if self.cache.has(name := self.cache.name(path.name, self.text(path)))
            }
            if self.cache.folder
            else {}
        )
        new = [path for path in self.paths if path not in kept]
        large = jobs > 1 and sum(path.stat().st_size for path in new) > WORTH_SHARING
        compiled = self.elsewhere(new, jobs) if large else map(self.lesson, new)
        try:
            for path in self.paths:
                packed = (
                    (self.cache.load(kept[path]) or self.lesson(path))
                    if path in kept
                    else next(compiled)
                )
                if not packed:
                    raise NotPlain
                yield LessonNotes._make(marshal.loads(packed))  # noqa: S302  # Our own process made it.
        except ProcessLost:
            raise NotPlain from None
        self.cache.sweep()

    def elsewhere(self, paths: list[Path], jobs: int) -> Iterator[bytes]:
        """`lesson` of each file, in several processes. One that begins as a copy of this one has what the first lesson makes ready, and the course itself."""
        yield self.lesson(paths[0])
        _KNOWN[self.fingerprint] = self
        try:
            yield from spread(partial(_lesson, self.folder, self.fingerprint), paths[1:], jobs)
        finally:
            del _KNOWN[self.fingerprint]

    def lesson(self, path: Path) -> bytes:
        """A lesson's notes, packed; nothing where it is not plainly good."""
        text = self.text(path)
        document, problems = read_text(text, self.shown(path))
        if not text or problems or document.root is None or schema.check(document, "lesson"):
            return b""
        lesson, problems = self.decoder(document)
        if problems or lesson is None or any(self.cardless(lesson)):
            return b""
        packed = marshal.dumps(tuple(self.compiler.lesson(lesson)))
        self.cache.store(self.cache.name(path.name, text), packed)
        return packed

    def cardless(self, lesson: Lesson) -> Iterator[Diagnostic]:
        """What `cardless.problems` reports of a lesson."""
        compiler = self.compiler
        yield from cardless.problems_of(lesson.cards, compiler.shown, compiler.note_types)
        yield from cardless.blank_sections(lesson, compiler.shown)

    def text(self, path: Path) -> str:
        """A lesson's text; nothing where it cannot be read."""
        document, problems = read_utf8(path, self.shown(path), self.root)
        return "" if problems else document.text

    def shown(self, path: Path) -> str:
        """A lesson's file as messages name it."""
        return f"{self.files.name}/lessons/{path.name}"


_KNOWN: dict[bytes, PlainCourse] = {}
"""The courses whose lessons a process compiles for another, by their fingerprints."""


def _lesson(folder: Path, fingerprint: bytes, path: Path) -> bytes:
    """`PlainCourse.lesson` in another process; nothing where the course has changed since the first process read it."""
    if fingerprint not in _KNOWN:
        course = PlainCourse(folder)
        _KNOWN[course.fingerprint] = course
    return _KNOWN[fingerprint].lesson(path) if fingerprint in _KNOWN else b""


def _not_plain() -> Node:
    raise NotPlain


class _Names:
    """What has been named so far by any lesson; what its own cards are called is known elsewhere."""

    def __init__(self, practice_deck: str, lock: Lock) -> None:
        self.lock = lock
        self.lessons: set[str] = set()
        self.objectives: set[str] = set()
        self.decks = {practice_deck.casefold()}
        self.formers: set[str] = set()

    def seen(self, lesson: LessonNotes) -> LessonNotes:
        """The same lesson. Raises NotPlain where another has one of its names, or may have: a retired card that was never released is nowhere written down."""
        for note in map(Undated._make, lesson.notes):
            if note.retired and not self.carried(note.card):
                raise NotPlain
        decks = {lesson.own_deck.casefold()} - {""}
        for known, new in (
            (self.lessons, {lesson.id}),
            (self.objectives, lesson.objectives),
            (self.decks, decks),
            (self.formers, lesson.formers),
        ):
            if not known.isdisjoint(new):
                raise NotPlain
            known.update(new)
        return lesson

    def carried(self, card: str) -> bool:
        """Return whether a release has carried a card."""
        record = self.lock.cards.get(card)
        return record is not None and not is_new(record)
