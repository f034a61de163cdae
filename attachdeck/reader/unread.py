"""Files in a course's folder that look like its own, but have the wrong name or place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from attachdeck.reader.files import read_bytes

_FOLDERS = {
    "lesson": "lessons",
    "lessons": "lessons",
    "media": "media",
    "notetype": "note_types",
    "notetypes": "note_types",
    "translation": "translations",
    "translations": "translations",
}

_FILES = {
    "course": "course.yaml",
    "source": "sources.yaml",
    "sources": "sources.yaml",
    "media": "media/media.yaml",
}
"""What a folder or a YAML file is meant to be, by the letters of its name."""
_YAML = "*.[Yy]*[Mm][Ll]"
_PUT_ASIDE = (".bak", ".old", ".orig", ".swp", ".tmp", "~")
"""Endings of names that editors and people give to files that are put aside."""


class Unread(NamedTuple):
    """A file or folder that is not read, the reason, and how to fix it."""

    path: Path
    reason: str
    help: str


def unread_files(folder: Path) -> Iterator[Unread]:
    """Yield files and folders of a course that have the wrong name or place to be read."""
    yield from _misnamed(folder)
    media = folder / "media" / "media.yaml"
    for path in _entries(folder / "media"):
        if _yaml_stem(path.name).casefold() == "media" and not _is_same(path, media):
            yield Unread(path, "its name is wrong", "rename it to `media/media.yaml`")
    for path in _entries(folder / "note_types"):
        if path.is_dir() and not (path / "note_type.yaml").exists():
            help = (
                "write one (`attachdeck schema note_type` shows what it can contain), "
                "or delete the folder"
            )
            yield Unread(path, "it has no `note_type.yaml`", help)
        elif path.name.casefold() in ("note_type.yaml", "note_type.yml"):
            yield Unread(
                path,
                "it is not in a folder of its own",
                "move it to `note_types/its-name/note_type.yaml`",
            )


def _misnamed(folder: Path) -> Iterator[Unread]:
    """Yield files and folders directly in a course's folder with the wrong name or place."""
    for path in _entries(folder):
        is_folder = path.is_dir()
        stem = path.name if is_folder else _yaml_stem(path.name)
        letters = re.sub(r"[\s_-]", "", stem.casefold())
        wanted = (_FOLDERS if is_folder else _FILES).get(letters) if stem else None
        if wanted and path.name != wanted and not _is_same(path, folder / wanted):
            there = (folder / wanted).exists()
            yield Unread(
                path,
                "its name is wrong",
                f"move its contents to `{wanted}`, or give it a different name"
                if there
                else f"rename it to `{wanted}`",
            )
        elif stem and not wanted and not is_folder and _is_lesson(path):
            yield Unread(
                path, "it is not in the folder `lessons`", "move it to the folder `lessons`"
            )


def unread_lessons(folder: Path) -> Iterator[Unread]:
    """Yield files in `lessons/` that look like lessons, but have the wrong name or place."""
    for path in _entries(folder):
        if path.is_dir():
            help = (
                "move it to `lessons` itself; "
                "the numbers at the start of the file names set the order"
            )
            # A link may lead to a folder with very many files, so only its own are listed.
            files = path.glob(_YAML) if path.is_symlink() else path.rglob(_YAML)
            for file in sorted(files):
                yield Unread(file, "it is in a folder inside `lessons`", help)
        elif path.suffix not in (".yaml", ".yml") and (
            stem := _yaml_stem(path.name) or (_is_lesson(path) and path.stem)
        ):
            reason = (
                f"its name ends in `{path.suffix}`" if path.suffix else "its name has no ending"
            )
            ending = ".yml" if path.suffix.lower() == ".yml" else ".yaml"
            yield Unread(path, reason, f"rename it to `{stem}{ending}`")


def _yaml_stem(name: str) -> str:
    """Return a YAML file's name without its ending, such as `.YML` or `.yaml.txt`; else nothing."""
    match = re.fullmatch(r"(.+?)\.ya?ml(?:\.txt)?", name, re.IGNORECASE)
    return match[1] if match else ""


def _is_lesson(path: Path) -> bool:
    """Return whether a file that is not read has cards; links are not followed."""
    if path.is_symlink() or path.name.endswith(_PUT_ASIDE):
        return False
    content, problem = read_bytes(path, "", None)
    return problem is None and b"\ncards:" in content and b"\nobjectives:" in content


def _is_same(path: Path, wanted: Path) -> bool:
    """Return whether both names are of one file, as on systems that ignore case."""
    return wanted.exists() and path.samefile(wanted)


def _entries(folder: Path) -> list[Path]:
    """Return the sorted files and folders in a folder, but those that begin with `.` or `_`."""
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.name[0] not in "._")
    return []
