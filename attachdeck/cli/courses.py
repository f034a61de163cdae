"""`attachdeck courses`."""

from __future__ import annotations

import click

from attachdeck.layers import courses
from attachdeck.reader import read_file


@click.command(
    epilog="""\b
Examples:
  attachdeck courses
  attachdeck build attachment -o deck.apkg   build one by its name
"""
)
def command() -> None:
    """List the installed courses with name, title, version and folder.

    A Python package lists its course in the entry point group `attachdeck.courses`.
    """
    for name, folder in courses.installed().items():
        document, _ = read_file(folder / "course.yaml", "course.yaml")
        values = (
            document.root.value if document.root and isinstance(document.root.value, dict) else {}
        )
        click.echo(f"{name:16}{values.get('title', '?')} {values.get('version', '')}  {folder}")
