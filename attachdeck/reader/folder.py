"""The files of a course's folder, read once and whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location
from attachdeck.reader.document import Document
from attachdeck.reader.pictures import svg_problems
from attachdeck.reader.yaml_text import read_text

MAX_BYTES = 16 * 1024 * 1024
LOCK = "course.lock"
PICTURE_ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFiles:
    """All that lies in a course's folder and matters."""

    name: str
    course: Document
    sources: Document | None
    media: Document | None
    lessons: tuple[Document, ...]
    pictures: dict[str, bytes]
    lock: Document | None
    lock_problems: tuple[Diagnostic, ...]
    others: tuple[Document, ...] = ()

    def texts(self) -> dict[str, str]:
        """The text of every file that was read, for reporters that quote lines."""
        documents = (self.course, self.sources, self.media, self.lock, *self.lessons, *self.others)
        return {document.file: document.text for document in documents if document}


def read_course(folder: Path, lock_name: str = LOCK) -> tuple[CourseFiles, list[Diagnostic]]:
    """Read a course's folder; a file that is missing or broken becomes a diagnostic and an empty document. `lock_name` is the lock's place in the folder."""
    name = folder.as_posix()
    diagnostics: list[Diagnostic] = []
    root = folder.resolve()

    def document(path: Path) -> Document:
        found, problems = read_file(path, shown(path), root)
        diagnostics.extend(problems)
        return found

    def shown(path: Path) -> str:
        return f"{name}/{path.relative_to(folder).as_posix()}"

    def optional(path: Path) -> Document | None:
        return document(path) if path.exists() else None

    lesson_paths = []
    for path in _listed(folder / "lessons"):
        if path.suffix in (".yaml", ".yml") and not path.name.startswith("."):
            lesson_paths.append(path)
        elif path.name.lower().endswith((".yaml.txt", ".yml.txt")):
            message = "this lesson is not read, because its name ends in `.txt`"
            diagnostics.append(Diagnostic(rule="file-name", message=message, at=Location(shown(path)), help=f"rename it to `{path.stem}`"))

    pictures = {}
    for path in _listed(folder / "media"):
        if path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith("."):
            content, problem = read_bytes(path, shown(path), root)
            diagnostics.extend([problem] if problem else svg_problems(content, shown(path)) if path.suffix.lower() == ".svg" else [])
            pictures[path.name] = content

    # What is wrong in the lock is no author's doing: `identity` says what it means.
    lock = folder / lock_name
    lock_document, lock_problems = read_file(lock, shown(lock), root) if lock.exists() else (None, [])
    files = CourseFiles(
        name=name,
        course=document(folder / "course.yaml"),
        sources=optional(folder / "sources.yaml"),
        media=optional(folder / "media" / "media.yaml"),
        lessons=tuple(document(path) for path in lesson_paths),
        pictures=pictures,
        lock=lock_document,
        lock_problems=tuple(lock_problems),
    )
    if not lesson_paths:
        message = "the course has no lessons"
        diagnostics.append(
            Diagnostic(rule="no-lessons", message=message, at=Location(f"{name}/lessons"), help="write the first one as `lessons/01-first.yaml`")
        )
    return files, diagnostics


def read_file(path: Path, shown: str, root: Path | None = None) -> tuple[Document, list[Diagnostic]]:
    """Read one YAML file. `shown` is the name to use in messages; the file must lie under `root` if that is given."""
    content, problem = read_bytes(path, shown, root)
    if problem:
        return Document(shown, "", None), [problem]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        at = Location(shown, line, column, line, column + 1)
        message = "this file is not in UTF-8"
        return Document(shown, content.decode("utf-8", "replace"), None), [
            Diagnostic(rule="encoding", message=message, at=at, help="save it again with the encoding UTF-8")
        ]
    return read_text(text, shown)


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def read_bytes(path: Path, shown: str, root: Path | None) -> tuple[bytes, Diagnostic | None]:
    """A file's bytes, or why they are not read: `shown` is its name in messages, and `root` the folder that it must lie in, if that is given."""

    def unreadable(message: str, help: str) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(rule="unreadable-file", message=message, at=Location(shown), help=help)

    try:
        if root and not path.resolve().is_relative_to(root):
            return unreadable("this link leads out of the course's folder", "put a copy of the file here instead")
        if path.exists() and not path.is_file():
            return unreadable("this is no file", "put the file in its place")
        if path.stat().st_size > MAX_BYTES:
            return unreadable(f"this file is larger than {MAX_BYTES // 1024 // 1024} MiB", "split it, or make the picture smaller")
        return path.read_bytes(), None
    except FileNotFoundError:
        return unreadable("this file is missing", "create it; `attachdeck schema` shows what belongs into it")
    except (OSError, RuntimeError) as error:  # A loop of links is a RuntimeError before Python 3.13.
        return unreadable(f"this file cannot be read: {getattr(error, 'strerror', None) or error}", "check that it is a file and that you may read it")
