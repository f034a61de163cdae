"""The file `course.lock`: reading it, reporting errors in it, and writing it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from attachdeck import schema
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.domain.location import Location
from attachdeck.layers.overlay import Override
from attachdeck.lock.ids import LOWEST_DECK_ID, number
from attachdeck.lock.records import NEW, CardRecord, DeckRecord, Lock, NoteTypeRecord, Release
from attachdeck.reader import Document, Node, read_text
from attachdeck.system.safe_write import write_chunks

FORMAT = 3
"""The version of the lock's format that attachdeck writes.

It also reads 1, which did not list a note's cards, and 2, which had no releases.
"""

_HEAD = (
    "# Who is who, over all releases. "
    "Written by `attachdeck build`: commit it with the course, and do not edit it.\n"
)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_FIRST_CARD = (0,)
"""The places of most notes' cards, which the lock leaves out."""
_MERGE_MARK = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)


def read_lock(
    document: Document | None, problems: tuple[Diagnostic, ...]
) -> tuple[Lock, list[Diagnostic]]:
    """Return a course's lock, or why it cannot be used; an empty lock without a file."""
    if document is None:
        return Lock(), []
    document, syntax = read_text(document.text, document.file)
    low = _low_decks(document.root)
    invalid = [
        problem for problem in schema.check(document, "lock") if problem.at not in low.values()
    ]
    damage = _damage(document, [*problems, *syntax, *invalid])
    if damage or document.root is None:
        return Lock(), damage
    try:
        return _with_new_ids(_lock(document.root.value), low), _repair(low)
    except (ValueError, OverflowError) as error:  # A day that no calendar has.
        problem = _damaged(str(error), Location(document.file))
        return Lock(), _damage(document, [problem])


def lock_text(lock: Lock) -> str:
    """Return the text of a lock's file: sorted, one line a record, so that it merges well."""
    return "".join(_lines(lock))


def write_lock(lock: Lock, path: Path) -> None:
    """Write a lock's file, whole or not at all. Raises OSError."""
    write_chunks(path, (line.encode() for line in _lines(lock)))


def digest(lock: Lock | str) -> bytes:
    """Return a hash of a lock's file, as it would be written or as it is."""
    hash = hashlib.blake2b(digest_size=16)
    for text in (lock,) if isinstance(lock, str) else _lines(lock):
        hash.update(text.encode("utf-8", "surrogatepass"))
    return hash.digest()


def _low_decks(root: Node | None) -> dict[str, Location]:
    """Return the decks whose ids are too low for Anki, each with the place of its id."""
    value = root.value if root else None
    decks = value.get("decks") if isinstance(value, dict) else None
    if root is None or not isinstance(decks, dict):
        return {}
    return {
        key: root["decks"][key]["id"].at
        for key, deck in decks.items()
        if isinstance(deck, dict) and type(deck.get("id")) is int and deck["id"] < LOWEST_DECK_ID
    }


def _with_new_ids(lock: Lock, keys: Iterable[str]) -> Lock:
    """Return a lock in which these decks have the ids that they get in a new course."""
    renewed = {
        key: replace(lock.decks[key], id=number("deck", lock.course, *key.split(" ")))
        for key in keys
    }
    return replace(lock, decks={**lock.decks, **renewed})


def _repair(low: Mapping[str, Location]) -> list[Diagnostic]:
    """Warn of deck ids that were replaced."""
    if not low:
        return []
    decks = "1 deck" if len(low) == 1 else f"{len(low)} decks"
    problem = _damaged(
        f"Anki would reject the ids of {decks} in course.lock",
        min(low.values()),
        "run `attachdeck build` to replace them, then commit course.lock; learners notice nothing",
    )
    return [replace(problem, severity=Severity.WARNING)]


def _lock(values: Mapping[str, Any]) -> Lock:
    """Return the lock that a document of any format describes."""
    places = _FIRST_CARD if values["lock"] > 1 else ()
    state = {} if values["lock"] > 2 else {"unreleased": NEW}
    release = values.get("released")
    return Lock(
        course=values["course"],
        decks={key: DeckRecord(**state | deck) for key, deck in values["decks"].items()},
        note_types={
            key: NoteTypeRecord(**state | record | {"changed": _seconds(record["changed"])})
            for key, record in values["note_types"].items()
        },
        cards={
            key: _card(state | {"places": places} | card) for key, card in values["cards"].items()
        },
        overrides={key: Override(**hashes) for key, hashes in values.get("overrides", {}).items()},
        released=Release(release["version"], _seconds(release["at"])) if release else None,
    )


def _card(values: dict[str, Any]) -> CardRecord:
    changed, places = _seconds(values["changed"]), tuple(values["places"])
    since = {"since": _seconds(values["since"])} if "since" in values else {}
    return CardRecord(**values | since | {"changed": changed, "places": places})


def _damage(document: Document, problems: list[Diagnostic]) -> list[Diagnostic]:
    """Report the first error in a lock and how to fix it; one is enough."""
    mark = _MERGE_MARK.search(document.text)
    if mark:
        line = document.text.count("\n", 0, mark.start()) + 1
        return [
            _damaged(
                "course.lock contains merge-conflict markers",
                Location(document.file, line, 1, line, 8),
                "delete the markers and keep the lines of both sides; if a card has two lines, "
                "keep the one with the later time; then run `attachdeck build`",
            )
        ]
    values = document.root.value if document.root else None
    format = values.get("lock") if isinstance(values, dict) else None
    if isinstance(format, int) and not 1 <= format <= FORMAT:
        return [
            _damaged(
                f"course.lock has format {format}, but this attachdeck reads only format {FORMAT}",
                Location(document.file),
                "install the version of attachdeck that wrote it, or a newer one",
            )
        ]
    return [
        _damaged(
            f"course.lock is damaged: {problem.message}",
            problem.at,
            "restore the last good version (`git checkout course.lock`) and run "
            "`attachdeck build`; do not delete it: learners would lose their progress",
        )
        for problem in problems[:1]
    ]


def _damaged(message: str, at: Location, help: str | None = None) -> Diagnostic:
    return Diagnostic(rule="damaged-lock", message=message, at=at, help=help)


def _lines(lock: Lock) -> Iterator[str]:
    yield _HEAD
    yield f"lock: {FORMAT}\n"
    yield f"course: {lock.course}\n"
    if lock.released:
        at = _time(lock.released.at)
        yield f'released: {{version: "{lock.released.version}", at: {at}}}\n'
    yield "decks:\n"
    for key, deck in sorted(lock.decks.items()):
        yield f"  {key}: {{id: {deck.id}, name: {_quoted(deck.name)}{_state(deck.unreleased)}}}\n"
    yield "note_types:\n"
    for key, record in sorted(lock.note_types.items()):
        yield f"  {key}: {{{_note_type_text(record)}}}\n"
    if lock.overrides:
        yield "overrides:\n"
    for key, override in sorted(lock.overrides.items()):
        yield f'  "{key}": {{upstream: "{override.upstream}", own: "{override.own}"}}\n'
    yield "cards:\n" if lock.cards else "cards: {}\n"
    for key in sorted(lock.cards):
        yield f'  "{key}": {{{_card_text(lock.cards[key])}}}\n'


def _note_type_text(record: NoteTypeRecord) -> str:
    return (
        f'id: {record.id}, layout: "{record.layout}", content: "{record.content}", '
        f"changed: {_time(record.changed)}{_state(record.unreleased)}"
    )


def _card_text(card: CardRecord) -> str:
    guid = f'"{card.guid}"' if card.guid.isalnum() else _quoted(card.guid)
    places = "" if card.places == _FIRST_CARD else f", places: {list(card.places)}"
    files = f', files: "{card.files}"' if card.files else ""
    retired = ", retired: true" if card.retired else ""
    retired_in = f', retired_in: "{card.retired_in}"' if card.retired_in else ""
    since = f", since: {_time(card.since)}" if card.since else ""
    return (
        f'guid: {guid}, note_type: {card.note_type}, content: "{card.content}", '
        f'changed: {_time(card.changed)}, version: "{card.version}"'
        f"{places}{files}{retired}{retired_in}{since}{_state(card.unreleased)}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _state(unreleased: str) -> str:
    return f", unreleased: {unreleased}" if unreleased else ""


@lru_cache(1000)
def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


@lru_cache(1000)
def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
