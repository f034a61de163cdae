"""What the add-on's page of the course shows, and what it must know to open lessons: as values.

Texts are HTML, rendered and sanitised as those of cards are. Notes are named by their GUIDs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from attachdeck.anki import themes
from attachdeck.anki.markup import Media, plain, render
from attachdeck.compile.deck import Deck, Note
from attachdeck.compile.descriptions import help_lines
from attachdeck.compile.media import heard_sounds, shown_pictures
from attachdeck.domain.course import Lesson
from attachdeck.outputs.faces import in_paragraphs, reading_html, with_players
from attachdeck.outputs.site.reading import lifted

_TEXTS = ("reading", "reference")
"""Kinds of cards that ask nothing."""


def contents(deck: Deck) -> dict[str, object]:
    """Return the lessons, the help lines, the criterion by which lessons open, and the look."""
    course = deck.course
    html = _renderer(deck)
    notes = {note.card: note for note in deck.notes}
    lessons = [_lesson(lesson, notes, html) for lesson in course.lessons]
    ours = {id for lesson in course.lessons for id in _cards(lesson)}
    day, night = themes.declarations(course.theme, course.accent, course.accent_night)
    return {
        "lessons": lessons,
        "others": [note.guid for note in deck.notes if note.card not in ours],
        "help": lifted(html(help_lines(course)), 3),
        "opens": asdict(course.lessons_open),
        "style": {"day": day, "night": night},
    }


def _lesson(
    lesson: Lesson, notes: dict[str, Note], html: Callable[[str], str]
) -> dict[str, object]:
    own = [notes[card] for card in _cards(lesson) if card in notes]
    of_objective: dict[str, list[str]] = {objective.id: [] for objective in lesson.objectives}
    for card in lesson.cards:
        if card.objective and card.objective.id in of_objective and card.id in notes:
            of_objective[card.objective.id].append(notes[card.id].guid)
    return {
        "id": lesson.id,
        "number": lesson.number,
        "title": lesson.title,
        "summary": lifted(html(lesson.summary), 3),
        "note": plain(lesson.content_note),
        "requires": list(lesson.requires),
        "objectives": [
            {"text": plain(objective.text), "notes": of_objective[objective.id]}
            for objective in lesson.objectives
        ],
        "notes": {note.guid: [_kind(note), max(note.modified, note.since)] for note in own},
        "reading": lifted(reading_html(lesson, html)),
    }


def _cards(lesson: Lesson) -> list[str]:
    """Return the ids of a lesson's cards, also of those that are made from its reading."""
    readings = [section.id for section in lesson.reading]
    return [*readings, f"{lesson.id}-mixed", *(card.id for card in lesson.cards)]


def _kind(note: Note) -> str:
    """Return what a note is for the page: `card`, `practice`, or `text`, which asks nothing."""
    if note.retired or note.kind in _TEXTS:
        return "text"
    return "practice" if note.kind == "practice" else "card"


def _renderer(deck: Deck) -> Callable[[str], str]:
    """Return what renders Markdown.

    A picture or sound that no note brings into Anki is its alt text, or nothing.
    """
    known: Media = {**shown_pictures(deck.course), **heard_sounds(deck.course)}
    media = {name: file for name, file in known.items() if file.name in deck.media}

    def html(text: str) -> str:
        return in_paragraphs(with_players(render(text, media), "")) if text else ""

    return html
