"""The files of a course's folder, read once and whole."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
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
"""What a folder or a file of YAML in a course's folder is meant to be, by the letters of its name."""
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
        """The text of every file that was read, for reporters that quote lines."""
        own = (
            document
            for each in self.note_types.values()
            for document in (each.document, *each.texts.values())
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
        """A hash of all that was read but the lock."""
        found = hashlib.blake2b(_encoded(self.name), digest_size=16)
        contents = {
            file: _encoded(text)
            for file, text in self.texts().items()
            if self.lock is None or file != self.lock.file
        }
        for name, content in sorted(
            (contents | {f"media {name}": each for name, each in self.pictures.items()}).items()
        ):
            found.update(_encoded(f"\0{name}\0{len(content)}\0"))
            found.update(content)
        return found.digest()


def _encoded(text: str) -> bytes:
    """UTF-8, also of a file's name that is none."""
    return text.encode("utf-8", "surrogatepass")


def lesson_paths(folder: Path) -> list[Path]:
    """The lesson files of a course, in order of their names."""
    return [
        path
        for path in _listed(folder / "lessons")
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    ]


def keeps(folder: Path, place: Path) -> bool:
    """Whether a place is one of a course's own files, or where it keeps them: nothing else may be written there."""
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

    for what, unread in (
        ("", _unread_files(folder)),
        ("lesson", _unread_lessons(folder / "lessons")),
    ):
        for path, reason, help in unread:
            kind = what or ("folder" if path.is_dir() else "file")
            diagnostics.append(
                Diagnostic(
                    rule="file-name",
                    message=f"this {kind} is not read, because {reason}",
                    at=Location(shown(path)),
                    help=help,
                )
            )

    diagnostics.extend(repositories(folder))

    def text(path: Path) -> Document:
        found, problems = read_utf8(path, shown(path), root)
        diagnostics.extend(problems)
        return found

    note_types = {}
    for path in sorted((folder / "note_types").glob("*/note_type.yaml")):
        texts = {
            each.name: text(each)
            for each in _listed(path.parent)
            if each.suffix in (".html", ".css")
        }
        note_types[path.parent.name] = NoteTypeFiles(document(path), texts)

    media = optional(folder / "media" / "media.yaml")
    kept = _kept(media)
    pictures = {}
    for path in _listed(folder / "media"):
        if path.name in kept or (
            path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith(".")
        ):
            content, problem = read_bytes(path, shown(path), root)
            diagnostics.extend(
                [problem]
                if problem
                else svg_problems(content, shown(path))
                if path.suffix.lower() == ".svg"
                else []
            )
            pictures[path.name] = content

    paths = lesson_paths(folder)
    lock, lock_problems = lock_file(folder, lock_name)
    files = CourseFiles(
        name=name,
        course=document(folder / "course.yaml"),
        sources=optional(folder / "sources.yaml"),
        media=media,
        lessons=tuple(map(text, paths)),
        pictures=pictures,
        lock=lock,
        lock_problems=lock_problems,
        note_types=note_types,
    )
    if not paths and not (files.course.root and "extends" in files.course.root):
        message = "the course has no lessons"
        diagnostics.append(
            Diagnostic(
                rule="no-lessons",
                message=message,
                at=Location(f"{name}/lessons"),
                help="write the first one as `lessons/01-first.yaml`",
            )
        )
    return files, diagnostics


def lock_file(folder: Path, name: str = LOCK) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """A course's lock, unread, and why its text could not be had: what is wrong in it is no author's doing, and `lock.file` says what it means."""
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
    """Read one YAML file. `shown` is the name to use in messages; the file must lie under `root` if
    that is given."""
    document, problems = read_utf8(path, shown, root)
    return (document, problems) if problems else read_text(document.text, shown)


def read_utf8(
    path: Path, shown: str, root: Path | None, most: int = MAX_BYTES
) -> tuple[Document, list[Diagnostic]]:
    """A file's text with plain line ends, as a document that is not read as YAML."""
    content, problem = read_bytes(path, shown, root, most)
    if problem:
        return Document(shown, "", None), [problem]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = (
            len(
                content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode(
                    "utf-8", "replace"
                )
            )
            + 1
        )
        at = Location(shown, line, column, line, column + 1)
        message = "this file is not in UTF-8"
        return Document(shown, content.decode("utf-8", "replace"), None), [
            Diagnostic(
                rule="encoding",
                message=message,
                at=at,
                help="save it again with the encoding UTF-8",
            )
        ]
    return Document(shown, with_plain_ends(text), None), []


def _unread_files(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """What was meant to be one of a course's files and is none: why, and how to make it one."""
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
    for path in _entries(folder / "media"):
        if _yaml_stem(path.name).casefold() == "media" and not _is_same(
            path, folder / "media" / "media.yaml"
        ):
            yield path, "of its name", "its name and place are `media/media.yaml`"
    for path in _entries(folder / "note_types"):
        if path.is_dir() and not (path / "note_type.yaml").exists():
            yield (
                path,
                "it has no `note_type.yaml`",
                "write one (`attachdeck schema note_type` shows what belongs into it), or delete the folder",
            )
        elif path.name.casefold() in ("note_type.yaml", "note_type.yml"):
            yield (
                path,
                "it lies in no folder of its own",
                "put it into a folder, as `note_types/its-name/note_type.yaml`",
            )


def _unread_lessons(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """The same of its lessons."""
    for path in _entries(folder):
        if path.is_dir():
            help = "put it into `lessons` itself; the numbers at the beginning of the names give the order"
            found = (
                path.glob(_YAML) if path.is_symlink() else path.rglob(_YAML)
            )  # A link may lead to where there is no end of files.
            yield from (
                (each, "it lies in a folder within `lessons`", help) for each in sorted(found)
            )
        elif path.suffix not in (".yaml", ".yml") and (
            stem := _yaml_stem(path.name) or (_is_lesson(path) and path.stem)
        ):
            ending = (
                f"its name ends in `{path.suffix}`" if path.suffix else "its name has no ending"
            )
            yield (
                path,
                ending,
                f"rename it to `{stem}{path.suffix.lower() if path.suffix.lower() == '.yml' else '.yaml'}`",
            )


def _yaml_stem(name: str) -> str:
    """The name of a file without what makes it one of YAML, as people and their systems write that; empty for another file."""
    match = re.fullmatch(r"(.+?)\.ya?ml(?:\.txt)?", name, re.IGNORECASE)
    return match[1] if match else ""


def _is_lesson(path: Path) -> bool:
    """Whether a file that is not read has cards; a link may lead to a file that is none of ours."""
    if path.is_symlink() or path.name.endswith(_PUT_ASIDE):
        return False
    content, problem = read_bytes(path, "", None)
    return problem is None and b"\ncards:" in content and b"\nobjectives:" in content


def _is_same(path: Path, wanted: Path) -> bool:
    """Whether both are one, as where a system does not tell capitals from small letters."""
    return wanted.exists() and path.samefile(wanted)


def _entries(folder: Path) -> list[Path]:
    """The files and folders in a folder, by their names, without those that begin with a sign."""
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.name[0] not in "._")
    return []


def _kept(media: Document | None) -> set[str]:
    """The names of the files besides pictures that media.yaml lists."""
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
    """The files of a folder, by their names. The system tells which are files together with the names, but for links."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return [
            folder / name for name in sorted(entry.name for entry in entries if entry.is_file())
        ]
    return []


def read_bytes(
    path: Path, shown: str, root: Path | None, most: int = MAX_BYTES
) -> tuple[bytes, Diagnostic | None]:
    """A file's bytes, or why they are not read: `shown` is its name in messages, `root` the folder that it must lie in, if that is given, and
    `most` how many bytes it may have."""

    def unreadable(message: str, help: str) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(
            rule="unreadable-file", message=message, at=Location(shown), help=help
        )

    try:
        if root and not os.path.realpath(path).startswith(os.path.join(root, "")):  # noqa: PTH118  # pathlib takes longer for it than for reading.
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
    except (
        OSError,
        RuntimeError,
    ) as error:  # A loop of links is a RuntimeError before Python 3.13.
        return unreadable(
            f"this file cannot be read: {getattr(error, 'strerror', None) or error}",
            "check that it is a file and that you may read it",
        )
