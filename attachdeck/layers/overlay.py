"""A course that extends another: both read as one, and what upstream changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attachdeck.domain.diagnostics import Diagnostic, Severity, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.layers import courses
from attachdeck.reader import CourseFiles, Document, Node

MAX_BASES = 5
"""The maximum number of courses that extend one another in a row."""
_TOO_DEEP = "too many courses extend each other, or they extend each other in a circle"
_OWN = ("extends", "keep_identity", "hide")
_DEEP = ("option_sets", "tests", "theme", "study", "lessons_open")
_APART = ("changes", "cards", "objectives", "reading")
"""Keys of a change that are not merged key by key."""
_SHOWN = ("prompt", "question", "scenario", "text", "answer", "why")


@dataclass(frozen=True, slots=True)
class Override:
    """A card of the extended course that this course replaces: hashes of both versions."""

    upstream: str
    own: str


@dataclass(frozen=True, slots=True)
class Overridden:
    """A card that this course replaces: both hashes, upstream's texts, and this course's place."""

    card: str
    seen: Override
    upstream_says: str
    at: Location


@dataclass(frozen=True, slots=True)
class Overlaid:
    """A lesson of the extended course as this course changes it."""

    document: Document
    overridden: tuple[Overridden, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def base_folder(
    files: CourseFiles, folder: Path, depth: int = 0
) -> tuple[Path | None, list[Diagnostic]]:
    """Return the folder of the course that a course extends, by its path or its installed name.

    It is None if the course extends none. `depth` is the number of courses that extend this one.
    """
    root = files.course.root
    extends = root.get("extends") if root else None
    if extends is None or not isinstance(extends.value, str):
        return None, []
    path = folder / extends.value
    base = path if (path / "course.yaml").is_file() else courses.installed().get(extends.value)
    problem: tuple[str, str] | None = None
    if base is None:
        problem = (
            f"there is no course `{extends.value}`",
            did_you_mean_or_list(extends.value, [*courses.installed(), *_beside(folder)])
            or "name an installed course (run `attachdeck courses` to list them), or a folder",
        )
    elif base.resolve() == folder.resolve():
        problem = "a course cannot extend itself", "name the course that this one builds on"
    elif depth >= MAX_BASES:
        problem = _TOO_DEEP, f"extend at most {MAX_BASES} courses in a row"
    if problem is None:
        return base, []
    message, help = problem
    return None, [Diagnostic(rule="unknown-course", message=message, at=extends.at, help=help)]


def broken_base(root: Node, base: Path, error: Diagnostic) -> Diagnostic:
    """Report an error in the course in the folder `base`, which another course extends.

    `root` is the other course's course.yaml.
    """
    return Diagnostic(
        rule="broken-base",
        message=f"the course that this one extends has mistakes; the first: {error.at}: "
        f"{error.message}",
        at=root["extends"].at,
        help=f"run `attachdeck check {base}` to see all of them",
    )


def _beside(folder: Path) -> list[str]:
    """Return the courses beside a course, as `extends` names them."""
    own = folder.resolve()
    return [f"../{path.as_posix()}" for path in courses.below(own.parent) if path.name != own.name]


def upstream_changes(
    overridden: Iterable[Overridden], known: Mapping[str, Override]
) -> Iterator[Diagnostic]:
    """Report cards that upstream changed since this course replaced them.

    A card that this course has changed since then, too, is not reported.
    """
    for card in overridden:
        before = known.get(card.card)
        if before and before.upstream != card.seen.upstream and before.own == card.seen.own:
            yield Diagnostic(
                rule="upstream-changed",
                message=f"you replaced `{card.card}`; the course that you extend has since changed "
                f"it: {card.upstream_says}",
                at=card.at,
                help="update your card, or run `attachdeck build --keep-mine` to keep it unchanged",
                severity=Severity.WARNING,
            )


def overrides_to_keep(
    overridden: Iterable[Overridden], known: Mapping[str, Override], *, keep_mine: bool
) -> dict[str, Override]:
    """Return the hashes that the lock keeps of replaced cards.

    Where the author has not answered upstream's change yet, they stay as they were.
    """
    kept = {}
    for card in overridden:
        before = known.get(card.card)
        answered = before is None or before.own != card.seen.own or keep_mine
        kept[card.card] = card.seen if answered or before is None else before
    return kept


class Overlay:
    """The changes of a course to the one that it extends: its own wins, key by key, card by card.

    `lessons` are the course's own lessons, parsed; `names` are the ids of the cards of each lesson
    of the extended course. `files` are both courses as one, with lessons that are not parsed yet.
    """

    def __init__(
        self,
        own: CourseFiles,
        lessons: Iterable[Document],
        base: CourseFiles,
        names: Mapping[str, Collection[str]],
    ) -> None:
        self.own = own
        self.base = base
        self.names = names
        self.diagnostics: list[Diagnostic] = []
        self.changing = [lesson for lesson in lessons if lesson.root and "changes" in lesson.root]
        ours, theirs = own.course.root, base.course.root
        assert ours is not None  # Both could be read.
        assert theirs is not None
        self.keeps_identity = bool(ours.value.get("keep_identity"))
        self.hidden = self._hidden(ours)
        self.changes = self._changes()
        for key in ("objectives", "cards"):
            for document in self.changing:
                self._must_be_list(_root(document), key)
        self.files = self._files(ours, theirs)

    @property
    def inherited(self) -> frozenset[str]:
        """Return the files of the lessons that come from the extended course."""
        return frozenset(lesson.file for lesson in self.base.lessons)

    def _files(self, ours: Node, theirs: Node) -> CourseFiles:
        own, base = self.own, self.base
        changing = {lesson.file for lesson in self.changing}
        changes = (lesson for lesson in own.lessons if lesson.file in changing)
        others = (base.course, base.sources, base.media, *base.others, *changes)
        course = _without(_joined(theirs, ours, _DEEP), _OWN)
        pictures = self._listed(own.media, base.media, "pictures", "file")
        sounds = self._listed(pictures, base.media, "sounds", "file")
        return replace(
            own,
            course=Document(own.course.file, own.course.text, course),
            sources=self._listed(own.sources, base.sources, "sources", "key"),
            media=self._listed(sounds, base.media, "files", "file"),
            lessons=(
                *base.lessons,
                *(lesson for lesson in own.lessons if lesson.file not in changing),
            ),
            pictures=base.pictures | own.pictures,
            note_types=base.note_types | own.note_types,
            others=tuple(document for document in others if document),
        )

    def _hidden(self, ours: Node) -> set[str]:
        """Return the ids of hidden cards; report ids that the extended course does not have."""
        self._must_be_list(ours, "hide")
        wanted = ours.get("hide")
        known = {card for cards in self.names.values() for card in cards}
        hidden = set()
        for entry in wanted.items() if wanted else ():
            if entry.value in known:
                hidden.add(entry.value)
                continue
            help = (
                did_you_mean_or_list(str(entry.value), known)
                or "write the id of a card in the course that this one extends"
            )
            message = f"there is no card `{entry.value}` to hide"
            self._report("unknown-card", message, entry.at, help)
        return hidden

    def _changes(self) -> dict[str, list[Node]]:
        """Return the changes to each lesson of the extended course; report unknown lessons."""
        changes: dict[str, list[Node]] = {lesson: [] for lesson in self.names}
        for document in self.changing:
            name = _root(document)["changes"]
            if str(name.value) in changes:
                changes[str(name.value)].append(_root(document))
                continue
            message = (
                f"the course that this one extends has no lesson `{name.value}`"
                if name.value is not None
                else "`changes` is empty"
            )
            help = did_you_mean_or_list(str(name.value), changes)
            self._report("unknown-lesson", message, name.at, help)
        return changes

    def _report(self, rule: str, message: str, at: Location, help: str | None) -> None:
        self.diagnostics.append(Diagnostic(rule=rule, message=message, at=at, help=help))

    def _must_be_list(self, node: Node, key: str) -> None:
        """Report a value that is not a list, and entries that are not groups of keys.

        They would be lost when the two courses are joined.
        """
        listed = node.get(key) if isinstance(node.value, dict) else None
        if listed is None:
            return
        if not isinstance(listed.value, list):
            help = f"begin each entry with `- ` on a new line, or delete `{key}`"
            self._report("schema", f"`{key}` must be a list", listed.at, help)
        for entry in listed.items() if key != "hide" else ():
            if not isinstance(entry.value, dict):
                message = f"an entry of `{key}` must be a group of keys"
                help = "write keys and their values here, or delete this line"
                self._report("schema", message, entry.at, help)

    def lesson(self, lesson: Document) -> Overlaid:
        """Return a lesson of the extended course, as this course changes it."""
        root = lesson.root
        changes = self.changes.get(str(root.value.get("id")), []) if root else []
        if root is None or not (changes or self.hidden):
            return Overlaid(lesson)
        cards = {
            str(entry.value.get("id")): entry
            for entry in _entries(root, "cards")
            if entry.value.get("id") not in self.hidden
        }
        overridden: list[Overridden] = []
        problems: list[Diagnostic] = []
        objectives = _entries(root, "objectives")
        for change in changes:
            objectives = _changed_objectives(objectives, _entries(change, "objectives"))
            for entry in _entries(change, "cards"):
                name = str(entry.value.get("id"))
                if name in cards:
                    overridden.append(_overridden(name, cards[name], entry))
                    cards[name] = entry if "kind" in entry else _joined(cards[name], entry, ())
                elif "kind" in entry or "id" not in entry:
                    cards[name] = entry
                else:
                    problems.append(_no_card_to_change(root, name, cards, entry))
            root = _joined(root, _without(change, _APART), ("option_sets",))
        root = root.with_part("cards", root["cards"].with_entries(list(cards.values())))
        root = root.with_part("objectives", root["objectives"].with_entries(objectives))
        root = _without_hidden_reading(root, self.hidden)
        if f"{root.value.get('id')}-mixed" in self.hidden:
            root = _without(root, ("mixed",))
        for change in changes:
            root = self._changed_reading(root, change, overridden)
        document = Document(lesson.file, lesson.text, root)
        return Overlaid(document, tuple(overridden), tuple(problems))

    def _changed_reading(self, root: Node, change: Node, overridden: list[Overridden]) -> Node:
        """Return a lesson with its reading changed.

        A section replaces the one with the same id, or comes last; a text replaces all sections.
        """
        ours = change.get("reading")
        if ours is None:
            return root
        if not isinstance(ours.value, list) or not isinstance(root.value.get("reading"), list):
            return root.with_part("reading", ours, change.mark.keys["reading"])
        self._must_be_list(change, "reading")
        sections = {str(entry.value.get("id")): entry for entry in _entries(root, "reading")}
        for entry in _entries(change, "reading"):
            name = str(entry.value.get("id"))
            if name in sections:
                overridden.append(_overridden(name, sections[name], entry))
                sections[name] = _joined(sections[name], entry, ())
            else:
                sections[name] = entry
        return root.with_part("reading", root["reading"].with_entries(list(sections.values())))

    def _listed(
        self, own: Document | None, base: Document | None, key: str, name: str
    ) -> Document | None:
        """Return two lists as one, in which our entries replace theirs of the same name."""
        if own is None or own.root is None or base is None or base.root is None:
            return own if own is not None else base
        self._must_be_list(own.root, key)
        if key not in own.root:
            if not isinstance(own.root.value, dict) or key not in base.root:
                return own
            theirs = own.root.with_part(key, base.root[key], base.root.mark.keys[key])
            return Document(own.file, own.text, theirs)
        entries = {
            str(entry.value.get(name)): entry
            for root in (base.root, own.root)
            for entry in _entries(root, key)
        }
        listed = own.root[key].with_entries(list(entries.values()))
        return Document(own.file, own.text, own.root.with_part(key, listed))


def _changed_objectives(theirs: list[Node], ours: list[Node]) -> list[Node]:
    """Return the objectives of both courses; one of ours with the id of one of theirs replaces the
    keys that it names."""
    known = {entry.value.get("id"): place for place, entry in enumerate(theirs)}
    known.pop(None, None)
    joined = list(theirs)
    for entry in ours:
        place = known.get(entry.value.get("id"))
        if place is None:
            joined.append(entry)
        else:
            joined[place] = _joined(joined[place], entry, ())
    return joined


def _without_hidden_reading(root: Node, hidden: set[str]) -> Node:
    """Return a lesson without the hidden parts of its reading.

    The card of a reading of one text has the id `<lesson>-reading`.
    """
    if "reading" not in root:
        return root
    if not isinstance(root.value["reading"], list):
        gone = f"{root.value.get('id')}-reading" in hidden
        return _without(root, ("reading",)) if gone else root
    sections = _entries(root, "reading")
    kept = [entry for entry in sections if entry.value.get("id") not in hidden]
    if len(kept) == len(sections):
        return root
    if not kept:
        return _without(root, ("reading",))
    return root.with_part("reading", root["reading"].with_entries(kept))


def _overridden(name: str, theirs: Node, ours: Node) -> Overridden:
    texts = (
        f"{key}: {theirs.value[key]}" for key in _SHOWN if isinstance(theirs.value.get(key), str)
    )
    seen = Override(_hash(theirs.value), _hash(ours.value))
    return Overridden(name, seen, "; ".join(texts), ours.start)


def _no_card_to_change(root: Node, name: str, cards: Iterable[str], entry: Node) -> Diagnostic:
    help = did_you_mean_or_list(name, cards) or "write the id of a card in that lesson"
    return Diagnostic(
        rule="unknown-card",
        message=f"the lesson `{root.value.get('id')}` has no card `{name}` to change",
        at=entry["id"].at,
        help=f"{help}; a new card needs its `kind`",
    )


def _root(document: Document) -> Node:
    assert document.root is not None  # Only what was read is asked.
    return document.root


def _entries(node: Node, key: str) -> list[Node]:
    """Return the mappings in the list under a key; the schema reports any other value."""
    listed = node.get(key) if isinstance(node.value, dict) else None
    return [entry for entry in listed.items() if isinstance(entry.value, dict)] if listed else []


def _joined(theirs: Node, ours: Node, deep: tuple[str, ...]) -> Node:
    """Return two mappings as one: ours wins, and under the keys in `deep` key by key."""
    if not isinstance(theirs.value, dict) or not isinstance(ours.value, dict):
        return ours
    joined = ours
    for key in theirs.value:
        if key not in ours:
            joined = joined.with_part(key, theirs[key], theirs.mark.keys[key])
        elif key in deep:
            inner = tuple(ours[key].value) if isinstance(ours[key].value, dict) else ()
            joined = joined.with_part(key, _joined(theirs[key], ours[key], inner))
    return joined


def _without(node: Node, keys: tuple[str, ...]) -> Node:
    parts: Any = node.mark.parts
    mark = replace(
        node.mark,
        keys={k: v for k, v in node.mark.keys.items() if k not in keys},
        parts={k: v for k, v in parts.items() if k not in keys},
    )
    return Node({k: v for k, v in node.value.items() if k not in keys}, mark, node.file)


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
