"""A release as a Snapshot, whatever it is given as: a course, its lock, a git revision of it, a package, or what a running Anki has of it."""

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
from attachdeck.anki.note_types import KINDS, own
from attachdeck.compile.notes import hashes
from attachdeck.domain.course import OwnNoteType
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.engine.ankiconnect import Holding
from attachdeck.lock import identity
from attachdeck.lock.comparison import CardView, Changes, Snapshot, compare
from attachdeck.lock.identity import Lock, read_lock
from attachdeck.reader import read_file
from attachdeck.system import git
from attachdeck.system.unpacking import MAX_MAP, UnreadablePackage, collection_name, opened

if TYPE_CHECKING:
    import zipfile

SCHEMA = 11
"""The schema of the collections that every Anki since 2.1 can read, and that packages hold."""

_PLUMBING = ("ID", "Lesson")


class NoSnapshot(Exception):  # noqa: N818  # What was given is at fault, not the program.
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
    """The release that `given` names: a package, a lock, a course's folder, or a git revision of the folder `course`.

    A course is taken in a language into which it was translated, or in its own.

    Raises NoSnapshot where it is none of these or cannot be read.
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
        raise NoSnapshot(f"the course in {folder} has mistakes", checked.diagnostics, checked.texts)
    return of_compiled(pipeline.compiled(checked, 0))


def of_compiled(compiled: pipeline.Compiled) -> Snapshot:
    """The release that a compiled course would be."""
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
        known = described.cards[key]
        cards[key] = replace(
            view,
            retired=known.retired,
            places=known.places,
            changed=known.changed,
            files=known.files,
        )
    # What an earlier release retired is in no package any more, and is the course's all the same.
    gone = {key: each for key, each in described.cards.items() if key not in cards}
    return Snapshot(
        cards=cards | gone,
        course=described.course,
        version=compiled.deck.course.version,
        note_types={
            key: each
            for key, each in described.note_types.items()
            if key in compiled.deck.note_types
        },
        decks=described.decks,
        media=frozenset(compiled.deck.media),
        guids=described.guids,
        note_type_ids=described.note_type_ids,
    )


@dataclass(frozen=True, slots=True)
class Coming:
    """What an import would do to a running Anki.

    `first`: it has nothing of the course yet. `kept` changed there after the course did, and stays; `clashing` are note types with another layout there.
    `custom` cards are in none of these: AnkiConnect does not tell GUIDs, and nothing else says which notes they are.
    """

    changes: Changes
    kept: tuple[str, ...]
    clashing: tuple[str, ...]
    first: bool
    custom: int


def coming(held: Holding, compiled: pipeline.Compiled) -> Coming:
    """What importing a compiled course changes in a running Anki."""
    ids = {note.id for note in compiled.deck.notes}
    # A learner's copy of a note says the same id, and is none of ours: where Anki has both, ours comes last and counts.
    held = replace(held, notes=tuple(sorted(held.notes, key=lambda note: note.id in ids)))
    new, old = of_compiled(compiled), _of_holding(held, compiled)
    # Of a note type of the course's own AnkiConnect tells the layout, and not all of the rest.
    layouts = {
        kind: (layout, content if kind in KINDS else new.note_types[kind][1])
        for kind, (layout, content) in old.note_types.items()
    }
    old = replace(old, note_types=layouts)
    times = {note.fields.get("ID"): note.modified for note in held.notes}
    cards = tuple(
        note.card
        for note in compiled.deck.notes
        if note.card in old.cards
        and times[note.card] >= note.modified
        and _differ(old.cards[note.card], new.cards[note.card])
    )
    types = tuple(
        kind
        for kind, own in compiled.deck.note_types.items()
        if kind in old.note_types and int(held.note_types[own.id]["mod"]) >= own.modified
        if old.note_types[kind][0] == new.note_types[kind][0]
        and old.note_types[kind] != new.note_types[kind]
    )
    # What an earlier release retired is left out of the package, and stays in Anki as it is.
    left_out = new.cards.keys() - {note.card for note in compiled.deck.notes}
    there = {**old.cards, **{key: new.cards[key] for key in cards}}
    as_there = replace(
        old,
        cards={key: view for key, view in there.items() if key not in left_out},
        note_types={**old.note_types, **{kind: new.note_types[kind] for kind in types}},
    )
    # A retired card that Anki does not have has no cards in the package, and never comes.
    custom = {note.card for note in compiled.deck.notes if note.kind == "custom"}
    arriving = replace(
        new,
        cards={
            key: each
            for key, each in new.cards.items()
            if key not in custom | left_out and (key in old.cards or not each.retired)
        },
    )
    changed = {
        kind for kind, (layout, _) in old.note_types.items() if layout != new.note_types[kind][0]
    }
    cloned = {
        each.note_type
        for key, each in old.cards.items()
        if key in new.cards and each.note_type != new.cards[key].note_type
    }
    kept = (*cards, *(f"the note type {kind}" for kind in types))
    return Coming(
        compare(as_there, arriving),
        kept,
        tuple(sorted(changed | cloned)),
        first=not old.cards,
        custom=len(custom),
    )


def _differ(one: CardView, other: CardView) -> bool:
    return one.note_type == other.note_type and bool(
        compare(Snapshot(cards={"": one}), Snapshot(cards={"": other})).bump
    )


def _of_holding(held: Holding, compiled: pipeline.Compiled) -> Snapshot:
    """What a running Anki has of a compiled course; of its notes those fields that the course knows."""
    own = {
        each.id: (kind, {field.name for field in each.note_type.fields})
        for kind, each in compiled.deck.note_types.items()
    }
    by_name = {each["name"]: own[number] for number, each in held.note_types.items()}
    cards = {}
    for note in held.notes:
        kind, names = by_name.get(note.note_type, (note.note_type, set(note.fields)))
        # A clone of ours, under whatever name, says the id, too.
        known = "" if kind in compiled.deck.note_types else note.fields.get("ID", "")
        key, view = _card(
            {name: each for name, each in note.fields.items() if name in names},
            note.tags,
            kind,
            known,
        )
        if re.fullmatch(r"[a-z0-9-]+", key):
            cards[key] = view
    return Snapshot(
        cards=cards,
        course=compiled.deck.course.id,
        note_types={own[number][0]: _model(each) for number, each in held.note_types.items()},
        media=None,
    )


def _of_lock_file(path: Path) -> Snapshot:
    document, problems = read_file(path, path.as_posix())
    lock, damage = read_lock(document, tuple(problems))
    if any(each.severity is Severity.ERROR for each in damage):
        raise NoSnapshot(
            f"the lock {path} cannot be read", tuple(damage), {document.file: document.text}
        )
    return _of_lock(lock)


def _of_lock(lock: Lock) -> Snapshot:
    return Snapshot(
        course=lock.course,
        cards={
            key: CardView(
                content=each.content,
                note_type=each.note_type,
                retired=each.retired,
                places=each.places,
                changed=each.changed,
                files=each.files,
            )
            for key, each in lock.cards.items()
        },
        note_types={key: (each.layout, each.content) for key, each in lock.note_types.items()},
        decks={key: each.name for key, each in lock.decks.items()},
        guids={each.guid: key for key, each in lock.cards.items()},
        note_type_ids={key: each.id for key, each in lock.note_types.items()},
    )


def _of_revision(revision: str, course: Path, language: str) -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        try:
            git.write_revision(revision, course, Path(folder))
        except git.GitFailed as error:
            raise NoSnapshot(
                f"`{revision}` is neither a file, nor a folder, nor a git revision: {error}"
            ) from error
        return _of_course(Path(folder), language)


def is_of_course(package: Path, course: str) -> bool:
    """Return whether a package was built from the course with this id; False where it cannot be read."""
    if not package.is_file():
        return False
    try:
        with _collection(package) as (connection, _):
            [presets] = connection.execute("SELECT dconf FROM col").fetchone()
            return str(identity.number("preset", course)) in json.loads(presets)
    except NoSnapshot:
        return False


def _of_package(path: Path) -> Snapshot:
    with _collection(path) as (connection, package):
        media = frozenset(map(str, json.loads(_media(package)).values()))
        return _of_database(connection, media)


@contextlib.contextmanager
def _collection(path: Path) -> Iterator[tuple[sqlite3.Connection, zipfile.ZipFile]]:
    """Open a package and its collection. Raises NoSnapshot, also for what goes wrong in it later."""
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
            f"{path} is no package that can be read (its collection: {error}): get it again, or build it anew"
        ) from error


def _media(package: zipfile.ZipFile) -> bytes:
    if "media" not in package.namelist():
        return b"{}"
    size = package.getinfo("media").file_size
    if size > MAX_MAP:
        raise ValueError("its list of media is too long")
    with package.open(
        "media"
    ) as entry:  # `ZipFile.read` would unpack more than the entry's size, where that lies.
        return entry.read(size + 1)


def _refuse(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that would compute what it says, which might never end, and one of a schema that is not known. Raises NoSnapshot."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_MAP)
    computed = """
        SELECT 1 FROM sqlite_master AS made, pragma_table_xinfo(made.name) AS part
        WHERE lower(made.name) IN ('col', 'notes', 'cards') AND (made.sql NOT LIKE 'create table%' OR part.hidden)
    """
    if connection.execute(computed).fetchone():
        raise NoSnapshot(
            f"{path} holds a database that Anki did not make: get the package from where it was published"
        )
    [schema] = connection.execute("SELECT ver FROM col").fetchone()
    if schema != SCHEMA:
        raise NoSnapshot(
            f"{path} has a collection of schema {schema}, not {SCHEMA}: export the deck again and tick “Support older Anki versions”"
        )


def _of_database(connection: sqlite3.Connection, media: frozenset[str]) -> Snapshot:
    models: dict[str, Any] = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
    decks: dict[str, Any] = json.loads(connection.execute("SELECT decks FROM col").fetchone()[0])
    rows = connection.execute(
        "SELECT guid, mid, notes.mod, flds, tags, group_concat(ord) FROM notes LEFT JOIN cards ON cards.nid = notes.id GROUP BY notes.id ORDER BY min(due), notes.id"
    ).fetchall()
    roots = {
        tag.partition("::")[0] for *_, tags, _ in rows for tag in tags.split() if "::kind::" in tag
    }
    course = roots.pop() if len(roots) == 1 else ""
    # attachdeck's ids follow from names, so an id tells what a note type or a deck is; another tool's keeps its own name.
    kinds = {str(identity.number("note type", course, kind)): kind for kind in KINDS}
    kind_of = {model: kinds.get(model, str(each["name"])) for model, each in models.items()}
    cards = {}
    guids: dict[str, str] = {}
    for guid, model, modified, fields, tags, places in rows:
        names = [each["name"] for each in models[str(model)]["flds"]]
        made = tuple(sorted(map(int, places.split(",")))) if places else ()
        key, view = _card(
            dict(zip(names, fields.split("\x1f"), strict=True)), tags.split(), kind_of[str(model)]
        )
        cards[key or str(guid)] = replace(view, places=made, changed=int(modified))
        guids |= {str(guid): key} if key else {}
    said = re.search(
        r" · [^\W\d_]+ ([0-9]+\.[0-9]+\.[0-9]+)(?= · |$)",
        "\n".join(str(each.get("desc", "")) for each in decks.values()),
        re.MULTILINE,
    )
    holds = [
        ("course",),
        ("practice",),
        *(("lesson", each) for each in sorted({view.lesson for view in cards.values()})),
    ]
    deck_keys = {str(identity.number("deck", course, *names)): " ".join(names) for names in holds}
    return Snapshot(
        cards=cards,
        course=course,
        version=said[1] if said else "",
        note_types={
            kind_of[model]: _model(each) if model in kinds else _foreign(each)
            for model, each in models.items()
        },
        note_type_ids={kind_of[model]: int(model) for model in models},
        decks={
            deck_keys[deck]: str(each["name"]) for deck, each in decks.items() if deck in deck_keys
        },
        media=media,
        guids=guids,
    )


def _model(model: Mapping[str, Any]) -> tuple[str, str]:
    """The hashes of a note type's layout and content, as the lock has them."""
    fields, templates = (
        [f"{each.get('id')} {each['name']}" for each in model[key]] for key in ("flds", "tmpls")
    )
    layout = identity.content_hash(*fields, *templates, str(model["type"] == 1))
    return layout, identity.content_hash(
        layout,
        model["name"],
        model["css"],
        *(text for each in model["tmpls"] for text in (each["qfmt"], each["afmt"])),
    )


def _foreign(model: Mapping[str, Any]) -> tuple[str, str]:
    """The same hashes for a note type that is not ours, as a course that keeps it would have them."""
    said, texts = own.written(model)
    return hashes(own.note_type(OwnNoteType(id="", written=said, texts=texts, folder="")))


def _card(
    fields: Mapping[str, str], tags: Iterable[str], note_type: str, known: str = ""
) -> tuple[str, CardView]:
    """A card's id, which no note type but ours says, and view; its content hash is the lock's."""
    ours = note_type in KINDS
    view = CardView(
        content=identity.content_hash(
            note_type, *fields.values(), *sorted(tag for tag in tags if "::changed::" not in tag)
        ),
        note_type=note_type,
        texts={
            name: _text(html)
            for name, html in fields.items()
            if html and not (ours and name in _PLUMBING)
        },
        tags=frozenset(tags),
        lesson=next((tag.partition("::lesson::")[2] for tag in tags if "::lesson::" in tag), ""),
        retired=ours and bool(fields.get("Retired")),
    )
    return known or (fields.get("ID", "") if ours else ""), view


def _text(html: str) -> str:
    """A field as somebody would read it aloud: pictures by their file and words, list items apart, no markup."""
    tags, end, rest = html.rpartition(
        ">"
    )  # Behind the last end no tag is looked for, from each beginning again.
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", _aloud, tags + end) + rest)).strip()


def _aloud(tag: re.Match[str]) -> str:
    if re.match(r"<img\b", tag[0]) and (source := re.search(r'src="([^"]*)"', tag[0])):
        return f"[picture {source[1]}] "
    if tag[0].startswith("<li"):
        return " • "
    return " " if re.match(r"</(?:p|div|li|tr|h[1-6]|summary)>|<br", tag[0]) else ""
