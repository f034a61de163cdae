"""Files that are never torn: written beside their place, and then put there."""

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
"""How many characters of a name its unfinished neighbour takes over.

The longest names have room then.
"""
_UNSEEN = (".git", ".DS_Store", "Thumbs.db", "desktop.ini")
_ABANDONED = 60 * 60
"""After so many seconds nobody is at work on something unfinished any more."""


@contextlib.contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """Yield a new folder beside a place, to write in before what is written is put there.

    It is gone afterwards. Raises OSError where there can be none.

    What builds that were killed left there is taken away, too, once the new one stands.
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
    """Return the name of a file that keeps a folder from being a new one.

    It is empty where the folder is new, or holds only what git and systems keep there.
    """
    return (
        next((file.name for file in sorted(place.iterdir()) if file.name not in _UNSEEN), "")
        if place.is_dir()
        else ""
    )


@contextlib.contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """Yield a folder to fill, which comes to its place once it is whole.

    The place is new, or nothing is `in_the_way`. Raises OSError.
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


def write_bytes(path: Path, content: bytes) -> None:
    """Put a file's new content in its place, with the permissions that it had.

    Raises OSError when that fails; the old content is then untouched.
    """
    write_chunks(path, (content,))


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """Do what `write_bytes` does, for content that comes piece by piece."""
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
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    sweep(path)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let an OSError name the place that was meant.

    Nobody knows what was begun beside it.
    """
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _refuse_device(path: Path) -> None:
    """To put a file in the place of `/dev/null` would harm the whole machine."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise FileExistsError(errno.EEXIST, "it is no file but a device or a pipe", str(path))


def _prefix(path: Path) -> str:
    return f".{path.name[:_NAME]}-"


def sweep(path: Path) -> None:
    """Take away what killed builds left beside a place.

    Another build may be at work there: what is young stays, and what cannot be taken away, too.
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
