"""`attachdeck rules`."""

from __future__ import annotations

from collections.abc import Iterable

import click

from attachdeck.rules import error_pages, known_rules
from attachdeck.rules.support.pages import Page


@click.command(
    epilog="""\b
Examples:
  attachdeck rules
  attachdeck explain yes-no-prompt
  attachdeck explain unknown-source
"""
)
def command() -> None:
    """List the card-quality rules, and the errors that stop a deck from being built."""
    click.echo("Card-quality rules (use `lint:` in course.yaml to turn one off):\n")
    _list(known_rules().values())
    click.echo("\nErrors:\n")
    _list(error_pages().values())


def _list(pages: Iterable[Page]) -> None:
    for page in pages:
        click.echo(f"{page.name:24}{page.title}")
