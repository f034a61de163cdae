"""`attachdeck build`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.progress import Progress
from attachdeck.cli.terminal import course_folder, fail, show
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck build
  attachdeck build my-course
  attachdeck build my-course -o ~/Desktop/my-deck.apkg
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the deck.  [default: build/<name of the deck>.apkg]"
)
def command(course: Path | None, output: Path | None) -> None:
    """Compile a course into an Anki deck.

    COURSE is the folder that holds course.yaml. Without it, ./course is built, else the course that came with attachdeck.
    Nothing is written while the course has errors.
    """
    folder = course_folder(course)
    with Progress() as progress:
        progress("reading the course")
        checked = pipeline.check(folder)
        if checked.course:
            progress("making the notes")
            deck = pipeline.compiled(checked.course)
            path = output or Path("build") / f"{_file_name(checked.course.deck)}.apkg"
            progress("writing the package")
            try:
                summary = pipeline.package(deck, path)
            except OSError as error:
                fail(f"the deck cannot be written to {path}: {error.strerror or error}; nothing was changed")
    show(checked.diagnostics, checked.texts)
    if checked.course is None:
        click.echo(f"{tally(checked.diagnostics)}; no deck was written", err=True)
        sys.exit(1)
    click.echo(_summary(summary))


def _summary(made: pipeline.Summary) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in made.cards_by_kind.items())
    rows = (
        ("lessons", f"{made.lessons}"),
        ("notes", f"{made.notes}"),
        ("cards", f"{made.cards} ({kinds})"),
        ("media", f"{made.media}"),
        ("file", f"{made.path} ({made.size:,} bytes)"),
        ("sha256", made.sha256),
    )
    return "\n".join(f"{name:8}{value}" for name, value in rows)


def _file_name(deck: str) -> str:
    """A deck's name as a file's: `Attachment Theory` becomes `attachment-theory`."""
    return re.sub(r"[^\w]+", "-", deck.lower()).strip("-") or "deck"
