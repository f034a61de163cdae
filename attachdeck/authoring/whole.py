"""A whole course written to a folder of its own, from what its documents say."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from attachdeck.authoring.text_file import TextFile
from attachdeck.lock.file import write_lock
from attachdeck.lock.records import Lock
from attachdeck.reader import LOCK, CourseFiles, Document
from attachdeck.system.safe_write import new_folder


def write_course(files: CourseFiles, lock: Lock, folder: Path) -> None:
    """Write a course's documents, pictures and lock into a folder that is new or empty.

    A lock that remembers nothing is not written; comments stay behind. Raise OSError.
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
            TextFile(folder / name, "").write(_yaml(document))
    for name, note_type in files.note_types.items():
        for file, text in note_type.texts.items():
            TextFile(folder / "note_types" / name / file, "").write(text.text)
    for name, content in files.pictures.items():
        (folder / "media").mkdir(exist_ok=True)
        (folder / "media" / name).write_bytes(content)


def _yaml(document: Document) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import LiteralScalarString

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shown(part) for key, part in value.items()}
        if isinstance(value, list):
            return [shown(part) for part in value]
        return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value

    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(shown(document.root.value if document.root else None), out)
    return out.getvalue()
