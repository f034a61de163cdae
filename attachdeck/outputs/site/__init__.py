"""The output `site`: a website of the course, with its cards as prompts, and the deck to download.

Each prompt follows the section that it asks about. The site needs no server and loads nothing from
elsewhere. What the reader remembers stays in the browser.

The pages' policy (Content-Security-Policy) names `file:` beside `'self'`: for a page opened from a
folder Chromium takes its neighbours for `'self'`, but no standard asks a browser to. A page from a
server cannot load files, so there it permits nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from attachdeck.anki import themes
from attachdeck.anki.markup import Media, Shown, render
from attachdeck.anki.note_types import direction, words
from attachdeck.anki.references import reference
from attachdeck.compile.deck import Deck
from attachdeck.compile.media import heard_sounds, packed_name
from attachdeck.compile.mixing import empty_reviews, mixed_cards
from attachdeck.domain.course import CourseTest, Lesson, Objective, Picture, Sound
from attachdeck.domain.naming import file_name
from attachdeck.outputs import apkg
from attachdeck.outputs.faces import reading_html, with_players
from attachdeck.outputs.site import tests
from attachdeck.outputs.site.course_data import course_data
from attachdeck.outputs.site.metadata import metadata, summary
from attachdeck.outputs.site.prompts import prompts
from attachdeck.outputs.site.reading import lifted, own_words, plain, section_of, sections

SUFFIX = "-site"

SCRIPTS = ("progress.js", "prompts.js", "search.js")
"""The scripts of every page, beside `course.js`.

A page that was opened from a folder may not fetch JSON, so the data are a script, too.
"""

_SLOT = re.compile(r"\[\[([\w ]+)\]\]")


def write(deck: Deck, place: Path) -> list[str]:
    """Write the pages, what they show and the deck into a folder.

    Raise OSError when it cannot be written.
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
    """Writes the pages of a course, as HTML.

    `words` are those of the course's language, `shown` its pictures by name, as the pages show
    them, and `prompts` those of each lesson, by its id.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.course = course = deck.course
        self.words = words(course.language)
        self.package = f"{file_name(course.deck)}{apkg.SUFFIX}"
        self.shown = {
            name: Shown(
                f"media/{packed_name(course, picture)}",
                f"media/{packed_name(course, picture.night)}" if picture.night else "",
                picture.alt,
            )
            for name, picture in course.pictures.items()
        }
        self.media_shown: Media = {**self.shown, **heard_sounds(course)}
        self.prompts = {
            lesson: list(group)
            for lesson, group in groupby(prompts(deck), lambda prompt: prompt.face.lesson.id)
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
        pages |= {tests.address(test): self.test(test) for test in course.tests}
        pages["sources.html"] = self.page(
            f"{self.words['Sources']}: {course.title}", about, self.works()
        )
        known = course_data(course, self.words, self.prompts, self.html, _page)
        names = (*SCRIPTS, tests.SCRIPT) if course.tests else SCRIPTS
        scripts = {name: _file(name) for name in names} | {
            "course.js": f"const COURSE = {json.dumps(known, ensure_ascii=False)};\n"
        }
        return pages | scripts | {"style.css": self.style()}

    def style(self) -> str:
        day, night = themes.day(self.course.theme), themes.night(self.course.theme)
        colours = {"accent": self.course.accent, "accent_night": self.course.accent_night}
        colours |= {
            "paper": day["sheet"],
            "panel": day["under"],
            "paper_night": night["sheet"],
            "panel_night": night["under"],
        }
        return _filled("style.css", self.words | colours)

    def media(self) -> dict[str, bytes]:
        """Return the sounds and pictures by name, also those for a dark background."""
        pictures = (
            version
            for picture in self.course.pictures.values()
            for version in (picture, picture.night)
            if version
        )
        files: list[Picture | Sound] = [*pictures, *self.course.sounds.values()]
        return {packed_name(self.course, file): file.content for file in files}

    def lost(self) -> list[str]:
        retired = self.deck.retired
        custom = sum(bool(note.cards) and note.kind == "custom" for note in self.deck.notes)
        texts = [
            *(lesson.reading_text for lesson in self.course.lessons),
            *(prompt.html for prompts in self.prompts.values() for prompt in prompts),
        ]
        formulas = sum("\\(" in text or "\\[" in text for text in texts)
        return [
            *([f"{retired} retired"] if retired else []),
            *([f"{custom} of the course's own note types"] if custom else []),
            *empty_reviews(self.course),
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
            "tests": tests.listed(course.tests, self.words),
            "help": self.help(),
            "by": self.by(),
        }
        return _filled("index.html", self.words | slots)

    def test(self, test: CourseTest) -> str:
        slots = tests.slots(test, self.words, self.html)
        title = f"{tests.title(test, self.words)}: {self.course.title}"
        script = f'<script src="{tests.SCRIPT}" defer></script>'
        about = plain(slots["intro"]) or title
        return self.page(title, about, _filled("test.html", self.words | slots), script)

    def listed(self, lesson: Lesson) -> str:
        link = _linked(lesson)
        builds_on = self.builds_on(lesson)
        return f"<li><h3>{link}</h3>{self.html(lesson.summary)}{builds_on}{_tally(lesson)}</li>\n"

    def builds_on(self, lesson: Lesson) -> str:
        """Return the links to the lessons that a lesson requires, and to those that require it."""
        requires = set(lesson.requires)
        ways = (
            ("Builds on", [other for other in self.course.lessons if other.id in requires]),
            ("Leads to", [other for other in self.course.lessons if lesson.id in other.requires]),
        )
        links = [
            f"{self.words[word]}: {', '.join(map(_linked, lessons))}"
            for word, lessons in ways
            if lessons
        ]
        return f'<p class="map">{" · ".join(links)}</p>' if links else ""

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
                self.turn(word, other)
                for word, other in (("Previous", number - 1), ("Next", number + 1))
                if 0 <= other < len(self.course.lessons)
            ),
        }
        return _filled("lesson.html", self.words | slots)

    def goal(self, objective: Objective) -> str:
        level = self.words[objective.level] if objective.level else ""
        badge = f' <span class="level">{level}</span>' if level else ""
        return f"<li>{escape(objective.text)}{badge}</li>"

    def reading(self, lesson: Lesson) -> str:
        """Return the reading, with the prompts after the section that each belongs to."""
        parts = sections(lifted(reading_html(lesson, self.html)))
        own = own_words(parts)
        below = [""] * len(parts)
        by_card = groupby(self.prompts.get(lesson.id, ()), lambda prompt: prompt.face.card.id)
        for of_card in (list(group) for _, group in by_card):
            texts = (prompt.face.front + prompt.face.back for prompt in of_card)
            below[section_of(" ".join(texts), own)] += "".join(prompt.html for prompt in of_card)
        read = "".join(f"{part}\n{here}" for part, here in zip(parts, below, strict=True))
        return read + self.mixed(lesson)

    def mixed(self, lesson: Lesson) -> str:
        """Return the prompts of a mixed review: one of each card that the lesson draws."""
        drawn = mixed_cards(self.course, lesson)
        if not drawn:
            return ""
        known = {
            prompt.face.card.id: prompt.html
            for prompts in self.prompts.values()
            for prompt in reversed(prompts)
            if not prompt.face.card.wording
        }
        prompts = "".join(known.get(card.id, "") for card in drawn)
        return f"<h2>{self.words['Mixed review']}</h2>\n{prompts}"

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
        works = sorted(cited.values(), key=lambda work: (work.authors, work.year or 0, work.title))
        entries = "".join(f"<li>{reference(work)}</li>" for work in works)
        return f"<h1>{self.words['Sources']}</h1>\n<ul>{entries}</ul>"

    def turn(self, word: str, number: int) -> str:
        lesson = self.course.lessons[number]
        relation = "prev" if word == "Previous" else "next"
        text = f"{self.words[word]}: {escape(lesson.title)}"
        return f'<a href="{_page(lesson)}" rel="{relation}">{text}</a>'

    def html(self, text: str) -> str:
        rendered = render(text, self.media_shown) if text else ""
        rendered = with_players(rendered, "media/")
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
