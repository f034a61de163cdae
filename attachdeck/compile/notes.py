"""Cards to notes: fields, tags, deck names, and which cards Anki makes of each.

Who a note is and when it last changed is the business of `link`: what is here depends on the course
alone, lesson by lesson.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from attachdeck.anki.inert import WORD_JOINER, inert
from attachdeck.anki.markup import Shown, picture, plain, render, render_gaps, tame
from attachdeck.anki.media import media_in, references
from attachdeck.anki.note_types import KINDS, Look, NoteType, note_type, own, words
from attachdeck.anki.note_types.generation import card_places
from attachdeck.anki.references import unfolding
from attachdeck.compile import descriptions
from attachdeck.compile.deck import Note
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
    TypedCard,
    VignetteCard,
)
from attachdeck.domain.location import Location
from attachdeck.lock import ids
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


Fields = dict[str, str]


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

    def deck_of(self, lesson: Lesson) -> str:
        """The full name of a lesson's deck."""
        return normal(lesson.full_deck or f"{self.course.deck}::{lesson.deck}")

    def description_of(self, lesson: Lesson, notes: Iterable[Note]) -> str:
        """The description of a lesson's deck; a deck that is not the lesson's own has none."""
        if lesson.full_deck:
            return ""
        return descriptions.of_lesson(lesson, self.course, self.brought_along(lesson, notes))

    def notes(self, lesson: Lesson) -> tuple[Note, ...]:
        """The notes of a lesson: its reading's, and then its cards' in their author's order."""
        deck = self.deck_of(lesson)
        cards = (*self.reading_cards(lesson), *lesson.cards)
        return tuple(self.note(card, lesson, deck) for card in cards)

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

    def of_the_course(self, card: str, prompt: str, text: str, deck: str) -> Note:
        """The note that shows a text of the whole course; retired once the course has no such text any more."""
        gone = "" if text else self.words["No longer in the course."]
        made = ReferenceCard(
            id=card,
            place=Location("course.yaml"),
            prompt=self.words[prompt],
            text=text,
            retired_because=gone,
        )
        return self.note(made, None, deck)

    def gone_reading(self, card: str, deck: str) -> Note:
        """The note that tells learners of a reading card that the course has it no more."""
        made = ReadingCard(
            id=card,
            place=Location("course.yaml"),
            prompt=self.words["Reading"],
            text="",
            part="",
            retired_because=self.words["No longer in the course."],
        )
        return self.note(made, None, deck)

    def note(self, card: Card, lesson: Lesson | None, deck: str) -> Note:
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
        made = card_places(kind, row)
        return Note(
            card=card.id,
            formerly=card.formerly,
            kind=card.kind,
            note_type=key,
            fields=row,
            tags=tags,
            deck=self.practice_deck() if card.kind == "practice" else deck,
            # Learners who have a retired card keep it, with its new text; without cards in the
            # package nobody else gets it.
            places=() if card.retired_because else made,
            made=made,
            content=ids.content_hash(key, *row, *tags),
            files=self.files(row) if custom else "",
            retired=bool(card.retired_because),
            guid=ids.guid(self.course.id, card.formerly or card.id),
        )

    def files(self, row: tuple[str, ...]) -> str:
        """A hash of the files that a custom card shows under names of their own: Anki takes over other bytes only with a note that has changed."""
        shown = sorted(media_in(row, self.course.files))
        return (
            ids.content_hash(
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

    def media_of(self, notes: Iterable[Note]) -> set[str]:
        """The files that notes show."""
        return media_in((text for note in notes for text in note.fields), self.media)

    def brought_along(self, lesson: Lesson, notes: Iterable[Note]) -> Shown | None:
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


def _texts(own: NoteType) -> tuple[str, ...]:
    return (own.css, *(text for each in own.templates for text in (each.front, each.back)))


def _content_note(card: Card, lesson: Lesson | None) -> str:
    """A lesson's note stands on its own cards; the cards of the whole course must not vanish when sensitive ones are suspended."""
    return card.content_note or (lesson.content_note if lesson else "")


def hashes(own: NoteType) -> tuple[str, str]:
    """A hash of what must never change (fields and templates with their ids, in order), and one of all that Anki takes over from a newer note type."""
    fields = (f"{each.id} {each.name}" for each in own.fields)
    templates = (f"{each.id} {each.name}" for each in own.templates)
    layout = ids.content_hash(*fields, *templates, str(own.cloze))
    more = [
        dict(own.more),
        *(dict(each.more) for each in own.fields),
        *(dict(each.more) for each in own.templates),
    ]
    return layout, ids.content_hash(
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
