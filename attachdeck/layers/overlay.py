"""A course that extends another: both read as one, and what upstream changed under its author's hands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from attachdeck.domain.diagnostics import Diagnostic, Severity, did_you_mean_or_list
from attachdeck.layers import courses
from attachdeck.reader import CourseFiles, Document, Mark, Node

_OWN = ("extends", "keep_identity", "hide")
_DEEP = ("option_sets", "theme", "study")
_SHOWN = ("prompt", "question", "scenario", "text", "answer", "why")


@dataclass(frozen=True, slots=True)
class Override:
    """A card of the extended course in this course's words: hashes of what upstream says and of what this course says."""

    upstream: str
    own: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Both courses as one, what is wrong with putting them together, and the cards that were replaced, by id."""

    files: CourseFiles
    diagnostics: tuple[Diagnostic, ...] = ()
    overrides: Mapping[str, tuple[Override, Node, Node]] = field(default_factory=dict)
    keeps_identity: bool = False


def base_folder(files: CourseFiles, folder: Path) -> tuple[Path | None, list[Diagnostic]]:
    """The folder of the course that a course extends: an installed one by its name, or one by its path from here; None where it extends none."""
    root = files.course.root
    extends = root.get("extends") if root else None
    if extends is None or not isinstance(extends.value, str):
        return None, []
    path = folder / extends.value
    found = path if (path / "course.yaml").is_file() else courses.installed().get(extends.value)
    if found is None:
        help = (
            did_you_mean_or_list(extends.value, [*courses.installed(), *_beside(folder)])
            or "name an installed course (`attachdeck courses` lists them), or write the path of a folder"
        )
        return None, [
            Diagnostic(
                rule="unknown-course",
                message=f"there is no course `{extends.value}`",
                at=extends.at,
                help=help,
            )
        ]
    if found.resolve() == folder.resolve():
        return None, [
            Diagnostic(
                rule="unknown-course",
                message="a course cannot extend itself",
                at=extends.at,
                help="name the course that it builds on",
            )
        ]
    return found, []


def _beside(folder: Path) -> list[str]:
    """Return the courses in the folders beside a course, as `extends` names them."""
    own = folder.resolve()
    return [f"../{path.as_posix()}" for path in courses.below(own.parent) if path.name != own.name]


def merged(own: CourseFiles, base: CourseFiles) -> Merged:
    """One course out of two whose documents could be read: its own wins, key by key, card by card."""
    merger = _Merger(own, base)
    root = own.course.root
    return Merged(
        merger.files(),
        tuple(merger.diagnostics),
        merger.overrides,
        bool(root and root.value.get("keep_identity")),
    )


def upstream_changes(found: Merged, known: Mapping[str, Override]) -> Iterable[Diagnostic]:
    """What upstream changed since this course replaced it, unless this course has changed its own since then, too."""
    for card, (now, theirs, ours) in found.overrides.items():
        before = known.get(card)
        if before and before.upstream != now.upstream and before.own == now.own:
            said = "; ".join(
                f"{key}: {theirs.value[key]}"
                for key in _SHOWN
                if isinstance(theirs.value.get(key), str)
            )
            yield Diagnostic(
                rule="upstream-changed",
                message=f"you replaced `{card}`; the course that you extend has changed it since, and now says: {said}",
                at=ours.start,
                help="change yours where you agree; to keep it as it is, run `attachdeck build --keep-mine`",
                severity=Severity.WARNING,
            )


def overrides_to_keep(
    found: Merged, known: Mapping[str, Override], *, keep_mine: bool
) -> dict[str, Override]:
    """What the lock remembers of replaced cards: a change that the author has not answered yet stays unanswered."""
    kept = {}
    for card, (now, _, _) in found.overrides.items():
        before = known.get(card)
        kept[card] = before if before and before.own == now.own and not keep_mine else now
    return kept


class _Merger:
    def __init__(self, own: CourseFiles, base: CourseFiles) -> None:
        self.own = own
        self.base = base
        self.diagnostics: list[Diagnostic] = []
        self.overrides: dict[str, tuple[Override, Node, Node]] = {}

    def files(self) -> CourseFiles:
        own, base = self.own, self.base
        ours, theirs = own.course.root, base.course.root
        if ours is None or theirs is None:
            return own
        changing = [
            each for each in own.lessons if each.root is not None and "changes" in each.root
        ]
        lessons = self.changed_lessons(changing, self.hidden(ours))
        return replace(
            own,
            course=Document(
                own.course.file, own.course.text, _without(_joined(theirs, ours, _DEEP), _OWN)
            ),
            sources=self.listed(own.sources, base.sources, "sources", "key"),
            media=self.listed(
                self.listed(own.media, base.media, "pictures", "file"), base.media, "files", "file"
            ),
            lessons=(*lessons, *(each for each in own.lessons if each not in changing)),
            pictures=base.pictures | own.pictures,
            note_types=base.note_types | own.note_types,
            others=tuple(
                each
                for each in (
                    base.course,
                    base.sources,
                    base.media,
                    *base.lessons,
                    *base.others,
                    *changing,
                )
                if each
            ),
        )

    def hidden(self, ours: Node) -> set[str]:
        """The ids of hidden cards; one that is not there is reported."""
        wanted = ours.get("hide")
        known = {
            id: entry
            for lesson in self.base.lessons
            if lesson.root is not None and isinstance(lesson.root.value, dict)
            for id, entry in _ids(lesson.root)
        }
        found = set()
        self.must_be_list(ours, "hide")
        for entry in wanted.items() if wanted else ():
            if entry.value in known:
                found.add(entry.value)
            else:
                help = (
                    did_you_mean_or_list(str(entry.value), known)
                    or "name a card of the course that this one extends"
                )
                self.diagnostics.append(
                    Diagnostic(
                        rule="unknown-card",
                        message=f"there is no card `{entry.value}` to hide",
                        at=entry.at,
                        help=help,
                    )
                )
        return found

    def must_be_list(self, node: Node, key: str) -> None:
        """Report what is no list, and what in it is no group of keys where all else is: the two courses could not be joined without losing it."""
        found = node.get(key) if isinstance(node.value, dict) else None
        if found is None:
            return
        if not isinstance(found.value, list):
            help = f"begin each entry with `- ` on a line of its own, or delete `{key}`"
            self.diagnostics.append(
                Diagnostic(rule="schema", message=f"`{key}` must be a list", at=found.at, help=help)
            )
        for entry in found.items() if key != "hide" else ():
            if not isinstance(entry.value, dict):
                message = f"an entry of `{key}` must be a group of keys"
                self.diagnostics.append(
                    Diagnostic(
                        rule="schema",
                        message=message,
                        at=entry.at,
                        help="write keys and their values here, or delete this line",
                    )
                )

    def changed_lessons(self, changing: list[Document], hidden: set[str]) -> list[Document]:
        """The lessons of the extended course, as this course changes them."""
        known: dict[str, list[Node]] = {
            str(lesson.root.value.get("id")): []
            for lesson in self.base.lessons
            if lesson.root is not None
        }
        for document in changing:
            assert document.root is not None  # noqa: S101  # Chosen so.
            name = document.root["changes"]
            if str(name.value) in known:
                known[str(name.value)].append(document.root)
            else:
                message = (
                    f"the course that this one extends has no lesson `{name.value}`"
                    if name.value is not None
                    else "`changes` names no lesson"
                )
                self.diagnostics.append(
                    Diagnostic(
                        rule="unknown-lesson",
                        message=message,
                        at=name.at,
                        help=did_you_mean_or_list(str(name.value), known),
                    )
                )
        return [
            self.changed(lesson, known.get(str(lesson.root.value.get("id")), []), hidden)
            if lesson.root
            else lesson
            for lesson in self.base.lessons
        ]

    def changed(self, lesson: Document, changes: list[Node], hidden: set[str]) -> Document:
        root = lesson.root
        if root is None or not (changes or hidden):
            return lesson
        cards = {
            str(entry.value.get("id")): entry
            for entry in _entries(root, "cards")
            if entry.value.get("id") not in hidden
        }
        objectives = list(_entries(root, "objectives"))
        for change in changes:
            for key in ("objectives", "cards"):
                self.must_be_list(change, key)
            objectives += _entries(change, "objectives")
            for entry in _entries(change, "cards"):
                name = str(entry.value.get("id"))
                if name in cards:
                    self.replace(cards, name, entry, whole="kind" in entry)
                elif "kind" in entry or "id" not in entry:
                    cards[name] = entry
                else:
                    message = f"the lesson `{root.value.get('id')}` has no card `{name}` to change"
                    help = did_you_mean_or_list(name, cards) or "name a card of that lesson"
                    self.diagnostics.append(
                        Diagnostic(
                            rule="unknown-card",
                            message=message,
                            at=entry["id"].at,
                            help=f"{help}; a new card needs its `kind`",
                        )
                    )
            apart = ("changes", "cards", "objectives", "reading")
            root = _joined(root, _without(change, apart), ())
        root = put(
            put(root, "cards", _list(list(cards.values()), root["cards"])),
            "objectives",
            _list(objectives, root["objectives"]),
        )
        root = self.changed_reading(_without_hidden_reading(root, hidden), changes)
        return Document(lesson.file, lesson.text, root)

    def changed_reading(self, root: Node, changes: list[Node]) -> Node:
        """A lesson with its reading as changes leave it: sections replace those of the same id, or come after them; a text replaces all."""
        for change in changes:
            ours = change.get("reading")
            if ours is None:
                continue
            if not isinstance(ours.value, list) or not isinstance(root.value.get("reading"), list):
                root = put(root, "reading", ours, change.mark.keys["reading"])
                continue
            self.must_be_list(change, "reading")
            sections = {str(entry.value.get("id")): entry for entry in _entries(root, "reading")}
            for entry in _entries(change, "reading"):
                name = str(entry.value.get("id"))
                if name in sections:
                    self.replace(sections, name, entry, whole=False)
                else:
                    sections[name] = entry
            root = put(root, "reading", _list(list(sections.values()), root["reading"]))
        return root

    def replace(self, entries: dict[str, Node], name: str, ours: Node, *, whole: bool) -> None:
        """Put what this course says in the place of an entry, of all of it or of the keys that are named."""
        theirs = entries[name]
        entries[name] = ours if whole else _joined(theirs, ours, ())
        self.overrides[name] = Override(_hash(theirs.value), _hash(ours.value)), theirs, ours

    def listed(
        self, own: Document | None, base: Document | None, key: str, name: str
    ) -> Document | None:
        """Two lists as one; an entry of ours stands in the place of theirs of the same name."""
        if own is None or own.root is None or base is None or base.root is None:
            return own if own is not None else base
        self.must_be_list(own.root, key)
        entries = {
            str(entry.value.get(name)): entry
            for root in (base.root, own.root)
            for entry in _entries(root, key)
        }
        return (
            Document(
                own.file,
                own.text,
                put(own.root, key, _list(list(entries.values()), own.root[key])),
            )
            if key in own.root
            else own
        )


def _without_hidden_reading(root: Node, hidden: set[str]) -> Node:
    """A lesson without the hidden parts of its reading; the card of a reading of one text has the lesson's id in its own."""
    if "reading" not in root:
        return root
    if not isinstance(root.value["reading"], list):
        gone = f"{root.value.get('id')}-reading" in hidden
        return _without(root, ("reading",)) if gone else root
    sections = _entries(root, "reading")
    kept = [entry for entry in sections if entry.value.get("id") not in hidden]
    if len(kept) == len(sections):
        return root
    return (
        put(root, "reading", _list(kept, root["reading"])) if kept else _without(root, ("reading",))
    )


def _ids(root: Node) -> Iterator[tuple[str, Node]]:
    """The ids of a lesson's cards and of those that its reading becomes."""
    for key in ("cards", "reading"):
        yield from ((entry.value.get("id", ""), entry) for entry in _entries(root, key))
    if isinstance(root.value.get("reading"), str):
        yield f"{root.value.get('id')}-reading", root["reading"]


def _entries(node: Node, key: str) -> list[Node]:
    """The mappings under a key that holds a list of them; what is not one is left to the schema."""
    found = node.get(key) if isinstance(node.value, dict) else None
    return [entry for entry in found.items() if isinstance(entry.value, dict)] if found else []


def _joined(theirs: Node, ours: Node, deep: tuple[str, ...]) -> Node:
    """Two mappings as one: ours wins, and under the keys in `deep` key by key."""
    if not isinstance(theirs.value, dict) or not isinstance(ours.value, dict):
        return ours
    joined = ours
    for key in theirs.value:
        if key not in ours:
            joined = put(joined, key, theirs[key], theirs.mark.keys[key])
        elif key in deep:
            joined = put(
                joined,
                key,
                _joined(
                    theirs[key],
                    ours[key],
                    tuple(ours[key].value) if isinstance(ours[key].value, dict) else (),
                ),
            )
    return joined


def put(node: Node, key: str, part: Node, place: tuple[int, int, int, int] | None = None) -> Node:
    """A mapping with another part under a key."""
    parts: Any = node.mark.parts
    keys = node.mark.keys if place is None else node.mark.keys | {key: place}
    mark = Mark(node.mark.span, keys, parts | {key: _placed(part)}, node.mark.size, node.mark.file)
    return Node(node.value | {key: part.value}, mark, node.file)


def _without(node: Node, keys: tuple[str, ...]) -> Node:
    parts: Any = node.mark.parts
    mark = replace(
        node.mark,
        keys={k: v for k, v in node.mark.keys.items() if k not in keys},
        parts={k: v for k, v in parts.items() if k not in keys},
    )
    return Node({k: v for k, v in node.value.items() if k not in keys}, mark, node.file)


def _list(entries: list[Node], at: Node) -> Node:
    return Node(
        [entry.value for entry in entries],
        Mark(at.mark.span, parts=[_placed(entry) for entry in entries], file=at.file),
        at.file,
    )


def _placed(node: Node) -> Mark:
    """A value's place with the name of its file."""
    return replace(node.mark, file=node.file)


def _hash(value: Any) -> str:
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()[:16]
