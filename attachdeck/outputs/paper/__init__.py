"""The output `print`: double-sided cards to cut out, and a handout of the lessons.

Each is one HTML file with everything inside. Sheets of fronts and backs alternate. A sheet of backs
has each row reversed, so that a print that is turned on its long edge has every answer on the back
of its question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from importlib.resources import files
from pathlib import Path

from attachdeck.anki import themes
from attachdeck.anki.markup import Media, Shown, render
from attachdeck.anki.note_types import direction, words
from attachdeck.anki.references import cited, reference
from attachdeck.compile.deck import Deck
from attachdeck.compile.media import heard_sounds
from attachdeck.compile.mixing import mixed_cards
from attachdeck.domain.course import Course, Lesson
from attachdeck.outputs.faces import (
    Face,
    address,
    beginning,
    faces,
    in_paragraphs,
    read_out,
    reading_html,
    with_pictures,
)
from attachdeck.outputs.paper import choices, tests

SUFFIX = "-print"

_SLOT = re.compile(r"\[\[([\w ]+)\]\]")
_BLOCK = re.compile(r"</?(?:p|div|li|ol|ul|br|h[1-6]|tr|blockquote|pre|table)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Size:
    """A size of card, in millimetres, and how many fit on a sheet.

    `picture` is the height of a picture on it at most.
    """

    name: str
    columns: int
    rows: int
    width: float
    height: float
    picture: float


# Eight, four or one on 180 by 256 mm of an A4 sheet.
SIZES = (
    Size("small", 2, 4, 90, 64, 32),
    Size("large", 2, 2, 90, 128, 60),
    Size("whole", 1, 1, 180, 256, 120),
)
POINTS = (11.0, 9.5, 8.5, 7.5)
"""Sizes of type, in points; the first with which a card's text has room is taken."""

_MARGIN = 5.0
_FOOT = 6.0


@dataclass(frozen=True, slots=True)
class _Printed:
    """A card of paper: its number, its lesson's deck, and both sides, each with its size of type.

    A list of options has a letter for a number.
    """

    number: str
    foot: str
    sides: tuple[str, str]
    points: tuple[float, float]
    size: Size


def write(deck: Deck, place: Path) -> list[str]:
    """Write `cards.html`, `handout.html` and, where there are tests, `tests.html` into a folder."""
    place.mkdir()
    word = words(deck.course.language)
    all_faces = list(faces(deck))
    letters = choices.shared(all_faces)
    short = list(choices.in_short(all_faces, letters, word["Options"]))
    printed = [_options(deck, letter, options) for options, letter in letters.items()]
    printed += [_printed(deck, str(number), face) for number, face in enumerate(short, 1)]
    shared = {
        **word,
        **_colours(deck.course),
        "title": escape(deck.course.title),
        "language": escape(deck.course.language),
        "direction": direction(deck.course.language),
    }
    shared["style"] = _filled("style.css", shared)
    _write(place / "cards.html", shared | {"sheets": "".join(_sheets(printed))})
    _write(place / "handout.html", shared | _handout(deck, short, letters))
    if deck.course.tests:
        sections = tests.sections(deck.course.tests, word, _html_of(deck.course))
        _write(place / "tests.html", shared | {"sections": sections})
    tight = [card.number for card in printed if not _fits(card)]
    lost = {
        "retired": deck.retired,
        "of the course's own note types": deck.custom,
    }
    return [
        *(f"{count} {what}" for what, count in lost.items() if count),
        *([f"the end of what has no room on the cards {', '.join(tight)}"] if tight else []),
    ]


def _write(path: Path, slots: Mapping[str, str]) -> None:
    path.write_text(_filled(path.name, slots), encoding="utf-8", newline="\n")


def _filled(name: str, slots: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda match: slots[match[1]], _file(name))


@cache
def _file(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")


def _colours(course: Course) -> dict[str, str]:
    """Return the colours of a course's theme, for paper: those of the day."""
    return {**themes.day(course.theme), "accent": course.accent}


def _options(deck: Deck, letter: str, options: str) -> _Printed:
    """Return the card with a list of options, which many questions share, on both sides."""
    word = words(deck.course.language)["Options"]
    side = _on_paper(f'<p class="letter">{word} <b>{letter}</b></p>{options}', deck)
    size, points = _room((side, side))
    return _Printed(letter, escape(deck.course.title), (side, side), points, size)


def _printed(deck: Deck, number: str, face: Face) -> _Printed:
    note = face.card.content_note or face.lesson.content_note
    front = (f'<p class="note">{escape(note)}</p>' if note else "") + face.front
    back = face.back + "".join(f'<p class="beside">{text}</p>' for text in face.beside)
    sides = (_on_paper(front, deck), _on_paper(back, deck))
    size, points = _room(sides)
    return _Printed(number, escape(face.lesson.deck), sides, points, size)


def _on_paper(html: str, deck: Deck) -> str:
    """Return HTML with its pictures inside, and with what is said in its sounds."""
    return with_pictures(read_out(html), deck.media)


def _room(sides: tuple[str, str]) -> tuple[Size, tuple[float, float]]:
    """Return the smallest card on which both sides have room, and the largest type of each."""
    for size in SIZES:
        points = tuple(
            next((points for points in POINTS if _has_room(side, size, points)), 0.0)
            for side in sides
        )
        if all(points):
            return size, (points[0], points[1])
    return SIZES[-1], (POINTS[-1], POINTS[-1])


def _height(html: str, size: Size, points: float) -> float:
    """Return the estimated height of a text on a card, in millimetres, rather too large than too
    small."""
    em = points * 25.4 / 72
    row = (size.width - 2 * _MARGIN - 5) / (0.53 * em)
    blocks = (unescape(_TAG.sub("", block)).strip() for block in _BLOCK.split(html))
    lines = sum(
        math.ceil(sum(2 if ord(character) > 0x2E80 else 1 for character in block) / row) + 0.35
        for block in blocks
        if block
    )
    return lines * 1.3 * em + html.count("<img ") * (size.picture + 2)


def _has_room(side: str, size: Size, points: float) -> bool:
    return _height(side, size, points) <= size.height - 2 * _MARGIN - _FOOT


def _fits(card: _Printed) -> bool:
    return all(
        _has_room(side, card.size, points)
        for side, points in zip(card.sides, card.points, strict=True)
    )


def _sheets(printed: list[_Printed]) -> Iterator[str]:
    for size in SIZES:
        cards = [card for card in printed if card.size is size]
        count = size.columns * size.rows
        for start in range(0, len(cards), count):
            yield _sheet(size, "fronts", cards[start : start + count])
            yield _sheet(size, "backs", cards[start : start + count])


def _sheet(size: Size, side: str, cards: Iterable[_Printed]) -> str:
    cells = [_cell(card, 0 if side == "fronts" else 1) for card in cards]
    cells += ["<div></div>"] * (-len(cells) % size.columns)
    rows = [cells[start : start + size.columns] for start in range(0, len(cells), size.columns)]
    ordered = (cell for row in rows for cell in (row if side == "fronts" else reversed(row)))
    return f'<section class="sheet {size.name} {side}">{"".join(ordered)}</section>\n'


def _cell(card: _Printed, side: int) -> str:
    style = f'style="font-size: {card.points[side]:g}pt"'
    text = f'<div class="text">{card.sides[side]}</div>'
    mark = f"№{card.number}" if card.number.isdigit() else card.number
    foot = f"<footer>{mark}<br>{card.foot}</footer>"
    return f'<article class="card" {style}>{text}{foot}</article>'


def _handout(deck: Deck, short: Iterable[Face], letters: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of the handout: about the course, lessons with their questions, answers,
    works."""
    course = deck.course
    html, word = _html_of(course), words(course.language)
    lessons, answers = [], []
    by_lesson: dict[str, list[tuple[int, Face]]] = {}
    for number, face in enumerate(short, 1):
        if face.card.kind != "occlusion":
            by_lesson.setdefault(face.lesson.id, []).append((number, face))
    for lesson in course.lessons:
        asked = by_lesson.get(lesson.id, [])
        mixed = _mixed(course, lesson, by_lesson)
        if not asked and not mixed:
            continue
        questions = _lists(letters, asked + mixed, word["Options"])
        questions += _numbered(((number, face.front) for number, face in asked + mixed), deck)
        lessons.append(_lesson(lesson, questions, html, word))
        if asked:
            answers.append(f"<h3>{escape(lesson.deck)}</h3>")
            answers.append(_numbered(((number, face.back) for number, face in asked), deck))
    return {
        "about": _about(course, html),
        "lessons": "".join(lessons),
        "answers": "".join(answers),
        "works": _works(course),
        "by": _imprint(course),
    }


def _lists(letters: Mapping[str, str], asked: Iterable[tuple[int, Face]], word: str) -> str:
    """Return the lists of options that questions name by a letter."""
    used = {face.fields["Options"] for _, face in asked if face.fields.get("Options")}
    return "".join(
        f'<div class="set"><p>{word} <b>{letter}</b></p>{options}</div>'
        for options, letter in letters.items()
        if options in used
    )


def _mixed(
    course: Course, lesson: Lesson, by_lesson: Mapping[str, Iterable[tuple[int, Face]]]
) -> list[tuple[int, Face]]:
    """Return the questions of a mixed review: the first of each card that the lesson draws, with
    the numbers that these have in their own lessons."""
    known: dict[str, tuple[int, Face]] = {}
    for faces_of_lesson in by_lesson.values():
        for number, face in faces_of_lesson:
            known.setdefault(face.card.id, (number, face))
    return [known[card.id] for card in mixed_cards(course, lesson) if card.id in known]


def _html_of(course: Course) -> Callable[[str], str]:
    """Return what makes HTML, in paragraphs, of a text of the course."""
    pictures = {
        name: Shown(address(picture.file, picture.content), "", picture.alt)
        for name, picture in course.pictures.items()
    }
    media: Media = {**pictures, **heard_sounds(course)}

    def html(text: str) -> str:
        return in_paragraphs(read_out(render(text, media)))

    return html


def _lesson(
    lesson: Lesson, questions: str, html: Callable[[str], str], word: Mapping[str, str]
) -> str:
    goals = "".join(f"<li>{escape(objective.text)}</li>" for objective in lesson.objectives)
    note = f'<p class="note">{escape(lesson.content_note)}</p>' if lesson.content_note else ""
    parts = [
        f"<h2>{escape(lesson.deck)}</h2>",
        f'<div class="summary">{html(lesson.summary)}</div>',
        note,
        '<div class="columns">',
        f'<div class="goals"><p>{escape(word["After this lesson you can"])}:</p>',
        f"<ul>{goals}</ul></div>",
        f'<div class="reading">{reading_html(lesson, html)}</div></div>',
        f'<h3 class="part">{escape(word["Questions"])}</h3>',
        f'<div class="columns">{questions}</div>',
    ]
    return f"<section>{''.join(parts)}</section>\n"


def _works(course: Course) -> str:
    """Return the works that cards cite, by author."""
    return "".join(f"<li>{reference(work)}</li>" for work in cited(course))


def _about(course: Course, html: Callable[[str], str]) -> str:
    """Return what the course is, its notice, and where to find help."""
    parts = [html(beginning(course)[0]), html(course.notice)]
    if course.help:
        lines = "".join(
            f"<li><strong>{escape(line.where)}:</strong> {escape(line.contact)}</li>"
            for line in course.help.lines
        )
        title = words(course.language)["Where to find help"]
        listed = f'<ul class="columns">{lines}</ul>' if lines else ""
        parts += [f"<h3>{title}</h3>", html(course.help.note), listed]
    return "".join(parts)


def _imprint(course: Course) -> str:
    authors = ", ".join(course.authors)
    parts = (course.title, course.version, authors, course.licence, course.homepage)
    return " · ".join(escape(part) for part in parts if part)


def _numbered(texts: Iterable[tuple[int, str]], deck: Deck) -> str:
    entries = (
        f"<div><dt>{number}</dt><dd>{_on_paper(text, deck)}</dd></div>" for number, text in texts
    )
    return f'<dl class="numbered">{"".join(entries)}</dl>'
