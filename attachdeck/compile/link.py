"""Who each note is and when it last changed: compiled lessons and the old lock, to a Deck and the
new lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from attachdeck.anki import stamp
from attachdeck.anki.note_types import NoteType, own
from attachdeck.compile import descriptions
from attachdeck.compile.deck import DatedNoteType, Deck, Note, Subdeck
from attachdeck.compile.lessons import LessonNotes, notes_of
from attachdeck.compile.media import shown_media
from attachdeck.compile.notes import Compiler, hashes
from attachdeck.domain.course import Course
from attachdeck.lock import ids
from attachdeck.lock.records import (
    CHANGED,
    NEW,
    CardRecord,
    DeckRecord,
    Lock,
    NoteTypeRecord,
    after_change,
    is_new,
    time_of_change,
)
from attachdeck.system.normal import normal

OF_THE_COURSE = ("course-notice", "course-help")
"""The ids of the reference cards that show texts of the whole course.

All others are of readings.
"""


def compile_course(course: Course, lock: Lock, now: int) -> tuple[Deck, Lock]:
    """Return the deck of a decoded course, and its new lock."""
    compiler = Compiler(course)
    return link(compiler, [notes_of(compiler, lesson) for lesson in course.lessons], lock, now)


def link(
    compiler: Compiler, lessons: Iterable[LessonNotes], lock: Lock, now: int
) -> tuple[Deck, Lock]:
    """Return the deck of compiled lessons, and the new lock.

    What the old lock knows unchanged keeps its time and version; everything else gets `now`, in
    seconds since 1970.
    """
    dater = _Dater(compiler, lock, now)
    deck = dater.deck(lessons)
    return deck, Lock(
        course=compiler.course.id,
        decks=dater.deck_records,
        note_types={
            key: dater.type_record(key, note_type) for key, note_type in dater.note_types.items()
        },
        cards=dater.cards,
        released=lock.released,
    )


class _Dater:
    """Builds the deck and the new lock from the old lock; gives out each id once."""

    def __init__(self, compiler: Compiler, lock: Lock, now: int) -> None:
        self.compiler = compiler
        self.course = compiler.course
        self.lock = lock
        self.now = now
        self.version = self.course.version.rpartition(".")[0]
        self.cards: dict[str, CardRecord] = {}
        self.deck_records: dict[str, DeckRecord] = {}
        self.note_types = {
            key: self.note_type(key, note_type) for key, note_type in compiler.note_types.items()
        }
        self.notes: list[Note] = []
        self.version_tag = compiler.tag("changed::")
        self.types_in_use: set[str] = set()
        self.cards_by_kind: Counter[str] = Counter()
        self.left_out = 0
        self.taken: set[int] = set()
        self.first_cards: set[int] = set()
        self.merged = lock.merged()

    def deck(self, lessons: Iterable[LessonNotes]) -> Deck:
        course, compiler = self.course, self.compiler
        media: set[str] = set()
        places: list[tuple[str, str, str]] = []
        begun = False
        for lesson in lessons:
            places.append((lesson.id, lesson.deck, lesson.description))
            if lesson.notes and not begun:
                begun = True
                text = descriptions.before_you_begin(course)
                self.reference("course-notice", "Before you begin", text, places[0][1])
            for note in lesson.notes:
                self.note(note)
            media.update(lesson.media)
        self.retire_readings(places[-1][1] if places else "")
        if begun:
            text = descriptions.help_lines(course)
            self.reference("course-help", "Where to find help", text, places[-1][1])
        note_types = {
            key: note_type for key, note_type in self.note_types.items() if key in self.types_in_use
        }
        decks = tuple(self.decks(places))
        own_types = [
            note_types[own.key(name)].note_type
            for name in course.note_types
            if own.key(name) in note_types
        ]
        return Deck(
            course=course,
            lesson_count=len(places),
            cards_by_kind=self.cards_by_kind,
            left_out=self.left_out,
            preset=ids.number("preset", course.id),
            practice_preset=ids.number("preset", course.id, "practice"),
            study=course.study,
            decks=decks,
            note_types=note_types,
            notes=tuple(self.notes),
            media=shown_media(compiler.media, media, own_types),
        )

    def note(self, note: Note) -> None:
        """Add a note with its identity, the time of its last change, and its place."""
        record = self.record(note)
        if record.retired and is_new(record):
            self.left_out += 1
            return  # Nobody has it, so there is nobody to tell that it is retired.
        self.cards[note.card] = record
        first_card = ids.first_card(record.guid)
        first_card = ids.distinct(first_card, self.first_cards, ids.CARDS_APART)
        id = ids.distinct(ids.number("note", record.guid), self.taken)
        if self.told_before(record):
            self.left_out += 1
            return  # Check Database would give new learners a card of a note that has none.
        self.types_in_use.add(note.note_type)
        self.cards_by_kind[note.kind] += len(note.places)
        fields, tags = note.fields, note.tags
        if note.kind != "custom":
            tags = tuple(sorted((*tags, self.version_tag + record.version)))
            marks = note.fields[-1]
            fields = (*note.fields[:-1], stamp.written(record.changed, marks, tags))
        dated = note._replace(
            guid=record.guid,
            id=id,
            first_card=first_card,
            position=len(self.notes) + 1,
            modified=record.changed,
            since=record.since,
            fields=fields,
            tags=tags,
        )
        self.notes.append(dated)

    def told_before(self, record: CardRecord) -> bool:
        """Return whether an earlier release has told learners that a card is retired."""
        return record.retired_in not in ("", self.course.version)

    def reference(self, card: str, prompt: str, text: str, deck: str) -> None:
        """Add the note that shows a text of the whole course, if it has or once had that text."""
        if text or card in self.lock.cards:
            self.note(self.compiler.of_the_course(card, prompt, text, deck))

    def retire_readings(self, deck: str) -> None:
        """Retire the reading cards that learners have and that are gone.

        Whoever divides a reading does not think of cards.
        """
        kept = {card.guid for card in self.cards.values()}
        for id, card in sorted(self.lock.cards.items()):
            is_reading = card.note_type == "reference" and id not in OF_THE_COURSE
            if is_reading and not is_new(card) and card.guid not in kept:
                self.note(self.compiler.gone_reading(id, deck))

    def record(self, note: Note) -> CardRecord:
        """Return a card's record for the new lock."""
        before = self.known(note)
        if before and note.retired and self.told_before(before):
            return before
        same = before and (before.content, before.retired) == (note.content, note.retired)
        if before and same and before.files in ("", note.files):
            if before.places == note.anki_places and before.files == note.files:
                return before
            return replace(before, places=note.anki_places, files=note.files)
        return CardRecord(
            guid=before.guid if before else note.guid,
            note_type=note.note_type,
            content=note.content,
            changed=time_of_change(self.now, before.changed if before else None),
            version=self.version,
            retired=note.retired,
            places=note.anki_places,
            files=note.files,
            unreleased=after_change(before),
            since=_since(before, note),
        )

    def known(self, note: Note) -> CardRecord | None:
        """Return a card's record in the old lock; of several with its GUID, the latest.

        They come from a merge of a rename with another change. Learners may have either, so what
        differs from either must become newer than both.
        """
        record = self.lock.cards.get(note.card) or self.lock.cards.get(note.formerly)
        records = self.merged.get(record.guid, []) if record else []
        if not record or not records:
            return record
        time = max(record.changed for record in records)
        latest = [record for record in records if record.changed == time]
        record = next((record for record in latest if record.content != note.content), latest[0])
        if all(map(is_new, records)) or not is_new(record):
            return record
        return replace(record, unreleased=CHANGED)

    def note_type(self, key: str, own: NoteType) -> DatedNoteType:
        before = self.lock.note_types.get(key)
        if before and before.content == hashes(own)[1]:
            return DatedNoteType(before.id, before.changed, own)
        modified = time_of_change(self.now, before.changed if before else None)
        return DatedNoteType(
            before.id
            if before
            else self.compiler.known_ids.get(key) or ids.number("note type", self.course.id, key),
            modified,
            own,
        )

    def type_record(self, key: str, dated: DatedNoteType) -> NoteTypeRecord:
        """Return a note type's record for the new lock."""
        layout, content = hashes(dated.note_type)
        before = self.lock.note_types.get(key)
        same = before is not None and before.content == content
        unreleased = before.unreleased if before and same else after_change(before)
        return NoteTypeRecord(dated.id, layout, content, dated.modified, unreleased)

    def decks(self, lessons: Sequence[tuple[str, str, str]]) -> Iterator[Subdeck]:
        """Yield every deck from the outermost parent on.

        A parent that is not written loses its description in Anki. Lessons come with deck and
        description.
        """
        course = self.course
        levels = course.deck.split("::")
        for depth in range(1, len(levels)):
            yield self.subdeck("::".join(levels[:depth]), "parent", str(depth))
        first = next((description for _lesson, _name, description in lessons), "")
        about = descriptions.of_course(course, first)
        yield self.subdeck(course.deck, "course", description=about)
        # Imported lessons may share a deck, or lie in the course's own.
        shared = {"::".join(levels[: depth + 1]) for depth in range(len(levels))}
        text = descriptions.of_text(self.compiler.words["practice_deck"], course.language)
        practised = {note.deck for note in self.notes if note.kind == "practice"}
        for lesson, name, description in lessons:
            if name not in shared:
                shared.add(name)
                yield self.subdeck(name, "lesson", lesson, description=description)
            practice = self.compiler.practice_deck(name)
            if practice in practised and practice not in shared:
                shared.add(practice)
                deck = self.subdeck(practice, "practice", lesson, description=text)
                yield replace(deck, practice=True)

    def subdeck(self, name: str, *names: str, description: str = "") -> Subdeck:
        key = " ".join(names)
        before = self.lock.decks.get(key)
        number = before.id if before else ids.number("deck", self.course.id, *names)
        record = self.deck_records[key] = DeckRecord(
            ids.distinct(number, self.taken),
            normal(name),
            before.unreleased if before else NEW,
        )
        return Subdeck(record.id, record.name, description)


def _since(before: CardRecord | None, note: Note) -> int:
    """Return the second of the release that brought a card; 0 if the next release brings it.

    That also brings a card that was retired: whoever began meanwhile does not have it.
    """
    return before.since if before and before.retired <= note.retired else 0
