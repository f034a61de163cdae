"""`attachdeck build`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from attachdeck import outputs, pipeline
from attachdeck.cli import report
from attachdeck.cli.compiling import compiled_course, in_words, lock_kept, place
from attachdeck.cli.progress import Progress
from attachdeck.cli.terminal import course_folder, fail, seconds_now, spare_own_files, table
from attachdeck.compile.deck import Deck
from attachdeck.compile.results import Checked, Compiled
from attachdeck.outputs import BrokenOutput, NothingLeft, Output
from attachdeck.outputs.summary import Summary


@click.command(
    epilog="""\b
Examples:
  attachdeck build
  attachdeck build my-course -o ~/Desktop/my-deck.apkg
  attachdeck build attachment       the course that comes with attachdeck
  attachdeck build --to print       cards to cut out and a handout
  attachdeck build --to all -o out  every format, in the folder out
  attachdeck build --locked         for CI: fail if course.lock is out of date
"""
)
@click.argument("courses", metavar="[COURSE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "to",
    metavar="NAME",
    default="apkg",
    show_default=True,
    help="The format: apkg, addon, anki-text, crowdanki, csv, gift, print, site or all.",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help=(
        "The file to write, or the folder for `--to all` or several courses.  [default: in build/]"
    ),
)
@click.option(
    "--locked",
    is_flag=True,
    help="Fail if course.lock is out of date; do not update it.",
)
@click.option(
    "--new-lock",
    is_flag=True,
    help=("Start a new course.lock if the old one is lost. Only for a deck that nobody has yet."),
)
@click.option(
    "--language",
    default="",
    metavar="CODE",
    help="Build a translation of the course, such as `es`.",
)
@report.options
@report.jobs
@click.option(
    "--keep-mine",
    is_flag=True,
    help=("Keep your versions of overridden cards and stop reporting these upstream changes."),
)
def command(
    courses: tuple[Path, ...],
    to: str,
    output: Path | None,
    locked: bool,
    new_lock: bool,
    keep_mine: bool,
    language: str,
    strict: bool,
    only: tuple[str, ...],
    form: str | None,
    jobs: int,
) -> None:
    """Compile a course into an Anki deck or another format.

    COURSE is the folder that contains course.yaml, or the name of an installed course. By default,
    attachdeck builds the course in this folder or in ./course. It writes nothing if the course has
    errors, or if learners of the last release would lose something.

    Commit course.lock with the course: it records each card's identity and when it last changed.
    SOURCE_DATE_EPOCH sets the time recorded for changes.

    --strict and --rule also run the card-quality rules.
    """
    asked = report.Asked(strict, only, report.chosen(form))
    if len(courses) > 1 and asked.form not in _FOR_PEOPLE:
        raise click.UsageError(
            f"`--format {asked.form}` works with one course: build them one at a time"
        )
    if locked and new_lock:
        raise click.UsageError("--locked and --new-lock cannot be used together: leave one out")
    several = to == "all" or len(courses) > 1
    wanted = _wanted(to, output, several=several)
    order = _Order(wanted, output, several, locked, new_lock, keep_mine, language, asked, jobs)
    for course in courses or (None,):
        _build(course, order)


_FOR_PEOPLE = ("text", "github")


class _Order(NamedTuple):
    """What is to be made of a course: the outputs by name, and where; `several` files go into the
    folder `output`."""

    wanted: dict[str, Output]
    output: Path | None
    several: bool
    locked: bool
    new_lock: bool
    keep_mine: bool
    language: str
    asked: report.Asked
    jobs: int


def _build(course: Path | None, order: _Order) -> None:
    """Build a course, bring its lock up to date, and print what was written."""
    folder, asked = course_folder(course), order.asked
    spare_own_files(folder, order.output, "-o")
    now = seconds_now()
    with Progress() as progress:
        whole = order.wanted.keys() != {"apkg"}
        checked, compiled, diagnostics = compiled_course(
            folder,
            now,
            progress,
            asked,
            language=order.language,
            keep_mine=order.keep_mine,
            jobs=order.jobs,
            whole=whole,
            new_lock=order.new_lock,
            output=order.output,
        )
        if order.locked and compiled.stale:
            fail(_stale(compiled, checked.lock_path))
        if order.new_lock and checked.lock_path.exists():
            fail(
                f"{checked.lock_path} already exists: leave --new-lock out, or delete the file "
                "first if nobody has the deck yet"
            )
        lock = lock_kept(compiled, checked.lock_path, course)
        summaries, empty = [], []
        for name, output in order.wanted.items():
            try:
                summaries.append(_written(name, output, compiled.deck, order, progress))
            except NothingLeft as nothing:
                empty.append(f"{name}, which would be empty: {nothing}")
    report.say(diagnostics, checked.texts, asked.form)
    for_people = asked.form in _FOR_PEOPLE
    if order.language:
        click.echo(_translated(checked, order.language), err=not for_people)
    click.echo(_summary(summaries, lock, empty), err=not for_people)


def _translated(checked: Checked, language: str) -> str:
    """Return how much of a course is translated."""
    from attachdeck.layers.translation import Tally

    tally = sum(checked.tallies.values(), Tally())
    return f"{language + ':':8}{tally}; the other texts stay in the original language"


def _stale(compiled: Compiled, lock: Path) -> str:
    """Return why `--locked` fails, and what to do."""
    from attachdeck.release.lost_lock import restoring

    is_missing = not lock.exists()
    state = "missing" if is_missing else f"out of date: {in_words(compiled.changes)}"
    command = restoring(lock)
    back = f"`{command}`" if command else "take the one from the last build"
    return (
        f"{lock} is {state}; no deck was written: restore the lock ({back}), or run "
        "`attachdeck build` and commit it if you have changed the course"
    )


def _written(name: str, output: Output, deck: Deck, order: _Order, progress: Progress) -> Summary:
    """Write an output, and return a summary of it. Exit with 1 if that fails."""
    progress("writing the package" if name == "apkg" else f"writing {name}")
    path = usual = place(output, deck.course.deck, order.language)
    if order.output is not None:
        path = order.output / usual.name if order.several else order.output
    try:
        return pipeline.write(output, deck, path)
    except OSError as error:
        fail(
            f"the deck cannot be written to {path}: {error.strerror or error}; the last deck is "
            "unchanged"
        )
    except BrokenOutput as error:
        fail(f"{error}; the last output is unchanged")
    except NothingLeft as nothing:
        if len(order.wanted) > 1:
            raise
        fail(
            f"nothing in this course can be written as {name}; left out: {nothing}; "
            "the page Outputs of the documentation lists what each format supports"
        )


def _wanted(to: str, output: Path | None, *, several: bool) -> dict[str, Output]:
    """Return the outputs that `--to` names.

    Exit with 2 if it names none, or if it and `-o` do not fit together.
    """
    names = list(outputs.known()) if to == "all" else [to]
    try:
        wanted = {name: outputs.find(name) for name in names}
    except outputs.UnknownOutput as error:
        raise click.BadParameter(f"{error}, all", param_hint="--to") from None
    except BrokenOutput as error:
        fail(str(error))
    if output and several and output.is_file():
        raise click.BadParameter(
            f"`{output}` is a file; name a folder for "
            f"{'`--to all`' if to == 'all' else 'several courses'}",
            param_hint="-o",
        )
    if output and not several and output.is_dir() and "." in wanted[to].SUFFIX:
        raise click.BadParameter(f"`{output}` is a folder; name a file", param_hint="-o")
    return wanted


def _summary(summaries: list[Summary], lock: str, empty: Sequence[str] = ()) -> str:
    """Return what was written as a table. `lock` says what became of the lock, `empty` which
    outputs would carry nothing."""
    first = summaries[0]
    kinds = ", ".join(f"{count} {kind}" for kind, count in first.cards_by_kind.items())
    rows = [
        ("lessons", f"{first.lessons}"),
        ("notes", f"{first.notes}"),
        ("cards", f"{first.cards} ({kinds})"),
        ("media", f"{first.media}"),
        ("lock", lock),
    ]
    for summary in summaries:
        rows.append(
            (
                "folder" if summary.path.is_dir() else "file",
                f"{summary.path} ({summary.size:,} bytes)",
            )
        )
        rows += [("sha256", summary.sha256)] if summary.sha256 else []
        rows += [("left out", loss) for loss in summary.lost]
    rows += [("left out", loss) for loss in empty]
    return table(rows)
