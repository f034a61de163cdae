"""Plan and apply an update of a learner's collection: engine only, no window.

A plan is worked out from the package and the collection alone; so after an update that was
interrupted, undone, restored or made on another computer, the next plan holds what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
    OpChanges,
)
from anki.decks import DeckId
from anki.errors import InvalidInput
from anki.import_export_pb2 import ImportAnkiPackageUpdateCondition as Condition
from anki.utils import ids2str

from ..anki import stamp
from . import package as packages
from .merge import Side, differing, merge, merge_text
from .package import BETWEEN_FIELDS, Package, PackedNote, Row

KEY = "attachdeck"
"""The key of ours in the JSON of a note type or deck. It is synced with it."""
COMPARE = "attachdeck::compare"
"""The tag of notes of which both the learner and the course changed the same field."""


@dataclass(frozen=True)
class Conflict:
    """A field in which a learner has another text than the course."""

    note: int
    card: str
    field: str
    mine: str
    theirs: str


@dataclass
class Plan:
    """What an update does; `applied` is the time of the latest release that the collection has.

    `step` is its number among the steps of undo. `loose` are notes whose note type has fields or
    templates of the learner's own: an import would refuse them. `texts` are new texts of note types
    by id, `descriptions` those of decks by id.
    """

    first: bool = False
    applied: int = 0
    step: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    loose: dict[int, tuple[dict[Any, str], tuple[str, ...]]] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    deleted: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    texts: dict[int, dict[str, str]] = field(default_factory=dict)
    descriptions: dict[int, str] = field(default_factory=dict)
    deck_names: dict[int, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to do."""
        return not (self.rows or self.loose or self.new or self.texts or self.descriptions)

    @property
    def corrected(self) -> int:
        """Return how many notes get another text or tag."""
        return len(self.rows) + len(self.loose)


@dataclass(frozen=True)
class _Mine:
    """A note in the learner's collection."""

    id: int
    note_type: int
    modified: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class _Type:
    """A note type as the course and as the learner has it.

    `our_keys` and `my_keys` identify the fields of each; `stamp` is that of the stamp's field, 0
    where there is none. `is_ours` says that the learner has our fields and templates.
    """

    ours: Mapping[str, Any]
    mine: Mapping[str, Any]
    our_keys: list[Any]
    my_keys: list[Any]
    stamp: int
    is_ours: bool

    def stamps(self, mine: _Mine, theirs: PackedNote) -> tuple[str, str]:
        """Return the stamps of a note: the learner's and the package's."""
        sides = ((self.my_keys, mine.fields), (self.our_keys, theirs.fields))
        mine_text, text = (
            fields[keys.index(self.stamp)] if self.stamp in keys else "" for keys, fields in sides
        )
        return mine_text, text


# Plan.


def plan(col: Collection, package: Package, course: Mapping[str, Any]) -> Plan:
    """Return what an update to this package does to a collection, and change nothing."""
    mine, types = _notes_of(col, package), _types(col, package)
    result = Plan(first=not mine)
    result.deck_names = _deck_names(col, package, mine)
    result.applied = _applied(col, package, mine, types, result, course)
    for guid, note in mine.items():
        theirs, type = package.notes[guid], types.get(note.note_type)
        if type and note.note_type == theirs.note_type:
            _plan_note(type, note, theirs, result)
    _plan_absent(col, package, mine, result, course)
    if not result.first and course["changed"] >= result.applied:  # Else an older add-on.
        _plan_note_types(col, package, result)
        _plan_descriptions(col, package, result, newer=course["changed"] > result.applied)
    return result


def conflicts(col: Collection, package: Package) -> list[Conflict]:
    """Return every field in which the learner has another text than the package."""
    found: list[Conflict] = []
    types = _types(col, package)
    for guid, note in _notes_of(col, package).items():
        theirs, type = package.notes[guid], types.get(note.note_type)
        if not type or note.note_type != theirs.note_type:
            continue
        said = stamp.read(type.stamps(note, theirs)[1])
        if said:
            fields = dict(zip(type.my_keys, note.fields))
            texts = _texts_of(type, theirs)
            changed = differing(said, fields, texts)
            found += _conflicts(type.ours, note.id, changed, fields, texts)
    return found


def _types(col: Collection, package: Package) -> dict[int, _Type]:
    """Return the note types that both the package and the collection have."""
    types = {}
    for id, ours in package.note_types.items():
        mine = _model(col, id)
        if mine:
            our_keys, my_keys = _keys(ours["flds"], ours["flds"]), _keys(mine["flds"], ours["flds"])
            is_ours = _layout(mine, ours) == _layout(ours, ours)
            types[id] = _Type(ours, mine, our_keys, my_keys, _stamp_field(ours), is_ours)
    return types


def _notes_of(col: Collection, package: Package) -> dict[str, _Mine]:
    """Return the learner's notes of a package, by GUID."""
    # The texts of a whole collection are many times as much.
    ids = [id for id, guid in _rows(col, "select id, guid from notes") if guid in package.notes]
    query = "select id, guid, mid, mod, tags, flds from notes where id in"
    rows = _rows(col, query, ids)
    return {
        guid: _Mine(
            id, note_type, modified, tuple(tags.split()), tuple(fields.split(BETWEEN_FIELDS))
        )
        for id, guid, note_type, modified, tags, fields in rows
    }


def _applied(
    col: Collection,
    package: Package,
    mine: Mapping[str, _Mine],
    types: Mapping[int, _Type],
    result: Plan,
    course: Mapping[str, Any],
) -> int:
    """Return the time of the latest release that reached the collection."""
    times = [0]
    for guid, note in mine.items():
        theirs, type = package.notes[guid], types.get(note.note_type)
        if type and note.note_type == theirs.note_type:
            times.append(_arrived(type, note, theirs))
    root = col.decks.by_name(_root(package, result, course))
    if root:
        times.append(int(root.get(KEY, {}).get("release", 0)))
    return max(times)


def _arrived(type: _Type, mine: _Mine, theirs: PackedNote) -> int:
    """Return the time of the release whose text a note has."""
    text, current = type.stamps(mine, theirs)
    said = None if text == current else stamp.read(text)
    return said.changed if said else min(mine.modified, theirs.modified)


def _root(package: Package, result: Plan, course: Mapping[str, Any]) -> str:
    """Return the name that the course's own deck has in the collection."""
    for id, deck in package.decks.items():
        if deck["name"] == course["deck"]:
            return result.deck_names.get(id, str(course["deck"]))
    return str(course["deck"])


def _plan_absent(
    col: Collection,
    package: Package,
    mine: Mapping[str, _Mine],
    result: Plan,
    course: Mapping[str, Any],
) -> None:
    """Add to a plan the notes that are new; one that the learner deleted stays deleted.

    The learner deleted what is absent although its release arrived, and what Anki remembers as
    deleted. Anki forgets that in a full sync. A note without cards is retired: nobody new needs it.
    """
    graves = {id for (id,) in _rows(col, "select oid from graves where type = 1")}
    brought = {guid: int(time) for time, guids in course["since"].items() for guid in guids}
    for guid, theirs in package.notes.items():
        if guid in mine or not theirs.deck:
            continue
        arrived = 0 < brought.get(guid, 0) <= result.applied or theirs.id in graves
        if result.first or not arrived:
            result.new.append(guid)
        else:
            result.deleted += 1


def _plan_note(type: _Type, mine: _Mine, theirs: PackedNote, result: Plan) -> None:
    """Add to a plan what becomes of one note that the learner has."""
    old, new = type.stamps(mine, theirs)
    said = stamp.read(new)
    if said and old == new:
        return
    fields, texts = dict(zip(type.my_keys, mine.fields)), dict(zip(type.our_keys, theirs.fields))
    base = stamp.read(old)
    if base and said:
        if base.changed > said.changed:
            return
        merged = merge(
            base,
            Side({key: text for key, text in fields.items() if key != type.stamp}, mine.tags),
            Side(_texts_of(type, theirs), theirs.tags),
        )
        becomes = {**merged.fields, type.stamp: new}
        # One second after the learner's own last change, and not now: a phone that edited the note
        # meanwhile, and has not synced yet, then wins with its old stamp, and is merged next time.
        modified = mine.modified + 1
        tags = merged.tags
        if merged.conflicts:
            tags = tuple(sorted({*tags, COMPARE}))
            result.conflicts += _conflicts(type.ours, mine.id, merged.conflicts, fields, texts)
    elif theirs.modified > mine.modified:
        becomes, tags = {**fields, **texts}, theirs.tags  # As Anki's own import does.
        modified = theirs.modified
    else:
        return
    if type.is_ours:
        row = tuple(becomes[key] for key in type.our_keys)
        result.rows[theirs.guid] = Row(row, tags, modified)
    else:
        result.loose[mine.id] = (becomes, tags)


def _conflicts(
    note_type: Mapping[str, Any],
    note: int,
    changed: tuple[int, ...],
    mine: Mapping[int, str],
    theirs: Mapping[int, str],
) -> Iterator[Conflict]:
    names = {field["id"]: field["name"] for field in note_type["flds"]}
    card = next((theirs[id] for id, name in names.items() if name == "ID" and id in theirs), "")
    for id in changed:
        yield Conflict(note, card, names[id], mine[id], theirs[id])


def _plan_note_types(col: Collection, package: Package, result: Plan) -> None:
    """Add to a plan the styles and templates that change."""
    for id, ours in package.note_types.items():
        model = _model(col, id)
        if not model:
            continue
        marks = model.get(KEY)
        newer = ours["mod"] > model["mod"]
        mine, theirs = _texts(model, ours), _texts(ours, ours)
        merged = {
            place: merge_text(_base(marks, place), mine[place], text, newer)
            for place, text in theirs.items()
            if place in mine
        }
        changed = {place: text for place, text in merged.items() if text != mine[place]}
        if changed:
            result.texts[id] = changed


def _plan_descriptions(col: Collection, package: Package, result: Plan, *, newer: bool) -> None:
    """Add to a plan the descriptions of decks that change."""
    for id, name in result.deck_names.items():
        deck = col.decks.by_name(name)
        if deck and not deck["dyn"]:
            text = package.decks[id]["desc"]
            marks = deck.get(KEY)
            merged = merge_text(_base(marks, "desc"), deck["desc"], text, newer=newer)
            if merged != deck["desc"]:
                result.descriptions[id] = merged


def _base(marks: Mapping[str, str] | None, place: str) -> str | None:
    return marks.get(place) if marks else None


def _texts(model: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, str]:
    """Return the style and templates of a note type, by names that no rename changes."""
    texts = {"css": model["css"]}
    for name, template in zip(_keys(model["tmpls"], ours["tmpls"]), model["tmpls"]):
        texts[f"{name} front"], texts[f"{name} back"] = template["qfmt"], template["afmt"]
    return texts


def _deck_names(col: Collection, package: Package, mine: Mapping[str, _Mine]) -> dict[int, str]:
    """Return the name that each deck of the package has in the collection, or will have.

    A deck is known by its id, else by its name, else by where most of its cards are: a learner may
    have renamed or moved it.
    """
    homes: dict[int, str] | None = None
    names: dict[str, str] = {}
    decks = sorted(package.decks.items(), key=lambda pair: str(pair[1]["name"]))
    result = {}
    for id, ours in decks:
        if id == 1:
            continue
        parent, _, last = ours["name"].rpartition("::")
        known = col.decks.get(DeckId(id), default=False)
        wanted = f"{names.get(parent, parent)}::{last}" if parent else last
        if known:
            name = known["name"]
        elif col.decks.by_name(ours["name"]):
            name = ours["name"]
        else:
            homes = _homes(col, package, mine) if homes is None else homes
            name = homes.get(id, wanted)
        names[ours["name"]] = result[id] = name
    return result


def _homes(col: Collection, package: Package, mine: Mapping[str, _Mine]) -> dict[int, str]:
    """Return the name of the deck in which most cards of each of our decks are."""
    query = "select ord, nid, case odid when 0 then did else odid end from cards where nid in"
    cards = sorted(_rows(col, query, [note.id for note in mine.values()]), reverse=True)
    decks = {note: deck for _, note, deck in cards}  # That of the first card.
    counts: dict[int, dict[int, int]] = {}
    for guid, note in mine.items():
        if note.id in decks:
            count = counts.setdefault(package.notes[guid].deck, {})
            count[decks[note.id]] = count.get(decks[note.id], 0) + 1
    return {
        id: col.decks.name(DeckId(max(count, key=lambda deck: (count[deck], -deck))))
        for id, count in counts.items()
        if id
    }


# Apply.


def apply(
    col: Collection, path: Path, course: Mapping[str, Any], backups: str = ""
) -> tuple[Plan, OpChanges]:
    """Update a collection, in one step that can be undone; return what was done.

    The plan is made anew, because the collection may have changed since somebody was asked.
    """
    package = packages.read(path)
    done = plan(col, package, course)
    if done.is_empty:
        return done, OpChanges()
    if backups:
        col.create_backup(backup_folder=backups, force=True, wait_for_completion=True)
    _make_decks(col, package, done)  # Before the undo step: it clears the list of steps.
    step = done.step = col.add_custom_undo_entry(undo_step(course))
    # Whoever ends Anki between two of these steps gets the others at the next start: the last one
    # says that the release has arrived.
    _change_descriptions(col, package, done, step)
    _change_note_types(col, package, done, step)
    _change_loose(col, path, package, done)
    _import(col, path, package, done)
    _remember_release(col, package, done, course)
    changes = OpChanges(card=True, note=True, deck=True, tag=True, notetype=True)
    for field_name in ("study_queues", "browser_table", "browser_sidebar", "note_text"):
        setattr(changes, field_name, True)
    changes.MergeFrom(_joined(col, step))
    return done, changes


def _joined(col: Collection, step: int) -> OpChanges:
    """Make what ran since a step of undo a part of it. Anki keeps 30 steps, so do it often."""
    # Where something without undo ran between, there is no such step any more: all is done.
    with suppress(InvalidInput):
        return col.merge_undo_entries(step)
    return OpChanges()


def undo_step(course: Mapping[str, Any]) -> str:
    """Return what Anki's menu calls the step that undo takes back."""
    return str(course["words"]["Update step"].format(course=f"“{course['title']}”"))


def _make_decks(col: Collection, package: Package, done: Plan) -> None:
    """Make the decks that are missing, with our ids: so another computer makes the same ones."""
    needed = _needed_decks(package, done)
    for id, name in sorted(done.deck_names.items(), key=lambda pair: pair[1]):
        if id in needed and not col.decks.by_name(name):
            deck = {**package.decks[id], "name": name, "conf": 1, "usn": -1}
            col.decks.update({**deck, KEY: {"desc": stamp.mark(deck["desc"])}})


def _needed_decks(package: Package, done: Plan) -> set[int]:
    """Return the ids of the decks of new notes, and of those above them."""
    ids = {deck["name"]: id for id, deck in package.decks.items()}
    needed = set()
    for guid in done.new:
        deck = package.notes[guid].deck
        name = package.decks[deck]["name"] if deck else ""
        while name:
            if name in ids:
                needed.add(ids[name])
            name = name.rpartition("::")[0]
    return needed


def _import(col: Collection, path: Path, package: Package, done: Plan) -> None:
    """Import corrected and new notes: one transaction, whole or not at all."""
    if not (done.rows or done.new):
        return
    needed = _needed_decks(package, done) | {1}
    decks = {
        id: deck if id == 1 else _deck(col, deck, done.deck_names[id], done.first)
        for id, deck in package.decks.items()
        if id in needed
    }
    models = {id: {**model, KEY: _marks(model)} for id, model in package.note_types.items()}
    # With scheduling, or Anki would take the tags `leech` and `marked` away. Ours has none.
    options = ImportAnkiPackageOptions(
        update_notes=Condition.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS,
        update_notetypes=Condition.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_NEVER,
        with_scheduling=True,
        with_deck_configs=done.first,
    )
    mine = _ids(col, done.rows)
    with packages.for_learner(
        path, rows=done.rows, new=done.new, decks=decks, note_types=models
    ) as learners:
        request = ImportAnkiPackageRequest(package_path=str(learners), options=options)
        col.import_anki_package(request)
    col.models._clear_cache()  # noqa: SLF001  # Or it goes on with the types from before.
    # A correction may ask for a new card, as a reverse or another gap.
    col.after_note_updates(mine, mark_modified=False, generate_cards=True)


def _deck(col: Collection, ours: Mapping[str, Any], name: str, first: bool) -> dict[str, Any]:
    """Return a deck as the package of one learner has it: nothing that theirs would lose by."""
    if first:
        return {**ours, "name": name}
    known = col.decks.by_name(name) or {"conf": 1, "desc": ""}
    return {**ours, "name": name, "conf": known["conf"], "desc": known["desc"]}


def _ids(col: Collection, rows: Mapping[str, Row]) -> list[Any]:
    return [id for id, guid in _rows(col, "select id, guid from notes") if guid in rows]


def _change_loose(col: Collection, path: Path, package: Package, done: Plan) -> None:
    """Update notes whose note type the learner changed: field by field, by their ids."""
    notes = []
    for id, (fields, tags) in done.loose.items():
        note = col.get_note(id)  # type: ignore[arg-type]
        parts: list[Any] = note.note_type()["flds"]  # type: ignore[index]
        for place, key in enumerate(_keys(parts, package.note_types[note.mid]["flds"])):
            note.fields[place] = fields.get(key, note.fields[place])
        note.tags = list(tags)
        notes.append(note)
    if notes:
        for name, content in packages.media(path):
            if not col.media.have(name):
                col.media.write_data(name, content)
        col.update_notes(notes)


def _change_note_types(col: Collection, package: Package, done: Plan, step: int) -> None:
    for id, texts in done.texts.items():
        model = _model(col, id)
        if not model:
            continue
        if "css" in texts:
            model["css"] = texts["css"]
        ours = package.note_types[id]["tmpls"]
        for name, template in zip(_keys(model["tmpls"], ours), model["tmpls"]):
            template["qfmt"] = texts.get(f"{name} front", template["qfmt"])
            template["afmt"] = texts.get(f"{name} back", template["afmt"])
        model[KEY] = _marks(package.note_types[id])
        col.models.update_dict(model)
        _joined(col, step)


def _change_descriptions(col: Collection, package: Package, done: Plan, step: int) -> None:
    """Write the descriptions of decks, with marks of the course's."""
    for id, name in done.deck_names.items():
        deck = col.decks.by_name(name)
        if deck and not deck["dyn"]:
            marks = deck.get(KEY, {})
            desc = done.descriptions.get(id, deck["desc"])
            ours = {**marks, "desc": stamp.mark(package.decks[id]["desc"])}
            if (desc, ours) != (deck["desc"], marks):
                col.decks.update_dict({**deck, "desc": desc, KEY: ours})
                _joined(col, step)


def _remember_release(
    col: Collection, package: Package, done: Plan, course: Mapping[str, Any]
) -> None:
    """Write into the course's deck which release has arrived."""
    deck = col.decks.by_name(_root(package, done, course))
    if deck and not deck["dyn"]:
        release = max(int(course["changed"]), done.applied)
        marks = {**deck.get(KEY, {}), "release": release}
        if marks != deck.get(KEY):
            col.decks.update_dict({**deck, KEY: marks})


def _rows(col: Collection, query: str, ids: Iterable[int] | None = None) -> list[Any]:
    """Return what a query finds; one that ends in `in` finds the rows of these ids."""
    assert col.db, "the collection is open"
    return list(col.db.all(query if ids is None else f"{query} {ids2str(ids)}"))


def _marks(model: Mapping[str, Any]) -> dict[str, str]:
    """Return marks of the course's style and templates."""
    return {place: stamp.mark(text) for place, text in _texts(model, model).items()}


def _model(col: Collection, id: int) -> dict[str, Any] | None:
    return col.models.get(id)  # type: ignore[arg-type]


def _keys(parts: list[Any], ours: list[Any]) -> list[Any]:
    """Return what identifies fields or templates: the id, or the name where ours has no id.

    A learner may have renamed one of ours. Those of note types of the course's own have no ids,
    and get other ones in each collection.
    """
    without = {part["name"] for part in ours if part.get("id") is None}
    return [
        part["name"] if part["name"] in without else part.get("id") or f"own {part['name']}"
        for part in parts
    ]


def _texts_of(type: _Type, theirs: PackedNote) -> dict[int, str]:
    """Return the texts of a note of the package by the keys of their fields; not the stamp."""
    pairs = zip(type.our_keys, theirs.fields)
    return {key: text for key, text in pairs if key != type.stamp}


def _stamp_field(model: Mapping[str, Any]) -> int:
    """Return the id of the stamp's field; 0 where a note type has none."""
    ids = (part["id"] for part in model["flds"] if part["name"] == stamp.FIELD)
    return next(ids, 0) or 0


def _layout(model: Mapping[str, Any], ours: Mapping[str, Any]) -> list[list[Any]]:
    return [_keys(model[parts], ours[parts]) for parts in ("flds", "tmpls")]
