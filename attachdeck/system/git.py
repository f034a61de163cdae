"""Read a course's files from git: one file of the last commit, or all files of a revision.

A course may come from a stranger, and its folder may hold files that git takes for a repository,
with settings that run commands. So every call of git is made here, and runs nothing but git: this
module looks for the repository, reads objects as they are stored, and overrides the settings that
name commands.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

MAX_BYTES = 1024 * 1024 * 1024
"""The largest sum of the sizes of a revision's files that is written, in bytes."""
MAX_LISTING = 16 * 1024 * 1024
"""The longest list of a revision's files, in bytes: that of some 100,000 files."""
_OVERRIDES = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
)
_KEPT = ("GIT_CONFIG_", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_")
"""Prefixes of the variables that set how git works here; others name a repository or commands."""
_NEVER_FETCH = {
    "GIT_ALLOW_PROTOCOL": "none",  # Git before 2.45 has only this against fetching what is missing.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
_SHORT = 12
"""How many digits of a commit's hash a message shows."""
_LINK = "120000"
_FILE = "100"
"""How the modes of plain files begin."""


class GitFailed(Exception):
    """Git is not installed, or lacks what was asked for; the message names it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of a revision, by its path in the folder that was asked for."""

    mode: str
    object: str
    size: int
    path: PurePosixPath


def is_repository(folder: Path) -> bool:
    """Return whether a folder is in a repository that git would read."""
    try:
        return _output(_top_level(folder), "rev-parse", "--git-dir") is not None
    except GitFailed:
        return False


def committed(path: Path) -> bytes | None:
    """Return a file as of the last commit; None without git, a repository, or the file."""
    try:
        top = _top_level(path.parent)
        name = _name_in(top, path.parent) / path.name
        return _output(top, "cat-file", "blob", f"HEAD:{name}", most=MAX_BYTES)
    except GitFailed:
        return None


def deleted(path: Path) -> tuple[str, bytes] | None:
    """Return the commit that deleted a file, and the file's last content; None without one."""
    try:
        top = _top_level(path.parent)
        name = (_name_in(top, path.parent) / path.name).as_posix()
        last = _output(top, "--literal-pathspecs", "rev-list", "-1", "HEAD", "--", name)
        commit = (last or b"").decode("ascii").strip()[:_SHORT]
        if not commit or _output(top, "cat-file", "-e", f"HEAD:{name}") is not None:
            return None
        content = _output(top, "cat-file", "blob", f"{commit}~1:{name}", most=MAX_BYTES)
    except GitFailed:
        return None
    return None if content is None else (commit, content)


def top_level(folder: Path) -> Path | None:
    """Return the folder of the repository that a folder is in, or None."""
    try:
        return _top_level(folder)
    except GitFailed:
        return None


def write_revision(revision: str, folder: Path, place: Path) -> None:
    """Write a folder's files as of a revision to a new place. Raises GitFailed, OSError."""
    top = _top_level(folder)
    name = _name_in(top, folder)
    if revision.startswith("-"):
        raise GitFailed("its name begins with a hyphen")
    commit = _output(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if commit is None:
        raise GitFailed(f"the repository of {folder} has no such revision")
    tree = f"{commit.decode('ascii').strip()}:{'' if name == PurePosixPath() else name}"
    _write(top, list(_entries(top, tree)), place)


def _top_level(folder: Path) -> Path:
    """Return the folder with the `.git` that a folder belongs to. Raises GitFailed without one.

    Git itself would take a folder that merely looks like a repository, as a clone may hold.
    """
    with suppress(OSError):
        resolved = folder.resolve()
        for place in (resolved, *resolved.parents):
            git = place / ".git"
            if git.is_file() or ((git / "HEAD").exists() and (git / "objects").is_dir()):
                return place
    raise GitFailed(f"{folder} is not in a git repository")


def _name_in(top: Path, folder: Path) -> PurePosixPath:
    """Return a folder's path in its repository."""
    return PurePosixPath(folder.resolve().relative_to(top).as_posix())


def _entries(top: Path, tree: str) -> Iterator[_Entry]:
    """Read the list of the files of a tree; submodules are left out."""
    listing = _output(top, "ls-tree", "-r", "-z", "-l", "--full-tree", tree)
    if listing is None:
        raise GitFailed("it does not have this folder, or its files were not fetched")
    for line in listing.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, _, object, size = about.decode("ascii").split()
        if mode == _LINK or mode.startswith(_FILE):
            yield _Entry(mode, object, int(size), PurePosixPath(os.fsdecode(name)))


def _write(top: Path, entries: list[_Entry], place: Path) -> None:
    if sum(entry.size for entry in entries) > MAX_BYTES:
        raise GitFailed(f"the revision's files are larger than {MAX_BYTES // 1024**2:,} MiB")
    links = {}
    with _contents(top, entries) as contents:
        for entry in entries:
            path = _inside(place, entry.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            if contents.readline().split()[1:] != [b"blob", b"%d" % entry.size]:
                raise GitFailed(f"git cannot read `{entry.path}`")
            if entry.mode == _LINK:
                links[path] = contents.read(entry.size)
            else:
                with path.open("xb") as file:
                    _copy(contents, file, entry.size)
            contents.read(1)
    for path, target in links.items():  # Last, so that nothing is written through a link.
        if sys.platform == "win32":
            path.write_bytes(target)  # As git does there: only administrators may make links.
        else:
            path.symlink_to(os.fsdecode(target))


def _inside(place: Path, name: PurePosixPath) -> Path:
    """Return where a file of a revision is written; an honest tree names no other place."""
    path = Path(place, *name.parts)
    if ".." in path.parts[len(place.parts) :] or place not in path.parents:
        raise GitFailed(f"the revision has a file with the name `{name}`")
    return path


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    while size:
        chunk = source.read(min(size, 1024 * 1024))
        if not chunk:
            raise GitFailed("git ended before it had read every file of the revision")
        target.write(chunk)
        size -= len(chunk)


@contextmanager
def _contents(top: Path, entries: list[_Entry]) -> Iterator[IO[bytes]]:
    """Open a stream of the contents of files, one after another, as they are stored."""
    with tempfile.TemporaryFile() as names:
        names.write("".join(f"{entry.object}\n" for entry in entries).encode("ascii"))
        names.seek(0)
        with _started(top, ("cat-file", "--batch"), names) as process:
            assert process.stdout  # It is a pipe.
            try:
                yield process.stdout
            finally:
                process.kill()


def _output(top: Path, *arguments: str, most: int = MAX_LISTING) -> bytes | None:
    """Return what git prints, at most so many bytes; None where git says no. Raises GitFailed."""
    with _started(top, arguments, subprocess.DEVNULL) as process:
        assert process.stdout  # It is a pipe.
        output = process.stdout.read(most + 1)
        if len(output) > most:
            process.kill()
            raise GitFailed("it has too many files, or a file that is too large")
    return None if process.returncode else output


def _started(
    top: Path, arguments: tuple[str, ...], stdin: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    overrides = (word for override in _OVERRIDES for word in ("-c", override))
    try:
        return subprocess.Popen(  # noqa: S603  # No shell, and no argument begins like an option.
            [_program(), "--no-pager", *overrides, "-C", str(top), *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    except (OSError, ValueError) as error:  # ValueError: a name with a null character.
        raise GitFailed(f"git cannot be started: {error}") from error


def _program() -> str:
    """Return git's path. A search by name would find one in the current folder on Windows."""
    name = "git.exe" if sys.platform == "win32" else "git"
    for place in os.get_exec_path():
        path = Path(place, name)
        if path.is_absolute() and (program := shutil.which(path)):
            return program
    raise GitFailed("git is not installed")


def _environment() -> dict[str, str]:
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return own | _NEVER_FETCH
