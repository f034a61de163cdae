"""`attachdeck explain`."""

from __future__ import annotations

import re

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
    click.echo(f"{code}: {_without_links(page.documentation.rstrip())}")
    if code in rules:
        click.echo(f"""
To turn it off for one card, give the card a reason:

    lint: {{{code}: "why it is good here"}}

To turn it off for the whole course, write in course.yaml (error, warning or off):

    lint: {{{code}: off}}""")


def _without_links(page: str) -> str:
    """Return a page with the words of its links alone; examples stay as they are."""
    return re.sub(r"^(?! {4}).*", _words, page, flags=re.MULTILINE)


def _words(line: re.Match[str]) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", line[0])
