"""The records of a course's lock: its decks, note types and cards, and when each last changed.

Anki replaces a learner's note by a newer one, with all fields and tags. So a time moves only when
the content does, and then always forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from attachdeck.layers.overlay import Override

NEW = "new"
"""The `unreleased` of a record that no release has carried yet: nobody can lose it."""
REVISED = "revised"
"""The `unreleased` of such a record that has changed since it was first built."""
CHANGED = "changed"
"""The `unreleased` of a record that has changed since the last release."""

LAST_SECOND = 32_503_679_999
"""The latest time that a lock accepts, in seconds since 1970: the end of the year 2999."""


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
    """A note type's id, hashes of its layout and its content, and the second of its last change.

    Seconds are since 1970. `unreleased` is `NEW`, `REVISED` or `CHANGED` until a release carries
    the note type as it is.
    """

    id: int
    layout: str
    content: str
    changed: int
    unreleased: str = ""


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card's GUID and note type, a hash of what learners get, and its last change.

    `changed` and `version` are the second and the version of that change. `places` are those of the
    cards that Anki makes of it, as in `NewCard`; none where that is not known. `files` is a hash of
    the files that it shows under names of their own; of the others the names, in the content, say
    what they hold. `unreleased` is `NEW`, `REVISED` or `CHANGED` until a release carries the card
    as it is; `retired_in` is the version of the release that told learners that it is retired, and
    empty before. `since` is the second of the release that brought the card, and 0 before.
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
    since: int = 0


@dataclass(frozen=True, slots=True)
class Lock:
    """The content of `course.lock`.

    Decks are named by what they hold: `course`, `lesson <id>`, `practice <lesson id>`, `parent
    <depth>`. `released` is the last release, and None before the first one.
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
        """Return this lock with the cards and note types that only another lock knows.

        The other lock is that of an extended course, or of the original of a translation. A card
        that both know under different ids is the same, and was last changed as this lock says. It
        is new only where it is new to both. Which release of this course brings the others is not
        known yet.
        """
        note_types = {**base.note_types, **self.note_types}
        if not base.cards:
            return replace(self, note_types=note_types)
        carried = {card.guid for card in base.cards.values() if not is_new(card)}
        own = {
            key: replace(card, unreleased=CHANGED)
            if is_new(card) and card.guid in carried
            else card
            for key, card in self.cards.items()
        }
        by_guid = {card.guid: card for card in own.values()}
        cards = {
            key: by_guid.get(card.guid) or replace(card, since=0)
            for key, card in base.cards.items()
        }
        return replace(self, note_types=note_types, cards={**cards, **own})


def is_new(record: DeckRecord | NoteTypeRecord | CardRecord) -> bool:
    """Return whether no release has carried what a record describes."""
    return record.unreleased in (NEW, REVISED)


def after_change(before: NoteTypeRecord | CardRecord | None) -> str:
    """Return the `unreleased` of a record whose content differs from what it was before."""
    if before is None:
        return NEW
    return REVISED if is_new(before) else CHANGED


def time_of_change(now: int, previous: int | None) -> int:
    """Return the time for content that has changed: now, but always later than before.

    A clock may go back.
    """
    return now if previous is None else max(now, previous + 1)


def lock_for(course: str, lock: Lock) -> Lock:
    """Return the lock that a course goes on with.

    It is empty where another course's lock was never released, as in a copy of that course.
    """
    return lock if lock.released or lock.course == course else Lock()


def changes(old: Lock, new: Lock) -> dict[str, list[str]]:
    """Return what learners will notice, in words and ids, by what has become of it.

    The keys are `new`, `changed` and `retired` cards, those that are gone, `note types`, `decks`.
    """
    altered = {key: card for key, card in new.cards.items() if old.cards.get(key) != card}
    old_guids = {card.guid for card in old.cards.values()} if altered else set()
    kept = {key: card for key, card in altered.items() if card.guid in old_guids}
    gone = old.cards.keys() - new.cards.keys()
    new_guids = {card.guid for card in new.cards.values()} if gone else set()
    names = {
        "new": [key for key in altered if key not in kept],
        "changed": [key for key, card in kept.items() if not card.retired],
        "retired": [key for key, card in kept.items() if card.retired],
        "gone before any release": sorted(
            key for key in gone if old.cards[key].guid not in new_guids
        ),
        "note types": [
            key for key, record in new.note_types.items() if old.note_types.get(key) != record
        ],
        "decks": [deck.name for key, deck in new.decks.items() if old.decks.get(key) != deck],
    }
    return {change: keys for change, keys in names.items() if keys}
