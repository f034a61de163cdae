"""The lock of a release: what has changed since the last one gets this one's time and version."""

from __future__ import annotations

from dataclasses import replace

from attachdeck.lock.records import NEW, CardRecord, Lock, NoteTypeRecord, Release, is_new


def is_sealed(lock: Lock, version: str) -> bool:
    """Return whether a lock is as the release of this version left it."""
    states = (
        *(card.unreleased for card in lock.cards.values()),
        *(record.unreleased for record in lock.note_types.values()),
        *(deck.unreleased for deck in lock.decks.values()),
    )
    return lock.released is not None and lock.released.version == version and not any(states)


def sealed(lock: Lock, version: str, now: int) -> Lock:
    """Return the lock of the release of this version, made `now` (seconds since 1970).

    It is the same one if it is sealed already.

    Anki's own tags, such as `leech`, make a learner's note newer than a correction that was built
    before. So a correction is as new as its release. What is as it was first built corrects nothing
    and keeps its time: somebody who got a build by hand keeps their own words on it.
    A time only moves forward, also where the clock went back.

    A card that no release has brought is brought by this one. That may be a card of an extended
    course, which had its own releases.
    """
    if is_sealed(lock, version):
        return lock
    now = max(now, lock.released.at + 1) if lock.released else now
    minor = version.rpartition(".")[0]
    cards = {
        key: _carried(card, version, minor, now) if card.unreleased or not card.since else card
        for key, card in lock.cards.items()
    }
    note_types = {
        key: replace(record, changed=_time(record, now), unreleased="")
        for key, record in lock.note_types.items()
    }
    decks = {key: replace(deck, unreleased="") for key, deck in lock.decks.items()}
    new = replace(lock, cards=cards, note_types=note_types, decks=decks)
    return replace(new, released=Release(version, max(now, new.latest())))


def _carried(card: CardRecord, version: str, minor: str, now: int) -> CardRecord:
    """Return the record of a card that this release carries for the first time as it is now."""
    card = replace(card, since=card.since or now)
    if not card.unreleased:
        return card
    return replace(
        card,
        changed=_time(card, now),
        version=minor,
        unreleased="",
        retired_in=version if card.retired and not is_new(card) else "",
    )


def _time(record: NoteTypeRecord | CardRecord, now: int) -> int:
    return record.changed if record.unreleased in ("", NEW) else max(now, record.changed)
