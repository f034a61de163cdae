"""The files of a course's folder, read once and whole."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.document import Document
from attachdeck.reader.pictures import svg_problems
from attachdeck.reader.repositories import repositories
from attachdeck.reader.yaml_text import read_text, with_plain_ends

MAX_BYTES = 16 * 1024 * 1024
MAX_LOCK_BYTES = 8 * MAX_BYTES
"""A lock has a line a card: room for 800,000 cards."""
LOCK = "course.lock"
TRANSLATIONS = "translations"
"""The folder of a course's translations, one folder a language."""
_FOLDERS = {
    "lesson": "lessons",
    "lessons": "lessons",
    "media": "media",
    "notetype": "note_types",
    "notetypes": "note_types",
}
_FOLDERS |= {"translation": TRANSLATIONS, "translations": TRANSLATIONS}
_FILES = {
    "course": "course.yaml",
    "source": "sources.yaml",
    "sources": "sources.yaml",
    "media": "media/media.yaml",
}
"""What a folder or a YAML file in a course's folder is meant to be, by the letters of its name."""
_YAML = "*.[Yy]*[Mm][Ll]"
_PUT_ASIDE = (".bak", ".old", ".orig", ".swp", ".tmp", "~")
"""How names end that editors and people give to what is not to be read."""
PICTURE_ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True, slots=True)
class NoteTypeFiles:
    """A folder of `note_types/`: its `note_type.yaml`, and the texts beside it by file."""

    document: Document
    texts: dict[str, Document]


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
        """Return a hash of all that was read but the lock."""
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
    """Return a text in UTF-8, also of a file's name that is none."""
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
    """Return whether a place is one of a course's own files, or where it keeps them.

    Nothing else may be written there.
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
    """Read a course's folder; a file that is missing or broken becomes a diagnostic and an empty
    document. Of lessons only the texts are read: `read_text` reads what they say.

    `lock_name` is the lock's place in the folder.
    """
    reading = _Reading(folder)
    reading.report_unread("", _unread_files(folder))
    reading.report_unread("lesson", _unread_lessons(folder / "lessons"))
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
    """Reads the files of a course's folder, and collects what is wrong with them."""

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
        """Return a file's text that is not read as YAML yet."""
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

    def report_unread(self, kind: str, unread: Iterable[tuple[Path, str, str]]) -> None:
        """Report files that are not read, each with the reason and a help."""
        for path, reason, help in unread:
            noun = kind or ("folder" if path.is_dir() else "file")
            self.diagnostics.append(
                Diagnostic(
                    rule="file-name",
                    message=f"this {noun} is not read, because {reason}",
                    at=Location(self.shown(path)),
                    help=help,
                )
            )


def _no_lessons(course: str) -> Diagnostic:
    return Diagnostic(
        rule="no-lessons",
        message="the course has no lessons",
        at=Location(f"{course}/lessons"),
        help="write the first one as `lessons/01-first.yaml`",
    )


def lock_file(folder: Path, name: str = LOCK) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """Return a course's lock, unread, and why its text could not be had.

    What is wrong in it is not an author's doing, and `lock.file` says what it means.
    """
    path = folder / name
    if not path.exists():
        return None, ()
    document, problems = read_utf8(
        path, f"{folder.as_posix()}/{name}", folder.resolve(), MAX_LOCK_BYTES
    )
    return document, tuple(problems)


def read_file(
    path: Path, shown: str, root: Path | None = None
) -> tuple[Document, list[Diagnostic]]:
    """Read one YAML file.

    `shown` is the name to use in messages; the file must lie under `root` if that is given.
    """
    document, problems = read_utf8(path, shown, root)
    return (document, problems) if problems else read_text(document.text, shown)


def read_utf8(
    path: Path, shown: str, root: Path | None, most: int = MAX_BYTES
) -> tuple[Document, list[Diagnostic]]:
    """Return a file's text with plain line ends, as a document that is not read as YAML."""
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
                help="save it again with the encoding UTF-8",
            )
        ]
    return Document(shown, with_plain_ends(text), None), []


def _unread_files(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield what was meant to be one of a course's files and is none.

    Each comes with the reason, and with how to make it one.
    """
    yield from _misnamed(folder)
    media = folder / "media" / "media.yaml"
    for path in _entries(folder / "media"):
        if _yaml_stem(path.name).casefold() == "media" and not _is_same(path, media):
            yield path, "of its name", "its name and place are `media/media.yaml`"
    for path in _entries(folder / "note_types"):
        if path.is_dir() and not (path / "note_type.yaml").exists():
            help = (
                "write one (`attachdeck schema note_type` shows what belongs into it), "
                "or delete the folder"
            )
            yield path, "it has no `note_type.yaml`", help
        elif path.name.casefold() in ("note_type.yaml", "note_type.yml"):
            yield (
                path,
                "it lies in no folder of its own",
                "put it into a folder, as `note_types/its-name/note_type.yaml`",
            )


def _misnamed(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield the folders and files that have the wrong name or place for what they seem to be."""
    for path in _entries(folder):
        is_folder = path.is_dir()
        stem = path.name if is_folder else _yaml_stem(path.name)
        letters = re.sub(r"[\s_-]", "", stem.casefold())
        wanted = (_FOLDERS if is_folder else _FILES).get(letters) if stem else None
        if wanted and path.name != wanted and not _is_same(path, folder / wanted):
            there = (folder / wanted).exists()
            yield (
                path,
                "of its name",
                f"put what it holds into `{wanted}`, or give it another name"
                if there
                else f"its name and place are `{wanted}`",
            )
        elif stem and not wanted and not is_folder and _is_lesson(path):
            yield path, "it lies beside `lessons`", "put it into the folder `lessons`"


def _unread_lessons(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield what was meant to be a lesson and is none, as `_unread_files` does."""
    for path in _entries(folder):
        if path.is_dir():
            help = (
                "put it into `lessons` itself; "
                "the numbers at the beginning of the names give the order"
            )
            # A link may lead to where there is no end of files.
            files = path.glob(_YAML) if path.is_symlink() else path.rglob(_YAML)
            for file in sorted(files):
                yield file, "it lies in a folder within `lessons`", help
        elif path.suffix not in (".yaml", ".yml") and (
            stem := _yaml_stem(path.name) or (_is_lesson(path) and path.stem)
        ):
            reason = (
                f"its name ends in `{path.suffix}`" if path.suffix else "its name has no ending"
            )
            ending = ".yml" if path.suffix.lower() == ".yml" else ".yaml"
            yield path, reason, f"rename it to `{stem}{ending}`"


def _yaml_stem(name: str) -> str:
    """Return a YAML file's name without its ending; empty for another file.

    The ending may be written as people and their systems write it.
    """
    match = re.fullmatch(r"(.+?)\.ya?ml(?:\.txt)?", name, re.IGNORECASE)
    return match[1] if match else ""


def _is_lesson(path: Path) -> bool:
    """Return whether a file that is not read has cards.

    A link may lead to a file that is none of ours.
    """
    if path.is_symlink() or path.name.endswith(_PUT_ASIDE):
        return False
    content, problem = read_bytes(path, "", None)
    return problem is None and b"\ncards:" in content and b"\nobjectives:" in content


def _is_same(path: Path, wanted: Path) -> bool:
    """Return whether both are the same file.

    They are where a system does not tell capitals from small letters.
    """
    return wanted.exists() and path.samefile(wanted)


def _entries(folder: Path) -> list[Path]:
    """Return the files and folders in a folder, by their names.

    Those whose names begin with `.` or `_` are left out.
    """
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.name[0] not in "._")
    return []


def _kept(media: Document | None) -> set[str]:
    """Return the names of the files besides pictures that media.yaml lists."""
    listed = media.root.get("files") if media and media.root else None
    return (
        {
            entry.value["file"]
            for entry in listed.items()
            if isinstance(entry.value, dict) and isinstance(entry.value.get("file"), str)
        }
        if listed
        else set()
    )


def _listed(folder: Path) -> list[Path]:
    """Return the files of a folder, by their names.

    The system reports which are files together with the names, but for links.
    """
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return [
            folder / name for name in sorted(entry.name for entry in entries if entry.is_file())
        ]
    return []


def read_bytes(
    path: Path, shown: str, root: Path | None, most: int = MAX_BYTES
) -> tuple[bytes, Diagnostic | None]:
    """Return a file's bytes, or why they are not read.

    `shown` is its name in messages, `root` the folder that it must lie in, if that is given, and
    `most` how many bytes it may have.
    """

    def unreadable(message: str, help: str) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(
            rule="unreadable-file", message=message, at=Location(shown), help=help
        )

    try:
        # pathlib takes longer for this than for reading the file.
        if root and not os.path.realpath(path).startswith(os.path.join(root, "")):  # noqa: PTH118
            return unreadable(
                "this link leads out of the course's folder", "put a copy of the file here instead"
            )
        status = path.stat()
        if not S_ISREG(status.st_mode):
            return unreadable("this is no file", "put the file in its place")
        if status.st_size > most:
            return unreadable(
                f"this file is larger than {most // 1024 // 1024} MiB",
                "split it, or make the picture smaller",
            )
        return path.read_bytes(), None
    except FileNotFoundError:
        return unreadable(
            "this file is missing", "create it; `attachdeck schema` shows what belongs into it"
        )
    except (OSError, RuntimeError) as error:
        # A loop of links is a RuntimeError before Python 3.13.
        return unreadable(
            f"this file cannot be read: {getattr(error, 'strerror', None) or error}",
            "check that it is a file and that you may read it",
        )
