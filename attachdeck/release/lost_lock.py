"""A course.lock that is missing although there was one, and the command that gets it back.

Without the lock every card would be as new as the build, and Anki would overwrite what learners
changed on any of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from attachdeck.compile.results import Checked
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.domain.naming import word
from attachdeck.system import git

_COURSE = re.compile(rb"^course: *(.*?)\r?$", re.MULTILINE)


def lost_lock(
    checked: Checked, language: str = "", packages: Iterable[Path] = (), previous: str = ""
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
    event, help = trace
    restart = f"attachdeck build {word(Path(checked.files.name))} --new-lock"
    restart += f" --language {language}" if language else ""
    return Diagnostic(
        rule="missing-lock",
        message=f"{path.name} is missing, but {event}",
        at=Location(path.as_posix()),
        help=f"{help}; if nobody has the deck yet, run `{restart}` to start a new one",
    )


def restoring(path: Path) -> str:
    """Return the command that gets back the lock of the last commit; nothing without one."""
    return _command("HEAD", path) if git.committed(path) is not None else ""


def _in_git(path: Path, course: str) -> tuple[str, str] | None:
    content = git.committed(path)
    if content is not None:
        event, revision = "the last commit contains it", "HEAD"
    else:
        commit, content = git.deleted(path) or ("", b"")
        event, revision = f"commit {commit} deleted it", f"{commit}~1"
    owner = _COURSE.search(content)
    # Another course's lock is no trace of this one's: this one may have begun as its copy.
    if not content or (owner and owner[1].decode("utf-8", "replace") != course):
        return None
    return event, f"restore it with `{_command(revision, path)}`"


def _in_packages(path: Path, course: str, packages: Iterable[Path]) -> tuple[str, str] | None:
    built = [package for package in packages if package.is_file()]
    if not built:  # As in a course's first build, which need not know how to read packages.
        return None
    from attachdeck.release.snapshots import is_of_course

    package = next((package for package in built if is_of_course(package, course)), None)
    if package is None:
        return None
    return f"{package} was built with it", _from_backup(path, "package")


def _named(path: Path, previous: str) -> tuple[str, str]:
    if previous.endswith(".apkg"):
        return f"{previous} was built with it", _from_backup(path, "release")
    return f"{previous} was a release", f"restore it with `{_command(previous, path)}`"


def _from_backup(path: Path, built: str) -> str:
    return f"restore {path} from a backup, or from the computer that built that {built}"


def _command(revision: str, path: Path) -> str:
    folder = Path.cwd()
    top = git.top_level(path.parent)
    if top is not None and top == git.top_level(folder):
        return f"git checkout {revision} -- {word(_from(folder, path))}"
    return f"git -C {word(path.parent)} checkout {revision} -- {path.name}"


def _from(folder: Path, path: Path) -> Path:
    """Return a path as seen from here, with `..` where it must be."""
    return Path(os.path.relpath(path.parent.resolve() / path.name, folder.resolve()))
