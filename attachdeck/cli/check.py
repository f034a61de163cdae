"""`attachdeck check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.terminal import course_folder, show
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck check
  attachdeck check my-course another-course
"""
)
@click.argument("courses", metavar="[COURSE]...", nargs=-1, type=click.Path(path_type=Path))
def command(courses: tuple[Path, ...]) -> None:
    """Say what is wrong in a course: every mistake at once, with its place and how to mend it.

    COURSE is the folder that holds course.yaml. Without it, ./course is checked, else the course that came with attachdeck.
    """
    whole = True
    for given in courses or (None,):
        folder = course_folder(given)
        checked = pipeline.check(folder)
        show(checked.diagnostics, checked.texts)
        click.echo(f"{folder}: {tally(checked.diagnostics)}", err=bool(checked.diagnostics))
        whole = whole and checked.course is not None
    sys.exit(0 if whole else 1)
