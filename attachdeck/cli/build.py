"""`attachdeck build`."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from attachdeck import courses, pipeline
from attachdeck.cli.progress import Progress
from attachdeck.cli.terminal import course_folder, fail, show
from attachdeck.diagnostics import Diagnostic
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck build
  attachdeck build my-course
  attachdeck build my-course -o ~/Desktop/my-deck.apkg
  attachdeck build --locked         in CI: fail if course.lock is not up to date
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the deck.  [default: build/<name of the deck>.apkg]",
)
@click.option("--locked", is_flag=True, help="Fail if course.lock is not up to date, instead of bringing it up to date.")
def command(course: Path | None, output: Path | None, locked: bool) -> None:
    """Compile a course into an Anki deck.

    COURSE is the folder that holds course.yaml. Without it, ./course is built, else the course that came with attachdeck.
    Nothing is written while the course has errors, or where the new deck would harm learners who have the last one.

    course.lock, beside course.yaml, remembers identities and times of change; commit it with the course.
    SOURCE_DATE_EPOCH, if set, is taken for the time of what has changed.
    """
    folder = course_folder(course)
    now = _now()
    with Progress() as progress:
        progress("reading the course")
        checked = pipeline.check(folder)
        if checked.course is None:
            _stop(checked, checked.diagnostics)
            return
        progress("making the notes")
        compiled = pipeline.compiled(checked, now)
        if compiled.refusals:
            _stop(checked, (*checked.diagnostics, *compiled.refusals))
        if locked and compiled.stale:
            fail(f"course.lock is not up to date: {_changes(compiled.changes)}; run `attachdeck build` and commit it; no deck was written")
        progress("writing the package")
        path = output or Path("build") / f"{_file_name(checked.course.deck)}.apkg"
        unwritten = _keep(compiled, folder, installed=course is None and folder != courses.HERE)
        try:
            summary = pipeline.package(compiled.deck, path)
        except OSError as error:
            fail(f"the deck cannot be written to {path}: {error.strerror or error}; the last one is unchanged")
    show(checked.diagnostics, checked.texts)
    click.echo(_summary(summary, unwritten or (_changes(compiled.changes) if compiled.stale else "no changes")))


def _stop(checked: pipeline.Checked, diagnostics: tuple[Diagnostic, ...]) -> None:
    show(diagnostics, checked.texts)
    click.echo(f"{tally(diagnostics)}; no deck was written", err=True)
    sys.exit(1)


def _keep(compiled: pipeline.Compiled, folder: Path, *, installed: bool) -> str:
    """Bring the lock up to date; why not, where the course can only be read. An installed course is its publisher's."""
    if installed:
        return "not up to date, and left alone: this course came installed" if compiled.stale else ""
    try:
        pipeline.keep(compiled, folder)
    except OSError as error:
        return f"not written ({error.strerror or error}); without it the next release cannot know what changed"
    return ""


def _now() -> int:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch and not re.fullmatch(r"[0-9]{1,11}", epoch):
        raise click.UsageError("SOURCE_DATE_EPOCH must be a number of seconds since 1970")
    return int(epoch) if epoch else int(time.time())


def _summary(made: pipeline.Summary, lock: str) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in made.cards_by_kind.items())
    rows = (
        ("lessons", f"{made.lessons}"),
        ("notes", f"{made.notes}"),
        ("cards", f"{made.cards} ({kinds})"),
        ("media", f"{made.media}"),
        ("lock", lock),
        ("file", f"{made.path} ({made.size:,} bytes)"),
        ("sha256", made.sha256),
    )
    return "\n".join(f"{name:8}{value}" for name, value in rows)


def _changes(changes: Mapping[str, list[str]]) -> str:
    """What changed, with names while they are few: `2 new (a, b), 40 changed`."""
    listed = (f"{len(names)} {what}" + (f" ({', '.join(names)})" if len(names) <= 5 else "") for what, names in changes.items())
    return ", ".join(listed) or "only its form"


def _file_name(deck: str) -> str:
    """A deck's name as a file's: `Attachment Theory` becomes `attachment-theory`."""
    return re.sub(r"[^\w]+", "-", deck.lower()).strip("-") or "deck"
