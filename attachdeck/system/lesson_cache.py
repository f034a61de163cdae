"""Compiled lessons in the user's cache folder, each under a hash of everything it depends on.

That is the lesson's text, the course's own files, and attachdeck itself. Deleting the folder, or
running two builds at once, does no harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import shutil
import sys
import time
from functools import cache as remembered
from pathlib import Path
from typing import Any

from attachdeck import __version__
from attachdeck.system import cache

_HASH = 16
_OLD = 60 * 60
"""Seconds after which a lesson that a build did not use is deleted.

A build with another version of attachdeck may be running beside it.
"""
_UNUSED = 60 * 24 * 60 * 60
"""Seconds after which the lessons of a course that is not built any more are deleted."""
_PREFIX = "lessons-"
_HERE = Path(__file__).resolve().parent.parent


class LessonCache:
    """The compiled lessons of one course.

    `depends` is everything that all of them depend on, in bytes.
    """

    def __init__(self, course: Path, depends: bytes) -> None:
        self.cache = cache.opened()
        self.course = _PREFIX + _hash(os.fsencode(course.resolve())).hex()
        self.folder = self.cache.place / self.course if self.cache else None
        self.common = _hash(depends + _code()) if self.cache else b""
        self.used: set[str] = set()

    def name(self, file: str, text: str) -> str:
        """Return the name under which a lesson is stored, from its file and text."""
        parts = (part.encode("utf-8", "surrogatepass") for part in (file, text))
        name = _hash(b"\0".join((self.common, *parts))).hex()
        self.used.add(name)
        return name

    def load(self, name: str) -> Any:
        """Return a stored lesson; None if there is none."""
        content = self.cache.read(f"{self.course}/{name}") if self.cache else None
        return pickle.loads(content) if content else None  # noqa: S301  # Only attachdeck wrote it.

    def store(self, name: str, lesson: object) -> None:
        """Store a lesson, if the cache can be written to."""
        if self.cache:
            with contextlib.suppress(OSError):
                self.cache.write(f"{self.course}/{name}", pickle.dumps(lesson))

    def sweep(self) -> None:
        """Delete old lessons that this build did not use, and those of courses not built lately."""
        if self.folder is None:
            return
        now = time.time()
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if path.name not in self.used and now - path.stat().st_mtime > _OLD:
                    path.unlink()
            os.utime(self.folder)
            for course in self.folder.parent.glob(f"{_PREFIX}*"):
                if now - course.stat().st_mtime > _UNUSED:
                    shutil.rmtree(course)


@remembered
def _code() -> bytes:
    """Return the state of attachdeck's code and of its libraries: versions, sizes and times.

    It is the state that this process began with, because that is the code that it runs.
    """
    files = (
        Path(folder, name)
        for folder, _, names in os.walk(_HERE)
        if not folder.endswith("__pycache__")
        for name in names
    )
    stamps = sorted(
        (str(file), status.st_size, status.st_mtime_ns) for file in files if (status := file.stat())
    )
    libraries = [
        (path, Path(path).stat().st_mtime_ns)
        for path in sys.path
        if path.endswith("-packages") and Path(path).is_dir()
    ]
    return repr((__version__, sys.version, stamps, libraries)).encode()


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_HASH).digest()
