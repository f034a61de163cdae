"""Lessons that need not be compiled again: their notes, packed, in the user's cache folder under a hash of all that they depend on.

Deleting it, or two builds at once, harms nothing. What cannot be read, or is not what was written, counts for nothing and is written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from pathlib import Path

from attachdeck.system import cache, remembered

_HASH = 16
_OLD = 60 * 60
"""Seconds after which what a build of the same course had no use for is deleted: another one may be at work with another attachdeck."""
_UNUSED = 60 * 24 * 60 * 60
"""Seconds after which the lessons of a course that nobody builds are deleted."""
_PREFIX = "lessons-"


class LessonCache:
    """The lessons of one course."""

    def __init__(self, course: Path, fingerprint: bytes) -> None:
        self.cache = cache.opened(make=True)
        self.course = _PREFIX + _hash(os.fsencode(course.resolve())).hex()
        self.folder = Path(self.cache.place, self.course) if self.cache else None
        self.common = _hash(fingerprint + repr(remembered.code()).encode()) if self.cache else b""
        self.used: set[str] = set()

    def name(self, file: str, text: str) -> str:
        """What the lesson of a file with this text is kept under; nothing where nothing is kept."""
        if self.folder is None:
            return ""
        found = _hash(
            b"\0".join(
                (
                    self.common,
                    file.encode("utf-8", "surrogatepass"),
                    text.encode("utf-8", "surrogatepass"),
                )
            )
        ).hex()
        self.used.add(found)
        return found

    def has(self, name: str) -> bool:
        """Whether a lesson seems to be kept."""
        return self.folder is not None and (self.folder / name).is_file()

    def load(self, name: str) -> bytes:
        """What is kept, or nothing."""
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
            for each in self.folder.iterdir():
                if each.name not in self.used and now - each.stat().st_mtime > _OLD:
                    each.unlink()
            os.utime(self.folder)
            for each in self.folder.parent.glob(f"{_PREFIX}*"):
                if now - each.stat().st_mtime > _UNUSED:
                    shutil.rmtree(each)


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_HASH).digest()
