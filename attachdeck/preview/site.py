"""What the page shows: lessons, cards and problems, as they are on disk now."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape, unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

from attachdeck import pipeline
from attachdeck.anki.markup import Shown, render
from attachdeck.compile.deck import DatedNoteType, Note
from attachdeck.compile.objects import Rules
from attachdeck.compile.results import Checked
from attachdeck.domain.course import Card, Course, Lesson, Section
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.outputs.faces import reading_html
from attachdeck.preview.rendering import sides

Entry = dict[str, Any]
"""A value for JSON: a lesson, a card or a problem as `preview.js` reads it."""

_TYPE_HERE = re.compile(r"\[\[type:([^\]]*)\]\]")
_READ_ALOUD = re.compile(r"\[anki:play:[qa]:[0-9]+\]")


@dataclass(frozen=True, slots=True)
class Drawable:
    """A note with what draws it."""

    note: Note
    dated: DatedNoteType
    language: str


@dataclass(frozen=True, slots=True)
class Site:
    """One state of the page. `lessons` holds each lesson's cards; a lesson with mistakes is as it
    last was without. `folders` are to be watched."""

    title: str = ""
    lessons: tuple[Entry, ...] = ()
    problems: tuple[Entry, ...] = ()
    notes: Mapping[str, Drawable] = field(default_factory=dict, repr=False)
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    folders: tuple[Path, ...] = ()

    def state(self) -> Entry:
        """Return all that the page needs to know, for JSON."""
        return {"title": self.title, "lessons": self.lessons, "problems": self.problems}

    def stuck(self, folder: Path, error: Exception) -> Site:
        """Return the same site with the error that kept the course from being looked at.

        All of its folders are watched still.
        """
        message = f"the course cannot be shown ({type(error).__name__}: {error})"
        problem = {
            "rule": "preview",
            "severity": "error",
            "message": message,
            "help": f"`attachdeck check {folder}` says more",
            "also": [],
            "place": str(folder),
            "card": "",
        }
        return replace(self, problems=(problem,), folders=self.folders or (folder,))

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
        html = _READ_ALOUD.sub(
            '<button type="button" disabled>▶</button>',
            _TYPE_HERE.sub(lambda match: _typed(drawable, match[1]), html),
        )
        script = (files(__package__) / "assets" / "card.js").read_text(encoding="utf-8")
        engine = "<script>window.anki = {imageOcclusion: {setup: function () {}}};</script>"
        return (
            f'<!doctype html><html lang="{escape(drawable.language)}"><head><meta '
            f'charset="utf-8"><title>{escape(card)}</title><base href="/media/">'
            f'<style>{drawable.dated.note_type.css}</style>{engine}</head><body class="card '
            f'{escape(classes)}"><div id="qa">{html}</div>'
            f"<script>{script}</script></body></html>"
        )


def look(folder: Path, before: Site | None = None) -> Site:
    """Return the course as it is on disk now.

    What has mistakes stays as it was before, beside its problems.
    """
    before = before or Site()
    rules = Rules(time.strftime("%Y-%m-%d", time.gmtime()))
    checked = pipeline.check(folder, rules=rules)
    course, deck = checked.good, pipeline.shown(checked)
    if course is None or deck is None:
        problems = tuple(_problems(checked.diagnostics, before.lessons))
        return replace(before, problems=problems, folders=_folders(checked))
    notes = {
        note.card: Drawable(note, deck.note_types[note.note_type], course.language)
        for note in deck.notes
    }
    media = dict(deck.media)
    pictures = _pictures(course, deck.media)
    lessons = [_lesson(lesson, course, pictures, notes) for lesson in course.lessons]
    for lesson in _spoilt(before, lessons, checked):
        lessons.append(lesson | {"stale": True})
        notes |= {
            card["id"]: before.notes[card["id"]]
            for card in lesson["cards"]
            if card["id"] not in notes
        }
        media |= before.media
    lessons.sort(key=lambda lesson: str(lesson["file"]))
    return Site(
        course.title,
        tuple(lessons),
        tuple(_problems(checked.diagnostics, tuple(lessons))),
        notes,
        media,
        _folders(checked),
    )


def _pictures(course: Course, media: Mapping[str, bytes]) -> dict[str, Shown]:
    """Return the pictures of a course as the page shows them in a text."""
    packed = {content: name for name, content in media.items()}
    return {
        name: Shown(f"/media/{packed.get(picture.content, '')}", "", picture.alt)
        for name, picture in course.pictures.items()
    }


def _spoilt(before: Site, lessons: Iterable[Entry], checked: Checked) -> list[Entry]:
    """Return the lessons that have mistakes now, as they were: what was good stays up."""
    shown = {lesson["file"] for lesson in lessons}
    there = {document.file for document in checked.files.lessons}
    return [lesson for lesson in before.lessons if lesson["file"] in there - shown]


def _folders(checked: Checked) -> tuple[Path, ...]:
    """Return a course's folder, and those of the courses that it extends."""
    return (Path(checked.files.name), *(_folders(checked.base) if checked.base else ()))


def _lesson(
    lesson: Lesson, course: Course, pictures: Mapping[str, Shown], notes: Mapping[str, Drawable]
) -> Entry:
    entries: tuple[Section | Card, ...] = (*lesson.reading, *lesson.cards)
    cards = [
        _card(card.id, card.at.file, card.at.line, notes[card.id])
        for card in entries
        if card.id in notes  # Readings may be no cards.
    ]
    for reference, place in (("course-notice", 0), ("course-help", len(cards) + 1)):
        if reference in notes and notes[reference].note.deck == f"{course.deck}::{lesson.deck}":
            cards.insert(
                place,
                _card(
                    reference,
                    f"{course.lessons[0].at.file.rpartition('/lessons/')[0]}/course.yaml",
                    1,
                    notes[reference],
                ),
            )
    return {
        "id": lesson.id,
        "file": lesson.at.file,
        "title": f"{lesson.number} {lesson.title}",
        "summary": lesson.summary,
        "note": lesson.content_note,
        "reading": reading_html(lesson, lambda text: render(text, pictures)),
        "cards": cards,
        "stale": False,
    }


def _card(name: str, file: str, line: int, drawable: Drawable) -> Entry:
    note = drawable.note
    text = " ".join((name, *note.fields))
    digest = hashlib.sha256(
        "\x1f".join((drawable.dated.note_type.css, *note.fields)).encode()
    ).hexdigest()[:12]
    return {
        "id": name,
        "file": file,
        "line": line,
        "kind": note.kind,
        "tags": [
            tag.partition("::")[2]
            for tag in note.tags
            if "::changed::" not in tag and "::kind::" not in tag
        ],
        "places": [new_card.place for new_card in note.cards],
        "wordings": len(note.variants) + 1,
        "text": re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", text))).lower(),
        "hash": digest,
    }


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


def _problems(diagnostics: Iterable[Diagnostic], lessons: tuple[Entry, ...]) -> Iterator[Entry]:
    for diagnostic in diagnostics:
        yield {
            "rule": diagnostic.rule,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "help": diagnostic.help or "",
            "also": [f"{label}: {at}" for label, at in diagnostic.also],
            "place": str(diagnostic.at),
            "card": _card_at(diagnostic, lessons),
        }


def _card_at(problem: Diagnostic, lessons: tuple[Entry, ...]) -> str:
    """Return the card in whose lines a problem stands, or nothing."""
    name = ""
    for lesson in lessons:
        for card in lesson["cards"]:
            if (
                card["file"] == problem.at.file
                and card["line"] <= problem.at.line
                and card["file"] == lesson["file"]
            ):
                name = card["id"]
    return name


def _typed(drawable: Drawable, field: str) -> str:
    """Return what Anki shows on the back when the learner has typed the answer rightly."""
    typed = drawable.dated.note_type.named(drawable.note.fields).get(field, "")
    return f'<code id="typeans"><span class="typeGood">{typed}</span></code>'
