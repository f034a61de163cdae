"""The user's cache folder, from which only what attachdeck wrote for this user is read.

It is not used if another user owns it or may write to it. Every file in it is sealed with a secret
key, so that a damaged or foreign file counts as missing.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from platformdirs import user_cache_path

SWITCH = "ATTACHDECK_CACHE"
"""The environment variable that names another cache folder, or is `off`."""
_KEY = "key"
_SIZE = 32
"""Bytes of the key, and of a seal."""
_WRITABLE = 0o022
_OPEN = 0o077
"""Permissions that others must not have: writing to the folder, or any use of the key."""


class Cache:
    """The cache folder, with its key."""

    def __init__(self, place: Path, key: bytes) -> None:
        self.place = place
        self.key = key

    def read(self, name: str) -> bytes | None:
        """Return what attachdeck wrote under a name, or None."""
        try:
            sealed = (self.place / name).read_bytes()
        except OSError:
            return None
        seal, content = sealed[:_SIZE], sealed[_SIZE:]
        return content if seal == self._seal(name, content) else None

    def write(self, name: str, content: bytes) -> None:
        """Store content under a name. Raises OSError."""
        path = self.place / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, self._seal(name, content) + content)

    def _seal(self, name: str, content: bytes) -> bytes:
        text = name.encode() + b"\0" + content
        return hashlib.blake2b(text, digest_size=_SIZE, key=self.key).digest()


def opened() -> Cache | None:
    """Return the cache; None where there is none, or where it is not this user's alone."""
    place = folder()
    if place is None:
        return None
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(place.stat(), _WRITABLE):
            return None
        return Cache(place, _known_key(place / _KEY) or _new_key(place / _KEY))
    except OSError:
        return None


def folder() -> Path | None:
    """Return the cache folder; None if it is switched off or the user has no home."""
    chosen = os.environ.get(SWITCH, "")
    if chosen:
        return None if chosen == "off" else Path(chosen)
    usual = user_cache_path("attachdeck", appauthor=False)
    return usual if usual.is_absolute() else None


def _is_private(status: os.stat_result, others: int) -> bool:
    """Return whether this user owns a file, and others have none of these permissions."""
    if sys.platform == "win32":  # A user's folder is private there, and modes mean nothing.
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & others


def _known_key(path: Path) -> bytes:
    """Return the key; empty if there is none, or none that can be trusted."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            key = file.read(_SIZE + 1)
            is_good = len(key) == _SIZE and _is_private(os.fstat(file.fileno()), _OPEN)
    except OSError:
        return b""
    return key if is_good else b""


def _new_key(path: Path) -> bytes:
    """Write a new key and return it; what an earlier one sealed counts as missing from now on."""
    key = os.urandom(_SIZE)
    _write(path, key)
    return key


def _write(path: Path, content: bytes) -> None:
    """Write a file that only this user can read, whole or not at all."""
    beside = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    try:
        with open(beside, "xb", opener=_private) as file:  # pathlib has no opener.
            file.write(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
