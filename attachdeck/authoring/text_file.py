"""A text file as its author's editor keeps it: with its line ends and its byte order mark."""

from __future__ import annotations

import errno
import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attachdeck.authoring.spans import Replacement, replaced
from attachdeck.reader import MAX_BYTES, read_text, with_plain_ends
from attachdeck.system.safe_write import write_bytes

_MARK = "\ufeff"


class EditFault(Exception):
    """An edit would give a file another meaning than it was meant to."""

    def __init__(self, path: Path, reason: str = "") -> None:
        super().__init__(
            f"`{path}` was not changed, because the result would be wrong{reason}; this is a bug "
            "in attachdeck: please report it with this file"
        )


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file's text with `\\n` line ends, which edits are made in, and its text as it is kept.

    `before` is the content of the file on disk.
    """

    path: Path
    text: str
    kept: str
    before: bytes

    def edited(self, replacements: Iterable[Replacement], meant: Any) -> TextFile:
        """Return the file with spans of its text replaced; it must then say what is meant.

        Raise EditFault if it says anything else.
        """
        file = self.replaced(replacements)
        document, problems = read_text(file.text, str(self.path))
        if problems or document.root is None:
            raise EditFault(self.path, f" ({problems[0].message})" if problems else "")
        if _meaning(document.root.value) != _meaning(meant):
            raise EditFault(self.path)
        return file

    def replaced(self, replacements: Iterable[Replacement]) -> TextFile:
        """Return the file with spans of its text replaced; every other byte stays."""
        replacements = list(replacements)
        ends = [match.start() - n for n, match in enumerate(re.finditer("\r\n", self.kept))]
        newline = "\r\n" if len(ends) * 2 > self.text.count("\n") else "\n"
        kept = replaced(
            self.kept,
            (
                Replacement(
                    start + bisect_left(ends, start),
                    end + bisect_left(ends, end),
                    text.replace("\n", newline),
                )
                for start, end, text in replacements
            ),
        )
        return replace(self, text=with_plain_ends(kept), kept=kept)

    @property
    def content(self) -> bytes:
        """Return the new content of the file."""
        mark = _MARK if self.before.startswith(_MARK.encode()) else ""
        return (mark + self.kept).encode("utf-8")

    def write(self) -> None:
        """Put the text in the place of the one that was read.

        Raise OSError if that fails, or if another program has saved the file since; it is then
        untouched.
        """
        if self.content != self.before:
            write_bytes(self.path, self.content, self.before)


def read(path: Path) -> TextFile:
    """Return a file's text and how it is kept.

    Raise OSError, also if the file is larger than a course's file can be, and UnicodeDecodeError if
    it is not in UTF-8.
    """
    if path.stat().st_size > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES // 1024**2} MiB", str(path))
    before = path.read_bytes()
    kept = before.decode("utf-8").removeprefix(_MARK)
    return TextFile(path, with_plain_ends(kept), kept, before)


def create(path: Path, text: str, newline: str = "\n", before: bytes | None = None) -> None:
    """Write a whole file, with the folders that it needs.

    Raise OSError, also where a file is there that no longer holds what was read `before`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, text.replace("\n", newline).encode("utf-8"), before)


def _meaning(value: Any) -> str:
    """Return a value as a text that is the same for the same value: `true` is not 1."""
    return json.dumps(value, sort_keys=True)
