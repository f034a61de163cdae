"""YAML text to plain values with the place of every key and value; the only module that reads a course's files.

Scalars follow YAML 1.2's core schema, so `no` is a word and `1969-01-02` is text.
What a stranger's file could do to us is bounded here: size, nesting, aliases, and paths that leave the course's folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 32
MAX_ALIASED_VALUES = 10_000
"""How many values aliases may repeat in one file: enough for any course, too few for a bomb."""

LOCK = "course.lock"
PICTURE_ENDINGS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?|[0-9]+[eE][-+]?[0-9]{1,3})")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Mark:
    """Where one value stands (start line, start column, end line, end column, all from 1), and where its parts do."""

    span: tuple[int, int, int, int]
    keys: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    parts: dict[str, Mark] | list[Mark] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document together with its place; indexing goes down to a part."""

    value: Any
    mark: Mark
    file: str

    def __getitem__(self, key: str | int) -> Node:
        return Node(self.value[key], self.mark.parts[key], self.file)  # type: ignore[index]

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def get(self, key: str) -> Node | None:
        """The part under a key, or None where it is not written."""
        return self[key] if key in self else None  # noqa: SIM401  # This is what `get` is.

    def items(self) -> Iterator[Node]:
        """The parts of a list, in order; nothing for anything else."""
        if isinstance(self.value, list):
            yield from (self[index] for index in range(len(self.value)))

    @property
    def at(self) -> Location:
        """Where the value stands."""
        return Location(self.file, *self.mark.span)

    def key_at(self, key: str) -> Location:
        """Where a key of this mapping stands."""
        return Location(self.file, *self.mark.keys[key])

    @property
    def start(self) -> Location:
        """Where the value begins: the first key of a mapping, the value itself otherwise."""
        first = next(iter(self.mark.keys.values()), None)
        return Location(self.file, *first) if first else self.at


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its text, and what it says (None where it could not be read)."""

    file: str
    text: str
    root: Node | None


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

    def texts(self) -> dict[str, str]:
        """The text of every file that was read, for reporters that quote lines."""
        documents = (self.course, self.sources, self.media, self.lock, *self.lessons)
        return {document.file: document.text for document in documents if document}


def read_course(folder: Path) -> tuple[CourseFiles, list[Diagnostic]]:
    """Read a course's folder; a file that is missing or broken becomes a diagnostic and an empty document."""
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
            content, problem = _read_bytes(path, shown(path), root)
            diagnostics.extend([problem] if problem else _svg_problems(content, shown(path)) if path.suffix.lower() == ".svg" else [])
            pictures[path.name] = content

    # What is wrong in the lock is no author's doing: `identity` says what it means.
    lock = folder / LOCK
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
    if not lesson_paths and not diagnostics:
        message = "the course has no lessons"
        diagnostics.append(
            Diagnostic(rule="no-lessons", message=message, at=Location(f"{name}/lessons"), help="write the first one as `lessons/01-first.yaml`")
        )
    return files, diagnostics


def read_file(path: Path, shown: str, root: Path | None = None) -> tuple[Document, list[Diagnostic]]:
    """Read one YAML file. `shown` is the name to use in messages; the file must lie under `root` if that is given."""
    content, problem = _read_bytes(path, shown, root)
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


def read_text(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    """Read YAML text, with LF or CRLF line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    odd = _NOT_TEXT.search(text)
    if odd:
        at = _location(shown, text, odd.start())
        message = f"the invisible character U+{ord(odd.group()):04X} cannot stand in a course"
        return Document(shown, text, None), [
            Diagnostic(rule="invisible-character", message=message, at=at, help="delete it; it often comes along with copied text")
        ]
    build = _Builder(shown)
    try:
        value, mark = build.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        return Document(shown, text, None), [*build.diagnostics, _syntax_error(error, text, shown)]
    except _Refused as refused:
        return Document(shown, text, None), [*build.diagnostics, refused.diagnostic]
    return Document(shown, text, Node(value, mark, shown)), build.diagnostics


class _Refused(Exception):  # noqa: N818  # It is no error of ours.
    """Reading cannot go on past this diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class _Builder:
    """Builds values and marks from the parser's events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []
        self.anchors: dict[str, tuple[Any, Mark]] = {}
        self.aliased = 0

    def document(self, events: Iterator[yaml.Event]) -> tuple[Any, Mark]:
        value: Any = None
        mark = Mark((1, 1, 1, 1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refused("several-documents", "a second document begins here", event, "delete the line `---`; one file holds one document")
                value, mark = self.node(next(events), events, 1)
        return value, mark

    def node(self, event: Any, events: Iterator[yaml.Event], depth: int) -> tuple[Any, Mark]:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            help = "delete the word that begins with `!`; put the text in quotes if it belongs there"
            raise self.refused("yaml-tag", f"the tag `{event.tag}` is not allowed", event, help)
        if depth > MAX_DEPTH:
            raise self.refused("nesting", f"this is nested more than {MAX_DEPTH} levels deep", event, "check the indentation and the brackets")
        made: tuple[Any, Mark]
        if isinstance(event, yaml.ScalarEvent):
            made = self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            made = self.mapping(event, events, depth)
        else:
            made = self.sequence(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = made
        return made

    def scalar(self, event: yaml.ScalarEvent) -> tuple[Any, Mark]:
        # Only double quotes can name a character that the file itself does not hold.
        odd = _NOT_TEXT.search(event.value) if event.style == '"' else None
        if odd:
            message = f"this text names the invisible character U+{ord(odd.group()):04X}"
            raise self.refused("invisible-character", message, event, "delete the escape, or write the text after `|` on lines of its own")
        return _scalar(event), Mark(_span(event))

    def mapping(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> tuple[dict[str, Any], Mark]:
        values: dict[str, Any] = {}
        parts: dict[str, Mark] = {}
        mark = Mark(_span(start), parts=parts)
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refused("yaml-key", "a key must be a word", event, "text that begins with `{`, `[` or `*` needs quotes around it")
            key = event.value
            value, part = self.node(next(events), events, depth + 1)
            mark.size += part.size
            if key in values:
                first = mark.keys[key][0]
                self.diagnostics.append(
                    self.diagnostic("duplicate-key", f"`{key}` is written twice", event, f"it stands in line {first} already; keep one of the two")
                )
                continue
            values[key], parts[key], mark.keys[key] = value, part, _span(event)
        mark.span = mark.span[:2] + _span(event)[2:]
        return values, mark

    def sequence(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> tuple[list[Any], Mark]:
        values: list[Any] = []
        parts: list[Mark] = []
        mark = Mark(_span(start), parts=parts)
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value, part = self.node(event, events, depth + 1)
            values.append(value)
            parts.append(part)
            mark.size += part.size
        mark.span = mark.span[:2] + _span(event)[2:]
        return values, mark

    def alias(self, event: yaml.AliasEvent) -> tuple[Any, Mark]:
        if event.anchor not in self.anchors:
            raise self.refused(
                "yaml-alias",
                f"`*{event.anchor}` refers to nothing before it",
                event,
                "text that begins with `*` needs quotes around it, or write it after `|` on lines of its own",
            )
        value, mark = self.anchors[event.anchor]
        self.aliased += mark.size
        if self.aliased > MAX_ALIASED_VALUES:
            raise self.refused("yaml-alias", f"aliases repeat more than {MAX_ALIASED_VALUES:,} values", event, "write the text out instead")
        return value, Mark(_span(event), mark.keys, mark.parts, mark.size)

    def diagnostic(self, rule: str, message: str, event: yaml.Event, help: str) -> Diagnostic:
        return Diagnostic(rule=rule, message=message, at=Location(self.file, *_span(event)), help=help)

    def refused(self, rule: str, message: str, event: yaml.Event, help: str) -> _Refused:
        return _Refused(self.diagnostic(rule, message, event, help))


def _scalar(event: yaml.ScalarEvent) -> Any:
    """The value of a scalar by YAML 1.2's core schema; numbers that no course needs (infinite, of huge length) stay text."""
    text: str = event.value
    if not event.implicit[0] or event.style:  # Plain is None in Python, "" in C.
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-+.0123456789":
        if _INT.fullmatch(text):
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _span(event: Any) -> tuple[int, int, int, int]:
    start, end = event.start_mark, event.end_mark
    return start.line + 1, start.column + 1, end.line + 1, end.column + 1


class _Advice(NamedTuple):
    """What the parser's phrase means to an author, and how to mend it; `begun` points at where the broken thing begins."""

    phrase: str
    message: str
    help: str
    begun: bool = False


_QUOTE = "needs quotes around it, or write it after `|` on lines of its own"
_ADVICE = (
    _Advice("mapping values are not allowed", "this colon begins a second value", f"a text that holds `: ` {_QUOTE}"),
    _Advice("found unexpected end of stream", "this quotation mark is never closed", "close it, or write the text after `|` on lines of its own", begun=True),
    _Advice("did not find expected ',' or", "this bracket is never closed", "close it; a text that begins with `{` or `[` needs quotes around it", begun=True),
    _Advice(
        "could not find expected ':'",
        "this line has no `key: value`",
        "a key needs a colon and a space after it: `prompt: …`; a text of several lines stands after `|`",
        begun=True,
    ),
    _Advice(
        "did not find expected key",
        "this does not fit what stands before it",
        "check the indentation and the quotation marks here and in the line above; a text with a quotation mark in it is best written after `|`",
    ),
    _Advice(
        "did not find expected '-' indicator", "this line is indented wrongly", "keys of one card start in the same column, and entries of a list with `- `"
    ),
    _Advice("found character that cannot start any token", "a text cannot begin with this character", f"text that begins with `@`, `%` or a backtick {_QUOTE}"),
    _Advice("found unknown escape character", "a backslash is special in double quotes", "use single quotes, or write the text after `|` on lines of its own"),
    _Advice("block sequence entries are not allowed", "a list cannot begin here", "begin it on a line of its own"),
    _Advice("did not find expected alphabetic", "a text cannot begin with `*` or `&`", f"it {_QUOTE}", begun=True),
)


def _syntax_error(error: yaml.MarkedYAMLError, text: str, shown: str) -> Diagnostic:
    problem = error.problem or error.context or "it does not follow the rules of YAML"
    advice = next((each for each in _ADVICE if each.phrase in problem), None)
    mark = (error.context_mark if advice and advice.begun else error.problem_mark) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    # At the end of the text the parser stands behind the last line, where there is nothing to show.
    if line > 1 and not "".join(lines[line - 1 :]).strip():
        line = max((number for number, each in enumerate(lines, 1) if each.strip()), default=1)
        column = len(lines[line - 1]) + 1
    message, help = (advice.message, advice.help) if advice else (problem, None)
    if lines[line - 1][column - 1 : column] == "\t":
        message, help = "a tab stands in the indentation", "indent with spaces"
    return Diagnostic(rule="yaml-syntax", message=message, at=Location(shown, line, column, line, column + 1), help=help)


def _location(shown: str, text: str, index: int) -> Location:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Location(shown, line, column, line, column + 1)


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _read_bytes(path: Path, shown: str, root: Path | None) -> tuple[bytes, Diagnostic | None]:
    def unreadable(message: str, help: str) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(rule="unreadable-file", message=message, at=Location(shown), help=help)

    try:
        if root and not path.resolve().is_relative_to(root):
            return unreadable("this link leads out of the course's folder", "put a copy of the file here instead")
        if path.stat().st_size > MAX_BYTES:
            return unreadable(f"this file is larger than {MAX_BYTES // 1024 // 1024} MiB", "split it, or make the picture smaller")
        return path.read_bytes(), None
    except FileNotFoundError:
        return unreadable("this file is missing", "create it; `attachdeck schema` shows what belongs into it")
    except OSError as error:
        return unreadable(f"this file cannot be read: {error.strerror or error}", "check that it is a file and that you may read it")


_SVG_DANGER = re.compile(
    rb"<\s*(?:script|foreignobject)\b|<!entity|\son[a-z]+\s*=|javascript:"
    rb"|(?:href|src)\s*=\s*(?:\"(?!#|data:image/(?:png|jpeg|gif|webp))[^\"]*\"|'(?!#|data:image/(?:png|jpeg|gif|webp))[^']*')"
    rb"|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)


def _svg_problems(content: bytes, shown: str) -> list[Diagnostic]:
    text = content.decode("utf-8", "replace")
    danger = _SVG_DANGER.search(text.encode())
    if not danger:
        return []
    found = danger.group().decode("utf-8", "replace").strip()
    message = f"`{found}` cannot stand in a picture: it could run a script or load something from elsewhere"
    at = _location(shown, text, text.index(found))
    return [Diagnostic(rule="unsafe-picture", message=message, at=at, help="delete it, or export the picture again as plain SVG")]
