"""`attachdeck map`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.terminal import course_folder, show
from attachdeck.reporters import map as reporter
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck map
  attachdeck map my-course --format json
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="A Markdown table for a README, or JSON with lessons and objectives.",
)
def command(course: Path | None, form: str) -> None:
    """Print which lesson of a course builds on which.

    Reads the `requires` of each lesson. COURSE is the folder that contains course.yaml.
    """
    checked = pipeline.check(course_folder(course))
    show(checked.diagnostics, checked.texts)
    if checked.course is None:
        click.echo(f"{tally(checked.diagnostics)}; no map was printed", err=True)
        sys.exit(1)
    known = checked.course
    click.echo(
        reporter.markdown(known) if form == "markdown" else reporter.json_map(known),
        nl=form == "json",
    )
