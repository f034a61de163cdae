"""`attachdeck explain`."""

from __future__ import annotations

import click

from attachdeck.domain.diagnostics import did_you_mean
from attachdeck.rules import error_pages, known_rules


@click.command(
    epilog="""\b
Examples:
  attachdeck explain yes-no-prompt
  attachdeck explain unknown-source
"""
)
@click.argument("code")
def command(code: str) -> None:
    """Explain a CODE that `check` prints in brackets: what it finds, why, and how to fix it."""
    code = code.strip("[]")
    rules, errors = known_rules(), error_pages()
    page = rules.get(code) or errors.get(code)
    if page is None:
        near = did_you_mean(code, [*rules, *errors]) or "run `attachdeck rules` to list them"
        raise click.UsageError(f"there is no rule or error `{code}`; {near}")
    click.echo(f"{code}: {page.documentation.rstrip()}")
    if code in rules:
        click.echo(f"""
To turn it off for one card, give the card a reason:

    lint: {{{code}: "why it is good here"}}

To turn it off for the whole course, write in course.yaml (error, warning or off):

    lint: {{{code}: off}}""")
