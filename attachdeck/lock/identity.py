"""Who is who over all releases: GUIDs and ids from what an author named, never from wording, file names or order.

`course.lock` remembers them, and when each thing last changed for learners. Anki takes over what is newer than the learner's copy,
with all fields and tags: so a time moves only when the content does, and then always forward.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePath
from sys import intern
from typing import Any

from attachdeck import schema
from attachdeck.domain.diagnostics import Diagnostic, Severity, did_you_mean
from attachdeck.domain.location import Location
from attachdeck.domain.naming import word
from attachdeck.layers.overlay import Override
from attachdeck.reader import LOCK, TRANSLATIONS, Document, Node, read_text
from attachdeck.system.safe_write import write_chunks

FORMAT = 3
"""The version of the lock's format that attachdeck writes.

It also reads 1, which did not know which cards a note has, and 2, which did not know releases.
"""

NEW = "new"
"""The `unreleased` of a record that no release has carried yet: nobody can lose it."""
REVISED = "revised"
"""The `unreleased` of such a record that has changed since it was first built."""
CHANGED = "changed"
"""The `unreleased` of a record that has changed since the last release."""

_PAIRS = [
    one + other
    for one in "abcdefghijklmnopqrstuvwxyz234567"
    for other in "abcdefghijklmnopqrstuvwxyz234567"
]
"""The digits of base 32 (RFC 4648) in small letters, two for ten bits."""

CARDS_APART = 512
"""By how much the ids of two notes' first cards differ at least; a note has 500 cards at most (`cloze.HIGHEST`)."""

LOWEST_DECK_ID = 1_000_000_000
"""The lowest id of a deck that a lock keeps: Anki refuses 0, and 1 is its own *Default*."""

_FIRST_ID = 1_600_000_000_000
_ID_RANGE = 100_000_000_000
LAST_SECOND = 32_503_679_999
"""The last second of the year 2999, and the last that a lock can hold."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_FIRST_CARD = (0,)
"""The places of most notes' cards, which the lock does not say."""


@dataclass(frozen=True, slots=True)
class Release:
    """The last release of a course: its version, and its time in seconds since 1970."""

    version: str
    at: int


@dataclass(frozen=True, slots=True)
class DeckRecord:
    """A deck's id and name. `unreleased` says whether a release has carried it."""

    id: int
    name: str
    unreleased: str = ""


@dataclass(frozen=True, slots=True)
class NoteTypeRecord:
    """A note type's id, hashes of its layout and its content, and the second (since 1970) of its last change.

    `unreleased` is `NEW`, `REVISED` or `CHANGED` until a release carries it as it is.
    """

    id: int
    layout: str
    content: str
    changed: int
    unreleased: str = ""


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card's GUID and note type, a hash of what learners get, and the second and the version of its last change.

    `places` are those of the cards that Anki makes of it, as in `NewCard`; none where that is not known. `files` is a hash of the files that it shows
    under names of their own; of the others the names, in the content, say what they hold.
    `unreleased` is `NEW`, `REVISED` or `CHANGED` until a release carries the card as it is; `retired_in` is the version of the release that told learners that it is
    retired, and empty before.
    """

    guid: str
    note_type: str
    content: str
    changed: int
    version: str
    retired: bool = False
    places: tuple[int, ...] = ()
    files: str = ""
    unreleased: str = ""
    retired_in: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """What `course.lock` says. Decks are named by what they hold: `course`, `lesson <id>`, `practice`, `parent <depth>`.

    `released` is the last release, and None before the first one.
    """

    course: str = ""
    decks: Mapping[str, DeckRecord] = field(default_factory=dict)
    note_types: Mapping[str, NoteTypeRecord] = field(default_factory=dict)
    cards: Mapping[str, CardRecord] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    released: Release | None = None

    def latest(self) -> int:
        """Return the second of the latest change; 0 where there is none."""
        cards = [card.changed for card in self.cards.values()]
        return max((*cards, *(record.changed for record in self.note_types.values())), default=0)

    def merged(self) -> dict[str, list[CardRecord]]:
        """Return the records that share a GUID, by that GUID: a merge leaves such."""
        if len({card.guid for card in self.cards.values()}) == len(self.cards):
            return {}
        records: dict[str, list[CardRecord]] = {}
        for card in self.cards.values():
            records.setdefault(card.guid, []).append(card)
        return {guid: cards for guid, cards in records.items() if len(cards) > 1}

    def inheriting(self, base: Lock) -> Lock:
        """This lock, and for cards and note types that it does not know what another one says: that of an extended course, or of the original of a translation.

        A card that both know under different ids is the same, and was last changed as this lock says. It is new only where it is new to both.
        """
        if not base.cards:
            return replace(self, note_types={**base.note_types, **self.note_types})
        carried = {card.guid for card in base.cards.values() if not is_new(card)}
        own = {
            key: replace(card, unreleased=CHANGED)
            if is_new(card) and card.guid in carried
            else card
            for key, card in self.cards.items()
        }
        by_guid = {card.guid: card for card in own.values()}
        cards = {key: by_guid.get(card.guid, card) for key, card in base.cards.items()}
        return replace(
            self, note_types={**base.note_types, **self.note_types}, cards={**cards, **own}
        )


def is_new(record: DeckRecord | NoteTypeRecord | CardRecord) -> bool:
    """Return whether no release has carried what a record describes."""
    return record.unreleased in (NEW, REVISED)


def after_change(before: NoteTypeRecord | CardRecord | None) -> str:
    """Return the `unreleased` of a record whose content differs from what it was before."""
    if before is None:
        return NEW
    return REVISED if is_new(before) else CHANGED


def lock_for(course: str, lock: Lock) -> Lock:
    """Return the lock that a course goes on with: an empty one where another course's was never released, as in a copy of it."""
    return lock if lock.released or lock.course == course else Lock()


def guid(course: str, card: str) -> str:
    """A note's GUID: 80 bits of SHA-256 over the course's id and the card's, in base 32 (no letter that a spreadsheet would take for a formula)."""
    bits = int.from_bytes(_digest("note", course, card)[:10], "big")
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(70, -1, -10)])


def number(kind: str, *names: str) -> int:
    """An id for a note, card, deck, note type or preset.

    Anki expects the milliseconds of a moment in the past; this is one between September 2020 and November 2023,
    chosen by the names. Two names could meet by chance: see `distinct`.
    """
    return _FIRST_ID + int.from_bytes(_digest(kind, *names)[:8], "big") % _ID_RANGE


def first_card(guid: str) -> int:
    """The id from which a note's cards have theirs, in the order of their places and with no other note's cards between them.

    Where a template changes, Anki (26.9 and before) goes through the cards in the order of their ids, takes each run of one note's cards for all that this
    note has, and makes the others anew: among scattered ids a learner has every card several times.
    """
    return number("card", guid) // CARDS_APART * CARDS_APART


def distinct(wanted: int, taken: set[int], step: int = 1) -> int:
    """The first id from `wanted` on, in steps, that is not taken; takes it."""
    while wanted in taken:
        wanted += step
    taken.add(wanted)
    return wanted


def content_hash(*parts: str) -> str:
    """64 bits of SHA-256 over texts, in hexadecimal."""
    return _digest(*parts)[:8].hex()


def time_of_change(now: int, previous: int | None) -> int:
    """The time for content that has changed: now, but always later than before, whatever the clock says."""
    return now if previous is None else max(now, previous + 1)


def read_lock(
    document: Document | None, problems: tuple[Diagnostic, ...]
) -> tuple[Lock, list[Diagnostic]]:
    """What a course's lock says (nothing where there is none yet), or why it cannot be used."""
    if document is None:
        return Lock(), []
    with contextlib.suppress(ValueError):  # A day that no month has, which the next lines tell.
        if not problems and (lock := _as_written(document.text)):
            return lock, []
    read, more = read_text(document.text, document.file)
    low = _low_decks(read.root)
    invalid = [each for each in schema.check(read, "lock") if each.at not in low.values()]
    damage = _damage(read, [*problems, *more, *invalid])
    if damage or read.root is None:
        return Lock(), damage
    try:
        return _with_new_ids(_lock(read.root.value), low), _repair(low)
    except (ValueError, OverflowError) as error:  # A day that no calendar has.
        return Lock(), _damage(
            read, [Diagnostic(rule="damaged-lock", message=str(error), at=Location(document.file))]
        )


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
    return [
        Diagnostic(
            rule="damaged-lock",
            message=f"Anki would refuse the ids of {decks} in the lock",
            at=min(low.values()),
            help="`attachdeck build` replaces them: commit course.lock afterwards "
            "(Anki knows decks by their names, so learners notice nothing)",
            severity=Severity.WARNING,
        )
    ]


def _lock(said: Mapping[str, Any]) -> Lock:
    """Return the lock that a document of any format describes."""
    unsaid = _FIRST_CARD if said["lock"] > 1 else ()
    flag = {} if said["lock"] > 2 else {"unreleased": NEW}
    release = said.get("released")
    return Lock(
        course=said["course"],
        decks={key: DeckRecord(**flag | deck) for key, deck in said["decks"].items()},
        note_types={
            key: NoteTypeRecord(**flag | record | {"changed": _seconds(record["changed"])})
            for key, record in said["note_types"].items()
        },
        cards={
            key: CardRecord(
                **flag
                | card
                | {
                    "changed": _seconds(card["changed"]),
                    "places": tuple(card.get("places", unsaid)),
                }
            )
            for key, card in said["cards"].items()
        },
        overrides={key: Override(**hashes) for key, hashes in said.get("overrides", {}).items()},
        released=Release(release["version"], _seconds(release["at"])) if release else None,
    )


def _as_written(text: str) -> Lock | None:
    """What a lock says whose text is just as `lock_text` writes it: cards line by line, which is ten times as fast as YAML. None for any other."""
    head, _, _ = text.partition("\ncards:\n")
    read, problems = read_text(f"{head}\ncards: {{}}\n", LOCK)
    if problems or schema.check(read, "lock") or read.root is None:
        return None
    cards = {}
    previous = ""
    end = len(head) + len("\ncards:\n")
    for match in _CARD_LINE.finditer(text, end):
        key, name, note_type, content, changed, version, places, files, retired, carried, state = (
            match.groups()
        )
        # Nothing in the name is escaped, so it is written as it is; a day that no month has would be written as another one.
        if (
            match.start() != end
            or not previous < key
            or _text(seconds := _seconds(changed)) != changed
        ):
            return None
        cards[key] = CardRecord(
            name,
            intern(note_type),
            content,
            seconds,
            intern(version),
            retired is not None,
            _places(places),
            files or "",
            state or "",
            carried or "",
        )
        previous, end = key, match.end()
    lock = _lock(read.root.value)
    return (
        replace(lock, cards=cards)
        if cards and end == len(text) and lock_text(lock) == f"{head}\ncards: {{}}\n"
        else None
    )


def lock_text(lock: Lock) -> str:
    """The lock as its file: sorted, one line a record, so that it reads well in a diff and merges like a list."""
    return "".join(_lines(lock))


def digest(lock: Lock | str) -> bytes:
    """A hash of a lock's file, as it would be written or as it is."""
    found = hashlib.blake2b(digest_size=16)
    for text in (lock,) if isinstance(lock, str) else _lines(lock):
        found.update(text.encode("utf-8", "surrogatepass"))
    return found.digest()


def _lines(lock: Lock) -> Iterator[str]:
    yield "# Who is who, over all releases. Written by `attachdeck build`: commit it with the course, and do not edit it.\n"
    yield f"lock: {FORMAT}\n"
    yield f"course: {lock.course}\n"
    if lock.released:
        at = _text(lock.released.at)
        yield f'released: {{version: "{lock.released.version}", at: {at}}}\n'
    yield "decks:\n"
    for key, deck in sorted(lock.decks.items()):
        name = json.dumps(deck.name, ensure_ascii=False)
        yield f"  {key}: {{id: {deck.id}, name: {name}{_state(deck.unreleased)}}}\n"
    yield "note_types:\n"
    for key, each in sorted(lock.note_types.items()):
        yield f'  {key}: {{id: {each.id}, layout: "{each.layout}", content: "{each.content}", changed: {_text(each.changed)}{_state(each.unreleased)}}}\n'
    if lock.overrides:
        yield "overrides:\n"
    for key, override in sorted(lock.overrides.items()):
        yield f'  "{key}": {{upstream: "{override.upstream}", own: "{override.own}"}}\n'
    yield "cards:\n" if lock.cards else "cards: {}\n"
    for key in sorted(lock.cards):
        yield f'  "{key}": {{{_card_text(lock.cards[key])}}}\n'


def write_lock(lock: Lock, path: Path) -> None:
    """Write the lock beside its place and then put it there, so that it is never torn. Raises OSError when that fails."""
    write_chunks(path, (line.encode() for line in _lines(lock)))


def refusals(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    """What would harm a learner who has the deck that the old lock describes, and what to write instead.

    `root` is what the old lock's file says, with the place of each value: it is asked for only where there is something to say.
    """
    if not old.course:
        return
    if not old.released:
        yield from _shared_guids(old, new, root)
        return
    if old.course != new.course:
        yield _refusal("changed-course-id", f"the course's id was `{old.course}` and is now `{new.course}`", root()["course"].at,
            "every card would come to learners as a new one, beside the old: write the old id in course.yaml; for a course of its own, delete course.lock")  # fmt: skip
        return
    yield from _renamed_decks(old, new, root)
    for key, each in new.note_types.items():
        before = old.note_types.get(key)
        if before and before.layout != each.layout and not is_new(before):
            yield _refusal("changed-layout", f"the fields or templates of the note type `{key}` have changed", root()["note_types"].key_at(key),
                "Anki would clone the note type and never update learners' notes again: take the change back, or use a spare field")  # fmt: skip
    yield from _vanished_cards(old, new, root)
    yield from _shared_guids(old, new, root)


def changes(old: Lock, new: Lock) -> dict[str, list[str]]:
    """What learners will notice, in words and ids: `new`, `changed` and `retired` cards, those that are gone, `note types`, `decks`."""
    other = {key: each for key, each in new.cards.items() if old.cards.get(key) != each}
    kept_guids = {each.guid for each in old.cards.values()} if other else set()
    gone = old.cards.keys() - new.cards.keys()
    guids = {each.guid for each in new.cards.values()} if gone else set()
    found = {
        "new": [key for key, each in other.items() if each.guid not in kept_guids],
        "changed": [
            key for key, each in other.items() if each.guid in kept_guids and not each.retired
        ],
        "retired": [key for key, each in other.items() if each.guid in kept_guids and each.retired],
        "gone before any release": sorted(key for key in gone if old.cards[key].guid not in guids),
        "note types": [
            key for key, each in new.note_types.items() if old.note_types.get(key) != each
        ],
        "decks": [each.name for key, each in new.decks.items() if old.decks.get(key) != each],
    }
    return {what: names for what, names in found.items() if names}


def _refusal(rule: str, message: str, at: Location, help: str) -> Diagnostic:
    return Diagnostic(rule=rule, message=message, at=at, help=help)


def _renamed_decks(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    for key, deck in new.decks.items():
        before = old.decks.get(key)
        if before and before.name != deck.name and not is_new(before):
            at = root()["decks"].key_at(key)
            plain = not re.search(r'["$`\\!]', before.name)
            accepted = forget_command(before.name if plain else key, at)
            yield _refusal(
                "renamed-deck",
                f"the deck `{before.name}` is now called `{deck.name}`",
                at,
                "Anki would leave learners' cards in the old deck, beside an empty new one: "
                f"{_old_name(key, before.name, at)}; or accept that with `{accepted}`",
            )


def _old_name(key: str, name: str, at: Location) -> str:
    """Return where an author writes the name that a deck had."""
    kind, _, lesson = key.partition(" ")
    last = name.rpartition("::")[2]
    if TRANSLATIONS in Path(at.file).parts:
        return f"translate its name as `{last}` again" + (
            " (a lesson with a `deck` may have another title)" if kind == "lesson" else ""
        )
    where = {
        "lesson": f"in the lesson `{lesson}` write `deck: {last}`",
        "practice": "write the old `practice_deck:` in course.yaml",
    }
    return where.get(kind, "write the old `deck:` in course.yaml")


def _vanished_cards(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    fresh = new.cards.keys() - old.cards.keys()
    gone = old.cards.keys() - new.cards.keys()
    carried_on = {card.guid: card for card in new.cards.values()} if gone else {}
    for key, card in old.cards.items():
        if is_new(card):
            continue
        now = new.cards.get(key) or carried_on.get(card.guid)
        if now is None:
            at = root()["cards"].key_at(key)
            yield _vanished_card(key, at, did_you_mean(key, fresh))
        elif now.note_type != card.note_type:
            yield _changed_note_type(key, card, now, root()["cards"].key_at(key))
        elif now.places != card.places:
            lost = [place for place in card.places if place not in now.places]
            if lost:
                yield _lost_side(key, card, lost, root()["cards"].key_at(key))


def _vanished_card(key: str, at: Location, renamed: str | None) -> Diagnostic:
    new = (
        f"if it is `{renamed.split('`')[1]}` now, write `formerly: {key}` there; "
        if renamed
        else ""
    )
    return _refusal(
        "vanished-card",
        f"the card `{key}` is gone",
        at,
        f"learners would keep it forever without corrections: {new}restore it with "
        f"`status: retired`; or accept that with `{forget_command(key, at)}`",
    )


def _changed_note_type(key: str, card: CardRecord, now: CardRecord, at: Location) -> Diagnostic:
    return _refusal(
        "changed-note-type",
        f"the card `{key}` was of the note type `{card.note_type}` and is now `{now.note_type}`",
        at,
        "Anki would never update the card again for those who have it: retire it under this id, "
        f"and write the new one under another; or run `{forget_command(key, at)}`: learners keep "
        "the old card, uncorrected, and get this one as a new card",
    )


def _lost_side(key: str, card: CardRecord, lost: list[int], at: Location) -> Diagnostic:
    what = " and ".join(f"its {side(card.note_type, place)}" for place in lost)
    return _refusal(
        "lost-side",
        f"the card `{key}` has lost {what}",
        at,
        f"learners would keep an empty card that nobody can answer: write {what} again; or leave "
        "the card as it was, with `status: retired`, and write the new one under another id; or "
        f"accept that with `{forget_command(key, at)}`",
    )


def forget_command(name: str, at: Location) -> str:
    """Return the command that makes the lock at a place forget a card or deck."""
    folder = PurePath(at.file).parent
    language = ""
    if folder.parent.name == TRANSLATIONS:
        language, folder = f" --language {folder.name}", folder.parent.parent
    shown = name if re.fullmatch(r"[\w:.-]+", name) else f'"{name}"'
    course = "" if folder.as_posix() in (".", "course") else f" --course {word(folder)}"
    return f"attachdeck forget {shown}{course}{language}"


def side(note_type: str, place: int) -> str:
    """What of a card asks at a place, in an author's words."""
    if note_type == "sequence":
        return f"step {place}" if place else "question for all steps"
    named = {"basic": "other side", "cloze": f"gap {place + 1}", "occlusion": f"region {place + 1}"}
    return named.get(note_type, f"card {place + 1}")


def _shared_guids(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    """Two cards that would be one note in Anki."""
    if len({each.guid for each in new.cards.values()}) == len(new.cards):
        return
    owners: dict[str, str] = {}
    for key, each in sorted(new.cards.items(), key=lambda item: item[0] not in old.cards):
        owner = owners.setdefault(each.guid, key)
        if key not in old.cards and owner in old.cards:
            help = f"`{owner}` was once called so and carries on its progress: give the new card another id"
            yield _refusal(
                "reused-id",
                f"the id `{key}` is used again for another card",
                root()["cards"].key_at(owner),
                help,
            )
        elif owner != key:
            help = "one was renamed to the other: keep one of both cards in the lesson, with what the other says better"
            yield _refusal(
                "reused-id",
                f"the cards `{owner}` and `{key}` are one and the same for learners",
                root()["cards"].key_at(key),
                help,
            )


def _damage(document: Document, problems: list[Diagnostic]) -> list[Diagnostic]:
    """The first thing that is wrong with a lock, with the way out; one is enough."""
    marker = re.search(r"^(<{7}|={7}|>{7})", document.text, re.MULTILINE)
    if marker:
        line = document.text.count("\n", 0, marker.start()) + 1
        message, help = (
            "a merge left its marks in the lock",
            "keep the lines of both sides and delete the marks; of two lines for one card keep the later one; then run `attachdeck build`",
        )
        return [
            Diagnostic(
                rule="damaged-lock",
                message=message,
                at=Location(document.file, line, 1, line, 8),
                help=help,
            )
        ]
    said = document.root.value if document.root else None
    if (
        isinstance(said, dict)
        and isinstance(said.get("lock"), int)
        and not 1 <= said["lock"] <= FORMAT
    ):
        message = f"the lock has format {said['lock']}, and this attachdeck reads format {FORMAT}"
        return [
            Diagnostic(
                rule="damaged-lock",
                message=message,
                at=Location(document.file),
                help="install the attachdeck that wrote it, or a newer one",
            )
        ]
    if problems:
        help = "take the last good version of the file (`git checkout course.lock`) and run `attachdeck build`; do not delete it: learners' progress hangs on it"
        return [
            Diagnostic(
                rule="damaged-lock",
                message=f"the lock is damaged: {problems[0].message}",
                at=problems[0].at,
                help=help,
            )
        ]
    return []


def _card_text(card: CardRecord) -> str:
    places = "" if card.places == _FIRST_CARD else f", places: {list(card.places)}"
    files = f', files: "{card.files}"' if card.files else ""
    retired = ", retired: true" if card.retired else ""
    if card.retired_in:
        retired += f', retired_in: "{card.retired_in}"'
    name = f'"{card.guid}"' if card.guid.isalnum() else json.dumps(card.guid, ensure_ascii=False)
    return f'guid: {name}, note_type: {card.note_type}, content: "{card.content}", changed: {_text(card.changed)}, version: "{card.version}"{places}{files}{retired}{_state(card.unreleased)}'


def _state(unreleased: str) -> str:
    return f", unreleased: {unreleased}" if unreleased else ""


@lru_cache(1000)
def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


@lru_cache(1000)
def _places(text: str | None) -> tuple[int, ...]:
    return _FIRST_CARD if text is None else tuple(json.loads(text))


@lru_cache(1000)
def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


_CARD_LINE = re.compile(
    r'  "([a-z0-9-]+)": \{guid: "([!#-\[\]-~]+)", note_type: ([a-z][A-Za-z0-9 _.-]*), content: "([0-9a-f]{16})", '
    r'changed: ((?:19[789]|2[0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z), version: "([0-9]+\.[0-9]+)"(?:, places: (\[[0-9, ]*\]))?(?:, files: "([0-9a-f]{16})")?(, retired: true)?'
    r'(?:, retired_in: "([0-9]+\.[0-9]+\.[0-9]+)")?(?:, unreleased: (new|revised|changed))?\}\n'
)


def _digest(*names: str) -> bytes:
    return hashlib.sha256("\x1f".join(names).encode()).digest()
