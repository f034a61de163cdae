"""Shared by the commands that make a deck: compile the course or refuse it, choose the deck's
place, and bring the lock up to date."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import click

from attachdeck import pipeline
from attachdeck.cli import report
from attachdeck.compile.results import Checked, Compiled
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.naming import file_name
from attachdeck.layers import courses
from attachdeck.outputs import Output
from attachdeck.reader import TRANSLATIONS
from attachdeck.reporters.text import tally

NO_CHANGES = "no changes"
"""What `build` prints for a lock that is up to date."""

_NOTHING = report.Asked()
_MOST_PACKAGES = 50
"""The maximum number of packages in a folder whose course is looked up."""
_A_DAY = 86_400
"""The seconds by which the clocks of two machines may differ, time zones included."""


def compiled_course(
    folder: Path,
    now: int,
    progress: Callable[[str], None],
    asked: report.Asked = _NOTHING,
    *,
    language: str = "",
    keep_mine: bool = False,
    jobs: int = 1,
    whole: bool = True,
    new_lock: bool = False,
    output: Path | None = None,
) -> tuple[Checked, Compiled, list[Diagnostic]]:
    """Compile a course, and return it with the diagnostics to report; ask the rules for good cards
    where `asked` says so.

    Without `whole` the course may come without its lessons, which is faster. Exit with 1 where the
    course has errors, or warnings with `--strict`; where the deck would harm learners who have the
    last one; and where the lock is lost, unless a `new_lock` is wanted. `output` is where the deck
    goes.
    """
    progress("compiling the course")
    rules = report.rules(asked.only) if asked.strict or asked.only else None
    checked = pipeline.check(folder, language, jobs=jobs, whole=whole, rules=rules)
    diagnostics = list(checked.diagnostics)
    lost = None if new_lock else lost_lock_of(checked, language, output)
    if lost:
        diagnostics.append(lost)
    if checked.course is None or lost or (asked.strict and diagnostics):
        _stop(checked, diagnostics, asked.form)
    progress("linking the lessons")
    compiled = pipeline.compiled(checked, now, keep_mine=keep_mine)
    if compiled.refusals:
        _stop(checked, [*diagnostics, *compiled.refusals], asked.form)
    return checked, compiled, diagnostics


def lost_lock_of(
    checked: Checked, language: str = "", output: Path | None = None, previous: str = ""
) -> Diagnostic | None:
    """Return an error where a course's lock is missing although there was one.

    `output` is a package that would be written, or a folder of them; see `lost_lock`.
    """
    if checked.lock_path.exists():
        return None  # Nearly always: without what only a search needs.
    from attachdeck.release.lost_lock import lost_lock

    return lost_lock(checked, language, _packages(checked, language, output), previous)


def _packages(checked: Checked, language: str, output: Path | None) -> Iterator[Path]:
    """Yield the packages that an earlier build may have left: those of this language."""
    folder = Path(checked.files.name)
    languages = {place.name for place in folder.glob(f"{TRANSLATIONS}/*")}
    for place in (output, Path("build")):
        packages = sorted(place.glob("*.apkg"))[:_MOST_PACKAGES] if place else []
        for package in (*([place] if place else ()), *packages):
            ending = package.stem.rpartition("-")[2]
            if (ending if ending in languages else "") == language:
                yield package


def place(output: Output, deck: str, language: str = "") -> Path:
    """Return the default place of a deck: in build/, under its name.

    A translation's name ends with its language, so that it never replaces the original's files.
    """
    ending = f"-{language}" if language else ""
    return Path("build") / f"{file_name(deck)}{ending}{output.SUFFIX}"


def lock_kept(compiled: Compiled, path: Path, course: Path | None) -> str:
    """Bring the lock up to date; return what became of it, in words.

    An installed course is its publisher's, and its lock is left alone.
    """
    if courses.is_installed(course):
        return (
            "out of date, and unchanged because this course is installed"
            if compiled.stale
            else NO_CHANGES
        )
    try:
        pipeline.keep(compiled, path)
    except OSError as error:
        return (
            f"not written ({error.strerror or error}); the next release needs it to know what "
            "changed"
        )
    words = in_words(compiled.changes) if compiled.stale else NO_CHANGES
    coming = max((card.changed for card in compiled.lock.cards.values()), default=0)
    if coming <= time.time() + _A_DAY:
        return words
    return (
        f"{words}; its latest time, {time.strftime('%Y-%m-%d', time.gmtime(coming))}, is in the "
        "future, and until then each import overwrites what learners change; if nobody has the "
        "deck yet, correct the clock (or SOURCE_DATE_EPOCH), restore the last good course.lock "
        "and build again"
    )


def in_words(changes: Mapping[str, list[str]]) -> str:
    """Return what changed, with names while they are few: `2 new (a, b), 40 changed`."""
    listed = (
        f"{len(names)} {kind}" + (f" ({', '.join(names)})" if len(names) <= 5 else "")
        for kind, names in changes.items()
    )
    return ", ".join(listed) or "only its layout"


def _stop(checked: Checked, diagnostics: list[Diagnostic], form: str) -> NoReturn:
    report.say(diagnostics, checked.texts, form)
    click.echo(f"{tally(diagnostics)}; no deck was written", err=True)
    sys.exit(1)
