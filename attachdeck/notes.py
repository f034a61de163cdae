"""Course to notes: fields, tags, GUIDs, deck names; all that a package holds, as values."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from html import unescape
from urllib.parse import unquote

from attachdeck import identity
from attachdeck.course import (
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
    ReferenceCard,
    Region,
    ReversedCard,
    SequenceCard,
    Study,
    TypedCard,
    VignetteCard,
)
from attachdeck.identity import CardRecord, DeckRecord, Lock, NoteTypeRecord
from attachdeck.location import Location
from attachdeck.markup import Shown, inert, picture, plain, render
from attachdeck.note_types import KINDS, Look, NoteType, note_type, own, words
from attachdeck.note_types.generation import card_places
from attachdeck.references import unfolding
from attachdeck.value import value

NOTE_TYPE_OF = {"basic": "basic", "reversed": "basic", "typed": "basic", "choice": "choice", "vignette": "choice"}
NOTE_TYPE_OF |= {kind: kind for kind in ("cloze", "sequence", "occlusion", "practice", "reference")}
"""The note type (one of `note_types.KINDS`) that each kind of card becomes; a custom card names its own."""

_REFERENCE = re.compile(
    r"""(?:src|data)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))|\[sound:(.*?)\]|url\(\s*(?:"([^"]+)"|'([^']+)'|([^)"']+?))\s*\)|@import\s+["']([^"']+)""",
    re.IGNORECASE,
)

Fields = dict[str, str]


@value()
class NewCard:
    """A card of a note: its place among the note's cards, and its id."""

    place: int
    id: int


@value(kw_only=True)
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


@value()
class Subdeck:
    """A deck in Anki's tree: its full name and its description in Markdown."""

    id: int
    name: str
    description: str = ""


@value()
class DatedNoteType:
    """A note type with its id and the time of its last change."""

    id: int
    modified: int
    note_type: NoteType


@value(kw_only=True)
class Deck:
    """All that a package holds."""

    course: Course = field(repr=False)
    preset: int
    study: Study
    decks: tuple[Subdeck, ...]
    note_types: dict[str, DatedNoteType]
    notes: tuple[Note, ...]
    media: dict[str, bytes] = field(repr=False)


def compile_course(course: Course, lock: Lock, now: int) -> tuple[Deck, Lock]:
    """Everything that a learner gets of a course, and the lock that remembers it.

    What the old lock knows unchanged keeps its time and version; everything else gets `now`, in seconds since 1970.
    """
    compiler = _Compiler(course, lock, now)
    return compiler.deck(), compiler.new_lock()


class _Compiler:
    """Knows the course's pictures by their names in the package, what the old lock says, and what the new one will."""

    def __init__(self, course: Course, lock: Lock, now: int) -> None:
        self.course = course
        self.lock = lock
        self.now = now
        self.cards: dict[str, CardRecord] = {}
        self.deck_records: dict[str, DeckRecord] = {}
        self.words = words(course.language)
        self.media: dict[str, bytes] = {}
        self.shown = {name: self.pack(each) for name, each in course.pictures.items()}
        self.citations: dict[tuple[str, str], str] = {}
        self.plain_texts: dict[str, str] = {}
        self.tag_names: dict[str, str] = {}
        self.deck_names: dict[str, str] = {}
        look = Look(title=course.title, language=course.language, accent=course.accent, accent_night=course.accent_night, speech=course.speech)
        self.note_types = {kind: self.dated(kind, note_type(kind, look)) for kind in KINDS}
        self.note_types |= {own.key(name): self.dated(own.key(name), own.note_type(each), own.number(each)) for name, each in course.note_types.items()}
        self.media |= course.files
        self.taken: set[int] = set()

    def deck(self) -> Deck:
        course = self.course
        cards: list[tuple[Card, Lesson]] = [(card, lesson) for lesson in course.lessons for card in lesson.cards]
        if cards:
            cards[:0] = ((card, course.lessons[0]) for card in self.reference_card("course-notice", "Before you begin", course.notice))
            cards += ((card, course.lessons[-1]) for card in self.reference_card("course-help", "Where to find help", self.help_lines()))
        notes = [self.note(card, lesson, position) for position, (card, lesson) in enumerate(cards, 1)]
        decks = list(self.decks(any(note.kind == "practice" for note in notes)))
        return Deck(
            course=course,
            preset=identity.number("preset", course.id),
            study=course.study,
            decks=tuple(decks),
            note_types={kind: each for kind, each in self.note_types.items() if any(note.note_type == kind for note in notes)},
            notes=tuple(notes),
            media=shown_media(self.media, notes, decks, (self.note_types[note.note_type].note_type for note in notes if note.kind == "custom")),
        )

    def reference_card(self, card: str, prompt: str, text: str) -> Iterable[ReferenceCard]:
        """The card that shows a text of the whole course; retired once the course has no such text any more."""
        if text or card in self.lock.cards:
            gone = "" if text else self.words["No longer in the course."]
            yield ReferenceCard(id=card, place=Location("course.yaml"), prompt=self.words[prompt], text=text, retired_because=gone)

    def new_lock(self) -> Lock:
        note_types = {key: NoteTypeRecord(each.id, *hashes(each.note_type), each.modified) for key, each in self.note_types.items()}
        return Lock(course=self.course.id, decks=self.deck_records, note_types=note_types, cards=self.cards)

    def dated(self, kind: str, own: NoteType, known_id: int | None = None) -> DatedNoteType:
        before = self.lock.note_types.get(kind)
        if before and before.content == hashes(own)[1]:
            return DatedNoteType(before.id, before.changed, own)
        modified = identity.time_of_change(self.now, before.changed if before else None)
        return DatedNoteType(before.id if before else known_id or identity.number("note type", self.course.id, kind), modified, own)

    def record(self, card: Card, content: str) -> CardRecord:
        """What the lock remembers of a card from now on."""
        before = self.lock.cards.get(card.id) or self.lock.cards.get(card.formerly)
        if before and before.content == content:
            return before
        return CardRecord(
            guid=before.guid if before else identity.guid(self.course.id, card.formerly or card.id),
            note_type=_note_type_of(card),
            content=content,
            changed=identity.time_of_change(self.now, before.changed if before else None),
            version=self.course.version.rpartition(".")[0],
            retired=bool(card.retired_because),
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
        return render(text, self.shown) if text else ""

    def plain(self, text: str) -> str:
        found = self.plain_texts.get(text)
        if found is None:
            found = self.plain_texts[text] = plain(text).replace("{{", "{&#123;")
        return found

    def note(self, card: Card, lesson: Lesson, position: int) -> Note:
        custom = isinstance(card, CustomCard)
        fields = dict(card.fields) if isinstance(card, CustomCard) else self.shared_fields(card, lesson) | _FIELDS[card.kind](self, card)
        kind = _note_type_of(card)
        dated = self.note_types[kind]
        row = dated.note_type.row(fields)
        tags = card.tags if custom else self.tags(card, lesson)
        record = self.cards[card.id] = self.record(card, identity.content_hash(kind, *row, *tags))
        guid = record.guid
        # Learners who have a retired card keep it, with its new text; without cards in the package nobody else gets it.
        places = () if record.retired else card_places(dated.note_type, row)
        return Note(
            card=card.id,
            id=identity.distinct(identity.number("note", guid), self.taken),
            guid=guid,
            kind=card.kind,
            note_type=kind,
            fields=row,
            tags=tags if custom else tuple(sorted((*tags, self.tag(f"changed::{record.version}")))),
            deck=self.practice_deck() if card.kind == "practice" else self.lesson_deck(lesson),
            position=position,
            cards=tuple(NewCard(place, identity.distinct(identity.number("card", guid, str(place)), self.taken)) for place in places),
            modified=record.changed,
        )

    def shared_fields(self, card: Card, lesson: Lesson) -> Fields:
        return {
            "Hint": self.html(card.hint),
            "Why": self.html(card.why),
            "Confusion": self.html(card.confusion),
            "Sources": self.sources(card.sources),
            "Content Note": self.plain(_content_note(card, lesson)),
            "Lesson": "" if isinstance(card, ReferenceCard) else self.plain(lesson.title),
            "Objective": self.plain(card.objective.text) if card.objective else "",
            "Retired": self.html(card.retired_because),
            "ID": card.id,
        }

    def tags(self, card: Card, lesson: Lesson) -> tuple[str, ...]:
        lessons = () if isinstance(card, ReferenceCard) else (f"lesson::{lesson.id}",)
        found = [*lessons, f"kind::{card.kind}", *card.tags, *(f"article::{claim}" for claim in card.article)]
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
            found = self.tag_names[name] = unicodedata.normalize("NFC", f"{self.course.id}::{name}")
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

    def lesson_deck(self, lesson: Lesson) -> str:
        found = self.deck_names.get(lesson.id)
        if found is None:
            found = self.deck_names[lesson.id] = unicodedata.normalize("NFC", lesson.full_deck or f"{self.course.deck}::{lesson.deck}")
        return found

    def practice_deck(self) -> str:
        return unicodedata.normalize("NFC", f"{self.course.deck}::{self.course.practice_deck}")

    def decks(self, practice: bool) -> Iterable[Subdeck]:
        """Every deck from the outermost parent on; a parent that is not written loses its description in Anki."""
        course = self.course
        levels = course.deck.split("::")
        for depth in range(1, len(levels)):
            yield self.subdeck("::".join(levels[:depth]), "parent", str(depth))
        yield self.subdeck(course.deck, "course", description=self.course_description())
        # Imported lessons may share a deck, or lie in the course's own.
        shared = {"::".join(levels[: depth + 1]) for depth in range(len(levels))}
        for lesson in course.lessons:
            if (name := self.lesson_deck(lesson)) not in shared:
                shared.add(name)
                yield self.subdeck(name, "lesson", lesson.id, description="" if lesson.full_deck else self.lesson_description(lesson))
        if practice:
            yield self.subdeck(self.practice_deck(), "practice", description=self.words["practice_deck"])

    def subdeck(self, name: str, *names: str, description: str = "") -> Subdeck:
        key = " ".join(names)
        before = self.lock.decks.get(key)
        number = before.id if before else identity.number("deck", self.course.id, *names)
        record = self.deck_records[key] = DeckRecord(identity.distinct(number, self.taken), unicodedata.normalize("NFC", name))
        return Subdeck(record.id, record.name, self.described(description))

    def course_description(self) -> str:
        course, word = self.course, self.words
        parts = [course.description, course.notice]
        if course.help:
            parts += [f"### {word['Help']}", self.help_lines()]
        licence = f"[{course.licence}]({course.licence_url})" if course.licence_url else course.licence
        authors = f" · {', '.join(course.authors)}" if course.authors else ""
        homepage = f" · {course.homepage}" if course.homepage else ""
        parts.append(f"{course.title} · {word['Version']} {course.version}{authors} · {word['Licence']}: {licence}{homepage}")
        return "\n\n".join(part.strip() for part in parts if part)

    def help_lines(self) -> str:
        """The help lines as Markdown, with the day on which they were last checked; nothing where a course has none."""
        help = self.course.help
        if help is None:
            return ""
        lines = "\n".join(f"- **{line.where}:** {line.contact}" for line in help.lines)
        return "\n\n".join(part.strip() for part in (help.note, lines, f"*{self.words['Last checked']}: {help.checked}*") if part)

    def lesson_description(self, lesson: Lesson) -> str:
        objectives = "\n".join(f"- {objective.text}" for objective in lesson.objectives)
        parts = [f"**{lesson.summary.strip()}**", f"*{lesson.content_note}*" if lesson.content_note else ""]
        parts += [f"{self.words['After this lesson you can']}:", objectives, lesson.reading]
        return "\n\n".join(part.strip() for part in parts if part)

    def described(self, markdown: str) -> str:
        """A description's Markdown with pictures by their packaged names and no HTML (an old Anki would show it unsanitised)."""
        markdown = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", unicodedata.normalize("NFC", markdown))
        return re.sub(r"!\[([^\]]*)\]\(([^)\s]+)\)", self.described_picture, markdown)

    def described_picture(self, match: re.Match[str]) -> str:
        shown = self.shown.get(match[2])
        return f"![{match[1] or shown.alt}]({shown.name})" if shown else match[1]

    def basic(self, card: BasicCard) -> Fields:
        return {"Prompt": self.html(card.prompt), "Answer": self.html(card.answer)}

    def reversed(self, card: ReversedCard) -> Fields:
        return self.basic(card) | {"Reverse Prompt": self.html(card.reverse_prompt), "Reverse Answer": self.html(card.reverse_answer)}

    def typed(self, card: TypedCard) -> Fields:
        accepted = "".join(f"<li>{plain(each)}</li>" for each in card.accept)
        return {
            "Prompt": self.html(card.prompt),
            "Answer": plain(card.answer),
            "Typed": plain(card.answer),
            "Accepted": f"<ul>{accepted}</ul>" if accepted else "",
        }

    def cloze(self, card: ClozeCard) -> Fields:
        return {"Text": self.html_with_gaps(card.text)}

    def choice(self, card: ChoiceCard) -> Fields:
        # Without JavaScript learners see this order: it must not tell which one the author thought of first.
        options = sorted(card.options, key=lambda option: hashlib.sha256(f"{card.id}\x1f{option.text}".encode()).digest())
        return self.options(card, options)

    def vignette(self, card: VignetteCard) -> Fields:
        return self.options(card, card.options) | {"Scenario": self.html(card.scenario), "Cue": self.html(card.cue)}

    def options(self, card: ChoiceCard, options: Iterable[Option]) -> Fields:
        shown = [(option, self.html(option.text), self.html(option.why)) for option in options]
        right = [text for option, text, _ in shown if option.right]
        return {
            "Question": self.html(card.question),
            "Options": f'<ol class="options">{"".join(f"<li>{text}</li>" for _, text, _ in shown)}</ol>',
            "Answer": right[0] if len(right) == 1 else f"<ul>{''.join(f'<li>{text}</li>' for text in right)}</ul>",
            "Explained": f'<ol class="options">{"".join(_explained(*each) for each in shown)}</ol>',
        }

    def sequence(self, card: SequenceCard) -> Fields:
        steps = {f"Step {n}": self.html(step) for n, step in enumerate(card.steps, 1)}
        return {"Prompt": self.html(card.prompt), "Whole": self.words["All steps"] if card.whole else ""} | steps

    def occlusion(self, card: OcclusionCard) -> Fields:
        shown = self.shown[card.picture.file]
        return {
            "Occlusion": "".join(f"{{{{c{n}::{_shape(region, card.hide_all)}}}}}<br>" for n, region in enumerate(card.regions, 1)),
            "Image": picture(Shown(shown.name, "", shown.alt)),
            "Header": self.html(card.prompt),
            "Names": " ".join(f"{{{{c{n}::{self.plain(region.name).replace('}}', '} }').replace('::', ':')}}}}}" for n, region in enumerate(card.regions, 1)),
        }

    def practice(self, card: PracticeCard) -> Fields:
        return {"Prompt": self.html(card.prompt), "Example": self.html(card.example)}

    def reference(self, card: ReferenceCard) -> Fields:
        return {"Prompt": self.html(card.prompt), "Text": self.html(card.text)}


_FIELDS: Mapping[str, Callable[..., Fields]] = {kind: getattr(_Compiler, kind) for kind in NOTE_TYPE_OF}


def packed_name(course: Course, each: Picture) -> str:
    """A picture's name in a package: from its content, because Anki renames a known name with other bytes."""
    return f"{course.id}-{hashlib.sha256(each.content).hexdigest()[:16]}.{each.file.rpartition('.')[2].lower()}"


def shown_media(media: Mapping[str, bytes], notes: Iterable[Note], decks: Iterable[Subdeck], own_note_types: Iterable[NoteType] = ()) -> dict[str, bytes]:
    """Those files that notes, descriptions or the course's own note types show, sorted by name; with such a note type also those that
    Anki packs always, whose names begin with `_`."""
    if not media:
        return {}
    types = {each.kind: each for each in own_note_types}
    texts = [*(each for note in notes for each in note.fields), *(text for each in types.values() for text in _texts(each))]
    used = {name for text in texts for names in references(text) for name in names}
    used |= {name for deck in decks for name in re.findall(r"\]\(([^)]+)", deck.description)}
    used |= {name for name in media if types and name.startswith("_")}
    return {name: media[name] for name in sorted(used & media.keys())}


def references(text: str) -> Iterator[tuple[str, ...]]:
    """The files that HTML, a template or a style sheet refers to: of each the names that it may have, because names can be escaped."""
    for match in _REFERENCE.finditer(text):
        written = next(filter(None, match.groups()))
        yield tuple(dict.fromkeys(unicodedata.normalize("NFC", name) for name in (written, unescape(written), unquote(unescape(written)))))


def _texts(own: NoteType) -> tuple[str, ...]:
    return (own.css, *(text for each in own.templates for text in (each.front, each.back)))


def _note_type_of(card: Card) -> str:
    return own.key(card.note_type) if isinstance(card, CustomCard) else NOTE_TYPE_OF[card.kind]


def _content_note(card: Card, lesson: Lesson) -> str:
    """A lesson's note stands on its own cards; the cards of the whole course must not vanish when sensitive ones are suspended."""
    return card.content_note or ("" if isinstance(card, ReferenceCard) else lesson.content_note)


def hashes(own: NoteType) -> tuple[str, str]:
    """A hash of what must never change (fields and templates with their ids, in order), and one of all that Anki takes over from a newer note type."""
    fields = (f"{each.id} {each.name}" for each in own.fields)
    templates = (f"{each.id} {each.name}" for each in own.templates)
    layout = identity.content_hash(*fields, *templates, str(own.cloze))
    more = [dict(own.more), *(dict(each.more) for each in own.fields), *(dict(each.more) for each in own.templates)]
    return layout, identity.content_hash(layout, own.name, *_texts(own), *([json.dumps(more, sort_keys=True)] if own.more else []))


def _explained(option: Option, text: str, why: str) -> str:
    reason = f'<div class="reason">{why}</div>' if why else ""
    return f'<li class="{"right" if option.right else "wrong"}"><div class="option">{text}</div>{reason}</li>'


def _shape(region: Region, hide_all: bool) -> str:
    """A region in the words of Anki's image occlusion: lengths as parts of 1, an ellipse by its radii."""
    size = (region.width, region.height) if region.shape == "rect" else (region.width / 2, region.height / 2)
    names = ("width", "height") if region.shape == "rect" else ("rx", "ry")
    lengths = zip(("left", "top", *names), (region.left, region.top, *size), strict=True)
    return f"image-occlusion:{region.shape}:{':'.join(f'{name}={_part(value)}' for name, value in lengths)}{':oi=1' if hide_all else ''}"


def _part(percent: float) -> str:
    return f"{percent / 100:.4f}".rstrip("0").rstrip(".").removeprefix("0") or "0"
