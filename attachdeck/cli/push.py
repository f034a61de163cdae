"""`attachdeck push`.

Anki's own import dialog is the way by default: nothing changes before the learner says so, and its
boxes are the learner's. AnkiConnect's import without it ticks them all: it unites note types (a
field that the learner added loses its text in each note that an update touches) and gives the decks
the course's preset back. So `--no-dialog` is refused where either would take something from the
learner.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.compiling import compiled_course, lock_kept, place
from attachdeck.cli.progress import Progress
from attachdeck.cli.terminal import course_folder, fail, seconds_now, show, styled, table
from attachdeck.compile.results import Compiled
from attachdeck.engine import ankiconnect
from attachdeck.engine.ankiconnect import AnkiConnect, NoAnki
from attachdeck.lock.comparison import Changes, printable
from attachdeck.outputs import apkg
from attachdeck.release.snapshots import Coming, coming
from attachdeck.reporters import changes as reporter


@click.command(
    epilog="""\b
Examples:
  attachdeck push                        Anki shows its import dialog
  attachdeck push my-course --dry-run    show what would change
  attachdeck push my-course --no-dialog  import without asking
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--dry-run", is_flag=True, help="Show what would change in Anki; write and send nothing."
)
@click.option(
    "--no-dialog",
    "at_once",
    is_flag=True,
    help="Import without Anki's dialog; fail if you would lose something by it.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=ankiconnect.PORT,
    show_default=True,
    help="The port of AnkiConnect on this computer.",
)
def command(course: Path | None, dry_run: bool, at_once: bool, port: int) -> None:
    """Send a course to the Anki on this computer, through its add-on AnkiConnect.

    attachdeck shows what will change, builds the deck and opens Anki's import dialog. Leave
    `Merge note types` off there. Progress, due dates, flags and suspended cards stay.

    If AnkiConnect has an API key, set ATTACHDECK_ANKICONNECT_KEY to it.
    """
    folder = course_folder(course)
    now = seconds_now()
    anki = AnkiConnect(port, os.environ.get(ankiconnect.KEY, ""))
    try:
        with Progress() as progress:
            checked, compiled, _ = compiled_course(folder, now, progress)
            progress("reading from Anki")
            anki.meet()
            incoming = _coming(anki, compiled)
        show(checked.diagnostics, checked.texts)
        for line in _shown(incoming):
            click.echo(line)
        if dry_run:
            click.echo("nothing was sent")
            return
        if at_once:
            _refuse(anki, compiled, incoming)
        lock = lock_kept(compiled, checked.lock_path, course)
        path = _package(compiled, place(apkg, compiled.deck.course.deck))
        click.echo(table([("lock", lock), ("file", str(path))]))
        if not at_once:
            anki.open_import(path)
            click.echo(
                "Anki shows its import dialog: leave `Merge note types` and `Import any learning "
                "progress` off, then choose Import"
            )
            return
        anki.import_package(path)
        _refuse_missing(_coming(anki, compiled).changes)
    except NoAnki as error:
        fail(str(error))
    click.echo("Anki has imported the deck")


def _refuse_missing(changes: Changes) -> None:
    """Exit with 1 if an import left something out."""
    missing = [
        *changes.added,
        *changes.reworded,
        *changes.retagged,
        *changes.retired,
        *changes.restyled,
    ]
    if missing:
        fail(
            "Anki has imported the package, but these cards still differ from the course: "
            f"{', '.join(missing[:5])}; import it yourself: File → Import"
        )


def _coming(anki: AnkiConnect, compiled: Compiled) -> Coming:
    return coming(
        anki.holding(
            compiled.deck.course.id,
            {note_type.id for note_type in compiled.deck.note_types.values()},
        ),
        compiled,
    )


def _shown(incoming: Coming) -> Iterator[str]:
    if incoming.custom:
        yield (
            f"{incoming.custom} custom cards are not compared: AnkiConnect cannot identify their "
            "notes"
        )
    if incoming.first:
        if count := len(incoming.changes.added):
            yield f"Anki has nothing of this course yet: {count} cards are new"
        return
    yield from reporter.lines(incoming.changes, styled)
    yield from (
        f"{styled('kept', 'help')} {name}: changed in Anki after its last change in the course"
        for name in incoming.kept
    )
    if not incoming.changes.bump:
        yield "no card would change"


def _refuse(anki: AnkiConnect, compiled: Compiled, incoming: Coming) -> None:
    """Stop before an import without the dialog that would take something from the learner."""
    if incoming.clashing:
        fail(
            f"the note type `{printable(incoming.clashing[0])}` has different fields or templates "
            "in Anki, and you could lose what you added there; nothing was sent: leave --no-dialog "
            "out, so that Anki asks you"
        )
    ours = {deck.name: compiled.deck.preset_of(deck) for deck in compiled.deck.decks}
    presets = anki.presets(set(ours))
    others = [name for name, preset in presets.items() if preset != ours[name]]
    if others:
        fail(
            f"the deck `{others[0]}` has its own options in Anki and would lose them; nothing was "
            "sent: leave --no-dialog out, so that Anki asks you"
        )


def _package(compiled: Compiled, path: Path) -> Path:
    try:
        return pipeline.package(compiled.deck, path).path
    except OSError as error:
        fail(f"the deck cannot be written to {path}: {error.strerror or error}; nothing was sent")
