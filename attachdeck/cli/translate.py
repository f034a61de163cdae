"""`attachdeck translate`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.authoring.text_file import create
from attachdeck.authoring.whole import write_course
from attachdeck.cli.groups import Group
from attachdeck.cli.terminal import course_folder, fail, own_course, say, seconds_now, show
from attachdeck.compile.results import Checked
from attachdeck.layers import translation
from attachdeck.layers.translation import Tally
from attachdeck.reader import TRANSLATIONS
from attachdeck.schema import schema_text
from attachdeck.system.safe_write import in_the_way

_COURSE = click.argument("course", required=False, type=click.Path(path_type=Path))


def _code(_context: click.Context, _parameter: click.Parameter, language: str) -> str:
    """Return a language as course.yaml takes it; folders are named by it."""
    pattern = json.loads(schema_text("course"))["properties"]["language"]["pattern"]
    if not re.fullmatch(pattern, language):
        raise click.BadParameter(
            f"`{language}` is not a language code: write one such as `es` or `pt-BR`"
        )
    return language


_LANGUAGE = click.argument("language", metavar="LANGUAGE", callback=_code)


@click.group(
    cls=Group,
    epilog="""\b
Examples:
  attachdeck translate extract es                  create or update Spanish
  attachdeck translate extract es --lesson what-attachment-is
  attachdeck translate status
  attachdeck build --language es
  attachdeck translate apply es my-course -o mi-curso   write a Spanish course
""",
)
def command() -> None:
    """Translate a course with catalogues (.po) that translation tools can edit."""


@command.command()
@_LANGUAGE
@_COURSE
@click.option(
    "--lesson",
    "lessons",
    multiple=True,
    help=("Only this lesson's catalogue; `course` is the catalogue of course.yaml (repeatable)."),
)
def extract(language: str, course: Path | None, lessons: tuple[str, ...]) -> None:
    """Create or update the catalogues; keep translations."""
    folder = own_course(course)
    checked = _whole(folder)
    known = translation.texts(checked.files)
    for lesson in lessons:
        if lesson not in known:
            fail(f"there is no lesson `{lesson}`; use the `id` of a lesson, or `course`")
    try:
        catalogues = (folder / TRANSLATIONS / language).glob("*.po")
        before = {path: path.read_bytes() for path in catalogues}
        for path, text, tally in translation.extract(checked.files, folder, language, lessons):
            create(path, text, before=before.get(path))
            click.echo(f"{path}: {tally}")
    except OSError as error:
        fail(f"`{error.filename}` cannot be read or written: {error.strerror or error}")
    except ValueError as error:
        fail(f"a catalogue cannot be read: {error}")


@command.command()
@_COURSE
def status(course: Path | None) -> None:
    """Show how much of COURSE is translated into each language."""
    folder = course_folder(course)
    languages = translation.languages(folder)
    for language in languages:
        checked = pipeline.check(folder, language)
        if not checked.tallies:
            show(checked.diagnostics, checked.texts)
            sys.exit(1)
        say(f"{language}: {sum(checked.tallies.values(), Tally())}")
        for name, tally in checked.tallies.items():
            say(f"  {name}: {tally}")
    if not languages:
        click.echo("no translations yet; run `attachdeck translate extract es` to start one")


@command.command()
@_LANGUAGE
@_COURSE
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for the new course.",
)
def apply(language: str, course: Path | None, output: Path) -> None:
    """Write a translation as a separate course."""
    folder = course_folder(course)
    checked = _whole(folder, language)
    if used := in_the_way(output):
        fail(f"`{output}` is not empty (it contains `{used}`): choose a new folder")
    lock = checked.lock_of_copy(pipeline.lock_before(checked, seconds_now()))
    try:
        write_course(checked.files, lock, output)
    except OSError as error:
        fail(f"`{output}` cannot be written: {error.strerror or error}")
    click.echo(f"{output}: {sum(checked.tallies.values(), Tally())}")


def _whole(folder: Path, language: str = "") -> Checked:
    """Return a course without mistakes; otherwise print them and exit with 1."""
    checked = pipeline.check(folder, language)
    if checked.course is None:
        show(checked.diagnostics, checked.texts)
        sys.exit(1)
    return checked
