"""`attachdeck fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from attachdeck.authoring import new, text_file
from attachdeck.authoring.tidy import CannotTidy, tidied
from attachdeck.cli.terminal import own_course, say


@click.command(
    epilog="""\b
Examples:
  attachdeck fmt
  attachdeck fmt my-course
  attachdeck fmt my-course/lessons/01-first.yaml
  attachdeck fmt --check            in CI: fail if a file is not tidy
"""
)
@click.argument("paths", metavar="[COURSE|FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail if a file is not tidy.")
def command(paths: tuple[Path, ...], only_check: bool) -> None:
    """Tidy a course's YAML files, and write an id into each card that has none.

    Indentation and the order of a card's keys become even; comments, quotes and the meaning stay. COURSE is the folder that holds course.yaml.
    """
    wrong = 0
    for path in _files(paths):
        try:
            file = text_file.read(path)
            found = tidied(file.text, str(path), new.card_ids(path.parent.parent) if path.parent.name == "lessons" else set())
            if found == file.text:
                continue
            if not only_check:
                file.write(found)
            say(f"{path}: {'is not tidy' if only_check else 'tidied'}")
            wrong += only_check
        except (CannotTidy, UnicodeDecodeError) as error:
            reason = "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            say(f"{path} is left as it is: {reason}", err=True)
            wrong += 1
        except OSError as error:
            say(f"{path} cannot be written: {error.strerror or error}", err=True)
            wrong += 1
    sys.exit(1 if wrong else 0)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    if paths and all(path.is_file() and path.name != "course.yaml" for path in paths):
        return list(paths)
    folders = [own_course(path) for path in paths or (None,)]
    patterns = ("course.yaml", "sources.yaml", "lessons/*.yaml", "lessons/*.yml", "media/media.yaml", "note_types/*/note_type.yaml")
    return [path for folder in folders for pattern in patterns for path in sorted(folder.glob(pattern))]
