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
    """Explain a CODE that `check` prints in brackets: what it finds, why, and how to mend it."""
    code = code.strip("[]")
    rules, errors = known_rules(), error_pages()
    page = rules.get(code) or errors.get(code)
    if page is None:
        near = did_you_mean(code, [*rules, *errors]) or "`attachdeck rules` lists them"
        raise click.UsageError(f"there is no rule or error `{code}`; {near}")
    click.echo(f"{code}: {page.documentation.rstrip()}")
    if code in rules:
        click.echo(f"""
To break it on purpose, give the card the reason:

    lint: {{{code}: "why it is good here"}}

For the whole course, in course.yaml (error, warning or off):

    lint: {{{code}: off}}""")
