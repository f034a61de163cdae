"""`attachdeck check`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attachdeck import pipeline
from attachdeck.cli import report
from attachdeck.cli.compiling import lost_lock_of
from attachdeck.cli.terminal import course_folder, fail, own_course
from attachdeck.compile.objects import Memory
from attachdeck.compile.results import Checked
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.reporters.text import tally

if TYPE_CHECKING:
    from attachdeck.compile.statistics import Statistics
    from attachdeck.preview.following import Seen

_LINE = 60
"""The length of the line above the report on a save, in characters."""


@click.command(
    epilog="""\b
Examples:
  attachdeck check
  attachdeck check my-course another-course
  attachdeck check --strict                   for CI: fail on warnings too
  attachdeck check --rule no-source --rule yes-no-prompt
  attachdeck check --format sarif > findings.sarif
  attachdeck check --fix                      fix what can be fixed safely
  attachdeck check --stats                    count cards, options and words
  attachdeck check --watch                    check again on every save
"""
)
@click.argument("courses", metavar="[COURSE]...", nargs=-1, type=click.Path(path_type=Path))
@report.options
@report.jobs
@click.option(
    "--corpus",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Report runs of eight words that the course shares with this text (repeatable).",
)
@click.option(
    "--fix",
    is_flag=True,
    help=(
        "First fix what can be fixed safely: missing ids, quotes, misspelt keys, invisible "
        "characters."
    ),
)
@click.option(
    "--stats",
    is_flag=True,
    help="Also show cards by kind and level, readability, options, scenes and pace.",
)
@click.option("--watch", is_flag=True, help="Check again on every save, until you press Ctrl-C.")
def command(
    courses: tuple[Path, ...],
    strict: bool,
    only: tuple[str, ...],
    corpus: tuple[Path, ...],
    form: str | None,
    jobs: int,
    fix: bool,
    stats: bool,
    watch: bool,
) -> None:
    """Check a course for errors, and for cards that could be better.

    Every problem is reported at once, with its place and a way to fix it. Errors include changes
    that would harm learners of the last release, which `attachdeck build` refuses. Warnings come
    from the card-quality rules, which `attachdeck rules` lists.

    COURSE is the folder that contains course.yaml, or the name of an installed course. By default,
    attachdeck checks the course in this folder or in ./course.
    """
    _refuse_contradictions(form, fix=fix, stats=stats, watch=watch)
    form = form or "text" if watch or stats else report.chosen(form)
    others = tuple(path.read_text(encoding="utf-8", errors="replace") for path in corpus)
    find = own_course if fix else course_folder
    folders = [find(course) for course in courses or (None,)]
    memories = {folder: Memory() if watch else None for folder in folders}

    def check() -> _Checks:
        rules = report.rules(only, others)
        courses = {
            folder: pipeline.check(folder, jobs=jobs, whole=stats, rules=rules, memory=memory)
            for folder, memory in memories.items()
        }
        return _Checks(courses, strict=strict, stats=stats)

    for folder in folders if fix else ():
        _fix(folder)
    checks = check()
    checks.show(form)
    sys.exit(0 if (_last_of(check, checks) if watch else checks).passed else 1)


class _Checks:
    """What a check of some courses found, by their folders."""

    def __init__(
        self, courses: Mapping[Path, Checked], *, strict: bool, stats: bool = False
    ) -> None:
        self.courses = courses
        self.statistics = _statistics(courses) if stats else {}
        self.problems = {folder: _problems(checked) for folder, checked in courses.items()}
        self.passed = not any(
            strict or problem.severity is Severity.ERROR
            for problems in self.problems.values()
            for problem in problems
        )

    @property
    def seen(self) -> Seen:
        """Return what was seen, for `follow`."""
        from attachdeck.preview.following import seen_in

        return seen_in(self.courses.values())

    def show(self, form: str) -> None:
        """Print all that was found."""
        if form == "text":
            for folder, checked in self.courses.items():
                report.say(self.problems[folder], checked.texts, form, err=False)
                click.echo(f"{folder}: {tally(self.problems[folder])}")
                _show_statistics(self.statistics, folder)
            return
        texts: dict[str, str] = {}
        for checked in self.courses.values():
            texts |= checked.texts
        everything = [problem for problems in self.problems.values() for problem in problems]
        more = {"statistics": _as_values(self.statistics)} if self.statistics else {}
        report.say(everything, texts, form, more=more)


def _statistics(courses: Mapping[Path, Checked]) -> dict[Path, Statistics | None]:
    """Return the statistics of courses by their folders; None for one that has errors."""
    from attachdeck.compile.statistics import statistics

    return {
        folder: statistics(pipeline.compiled(checked, 0).deck) if checked.course else None
        for folder, checked in courses.items()
    }


def _show_statistics(statistics: Mapping[Path, Statistics | None], folder: Path) -> None:
    from attachdeck.reporters.statistics import lines

    numbers = statistics.get(folder)
    if numbers:
        click.echo("\n" + "\n".join(lines(numbers)))
    elif folder in statistics:
        click.echo("No statistics: fix the errors first.")


def _as_values(statistics: Mapping[Path, Statistics | None]) -> list[dict[str, Any]]:
    from attachdeck.reporters.statistics import as_values

    return [
        {"course": folder.as_posix(), **as_values(numbers)}
        for folder, numbers in statistics.items()
        if numbers
    ]


def _last_of(check: Callable[[], _Checks], first: _Checks) -> _Checks:
    """Check again after each save until Ctrl-C, and return what the last check found."""
    from attachdeck.preview.following import follow

    last = first
    try:
        click.echo("\nWaiting for the next save (press Ctrl-C to stop).")
        for last in follow(check, first):
            click.echo("\n" + f"-- {time.strftime('%H:%M:%S')} ".ljust(_LINE, "-") + "\n")
            last.show("text")
    except KeyboardInterrupt:
        click.echo()
    return last


def _refuse_contradictions(form: str | None, *, fix: bool, stats: bool, watch: bool) -> None:
    """Exit with 2 where options make no sense together."""
    if stats and form not in (None, "text", "json"):
        raise click.UsageError(f"`--stats` works only with `--format text` or `json`, not `{form}`")
    if watch and form not in (None, "text"):
        raise click.UsageError(f"`--watch` works only with `--format text`, not `{form}`")
    if watch and fix:
        raise click.UsageError(
            "`--watch` and `--fix` cannot be used together: run `attachdeck check --fix` first"
        )


def _problems(checked: Checked) -> list[Diagnostic]:
    """Return all that is wrong with a course, what a build would refuse included, by place."""
    lost = lost_lock_of(checked)
    return sorted(
        (*checked.diagnostics, *pipeline.refused(checked), *([lost] if lost else ())),
        key=lambda diagnostic: diagnostic.at,
    )


def _fix(folder: Path) -> None:
    from attachdeck.authoring.fixing import fix

    try:
        for path, count in fix(folder).items():
            click.echo(f"{path}: {count} fixed", err=True)
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror or error}")
