"""A course.lock that is missing although there was one, and the command that gets it back.

Without the lock every card would be as new as the build, and Anki would overwrite what learners
changed on any of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from attachdeck import git
from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location
from attachdeck.naming import word
from attachdeck.pipeline import Checked
from attachdeck.snapshots import is_of_course

_COURSE = re.compile(rb"^course: *(.*?)\r?$", re.MULTILINE)
_ANEW = "if nobody has the deck yet, `attachdeck build --new-lock` begins a new one"


def lost_lock(
    checked: Checked, packages: Iterable[Path] = (), previous: str = ""
) -> Diagnostic | None:
    """Return an error for a lock that is missing although there was one.

    Git shows that there was, or one of the packages that were built before, or the `previous`
    release: a package or a git revision.
    """
    path = checked.lock_path
    if checked.course is None or path.exists():
        return None
    course = checked.course.id
    trace = _in_git(path, course) or _in_packages(path, course, packages)
    trace = trace or (_named(path, previous) if previous else None)
    if trace is None:
        return None
    what, help = trace
    return Diagnostic(
        rule="missing-lock",
        message=f"{path.name} is missing, and {what}",
        at=Location(path.as_posix()),
        help=help,
    )


def restoring(path: Path) -> str:
    """Return the command that gets back the lock of the last commit; nothing without one."""
    return _command("HEAD", path) if git.committed(path) is not None else ""


def _in_git(path: Path, course: str) -> tuple[str, str] | None:
    content = git.committed(path)
    if content is not None:
        owner = _COURSE.search(content)
        if owner and owner[1].decode("utf-8", "replace") != course:
            return None  # It was another course's, of which this one began as a copy.
        return "the last commit has it", f"get it back: `{_command('HEAD', path)}`; {_ANEW}"
    commit = git.deleted_in(path)
    if not commit:
        return None
    command = _command(f"{commit}~1", path)
    return f"commit {commit} deleted it", f"get it back: `{command}`; {_ANEW}"


def _in_packages(path: Path, course: str, packages: Iterable[Path]) -> tuple[str, str] | None:
    package = next((each for each in packages if is_of_course(each, course)), None)
    if package is None:
        return None
    return (
        f"{package} was built with it",
        f"copy the {path.name} of that build back to {path.parent}; {_ANEW}",
    )


def _named(path: Path, previous: str) -> tuple[str, str]:
    if previous.endswith(".apkg"):
        return (
            f"{previous} was built with it",
            f"copy the {path.name} of that release back to {path.parent}",
        )
    return f"{previous} was a release", f"get its lock: `{_command(previous, path)}`"


def _command(revision: str, path: Path) -> str:
    here = Path.cwd()
    top = git.top_level(path.parent)
    if top is not None and top == git.top_level(here):
        return f"git checkout {revision} -- {word(_from(here, path))}"
    return f"git -C {word(path.parent)} checkout {revision} -- {path.name}"


def _from(here: Path, path: Path) -> Path:
    """Return a path as seen from here, with `..` where it must be."""
    return Path(os.path.relpath(path.parent.resolve() / path.name, here.resolve()))
