"""`attachdeck forget`."""

from __future__ import annotations

from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.terminal import fail, own_course, seconds_now, show
from attachdeck.domain.diagnostics import errors_among
from attachdeck.lock.file import write_lock
from attachdeck.lock.forgetting import forgotten
from attachdeck.reporters.text import tally


@click.command(
    epilog="""\b
Examples:
  attachdeck forget old-card
  attachdeck forget one-card another-card --course my-course
  attachdeck forget "My course::01 First"
"""
)
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    help="The course.  [default: the one in this folder or in ./course]",
)
@click.option(
    "--language",
    default="",
    metavar="CODE",
    help="Forget it in a translation, such as `es`.",
)
def command(names: tuple[str, ...], course: Path | None, language: str) -> None:
    """Accept that learners lose a card or deck, so that `build` no longer refuses it.

    ID is a card's id, or the old name of a deck. Copy it from the error that `build` or `check`
    prints: the card is missing, has lost a side or changed its note type, or the deck was renamed.

    Prints what learners will see. If `build` has no objection to ID, the command fails
    and changes nothing.
    """
    folder = own_course(course)
    checked = pipeline.check(folder, language)
    errors = errors_among(checked.diagnostics)
    if checked.course is None:
        show(errors, checked.texts)
        fail(f"{tally(errors)}; {checked.lock_path} is unchanged: fix the errors first")
    lock, effects = checked.lock, []
    new = pipeline.compiled(checked, seconds_now()).lock
    for name in dict.fromkeys(names):
        outcome = forgotten(lock, new, name)
        if outcome is None:
            fail(
                f"`attachdeck build` does not refuse anything because of `{name}`: copy the id "
                f"from an error of `attachdeck check` ({checked.lock_path} is unchanged)"
            )
        lock, effect = outcome
        effects.append(effect)
    write_lock(lock, checked.lock_path)
    for effect in effects:
        click.echo(f"forgotten: {effect}")
    click.echo(f"{checked.lock_path} has changed: run `attachdeck build` and commit it")
