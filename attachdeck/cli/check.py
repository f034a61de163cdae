"""`attachdeck check`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.terminal import course_folder, seconds_now, show
from attachdeck.diagnostics import Diagnostic, Severity
from attachdeck.lint import known_rules, lint
from attachdeck.pipeline import Checked
from attachdeck.reporters.machine import FORMATS
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck check
  attachdeck check my-course another-course
  attachdeck check --strict                   in CI: warnings fail, too
  attachdeck check --rule no-source --rule yes-no-prompt
  attachdeck check --format sarif > findings.sarif
"""
)
@click.argument("courses", metavar="[COURSE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@click.option("--rule", "only", multiple=True, metavar="RULE", help="Of the rules for good cards only this one; may be repeated.")
@click.option(
    "--corpus",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A text with which the course should share no run of eight words; may be repeated.",
)
@click.option("--format", "form", type=click.Choice(["text", *FORMATS]), help="How to say it.  [default: text; github in a GitHub workflow]")
def command(courses: tuple[Path, ...], strict: bool, only: tuple[str, ...], corpus: tuple[Path, ...], form: str | None) -> None:
    """Say what is wrong in a course: every mistake at once, with its place and how to mend it; and what could be better.

    COURSE is the folder that holds course.yaml. Without it, ./course is checked, else the course that came with attachdeck.
    What could be better is found by the rules that `attachdeck rules` lists.
    """
    for name in only:
        if name not in known_rules():
            raise click.UsageError(f"there is no rule `{name}`; `attachdeck rules` lists them")
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") else "text")
    others = tuple(path.read_text(encoding="utf-8", errors="replace") for path in corpus)
    whole = True
    found: list[Diagnostic] = []
    texts: dict[str, str] = {}
    for given in courses or (None,):
        folder = course_folder(given)
        checked = pipeline.check(folder)
        diagnostics = sorted((*checked.diagnostics, *lint_of(checked, only, others)), key=lambda each: each.at)
        whole = whole and not any(each.severity is Severity.ERROR or strict for each in diagnostics)
        found += diagnostics
        texts |= checked.texts
        if form == "text":
            show(diagnostics, checked.texts)
            click.echo(f"{folder}: {tally(diagnostics)}", err=bool(diagnostics))
    if form != "text" and (said := FORMATS[form](found, texts)):
        click.echo(said)
    sys.exit(0 if whole else 1)


def lint_of(checked: Checked, only: tuple[str, ...] = (), corpus: tuple[str, ...] = ()) -> list[Diagnostic]:
    """What the rules for good cards say of a course without mistakes."""
    today = time.strftime("%Y-%m-%d", time.gmtime(seconds_now()))
    return list(lint(checked.course, today, only, corpus)) if checked.course else []
