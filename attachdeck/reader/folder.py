"""The files of a course's folder, read once and whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.document import Document
from attachdeck.reader.files import MAX_BYTES, read_bytes, read_file, read_utf8
from attachdeck.reader.pictures import svg_problems
from attachdeck.reader.repositories import repositories
from attachdeck.reader.unread import Unread, unread_files, unread_lessons

MAX_LOCK_BYTES = 8 * MAX_BYTES
"""A lock has a line a card: room for 800,000 cards."""
LOCK = "course.lock"
TRANSLATIONS = "translations"
"""The folder of a course's translations, one folder a language."""
PICTURE_ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")
_LISTS = ("sounds", "files")
"""The lists of media.yaml with files that are read only because they are listed."""


@dataclass(frozen=True, slots=True)
class NoteTypeFiles:
    """A folder of `note_types/`: its `note_type.yaml`, and the texts beside it by file."""

    document: Document
    texts: dict[str, Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFiles:
    """The files in a course's folder that make up the course."""

    name: str
    course: Document
    sources: Document | None
    media: Document | None
    lessons: tuple[Document, ...]
    pictures: dict[str, bytes]
    lock: Document | None
    lock_problems: tuple[Diagnostic, ...]
    others: tuple[Document, ...] = ()
    note_types: dict[str, NoteTypeFiles] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """Return the text of every file that was read, for reporters that quote lines."""
        own = (
            document
            for files in self.note_types.values()
            for document in (files.document, *files.texts.values())
        )
        documents = (
            self.course,
            self.sources,
            self.media,
            self.lock,
            *self.lessons,
            *self.others,
            *own,
        )
        return {document.file: document.text for document in documents if document}

    def fingerprint(self) -> bytes:
        """Return a hash of everything that was read except the lock."""
        hash = hashlib.blake2b(_encoded(self.name), digest_size=16)
        contents = {
            file: _encoded(text)
            for file, text in self.texts().items()
            if self.lock is None or file != self.lock.file
        }
        contents |= {f"media {name}": content for name, content in self.pictures.items()}
        for name, content in sorted(contents.items()):
            hash.update(_encoded(f"\0{name}\0{len(content)}\0"))
            hash.update(content)
        return hash.digest()


def _encoded(text: str) -> bytes:
    """Return a text in UTF-8, also a file's name with bytes that are not UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def lesson_paths(folder: Path) -> list[Path]:
    """Return the lesson files of a course, in order of their names."""
    return [
        path
        for path in _listed(folder / "lessons")
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    ]


def own_folders(folder: Path) -> list[Path]:
    """Return the folders whose files a course is read from; not all of them need be there."""
    note_types = folder / "note_types"
    return [folder, folder / "lessons", folder / "media", note_types, *note_types.glob("*/")]


def keeps(folder: Path, place: Path) -> bool:
    """Return whether a place is one of a course's own files, or in one of its folders.

    Outputs must not be written there.
    """
    try:
        parts = Path(os.path.realpath(place)).relative_to(os.path.realpath(folder)).parts
    except ValueError:
        return False
    return bool(parts) and parts[0].casefold() in (
        "course.yaml",
        "sources.yaml",
        LOCK,
        "lessons",
        "media",
        "note_types",
        TRANSLATIONS,
    )


def read_course(folder: Path, lock_name: str = LOCK) -> tuple[CourseFiles, list[Diagnostic]]:
    """Read a course's folder; a missing or broken file becomes a diagnostic and an empty document.

    Of lessons only the texts are read: `read_text` parses them. `lock_name` is the lock's path in
    the folder.
    """
    reading = _Reading(folder)
    reading.report_unread("", unread_files(folder))
    reading.report_unread("lesson", unread_lessons(folder / "lessons"))
    reading.diagnostics.extend(repositories(folder))
    note_types = reading.note_types()
    media = reading.optional(folder / "media" / "media.yaml")
    pictures = reading.pictures(_kept(media))
    lock, lock_problems = lock_file(folder, lock_name)
    files = CourseFiles(
        name=reading.name,
        course=reading.document(folder / "course.yaml"),
        sources=reading.optional(folder / "sources.yaml"),
        media=media,
        lessons=tuple(map(reading.text, lesson_paths(folder))),
        pictures=pictures,
        lock=lock,
        lock_problems=lock_problems,
        note_types=note_types,
    )
    if not files.lessons and not (files.course.root and "extends" in files.course.root):
        reading.diagnostics.append(_no_lessons(files.name))
    return files, reading.diagnostics


class _Reading:
    """Reads the files of a course's folder and collects diagnostics about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.as_posix()
        self.root = folder.resolve()
        self.diagnostics: list[Diagnostic] = []

    def shown(self, path: Path) -> str:
        """Return a file's name in messages."""
        return f"{self.name}/{path.relative_to(self.folder).as_posix()}"

    def document(self, path: Path) -> Document:
        """Return a file, read as YAML."""
        document, problems = read_file(path, self.shown(path), self.root)
        self.diagnostics.extend(problems)
        return document

    def optional(self, path: Path) -> Document | None:
        """Return a file, read as YAML, or None where there is none."""
        return self.document(path) if path.exists() else None

    def text(self, path: Path) -> Document:
        """Return a file's text, not parsed."""
        document, problems = read_utf8(path, self.shown(path), self.root)
        self.diagnostics.extend(problems)
        return document

    def note_types(self) -> dict[str, NoteTypeFiles]:
        """Return the files of the course's own note types, by their folders' names."""
        return {
            path.parent.name: self._note_type(path)
            for path in sorted((self.folder / "note_types").glob("*/note_type.yaml"))
        }

    def _note_type(self, path: Path) -> NoteTypeFiles:
        texts = {
            file.name: self.text(file)
            for file in _listed(path.parent)
            if file.suffix in (".html", ".css")
        }
        return NoteTypeFiles(self.document(path), texts)

    def pictures(self, kept: Container[str]) -> dict[str, bytes]:
        """Return the course's pictures, and the files that it keeps as they are, by their names."""
        return {
            path.name: self._picture(path)
            for path in _listed(self.folder / "media")
            if path.name in kept
            or (path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith("."))
        }

    def _picture(self, path: Path) -> bytes:
        content, problem = read_bytes(path, self.shown(path), self.root)
        if problem:
            self.diagnostics.append(problem)
        elif path.suffix.lower() == ".svg":
            self.diagnostics.extend(svg_problems(content, self.shown(path)))
        return content

    def report_unread(self, kind: str, unread: Iterable[Unread]) -> None:
        """Report files that are not read; `kind` is the noun for them, if it is not `file`."""
        for path, reason, help in unread:
            noun = kind or ("folder" if path.is_dir() else "file")
            self.diagnostics.append(
                Diagnostic(
                    rule="file-name",
                    message=f"this {noun} is ignored because {reason}",
                    at=Location(self.shown(path)),
                    help=help,
                )
            )


def _no_lessons(course: str) -> Diagnostic:
    return Diagnostic(
        rule="no-lessons",
        message="the course has no lessons",
        at=Location(f"{course}/lessons"),
        help='run `attachdeck new lesson "First lesson"`, or check that this is the right folder',
    )


def lock_file(folder: Path, name: str = LOCK) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """Return a course's lock, not parsed, and why its text could not be read.

    Errors in its content are reported by `lock.file`, as they are not an author's fault.
    """
    path = folder / name
    if not path.exists():
        return None, ()
    document, problems = read_utf8(
        path, f"{folder.as_posix()}/{name}", folder.resolve(), MAX_LOCK_BYTES
    )
    return document, tuple(problems)


def _kept(media: Document | None) -> set[str]:
    """Return the names of the files besides pictures that media.yaml lists."""
    root = media.root if media else None
    lists = [root.get(key) for key in _LISTS] if root else []
    return {
        entry.value["file"]
        for listed in lists
        for entry in (listed.items() if listed else ())
        if isinstance(entry.value, dict) and isinstance(entry.value.get("file"), str)
    }


def _listed(folder: Path) -> list[Path]:
    """Return the files of a folder, sorted; `scandir` needs no system call for each of them."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return [
            folder / name for name in sorted(entry.name for entry in entries if entry.is_file())
        ]
    return []
