"""Cards to notes: fields, tags, deck names, and which cards Anki makes of each; all that a package holds, as values.

Who a note is and when it last changed is `dating`'s business: what is here depends on nothing but the course, lesson by lesson.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import marshal
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any, NamedTuple, overload
from urllib.parse import unquote
from weakref import finalize

from attachdeck.anki.inert import WORD_JOINER, inert
from attachdeck.anki.markup import Shown, picture, plain, render, render_gaps, tame
from attachdeck.anki.note_types import KINDS, Look, NoteType, note_type, own, words
from attachdeck.anki.note_types.generation import card_places
from attachdeck.anki.references import unfolding
from attachdeck.anki.sort_field import checksum, sort_text
from attachdeck.compile import descriptions
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ChoiceCard,
    Citation,
    ClozeCard,
    Course,
    CustomCard,
    Lesson,
    OcclusionCard,
    Option,
    Picture,
    PracticeCard,
    ReadingCard,
    ReferenceCard,
    Region,
    ReversedCard,
    SequenceCard,
    Study,
    TypedCard,
    VignetteCard,
)
from attachdeck.domain.location import Location
from attachdeck.lock import identity
from attachdeck.lock.identity import CardRecord
from attachdeck.system.normal import normal

NOTE_TYPE_OF = {
    "basic": "basic",
    "reversed": "basic",
    "typed": "basic",
    "choice": "choice",
    "vignette": "choice",
    "reading": "reference",
}
NOTE_TYPE_OF |= {kind: kind for kind in ("cloze", "sequence", "occlusion", "practice", "reference")}
"""The note type (one of `note_types.KINDS`) that each kind of card becomes; a custom card names its own."""

_REFERENCE = re.compile(
    r"""(?:src|data)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))|\[sound:((?:(?!\[sound:).)*?)\]|url\(\s*+(?:"([^"]+)"|'([^']+)'|([^()"'\s]++(?:\s++[^()"'\s]++)*+))\s*+\)|@import\s+["']([^"']+)""",
    re.IGNORECASE,
)

Fields = dict[str, str]

_BETWEEN_FIELDS = "\x1f"
"""What stands between the fields of a note in Anki's database; no text of a course holds it."""
_IN_MEMORY = 256 * 1024
"""Bytes of packed notes from which on they go into a file."""


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card of a note: its place among the note's cards, and its id."""

    place: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, ready for Anki. `card` is its author's id, `position` gives the order in which new cards come."""

    card: str
    id: int
    guid: str
    kind: str
    note_type: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    position: int
    cards: tuple[NewCard, ...]
    modified: int


class Row(NamedTuple):
    """A note as Anki's database has it: `fields` and `tags` as one text each; of its cards the places and the ids. Note type and deck by their names."""

    id: int
    guid: str
    note_type: str
    modified: int
    tags: str
    fields: str
    sort_text: str
    checksum: int
    deck: str
    position: int
    cards: Iterable[tuple[int, int]]


class Undated(NamedTuple):
    """A note before the lock has said who it is and when it last changed: `content` is a hash of what learners get, `packed` that itself.

    `made` are the places of the cards that Anki makes of it, `places` those that a package holds; `files` is a hash, as in a `CardRecord`. GUID and ids
    are those of a new card; the lock may know others, or another note may have taken them.
    """

    card: str
    formerly: str
    kind: str
    note_type: str
    content: str
    places: tuple[int, ...]
    made: tuple[int, ...]
    files: str
    retired: bool
    guid: str
    ids: tuple[int, int]
    packed: bytes


class Content(NamedTuple):
    """What a note holds. `fields` is one text, as in a `Row`; `sort_text` is None where it is the first field as it stands."""

    card: str
    kind: str
    note_type: str
    deck: str
    fields: str
    sort_text: str | None
    checksum: int
    tags: tuple[str, ...]
    places: tuple[int, ...]

    def packed(self) -> bytes:
        """The same as bytes, which are quick to make, to keep and to read again."""
        return marshal.dumps(tuple(self))

    @classmethod
    def unpacked(cls, content: bytes | bytearray) -> Content:
        """The way back from `packed`."""
        return cls._make(marshal.loads(content))  # noqa: S302  # Our own process made it.


class LessonNotes(NamedTuple):
    """What becomes of a lesson: its deck with its description, its notes (each the parts of an `Undated`, so that a process can send them to
    another), the media that these show, and the names that it uses up.

    `own_deck` is the deck's name below the course's, and empty where the lesson names its deck in full.
    """

    id: str
    deck: str
    own_deck: str
    description: str
    notes: tuple[tuple[Any, ...], ...]
    media: tuple[str, ...]
    objectives: tuple[str, ...]
    formers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subdeck:
    """A deck in Anki's tree: its full name and its description, which is one line of HTML."""

    id: int
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class DatedNoteType:
    """A note type with its id and the time of its last change."""

    id: int
    modified: int
    note_type: NoteType


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """All that a package holds. A course that was compiled lesson by lesson comes without its lessons: `lesson_count` says how many there are.

    `cards_by_kind` counts the cards in Anki that each kind of card became, `left_out` the retired cards whose notes nobody needs any more.
    """

    course: Course = field(repr=False)
    preset: int
    study: Study
    decks: tuple[Subdeck, ...]
    note_types: dict[str, DatedNoteType]
    notes: Sequence[Note]
    media: dict[str, bytes] = field(repr=False)
    lesson_count: int = 0
    cards_by_kind: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0

    @property
    def retired(self) -> int:
        """Return how many cards of the course are retired."""
        return self.left_out + sum(not note.cards for note in self.notes)


class Notes(Sequence[Note]):
    """The notes of a deck, in the author's order. They are kept packed, in a file once they are many, and each is made when it is asked for."""

    def __init__(self, version_tag: str) -> None:
        self.version_tag = version_tag
        self.file: IO[bytes] | None = None
        self.in_file = 0
        self.in_memory = bytearray()
        """What comes behind the file's bytes, of which there are `in_file`."""
        self.ends = array("Q", [0])
        self.ids = array("Q")
        self.first_cards = array("Q")
        self.records: list[CardRecord] = []

    def append(self, packed: bytes, record: CardRecord, id: int, first_card: int) -> None:
        """Add a note with what the lock says of it, its id, and the one from which its cards have theirs. Raises OSError, with its place, where the file
        has no room."""
        self.in_memory += packed
        if len(self.in_memory) > _IN_MEMORY:
            self.to_file()
        self.ends.append(self.in_file + len(self.in_memory))
        self.ids.append(id)
        self.first_cards.append(first_card)
        self.records.append(record)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Note: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Note, ...]: ...
    def __getitem__(self, place: int | slice) -> Note | tuple[Note, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        place = range(len(self))[place]
        note, record = self.content(place), self.records[place]
        return Note(
            card=note.card,
            id=self.ids[place],
            guid=record.guid,
            kind=note.kind,
            note_type=note.note_type,
            fields=tuple(note.fields.split(_BETWEEN_FIELDS)),
            tags=self.tags(note, record),
            deck=note.deck,
            position=place + 1,
            cards=tuple(NewCard(*each) for each in self.cards(note, place)),
            modified=record.changed,
        )

    def row(self, place: int) -> Row:
        """A note as `row_of` would give it; most of it was made when it was compiled."""
        note, record = self.content(place), self.records[place]
        first = note.sort_text
        return Row(
            self.ids[place],
            record.guid,
            note.note_type,
            record.changed,
            _joined(self.tags(note, record)),
            note.fields,
            note.fields.partition(_BETWEEN_FIELDS)[0] if first is None else first,
            note.checksum,
            note.deck,
            place + 1,
            self.cards(note, place),
        )

    def content(self, place: int) -> Content:
        start, end = self.ends[place], self.ends[place + 1]
        if self.file is None or start >= self.in_file:
            return Content.unpacked(self.in_memory[start - self.in_file : end - self.in_file])
        self.file.seek(start)
        return Content.unpacked(self.file.read(end - start))

    def to_file(self) -> None:
        try:
            if self.file is None:
                self.file = TemporaryFile(buffering=0)  # noqa: SIM115  # It goes when the notes go.
                finalize(self, _close, self.file)
            self.file.seek(self.in_file)
            rest = memoryview(self.in_memory)
            while rest:  # What finds no room the first time is an error the second.
                rest = rest[self.file.write(rest) :]
        except OSError as error:
            raise OSError(error.errno, error.strerror, gettempdir()) from error
        self.in_file += len(self.in_memory)
        self.in_memory = bytearray()

    def tags(self, note: Content, record: CardRecord) -> tuple[str, ...]:
        return (
            note.tags
            if note.kind == "custom"
            else tuple(sorted((*note.tags, self.version_tag + record.version)))
        )

    def cards(self, note: Content, place: int) -> Iterable[tuple[int, int]]:
        first = self.first_cards[place]
        return [(each, first + each) for each in note.places]


def _close(file: IO[bytes]) -> None:
    with suppress(OSError):  # What had no room has none now.
        file.close()


def ids_of(guid: str) -> tuple[int, int]:
    """The id of a note, and the one from which its cards have theirs, from its GUID."""
    return identity.number("note", guid), identity.first_card(guid)


def row_of(note: Note) -> Row:
    """A note as Anki's database has it."""
    first = sort_text(note.fields[0])
    cards = [(card.place, card.id) for card in note.cards]
    fields = _BETWEEN_FIELDS.join(note.fields)
    return Row(
        note.id,
        note.guid,
        note.note_type,
        note.modified,
        _joined(note.tags),
        fields,
        first,
        checksum(first),
        note.deck,
        note.position,
        cards,
    )


def _joined(tags: tuple[str, ...]) -> str:
    return f" {' '.join(tags)} " if tags else ""


class Compiler:
    """Knows the course's pictures by their names in the package, its note types and its words; compiles card by card."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.words = words(course.language)
        self.media: dict[str, bytes] = {}
        self.shown = {name: self.pack(each) for name, each in course.pictures.items()}
        self.citations: dict[tuple[str, str], str] = {}
        self.plain_texts: dict[str, str] = {}
        self.tag_names: dict[str, str] = {}
        look = Look(
            title=course.title,
            language=course.language,
            accent=course.accent,
            accent_night=course.accent_night,
            speech=course.speech,
        )
        self.note_types = {kind: note_type(kind, look) for kind in KINDS} | {
            own.key(name): own.note_type(each) for name, each in course.note_types.items()
        }
        self.known_ids = {
            own.key(name): own.number(each) for name, each in course.note_types.items()
        }
        self.media |= course.files

    def lesson(self, lesson: Lesson) -> LessonNotes:
        deck = normal(lesson.full_deck or f"{self.course.deck}::{lesson.deck}")
        cards = (*self.reading_cards(lesson), *lesson.cards)
        notes = [self.undated(card, lesson, deck) for card in cards]
        return LessonNotes(
            id=lesson.id,
            deck=deck,
            own_deck="" if lesson.full_deck else lesson.deck,
            description=""
            if lesson.full_deck
            else descriptions.of_lesson(lesson, self.course, self.brought_along(lesson, notes)),
            notes=tuple(tuple(each) for each in notes),
            media=tuple(sorted(self.media_of(notes))),
            objectives=tuple(each.id for each in lesson.objectives),
            formers=tuple(card.formerly for card in cards if card.formerly),
        )

    def reading_cards(self, lesson: Lesson) -> Iterator[ReadingCard]:
        """The cards that show a lesson's reading; none where the course does without."""
        part, count = self.words["Part of the reading"], len(lesson.reading)
        for place, section in enumerate(lesson.reading, 1):
            if self.course.study.reading_cards:
                yield ReadingCard(
                    id=section.id,
                    place=section.place,
                    formerly=section.formerly,
                    prompt=section.title or lesson.title,
                    text=section.text,
                    part=part.format(place=place, count=count),
                )

    def of_the_course(self, card: str, prompt: str, text: str, deck: str) -> Undated:
        """The note that shows a text of the whole course; retired once the course has no such text any more."""
        gone = "" if text else self.words["No longer in the course."]
        made = ReferenceCard(
            id=card,
            place=Location("course.yaml"),
            prompt=self.words[prompt],
            text=text,
            retired_because=gone,
        )
        return self.undated(made, None, deck)

    def gone_reading(self, card: str, deck: str) -> Undated:
        """The note that tells learners of a reading card that the course has it no more."""
        made = ReadingCard(
            id=card,
            place=Location("course.yaml"),
            prompt=self.words["Reading"],
            text="",
            part="",
            retired_because=self.words["No longer in the course."],
        )
        return self.undated(made, None, deck)

    def undated(self, card: Card, lesson: Lesson | None, deck: str) -> Undated:
        """The note of a card; the reference cards belong to no lesson."""
        custom = isinstance(card, CustomCard)
        fields = (
            dict(card.fields)
            if isinstance(card, CustomCard)
            else self.shared_fields(card, lesson) | _FIELDS[card.kind](self, card)
        )
        key = own.key(card.note_type) if isinstance(card, CustomCard) else NOTE_TYPE_OF[card.kind]
        kind = self.note_types[key]
        row = kind.row(fields)
        tags = card.tags if custom else self.tags(card, lesson)
        retired = bool(card.retired_because)
        joined, sorted_by = _BETWEEN_FIELDS.join(row), sort_text(row[0])
        # Learners who have a retired card keep it, with its new text; without cards in the package nobody else gets it.
        made = card_places(kind, row)
        places = () if retired else made
        content = Content(
            card=card.id,
            kind=card.kind,
            note_type=key,
            deck=self.practice_deck() if card.kind == "practice" else deck,
            fields=joined,
            sort_text=None if sorted_by == row[0] else sorted_by,
            checksum=checksum(sorted_by),
            tags=tags,
            places=places,
        )
        guid = identity.guid(self.course.id, card.formerly or card.id)
        return Undated(
            card=card.id,
            formerly=card.formerly,
            kind=card.kind,
            note_type=key,
            content=identity.content_hash(key, *row, *tags),
            places=places,
            made=made,
            files=self.files(row) if custom else "",
            retired=retired,
            guid=guid,
            ids=ids_of(guid),
            packed=content.packed(),
        )

    def files(self, row: tuple[str, ...]) -> str:
        """A hash of the files that a custom card shows under names of their own: Anki takes over other bytes only with a note that has changed."""
        shown = sorted(media_in(row, self.course.files))
        return (
            identity.content_hash(
                *(f"{name} {hashlib.sha256(self.course.files[name]).hexdigest()}" for name in shown)
            )
            if shown
            else ""
        )

    def pack(self, each: Picture) -> Shown:
        return Shown(self.packed(each), self.packed(each.night) if each.night else "", each.alt)

    def packed(self, each: Picture) -> str:
        name = packed_name(self.course, each)
        self.media[name] = each.content
        return name

    def html(self, text: str) -> str:
        """A text's HTML, in which nothing is a gap: on a cloze note type Anki would make cards of gaps in any field."""
        return render(text, self.shown).replace("{{", "{&#123;") if text else ""

    def html_with_gaps(self, text: str) -> str:
        return render_gaps(text, self.shown) if text else ""

    def plain(self, text: str) -> str:
        found = self.plain_texts.get(text)
        if found is None:
            found = self.plain_texts[text] = plain(text).replace("{{", "{&#123;")
        return found

    def shared_fields(self, card: Card, lesson: Lesson | None) -> Fields:
        return {
            "Hint": self.html(card.hint),
            "Why": self.html(card.why),
            "Confusion": self.html(card.confusion),
            "Sources": self.sources(card.sources),
            "Content Note": self.plain(_content_note(card, lesson)),
            "Lesson": self.plain(lesson.title) if lesson else "",
            "Objective": self.plain(card.objective.text) if card.objective else "",
            "Retired": self.html(card.retired_because),
            "ID": card.id,
        }

    def tags(self, card: Card, lesson: Lesson | None) -> tuple[str, ...]:
        found = [
            *((f"lesson::{lesson.id}",) if lesson else ()),
            f"kind::{card.kind}",
            *card.tags,
            *(f"article::{claim}" for claim in card.article),
        ]
        if isinstance(card, VignetteCard):
            found.append(f"{card.option_set}::{card.answer}")
        if _content_note(card, lesson):
            found.append("sensitive")
        if card.retired_because:
            found.append("retired")
        return tuple(sorted({self.tag(each) for each in found}))

    def tag(self, name: str) -> str:
        """A tag below the course's own."""
        found = self.tag_names.get(name)
        if found is None:
            found = self.tag_names[name] = normal(f"{self.course.id}::{name}")
        return found

    def sources(self, citations: tuple[Citation, ...]) -> str:
        if not citations:
            return ""
        return f'<ul class="sources">{"".join([self.cited(each) for each in citations])}</ul>'

    def cited(self, citation: Citation) -> str:
        name = citation.source.key, citation.page
        found = self.citations.get(name)
        if found is None:
            found = self.citations[name] = inert(unfolding(citation))
        return found

    def practice_deck(self) -> str:
        return normal(f"{self.course.deck}::{self.course.practice_deck}")

    def media_of(self, notes: Iterable[Undated]) -> set[str]:
        """The files that notes show."""
        texts = (
            text
            for note in notes
            for text in Content.unpacked(note.packed).fields.split(_BETWEEN_FIELDS)
        )
        return media_in(texts, self.media)

    def brought_along(self, lesson: Lesson, notes: Iterable[Undated]) -> Shown | None:
        """The first picture of a lesson's summary and reading that its notes bring along: one that only a description shows never arrives."""
        texts = (lesson.summary, *(section.text for section in lesson.reading))
        texts = tuple(text for text in texts if "![" in text or "<img" in text)
        if not texts:
            return None
        arriving = self.media_of(note for note in notes if not note.retired)
        shown = {each.name: each for each in self.shown.values() if each.name in arriving}
        names = (names for text in texts for names in references(self.html(text)))
        found = (shown[name] for name in itertools.chain.from_iterable(names) if name in shown)
        return next(found, None)

    def basic(self, card: BasicCard) -> Fields:
        return {"Prompt": self.html(card.prompt), "Answer": self.html(card.answer)}

    def reversed(self, card: ReversedCard) -> Fields:
        return self.basic(card) | {
            "Reverse Prompt": self.html(card.reverse_prompt),
            "Reverse Answer": self.html(card.reverse_answer),
        }

    def typed(self, card: TypedCard) -> Fields:
        accepted = "".join(f"<li>{plain(each)}</li>" for each in card.accept)
        return {
            "Prompt": self.html(card.prompt),
            "Answer": plain(card.answer),
            # Nobody types the sign that keeps MathJax away, which reads nothing of what Anki compares.
            "Typed": plain(card.answer).replace(WORD_JOINER, ""),
            "Accepted": f"<ul>{accepted}</ul>" if accepted else "",
        }

    def cloze(self, card: ClozeCard) -> Fields:
        return {"Text": self.html_with_gaps(card.text)}

    def choice(self, card: ChoiceCard) -> Fields:
        # Without JavaScript learners see this order: it must not tell which one the author thought of first.
        options = sorted(
            card.options,
            key=lambda option: hashlib.sha256(f"{card.id}\x1f{option.text}".encode()).digest(),
        )
        return self.options(card, options)

    def vignette(self, card: VignetteCard) -> Fields:
        return self.options(card, card.options) | {
            "Scenario": self.html(card.scenario),
            "Cue": self.html(card.cue),
        }

    def options(self, card: ChoiceCard, options: Iterable[Option]) -> Fields:
        shown = [(option, self.html(option.text), self.html(option.why)) for option in options]
        right = [text for option, text, _ in shown if option.right]
        return {
            "Question": self.html(card.question),
            "Options": f'<ol class="options">{"".join(f"<li>{text}</li>" for _, text, _ in shown)}</ol>',
            "Answer": right[0]
            if len(right) == 1
            else f"<ul>{''.join(f'<li>{text}</li>' for text in right)}</ul>",
            "Explained": f'<ol class="options">{"".join(_explained(*each) for each in shown)}</ol>',
        }

    def sequence(self, card: SequenceCard) -> Fields:
        steps = {f"Step {n}": self.html(step) for n, step in enumerate(card.steps, 1)}
        return {
            "Prompt": self.html(card.prompt),
            "Whole": self.words["All steps"] if card.whole else "",
        } | steps

    def occlusion(self, card: OcclusionCard) -> Fields:
        shown, regions = self.shown[card.picture.file], tuple(enumerate(card.regions, 1))
        return {
            "Occlusion": "".join(
                f"{{{{c{n}::{_shape(region, card.hide_all)}}}}}<br>" for n, region in regions
            ),
            "Image": picture(Shown(shown.name, "", shown.alt)),
            "Header": self.html(card.prompt),
            "Names": tame(
                " ".join(
                    f"{{{{c{n}::{self.plain(region.name).replace('}}', '} }').replace('::', ':')}}}}}"
                    for n, region in regions
                )
            ),
        }

    def practice(self, card: PracticeCard) -> Fields:
        return {"Prompt": self.html(card.prompt), "Example": self.html(card.example)}

    def reference(self, card: ReferenceCard) -> Fields:
        return {"Prompt": self.html(card.prompt), "Text": self.html(card.text)}

    def reading(self, card: ReadingCard) -> Fields:
        return {
            "Prompt": self.plain(card.prompt),
            "Text": self.html(card.text),
            "Spare 1": card.part,
        }


_FIELDS: Mapping[str, Callable[..., Fields]] = {
    kind: getattr(Compiler, kind) for kind in NOTE_TYPE_OF
}


def packed_name(course: Course, each: Picture) -> str:
    """A picture's name in a package: from its content, because Anki renames a known name with other bytes."""
    return f"{course.id}-{hashlib.sha256(each.content).hexdigest()[:16]}.{each.file.rpartition('.')[2].lower()}"


def shown_media(
    media: Mapping[str, bytes],
    used: Iterable[str],
    own_note_types: Iterable[NoteType] = (),
) -> dict[str, bytes]:
    """Those files that notes use, or the course's own note types show, sorted by name; with such a note type also those that
    Anki packs always, whose names begin with `_`."""
    if not media:
        return {}
    types = {each.kind: each for each in own_note_types}
    found = {*used, *media_in((text for each in types.values() for text in _texts(each)), media)}
    found |= {name for name in media if types and name.startswith("_")}
    return {name: media[name] for name in sorted(found & media.keys())}


def media_in(texts: Iterable[str], media: Mapping[str, bytes]) -> set[str]:
    """The files that fields, templates or style sheets refer to."""
    return (
        {name for text in texts for names in references(text) for name in names if name in media}
        if media
        else set()
    )


def references(text: str) -> Iterator[tuple[str, ...]]:
    """The files that HTML, a template or a style sheet refers to: of each the names that it may have, because names can be escaped."""
    for match in _REFERENCE.finditer(text):
        written = next(filter(None, match.groups()))
        yield tuple(
            dict.fromkeys(
                normal(name) for name in (written, unescape(written), unquote(unescape(written)))
            )
        )


def _texts(own: NoteType) -> tuple[str, ...]:
    return (own.css, *(text for each in own.templates for text in (each.front, each.back)))


def _content_note(card: Card, lesson: Lesson | None) -> str:
    """A lesson's note stands on its own cards; the cards of the whole course must not vanish when sensitive ones are suspended."""
    return card.content_note or (lesson.content_note if lesson else "")


def hashes(own: NoteType) -> tuple[str, str]:
    """A hash of what must never change (fields and templates with their ids, in order), and one of all that Anki takes over from a newer note type."""
    fields = (f"{each.id} {each.name}" for each in own.fields)
    templates = (f"{each.id} {each.name}" for each in own.templates)
    layout = identity.content_hash(*fields, *templates, str(own.cloze))
    more = [
        dict(own.more),
        *(dict(each.more) for each in own.fields),
        *(dict(each.more) for each in own.templates),
    ]
    return layout, identity.content_hash(
        layout, own.name, *_texts(own), *([json.dumps(more, sort_keys=True)] if own.more else [])
    )


def _explained(option: Option, text: str, why: str) -> str:
    reason = f'<div class="reason">{why}</div>' if why else ""
    return f'<li class="{"right" if option.right else "wrong"}"><div class="option">{text}</div>{reason}</li>'


def _shape(region: Region, hide_all: bool) -> str:
    """A region in the words of Anki's image occlusion: lengths as parts of 1, an ellipse by its radii."""
    size = (
        (region.width, region.height)
        if region.shape == "rect"
        else (region.width / 2, region.height / 2)
    )
    names = ("width", "height") if region.shape == "rect" else ("rx", "ry")
    lengths = zip(("left", "top", *names), (region.left, region.top, *size), strict=True)
    return f"image-occlusion:{region.shape}:{':'.join(f'{name}={_part(value)}' for name, value in lengths)}{':oi=1' if hide_all else ''}"


def _part(percent: float) -> str:
    return f"{percent / 100:.4f}".rstrip("0").rstrip(".").removeprefix("0") or "0"
