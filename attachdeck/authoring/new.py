"""New courses, lessons and cards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from attachdeck import pipeline, schema
from attachdeck.authoring import style, text_file
from attachdeck.authoring.beside import GITIGNORE, ci_files, vscode_files
from attachdeck.authoring.changes import changes
from attachdeck.authoring.spans import Replacement
from attachdeck.authoring.text_file import create
from attachdeck.compile.results import Checked
from attachdeck.decode.names import lesson_number
from attachdeck.domain.diagnostics import Diagnostic, errors_among
from attachdeck.domain.naming import free, ids_of_cards, slug, word
from attachdeck.domain.quoting import as_yaml
from attachdeck.reader import lesson_paths, read_file, read_text
from attachdeck.system.safe_write import in_the_way, new_folder, write_bytes

SCHEMAS = ".attachdeck"
"""The folder in a course with copies of the schemas, for editors."""

_LAST_NUMBER = 9999
"""The largest number that a lesson's file can have."""

_MODELINE = re.compile(r"# yaml-language-server: \$schema=(?P<where>.*)/lesson\.schema\.json")


class CannotAdd(Exception):
    """Why something cannot be added, and what to do."""


@dataclass(frozen=True, slots=True)
class Added:
    """A file that was written, the first and last of its new lines, and its text before and after.

    `before` is None for a new file.
    """

    path: Path
    line: int = 1
    last: int = 1
    before: bytes | None = None
    now: bytes | None = None

    def among(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return those of a course's diagnostics that are about the new lines."""
        whole = self.before is None
        return [
            diagnostic
            for diagnostic in diagnostics
            if Path(diagnostic.at.file) == self.path
            and (whole or self.line <= diagnostic.at.line <= self.last)
        ]


class Mistaken(CannotAdd):
    """What was to be added has mistakes."""

    def __init__(
        self, added: Added, diagnostics: Sequence[Diagnostic], texts: Mapping[str, str]
    ) -> None:
        self.diagnostics = diagnostics
        self.texts = texts
        super().__init__(
            f"`{added.path}` was not created"
            if added.before is None
            else f"nothing was added to `{added.path}`"
        )


def course(
    folder: Path, title: str, name: str, *, vscode: bool = False, ci: bool = False
) -> list[Added]:
    """Write a small course that works and teaches by its comments; return the files.

    Raise CannotAdd if the folder or a file beside it is in use, and OSError.
    """
    beside = ci_files(folder) if ci else {}
    if taken := next((path for path in beside if path.exists()), None):
        raise CannotAdd(f"`{taken}` already exists and was not changed: leave --ci out")
    if (folder / "course.yaml").is_file():
        raise CannotAdd(f"`{folder}` is already a course: choose a new folder")
    if used := in_the_way(folder):
        raise CannotAdd(f"`{folder}` is not empty (it contains `{used}`): choose a new folder")
    texts = _course_texts(folder, title, name) | (vscode_files() if vscode else {})
    with new_folder(folder) as place:
        for path, text in texts.items():
            create(place / path, text)
        write_schemas(place)
        if wrong := pipeline.check(place).diagnostics:
            raise CannotAdd(wrong[0].in_full)
    for place, text in beside.items():
        create(place, text)
    return [Added(place) for place in (*(folder / name for name in texts), *beside)]


def _course_texts(folder: Path, title: str, name: str) -> dict[str, str]:
    """Return the files of a new course by their places in its folder."""
    # Colons part a deck's levels, and Anki takes no quotation marks.
    deck = re.sub(r'[:"]+', " ", title)
    filled = {
        "quoted_id": as_yaml(name),
        "title": as_yaml(title),
        "deck": as_yaml(" ".join(deck.split())),
        "folder": word(folder),
        "schemas": SCHEMAS,
    }
    lesson = {
        **filled,
        "id": "first-lesson",
        "quoted_id": "first-lesson",
        "title": "The first lesson",
        **_as_in_others({}),
    }
    head = _template("lesson.yaml", lesson).partition("  - id: first-lesson-first\n")[0]
    return {
        "course.yaml": _template("course.yaml", filled),
        "sources.yaml": _template("sources.yaml", filled),
        "lessons/01-first-lesson.yaml": head + _template("first_cards.yaml", lesson),
        ".gitignore": GITIGNORE,
    }


def write_schemas(folder: Path) -> None:
    """Copy the schemas to where the first lines of a new course's files point. Raise OSError."""
    for name in schema.NAMES:
        create(folder / SCHEMAS / f"{name}.schema.json", schema.schema_text(name))


def lesson(folder: Path, title: str, name: str = "") -> Added:
    """Write a lesson after the last one, with a card to start from; return its file.

    Raise CannotAdd and OSError.
    """
    lessons = _lessons(folder)
    number = max((lesson_number(file) or 0 for file in lessons), default=0) + 1
    taken = {_id(values) for values in lessons.values()} - {""}
    lesson_id = name or free(slug(title, "lesson"), taken)
    if lesson_id in taken:
        raise CannotAdd(f"the id `{lesson_id}` is already used: choose another id with --id")
    path = folder / "lessons" / f"{number:02}-{slug(title, 'lesson')}.yaml"
    if number > _LAST_NUMBER or path.exists():
        raise CannotAdd(
            f"the next lesson cannot be `{path}`: rename the last lesson's file so that it begins "
            "with a smaller number"
        )
    text = _template(
        "lesson.yaml",
        {
            "id": lesson_id,
            "quoted_id": as_yaml(lesson_id),
            "title": as_yaml(title),
            "schemas": SCHEMAS,
            **_as_in_others(lessons),
        },
    )
    paths = _files(folder)
    if not (folder / SCHEMAS).is_dir():
        text = _with_modeline_of(paths, text)
    create(path, text, _newline(paths))
    return Added(path, last=text.count("\n"))


def _as_in_others(lessons: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the lines that a new lesson needs where other lessons of its course have them."""
    named = [file for file in lessons if _id(lessons[file])]
    last = max(named, key=lambda file: lesson_number(file) or 0, default="")
    requires = any("requires" in values for values in lessons.values())
    objectives = [
        objective
        for values in lessons.values()
        for objective in values.get("objectives") or ()
        if isinstance(objective, dict)
    ]
    level = any("level" in objective for objective in objectives)
    return {
        "requires": f"\nrequires: [{_id(lessons[last])}]" if requires and last else "",
        "level": "\n    level: understand" if level else "",
    }


def entry(path: Path, key: str, values: Mapping[str, Any]) -> Added:
    """Add an entry after the last one under a key, such as `cards`; return its place.

    All else in the file stays as it is. Raise CannotAdd, EditFault and OSError.
    """
    try:
        file = text_file.read(path)
    except UnicodeDecodeError as error:
        raise CannotAdd(f"`{path}` is not in UTF-8: save it again in the encoding UTF-8") from error
    document, problems = read_text(file.text, path.as_posix())
    root = document.root.value if document.root else None
    may_lack = key != "cards" or (isinstance(root, dict) and "changes" in root)
    entries = root.get(key, [] if may_lack else "") if isinstance(root, dict) else ""
    if problems or not isinstance(root, dict) or not isinstance(entries, list | None):
        raise CannotAdd(f"`{path}` cannot be read: run `attachdeck check` to see why")
    new = root | {key: [*(entries or []), dict(values)]}
    edits = changes(file.text, root, new)
    edited = file.edited(edits, new)
    edited.write()
    lines = _lines_of_last(file.text, edits[-1], values)
    return Added(path, *lines, file.before, edited.content)


def _lines_of_last(text: str, edit: Replacement, values: Mapping[str, Any]) -> tuple[int, int]:
    """Return the first and the last line of an entry that an edit of a text adds at its end."""
    last = text.count("\n", 0, edit.start) + edit.text.rstrip().count("\n") + 1
    own = style.item(dict(values), 0).count("\n") if "\n" in edit.text else 0
    return last - own, last


def checked(folder: Path, added: Added) -> Checked:
    """Check a course with what was added to it, and return the result.

    Raise Mistaken if what was added has mistakes, with the file again as it was, and OSError.
    """
    result = pipeline.check(folder, whole=False)
    wrong = errors_among(added.among(result.diagnostics))
    if not wrong:
        return result
    if added.before is None:
        added.path.unlink()
    else:
        write_bytes(added.path, added.before, added.now)
    raise Mistaken(added, wrong, result.texts)


def lesson_file(folder: Path, name: str) -> Path:
    """Return the file of the lesson with an id, or whose file name contains it.

    Without a name, it is the last lesson. Raise CannotAdd.
    """
    paths = _files(folder)
    if not paths:
        raise CannotAdd(f"`{folder}` has no lessons yet: run `attachdeck new lesson` to add one")
    if not name:
        return paths[-1]
    ids = {
        path: _id(values := _lesson_values(path)) or str(values.get("changes", ""))
        for path in paths
    }
    part = name.replace("\\", "/").rpartition("/")[2]  # Somebody may name the file with its folder.
    fitting = [path for path in paths if ids[path] == name] or [
        path for path in paths if part in path.name
    ]
    if len(fitting) != 1:
        listed = ", ".join(f"`{lesson_id}`" for lesson_id in ids.values() if lesson_id)
        raise CannotAdd(
            f"{'several lessons match' if fitting else 'there is no lesson'} `{name}`; "
            f"choose from {listed}"
        )
    return fitting[0]


def card_ids(folder: Path) -> set[str]:
    """Return the ids of all cards of a course, and of the course that it extends.

    There a card with an id of that course takes the place of that course's card.
    """
    return {id for values in _lessons(folder).values() for id in ids_of_cards(values)}


def _files(folder: Path) -> list[Path]:
    """Return the files of a course's lessons, in the course's order."""
    return sorted(lesson_paths(folder), key=_number)


def _lessons(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the values of a course's lessons by their files, empty if one cannot be read.

    Lessons of the course that it extends are among them.
    """
    course = folder / "course.yaml"
    root = read_file(course, course.name)[0].root if course.is_file() else None
    if root is None or "extends" in root:
        documents = pipeline.check(folder).files.lessons
    else:
        documents = tuple(read_file(path, path.as_posix())[0] for path in lesson_paths(folder))
    return {
        document.file: document.root.value
        if document.root and isinstance(document.root.value, dict)
        else {}
        for document in documents
    }


def _number(path: Path) -> int:
    """Return the number that gives a lesson its place.

    It is 0 if the name of its file lacks one, which is a mistake.
    """
    return lesson_number(path.name) or 0


def _template(name: str, filled: Mapping[str, str]) -> str:
    text = (files(__package__) / "course" / name).read_text(encoding="utf-8")
    return re.sub(r"\[\[(\w+)\]\]", lambda match: filled.get(match[1], match[0]), text)


def as_entry(card: Mapping[str, Any]) -> str:
    """Return a card as an entry of a lesson's list."""
    return f"  {style.item(dict(card), 2)}\n"


def _with_modeline_of(paths: list[Path], text: str) -> str:
    """Return a lesson's text with the first line that its neighbours have, or with none."""
    for path in paths:
        match = _MODELINE.match(path.read_text(encoding="utf-8-sig", errors="replace"))
        if match:
            return _MODELINE.sub(
                f"# yaml-language-server: $schema={match['where']}/lesson.schema.json",
                text,
                count=1,
            )
    return text.partition("\n")[2]


def _newline(paths: list[Path]) -> str:
    return "\r\n" if paths and b"\r\n" in paths[-1].read_bytes() else "\n"


def _lesson_values(path: Path) -> dict[str, Any]:
    """Return the values of a lesson's file, empty if it cannot be read as one."""
    root = read_file(path, path.name)[0].root
    return root.value if root and isinstance(root.value, dict) else {}


def _id(entry: Any) -> str:
    """Return the id of a lesson or a card, empty if it has none that could be one."""
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""
