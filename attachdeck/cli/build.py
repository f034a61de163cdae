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
  attachdeck build my-course
  attachdeck build my-course -o ~/Desktop/my-deck.apkg
  attachdeck build attachment       the course that came with attachdeck
  attachdeck build one-course another-course
  attachdeck build --to print       cards to cut out, and a handout
  attachdeck build --to site        a website to read and practise on
  attachdeck build --to all -o out  everything, into the folder out
  attachdeck build --locked         in CI: fail if course.lock is not up to date
"""
)
@click.argument("courses", metavar="[COURSE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "to",
    metavar="NAME",
    default="apkg",
    show_default=True,
    help="What to make: apkg, addon, anki-text, crowdanki, csv, gift, print, site, all, …",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help=(
        "Where to write; with `--to all` or several courses a folder.  [default: in build/, under "
        "the name of the deck]"
    ),
)
@click.option(
    "--locked",
    is_flag=True,
    help="Fail if course.lock is not up to date, instead of bringing it up to date.",
)
@click.option(
    "--new-lock",
    is_flag=True,
    help=(
        "Begin a new course.lock where the old one is lost. Learners' edits would be overwritten: "
        "only for a deck that nobody has."
    ),
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
    help="Of cards that replace upstream's: you have seen what upstream changed, and keep yours.",
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
    """Compile a course into an Anki deck, or something else.

    COURSE is the folder that holds course.yaml. Without it, the course in this folder or in
    ./course is built. An installed course is built by its name: `attachdeck build attachment`.
    Nothing is written while the course has errors, or where the new deck would harm learners who
    have the last one.

    course.lock, beside course.yaml, remembers identities and times of change; commit it with the
    course. SOURCE_DATE_EPOCH, if set, is taken for the time of what has changed.

    With --strict or --rule the rules for good cards are asked, too, as `attachdeck check` does.
    """
    asked = report.Asked(strict, only, report.chosen(form))
    if len(courses) > 1 and asked.form not in _FOR_PEOPLE:
        raise click.UsageError(
            f"`--format {asked.form}` describes one course: build them one by one"
        )
    if locked and new_lock:
        raise click.UsageError("--locked writes no lock, and --new-lock begins one: choose one")
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
                f"{checked.lock_path} is there, so --new-lock has nothing to begin: delete the "
                "file first, if you mean to"
            )
        lock = lock_kept(compiled, checked.lock_path, course)
        summaries, empty = [], []
        for name, output in order.wanted.items():
            try:
                summaries.append(_written(name, output, compiled.deck, order, progress))
            except NothingLeft as nothing:
                empty.append(f"{name}, in which nothing would be: {nothing}")
    report.say(diagnostics, checked.texts, asked.form)
    for_people = asked.form in _FOR_PEOPLE
    if order.language:
        click.echo(_translated(checked, order.language), err=not for_people)
    click.echo(_summary(summaries, lock, empty), err=not for_people)


def _translated(checked: Checked, language: str) -> str:
    """Return how much of a course is translated."""
    from attachdeck.layers.translation import Tally

    tally = sum(checked.tallies.values(), Tally())
    return f"{language + ':':8}{tally}; what is not translated stays in the original"


def _stale(compiled: Compiled, lock: Path) -> str:
    """Return why `--locked` fails, and what to do."""
    from attachdeck.release.lost_lock import restoring

    is_missing = not lock.exists()
    state = "missing" if is_missing else f"not up to date: {in_words(compiled.changes)}"
    command = restoring(lock)
    back = f"`{command}`" if command else "take the one that was last built"
    return (
        f"{lock} is {state}; no deck was written: restore it ({back}), or, if you have changed the "
        "course, run `attachdeck build` and commit it"
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
            f"the deck cannot be written to {path}: {error.strerror or error}; the last one is "
            "unchanged"
        )
    except BrokenOutput as error:
        fail(f"{error}; the last one is unchanged")
    except NothingLeft as nothing:
        if len(order.wanted) > 1:
            raise
        fail(
            f"nothing of the course can become {name}: left out {nothing}; "
            "nothing was written (docs/reference/outputs.md says what each output carries)"
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
            f"`{output}` is a file; with {'`--to all`' if to == 'all' else 'several courses'} "
            "name a folder",
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
