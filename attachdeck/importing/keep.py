"""A deck of Anki's as a course whose learners go on: every note whole, with its GUID, note type,
tags and deck."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from attachdeck import schema
from attachdeck.anki.media import references
from attachdeck.anki.note_types import NoteType, own
from attachdeck.anki.note_types.generation import card_places, parse
from attachdeck.anki.template_fields import (
    fields_in_tags,
    safe_as_text,
    shown_as_text,
    unfit,
    unsafe_as_text,
)
from attachdeck.anki.unsafe_html import without_dangers
from attachdeck.domain.course import OwnNoteType
from attachdeck.importing.draft import Draft, DraftLesson, Ids, Values, plain, storable
from attachdeck.importing.found import Found, FoundNote
from attachdeck.lock.ids import LOWEST_DECK_ID
from attachdeck.lock.records import LAST_SECOND, CardRecord, DeckRecord, Lock, NoteTypeRecord
from attachdeck.reader import MAX_BYTES
from attachdeck.reader.pictures import svg_problems

_UNKNOWN_HASH = "0" * 16
_LONGEST_LESSON = 4_000_000
"""The maximum size of a lesson's fields in characters; a larger deck becomes several lessons."""

_RETIRED = {
    "status": "retired",
    "retired_because": "It has no card any more; learners keep the cards that they have.",
}


def kept(source: Found) -> Draft:
    """Return the course that keeps a deck's notes as they are."""
    return _Keeper(source).draft()


class _NoteTypes:
    """A deck's note types as a course has them, and what their templates do with fields.

    By a note type's id, `folders` are their names here, `in_tags` the characters that a field must
    not have because a template puts it inside of a tag, and `as_text` the fields whose text a
    template shows. `names` gives out the names, and what cannot be carried goes into `lost`.
    """

    def __init__(self, names: Ids, lost: list[str]) -> None:
        self.names, self.lost = names, lost
        self.written: dict[str, tuple[Values, Mapping[str, str]]] = {}
        self.folders: dict[int, str] = {}
        self.in_tags: dict[int, dict[str, str]] = {}
        self.as_text: dict[int, set[str]] = {}
        self.drawn: dict[int, NoteType] = {}

    def add(self, number: int, anki: Mapping[str, Any]) -> str:
        """Add one of Anki's note types, and return its name here."""
        values, texts = own.written(anki)
        for named in (values, *values["templates"]):
            named["name"] = _clean(named["name"], f"the name {named['name']}", self.lost)
        name = self.folders[number] = self.names.of(values["name"], str(number), "note-type")
        for file, text in texts.items():
            place = f"`{file}` of the note type {values['name']}"
            texts[file] = _clean(text, place, self.lost, css=file.endswith(".css"))
            for field, forbidden in fields_in_tags(texts[file]).items():
                by_field = self.in_tags.setdefault(number, {})
                by_field[field] = by_field.get(field, "") + forbidden
            self.as_text.setdefault(number, set()).update(shown_as_text(texts[file]))
        self.remove_broken_sections(values, texts)
        self.written[name] = values, texts
        self.drawn[number] = own.note_type(
            OwnNoteType(id=name, written=values, texts=texts, folder="")
        )
        return name

    def remove_broken_sections(self, values: Values, texts: dict[str, str]) -> None:
        """Take the sections out of a template in which they are not closed as they were opened.

        Anki only shows an error there.
        """
        for file, text in texts.items():
            try:
                parse(text if file.endswith(".html") else "")
            except ValueError as error:
                self.lost.append(
                    f"the sections of `{file}` of the note type {values['name']}: {error}"
                )
                texts[file] = re.sub(r"\{\{[#^/][^{}]*\}\}", "", text)


class _Keeper:
    """Makes a draft of a deck whose notes stay as they are.

    Collects what cannot be imported in `lost`, and the lock's records in `cards` and `decks`.
    """

    def __init__(self, source: Found) -> None:
        self.source = source
        self.lost = list(source.lost)
        self.ids, self.names, self.lesson_ids = Ids(), Ids(), Ids()
        self.note_types = _NoteTypes(self.names, self.lost)
        self.cards: dict[str, CardRecord] = {}
        self.decks: dict[str, DeckRecord] = {}

    def draft(self) -> Draft:
        """Return the course of all notes."""
        source = self.source
        records = {
            own.key(self.note_types.add(number, note_type)): _record(number, note_type)
            for number, note_type in sorted(source.note_types.items())
        }
        by_deck: dict[str, list[FoundNote]] = {}
        for note in self.distinct():
            deck = _clean(note.deck, f"the name of the deck {note.deck}", self.lost)
            by_deck.setdefault(deck, []).append(note)
        lessons = tuple(
            lesson for deck in sorted(by_deck) for lesson in self.lessons(deck, by_deck[deck])
        )
        top = _top(by_deck)
        self.keep_deck("course", top)
        self.note_losses(top)
        about = plain(source.decks[top].description) if top in source.decks else ""
        return Draft(
            deck=top,
            description=about.replace("![", "[").replace("]:", "] :"),
            lessons=lessons,
            note_types=self.note_types.written,
            media={
                name: content for name, content in source.media.items() if self.fits(name, content)
            },
            known=Lock(decks=self.decks, note_types=records, cards=self.cards),
            lost=tuple(self.lost),
            starts_afresh=not source.from_anki,
        )

    def note_losses(self, top: str) -> None:
        """Note the descriptions of decks below the top, and files that are missing."""
        source = self.source
        for name, deck in source.decks.items():
            if deck.description and name != top:
                self.lost.append(f"the description of the deck {name}")
        texts = [
            *(text for note in source.notes for text in note.fields),
            *(text for _, texts in self.note_types.written.values() for text in texts.values()),
        ]
        self.lost += [
            f"the file {name}, which cards use: it is not in the package"
            for name in _missing(texts, source.media)
        ]

    def distinct(self) -> Iterator[FoundNote]:
        """Yield the notes, each GUID once."""
        guids: set[str] = set()
        for note in self.source.notes:
            if note.guid and note.guid in guids:
                self.lost.append(
                    f"the note {plain(note.fields[0])[:60]}: its GUID {note.guid} is used twice"
                )
            else:
                guids.add(note.guid)
                yield note

    def lessons(self, deck: str, notes: Iterable[FoundNote]) -> Iterator[DraftLesson]:
        """Yield one lesson for a deck, or several with the same deck if a file would be too
        long."""
        for part, cards in enumerate(_parts([self.card(note) for note in notes]), 1):
            number = f" ({part})" if part > 1 else ""
            title = plain(storable(deck.rpartition("::")[2])) or "Cards"
            lesson = DraftLesson(
                id=self.lesson_ids.of(title, f"{deck}{number}", "lesson"),
                title=f"{title}{number}",
                full_deck=deck,
                cards=tuple(cards),
            )
            if part == 1:
                self.keep_deck(f"lesson {lesson.id}", deck)
            yield lesson

    def keep_deck(self, key: str, name: str) -> None:
        """Put a deck's id into the lock. A deck without an id, or with that of *Default*, gets a
        new one."""
        deck = self.source.decks.get(name)
        if deck and deck.id >= LOWEST_DECK_ID:
            self.decks[key] = DeckRecord(deck.id, name)

    def card(self, note: FoundNote) -> Values:
        """Return a note as a custom card, and keep what the lock must know of it."""
        folder = self.note_types.folders[note.note_type]
        names = [field["name"] for field in self.note_types.written[folder][0]["fields"]]
        name = self.ids.of(note.fields[0], note.guid or "\x1f".join(note.fields))
        fields = self.fields(note, names, name)
        row = tuple(fields.get(field, "") for field in names)
        places = set(card_places(self.note_types.drawn[note.note_type], row))
        self.compare_places(note, places, name)
        self.keep_card(note, places, name)
        tags = self.tags(note, name)
        return {
            "id": name,
            "kind": "custom",
            "note_type": folder,
            "fields": fields,
            **({"tags": tags} if tags else {}),
            **({} if places else _RETIRED),
        }

    def fields(self, note: FoundNote, names: Sequence[str], name: str) -> dict[str, str]:
        """Return a note's fields that are not empty, without what a template would make unsafe."""
        fields = {
            key: _clean(value, f"the field {key} of the card {name}", self.lost)
            for key, value in dict(zip(names, note.fields, strict=True)).items()
            if value
        }
        for key in sorted(self.note_types.as_text.get(note.note_type, set()) & fields.keys()):
            if dangerous := unsafe_as_text(fields[key]):
                self.lost.append(
                    f"the field {key} of the card {name}: a template would turn its text into "
                    f"{dangerous[0].what}"
                )
                fields[key] = safe_as_text(fields[key])
        for key, forbidden in self.note_types.in_tags.get(note.note_type, {}).items():
            while bad := unfit(fields.get(key, ""), forbidden):
                self.lost.append(
                    f"`{bad}` in the field {key} of the card {name}: a template puts it inside "
                    "a tag"
                )
                without = re.sub(re.escape(bad), "", fields[key], flags=re.IGNORECASE)
                fields[key] = without if without != fields[key] else ""
        return fields

    def compare_places(self, note: FoundNote, places: set[int], name: str) -> None:
        """Note which cards a note has in Anki and not here, and the other way round."""
        there = places if note.places is None else note.places
        for place in sorted(there - places):
            self.lost.append(
                f"the card {place + 1} of the note {name}: its fields make no such card (learners "
                "keep it)"
            )
        for place in sorted(places - there):
            self.lost.append(
                f"the missing card {place + 1} of the note {name}: its fields create it"
            )

    def keep_card(self, note: FoundNote, places: set[int], name: str) -> None:
        """Remember a note's GUID and last change."""
        if note.guid and (not note.guid.strip() or storable(note.guid) != note.guid):
            self.lost.append(
                f"the GUID of the card {name}, which cannot be written: for learners it is a new "
                "card"
            )
        elif note.guid:
            self.cards[name] = CardRecord(
                note.guid,
                own.key(self.note_types.folders[note.note_type]),
                _UNKNOWN_HASH,
                _second(note.modified),
                "1.0",
                places=tuple(sorted(places)),
            )

    def tags(self, note: FoundNote, name: str) -> list[str]:
        """Return a note's tags.

        What could begin an attribute is taken out if a template puts the tags inside of a tag.
        """
        forbidden = self.note_types.in_tags.get(note.note_type, {}).get("Tags", "").strip()
        safe = [without_dangers(storable(tag))[0] for tag in note.tags]
        tags = [re.sub(f"[{re.escape(forbidden)}]", "", tag) if forbidden else tag for tag in safe]
        self.lost += [
            f"the tag {old} of the card {name}, as it is"
            for old, new in zip(note.tags, tags, strict=True)
            if old != new
        ]
        return list(dict.fromkeys(tag for tag in tags if tag))

    def fits(self, name: str, content: bytes) -> bool:
        """Return whether a file can lie in media/; note why if it cannot."""
        if not re.search(_file_pattern(), name) or len(name) > 120:
            self.lost.append(f"the file {name!r}: some systems cannot store this name")
        elif len(content) > MAX_BYTES:
            self.lost.append(f"the file {name}: it is larger than {MAX_BYTES // 1024**2} MiB")
        elif name.lower().endswith(".svg") and (problems := svg_problems(content, name)):
            self.lost.append(f"the file {name}: {problems[0].message}")
        elif name.casefold() in self.names.taken:
            self.lost.append(f"the file {name}: another file name differs only in capital letters")
        else:
            self.names.taken.add(name.casefold())
            return True
        return False


def _record(number: int, anki: Mapping[str, Any]) -> NoteTypeRecord:
    return NoteTypeRecord(number, _UNKNOWN_HASH, _UNKNOWN_HASH, _second(anki["mod"]))


def _clean(text: str, place: str, lost: list[str], *, css: bool = False) -> str:
    """Return a text without what could run a script or cannot be stored in a file.

    What is taken out goes into `lost`.
    """
    stored = storable(text)
    if stored != text:
        lost.append(f"{place}: invisible characters or Windows line ends")
    safe, removed = without_dangers(stored, css=css)
    lost += [f"{place}: {part}" for part in removed]
    return safe


def _top(by_deck: Mapping[str, Sequence[FoundNote]]) -> str:
    """Return the top-level deck with the most notes."""
    counted: Counter[str] = Counter()
    for deck, notes in by_deck.items():
        counted[deck.partition("::")[0]] += len(notes)
    return max(sorted(counted), key=lambda name: counted[name], default="")


def _missing(texts: Iterable[str], media: Mapping[str, bytes]) -> list[str]:
    """Return the names of files that texts refer to and that are not there.

    Addresses and names from fields are not among them.
    """
    named = {names[-1]: names for text in texts for names in references(text)}
    return sorted(
        name
        for name, names in named.items()
        if not re.search(r"^[a-z]+:|^//|\{\{|[\r\n]", name, re.IGNORECASE)
        and not media.keys() & set(names)
    )


def _parts(cards: list[Values]) -> Iterator[list[Values]]:
    part: list[Values] = []
    length = 0
    for card in cards:
        size = sum(len(value) for value in card["fields"].values())
        if part and length + size > _LONGEST_LESSON:
            yield part
            part, length = [], 0
        part.append(card)
        length += size + 200
    if part:
        yield part


@cache
def _file_pattern() -> str:
    """Return the pattern that the schema has for the names of files."""
    pattern: str = json.loads(schema.schema_text("media"))["$defs"]["kept"]["pattern"]
    return pattern


def _second(number: int) -> int:
    """Return a second that the lock can write as a day."""
    return min(max(int(number), 0), LAST_SECOND)
