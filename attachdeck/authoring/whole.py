"""A whole course written to a folder of its own, from what its documents say."""

from __future__ import annotations

from pathlib import Path

from attachdeck.authoring import style
from attachdeck.authoring.text_file import create
from attachdeck.lock.file import write_lock
from attachdeck.lock.records import Lock
from attachdeck.reader import LOCK, CourseFiles
from attachdeck.system.safe_write import new_folder


def write_course(files: CourseFiles, lock: Lock, folder: Path) -> None:
    """Write a course's documents, pictures and lock into a folder that is new or empty.

    A lock that remembers nothing is not written; comments are not copied. Raise OSError.
    """
    with new_folder(folder) as place:
        _write(files, place)
        if lock.cards:
            write_lock(lock, place / LOCK)


def _write(files: CourseFiles, folder: Path) -> None:
    named = {
        "course.yaml": files.course,
        "sources.yaml": files.sources,
        "media/media.yaml": files.media,
    }
    named |= {f"lessons/{lesson.file.rpartition('/')[2]}": lesson for lesson in files.lessons}
    named |= {
        f"note_types/{name}/note_type.yaml": note_type.document
        for name, note_type in files.note_types.items()
    }
    for name, document in named.items():
        if document is not None and document.root is not None:
            create(folder / name, style.document(document.root.value))
    for name, note_type in files.note_types.items():
        for file, text in note_type.texts.items():
            create(folder / "note_types" / name / file, text.text)
    for name, content in files.pictures.items():
        (folder / "media").mkdir(exist_ok=True)
        (folder / "media" / name).write_bytes(content)
