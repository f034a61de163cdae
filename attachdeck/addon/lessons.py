"""The lessons of a course in a learner's collection: how far each is, and which are open.

Engine only, no window. A lesson is locked by a limit of no new cards a day on its decks, and the
lock is noted in the deck itself, so that it travels with the deck and only a lock of ours is ever
taken away. Cards are not touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from anki.collection import Collection, OpChanges
from anki.decks import DeckId
from anki.errors import InvalidInput

from . import gate
from .gate import Progress
from .update import KEY

_LOCK, _OPEN = "lock", "open"
"""Keys below `KEY` in a deck: what its limit was before, and that it is not locked again."""
_AT_ONCE = 20
"""How many changes are merged into one undo step at a time: Anki keeps 30 steps."""
_NEW, _REVIEW = 0, 2
_LEARNING = (1, 3)
_SUSPENDED = -1
"""Types and queues of cards, as Anki counts them."""


@dataclass(frozen=True)
class Settings:
    """Whether lessons open one after the other, and when a lesson counts as learned.

    `is_on` is None until the learner has answered. `since` is the time of the release that the
    learner had before this one, 0 where there was none.
    """

    is_on: bool | None = None
    share: int = gate.LEARNED
    days: int = gate.DAYS
    since: int = 0


@dataclass(frozen=True)
class Standing:
    """A lesson in the collection, with its progress and that of each objective.

    `deck` is the one with most of its cards, 0 where it has none. `practice` are the decks of its
    practice cards that are due, a deck for each. `changed` are notes that the release changed.
    """

    lesson: Mapping[str, Any]
    progress: Progress
    objectives: tuple[Progress, ...]
    deck: int
    practice: tuple[int, ...]
    changed: tuple[int, ...]


@dataclass(frozen=True)
class State:
    """The lessons of a course, those that are locked, and the decks to lock and to open."""

    standings: tuple[Standing, ...] = ()
    locked: frozenset[str] = frozenset()
    to_lock: tuple[int, ...] = ()
    to_open: tuple[int, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Return whether every deck is as it should be."""
        return not (self.to_lock or self.to_open)


@dataclass(frozen=True)
class _Card:
    note: int
    guid: str
    type: int
    queue: int
    interval: int
    due: int
    home: int


@dataclass
class _Cards:
    """The cards of a lesson's notes: those that count, those of practice, and all."""

    counted: list[_Card] = field(default_factory=list)
    practice: list[_Card] = field(default_factory=list)
    all: list[_Card] = field(default_factory=list)


def settings(col: Collection, key: str, opens: Mapping[str, Any]) -> Settings:
    """Return the learner's settings, and where they have none those of the course."""
    own = col.get_config(key, {})
    said = own.get("lessons", {})
    return Settings(
        is_on=said.get("on", False if opens["when"] == "always" else None),
        share=said.get("share", opens["cards"]),
        days=said.get("days", opens["days"]),
        since=said.get("since", 0),
    )


def save(col: Collection, key: str, **values: Any) -> OpChanges:
    """Change some of the learner's settings of a course; undo stays for what was done before."""
    own = col.get_config(key, {})
    changed = {**own, "lessons": {**own.get("lessons", {}), **values}}
    return col.set_config(key, changed)


def look(col: Collection, course: str, contents: Mapping[str, Any], wanted: Settings) -> State:
    """Return how the lessons stand, and change nothing.

    Who was not asked yet gets the plan for a yes.
    """
    cards, owners = _cards(col, contents)
    today = col.sched.today
    standings = tuple(
        _standing(lesson, cards.get(lesson["id"], _Cards()), wanted, today)
        for lesson in contents["lessons"]
    )
    homes = {id: {card.home for card in of.all} for id, of in cards.items()}
    decks = {deck["id"]: deck for deck in col.decks.all()}
    stay_open = {id for id, ids in homes.items() if _stays_open(course, ids, decks)}
    closed: tuple[str, ...] = ()
    if wanted.is_on is not False:
        lessons = [gate.Lesson(of["id"], _required(of)) for of in contents["lessons"]]
        progress = {standing.lesson["id"]: standing.progress for standing in standings}
        closed = gate.to_lock(lessons, progress, stay_open, wanted.share)
    below = _owners_below(owners, decks)
    stays = {home for id in closed for home in homes.get(id, ())}
    locks = {id for id, deck in decks.items() if _is_locked(course, deck)}
    return State(
        standings=standings,
        locked=frozenset(of.lesson["id"] for of in standings if of.deck in locks),
        to_lock=tuple(
            home
            for id in closed
            for home in sorted(homes.get(id, ()))
            if home in decks and home not in locks and _is_free(decks[home], below, id)
        ),
        to_open=tuple(sorted(locks - stays)),
    )


def settle(
    col: Collection,
    course: str,
    contents: Mapping[str, Any],
    wanted: Settings,
    undo: str,
    update: tuple[str, int] = ("", 0),
) -> OpChanges:
    """Lock and open decks as the settings want it, in one step that can be undone.

    The state is worked out anew, because the collection may have changed since. Right after
    `update`, a step by its name and number, it becomes a part of that.
    """
    state = look(col, course, contents, wanted)
    locked = [_locked(course, _deck(col, id)) for id in state.to_lock]
    opened = [_opened(_deck(col, id)) for id in state.to_open]
    if wanted.is_on is not False:
        # What was open stays open when a card of an earlier lesson is forgotten.
        opened = [_with_note(deck, _OPEN, True) for deck in opened]
    return _write(col, [*locked, *opened], undo, update)


def open_by_hand(
    col: Collection, course: str, contents: Mapping[str, Any], lesson: str, undo: str
) -> OpChanges:
    """Open a lesson because the learner wants it; it is never locked again."""
    cards, _ = _cards(col, contents)
    homes = {card.home for card in cards.get(lesson, _Cards()).all}
    decks = [_deck(col, id) for id in sorted(homes)]
    return _write(
        col,
        [_with_note(_opened(deck), _OPEN, True) for deck in decks if _is_locked(course, deck)],
        undo,
    )


def open_all(col: Collection, course: str, undo: str) -> OpChanges:
    """Take every lock of a course away."""
    decks = [deck for deck in col.decks.all() if _is_locked(course, deck)]
    return _write(col, [_opened(deck) for deck in decks], undo)


def root(col: Collection, state: State) -> int:
    """Return the deck that holds all lessons; 0 where they have none in common."""
    names = [col.decks.name(DeckId(of.deck)).split("::") for of in state.standings if of.deck]
    common: list[str] = []
    for level in zip(*names):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    deck = col.decks.by_name("::".join(common)) if common else None
    return int(deck["id"]) if deck else 0


# How far a lesson is.


def _cards(
    col: Collection, contents: Mapping[str, Any]
) -> tuple[dict[str, _Cards], dict[int, set[str]]]:
    """Return the cards of each lesson, and whose cards each deck is home to, "" for others."""
    lessons = {guid: lesson for lesson in contents["lessons"] for guid in lesson["notes"]}
    neutral = set(contents["others"])
    cards: dict[str, _Cards] = {}
    owners: dict[int, set[str]] = {}
    for card in _rows(col):
        lesson = lessons.get(card.guid)
        if lesson is None:
            if card.guid not in neutral:
                owners.setdefault(card.home, set()).add("")
            continue
        of = cards.setdefault(lesson["id"], _Cards())
        of.all.append(card)
        owners.setdefault(card.home, set()).add(lesson["id"])
        kind, _ = lesson["notes"][card.guid]
        if kind == "card":
            of.counted.append(card)
        elif kind == "practice":
            of.practice.append(card)
    return cards, owners


def _rows(col: Collection) -> Iterator[_Card]:
    assert col.db, "the collection is open"
    query = (
        "select c.nid, n.guid, c.type, c.queue, c.ivl, c.due, "
        "case c.odid when 0 then c.did else c.odid end from cards c, notes n where n.id = c.nid"
    )
    return (_Card(*row) for row in col.db.all(query))


def _standing(lesson: Mapping[str, Any], cards: _Cards, wanted: Settings, today: int) -> Standing:
    by_note: dict[str, list[_Card]] = {}
    for card in cards.counted:
        by_note.setdefault(card.guid, []).append(card)
    objectives = (
        [card for guid in objective["notes"] for card in by_note.get(guid, ())]
        for objective in lesson["objectives"]
    )
    homes = Counter(card.home for card in cards.counted or cards.all)
    progress = _progress(cards.counted, wanted.days)
    return Standing(
        lesson,
        replace(progress, begun=sum(card.type != _NEW for card in cards.all)),
        tuple(_progress(part, wanted.days) for part in objectives),
        max(homes, key=lambda home: (homes[home], -home), default=0),
        tuple(card.home for card in cards.practice if _is_due(card, today)),
        tuple(dict.fromkeys(card.note for card in cards.all if _is_changed(lesson, card, wanted))),
    )


def _progress(cards: Sequence[_Card], days: int) -> Progress:
    """Return the progress of some cards; one that is suspended counts only if it is learned."""
    learned = [card for card in cards if card.type == _REVIEW and card.interval >= days]
    left_out = [card for card in cards if card.queue == _SUSPENDED and card not in learned]
    return Progress(
        len(cards) - len(left_out), len(learned), sum(card.type != _NEW for card in cards)
    )


def _is_due(card: _Card, today: int) -> bool:
    return card.queue in _LEARNING or (card.queue == _REVIEW and card.due <= today)


def _is_changed(lesson: Mapping[str, Any], card: _Card, wanted: Settings) -> bool:
    _, changed = lesson["notes"][card.guid]
    return 0 < wanted.since < int(changed)


def _required(lesson: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(lesson["requires"]) or None


# Locks.


def _is_locked(course: str, deck: Mapping[str, Any]) -> bool:
    """Return whether a deck has a lock of ours, and still the limit that belongs to it."""
    lock = deck.get(KEY, {}).get(_LOCK)
    return bool(lock and lock["course"] == course and deck.get("newLimit") == 0)


def _stays_open(course: str, homes: Iterable[int], decks: Mapping[int, Mapping[str, Any]]) -> bool:
    """Return whether a lesson was opened: by its progress, or by the learner, here or in Anki."""
    notes = [(decks[home], decks[home].get(KEY, {})) for home in homes if home in decks]
    return any(
        note.get(_OPEN) or (note.get(_LOCK) and not _is_locked(course, deck))
        for deck, note in notes
    )


def _is_free(deck: Mapping[str, Any], below: Mapping[str, set[str]], lesson: str) -> bool:
    """Return whether a deck may be locked: no limit of the learner's, nothing but this lesson."""
    has_own_limit = deck["dyn"] or deck.get("newLimit") is not None
    return not has_own_limit and below.get(str(deck["name"])) == {lesson}


def _owners_below(
    owners: Mapping[int, set[str]], decks: Mapping[int, Mapping[str, Any]]
) -> dict[str, set[str]]:
    """Return whose cards are in each deck and in those below it, by the deck's name."""
    below: dict[str, set[str]] = {}
    for id, of in owners.items():
        name = decks[id]["name"] if id in decks else ""
        while name:
            below.setdefault(name, set()).update(of)
            name = name.rpartition("::")[0]
    return below


def _deck(col: Collection, id: int) -> dict[str, Any]:
    return dict(col.decks.get(DeckId(id)) or {})


def _locked(course: str, deck: dict[str, Any]) -> dict[str, Any]:
    lock = {"course": course, "before": deck.get("newLimit")}
    return {**_with_note(deck, _LOCK, lock), "newLimit": 0}


def _opened(deck: dict[str, Any]) -> dict[str, Any]:
    """Return a deck with the limit that it had before it was locked."""
    note = dict(deck[KEY])
    lock = note.pop(_LOCK)
    return {**deck, KEY: note, "newLimit": lock["before"]}


def _with_note(deck: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    return {**deck, KEY: {**deck.get(KEY, {}), key: value}}


def _write(
    col: Collection,
    decks: Sequence[dict[str, Any]],
    undo: str,
    update: tuple[str, int] = ("", 0),
) -> OpChanges:
    """Write decks in one step that can be undone, or as a part of the step `update`."""
    if not decks:
        return OpChanges()
    name, step = update
    if not step or col.undo_status().undo != name:
        step = col.add_custom_undo_entry(undo)
    changes = OpChanges(deck=True, study_queues=True)
    for start in range(0, len(decks), _AT_ONCE):
        for deck in decks[start : start + _AT_ONCE]:
            col.decks.update_dict(deck)
        # Where something without undo ran between, there is no such step any more: all is done.
        with suppress(InvalidInput):
            changes.MergeFrom(col.merge_undo_entries(step))
    return changes
