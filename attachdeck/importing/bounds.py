"""Bounds the size of a package before anything unpacks it.

A newer package holds Zstandard streams, of which a few bytes can become gigabytes. A stream's
blocks say how long they are, and none becomes more than 128 KiB (RFC 8878, 3.1.1.2), so that
counting blocks bounds the size.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from attachdeck.importing.found import CannotImport
from attachdeck.system.unpacking import BROKEN

MAX_UNPACKED = 2 * 1024 * 1024 * 1024
MAX_ENTRIES = 100_000

_BLOCK = 128 * 1024
_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPED = b"\x2a\x4d\x18"
"""What a frame begins with that a reader skips, after a byte from 0x50 to 0x5f."""


def check_is_file(path: Path) -> None:
    """Raise CannotImport for a pipe or a device, which may have no end."""
    if path.exists() and not path.is_file():
        raise CannotImport(f"`{path}` is not a file: name a file")


def check_size(package: Path) -> None:
    """Raise CannotImport if a file is no package, is broken, or would become too large."""
    check_is_file(package)
    try:
        with zipfile.ZipFile(package) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(info.file_size for info in entries) > MAX_UNPACKED:
                raise CannotImport(_too_large(package))
            total = 0
            for info in entries:
                with archive.open(info) as entry:
                    # A broken one may hold more than it says.
                    content = entry.read(info.file_size + 1)
                total += _unpacked(content)
                if total > MAX_UNPACKED:
                    raise CannotImport(_too_large(package))
    except BROKEN as error:
        raise CannotImport(
            f"{package} is damaged or not an Anki package ({error}): export it again"
        ) from error


def _too_large(package: Path) -> str:
    return (
        f"{package} is larger than {MAX_UNPACKED // 1024**3} GiB when unpacked: export a part of "
        "the deck, or export it without media"
    )


def _unpacked(content: bytes) -> int:
    """Return at most how many bytes an entry becomes: a stream's blocks of 128 KiB each, or itself.

    Raise ValueError if a stream is broken.
    """
    total, place = len(content), 0
    while content[place + 1 : place + 4] in (_MAGIC[1:], _SKIPPED):
        if content[place + 1 : place + 4] == _SKIPPED and content[place] >> 4 == 5:
            place += 8 + int.from_bytes(content[place + 4 : place + 8], "little")
            continue
        if content[place] != _MAGIC[0]:
            raise ValueError("a stream of an unknown version")
        descriptor = content[place + 4] if len(content) > place + 4 else 0
        single = descriptor >> 5 & 1
        place += (
            5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + (single, 2, 4, 8)[descriptor >> 6]
        )
        last = False
        while not last:
            header = content[place : place + 3]
            if len(header) < 3:
                raise ValueError("a stream ends too early")
            number = int.from_bytes(header, "little")
            last, kind, size = bool(number & 1), number >> 1 & 3, number >> 3
            place += 3 + (1 if kind == 1 else size)
            total += _BLOCK
        place += 4 * (descriptor >> 2 & 1)
    return total
