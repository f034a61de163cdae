"""The order of the stages, and nothing else."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attachdeck import schema
from attachdeck.decode.course import decode
from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.layers.overlay import (
    Merged,
    base_folder,
    merged,
    overrides_to_keep,
    upstream_changes,
)
from attachdeck.layers.sound import known_without, sound_part, without_changes
from attachdeck.lock.identity import (
    Lock,
    changes,
    digest,
    guid,
    lock_for,
    read_lock,
    refusals,
    write_lock,
)
from attachdeck.reader import (
    LOCK,
    TRANSLATIONS,
    CourseFiles,
    Node,
    lock_file,
    read_course,
    read_text,
)
from attachdeck.system.safe_write import sweep

if TYPE_CHECKING:
    # What only a build needs is imported by the functions below: `check` starts sooner without.
    from attachdeck.compile.notes import Deck
    from attachdeck.layers.translation import Tally
    from attachdeck.outputs import Output

MAX_BASES = 5
"""How many courses may extend one another in a row."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a course after reading it: the course if it is whole, its diagnostics, and the text of each file.

    `lock` is that of the language in which the course was read, and `original` that of the course itself where the language is another one.
    `sound` is what is left of a course with errors without the files that have them.
    """

    course: Course | None
    diagnostics: tuple[Diagnostic, ...]
    files: CourseFiles = field(repr=False)
    lock: Lock = field(default_factory=Lock)
    original: Lock = field(default_factory=Lock)
    base: Checked | None = field(default=None, repr=False)
    merged: Merged | None = field(default=None, repr=False)
    lock_path: Path = Path(LOCK)
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    sound: Course | None = field(default=None, repr=False)

    def before(self, now: int) -> Lock:
        """What is known from before: by this course's lock, in another language also by that of the course itself, and with `keep_identity`
        of the course that it extends, as if that were built `now`."""
        lock = self.lock.inheriting(self.original)
        if (
            self.base is None
            or self.base.course is None
            or self.merged is None
            or not self.merged.keeps_identity
        ):
            return lock
        return lock.inheriting(compiled(self.base, now).lock)

    def remembered(self, now: int) -> Lock:
        """What a copy of this course must know, so that those who learn with this one can go on with it."""
        return replace(
            self.before(now),
            course=self.course.id if self.course else "",
            overrides={},
            released=self.lock.released or self.original.released,
        )

    def cards_with_errors(self) -> frozenset[str]:
        """Return the ids of the sound part's cards in which something is wrong."""
        cards = self.sound.cards() if self.sound else ()
        begins = sorted((card.at.file, card.at.line, card.id) for card in cards)
        places = (
            (bisect_right(begins, (each.at.file, each.at.line + 1, "")) - 1, each.at.file)
            for each in self.diagnostics
            if each.severity is Severity.ERROR
        )
        return frozenset(
            begins[place][2] for place, file in places if place >= 0 and begins[place][0] == file
        )

    @property
    def texts(self) -> Mapping[str, str]:
        """The text of each file by its name, for reporters that quote lines."""
        return self.files.texts()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a learner gets, the lock that remembers it, what changed since the last lock, and what would harm learners."""

    deck: Deck
    lock: Lock
    changes: Mapping[str, list[str]]
    refusals: tuple[Diagnostic, ...]
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build made. `size` is in bytes; `sha256` is a file's, and empty for a folder; `lost` says what could not be carried."""

    path: Path
    lessons: int
    notes: int
    cards: int
    cards_by_kind: Mapping[str, int]
    media: int
    size: int
    sha256: str
    lost: tuple[str, ...] = ()


def check(folder: Path, language: str = "", depth: int = 0, *, jobs: int = 1) -> Checked:
    """Read, validate and decode a course, in a language into which it was translated or in its own; `jobs` processes read a large one.

    Errors in one file hide none in another: what has errors is left out of the stages that follow,
    and what these say only because of that is not said.
    """
    lock_name = f"{TRANSLATIONS}/{language}/{LOCK}" if language else LOCK
    files, diagnostics = read_course(folder, lock_name, jobs)
    files, base, found, joining = _with_base(files, folder, depth)
    diagnostics += joining
    partial = found is None and files.course.root is not None and "extends" in files.course.root
    tallies: Mapping[str, Tally] = {}
    if language and not _fatal(diagnostics) and not _fatal(schema.problems(files)):
        from attachdeck.layers import translation

        files, tallies, more = translation.translated(files, folder, language)
        diagnostics += more
    own = without_changes(files) if partial else files
    diagnostics += _disagreements(own, joining, partial=partial)
    course, more = _decoded(own, diagnostics, partial=partial)
    diagnostics += more
    lock, damage = read_lock(files.lock, files.lock_problems)
    original, more = read_lock(*lock_file(folder)) if language else (Lock(), [])
    diagnostics += [*damage, *more]
    whole = None if _fatal(diagnostics) else course
    if whole:
        lock = lock_for(whole.id, lock)
    if found:
        diagnostics += upstream_changes(found, lock.overrides)
    return Checked(
        whole,
        tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.at)),
        files,
        lock,
        original,
        base,
        found,
        folder / lock_name,
        tallies,
        course,
    )


def _disagreements(
    files: CourseFiles, known: list[Diagnostic], *, partial: bool
) -> list[Diagnostic]:
    """Return what the schemas say of a course's files, but for what is known already."""
    said = {diagnostic.at for diagnostic in known}
    problems = [problem for problem in schema.problems(files) if problem.at not in said]
    if not partial:
        return problems
    # What a course leaves to one that it extends is not missing where that one could not be read.
    rules_of = {files.course.file: ("missing-key", "schema")}
    return [
        each for each in problems if each.rule not in rules_of.get(each.at.file, ("missing-key",))
    ]


def _decoded(
    files: CourseFiles, errors: list[Diagnostic], *, partial: bool
) -> tuple[Course | None, list[Diagnostic]]:
    """Return the course that the files without errors describe, and what is wrong in these.

    The course is None where it would say nothing: its course.yaml cannot be read, or what it extends.
    """
    errors = [error for error in errors if error.severity is Severity.ERROR]
    sound = sound_part(files, errors) if errors else files
    course, found = decode(sound)
    found += _own_note_types(course)
    broken = {each.at.file for each in found if each.severity is Severity.ERROR}
    lessons = tuple(lesson for lesson in course.lessons if lesson.at.file not in broken)
    if lessons:
        from attachdeck.rules.support import cardless

        found += cardless.problems(replace(course, lessons=lessons))
    if errors:
        found = known_without(found, files, sound, errors)
    return None if partial or files.course.root is None else course, found


def _with_base(
    files: CourseFiles, folder: Path, depth: int
) -> tuple[CourseFiles, Checked | None, Merged | None, list[Diagnostic]]:
    """A course's files together with those of the course that it extends, if it does."""
    base, problems = base_folder(files, folder)
    if base is None:
        return files, None, None, problems
    assert files.course.root is not None  # noqa: S101  # It names the course.
    at = files.course.root["extends"].at
    if depth >= MAX_BASES:
        message = "courses that extend courses that extend courses: this goes too deep, or round in a circle"
        return (
            files,
            Checked(None, (), files),
            None,
            [
                Diagnostic(
                    rule="unknown-course", message=message, at=at, help=f"{MAX_BASES} are the most"
                )
            ],
        )
    checked = check(base, depth=depth + 1)
    errors = [each for each in checked.diagnostics if each.severity is Severity.ERROR]
    if errors:
        message = f"the course that this one extends has mistakes; the first: {errors[0].at}: {errors[0].message}"
        return (
            files,
            checked,
            None,
            [
                Diagnostic(
                    rule="broken-base",
                    message=message,
                    at=at,
                    help=f"`attachdeck check {base}` shows them all",
                )
            ],
        )
    found = merged(files, checked.files)
    return found.files, checked, found, list(found.diagnostics)


def compiled(checked: Checked, now: int, *, keep_mine: bool = False) -> Compiled:
    """All that a learner gets of a course without mistakes; `now` (seconds since 1970) is the time of what has changed.

    `keep_mine`: what an extended course changed under replaced cards has been seen.
    """
    assert checked.course is not None  # noqa: S101  # Callers look first.
    from attachdeck.compile.link import compile_course

    deck, lock = compile_course(checked.course, checked.before(now), now)
    if checked.merged:
        lock = replace(
            lock,
            overrides=overrides_to_keep(
                checked.merged, checked.lock.overrides, keep_mine=keep_mine
            ),
        )
    written = checked.files.lock

    @cache
    def root() -> Node:
        read = read_text(written.text, written.file)[0].root if written else None
        assert read is not None  # noqa: S101  # It was read before.
        return read

    stale = written is None or digest(lock) != digest(written.text)
    return Compiled(
        deck, lock, changes(checked.lock, lock), tuple(refusals(checked.lock, lock, root)), stale
    )


def sealed(checked: Checked, built: Compiled, now: int) -> Compiled:
    """Return a compiled course as its release: what has changed since the last one has the time of this one, `now`.

    It is stale where the lock has to follow.
    """
    assert checked.course is not None  # noqa: S101  # It was compiled.
    from attachdeck.compile.link import compile_course
    from attachdeck.lock import sealing

    lock = sealing.sealed(built.lock, checked.course.version, now)
    if lock is built.lock:
        return built
    deck, _ = compile_course(checked.course, lock, now)
    return replace(built, deck=deck, lock=lock, stale=True)


def refused(checked: Checked, folder: Path, *, jobs: int = 1) -> tuple[Diagnostic, ...]:
    """Return what a build of a course without mistakes would refuse, because learners would lose by it."""
    course, lock = checked.course, checked.lock
    if course is None or not (lock.released or _share_a_guid(course, lock)):
        return ()
    # The short way knows lessons that were compiled before, and refuses nothing.
    return () if straight(folder, 0, jobs=jobs) else compiled(checked, 0).refusals


def _share_a_guid(course: Course, lock: Lock) -> bool:
    """Return whether two cards would be one note in Anki."""
    ids = [card.id for card in course.cards()]
    guids = {lock.cards[card].guid if card in lock.cards else guid(course.id, card) for card in ids}
    return len(guids) < len(ids)


def straight(folder: Path, now: int, *, jobs: int = 1) -> tuple[Checked, Compiled] | None:
    """`check` and `compiled` in one, the short way, with the lessons and the lock's text left out of what was checked.

    None for a course that is not plainly good, or whose deck would harm learners.
    """
    from attachdeck.compile.straight import NotPlain, PlainCourse

    try:
        course = PlainCourse(folder)
        deck, lock = course.compiled(now, jobs)
    except NotPlain:
        return None
    checked = Checked(course.course, (), course.files, course.lock, lock_path=folder / LOCK)
    return checked, Compiled(
        deck,
        lock,
        changes(course.lock, lock),
        (),
        not course.lock_digest or digest(lock) != course.lock_digest,
    )


def without_broken_lessons(checked: Checked) -> Course | None:
    """What can be shown of a course that has mistakes: the lessons without any; None where a mistake concerns the whole course."""
    files = checked.files
    broken = {each.at.file for each in checked.diagnostics if each.severity is Severity.ERROR}
    while broken & {document.file for document in files.lessons}:
        files = replace(
            files, lessons=tuple(each for each in files.lessons if each.file not in broken)
        )
        if not files.lessons or _fatal(schema.problems(files)) or files.course.root is None:
            return None
        course, problems = decode(files)
        broken = {each.at.file for each in problems if each.severity is Severity.ERROR}
        if not broken:
            return course
    return None


def notes_of(course: Course, lock: Lock) -> Deck:
    """A course's notes, to be looked at: times do not matter."""
    from attachdeck.compile.link import compile_course

    return compile_course(course, lock, 0)[0]


def keep(compiled: Compiled, path: Path) -> None:
    """Bring a course's lock up to date. Raises OSError when that fails; the old lock is then untouched."""
    if compiled.stale:
        write_lock(compiled.lock, path)
    else:
        sweep(path)  # What a killed build left there is taken away all the same.


def package(deck: Deck, path: Path) -> Summary:
    """Write the package of a deck. Raises OSError when that fails; a file that was there is then untouched."""
    from attachdeck.outputs import apkg

    return write(apkg, deck, path)


def write(output: Output, deck: Deck, path: Path) -> Summary:
    """Write a deck in the way of an output.

    Raises OSError, BrokenOutput or NothingLeft when that fails; what was there is then untouched.
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
        size=sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        if folder
        else path.stat().st_size,
        sha256="" if folder else _sha256(path),
        lost=lost,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_note_types(course: Course) -> Iterable[Diagnostic]:
    if not course.note_types:
        return ()
    from attachdeck.anki.note_types import own

    return own.problems(course.note_types.values())


def _fatal(diagnostics: list[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
