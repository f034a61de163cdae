"""Lessons that need not be compiled again, in the user's cache folder under a hash of all that they
depend on: the lesson's text, the course's own files, and attachdeck itself.

Deleting the folder, or two builds at once, harms nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

from attachdeck import __version__
from attachdeck.system import cache

_HASH = 16
_OLD = 60 * 60
"""Seconds after which what a build of the same course had no use for is deleted: another one may be
at work with another attachdeck."""
_UNUSED = 60 * 24 * 60 * 60
"""Seconds after which the lessons of a course that nobody builds are deleted."""
_PREFIX = "lessons-"
_HERE = Path(__file__).resolve().parent.parent


class LessonCache:
    """The lessons of the course in a folder.

    `depends` are all bytes that each of them depends on.
    """

    def __init__(self, course: Path, depends: bytes) -> None:
        self.cache = cache.opened()
        self.course = _PREFIX + _hash(os.fsencode(course.resolve())).hex()
        self.folder = self.cache.place / self.course if self.cache else None
        self.common = _hash(depends + _code()) if self.cache else b""
        self.used: set[str] = set()

    def name(self, file: str, text: str) -> str:
        """Return what the lesson of a file with this text is kept under."""
        parts = (part.encode("utf-8", "surrogatepass") for part in (file, text))
        name = _hash(b"\0".join((self.common, *parts))).hex()
        self.used.add(name)
        return name

    def load(self, name: str) -> bytes:
        """Return what is kept, or nothing."""
        return (self.cache.read(f"{self.course}/{name}") if self.cache else None) or b""

    def store(self, name: str, content: bytes) -> None:
        """Keep a lesson, where that can be done."""
        if self.cache:
            with contextlib.suppress(OSError):
                self.cache.write(f"{self.course}/{name}", content)

    def sweep(self) -> None:
        """Delete what this build had no use for, and the lessons of courses that nobody builds."""
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


def _code() -> bytes:
    """Return what distinguishes one attachdeck, with its libraries, from another."""
    stamps = [
        (path.as_posix(), status.st_size, status.st_mtime_ns)
        for path in sorted(_HERE.rglob("*"))
        if "__pycache__" not in path.parts and (status := path.stat())
    ]
    libraries = [
        (path, Path(path).stat().st_mtime_ns)
        for path in sys.path
        if path.endswith("-packages") and Path(path).is_dir()
    ]
    return repr((__version__, sys.version, stamps, libraries)).encode()


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_HASH).digest()
