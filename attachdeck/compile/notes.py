"""Cards to notes: fields, tags, deck names, and which cards Anki makes of each.

Who a note is and when it last changed is the business of `link`: what is here depends on the course
alone, lesson by lesson.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from attachdeck.anki import stamp
from attachdeck.anki.markup import Shown
from attachdeck.anki.media import media_in
from attachdeck.anki.note_types import KINDS, Look, NoteType, note_type, own
from attachdeck.anki.note_types.generation import card_places
from attachdeck.compile import descriptions
from attachdeck.compile.deck import Note
from attachdeck.compile.fields import content_note, fields_of
from attachdeck.compile.media import (
    files_hash,
    first_shown,
    media_of,
    texts_of,
    texts_with_pictures,
)
from attachdeck.compile.texts import Texts
from attachdeck.compile.variants import variant_fields
from attachdeck.domain.course import (
    Card,
    Course,
    CustomCard,
    Lesson,
    Mixed,
    ReadingCard,
    ReferenceCard,
    VignetteCard,
)
from attachdeck.domain.location import Location
from attachdeck.lock import ids
from attachdeck.reader.pictures import frame
from attachdeck.system.normal import normal

NOTE_TYPE_OF = {
    "basic": "basic",
    "reversed": "basic",
    "typed": "basic",
    "choice": "choice",
    "vignette": "choice",
    "produce": "practice",
    "reading": "reference",
}
NOTE_TYPE_OF |= {kind: kind for kind in ("cloze", "sequence", "occlusion", "practice", "reference")}
"""The note type (one of `note_types.KINDS`) that each kind of card becomes.

A custom card names its own.
"""


class Compiler:
    """Compiles a course's cards one by one, with its texts, note types, files and tags."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.texts = Texts(course)
        self.words = self.texts.words
        self.shown = self.texts.shown
        self.media = media_of(course)
        self.note_types = _note_types(course)
        self.known_ids = {
            own.key(name): own.number(note_type) for name, note_type in course.note_types.items()
        }
        self._tags: dict[str, str] = {}

    def deck_of(self, lesson: Lesson) -> str:
        """Return the full name of a lesson's deck."""
        return normal(lesson.full_deck or f"{self.course.deck}::{lesson.deck}")

    def practice_deck(self, deck: str) -> str:
        """Return the full name of the deck of the practice cards of a lesson with this deck.

        Deck options belong to a deck, so they need one of their own. In that of the lesson it is
        the next one from which Anki takes new cards.
        """
        return normal(f"{deck}::{self.course.practice_deck}")

    def description_of(self, lesson: Lesson, notes: Iterable[Note]) -> str:
        """Return the description of a lesson's deck, or nothing if the deck is not its own."""
        if lesson.full_deck:
            return ""
        picture = self.brought_along(lesson, notes)
        size = frame(self.media[picture.name], picture.name) if picture else None
        shape = size.width / size.height if size else 1
        return descriptions.of_lesson(lesson, self.course, picture, shape)

    def brought_along(self, lesson: Lesson, notes: Iterable[Note]) -> Shown | None:
        """Return the first picture of a lesson's summary and reading that its notes bring along.

        A picture that only a description shows never arrives.
        """
        texts = texts_with_pictures(lesson)
        if not texts:
            return None
        arriving = self.media_of(note for note in notes if not note.retired)
        return first_shown(map(self.texts.html, texts), self.shown.values(), arriving)

    def media_of(self, notes: Iterable[Note]) -> set[str]:
        """Return the names of the files that notes show."""
        return media_in((text for note in notes for text in note.fields), self.media)

    def notes(self, lesson: Lesson) -> tuple[Note, ...]:
        """Return a lesson's notes: its reading's, then its cards', then those of its practice.

        Both kinds of cards are in their author's order.
        """
        deck = self.deck_of(lesson)
        last = sorted(lesson.cards, key=lambda card: card.kind == "practice")
        cards = (*self.reading_cards(lesson), *last)
        return tuple(self.note(card, lesson, deck) for card in cards)

    def reading_cards(self, lesson: Lesson) -> Iterator[ReadingCard]:
        """Yield the cards that show a lesson's reading; none where the course does without."""
        if not self.course.study.reading_cards:
            return
        part, count = self.words["Part of the reading"], len(lesson.reading)
        for place, section in enumerate(lesson.reading, 1):
            yield ReadingCard(
                id=section.id,
                place=section.place,
                formerly=section.formerly,
                prompt=section.title or lesson.title,
                text=section.text,
                part=part.format(place=place, count=count),
            )
        if lesson.mixed:
            yield self.mixed_card(lesson, lesson.mixed)

    def mixed_card(self, lesson: Lesson, mixed: Mixed) -> ReadingCard:
        """Return the card that tells how to take a mixed review in Anki.

        A filtered deck cannot travel in a package: Anki leaves an empty one out, and makes an
        ordinary deck of one with cards. So the card has the search from which learners make it.
        """
        found = " OR ".join(f"tag:{self.tag(name)}" for name in mixed.all_tags)
        return ReadingCard(
            id=f"{lesson.id}-mixed",
            place=lesson.place,
            prompt=lesson.title,
            text=self.words["Mixed review in Anki"].format(search=f"`({found}) -is:new`"),
            part="",
        )

    def of_the_course(self, card: str, prompt: str, text: str, deck: str) -> Note:
        """Return the note that shows a text of the whole course.

        It is retired once the course has no such text any more.
        """
        gone = "" if text else self.words["No longer in the course."]
        reference = ReferenceCard(
            id=card,
            place=Location("course.yaml"),
            prompt=self.words[prompt],
            text=text,
            retired_because=gone,
        )
        return self.note(reference, None, deck)

    def gone_reading(self, card: str, deck: str) -> Note:
        """Return the note that tells learners that a reading card is no longer in the course."""
        reading = ReadingCard(
            id=card,
            place=Location("course.yaml"),
            prompt=self.words["Reading"],
            text="",
            part="",
            retired_because=self.words["No longer in the course."],
        )
        return self.note(reading, None, deck)

    def note(self, card: Card, lesson: Lesson | None, deck: str) -> Note:
        """Return the note of a card; the reference cards belong to no lesson."""
        custom = isinstance(card, CustomCard)
        key = own.key(card.note_type) if isinstance(card, CustomCard) else NOTE_TYPE_OF[card.kind]
        kind = self.note_types[key]
        fields = fields_of(card, lesson, self.texts)
        variants = [fields_of(variant, lesson, self.texts) for variant in card.variants]
        row = kind.row(fields | variant_fields(fields, variants))
        tags = card.tags if custom else self.tags(card, lesson)
        places = card_places(kind, row)
        return Note(
            card=card.id,
            formerly=card.formerly,
            kind=card.kind,
            note_type=key,
            # The stamp follows from the rest of the note: no hash knows it, and it moves no time.
            fields=row if custom else (*row[:-1], stamp.marked(zip(kind.ids, row, strict=True))),
            variants=tuple(map(kind.row, variants)),
            tags=tags,
            deck=self.practice_deck(deck) if card.kind == "practice" else deck,
            # Learners who have a retired card keep it, with its new text; without cards in the
            # package nobody else gets it.
            places=() if card.retired_because else places,
            anki_places=places,
            content=ids.content_hash(key, *row, *tags),
            files=files_hash(row, self.course.files) if custom else "",
            retired=bool(card.retired_because),
            guid=ids.guid(self.course.id, card.formerly or card.id),
        )

    def tags(self, card: Card, lesson: Lesson | None) -> tuple[str, ...]:
        """Return a card's tags, sorted."""
        return tuple(sorted({self.tag(name) for name in tag_names(card, lesson)}))

    def tag(self, name: str) -> str:
        """Return a tag below the course's own."""
        tag = self._tags.get(name)
        if tag is None:
            tag = self._tags[name] = normal(f"{self.course.id}::{name}")
        return tag


def tag_names(card: Card, lesson: Lesson | None) -> list[str]:
    """Return a card's tags without the course's, below which they are."""
    names = [
        *((f"lesson::{lesson.id}",) if lesson else ()),
        f"kind::{card.kind}",
        *((f"objective::{card.objective.id}",) if card.objective else ()),
        *card.tags,
        *(f"article::{claim}" for claim in card.article),
    ]
    names += [
        f"{wording.option_set}::{wording.answer}"
        for wording in (card, *card.variants)
        if isinstance(wording, VignetteCard)
    ]
    if content_note(card, lesson):
        names.append("sensitive")
    if card.retired_because:
        names.append("retired")
    return names


def hashes(note_type: NoteType) -> tuple[str, str]:
    """Return a hash of a note type's layout, and one of its content.

    The layout must never change: the fields and templates with their ids, in order. The content is
    all that Anki takes over from a newer note type.
    """
    fields = (f"{field.id} {field.name}" for field in note_type.fields)
    templates = (f"{template.id} {template.name}" for template in note_type.templates)
    layout = ids.content_hash(*fields, *templates, str(note_type.cloze))
    more = [
        dict(note_type.more),
        *(dict(field.more) for field in note_type.fields),
        *(dict(template.more) for template in note_type.templates),
    ]
    settings = [json.dumps(more, sort_keys=True)] if note_type.more else []
    return layout, ids.content_hash(layout, note_type.name, *texts_of(note_type), *settings)


def report_address(course: Course) -> str:
    """Return where learners report a mistake in a card; `{id}` in it is the card's.

    An address that names neither the card nor the version gets both.
    """
    version = quote(course.version, safe="")
    address = course.report
    if not address or "{id}" in address or "{version}" in address:
        return address.replace("{version}", version)
    address, hash, place = address.partition("#")
    if address.startswith("mailto:"):
        named = f"subject={quote(f'{course.title} {course.version}: ', safe='')}{{id}}"
    else:
        named = f"card={{id}}&version={version}"
    return f"{address}{'&' if '?' in address else '?'}{named}{hash}{place}"


def _note_types(course: Course) -> dict[str, NoteType]:
    look = Look(
        title=course.title,
        language=course.language,
        accent=course.accent,
        accent_night=course.accent_night,
        theme=course.theme,
        report=report_address(course),
        speech=course.speech,
    )
    return {kind: note_type(kind, look) for kind in KINDS} | {
        own.key(name): own.note_type(written) for name, written in course.note_types.items()
    }
