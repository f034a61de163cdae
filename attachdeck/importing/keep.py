"""A deck of Anki's as a course whose learners go on: every note whole, with its GUID, note type, tags and deck."""

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
from attachdeck.anki.unsafe_html import (
    fields_in_tags,
    safe_as_text,
    shown_as_text,
    unfit,
    unsafe_as_text,
    without_dangers,
)
from attachdeck.domain.course import OwnNoteType
from attachdeck.importing.draft import Draft, DraftLesson, Ids, Values, plain, storable
from attachdeck.importing.found import Found, FoundNote
from attachdeck.lock.identity import (
    LAST_SECOND,
    LOWEST_DECK_ID,
    CardRecord,
    DeckRecord,
    Lock,
    NoteTypeRecord,
)
from attachdeck.reader import MAX_BYTES
from attachdeck.reader.pictures import svg_problems

_UNKNOWN_HASH = "0" * 16
_LONGEST_LESSON = 4_000_000
"""How many characters of fields a lesson's file may hold before another one goes on with the same deck."""


def kept(found: Found) -> Draft:
    """The course that keeps a deck's notes as they are."""
    return _Keeper(found).draft()


class _Keeper:
    """Gives out names, and notes what cannot be carried."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.lost = list(found.lost)
        self.ids, self.names, self.lesson_ids = Ids(), Ids(), Ids()
        self.note_types: dict[str, tuple[Values, Mapping[str, str]]] = {}
        self.folders: dict[int, str] = {}
        self.in_tags: dict[int, dict[str, str]] = {}
        self.as_text: dict[int, set[str]] = {}
        self.drawn: dict[int, NoteType] = {}
        self.cards: dict[str, CardRecord] = {}
        self.decks: dict[str, DeckRecord] = {}

    def draft(self) -> Draft:
        found = self.found
        records = {
            own.key(self.note_type(number, each)): self.record(number, each)
            for number, each in sorted(found.note_types.items())
        }
        by_deck: dict[str, list[FoundNote]] = {}
        for note in self.distinct():
            by_deck.setdefault(
                self.clean(note.deck, f"the name of the deck {note.deck}"), []
            ).append(note)
        lessons = tuple(
            lesson for deck in sorted(by_deck) for lesson in self.lessons(deck, by_deck[deck])
        )
        top = _top(by_deck)
        for name, each in found.decks.items():
            if each.description and name != top:
                self.lost.append(f"the description of the deck {name}")
        self.keep_deck("course", top)
        texts = [
            *(text for note in found.notes for text in note.fields),
            *(text for _, texts in self.note_types.values() for text in texts.values()),
        ]
        self.lost += [
            f"the file {name}, which cards refer to: it did not come along"
            for name in _missing(texts, found.media)
        ]
        media = {name: content for name, content in found.media.items() if self.fits(name, content)}
        return Draft(
            deck=top,
            description=plain(found.decks[top].description).replace("![", "[").replace("]:", "] :")
            if top in found.decks
            else "",
            lessons=lessons,
            note_types=self.note_types,
            media=media,
            known=Lock(decks=self.decks, note_types=records, cards=self.cards),
            lost=tuple(self.lost),
            starts_afresh=not found.from_anki,
        )

    def distinct(self) -> Iterator[FoundNote]:
        """The notes, each GUID once."""
        seen: set[str] = set()
        for note in self.found.notes:
            if note.guid and note.guid in seen:
                self.lost.append(
                    f"the note {plain(note.fields[0])[:60]}: another one has its GUID {note.guid}"
                )
            else:
                seen.add(note.guid)
                yield note

    def note_type(self, number: int, anki: Mapping[str, Any]) -> str:
        said, texts = own.written(anki)
        for named in (said, *said["templates"]):
            named["name"] = self.clean(named["name"], f"the name {named['name']}")
        name = self.folders[number] = self.names.of(said["name"], str(number), "note-type")
        for file, text in texts.items():
            texts[file] = self.clean(
                text, f"`{file}` of the note type {said['name']}", css=file.endswith(".css")
            )
            for field, forbidden in fields_in_tags(texts[file]).items():
                known = self.in_tags.setdefault(number, {})
                known[field] = known.get(field, "") + forbidden
            self.as_text.setdefault(number, set()).update(shown_as_text(texts[file]))
        self.whole(said, texts)
        self.note_types[name] = said, texts
        self.drawn[number] = own.note_type(
            OwnNoteType(id=name, written=said, texts=texts, folder="")
        )
        return name

    def whole(self, said: Values, texts: dict[str, str]) -> None:
        """Take the sections out of a template in which they are not closed as they were opened; Anki only shows an error there."""
        for file, text in texts.items():
            try:
                parse(text if file.endswith(".html") else "")
            except ValueError as error:
                self.lost.append(
                    f"the sections of `{file}` of the note type {said['name']}: {error}"
                )
                texts[file] = re.sub(r"\{\{[#^/][^{}]*\}\}", "", text)

    def record(self, number: int, anki: Mapping[str, Any]) -> NoteTypeRecord:
        return NoteTypeRecord(number, _UNKNOWN_HASH, _UNKNOWN_HASH, _second(anki["mod"]))

    def lessons(self, deck: str, notes: Iterable[FoundNote]) -> Iterator[DraftLesson]:
        """One lesson a deck; one that would be too long for a file becomes several with the same deck."""
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
        """Remember a deck's id; one without an id, or with that of *Default*, gets one as in a new course."""
        deck = self.found.decks.get(name)
        if deck and deck.id >= LOWEST_DECK_ID:
            self.decks[key] = DeckRecord(deck.id, name)

    def card(self, note: FoundNote) -> Values:
        said, _ = self.note_types[self.folders[note.note_type]]
        names = [each["name"] for each in said["fields"]]
        name = self.ids.of(note.fields[0], note.guid or "\x1f".join(note.fields))
        values = dict(zip(names, note.fields, strict=True))
        fields = {
            key: self.clean(value, f"the field {key} of the card {name}")
            for key, value in values.items()
            if value
        }
        for key in sorted(self.as_text.get(note.note_type, set()) & fields.keys()):
            if dangerous := unsafe_as_text(fields[key]):
                self.lost.append(
                    f"the field {key} of the card {name}: {dangerous[0].what}, which a template would make of its text"
                )
                fields[key] = safe_as_text(fields[key])
        for key, forbidden in self.in_tags.get(note.note_type, {}).items():
            while bad := unfit(fields.get(key, ""), forbidden):
                self.lost.append(
                    f"`{bad}` in the field {key} of the card {name}: a template puts it inside of a tag"
                )
                without = re.sub(re.escape(bad), "", fields[key], flags=re.IGNORECASE)
                fields[key] = without if without != fields[key] else ""
        places = set(
            card_places(self.drawn[note.note_type], tuple(fields.get(each, "") for each in names))
        )
        for place in sorted((note.places or set()) - places):
            self.lost.append(
                f"the card {place + 1} of the note {name}: its fields make no such card (learners keep it)"
            )
        for place in sorted(places - (places if note.places is None else note.places)):
            self.lost.append(f"that the note {name} has no card {place + 1}: its fields make one")
        if note.guid and (not note.guid.strip() or storable(note.guid) != note.guid):
            self.lost.append(
                f"the GUID of the card {name}, which cannot be written: for learners it is a new card"
            )
        elif note.guid:
            note_type = own.key(self.folders[note.note_type])
            self.cards[name] = CardRecord(
                note.guid,
                note_type,
                _UNKNOWN_HASH,
                _second(note.modified),
                "1.0",
                places=tuple(sorted(places)),
            )
        tags = {"tags": found} if (found := self.tags(note, name)) else {}
        none = (
            {}
            if places
            else {
                "status": "retired",
                "retired_because": "Its fields make no card; learners keep those that they have.",
            }
        )
        return {
            "id": name,
            "kind": "custom",
            "note_type": self.folders[note.note_type],
            "fields": fields,
            **tags,
            **none,
        }

    def tags(self, note: FoundNote, name: str) -> list[str]:
        """A note's tags, without what could begin an attribute where a template puts them inside of a tag."""
        forbidden = self.in_tags.get(note.note_type, {}).get("Tags", "").strip()
        safe = [without_dangers(storable(tag))[0] for tag in note.tags]
        found = [re.sub(f"[{re.escape(forbidden)}]", "", tag) if forbidden else tag for tag in safe]
        self.lost += [
            f"the tag {old} of the card {name}, as it is"
            for old, new in zip(note.tags, found, strict=True)
            if old != new
        ]
        return list(dict.fromkeys(tag for tag in found if tag))

    def clean(self, text: str, where: str, *, css: bool = False) -> str:
        """A text without what could run a script and without what a file cannot hold; what is taken out is noted."""
        stored = storable(text)
        if stored != text:
            self.lost.append(f"{where}: invisible characters or line ends of Windows")
        safe, removed = without_dangers(stored, css=css)
        self.lost += [f"{where}: {each}" for each in removed]
        return safe

    def fits(self, name: str, content: bytes) -> bool:
        """Whether a file can lie in media/; why not is noted."""
        if not re.search(_file_pattern(), name) or len(name) > 120:
            self.lost.append(f"the file {name!r}: not every system could store this name")
        elif len(content) > MAX_BYTES:
            self.lost.append(f"the file {name}: it is larger than {MAX_BYTES // 1024**2} MiB")
        elif name.lower().endswith(".svg") and (problems := svg_problems(content, name)):
            self.lost.append(f"the file {name}: {problems[0].message}")
        elif name.casefold() in self.names.taken:
            self.lost.append(f"the file {name}: another one differs only in capitals")
        else:
            self.names.taken.add(name.casefold())
            return True
        return False


def _top(by_deck: Mapping[str, Sequence[FoundNote]]) -> str:
    """The outermost deck that holds most notes."""
    counted: Counter[str] = Counter()
    for deck, notes in by_deck.items():
        counted[deck.partition("::")[0]] += len(notes)
    return max(sorted(counted), key=lambda name: counted[name], default="")


def _missing(texts: Iterable[str], media: Mapping[str, bytes]) -> list[str]:
    """Names of files that texts refer to and that are not there; addresses and names from fields are none."""
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
    """What the schema says of the names of files."""
    pattern: str = json.loads(schema.schema_text("media"))["$defs"]["kept"]["pattern"]
    return pattern


def _second(number: int) -> int:
    """A second that the lock can write as a day."""
    return min(max(int(number), 0), LAST_SECOND)
