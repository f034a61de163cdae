"""The order of the stages: read, stack, decode, compile lesson by lesson, link, write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from attachdeck import schema
from attachdeck.compile.course import (
    again_of,
    card_ids,
    compile_lessons,
    overridden_cards,
    problems_of_lessons,
    with_lessons,
)
from attachdeck.compile.link import link
from attachdeck.compile.objects import Memory, Rules, compiler_of
from attachdeck.compile.results import Checked, Compiled
from attachdeck.domain.diagnostics import Diagnostic, Severity, has_errors
from attachdeck.layers.overlay import base_folder, broken_base, overrides_to_keep, upstream_changes
from attachdeck.layers.stack import lay_stack
from attachdeck.lock import sealing
from attachdeck.lock.file import digest, read_lock, write_lock
from attachdeck.lock.records import Lock, changes, lock_for
from attachdeck.lock.refusals import refusals
from attachdeck.reader import LOCK, TRANSLATIONS, CourseFiles, lock_file, read_course
from attachdeck.system.safe_write import sweep

if TYPE_CHECKING:
    from attachdeck.compile.deck import Deck
    from attachdeck.outputs import Output
    from attachdeck.outputs.summary import Summary


def check(
    folder: Path,
    language: str = "",
    depth: int = 0,
    *,
    jobs: int = 1,
    whole: bool = True,
    rules: Rules | None = None,
    memory: Memory | None = None,
) -> Checked:
    """Read and compile a course, in its own language or in one into which it was translated.

    Everything that can be known is reported, sorted by place; an error in one file hides nothing in
    another. Without `whole` the course comes without its lessons, which is faster: `jobs` processes
    compile them, or they come from the cache. `rules` are those for good cards to ask as well.
    `depth` is the number of courses that extend this one. Whoever checks again after each save
    gives the same `memory` each time.
    """
    lock_name = f"{TRANSLATIONS}/{language}/{LOCK}" if language else LOCK
    files, diagnostics = read_course(folder, lock_name)
    unread = {problem.at.file for problem in diagnostics if problem.severity is Severity.ERROR}
    lock, damage = read_lock(files.lock, files.lock_problems)
    original, more = read_lock(*lock_file(folder)) if language else (Lock(), [])
    base, base_problems = _check_base(files, folder, depth)
    below = base.compiler.stack if base else None
    stack = lay_stack(folder, files, below, card_ids(base), language)
    own_problems = [] if stack.is_partial else schema.problems(stack.files)
    diagnostics += [*damage, *more, *base_problems, *stack.diagnostics, *own_problems]
    compiler = compiler_of(stack, rules)
    again = None if whole else again_of(stack, base, rules)
    lessons = compile_lessons(compiler, unread, again, jobs, memory)
    objects = tuple(lesson.object for lesson in lessons)
    diagnostics += [*compiler.problems, *problems_of_lessons(compiler, objects)]
    course = compiler.decoder.course
    if course is not None:
        lock = lock_for(course.id, lock)
        course = replace(course, lessons=tuple(part.lesson for part in lessons if part.lesson))
    diagnostics += upstream_changes(overridden_cards(objects), lock.overrides)
    return Checked(
        course=None if has_errors(diagnostics) else course,
        good=course if compiler.cards else None,
        diagnostics=tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.at)),
        files=with_lessons(stack.files, lessons),
        objects=objects,
        compiler=compiler,
        lock=lock,
        original=original,
        base=base,
        lock_path=folder / lock_name,
    )


def _check_base(
    files: CourseFiles, folder: Path, depth: int
) -> tuple[Checked | None, list[Diagnostic]]:
    """Check the course that a course extends, if it does."""
    base, problems = base_folder(files, folder, depth)
    if base is None or files.course.root is None:
        return None, problems
    checked = check(base, depth=depth + 1, whole=False)
    for problem in checked.diagnostics:
        if problem.severity is Severity.ERROR:
            return None, [broken_base(files.course.root, base, problem)]
    return checked, []


def compiled(checked: Checked, now: int, *, keep_mine: bool = False) -> Compiled:
    """Return all that a learner gets of a course without errors; `now` (seconds since 1970) is the
    time of what has changed.

    `keep_mine`: what an extended course changed under replaced cards has been seen.
    """
    deck, lock = _linked(checked, lock_before(checked, now), now)
    overridden, document = overridden_cards(checked.objects), checked.files.lock
    overrides = overrides_to_keep(overridden, checked.lock.overrides, keep_mine=keep_mine)
    lock = replace(lock, overrides=overrides)
    return Compiled(
        deck=deck,
        lock=lock,
        changes=changes(checked.lock, lock),
        refusals=tuple(refusals(checked.lock, lock, document)),
        stale=document is None or digest(lock) != digest(document.text),
    )


def sealed(checked: Checked, built: Compiled, now: int) -> Compiled:
    """Return a compiled course as its release: what has changed since the last one has the time of
    this one, `now`. It is stale where the lock has to follow."""
    lock = sealing.sealed(built.lock, built.deck.course.version, now)
    if lock is built.lock:
        return built
    return replace(built, deck=_linked(checked, lock, now)[0], lock=lock, stale=True)


def refused(checked: Checked) -> tuple[Diagnostic, ...]:
    """Return what a build would refuse because learners would lose by it."""
    return compiled(checked, 0).refusals if checked.course else ()


def shown(checked: Checked) -> Deck | None:
    """Return the notes of the lessons without errors; None where course.yaml has errors."""
    return _linked(checked, lock_before(checked, 0), 0)[0] if checked.good else None


def lock_before(checked: Checked, now: int) -> Lock:
    """Return what is known of a course from before.

    A course in another language goes on with the original's lock, too; one with `keep_identity`
    with that of the course that it extends, as if that were built `now`.
    """
    lock, overlay = checked.lock.inheriting(checked.original), checked.compiler.stack.overlay
    if checked.base is None or overlay is None or not overlay.keeps_identity:
        return lock
    return lock.inheriting(compiled(checked.base, now).lock)


def _linked(checked: Checked, lock: Lock, now: int) -> tuple[Deck, Lock]:
    """Link the lesson objects of a course whose own files have no errors with a lock."""
    cards = checked.compiler.cards
    if cards is None:
        raise ValueError("a course with errors cannot be linked")
    notes = [lesson_object.notes for lesson_object in checked.objects if lesson_object.notes]
    deck, linked = link(cards, notes, lock, now)
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
    from attachdeck.outputs.summary import summary_of

    return summary_of(deck, path, outputs.put(output, deck, path))
