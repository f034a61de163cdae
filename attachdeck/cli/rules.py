"""`attachdeck rules`."""

from __future__ import annotations

import click

from attachdeck.lint import known_rules


@click.command(
    epilog="""\b
Examples:
  attachdeck rules
  attachdeck explain yes-no-prompt
"""
)
def command() -> None:
    """List the rules for good cards."""
    for rule in known_rules().values():
        click.echo(f"{rule.name:24}{rule.title}")
