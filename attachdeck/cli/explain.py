"""`attachdeck explain`."""

from __future__ import annotations

import click

from attachdeck.diagnostics import did_you_mean
from attachdeck.lint import known_rules


@click.command(
    epilog="""\b
Examples:
  attachdeck explain yes-no-prompt
"""
)
@click.argument("rule")
def command(rule: str) -> None:
    """Explain a RULE for good cards: what it finds, why, how to mend it, with examples."""
    found = known_rules().get(rule)
    if found is None:
        raise click.UsageError(
            f"there is no rule `{rule}`; {did_you_mean(rule, known_rules()) or '`attachdeck rules` lists them'}"
        )
    click.echo(f"{rule}: {found.documentation.rstrip()}")
    click.echo(f"""
To break it on purpose, give the card the reason:

    lint: {{{rule}: "why it is good here"}}

For the whole course, in course.yaml (error, warning or off):

    lint: {{{rule}: off}}""")
