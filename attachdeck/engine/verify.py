"""Tests a package in Anki's own engine: a first import, and the update of a learner who has
reviewed and changed cards of an older package."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.anki.media import references
from attachdeck.engine.collection import (
    EngineLost,
    EngineRefused,
    check_database,
    import_package,
    opened,
    run_apart,
)
from attachdeck.system.normal import normal
from attachdeck.system.unpacking import UnreadablePackage
from attachdeck.system.unpacking import opened as unpacked

if TYPE_CHECKING:
    from anki.collection import Collection
    from anki.notes import Note, NoteId

# A script without an end goes to the text's end, and a tag holds no other: so nothing is looked for
# again from each beginning.
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\b|\Z)[^>]*>?|<(?!img\b)[^<>]*>", re.DOTALL)

_SCHEDULING = (
    "select ord, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data "
    "from cards where nid = ? order by ord"
)
_REVIEWS = (
    "select revlog.* from revlog where cid in (select id from cards where nid = ?) order by id"
)

_VARIANTS = '<div class="variants"'
_PART = re.compile(r'<div data-part="([^"]+)">')
_PLACE_OF_PART = re.compile(r' data-field="([^"]+)"')
_MARKDOWN_PICTURE = re.compile(r"!\[(?:(?!!\[)[^\]])*+\]\(\s*([^)\s]+)")


class Fate(Enum):
    """What became of something."""

    GOOD = "good"
    """As it should be."""
    REPLACED = "replaced"
    """Ours replaced the learner's, because we corrected the card later, which Anki always does."""
    KNOWN = "known"
    """A card that new learners may meet, and that the next release leaves out."""
    LOST = "lost"
    """Something of the learner's, or a correction of ours, is lost that should not be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report: what was looked at, its fate, a sentence, and the cards concerned."""

    subject: str
    fate: Fate
    message: str
    cards: tuple[str, ...] = ()


class NotImportable(Exception):
    """Anki cannot import the package."""


def verify(
    package: Path, upgrade_from: Path | None = None, retired: Container[str] = frozenset()
) -> list[Finding]:
    """Import a package as a new learner would, and if another is given, as an update of that one.

    `retired` names notes that come without cards on purpose, beside those that say so themselves.
    Raises NoEngine where Anki's engine is not installed, NotImportable where Anki refuses a
    package.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _findings(package, Path(folder), upgrade_from, retired)


def verify_apart(package: Path, upgrade_from: Path | None = None) -> list[Finding]:
    """Verify in a process of its own: a package from a stranger may crash Anki's engine.

    Raise what `verify` does, and NotImportable where the engine crashes or does not finish.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            return run_apart(_findings, package, Path(folder), upgrade_from, ())
        except EngineLost as error:
            raise NotImportable(str(error)) from None


def _findings(
    package: Path, folder: Path, upgrade_from: Path | None, retired: Container[str]
) -> list[Finding]:
    for file in filter(None, (package, upgrade_from)):
        _refuse(file)
    try:
        findings = [
            *_first_import(package, folder / "new.anki2", retired),
            _changed_template(package, folder / "changed.anki2"),
        ]
        if upgrade_from is not None:
            findings += _update(upgrade_from, package, folder)
    except EngineRefused as error:
        raise NotImportable(f"Anki cannot use {package}: {error}") from error
    return findings


def _refuse(package: Path) -> None:
    """Raise NotImportable for a torn or too large package, before Anki unpacks it: Anki believes
    what a package says of its size."""
    try:
        with unpacked(package) as entries:
            torn = entries.testzip()
    except UnreadablePackage as error:
        raise NotImportable(str(error)) from error
    if torn:
        raise NotImportable(
            f"Anki cannot import {package}: `{torn}` in it is damaged; download or build it again"
        )


def _import(collection: Collection, package: Path) -> dict[str, int]:
    """Import a package; return how many notes Anki put where in its log."""
    try:
        log = import_package(collection, package)
    except EngineRefused as error:
        raise NotImportable(f"Anki cannot import {package}: {error}") from error
    outcomes = (
        "new",
        "updated",
        "duplicate",
        "conflicting",
        "first_field_match",
        "missing_notetype",
        "missing_deck",
        "empty_first_field",
    )
    return {outcome: count for outcome in outcomes if (count := len(getattr(log, outcome)))}


def _first_import(package: Path, path: Path, retired: Container[str]) -> Iterator[Finding]:
    with opened(path) as collection:
        first = _import(collection, package)
        notes = collection.note_count()
        yield _judged(
            "import",
            first == {"new": notes},
            f"{notes} notes and {collection.card_count()} cards are new",
            f"not every note is new: {first}",
        )
        again = _import(collection, package)
        yield _judged(
            "import again",
            again == {"duplicate": notes},
            "every note is a duplicate and nothing changes",
            f"importing twice changes something: {again}",
        )
        yield from _shown(collection)
        yield _descriptions(collection)
        yield from _check_database(collection, retired)


def _shown(collection: Collection) -> Iterator[Finding]:
    """Report whether every card shows something, and every picture is there."""
    silent = tuple(
        _name(collection.get_card(card).note())
        for card in collection.find_cards("")
        if not _shows(collection.get_card(card))
    )
    yield _judged(
        "cards",
        not silent,
        "every card shows something on both sides",
        "these cards are blank or show an error",
        silent,
    )
    yield from _variants(collection)
    empty = collection.get_empty_cards()
    yield _judged(
        "empty cards",
        not empty.notes,
        "none",
        f"Anki would report empty cards for {len(empty.notes)} notes",
    )
    media = collection.media.check()
    yield _judged(
        "media", not media.missing, "none is missing", f"missing: {', '.join(media.missing)}"
    )


def _variants(collection: Collection) -> Iterator[Finding]:
    """Judge whether Anki draws every variant, with a place for each of its parts."""
    drawn = 0
    without = []
    for number in collection.find_cards("Variants:_*"):
        card = collection.get_card(number)
        output = card.render_output()
        front = output.question_text.split(_VARIANTS)
        back = output.answer_text.split(_VARIANTS)
        counts = {part.count('<div class="variant">') for part in (front[-1], *back[1:2])}
        drawn += max(counts)
        # A back shows the question in part; what is the back's own is in the list at the end.
        has_places = _has_places(front, front[1:]) and _has_places(back, back[2:])
        if len(front) != 2 or len(back) != 3 or len(counts) != 1 or not has_places:
            without.append(_name(card.note()))
    if drawn or without:
        yield _judged(
            "variants",
            not without,
            f"Anki draws all {drawn} on both sides",
            "the templates of these cards do not show all of their variants",
            tuple(dict.fromkeys(without)),
        )


def _has_places(side: list[str], variants: list[str]) -> bool:
    """Return whether a side has a place for each part of the variants on it."""
    parts = {name for part in variants for name in _PART.findall(part)}
    return parts <= {name for part in side for name in _PLACE_OF_PART.findall(part)}


def _check_database(collection: Collection, retired: Container[str]) -> Iterator[Finding]:
    """Run Anki's *Check Database*, which also makes the cards that notes come without."""
    before = set(collection.find_cards(""))
    message, sound = check_database(collection)
    yield _judged(
        "check database",
        sound and "\n" not in message.strip(),
        "nothing to fix",
        message.strip().replace("\n", " "),
    )
    added = sorted(set(collection.find_cards("")) - before)
    notes = [collection.get_card(card).note() for card in added]
    informed = [note for note in notes if _name(note) in retired or _says_retired(note)]
    wrong = [note for note in notes if note not in informed]
    if wrong:
        yield _appearing(Fate.LOST, wrong, "for notes that should have none")
    if informed:
        words = "for retired notes, for new learners only; the next release leaves them out"
        yield _appearing(Fate.KNOWN, informed, words)


def _appearing(fate: Fate, notes: list[Note], words: str) -> Finding:
    names = tuple(dict.fromkeys(map(_name, notes)))
    message = f"Anki makes {len(notes)} cards {words}"
    return Finding("check database", fate, message, names)


def _says_retired(note: Note) -> bool:
    return bool(dict(note.items()).get("Retired"))


def _descriptions(collection: Collection) -> Finding:
    """Report whether each picture in a deck's description arrives: Anki imports only what notes
    show."""
    arrived = {normal(path.name) for path in Path(collection.media.dir()).iterdir()}
    missing = tuple(
        f"{names[0]} ({deck['name']})"
        for deck in collection.decks.all()
        for names in _pictures_in(str(deck.get("desc", "")))
        if arrived.isdisjoint(names) and not names[0].startswith("data:")
    )
    badly = "pictures in descriptions are missing, because no note shows them"
    return _judged("descriptions", not missing, "every picture arrives", badly, missing)


def _pictures_in(description: str) -> Iterator[tuple[str, ...]]:
    """Yield the names that each picture in a description, as HTML or Markdown, may have."""
    yield from references(description)
    yield from ((normal(name),) for name in _MARKDOWN_PICTURE.findall(description))


def _changed_template(package: Path, path: Path) -> Finding:
    """Report whether cards survive the change of a template, by a later release or the learner."""
    try:
        with opened(path) as collection:
            _import(collection, package)
            # As Check Database does; since then SQLite reads the cards of a small collection in the
            # order of their ids.
            collection.optimize()
            for note_type in collection.models.all():
                note_type["tmpls"][0]["qfmt"] += " "
                collection.models.update_dict(note_type)
            twice = _made_twice(collection)
    except EngineRefused as error:
        return Finding("templates", Fate.LOST, f"Anki rejects a change to a note type: {error}")
    badly = "Anki would make these cards twice when a template changes"
    return _judged("templates", not twice, "no card is made twice", badly, twice)


def _made_twice(collection: Collection) -> tuple[str, ...]:
    """Return the notes that have a card more than once."""
    query = "select distinct nid from cards group by nid, ord having count() > 1"
    notes = collection.db.list(query) if collection.db else []
    return tuple(_name(collection.get_note(note)) for note in notes)


def _update(old: Path, new: Path, folder: Path) -> Iterator[Finding]:
    """Play a learner of the old package who imports the new one."""
    with opened(folder / "old-fresh.anki2") as fresh:
        _import(fresh, old)
        before = _contents(fresh)
    with opened(folder / "new-fresh.anki2") as fresh:
        _import(fresh, new)
        after = _contents(fresh)
    if before and after and before.keys().isdisjoint(after):
        message = f"{old} and {new} have no notes in common: they are from different courses"
        yield Finding("update", Fate.LOST, message)
        return
    with opened(folder / "learner.anki2") as collection:
        _import(collection, old)
        learner = _Learner(collection)
        learner.act()
        log = _import(collection, new)
        changed = {guid for guid in before.keys() & after.keys() if before[guid] != after[guid]}
        yield _judged(
            "update",
            not log.get("conflicting"),
            f"{_counted(log)}; {len(changed)} corrected",
            f"{log.get('conflicting', 0)} notes conflict, and Anki will never update them",
        )
        yield from learner.findings(after, changed)
        yield from learner.emptied()
        twice = _made_twice(collection)
        yield _judged(
            "cards", not twice, "no card exists twice", "Anki has made these cards twice", twice
        )


Contents = dict[str, tuple[tuple[str, ...], frozenset[str]]]


def _contents(collection: Collection) -> Contents:
    """Return the fields and tags of each note, by GUID."""
    rows = collection.db.all("select guid, flds, tags from notes") if collection.db else []
    return {
        guid: (tuple(fields.split("\x1f")), frozenset(tags.split())) for guid, fields, tags in rows
    }


class _Learner:
    """Does something to each note in turn, and reports what an import made of it.

    `acts` are the GUIDs of the notes by what was done to them; `scheduling` and `decks` are those
    of each note's cards before the import.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.acts: dict[str, list[str]] = {
            act: []
            for act in (
                "untouched",
                "reviewed",
                "edited",
                "tagged",
                "suspended",
                "flagged",
                "moved",
                "deleted",
            )
        }
        self.imported = set(self.db.list("select guid from notes"))
        """The GUIDs of the old package; those of its retired notes, which have no cards, too."""
        self.ids: dict[str, NoteId] = {}
        self.names: dict[str, str] = {}
        self.scheduling: dict[str, Any] = {}
        self.decks: dict[str, Any] = {}

    def note(self, guid: str) -> Any:
        return self.collection.get_note(self.ids[guid]) if guid in self.ids else None

    def look_up(self) -> None:
        """Look up the ids of all notes by their GUIDs, of which Anki has no index."""
        self.ids = dict(self.db.all("select guid, id from notes"))

    @property
    def db(self) -> Any:
        return self.collection.db

    def act(self) -> None:
        own_deck: Any = self.collection.decks.id("A deck of my own")
        guids = self.db.list(
            "select guid from notes where id in (select nid from cards) order by id"
        )
        self.look_up()
        for place, guid in enumerate(guids):
            act = list(self.acts)[place % len(self.acts)]
            self.acts[act].append(guid)
            note = self.note(guid)
            self.names[guid] = _name(note)
            cards = [card.id for card in note.cards()]
            if act == "reviewed":
                self.review(note)
            elif act == "edited":
                note.fields[0] += " (my own words)"
                self.save(note)
            elif act == "tagged":
                note.add_tag("my-own-tag")
                self.save(note)
            elif act == "suspended":
                self.collection.sched.suspend_cards(cards)
            elif act == "flagged":
                self.collection.set_user_flag_for_cards(2, cards)
            elif act == "moved":
                self.collection.set_deck(cards, own_deck)
            elif act == "deleted":
                self.collection.remove_notes([note.id])
        for guid in guids:
            self.scheduling[guid] = self.scheduled(guid)
            self.decks[guid] = self.placed(guid)

    def save(self, note: Any) -> None:
        """Save an edit as made one second after the note's last change, which is before any later
        release."""
        modified = note.mod
        self.collection.update_note(note)
        self.db.execute("update notes set mod = ? where id = ?", modified + 1, note.id)

    def review(self, note: Any) -> None:
        card = note.cards()[0]
        card.start_timer()
        backend = self.collection._backend  # noqa: SLF001  # As Anki's reviewer does.
        states = backend.get_scheduling_states(card.id)
        scheduler: Any = self.collection.sched
        scheduler.answer_card(scheduler.build_answer(card=card, states=states, rating=2))

    def scheduled(self, guid: str) -> Any:
        """Return the scheduling of a note's cards, and their reviews."""
        note = self.ids.get(guid)
        return self.db.all(_SCHEDULING, note), self.db.all(_REVIEWS, note)

    def placed(self, guid: str) -> Any:
        """Return the deck of each of a note's cards."""
        query = "select ord, did from cards where nid = ? order by ord"
        return self.db.all(query, self.ids.get(guid))

    def findings(self, after: Contents, changed: set[str]) -> Iterator[Finding]:
        self.look_up()
        for act, guids in self.acts.items():
            if act == "deleted":
                yield from self.deleted(guids, after)
                continue
            fates = {guid: self.fate(act, guid, after, changed) for guid in guids}
            for fate, words in self.words(act).items():
                met = [guid for guid in guids if fates[guid] is fate]
                if met:
                    yield Finding(
                        act,
                        fate,
                        f"{len(met)} of {len(guids)} {words}",
                        tuple(self.names[guid] for guid in met),
                    )

    def fate(self, act: str, guid: str, after: Contents, changed: set[str]) -> Fate:
        note = self.note(guid)
        if note is None or not self.same_cards(guid):
            return Fate.LOST
        # Our correction must be there, and the learner's own words and tags where we corrected
        # nothing.
        if guid in changed:
            arrived = (tuple(note.fields), frozenset(note.tags)) == after[guid]
            return (
                Fate.LOST
                if not arrived
                else Fate.REPLACED
                if act in ("edited", "tagged")
                else Fate.GOOD
            )
        if (act == "edited" and not note.fields[0].endswith(" (my own words)")) or (
            act == "tagged" and "my-own-tag" not in note.tags
        ):
            return Fate.LOST
        return Fate.GOOD

    def same_cards(self, guid: str) -> bool:
        """Return whether each card from before is scheduled and placed as it was; new ones may have
        come."""
        (cards, reviews), decks = self.scheduled(guid), self.placed(guid)
        old_cards, old_reviews = self.scheduling[guid]
        return (
            all(card in cards for card in old_cards)
            and reviews == old_reviews
            and all(deck in decks for deck in self.decks[guid])
        )

    def words(self, act: str) -> dict[Fate, str]:
        kept = {
            "untouched": "match the new package",
            "edited": "keep the learner's own words",
            "tagged": "keep the learner's own tag",
        }
        return {
            Fate.GOOD: kept.get(act, "stay as the learner left them, with your corrections"),
            Fate.REPLACED: "were corrected later: your correction replaced the learner's own text",
            Fate.LOST: (
                "lost something: scheduling, deck, the learner's own words or tags, or your "
                "correction"
            ),
        }

    def deleted(self, guids: list[str], after: Contents) -> Iterator[Finding]:
        if guids:
            back = [guid for guid in guids if self.note(guid) is not None]
            yield Finding(
                "deleted",
                Fate.GOOD,
                f"{len(back)} of {len(guids)} come back as new cards (Anki forgets deletions)",
                tuple(self.names[guid] for guid in back),
            )
        strangers = [
            guid
            for guid in self.db.list("select guid from notes")
            if guid not in self.imported and guid not in after
        ]
        if strangers:
            yield Finding("notes", Fate.LOST, f"{len(strangers)} notes are in neither package")

    def emptied(self) -> Iterator[Finding]:
        """Yield cards with the learner's history that their notes no longer make."""
        empty = tuple(
            _name(self.collection.get_note(report.note_id))
            for report in self.collection.get_empty_cards().notes
        )
        if empty:
            yield Finding(
                "empty cards",
                Fate.LOST,
                f"{len(empty)} notes have lost cards, which learners keep as empty cards",
                empty,
            )


def _judged(
    subject: str, good: bool, well: str, badly: str, cards: tuple[str, ...] = ()
) -> Finding:
    return Finding(subject, Fate.GOOD, well) if good else Finding(subject, Fate.LOST, badly, cards)


def _counted(log: dict[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in log.items()) or "nothing to import"


def _name(note: Any) -> str:
    return str(note["ID"]) if "ID" in note else str(note.guid)


def _shows(card: Any) -> bool:
    """Return whether both sides show something, and no template error."""
    output = card.render_output()
    sides = (output.question_text, output.answer_text)
    return all(_UNSEEN.sub("", side).strip() and "Card template" not in side for side in sides)
