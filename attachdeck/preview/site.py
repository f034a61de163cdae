"""What the page shows: lessons, cards and problems, as they are on disk now."""

from __future__ import annotations

import hashlib
import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

from attachdeck import pipeline
from attachdeck.anki.markup import Media, Shown, render
from attachdeck.compile.deck import DatedNoteType, Note
from attachdeck.compile.lessons import LessonObject
from attachdeck.compile.media import heard_sounds
from attachdeck.compile.objects import Memory, Rules
from attachdeck.compile.results import Checked
from attachdeck.domain.course import Course, Lesson
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.outputs.faces import player, reading_html, with_players
from attachdeck.preview.following import Seen, seen_in
from attachdeck.preview.rendering import sides

Entry = dict[str, Any]
"""A value for JSON: a lesson, a card or a problem as `preview.js` reads it."""

_TYPE_HERE = re.compile(r"\[\[type:([^\]]*)\]\]")
_AS_LOW_AS_ITS_TEXT = (
    " .page, .front .sheet { min-block-size: 0 } .page { padding-block: 1.25rem 2.5rem }"
)
"""The frame takes the page's height, which therefore must not follow from the frame's."""
_PLAYED = re.compile(r"\[anki:play:[qa]:([0-9]+)\]")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Drawable:
    """A note with what draws it. `style` is a hash of its note type's templates and CSS."""

    note: Note
    dated: DatedNoteType
    language: str
    style: str


@dataclass(frozen=True, slots=True)
class ShownLesson:
    """A lesson on the page, with what it was made of: where that is the same, so is the lesson."""

    made_of: tuple[Any, ...] = field(repr=False)
    entry: Entry


@dataclass(frozen=True, slots=True)
class Site:
    """One state of the page. `lessons` holds each lesson by its file; a lesson with mistakes is as
    it last was without. `seen` is what the look at the course saw."""

    title: str = ""
    lessons: Mapping[str, ShownLesson] = field(default_factory=dict)
    problems: tuple[Entry, ...] = ()
    notes: Mapping[str, Drawable] = field(default_factory=dict, repr=False)
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    seen: Seen = field(default_factory=Seen)

    @property
    def entries(self) -> dict[str, Entry]:
        """Return what the page shows of each lesson, by its file."""
        return {file: shown.entry for file, shown in self.lessons.items()}

    def stuck(self, folder: Path, error: Exception) -> Site:
        """Return the same site with the error that kept the course from being looked at.

        All of its folders are watched still.
        """
        problem = Diagnostic(
            rule="preview",
            message=f"the course cannot be shown: {error}",
            at=Location(str(folder)),
            help=f"run `attachdeck check {folder}` for more details",
        )
        folders = self.seen.folders or (folder,)
        problems = tuple(_problems([problem], ()))
        return replace(self, problems=problems, seen=replace(self.seen, folders=folders))

    def document(self, card: str, place: int, wording: int, side: str, classes: str) -> str | None:
        """Return the HTML document of a card's side, or None if there is no such card.

        `classes` are those that Anki gives the body. `wording` is 0 for the card's own wording,
        and counts its variants from 1.
        """
        drawable = self.notes.get(card)
        if drawable is None or place not in {new_card.place for new_card in drawable.note.cards}:
            return None
        note = _worded(drawable, wording)
        if note is None:
            return None
        drawn = sides(drawable.dated.note_type, note, place)
        html = (
            _TYPE_HERE.sub('<input id="typeans" aria-label="Answer">', drawn.front)
            if side == "front"
            else drawn.back
        )
        played = drawn.played_on_front if side == "front" else drawn.played_on_back
        html = _PLAYED.sub(
            lambda match: _player(played[int(match[1])]),
            _TYPE_HERE.sub(lambda match: _typed(drawable, match[1]), html),
        )
        script = (files(__package__) / "assets" / "card.js").read_text(encoding="utf-8")
        engine = (
            "<script>window.anki = {imageOcclusion: {setup: function () {}}};"
            "try { window.attachdeckPick = JSON.parse(window.name); } catch (error) {}</script>"
        )
        return (
            f'<!doctype html><html lang="{escape(drawable.language)}"><head><meta '
            f'charset="utf-8"><title>{escape(card)}</title><base href="/media/">'
            f"<style>{drawable.dated.note_type.css}{_AS_LOW_AS_ITS_TEXT}</style>{engine}</head>"
            f'<body class="card '
            f'{escape(classes)}"><div id="qa">{html}</div>'
            f"<script>{script}</script></body></html>"
        )


def look(
    folder: Path, before: Site | None = None, memory: Memory | None = None, jobs: int = 1
) -> Site:
    """Return the course as it is on disk now.

    What has mistakes stays as it was before, beside its problems.
    """
    before = before or Site()
    rules = Rules(time.strftime("%Y-%m-%d", time.gmtime()))
    checked = pipeline.check(folder, jobs=jobs, whole=False, rules=rules, memory=memory)
    course, deck = checked.good, pipeline.shown(checked)
    if course is None or deck is None:
        problems = tuple(_problems(checked.diagnostics, before.entries.values()))
        return replace(before, problems=problems, seen=seen_in([checked]))
    styles = {key: _style(dated) for key, dated in deck.note_types.items()}
    notes = {
        note.card: Drawable(
            note, deck.note_types[note.note_type], course.language, styles[note.note_type]
        )
        for note in deck.notes
    }
    media = dict(deck.media)
    shown_media: Media = {**_pictures(course, deck.media), **heard_sounds(course)}
    lessons = _lessons(checked, shown_media, notes, before)
    for file, shown in _spoilt(before, lessons, checked).items():
        lessons[file] = replace(shown, entry=shown.entry | {"stale": True})
        notes |= {
            card["id"]: before.notes[card["id"]]
            for card in shown.entry["cards"]
            if card["id"] not in notes
        }
        media |= before.media
    lessons = dict(sorted(lessons.items()))
    entries = [shown.entry for shown in lessons.values()]
    problems = tuple(_problems(checked.diagnostics, entries))
    return Site(course.title, lessons, problems, notes, media, seen_in([checked]))


def _lessons(
    checked: Checked,
    media: Media,
    notes: Mapping[str, Drawable],
    before: Site,
) -> dict[str, ShownLesson]:
    """Return the lessons without errors by their files, those that did not change as they were."""
    lessons = {}
    for lesson_object in checked.objects:
        if lesson_object.lesson is None or lesson_object.notes is None:
            continue
        file = lesson_object.names.file
        names = [note.card for note in lesson_object.notes.notes if note.card in notes]
        names = _with_references(lesson_object.notes.deck, names, notes)
        made_of = (lesson_object, media, *(_look_of(notes[name]) for name in names))
        kept = before.lessons.get(file)
        if kept and kept.made_of == made_of:
            lessons[file] = replace(kept, entry=kept.entry | {"stale": False})
            continue
        places = _places(lesson_object, names, checked.files.course.file)
        cards = [_card(name, places[name], notes[name]) for name in names]
        reading = reading_html(lesson_object.lesson, lambda text: render(text, media))
        reading = with_players(reading, "/media/")
        lessons[file] = ShownLesson(made_of, _entry(lesson_object.lesson, file, reading, cards))
    return lessons


def _with_references(deck: str, names: list[str], notes: Mapping[str, Drawable]) -> list[str]:
    """Return the cards of a lesson with those of course.yaml that lie in its deck."""
    first, last = (
        [name] if name in notes and notes[name].note.deck == deck else []
        for name in ("course-notice", "course-help")
    )
    return [*first, *names, *last]


def _places(
    lesson_object: LessonObject, names: Iterable[str], course_file: str
) -> dict[str, Location]:
    """Return where each card of a lesson is written."""
    sections = lesson_object.lesson.reading if lesson_object.lesson else ()
    places = {name: Location(course_file, 1, 1, 1, 1) for name in names}
    places |= {section.id: section.at for section in sections}
    return places | {summary.id: summary.at for summary in lesson_object.summaries}


def _look_of(drawable: Drawable) -> tuple[Any, ...]:
    """Return what the page shows of a note."""
    note = drawable.note
    return (note.card, note.fields, note.variants, note.tags, note.places, drawable.dated.note_type)


def _pictures(course: Course, media: Mapping[str, bytes]) -> dict[str, Shown]:
    """Return the pictures of a course as the page shows them in a text."""
    packed = {content: name for name, content in media.items()}
    return {
        name: Shown(f"/media/{packed.get(picture.content, '')}", "", picture.alt)
        for name, picture in course.pictures.items()
    }


def _spoilt(
    before: Site, shown: Mapping[str, ShownLesson], checked: Checked
) -> dict[str, ShownLesson]:
    """Return the lessons that have mistakes now, as they were: what was good stays up."""
    there = {document.file for document in checked.files.lessons}
    return {file: lesson for file, lesson in before.lessons.items() if file in there - shown.keys()}


def _entry(lesson: Lesson, file: str, reading: str, cards: list[Entry]) -> Entry:
    return {
        "id": lesson.id,
        "file": file,
        "title": f"{lesson.number} {lesson.title}",
        "summary": lesson.summary,
        "note": lesson.content_note,
        "reading": reading,
        "cards": cards,
        "stale": False,
    }


def _card(name: str, at: Location, drawable: Drawable) -> Entry:
    note = drawable.note
    text = " ".join((name, *note.fields))
    return {
        "id": name,
        "file": at.file,
        "line": at.line,
        "kind": note.kind,
        "tags": [
            tag.partition("::")[2]
            for tag in note.tags
            if "::changed::" not in tag and "::kind::" not in tag
        ],
        "places": [new_card.place for new_card in note.cards],
        "wordings": len(note.variants) + 1,
        "text": " ".join(unescape(_TAG.sub(" ", text)).lower().split()),
        "hash": _hash(drawable.style, *note.fields),
    }


def _style(dated: DatedNoteType) -> str:
    own = dated.note_type
    templates = (side for template in own.templates for side in (template.front, template.back))
    return _hash(own.css, *templates)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:12]


def _worded(drawable: Drawable, wording: int) -> Note | None:
    """Return a note as it would be with one of its wordings alone; None if it has none such."""
    note = drawable.note
    if not note.variants:
        return note if wording == 0 else None
    if wording > len(note.variants):
        return None
    own = drawable.dated.note_type
    first = own.row(own.named(note.fields) | {"Variants": "", "Variant Answers": ""})
    return note._replace(fields=(first, *note.variants)[wording])


def _problems(diagnostics: Iterable[Diagnostic], lessons: Iterable[Entry]) -> Iterator[Entry]:
    begins: dict[str, list[tuple[int, str]]] = {}
    for lesson in lessons:
        for card in lesson["cards"]:
            if card["file"] == lesson["file"]:
                begins.setdefault(card["file"], []).append((card["line"], card["id"]))
    for cards in begins.values():
        cards.sort()
    for diagnostic in diagnostics:
        yield {
            "rule": diagnostic.rule,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "help": diagnostic.help or "",
            "also": [
                {"label": label, "file": at.file, "line": at.line, "column": at.column}
                for label, at in diagnostic.also
            ],
            "file": diagnostic.at.file,
            "line": diagnostic.at.line,
            "column": diagnostic.at.column,
            "card": _card_at(diagnostic.at.line, begins.get(diagnostic.at.file, ())),
        }


def _card_at(line: int, begins: Sequence[tuple[int, str]]) -> str:
    """Return the card in whose lines a problem is, or nothing; `begins` are the cards' first
    lines."""
    before = bisect_right(begins, line, key=lambda begin: begin[0])
    return begins[before - 1][1] if before else ""


def _player(played: str) -> str:
    """Return a player for a sound; what Anki reads aloud by itself is a button without effect."""
    name = played.removeprefix("[sound:").removesuffix("]")
    if name == played or '"' in name:
        return '<button type="button" disabled>▶</button>'
    return player(name)


def _typed(drawable: Drawable, field: str) -> str:
    """Return what Anki shows on the back when the learner has typed the answer rightly."""
    typed = drawable.dated.note_type.named(drawable.note.fields).get(field, "")
    return f'<code id="typeans"><span class="typeGood">{typed}</span></code>'
