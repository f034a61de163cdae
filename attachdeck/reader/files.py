"""One file as bytes, as text, or as YAML; or why it cannot be read."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISREG

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.characters import with_plain_ends
from attachdeck.reader.document import Document
from attachdeck.reader.yaml_text import read_text

MAX_BYTES = 16 * 1024 * 1024


def read_file(
    path: Path, shown: str, root: Path | None = None
) -> tuple[Document, list[Diagnostic]]:
    """Read one YAML file.

    `shown` is its name in messages; the file must be in the folder `root`, if that is given.
    """
    document, problems = read_utf8(path, shown, root)
    return (document, problems) if problems else read_text(document.text, shown)


def read_utf8(
    path: Path, shown: str, root: Path | None, most: int = MAX_BYTES
) -> tuple[Document, list[Diagnostic]]:
    """Return a file's text with plain line ends, as a document that is not parsed."""
    content, problem = read_bytes(path, shown, root, most)
    if problem:
        return Document(shown, "", None), [problem]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        before = content[content.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = len(before.decode("utf-8", "replace")) + 1
        at = Location(shown, line, column, line, column + 1)
        return Document(shown, content.decode("utf-8", "replace"), None), [
            Diagnostic(
                rule="encoding",
                message="this file is not in UTF-8",
                at=at,
                help="save it again in the encoding UTF-8",
            )
        ]
    return Document(shown, with_plain_ends(text), None), []


def read_bytes(
    path: Path, shown: str, root: Path | None, most: int = MAX_BYTES
) -> tuple[bytes, Diagnostic | None]:
    """Return a file's bytes, or why it cannot be read.

    `shown` is its name in messages, `root` the folder that it must be in, if that is given, and
    `most` the largest size in bytes.
    """

    def unreadable(message: str, help: str) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(
            rule="unreadable-file", message=message, at=Location(shown), help=help
        )

    try:
        if root and not Path(os.path.realpath(path)).is_relative_to(root):
            return unreadable(
                "this link points outside the course's folder",
                "put a copy of the file here instead",
            )
        status = path.stat()
        if not S_ISREG(status.st_mode):
            return unreadable("this is not a file", "replace it with a file")
        if status.st_size > most:
            return unreadable(
                f"this file is larger than {most // 1024 // 1024} MiB",
                "split it, or make the picture or sound smaller",
            )
        return path.read_bytes(), None
    except FileNotFoundError:
        help = "create it, or restore it from git or a backup"
        if path.name == "course.yaml":
            help = "check the folder's name; `attachdeck new course FOLDER` starts a course"
        return unreadable("this file is missing", help)
    except (OSError, RuntimeError) as error:
        # A loop of links is a RuntimeError before Python 3.13.
        return unreadable(
            f"this file cannot be read: {getattr(error, 'strerror', None) or error}",
            "check that it is a file and that you have permission to read it",
        )
