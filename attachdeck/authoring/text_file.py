"""A text file as its author's editor keeps it: with its line ends and its byte order mark."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path

from attachdeck.reader import MAX_BYTES, with_plain_ends
from attachdeck.system.safe_write import write_bytes

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file's text with `\\n` line ends, and how it is kept on disk."""

    path: Path
    text: str
    newline: str = "\n"
    marked: bool = False

    def write(self, text: str) -> None:
        """Put another text in its place.

        Raise OSError if that fails; the old text is then untouched.
        """
        content = ((_MARK if self.marked else "") + text.replace("\n", self.newline)).encode(
            "utf-8"
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(self.path, content)


def read(path: Path) -> TextFile:
    """Return a file's text and how it is kept.

    Raise OSError, also if the file is larger than a course's file can be, and UnicodeDecodeError if
    it is not in UTF-8.
    """
    if path.stat().st_size > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES // 1024**2} MiB", str(path))
    text = path.read_bytes().decode("utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    return TextFile(
        path, with_plain_ends(text.removeprefix(_MARK)), newline, text.startswith(_MARK)
    )
