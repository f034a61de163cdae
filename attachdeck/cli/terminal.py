"""What commands share: finding a course, and showing diagnostics."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

import click

from attachdeck.domain.diagnostics import Diagnostic, did_you_mean
from attachdeck.domain.naming import word
from attachdeck.layers import courses
from attachdeck.reporters import text

_NAMED = 8
"""The maximum number of courses that are named where no course lies here."""

_STYLES = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "place": {"fg": "blue", "bold": True},
    "mark": {"fg": "red", "bold": True},
    "help": {"fg": "cyan", "bold": True},
}


def course_folder(given: Path | None) -> Path:
    """Return the folder of the course to work on: the one given by its path or by its installed
    name, else the one that lies here.

    Exits with 2 when there is none.
    """
    folder = given or courses.own() or _refuse_here(installed=courses.installed())
    if folder.is_file() and folder.name == "course.yaml":
        return folder.parent
    if given and not folder.exists() and (named := courses.installed().get(str(given))):
        return named
    if not folder.is_dir() or (not (folder / "course.yaml").exists() and courses.around(folder)):
        _refuse(folder)
    return folder


def _refuse_here(installed: Iterable[str] = ()) -> NoReturn:
    """Exit with 2 because no course lies here, naming the courses that may have been meant."""
    if above := courses.around(Path("-")):
        raise click.UsageError(
            f"there is no course here; this folder is inside the course `{above}`: name that folder"
        )
    below = [word(folder) for folder in courses.below(Path())][:_NAMED]
    new = "new-course" if Path("my-course").exists() else "my-course"
    ways = [
        *([f"name a course in a folder below this one: {_listed(below)}"] if below else []),
        f"start one: `attachdeck new course {new}`",
        *([f"name an installed course: {_listed(installed)}"] if installed else []),
    ]
    raise click.UsageError(
        "there is no course here: neither this folder nor ./course has a course.yaml\n"
        + "\n".join(f"help: {way}" for way in ways)
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _refuse(folder: Path) -> NoReturn:
    above = courses.around(folder)
    names = [*courses.installed(), *(path.as_posix() for path in courses.below(Path()))]
    near = None if above or folder.exists() else did_you_mean(folder.as_posix(), names)
    raise click.UsageError(
        f"`{folder}` {'is not a course' if folder.exists() else 'does not exist'}: "
        + (near or "name the folder that contains course.yaml" + (f", `{above}`" if above else ""))
    )


def own_course(given: Path | None) -> Path:
    """Return the folder of a course that may be written to.

    Exits with 2 when there is none, and where it is an installed one.
    """
    advice = "name the folder of your own course, or run `attachdeck new course my-course`"
    folder = course_folder(given) if given else courses.own() or _refuse_here()
    if courses.is_installed(given):
        raise click.UsageError(f"`{given}` is an installed course: {advice}")
    if not (folder / "course.yaml").is_file():
        _refuse(folder)
    return folder


def spare_own_files(folder: Path, place: Path | None, option: str) -> None:
    """Exit with 2 if an option names a place that is for a course's own files."""
    from attachdeck.reader import keeps  # Commands that read no course start sooner without.

    if place and keeps(folder, place):
        raise click.BadParameter(
            f"`{place}` is reserved for the course's own files; name another place",
            param_hint=option,
        )


def seconds_now() -> int:
    """Return the time in seconds since 1970: SOURCE_DATE_EPOCH if it is set
    (https://reproducible-builds.org/specs/source-date-epoch), else the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch and not re.fullmatch(r"[0-9]{1,11}", epoch):
        raise click.UsageError("SOURCE_DATE_EPOCH must be a number of seconds since 1970")
    # Commands that read no course start sooner without.
    from attachdeck.lock.records import LAST_SECOND

    if epoch and int(epoch) > LAST_SECOND:
        raise click.UsageError("SOURCE_DATE_EPOCH must be before the year 3000")
    return int(epoch) if epoch else int(time.time())


def styled(part: str, style: str) -> str:
    """Return a text in one of the reporters' styles."""
    return click.style(part, **_STYLES[style])  # type: ignore[arg-type]


def show(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], *, err: bool = True) -> None:
    """Print diagnostics, each followed by a blank line, to standard error or output."""
    for block in text.report(diagnostics, texts, styled):
        click.echo(f"{block}\n", err=err)


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Return names and values as lines, with the values below one another."""
    return "\n".join(f"{name:<8}{'' if len(name) < 8 else ' '}{value}" for name, value in rows)


def no_engine() -> NoReturn:
    """Print that Anki's engine is not installed, and exit with 2."""
    from attachdeck.engine.collection import NEEDED

    click.echo(NEEDED, err=True)
    sys.exit(2)


def say(message: str, *, err: bool = False) -> None:
    """Print a line whose text may come from a stranger, such as a file's name."""
    click.echo(text.printable(message), err=err)


def fail(message: str) -> NoReturn:
    """Print an error that is not about a place in the course, and exit with 1."""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {text.printable(message)}", err=True)
    sys.exit(1)
