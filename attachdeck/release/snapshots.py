"""A release as a Snapshot, whatever it is given as: a course, its lock, a git revision of it, a
package, or what a running Anki has of it."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck import pipeline
from attachdeck.anki import stamp
from attachdeck.anki.note_types import KINDS, own
from attachdeck.compile.notes import hashes
from attachdeck.compile.results import Compiled
from attachdeck.domain.course import OwnNoteType
from attachdeck.domain.diagnostics import Diagnostic, has_errors
from attachdeck.lock import ids
from attachdeck.lock.comparison import CardView, Changes, Snapshot, compare
from attachdeck.lock.file import read_lock
from attachdeck.lock.records import Lock
from attachdeck.reader import read_file
from attachdeck.release.outline import structure_of, tests_of
from attachdeck.system import git
from attachdeck.system.unpacking import MAX_MAP, UnreadablePackage, collection_name, opened

if TYPE_CHECKING:
    import zipfile

    from attachdeck.compile.deck import Deck
    from attachdeck.engine.ankiconnect import Holding

SCHEMA = 11
"""The schema of the collections of packages, which every Anki since 2.1 can read."""

_PLUMBING = ("ID", "Lesson")
_NOTES = """
    SELECT guid, mid, notes.mod, flds, tags, group_concat(ord)
    FROM notes LEFT JOIN cards ON cards.nid = notes.id
    GROUP BY notes.id ORDER BY min(due), notes.id
"""


class NoSnapshot(Exception):
    """What was given cannot be read as a release; a course's mistakes come along."""

    def __init__(
        self,
        message: str,
        diagnostics: tuple[Diagnostic, ...] = (),
        texts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics
        self.texts = texts or {}


def snapshot(given: str, course: Path, language: str = "") -> Snapshot:
    """Return the release that `given` names: a package, a lock, a course's folder, or a git
    revision of the folder `course`.

    A course is read in `language` where that is given, else in its own. Raise NoSnapshot if `given`
    is none of these or cannot be read.
    """
    path = Path(given)
    if path.suffix == ".apkg" and path.is_file():
        return _of_package(path)
    if path.suffix == ".lock" and path.is_file():
        return _of_lock_file(path)
    if path.name == "course.yaml" and path.is_file():
        return _of_course(path.parent, language)
    if path.is_dir():
        return _of_course(path, language)
    return _of_revision(given, course, language)


def _of_course(folder: Path, language: str) -> Snapshot:
    checked = pipeline.check(folder, language)
    if checked.course is None:
        raise NoSnapshot(f"the course in {folder} has errors", checked.diagnostics, checked.texts)
    return of_compiled(pipeline.compiled(checked, 0))


def of_compiled(compiled: Compiled) -> Snapshot:
    """Return the release that a compiled course would be."""
    rows = (
        compiled.deck.note_types[note.note_type].note_type.named(note.fields)
        for note in compiled.deck.notes
    )
    described = _of_lock(compiled.lock)
    cards = dict(
        _card(row, note.tags, note.note_type, note.card)
        for row, note in zip(rows, compiled.deck.notes, strict=True)
    )
    for key, view in cards.items():
        recorded = described.cards[key]
        cards[key] = replace(
            view,
            retired=recorded.retired,
            places=recorded.places,
            changed=recorded.changed,
            files=recorded.files,
        )
    # What an earlier release retired is in no package any more, and is the course's all the same.
    gone = {key: view for key, view in described.cards.items() if key not in cards}
    return Snapshot(
        cards=cards | gone,
        course=described.course,
        version=compiled.deck.course.version,
        note_types={
            key: pair
            for key, pair in described.note_types.items()
            if key in compiled.deck.note_types
        },
        decks=described.decks,
        media=frozenset(compiled.deck.media),
        guids=described.guids,
        note_type_ids=described.note_type_ids,
        tests=tests_of(compiled.deck.course),
        structure=structure_of(compiled.deck.course),
    )


@dataclass(frozen=True, slots=True)
class Coming:
    """What an import would do to a running Anki.

    `first`: it has nothing of the course yet. `kept` changed there after the course did, and stays;
    `clashing` are note types with another layout there. `custom` cards are in none of these:
    AnkiConnect does not report GUIDs, and nothing else identifies the notes.
    """

    changes: Changes
    kept: tuple[str, ...]
    clashing: tuple[str, ...]
    first: bool
    custom: int


def coming(held: Holding, compiled: Compiled) -> Coming:
    """Return what importing a compiled course changes in a running Anki."""
    deck = compiled.deck
    note_ids = {note.id for note in deck.notes}
    # A learner's copy of a note says the same id, and is none of ours: where Anki has both, ours
    # comes last and counts.
    held = replace(held, notes=tuple(sorted(held.notes, key=lambda note: note.id in note_ids)))
    new, old = of_compiled(compiled), _of_holding(held, compiled)
    # Of a note type of the course's own AnkiConnect reports the layout, but not all of the rest.
    layouts = {
        kind: (layout, content if kind in KINDS else new.note_types[kind][1])
        for kind, (layout, content) in old.note_types.items()
    }
    old = replace(old, note_types=layouts)
    cards = _newer_cards(held, deck, old, new)
    types = _newer_types(held, deck, old, new)
    # What an earlier release retired is left out of the package, and stays in Anki as it is.
    left_out = new.cards.keys() - {note.card for note in deck.notes}
    there = {**old.cards, **{key: new.cards[key] for key in cards}}
    as_there = replace(
        old,
        cards={key: view for key, view in there.items() if key not in left_out},
        note_types={**old.note_types, **{kind: new.note_types[kind] for kind in types}},
    )
    # A retired card that Anki does not have has no cards in the package, and never comes.
    custom = {note.card for note in deck.notes if note.kind == "custom"}
    arriving = {
        key: view
        for key, view in new.cards.items()
        if key not in custom | left_out and (key in old.cards or not view.retired)
    }
    return Coming(
        compare(as_there, replace(new, cards=arriving)),
        (*cards, *(f"the note type {kind}" for kind in types)),
        _clashing(old, new),
        first=not old.cards,
        custom=len(custom),
    )


def _newer_cards(held: Holding, deck: Deck, old: Snapshot, new: Snapshot) -> tuple[str, ...]:
    """Return the cards that have changed in Anki after the course did."""
    times = {note.fields.get("ID"): note.modified for note in held.notes}
    return tuple(
        note.card
        for note in deck.notes
        if note.card in old.cards
        and times[note.card] >= note.modified
        and _differ(old.cards[note.card], new.cards[note.card])
    )


def _newer_types(held: Holding, deck: Deck, old: Snapshot, new: Snapshot) -> tuple[str, ...]:
    """Return the note types of the same layout that have changed in Anki after the course did."""
    return tuple(
        kind
        for kind, dated in deck.note_types.items()
        if kind in old.note_types and int(held.note_types[dated.id]["mod"]) >= dated.modified
        if old.note_types[kind][0] == new.note_types[kind][0]
        and old.note_types[kind] != new.note_types[kind]
    )


def _clashing(old: Snapshot, new: Snapshot) -> tuple[str, ...]:
    """Return the note types that have another layout in Anki, or that Anki cloned for that."""
    changed = {
        kind for kind, (layout, _) in old.note_types.items() if layout != new.note_types[kind][0]
    }
    cloned = {
        view.note_type
        for key, view in old.cards.items()
        if key in new.cards and view.note_type != new.cards[key].note_type
    }
    return tuple(sorted(changed | cloned))


def _differ(before: CardView, after: CardView) -> bool:
    return before.note_type == after.note_type and bool(
        compare(Snapshot(cards={"": before}), Snapshot(cards={"": after})).bump
    )


def _of_holding(held: Holding, compiled: Compiled) -> Snapshot:
    """Return what a running Anki has of a compiled course.

    Of its notes only the fields that the course knows are taken.
    """
    own = {
        dated.id: (kind, {field.name for field in dated.note_type.fields})
        for kind, dated in compiled.deck.note_types.items()
    }
    by_name = {model["name"]: own[number] for number, model in held.note_types.items()}
    cards = {}
    for note in held.notes:
        kind, names = by_name.get(note.note_type, (note.note_type, set(note.fields)))
        # A clone of ours, under whatever name, says the id, too.
        clone_id = "" if kind in compiled.deck.note_types else note.fields.get("ID", "")
        key, view = _card(
            {name: text for name, text in note.fields.items() if name in names},
            note.tags,
            kind,
            clone_id,
        )
        if re.fullmatch(r"[a-z0-9-]+", key):
            cards[key] = view
    return Snapshot(
        cards=cards,
        course=compiled.deck.course.id,
        note_types={own[number][0]: _model(model) for number, model in held.note_types.items()},
        media=None,
    )


def _of_lock_file(path: Path) -> Snapshot:
    document, problems = read_file(path, path.as_posix())
    lock, damage = read_lock(document, tuple(problems))
    if has_errors(damage):
        raise NoSnapshot(
            f"the lock {path} cannot be read", tuple(damage), {document.file: document.text}
        )
    return _of_lock(lock)


def _of_lock(lock: Lock) -> Snapshot:
    return Snapshot(
        course=lock.course,
        cards={
            key: CardView(
                content=record.content,
                note_type=record.note_type,
                retired=record.retired,
                places=record.places,
                changed=record.changed,
                files=record.files,
            )
            for key, record in lock.cards.items()
        },
        note_types={
            key: (record.layout, record.content) for key, record in lock.note_types.items()
        },
        decks={key: record.name for key, record in lock.decks.items()},
        guids={record.guid: key for key, record in lock.cards.items()},
        note_type_ids={key: record.id for key, record in lock.note_types.items()},
    )


def _of_revision(revision: str, course: Path, language: str) -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        try:
            git.write_revision(revision, course, Path(folder))
        except git.GitFailed as error:
            raise NoSnapshot(
                f"`{revision}` is not a course, package (.apkg), lock or git revision: {error}"
            ) from error
        return _of_course(Path(folder), language)


def is_of_course(package: Path, course: str) -> bool:
    """Return whether a package was built from the course with this id.

    False if it cannot be read.
    """
    if not package.is_file():
        return False
    try:
        with _collection(package) as (connection, _):
            [presets] = connection.execute("SELECT dconf FROM col").fetchone()
            return str(ids.number("preset", course)) in json.loads(presets)
    except NoSnapshot:
        return False


def _of_package(path: Path) -> Snapshot:
    with _collection(path) as (connection, package):
        media = frozenset(map(str, json.loads(_media(package)).values()))
        return _of_database(connection, media)


@contextlib.contextmanager
def _collection(path: Path) -> Iterator[tuple[sqlite3.Connection, zipfile.ZipFile]]:
    """Open a package and its collection. Raise NoSnapshot, also for what goes wrong in it
    later."""
    try:
        with tempfile.TemporaryDirectory() as folder, opened(path) as package:
            database = package.extract(collection_name(package), folder)
            with contextlib.closing(sqlite3.connect(database)) as connection:
                _refuse(connection, path)
                yield connection, package
    except UnreadablePackage as error:
        raise NoSnapshot(str(error)) from error
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        sqlite3.Error,
    ) as error:
        raise NoSnapshot(
            f"{path} cannot be read as a package (its collection: {error}): download it or build "
            "it again"
        ) from error


def _media(package: zipfile.ZipFile) -> bytes:
    if "media" not in package.namelist():
        return b"{}"
    size = package.getinfo("media").file_size
    if size > MAX_MAP:
        raise ValueError("its list of media is too long")
    # `ZipFile.read` would unpack more than the entry's size, where that lies.
    with package.open("media") as entry:
        return entry.read(size + 1)


def _refuse(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that would compute what it says, which might never end.

    One of a schema that is not known is refused, too. Raise NoSnapshot.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_MAP)
    computed = """
        SELECT 1 FROM sqlite_master AS made, pragma_table_xinfo(made.name) AS part
        WHERE lower(made.name) IN ('col', 'notes', 'cards')
            AND (made.sql NOT LIKE 'create table%' OR part.hidden)
    """
    if connection.execute(computed).fetchone():
        raise NoSnapshot(
            f"{path} contains a database that Anki did not write: download it again from its "
            "publisher"
        )
    [schema] = connection.execute("SELECT ver FROM col").fetchone()
    if schema != SCHEMA:
        raise NoSnapshot(
            f"{path} is in format {schema}, not {SCHEMA}: export the deck again with “Support "
            "older Anki versions”"
        )


def _of_database(connection: sqlite3.Connection, media: frozenset[str]) -> Snapshot:
    models: dict[str, Any] = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
    decks: dict[str, Any] = json.loads(connection.execute("SELECT decks FROM col").fetchone()[0])
    rows = connection.execute(_NOTES).fetchall()
    roots = {
        tag.partition("::")[0] for *_, tags, _ in rows for tag in tags.split() if "::kind::" in tag
    }
    course = roots.pop() if len(roots) == 1 else ""
    # attachdeck's ids follow from names, so an id identifies a note type or a deck; another
    # tool's keeps its own name.
    kinds = {str(ids.number("note type", course, kind)): kind for kind in KINDS}
    kind_of = {number: kinds.get(number, str(model["name"])) for number, model in models.items()}
    cards = {}
    guids: dict[str, str] = {}
    for guid, number, modified, text, tags, ordinals in rows:
        names = [field["name"] for field in models[str(number)]["flds"]]
        fields = dict(zip(names, text.split("\x1f"), strict=True))
        places = tuple(sorted(map(int, ordinals.split(",")))) if ordinals else ()
        key, view = _card(fields, tags.split(), kind_of[str(number)])
        cards[key or str(guid)] = replace(view, places=places, changed=int(modified))
        guids |= {str(guid): key} if key else {}
    keys = _deck_keys(course, {view.lesson for view in cards.values()})
    return Snapshot(
        cards=cards,
        course=course,
        version=_version(str(deck.get("desc", "")) for deck in decks.values()),
        note_types={
            kind_of[number]: _model(model) if number in kinds else _foreign(model)
            for number, model in models.items()
        },
        note_type_ids={kind_of[number]: int(number) for number in models},
        decks={keys[number]: str(deck["name"]) for number, deck in decks.items() if number in keys},
        media=media,
        guids=guids,
    )


def _version(descriptions: Iterable[str]) -> str:
    """Return the version of the course that the decks' descriptions give, or nothing."""
    match = re.search(
        r" · [^\W\d_]+ ([0-9]+\.[0-9]+\.[0-9]+)(?= · |$)", "\n".join(descriptions), re.MULTILINE
    )
    return match[1] if match else ""


def _deck_keys(course: str, lessons: Iterable[str]) -> dict[str, str]:
    """Return the contents of each deck of a course, as the lock names them, by the deck's id."""
    of_lessons = ((kind, lesson) for lesson in sorted(lessons) for kind in ("lesson", "practice"))
    contents = [("course",), *of_lessons]
    return {str(ids.number("deck", course, *names)): " ".join(names) for names in contents}


def _model(model: Mapping[str, Any]) -> tuple[str, str]:
    """Return the hashes of a note type's layout and content, as the lock has them."""
    fields, templates = (
        [f"{part.get('id')} {part['name']}" for part in model[key]] for key in ("flds", "tmpls")
    )
    layout = ids.content_hash(*fields, *templates, str(model["type"] == 1))
    return layout, ids.content_hash(
        layout,
        model["name"],
        model["css"],
        *(text for template in model["tmpls"] for text in (template["qfmt"], template["afmt"])),
    )


def _foreign(model: Mapping[str, Any]) -> tuple[str, str]:
    """Return the same hashes for a note type that is not ours, as a course that keeps it would have
    them."""
    values, texts = own.written(model)
    return hashes(own.note_type(OwnNoteType(id="", written=values, texts=texts, folder="")))


def _card(
    fields: Mapping[str, str], tags: Iterable[str], note_type: str, known_id: str = ""
) -> tuple[str, CardView]:
    """Return a card's id, which no note type but ours says, and its view; its content hash is the
    lock's."""
    ours = note_type in KINDS
    # The stamp follows from the rest of the note, and the lock's hash was taken without it.
    texts = {**fields, stamp.FIELD: ""} if ours else fields
    view = CardView(
        content=ids.content_hash(
            note_type, *texts.values(), *sorted(tag for tag in tags if "::changed::" not in tag)
        ),
        note_type=note_type,
        texts={
            name: _text(html)
            for name, html in texts.items()
            if html and not (ours and name in _PLUMBING)
        },
        tags=frozenset(tags),
        lesson=next((tag.partition("::lesson::")[2] for tag in tags if "::lesson::" in tag), ""),
        retired=ours and bool(fields.get("Retired")),
    )
    return known_id or (fields.get("ID", "") if ours else ""), view


def _text(html: str) -> str:
    """Return the text of a field: pictures as their file and words, list items apart, no markup."""
    # Behind the last end no tag is looked for, from each beginning again.
    tags, end, tail = html.rpartition(">")
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", _aloud, tags + end) + tail)).strip()


def _aloud(tag: re.Match[str]) -> str:
    if re.match(r"<img\b", tag[0]) and (source := re.search(r'src="([^"]*)"', tag[0])):
        return f"[picture {source[1]}] "
    if tag[0].startswith("<li"):
        return " • "
    return " " if re.match(r"</(?:p|div|li|tr|h[1-6]|summary)>|<br", tag[0]) else ""
