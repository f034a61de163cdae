"""Open packages from strangers, with their unpacked size checked before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from pathlib import Path

MAX_GROWTH = 20
"""How many times its own size a package may unpack to, beyond `ALWAYS`.

A collection shrinks to a tenth when it is packed, and sound does not shrink.
"""
ALWAYS = 64 * 1024 * 1024
"""How much every package may unpack to, in bytes."""
MAX_COLLECTION = 256 * 1024 * 1024
"""The largest database that is read, in bytes: that of some 100,000 notes."""
MAX_MAP = 16 * 1024 * 1024
"""The largest text that may list note types, decks or media, in bytes."""

_NEWER = "collection.anki21b"
_COLLECTIONS = ("collection.anki21", "collection.anki2")


BROKEN: tuple[type[Exception], ...] = (
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading an entry of a broken package raises; RuntimeError if it is encrypted."""
with suppress(ImportError):  # Not every Python has it.
    import lzma

    BROKEN += (lzma.LZMAError,)


class UnreadablePackage(Exception):
    """A package cannot or should not be unpacked; the message says why and what to do."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Yield a package whose entries can be read, each at most as long as the package states.

    Raises UnreadablePackage, also for errors while it is read.
    """
    # A pipe may never have a writer, and a device may have no end.
    if path.exists() and not path.is_file():
        raise UnreadablePackage(f"{path} is not a file: name a package (.apkg)")
    try:
        with zipfile.ZipFile(path) as package:
            _refuse(path, package)
            yield package
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno == ENOSPC:  # No fault of the package.
            raise
        raise UnreadablePackage(
            f"{path} cannot be read as a package ({error}): download it or build it again"
        ) from error


def collection_name(package: zipfile.ZipFile) -> str:
    """Return the name of the entry with the collection.

    Of two, the older one only holds a note that asks for a newer Anki.
    """
    return next(name for name in _COLLECTIONS if name in package.namelist())


def _refuse(path: Path, package: zipfile.ZipFile) -> None:
    names = package.namelist()
    if _NEWER in names:
        raise UnreadablePackage(
            f"{path} is in a newer format of Anki: "
            "export the deck again with “Support older Anki versions”"
        )
    if not any(name in names for name in _COLLECTIONS):
        raise UnreadablePackage(
            f"{path} is not an Anki package: name a file from `attachdeck build` or from Anki's "
            "export"
        )
    size = sum(entry.file_size for entry in package.infolist())
    largest = max(package.getinfo(name).file_size for name in _COLLECTIONS if name in names)
    if size > ALWAYS + MAX_GROWTH * path.stat().st_size or largest > MAX_COLLECTION:
        raise UnreadablePackage(
            f"{path} would unpack to {size // 1024 // 1024:,} MiB, which is too large: "
            "download it again from its publisher"
        )
