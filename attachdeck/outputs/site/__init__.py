"""The output `site`: a website of the course, with its cards as prompts, and the deck to download.

The prompts stand among what they ask about. The site needs no server and asks for nothing from
elsewhere. What the reader remembers stays in the browser.

The pages' policy (Content-Security-Policy) names `file:` beside `'self'`: for a page opened from a
folder Chromium takes its neighbours for `'self'`, but no standard asks a browser to. A page from a
server cannot load files, so there it permits nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from attachdeck.anki.colour import BACKGROUNDS
from attachdeck.anki.markup import Shown, render
from attachdeck.anki.note_types import direction, words
from attachdeck.anki.references import reference
from attachdeck.compile.deck import Deck
from attachdeck.compile.media import packed_name
from attachdeck.domain.course import Lesson, Objective
from attachdeck.domain.naming import file_name
from attachdeck.outputs import apkg
from attachdeck.outputs.faces import reading_html
from attachdeck.outputs.site.metadata import metadata, summary
from attachdeck.outputs.site.prompts import prompts
from attachdeck.outputs.site.reading import lifted, own_words, plain, section_of, sections

SUFFIX = "-site"

SCRIPTS = ("progress.js", "prompts.js", "search.js")
"""What runs on every page, beside `course.js`.

A page that was opened from a folder may not fetch JSON, so what is searched is a script, too.
"""

_SLOT = re.compile(r"\[\[([\w ]+)\]\]")
_SAID = (
    "Forget?",
    "Found",
    "No file of progress",
    "Not found",
    "Not kept",
    "Remembered",
    "Your pick",
)
"""The words that scripts show."""


def write(deck: Deck, place: Path) -> list[str]:
    """Write the pages, what they show and the deck into a folder.

    Raises OSError when it cannot be written.
    """
    place.mkdir()
    site = _Site(deck)
    apkg.write(deck, place / site.package)
    (place / "media").mkdir()
    for name, content in site.media().items():
        (place / "media" / name).write_bytes(content)
    for name, text in site.texts().items():
        (place / name).write_text(text, encoding="utf-8", newline="\n")
    return site.lost()


class _Site:
    """Knows the words of the course's language, its pictures, and the prompts of each lesson.

    Pictures are known by their names in the folder.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.course = course = deck.course
        self.words = words(course.language)
        self.package = f"{file_name(course.deck)}{apkg.SUFFIX}"
        self.shown = {
            name: Shown(
                f"media/{packed_name(course, each)}",
                f"media/{packed_name(course, each.night)}" if each.night else "",
                each.alt,
            )
            for name, each in course.pictures.items()
        }
        self.prompts = {
            lesson: list(group)
            for lesson, group in groupby(prompts(deck), lambda each: each.face.lesson.id)
        }

    def texts(self) -> dict[str, str]:
        """Return every file of text by its name."""
        course = self.course
        about = summary(course)
        pages = {
            "index.html": self.page(course.title, about, self.index(), metadata(course, _page))
        }
        for number, lesson in enumerate(course.lessons):
            pages[_page(lesson)] = self.page(
                f"{lesson.title}: {course.title}",
                plain(self.html(lesson.summary)),
                self.lesson(number),
            )
        pages["sources.html"] = self.page(
            f"{self.words['Sources']}: {course.title}", about, self.works()
        )
        scripts = {name: _file(name) for name in SCRIPTS} | {
            "course.js": f"const COURSE = {json.dumps(self.searched(), ensure_ascii=False)};\n"
        }
        return pages | scripts | {"style.css": self.style()}

    def style(self) -> str:
        day, night = BACKGROUNDS["accent"], BACKGROUNDS["accent_night"]
        colours = {"accent": self.course.accent, "accent_night": self.course.accent_night}
        colours |= {
            "paper": day[0],
            "panel": day[1],
            "paper_night": night[0],
            "panel_night": night[1],
        }
        return _filled("style.css", self.words | colours)

    def media(self) -> dict[str, bytes]:
        """Return the pictures by their names, also those that are shown on a dark background."""
        pictures = (
            version
            for picture in self.course.pictures.values()
            for version in (picture, picture.night)
            if version
        )
        return {packed_name(self.course, version): version.content for version in pictures}

    def lost(self) -> list[str]:
        retired = self.deck.retired
        custom = sum(bool(note.cards) and note.kind == "custom" for note in self.deck.notes)
        texts = [
            *(each.reading_text for each in self.course.lessons),
            *(each.html for prompts in self.prompts.values() for each in prompts),
        ]
        formulas = sum("\\(" in each or "\\[" in each for each in texts)
        return [
            *([f"{retired} retired"] if retired else []),
            *([f"{custom} of the course's own note types"] if custom else []),
            *([f"the drawing of formulas, in {formulas} readings and cards"] if formulas else []),
        ]

    def page(self, title: str, about: str, main: str, metadata: str = "") -> str:
        course = self.course
        shared = {
            "language": escape(course.language),
            "direction": direction(course.language),
            "course": escape(course.title),
        }
        return _filled(
            "page.html",
            self.words
            | shared
            | {"title": escape(title), "about": escape(about), "main": main, "metadata": metadata},
        )

    def index(self) -> str:
        course = self.course
        lessons = "".join(map(self.listed, course.lessons))
        slots = {
            "title": escape(course.title),
            "about": lifted(self.html(course.description)),
            "notice": f'<div class="panel">{lifted(self.html(course.notice))}</div>'
            if course.notice
            else "",
            "package": escape(self.package),
            "lessons": lessons,
            "help": self.help(),
            "by": self.by(),
        }
        return _filled("index.html", self.words | slots)

    def listed(self, lesson: Lesson) -> str:
        link = _linked(lesson)
        builds_on = self.builds_on(lesson)
        return f"<li><h3>{link}</h3>{self.html(lesson.summary)}{builds_on}{_tally(lesson)}</li>\n"

    def builds_on(self, lesson: Lesson) -> str:
        """Return the links to the lessons that a lesson requires, and to those that require it."""
        requires = set(lesson.requires)
        ways = (
            ("Builds on", [each for each in self.course.lessons if each.id in requires]),
            ("Leads to", [each for each in self.course.lessons if lesson.id in each.requires]),
        )
        said = [
            f"{self.words[word]}: {', '.join(map(_linked, lessons))}"
            for word, lessons in ways
            if lessons
        ]
        return f'<p class="map">{" · ".join(said)}</p>' if said else ""

    def lesson(self, number: int) -> str:
        lesson = self.course.lessons[number]
        goals = "".join(map(self.goal, lesson.objectives))
        title = self.words["After this lesson you can"]
        body = f"<h2>{title}</h2><ul>{goals}</ul>\n{self.reading(lesson)}"
        note = ""
        if lesson.content_note:
            note = f'<p class="panel">{escape(lesson.content_note)}</p>'
            summary = f"<summary>{self.words['Read the lesson']}</summary>"
            body = f'<details class="fold">{summary}{body}</details>'
        slots = {
            "title": f"{lesson.number} {escape(lesson.title)}",
            "tally": _tally(lesson),
            "summary": self.html(lesson.summary),
            "map": self.builds_on(lesson),
            "note": note,
            "body": body,
            "turn": "".join(
                self.turn(word, each)
                for word, each in (("Previous", number - 1), ("Next", number + 1))
                if 0 <= each < len(self.course.lessons)
            ),
        }
        return _filled("lesson.html", self.words | slots)

    def goal(self, objective: Objective) -> str:
        level = self.words[objective.level] if objective.level else ""
        said = f' <span class="level">{level}</span>' if level else ""
        return f"<li>{escape(objective.text)}{said}</li>"

    def reading(self, lesson: Lesson) -> str:
        """Return the reading, with the prompts after the section that each belongs to."""
        parts = sections(lifted(reading_html(lesson, self.html)))
        own = own_words(parts)
        below = [""] * len(parts)
        for _, group in groupby(self.prompts.get(lesson.id, ()), lambda each: each.face.card.id):
            asked = list(group)
            place = section_of(" ".join(each.face.front + each.face.back for each in asked), own)
            below[place] += "".join(each.html for each in asked)
        return "".join(f"{part}\n{here}" for part, here in zip(parts, below, strict=True))

    def help(self) -> str:
        help = self.course.help
        if help is None:
            return ""
        lines = "".join(
            f"<li><strong>{escape(line.where)}:</strong> {escape(line.contact)}</li>"
            for line in help.lines
        )
        checked = f"<p>{self.words['Last checked']}: {escape(help.checked)}</p>"
        return f"<h2>{self.words['Help']}</h2>{self.html(help.note)}<ul>{lines}</ul>{checked}"

    def by(self) -> str:
        course = self.course
        licence = _link(course.licence_url, course.licence)
        parts = [
            f"{self.words['Version']} {escape(course.version)}",
            escape(", ".join(course.authors)),
            f"{self.words['Licence']}: {licence}",
            _link(course.homepage, course.homepage),
        ]
        return " · ".join(part for part in parts if part)

    def works(self) -> str:
        cited = {
            citation.source.key: citation.source
            for card in self.course.cards()
            for citation in card.sources
        }
        works = sorted(cited.values(), key=lambda each: (each.authors, each.year or 0, each.title))
        entries = "".join(f"<li>{reference(work)}</li>" for work in works)
        return f"<h1>{self.words['Sources']}</h1>\n<ul>{entries}</ul>"

    def turn(self, word: str, number: int) -> str:
        lesson = self.course.lessons[number]
        relation = "prev" if word == "Previous" else "next"
        text = f"{self.words[word]}: {escape(lesson.title)}"
        return f'<a href="{_page(lesson)}" rel="{relation}">{text}</a>'

    def searched(self) -> dict[str, Any]:
        """Return what the scripts know.

        That is what can be found and where, what counts, and the words that they show.
        """
        return {
            "id": self.course.id,
            "words": {word: self.words[word] for word in _SAID},
            "lessons": [
                {
                    "id": each.id,
                    "page": _page(each),
                    "title": f"{each.number} {each.title}",
                    "text": self.text(each),
                }
                for each in self.course.lessons
            ],
            "cards": list(self.cards()),
        }

    def text(self, lesson: Lesson) -> str:
        return " ".join(
            [
                plain(self.html(lesson.summary)),
                *(objective.text for objective in lesson.objectives),
                plain(reading_html(lesson, self.html)),
            ]
        )

    def cards(self) -> Iterator[dict[str, Any]]:
        for lesson in self.course.lessons:
            for prompt in self.prompts.get(lesson.id, ()):
                face = prompt.face
                yield {
                    "key": prompt.key,
                    "lesson": lesson.id,
                    "page": f"{_page(lesson)}#{prompt.anchor}",
                    "title": plain(face.front),
                    "text": " ".join(plain(text) for text in (face.back, *face.beside)),
                    "counts": prompt.counts,
                }

    def html(self, text: str) -> str:
        rendered = render(text, self.shown) if text else ""
        return rendered if not rendered or rendered.startswith("<") else f"<p>{rendered}</p>"


def _page(lesson: Lesson) -> str:
    return f"lesson-{lesson.id}.html"


def _linked(lesson: Lesson) -> str:
    return f'<a href="{_page(lesson)}">{lesson.number} {escape(lesson.title)}</a>'


def _tally(lesson: Lesson) -> str:
    return f'<p class="tally" data-lesson="{lesson.id}" hidden></p>'


def _link(address: str, text: str) -> str:
    return (
        f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(text)}</a>'
        if address
        else escape(text)
    )


def _filled(name: str, slots: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda match: slots[match[1]], _file(name))


@cache
def _file(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
