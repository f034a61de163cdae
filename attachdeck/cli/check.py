"""`attachdeck check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli import report
from attachdeck.cli.compiling import lost_lock_of
from attachdeck.cli.terminal import course_folder, fail, own_course
from attachdeck.compile.results import Checked
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck check
  attachdeck check my-course another-course
  attachdeck check --strict                   in CI: warnings fail, too
  attachdeck check --rule no-source --rule yes-no-prompt
  attachdeck check --format sarif > findings.sarif
  attachdeck check --fix                      mend what is safe to mend
"""
)
@click.argument("courses", metavar="[COURSE]...", nargs=-1, type=click.Path(path_type=Path))
@report.options
@report.jobs
@click.option(
    "--corpus",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A text with which the course should share no run of eight words; may be repeated.",
)
@click.option(
    "--fix",
    is_flag=True,
    help=(
        "First mend what is safe to mend: ids that are missing, quotes, misspelt keys, invisible "
        "characters."
    ),
)
def command(
    courses: tuple[Path, ...],
    strict: bool,
    only: tuple[str, ...],
    corpus: tuple[Path, ...],
    form: str | None,
    jobs: int,
    fix: bool,
) -> None:
    """Say what is wrong in a course: every mistake at once, with its place and how to mend it; and
    what could be better.

    What `attachdeck build` would refuse, because learners of the last release would lose by it, is
    an error here, too.

    COURSE is the folder that holds course.yaml. Without it, the course in this folder or in
    ./course is checked. What could be better is found by the rules that `attachdeck rules` lists.
    """
    form = report.chosen(form)
    others = tuple(path.read_text(encoding="utf-8", errors="replace") for path in corpus)
    whole = True
    all_diagnostics: list[Diagnostic] = []
    texts: dict[str, str] = {}
    for course in courses or (None,):
        folder = own_course(course) if fix else course_folder(course)
        if fix:
            _mend(folder)
        rules = report.rules(only, others)
        checked = pipeline.check(folder, jobs=jobs, whole=False, rules=rules)
        diagnostics = _problems(checked)
        whole = whole and not any(
            diagnostic.severity is Severity.ERROR or strict for diagnostic in diagnostics
        )
        all_diagnostics += diagnostics
        texts |= checked.texts
        if form == "text":
            report.say(diagnostics, checked.texts, form, err=False)
            click.echo(f"{folder}: {tally(diagnostics)}")
    if form != "text":
        report.say(all_diagnostics, texts, form)
    sys.exit(0 if whole else 1)


def _problems(checked: Checked) -> list[Diagnostic]:
    """Return all that is wrong with a course, what a build would refuse included, by place."""
    lost = lost_lock_of(checked)
    return sorted(
        (*checked.diagnostics, *pipeline.refused(checked), *([lost] if lost else ())),
        key=lambda diagnostic: diagnostic.at,
    )


def _mend(folder: Path) -> None:
    from attachdeck.authoring.mending import mend

    try:
        for path, count in mend(folder).items():
            click.echo(f"{path}: {count} mended", err=True)
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror or error}")
