"""`attachdeck fmt`."""

from __future__ import annotations

import sys
from functools import cache, partial
from pathlib import Path

import click

from attachdeck.authoring import new, text_file
from attachdeck.authoring.text_file import EditFault
from attachdeck.authoring.tidy import CannotTidy, tidied
from attachdeck.cli.terminal import own_course, say
from attachdeck.layers import courses
from attachdeck.reader import lesson_paths


@click.command(
    epilog="""\b
Examples:
  attachdeck fmt
  attachdeck fmt my-course
  attachdeck fmt my-course/lessons/01-first.yaml
  attachdeck fmt --check            for CI: fail if a file is not formatted
"""
)
@click.argument("paths", metavar="[COURSE|FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; fail if a file is not formatted."
)
def command(paths: tuple[Path, ...], only_check: bool) -> None:
    """Format a course's YAML files and add an id to each card that has none.

    Makes indentation and the order of a card's keys consistent. Comments, quotes and meaning stay
    the same. COURSE is the folder that contains course.yaml, and FILE is one of its YAML files.
    """
    wrong = 0
    taken = cache(new.card_ids)
    for path in _files(paths):
        try:
            file = text_file.read(path)
            tidy = tidied(file, partial(taken, path.parent.parent))
            if tidy == file:
                continue
            if not only_check:
                tidy.write()
            say(f"{path}: {'is not formatted' if only_check else 'formatted'}")
            wrong += only_check
        except (CannotTidy, EditFault, UnicodeDecodeError) as error:
            reason = "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            say(f"{path} was not changed: {reason}", err=True)
            wrong += 1
        except OSError as error:
            say(f"{path} cannot be read or written: {error.strerror or error}", err=True)
            wrong += 1
    sys.exit(1 if wrong else 0)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """Return the files to tidy, each once.

    Exit with 2 if one is named that is none of a course's YAML files: all others are left alone.
    """
    files: dict[Path, None] = {}
    for path in paths or (None,):
        alone = path is not None and path.is_file() and path.name != "course.yaml"
        files |= dict.fromkeys(
            [_own_file(path)] if path and alone else _of_course(own_course(path))
        )
    return list(files)


def _own_file(path: Path) -> Path:
    folder = courses.around(path)
    if folder is None or path.absolute() not in _of_course(folder):
        raise click.UsageError(
            f"`{path}` is not one of a course's YAML files: name the course's folder, or a file in "
            "its `lessons`"
        )
    return path


def _of_course(folder: Path) -> list[Path]:
    patterns = ("course.yaml", "sources.yaml", "media/media.yaml", "note_types/*/note_type.yaml")
    return [
        *lesson_paths(folder),
        *(path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()),
    ]
