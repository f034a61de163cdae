"""New courses, lessons and cards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

from attachdeck import pipeline, schema
from attachdeck.authoring import text_file
from attachdeck.authoring.beside import GITIGNORE, ci_files, vscode_files
from attachdeck.authoring.text_file import TextFile
from attachdeck.compile.results import Checked
from attachdeck.decode.names import lesson_number
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.domain.naming import free, ids_of_cards, slug, word
from attachdeck.reader import Node, lesson_paths, read_file, read_text
from attachdeck.system.safe_write import in_the_way, new_folder, write_bytes

SCHEMAS = ".attachdeck"
"""The folder in a course that holds copies of the schemas, for editors."""

_LAST_NUMBER = 9999
"""The largest number that a lesson's file can have."""

_EMPTY = r"^(%s:)[ \t]*(?:\[[ \t]*\]|null|~)"
"""A key without entries."""
_MODELINE = re.compile(r"# yaml-language-server: \$schema=(?P<where>.*)/lesson\.schema\.json")


class CannotAdd(Exception):
    """Why something cannot be added, and what to do."""


@dataclass(frozen=True, slots=True)
class Added:
    """A file that was written, the first and the last line of what is new in it, and what the file
    held before, if there was one."""

    path: Path
    line: int = 1
    last: int = 1
    before: bytes | None = None

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
            f"`{added.path}` was not made"
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
        raise CannotAdd(f"`{taken}` exists already, and is left as it is: leave --ci out")
    if used := in_the_way(folder):
        raise CannotAdd(f"`{folder}` is not empty (it holds `{used}`): choose a folder that is new")
    texts = _course_texts(folder, title, name) | (vscode_files() if vscode else {})
    with new_folder(folder) as place:
        for path, text in texts.items():
            TextFile(place / path, "").write(text)
        write_schemas(place)
        if wrong := pipeline.check(place).diagnostics:
            raise CannotAdd(wrong[0].in_full)
    for place, text in beside.items():
        TextFile(place, "").write(text)
    return [Added(place) for place in (*(folder / name for name in texts), *beside)]


def _course_texts(folder: Path, title: str, name: str) -> dict[str, str]:
    """Return the files of a new course by their places in its folder."""
    # Colons part a deck's levels, and Anki takes no quotation marks.
    deck = re.sub(r'[:"]+', " ", title)
    filled = {
        "quoted_id": _scalar(name),
        "title": _scalar(title),
        "deck": _scalar(" ".join(deck.split())),
        "folder": word(folder),
        "schemas": SCHEMAS,
    }
    lesson = {
        **filled,
        "id": "first-lesson",
        "quoted_id": "first-lesson",
        "title": "The first lesson",
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
        TextFile(folder / SCHEMAS / f"{name}.schema.json", "").write(schema.schema_text(name))


def lesson(folder: Path, title: str, name: str = "") -> Added:
    """Write a lesson after the last one, with a card to start from; return its file.

    Raise CannotAdd and OSError.
    """
    lessons = _lessons(folder)
    number = max((lesson_number(file) or 0 for file in lessons), default=0) + 1
    taken = {_id(values) for values in lessons.values()} - {""}
    lesson_id = name or free(slug(title, "lesson"), taken)
    if lesson_id in taken:
        raise CannotAdd(f"the id `{lesson_id}` is taken: give --id another name")
    path = folder / "lessons" / f"{number:02}-{slug(title, 'lesson')}.yaml"
    if number > _LAST_NUMBER or path.exists():
        raise CannotAdd(
            f"`{path}` cannot be the next lesson's file: begin the name of the last lesson's file "
            "with a smaller number"
        )
    text = _template(
        "lesson.yaml",
        {
            "id": lesson_id,
            "quoted_id": _scalar(lesson_id),
            "title": _scalar(title),
            "schemas": SCHEMAS,
        },
    )
    paths = _files(folder)
    if not (folder / SCHEMAS).is_dir():
        text = _with_modeline_of(paths, text)
    TextFile(path, "", _newline(paths)).write(text)
    return Added(path, last=text.count("\n"))


def entry(path: Path, key: str, values: Mapping[str, Any]) -> Added:
    """Add an entry after the last one under a key, such as `cards`; return its place.

    All else in the file stays as it is. Raise CannotAdd and OSError.
    """
    file, entries = _file_with(path, key)
    lines = file.text.split("\n")
    last = list(entries.items())[-1:]
    if (
        last
        and last[0].start.line == entries.at.line
        and lines[entries.at.line - 1].lstrip().startswith(key)
    ):
        raise CannotAdd(
            f"the {key} of `{path}` stand on one line: write each on a line of its own, beginning "
            "with `- `"
        )
    if last:
        end = _end_of(lines, last[0].mark.span)
        first = lines[last[0].start.line - 1]
        indent = len(first) - len(first.lstrip(" "))
    else:
        end, indent = _line_of(key, lines), 2
        lines[end - 1] = re.sub(_EMPTY % key, r"\1", lines[end - 1])
    block = as_entry(values, indent).rstrip("\n").split("\n")
    lines[end:end] = block
    text = "\n".join(lines)
    text = text if text.endswith("\n") else text + "\n"
    _refuse_other_meaning(path, text, key, [*(entries.value or []), dict(values)])
    before = path.read_bytes()
    file.write(text)
    return Added(path, end + 1, end + len(block), before)


def _file_with(path: Path, key: str) -> tuple[TextFile, Node]:
    """Return a file and the entries under a key, which is added if it may be missing.

    Raise CannotAdd and OSError.
    """
    try:
        file = text_file.read(path)
    except UnicodeDecodeError as error:
        raise CannotAdd(f"`{path}` is not in UTF-8: save it again with that encoding") from error
    document, problems = read_text(file.text, path.as_posix())
    may_lack = key != "cards" or (document.root is not None and "changes" in document.root)
    if may_lack and document.root and key not in document.root:
        file = replace(file, text=f"{file.text.rstrip()}\n\n{key}:\n")
        document, problems = read_text(file.text, path.as_posix())
    entries = document.root.get(key) if document.root else None
    if problems or entries is None or not isinstance(entries.value, list | None):
        raise CannotAdd(f"`{path}` cannot be read: `attachdeck check` says why")
    return file, entries


def _refuse_other_meaning(path: Path, text: str, key: str, entries: list[Any]) -> None:
    """Raise CannotAdd if a file's new text does not have these entries under the key."""
    document, problems = read_text(text, path.as_posix())
    if problems or document.root is None or document.root.value.get(key) != entries:
        reason = f" ({problems[0].message})" if problems else ""
        raise CannotAdd(
            f"it cannot be put into `{path}` without touching the rest{reason}: add it by hand"
        )


def checked(folder: Path, added: Added) -> Checked:
    """Check a course with what was added to it, and return the result.

    Raise Mistaken if what was added has mistakes, with the file again as it was, and OSError.
    """
    result = pipeline.check(folder)
    wrong = [
        diagnostic
        for diagnostic in added.among(result.diagnostics)
        if diagnostic.severity is Severity.ERROR
    ]
    if not wrong:
        return result
    if added.before is None:
        added.path.unlink()
    else:
        write_bytes(added.path, added.before)
    raise Mistaken(added, wrong, result.texts)


def lesson_file(folder: Path, name: str) -> Path:
    """Return the file of the lesson with an id, or whose file name contains it.

    Without a name, it is the last lesson. Raise CannotAdd.
    """
    paths = _files(folder)
    if not paths:
        raise CannotAdd(f"`{folder}` has no lessons yet: `attachdeck new lesson` makes one")
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
            f"`{name}` names {'several lessons' if fitting else 'no lesson'}; there are {listed}"
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
    documents = pipeline.check(folder).files.lessons
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


def _scalar(text: str) -> str:
    """Return a text as a YAML value on one line."""
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w ,.!?()-]*[\w.!?)]", text)
        and not re.fullmatch(r"(?i)true|false|null|yes|no|on|off", text)
        else json.dumps(text, ensure_ascii=False)
    )


def as_entry(card: Mapping[str, Any], indent: int = 2) -> str:
    """Return a card as an entry of a lesson's list."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=indent + 2, offset=indent)
    out = StringIO()
    yaml.dump([dict(card)], out)
    return out.getvalue()


def _end_of(lines: list[str], span: tuple[int, int, int, int]) -> int:
    """Return the number of lines up to the end of a value.

    Blank lines and comments after it stay after the new card.
    """
    *_, line, column = span
    line -= column == 1
    while line > 1 and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
        line -= 1
    return line


def _line_of(key: str, lines: list[str]) -> int:
    number = next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 0)
    if not number:
        raise CannotAdd(f"the key `{key}` must begin a line of the file")
    return number


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
