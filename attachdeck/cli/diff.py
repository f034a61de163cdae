"""`attachdeck diff`."""

from __future__ import annotations

from pathlib import Path

import click

from attachdeck.cli.terminal import course_folder, fail, show, styled
from attachdeck.lock.comparison import compare
from attachdeck.release.snapshots import NoSnapshot, snapshot
from attachdeck.reporters import changes as reporter


@click.command(
    epilog="""\b
Examples:
  attachdeck diff v1.0.0 course                show changes since a git tag
  attachdeck diff last.apkg build/my-deck.apkg
  attachdeck diff old/course.lock course/course.lock
  attachdeck diff v1.0.0 course --format markdown > notes.md
"""
)
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to show the changes.",
)
def command(old: str, new: str, form: str) -> None:
    """Show what changed between two releases and which version number the changes need.

    OLD and NEW can each be a course's folder, its course.lock, a package (.apkg) or a git
    revision. A revision is looked up in the course folder that you name, or else in the course in
    this folder or in ./course.
    """
    folder = next((Path(name) for name in (new, old) if Path(name).is_dir()), None)
    if folder is None and not (Path(old).is_file() and Path(new).is_file()):
        folder = course_folder(None)
    try:
        changes = compare(*(snapshot(name, folder or Path()) for name in (old, new)))
    except NoSnapshot as error:
        show(error.diagnostics, error.texts)
        fail(str(error))
    if form == "json":
        click.echo(reporter.as_json(changes))
    else:
        click.echo(
            "\n".join(
                reporter.markdown(changes) if form == "markdown" else reporter.text(changes, styled)
            )
        )
