"""Files that are never half written: each is written beside its place and then moved there."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENDING = ".unfinished"
_NAME = 40
"""How many characters of a file's name its unfinished neighbour has, so that names fit."""
_UNSEEN = (".git", ".DS_Store", "Thumbs.db", "desktop.ini")
_ABANDONED = 60 * 60
"""Seconds after which an unfinished file belongs to a build that was killed."""


@contextlib.contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """Yield a new folder beside a place, to fill before its files are moved there.

    It is deleted afterwards, like those that killed builds left. Raises OSError if it cannot be
    made.
    """
    _refuse_device(path)
    with _named(path):
        beside = tempfile.TemporaryDirectory(prefix=_prefix(path), suffix=_ENDING, dir=path.parent)
    try:
        with beside as folder:
            yield Path(folder)
    finally:
        # An interrupt during the clean-up would otherwise leave the folder.
        shutil.rmtree(beside.name, ignore_errors=True)
    sweep(path)


def in_the_way(place: Path) -> str:
    """Return the name of a file in a folder that should be new or empty.

    It is empty if the folder is new, or has only files of git and of the system.
    """
    files = list(place.iterdir()) if place.is_dir() else []
    files.sort(key=lambda file: (file.name.startswith("."), file.name))
    return next((file.name for file in files if file.name not in _UNSEEN), "")


@contextlib.contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """Yield a folder to fill, which is moved to its place once it is whole.

    The place must be new or empty (see `in_the_way`). Raises OSError.
    """
    is_there = place.is_dir()  # Somebody may stand in it, so it stays the same folder.
    place.parent.mkdir(parents=True, exist_ok=True)
    with folder_beside(place / "new" if is_there else place) as beside:
        folder = beside / "new"
        folder.mkdir()
        yield folder
        if is_there:
            for entry in sorted(folder.iterdir()):
                entry.replace(place / entry.name)
        else:
            folder.replace(place)


def write_bytes(path: Path, content: bytes, before: bytes | None = None) -> None:
    """Replace a file's content and keep its permissions.

    Raises OSError on failure, or where the file no longer holds what was read `before`: its author
    has saved it meanwhile. The old content is then untouched.
    """
    write_chunks(path, (content,), before)


def write_chunks(path: Path, chunks: Iterable[bytes], before: bytes | None = None) -> None:
    """Replace a file's content as `write_bytes` does, with content that comes in pieces."""
    _refuse_device(path)
    with (
        _named(path),
        tempfile.NamedTemporaryFile(
            "wb", dir=path.parent, prefix=_prefix(path), suffix=_ENDING, delete=False
        ) as file,
    ):
        written = Path(file.name)
        try:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())  # Else a power cut could leave an empty file under the name.
            file.close()
            # A temporary file is private to its owner; this one is read by whoever reads the
            # course.
            written.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
            _refuse_newer(path, before)
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    sweep(path)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Make an OSError name the file itself rather than its unfinished neighbour."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _refuse_device(path: Path) -> None:
    """Raise FileExistsError for a device: replacing `/dev/null` would harm the whole machine."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise FileExistsError(errno.EEXIST, "it is a device or a pipe, not a file", str(path))


def _refuse_newer(path: Path, before: bytes | None) -> None:
    """Raise OSError where a file no longer holds what was read before."""
    if before is not None and path.read_bytes() != before:
        reason = "another program has changed it in the meantime; run this command again"
        raise OSError(errno.EBUSY, reason, str(path))


def _prefix(path: Path) -> str:
    return f".{path.name[:_NAME]}-"


def sweep(path: Path) -> None:
    """Delete what killed builds left beside a place, where that is possible.

    Young files stay, because another build may be running.
    """
    ours = re.compile(rf"{re.escape(_prefix(path))}[a-z0-9_]{{8}}{re.escape(_ENDING)}")
    with contextlib.suppress(OSError):
        for left in path.parent.iterdir():
            if ours.fullmatch(left.name) and time.time() - left.lstat().st_mtime > _ABANDONED:
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left)
                else:
                    left.unlink()


def _umask() -> int:
    """Return the process's mask for new files; Python can only read it by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
