"""`attachdeck import`."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from attachdeck import pipeline
from attachdeck.authoring.edits import bring_back
from attachdeck.cli import report
from attachdeck.cli.terminal import fail, no_engine, own_course, show, styled
from attachdeck.domain.naming import word
from attachdeck.domain.quoting import counted
from attachdeck.engine.collection import NoEngine
from attachdeck.importing import columns as meanings
from attachdeck.importing import source, table, writing
from attachdeck.importing.draft import Draft, summed_up
from attachdeck.importing.found import CannotImport
from attachdeck.rules.support import kept

_MOST = 20
"""How many findings of one rule are listed."""
_SHOWN_CARDS = 3
"""How many cards are shown of a table whose columns are a guess."""


@click.command(
    epilog="""\b
Examples:
  attachdeck import spanish.apkg -o spanish     learners keep their progress
  attachdeck import spanish.apkg -o spanish --convert
  attachdeck import words.csv -o spanish
  attachdeck import words.csv -o spanish --columns 1=prompt,2=answer
  attachdeck import --into my-course my-course.csv
"""
)
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for the new course; it must be new or empty.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="COURSE",
    help="Copy the edits in a spreadsheet back into COURSE, matching cards by id.",
)
@click.option("--title", help="The course's title.  [default: from the file's name]")
@click.option("--language", help="The language code of the cards.  [default: en]")
@click.option(
    "--columns",
    metavar="NAME=KEY,...",
    help=(
        "Which card key each column becomes, by column name or number, such as "
        "Spanish=prompt,English=answer."
    ),
)
@click.option(
    "--encoding",
    metavar="NAME",
    default="",
    help="The encoding of a table, such as cp1252.  [default: UTF-8, or UTF-16 if marked]",
)
@click.option(
    "--convert",
    is_flag=True,
    help="Convert to attachdeck's own kinds of card. Learners of the deck start over.",
)
def command(
    files: tuple[Path, ...],
    output: Path | None,
    into: Path | None,
    title: str | None,
    language: str | None,
    columns: str | None,
    encoding: str,
    convert: bool,
) -> None:
    """Turn a deck or a table into a course, or copy a spreadsheet's edits into a course.

    FILE is an Anki package (.apkg, .colpkg), a CrowdAnki folder, a table (.csv, .tsv, .txt), an
    Anki text file (.txt, .csv) or Markdown (.md). Notes from a package keep their GUID, note type,
    tags and deck, so learners of the deck keep their progress. attachdeck lists what it cannot
    import.
    """
    if (output is None) == (into is None):
        raise click.UsageError(
            "name the new course's folder with -o, or the course that a spreadsheet belongs to "
            "with --into"
        )
    if into is not None and (title or language or columns or convert):
        raise click.UsageError(
            "--title, --language, --columns and --convert work only with -o: leave them out, or "
            "leave --into out"
        )
    _check_encoding(encoding)
    if into is not None:
        _bring_back(own_course(into), files, encoding)
    if output is not None:
        title = title or files[0].stem.replace("-", " ").replace("_", " ").strip() or "Imported"
        asked = _asked(columns)

        def draft(asked: meanings.Asked) -> Draft:
            return source.draft(files, convert=convert, asked=asked, encoding=encoding)

        _make(draft, asked, output, title, language or "en")


def _check_encoding(encoding: str) -> None:
    """Exit with 2 where Python has no encoding of text by this name."""
    try:
        with contextlib.suppress(UnicodeError):
            b"x".decode(encoding or "utf-8")
    except LookupError as error:
        raise click.BadParameter(
            f"there is no encoding `{encoding}`; try utf-8, utf-16, cp1252 or mac_roman",
            param_hint="--encoding",
        ) from error


def _asked(columns: str | None) -> meanings.Asked:
    """Return what `--columns` says. Exits with 2 where it cannot be read."""
    try:
        return meanings.asked(columns or "")
    except CannotImport as error:
        raise click.UsageError(str(error)) from error


def _make(
    drafted: Callable[[meanings.Asked], Draft],
    asked: meanings.Asked,
    output: Path,
    title: str,
    language: str,
) -> None:
    try:
        try:
            draft = drafted(asked)
        except meanings.Unclear as unclear:
            _confirm(unclear, drafted)
            draft = drafted(meanings.asked(unclear.option))
        draft = writing.write(draft, output, title, language)
    except NoEngine:
        no_engine()
    except CannotImport as error:
        fail(str(error))
    except OSError as error:
        fail(f"`{error.filename}` cannot be read or written: {error.strerror or error}")
    _say(draft, output)


def _confirm(unclear: meanings.Unclear, drafted: Callable[[meanings.Asked], Draft]) -> None:
    """Show the first cards as a guess reads them, and ask whether that is right.

    Exit with 2 if it is not, or if no terminal is there to answer.
    """
    can_answer = sys.stdin.isatty() and sys.stderr.isatty()
    is_question = unclear.option and can_answer
    begin = "" if is_question else f"{styled('error', 'error')}: "
    click.echo(f"{begin}{_line(unclear.reason)}", err=True)
    if unclear.option:
        draft = drafted(meanings.asked(unclear.option))
        cards = [card for lesson in draft.lessons for card in lesson.cards]
        if draft.note:
            click.echo(_line(draft.note), err=True)
        click.echo("The first cards would be:", err=True)
        for card in cards[:_SHOWN_CARDS]:
            click.echo(f"  {_line(_sides(card))}", err=True)
        if can_answer and click.confirm("Import it like this?", default=True, err=True):
            return
        click.echo(f"help: if that is right, add {_option(unclear.option)}", err=True)
    if unclear.other:
        click.echo(f"help: if the first row is a card, add {_option(unclear.other)}", err=True)
    click.echo(
        "help: otherwise name the columns, as in --columns NAME=prompt,NAME=answer "
        "(NAME can be a column's number)",
        err=True,
    )
    sys.exit(2)


def _option(columns: str) -> str:
    """Return `--columns` with its value as one word of a command."""
    if re.fullmatch(r"[\w.,=-]+", columns):
        return f"--columns {columns}"
    mark = "'" if '"' in columns else '"'
    return _line(f"--columns {mark}{columns}{mark}")


def _sides(card: Mapping[str, Any]) -> str:
    """Return a card in one line."""
    beside = {key: card[key] for key in ("why", "hint", "tags") if card.get(key)}
    more = ", ".join(
        f"{key}: {' '.join(value) if isinstance(value, list) else value}"
        for key, value in beside.items()
    )
    asks = str(card.get("prompt") or card.get("text") or card.get("question"))
    answer = f" → {card['answer']}" if card.get("answer") else ""
    return f"{asks}{answer}" + (f" ({more})" if more else "")


def _bring_back(folder: Path, files: tuple[Path, ...], encoding: str) -> None:
    if len(files) != 1:
        raise click.UsageError("--into takes one spreadsheet")
    try:
        rows, beside = table.edits(files[0], encoding)
        edits, left_out = bring_back(folder, rows)
    except CannotImport as error:
        fail(str(error))
    except OSError as error:
        fail(f"`{error.filename}` cannot be read or written: {error.strerror or error}")
    for edit in edits:
        click.echo(f"{edit.path}: {edit.card}: {edit.key}")
    for reason in (*beside, *left_out):
        click.echo(f"not copied: {_line(reason)}")
    click.echo(f"{counted(len(edits), 'change')}")
    checked = pipeline.check(folder)
    show(checked.diagnostics, checked.texts)
    sys.exit(1 if beside or left_out or checked.course is None else 0)


def _say(draft: Draft, output: Path) -> None:
    cards = [card for lesson in draft.lessons for card in lesson.cards]
    click.echo(
        f"{output}: {counted(len(draft.lessons), 'lesson')}, {counted(len(cards), 'card')}, "
        f"{counted(len(draft.media), 'media file')}"
    )
    for line in draft.note.splitlines():
        click.echo(_line(line))
    _lost(draft.lost)
    if draft.note_types:
        _effects(output)
    if draft.starts_afresh:
        click.echo("Learners of the deck get these as new cards, without their progress.")
    elif draft.known.cards:
        click.echo(
            "Learners of the deck can continue with the course. Commit course.lock: it keeps "
            "their progress."
        )
    click.echo(f"\nNext: attachdeck build {word(output)}")


def _effects(course: Path) -> None:
    """List what custom cards do besides being shown, as `attachdeck check` reports it."""
    findings = pipeline.check(course, rules=report.rules(kept.RULES)).diagnostics
    for rule in kept.RULES:
        of_rule = [finding for finding in findings if finding.rule == rule]
        for finding in of_rule[:_MOST]:
            click.echo(f"reported ({rule}): {_line(f'{finding.at}: {finding.message}')}")
        if len(of_rule) > _MOST:
            more = len(of_rule) - _MOST
            click.echo(f"reported ({rule}): {more} more; run `attachdeck check` to see them all")


def _lost(lost: Sequence[str]) -> None:
    for line in summed_up(lost):
        click.echo(f"not imported: {_line(line)}")


def _line(text: str) -> str:
    """Return a stranger's words on one line, without characters that a terminal would obey."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
