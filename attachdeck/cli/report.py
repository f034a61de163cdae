"""Prints the diagnostics of `check` and `build`: for people, or for machines."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from attachdeck.cli.terminal import seconds_now, show
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.reporters import MACHINE_FORMATS

if TYPE_CHECKING:
    from attachdeck.compile.objects import Rules

F = TypeVar("F", bound=Callable[..., Any])


class Asked(NamedTuple):
    """What `--strict`, `--rule` and `--format` ask for."""

    strict: bool = False
    only: tuple[str, ...] = ()
    form: str = "text"


def options(command: F) -> F:
    """Add the options `--strict`, `--rule` and `--format` to a command."""
    form = click.option(
        "--format",
        "form",
        metavar="FORMAT",
        type=click.Choice(["text", *MACHINE_FORMATS]),
        help=(
            f"The report's format: text, {', '.join(MACHINE_FORMATS)}.  [default: text; github in "
            "a GitHub workflow]"
        ),
    )
    only = click.option(
        "--rule",
        "only",
        multiple=True,
        metavar="RULE",
        callback=_known,
        help="Check only this card-quality rule (repeatable).",
    )
    return click.option("--strict", is_flag=True, help="Fail on warnings too.")(only(form(command)))


def jobs(command: F) -> F:
    """Add the option `--jobs` to a command."""
    default = min(os.cpu_count() or 1, 8)
    description = (
        "Processes to use for more than about 500 cards.  [default: one for each processor]"
    )
    return click.option(
        "--jobs",
        type=click.IntRange(1, 64),
        default=default,
        metavar="N",
        help=description,
    )(command)


def rules(only: Sequence[str] = (), corpus: Sequence[str] = ()) -> Rules:
    """Return the rules for good cards to ask: all, or only some."""
    from attachdeck.compile.objects import Rules

    today = time.strftime("%Y-%m-%d", time.gmtime(seconds_now()))
    return Rules(today, tuple(only), tuple(corpus))


def chosen(form: str | None) -> str:
    """Return the format that `--format` names, else `github` in a GitHub workflow and `text`
    elsewhere."""
    return form or ("github" if os.environ.get("GITHUB_ACTIONS") else "text")


def say(
    diagnostics: Sequence[Diagnostic],
    texts: Mapping[str, str],
    form: str,
    *,
    err: bool = True,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Print diagnostics: for machines to standard output, for people there or to standard error.

    `more` are further keys of the JSON.
    """
    if form == "text":
        show(diagnostics, texts, err=err)
        return
    from attachdeck.reporters import machine

    if output := machine.said(diagnostics, texts, form, more):
        click.echo(output)


def _known(
    _context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    if names:
        from attachdeck.rules import known_rules

        for name in names:
            if name not in known_rules():
                raise click.UsageError(
                    f"there is no rule `{name}`; run `attachdeck rules` to list them"
                )
    return names
