"""Files of a course that git takes for a repository of their own.

The settings of a repository can run commands, for everyone who calls git or opens an editor there.
Git never clones a `.git`, but it clones the files of a bare repository like any others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location

_DEPTH = 3
"""How many folders deep a course is searched."""
_OWN_FOLDERS = ("lessons", "media", "note_types", "translations")


def repositories(folder: Path) -> Iterator[Diagnostic]:
    """Report each repository among a course's files, and one that the course is part of."""
    for place in (*_bare_around(folder.resolve()), *_bare_in(folder, _DEPTH)):
        yield _problem(place, "this folder has the files of a git repository (HEAD, objects, refs)")
    for name in _OWN_FOLDERS:
        if os.path.lexists(folder / name / ".git"):
            yield _problem(folder / name / ".git", "this is a git repository inside a course")


def _problem(place: Path, message: str) -> Diagnostic:
    return Diagnostic(
        rule="git-repository",
        message=f"{message}, and its settings can run commands on your computer",
        at=Location(place.as_posix()),
        help="delete only these git files (.git, or HEAD, objects and refs) before you run git or "
        "open an editor there",
    )


def _bare_around(folder: Path) -> Iterator[Path]:
    """Find bare repositories between a course and the top of its own repository."""
    places = [folder, *folder.parents]
    tops = [number for number, place in enumerate(places) if (place / ".git").exists()]
    if tops:
        yield from (place for place in places[1 : tops[0]] if _is_bare(_names(place)))


def _bare_in(folder: Path, depth: int) -> Iterator[Path]:
    """Find bare repositories in a folder, so many folders deep."""
    names = _names(folder)
    if _is_bare(names):
        yield folder
    elif depth:
        for name, is_folder in names.items():
            if is_folder and name.casefold() != ".git":
                yield from _bare_in(folder / name, depth - 1)


def _is_bare(names: dict[str, bool]) -> bool:
    """Return whether git takes a folder with these files for a repository, on any system."""
    folded = {name.casefold() for name in names}
    return "head" in folded and ({"objects", "refs"} <= folded or "commondir" in folded)


def _names(folder: Path) -> dict[str, bool]:
    """Return the names in a folder, and which of them are folders; none where it is unreadable."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    except OSError:
        return {}
