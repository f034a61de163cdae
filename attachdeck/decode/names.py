"""The names that lessons define and use, and the errors between lessons.

A lesson's names are read even if the lesson has errors, so that no error makes another lesson's
references look wrong.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from attachdeck.domain.diagnostics import Diagnostic, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import Document, Node

_LESSON_FILE = re.compile(r"(?P<number>[0-9]{1,4})[-_. ].+\.ya?ml")
MOST_HINTS = 40
"""Maximum number of unknown names for which similar ones are searched, which takes long."""


class Name(NamedTuple):
    """A name, and where it is written."""

    id: str
    at: Location


@dataclass(frozen=True, slots=True)
class Requirement:
    """The names under an objective's `requires`."""

    of: Name
    on: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of one lesson: what it defines, and what its cards want from any lesson.

    `readings` are cards that are named after their lesson: their authors wrote no id. `requires`
    are the lessons that this one builds on, `requirements` the same for its objectives.
    """

    file: str
    lesson: Name | None = None
    objectives: tuple[Name, ...] = ()
    cards: tuple[Name, ...] = ()
    readings: tuple[Name, ...] = ()
    formers: tuple[Name, ...] = ()
    wanted_objectives: tuple[Name, ...] = ()
    requires: tuple[Name, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    deck: Name | None = None


def lesson_number(file: str) -> int | None:
    """Return the number at the beginning of a lesson file's name, or None."""
    match = _LESSON_FILE.fullmatch(file.rpartition("/")[2])
    return int(match["number"]) if match else None


def names_of(document: Document, *, places: bool = True) -> Names:
    """Return what a lesson defines, as far as it can be read.

    Without `places` a name says only its file: to find places, a lesson is parsed a second time,
    which takes a quarter of compiling it.
    """
    root = document.root
    if root is None or not isinstance(root.value, dict):
        return Names(file=document.file)
    cards = list(_entries(root, "cards"))
    sections = list(_entries(root, "reading"))
    lesson = _name(root, "id", places=places)
    return Names(
        file=document.file,
        lesson=lesson,
        objectives=_named(_entries(root, "objectives"), "id", places=places),
        cards=(*_named(sections, "id", places=places), *_named(cards, "id", places=places)),
        readings=tuple(_own_readings(root, lesson, places=places)),
        formers=_named((*sections, *cards), "formerly", places=places),
        requires=_required(root, places=places),
        requirements=tuple(_requirements(root, places=places)),
    )


def _own_readings(root: Node, lesson: Name | None, *, places: bool) -> Iterator[Name]:
    """Yield the ids of cards that are named after their lesson: of a reading of one text, and of
    what a mixed review says of itself."""
    reading, mixed = root.get("reading"), root.get("mixed")
    if lesson and reading and isinstance(reading.value, str):
        yield Name(f"{lesson.id}-reading", _at(reading, places=places))
    if lesson and mixed:
        yield Name(f"{lesson.id}-mixed", _at(mixed, places=places))


def with_places(names: Names, document: Document) -> Names:
    """Return the names of a lesson with their places in its document."""
    placed = names_of(document)
    deck = names.deck and document.root and Name(names.deck.id, document.root.start)
    return replace(placed, wanted_objectives=names.wanted_objectives, deck=deck or None)


def _requirements(root: Node, *, places: bool) -> Iterator[Requirement]:
    for objective in _entries(root, "objectives"):
        name = _name(objective, "id", places=places)
        required = _required(objective, places=places)
        if name and required:
            yield Requirement(name, required)


def _required(node: Node, *, places: bool) -> tuple[Name, ...]:
    listed = node.get("requires")
    if listed is None or not isinstance(listed.value, list):
        return ()
    return tuple(
        Name(entry.value, _at(entry, places=places))
        for entry in listed.items()
        if isinstance(entry.value, str)
    )


def _entries(node: Node, key: str) -> Iterator[Node]:
    listed = node.get(key)
    yield from (
        (entry for entry in listed.items() if isinstance(entry.value, dict)) if listed else ()
    )


def _name(node: Node, key: str, *, places: bool) -> Name | None:
    part = node.get(key)
    if part is None or not isinstance(part.value, str):
        return None
    return Name(part.value, _at(part, places=places))


def _named(nodes: Iterable[Node], key: str, *, places: bool) -> tuple[Name, ...]:
    return tuple(name for node in nodes if (name := _name(node, key, places=places)))


def _at(node: Node, *, places: bool) -> Location:
    return node.at if places else Location(node.file)


def number_problems(files: Sequence[str]) -> Iterator[Diagnostic]:
    """Report lesson files without a number, and two with the same."""
    numbered = []
    for file in files:
        number = lesson_number(file)
        if number is None:
            name = _free_number(file, files)
            yield Diagnostic(
                rule="file-name",
                message="the file name of a lesson must begin with its number",
                at=Location(file),
                help=f"rename it to `{name}`; the number sets the lesson's place",
            )
        else:
            numbered.append((number, file))
    numbered.sort(key=lambda pair: pair[0])
    for (first, one), (second, other) in itertools.pairwise(numbered):
        if first == second:
            yield Diagnostic(
                rule="lesson-number",
                message=f"two lessons have the number {first}",
                at=Location(other),
                help=f"rename one of them, for example this one to `{_free_number(other, files)}`",
                also=(("the other one", Location(one)),),
            )


def _free_number(file: str, files: Iterable[str]) -> str:
    """Return the name of a lesson's file with the first number after those of all others."""
    last = max((lesson_number(name) or 0 for name in files), default=0)
    words = re.sub(r"^[0-9]*[-_. ]*(?=.*\.)", "", file.rpartition("/")[2])
    return f"{last + 1:02}-{'lesson' if words.startswith('.') else ''}{words}"


def problems(
    lessons: Sequence[Names],
    reserved: Mapping[str, Location],
    practice_deck: str,
    unsure: Sequence[str] = (),
) -> Iterator[Diagnostic]:
    """Report errors between lessons, which come in the course's order.

    `reserved` are ids that no card may have, with the places of what has them; `unsure` the texts
    of lessons that could not be read, and may define any name in them.
    """
    yield from _twice(name for lesson in lessons if (name := lesson.lesson))
    yield from _twice(name for lesson in lessons for name in lesson.objectives)
    cards = dict(reserved)
    for lesson in lessons:
        for name in lesson.readings:
            if name.id in cards:
                yield _reading_twice(name, cards[name.id])
            cards.setdefault(name.id, name.at)
        yield from _twice(lesson.cards, cards)
    for former in (former for lesson in lessons for former in lesson.formers):
        if former.id in cards:
            yield Diagnostic(
                rule="duplicate-id",
                message=f"`{former.id}` is the id of another card",
                at=former.at,
                help="delete `formerly`, or delete the other card and keep its progress here",
                also=(("in use here", cards[former.id]),),
            )
        cards.setdefault(former.id, former.at)
    yield from _unknown_objectives(lessons, unsure)
    yield from _shared_decks(lessons, practice_deck)


def _twice(names: Iterable[Name], seen: dict[str, Location] | None = None) -> Iterator[Diagnostic]:
    seen = {} if seen is None else seen
    for name in names:
        first = seen.setdefault(name.id, name.at)
        if first is not name.at:
            yield Diagnostic(
                rule="duplicate-id",
                message=f"`{name.id}` is used twice",
                at=name.at,
                help="give one of the two a different id",
                also=(("first used here", first),),
            )


def _reading_twice(name: Name, first: Location) -> Diagnostic:
    return Diagnostic(
        rule="duplicate-id",
        message=f"the card of this reading has the id `{name.id}`, which another card also uses",
        at=name.at,
        help="give that card a different id",
        also=(("first used here", first),),
    )


def _unknown_objectives(lessons: Sequence[Names], unsure: Sequence[str]) -> Iterator[Diagnostic]:
    known = {name.id for lesson in lessons for name in lesson.objectives}
    unknown = [
        name
        for lesson in lessons
        for name in lesson.wanted_objectives
        if name.id not in known and not may_be_in(unsure, name.id)
    ]
    for count, name in enumerate(unknown):
        near = did_you_mean_or_list(name.id, known) if count < MOST_HINTS else None
        yield Diagnostic(
            rule="unknown-objective",
            message=f"`{name.id}` is not in the objectives of any lesson",
            at=name.at,
            help=near or "add it under `objectives` in a lesson",
        )


def may_be_in(unsure: Iterable[str], name: str) -> bool:
    """Return whether one of the texts of lessons that could not be read may define a name."""
    return any(not text.strip() or name in text for text in unsure)


def _shared_decks(lessons: Sequence[Names], practice_deck: str) -> Iterator[Diagnostic]:
    """Report a subdeck that two lessons share, or a lesson and the practice cards of another; Anki
    does not distinguish capitals from small letters."""
    practice = f"::{practice_deck}"
    owners = {
        f"{lesson.deck.id}{practice}".casefold(): "the deck of the practice cards of another lesson"
        for lesson in lessons
        if lesson.deck
    }
    places: dict[str, Location] = {}
    for lesson in lessons:
        if lesson.deck is None or lesson.lesson is None:
            continue
        owner = f"the deck of the lesson `{lesson.lesson.id}`"
        name = lesson.deck.id.casefold()
        first = owners.setdefault(name, owner)
        if first == owner:
            places[name] = lesson.deck.at
        else:
            yield Diagnostic(
                rule="duplicate-deck",
                message=f"the deck `{lesson.deck.id}` is {first}",
                at=lesson.deck.at,
                help="give this lesson a different title, or its own deck name under `deck:`",
                also=(("first used here", places[name]),) if name in places else (),
            )
