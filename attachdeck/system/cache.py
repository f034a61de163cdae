"""The user's cache folder. What is read there is what attachdeck wrote there for this user.

Another user may own the folder, or may write to it: then it is not used. Everything in it is
sealed with a secret key, so that a file that is damaged, or comes from elsewhere, counts as none.

This module imports little, because it runs before everything else.
"""

from __future__ import annotations

import hashlib
import os
import sys

SWITCH = "ATTACHDECK_CACHE"
"""The environment variable that names another cache folder, or is `off`."""
_KEY = "key"
_SIZE = 32
"""Bytes of the key, and of a seal."""
_WRITABLE = 0o022
_OPEN = 0o077
"""What others may not do: write to the folder, or use the key at all."""


class Cache:
    """The cache folder, with its key."""

    def __init__(self, place: str, key: bytes) -> None:
        self.place = place
        self.key = key

    def read(self, name: str) -> bytes | None:
        """Return what was written under a name; None where nothing was, or not by attachdeck."""
        try:
            with open(f"{self.place}/{name}", "rb") as file:  # noqa: PTH123
                seal, content = file.read(_SIZE), file.read()
        except OSError:
            return None
        return content if seal == self._seal(name, content) else None

    def write(self, name: str, content: bytes) -> None:
        """Keep something under a name. Raises OSError."""
        path = f"{self.place}/{name}"
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        _write(path, self._seal(name, content) + content)

    def _seal(self, name: str, content: bytes) -> bytes:
        text = name.encode() + b"\0" + content
        return hashlib.blake2b(text, digest_size=_SIZE, key=self.key).digest()


def opened(*, make: bool = False) -> Cache | None:
    """Return the cache; None where there is none, or where it is not this user's alone."""
    place = folder()
    if not place:
        return None
    try:
        if make:
            os.makedirs(place, mode=0o700, exist_ok=True)  # noqa: PTH103
        if not _is_private(os.stat(place), _WRITABLE):  # noqa: PTH116
            return None
        key = _known_key(place) or (_new_key(place) if make else b"")
    except OSError:
        return None
    return Cache(place, key) if key else None


def folder() -> str:
    """Return where the cache is, or nothing where there is no place for it."""
    chosen = os.environ.get(SWITCH, "")
    if chosen:
        return "" if chosen == "off" else chosen
    home = os.path.expanduser("~")  # noqa: PTH111
    usual = {"win32": os.environ.get("LOCALAPPDATA", ""), "darwin": f"{home}/Library/Caches"}.get(
        sys.platform, os.environ.get("XDG_CACHE_HOME") or f"{home}/.cache"
    )
    return f"{usual}/attachdeck" if usual and not usual.startswith("~") else ""


def _is_private(status: os.stat_result, others: int) -> bool:
    """Return whether this user owns a file, and others have none of these rights to it."""
    if sys.platform == "win32":  # There a user's folder is private, and modes say nothing.
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & others


def _known_key(place: str) -> bytes:
    """Return the key; nothing where there is none that can be trusted."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(f"{place}/{_KEY}", flags), "rb") as file:  # noqa: PTH123
            key = file.read(_SIZE + 1)
            is_good = len(key) == _SIZE and _is_private(os.fstat(file.fileno()), _OPEN)
    except OSError:
        return b""
    return key if is_good else b""


def _new_key(place: str) -> bytes:
    """Make a key. What was sealed with an earlier one counts as nothing from now on."""
    key = os.urandom(_SIZE)
    _write(f"{place}/{_KEY}", key)
    return key


def _write(path: str, content: bytes) -> None:
    """Put a file in its place that only this user can read, whole or not at all."""
    beside = f"{path}.{os.urandom(8).hex()}"
    with open(beside, "xb", opener=_private) as file:
        try:
            file.write(content)
            file.close()
            os.replace(beside, path)  # noqa: PTH105
        except OSError:
            file.close()
            os.unlink(beside)  # noqa: PTH108
            raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
