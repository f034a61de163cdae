"""What all pages of a website share: the course, its words, its HTML, and the frame of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby

from attachdeck.anki.markup import Media, Shown, render
from attachdeck.anki.note_types import direction, words
from attachdeck.compile.deck import Deck
from attachdeck.compile.media import heard_sounds, packed_name
from attachdeck.domain.course import Lesson, Picture, Sound
from attachdeck.domain.naming import file_name
from attachdeck.outputs import apkg
from attachdeck.outputs.faces import in_paragraphs, with_players
from attachdeck.outputs.site.prompts import prompts

INDEX = "index.html"
PRACTICE = "practice.html"
SOURCES = "sources.html"

_SLOT = re.compile(r"\[\[([\w ]+)\]\]")


class Website:
    """A course as its pages show it.

    `words` are those of the course's language, and `prompts` those of each lesson, by its id.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.course = course = deck.course
        self.words = words(course.language)
        self.package = f"{file_name(course.deck)}{apkg.SUFFIX}"
        shown = {
            name: Shown(
                f"media/{packed_name(course, picture)}",
                f"media/{packed_name(course, picture.night)}" if picture.night else "",
                picture.alt,
            )
            for name, picture in course.pictures.items()
        }
        self._media: Media = {**shown, **heard_sounds(course)}
        self.prompts = {
            lesson: list(group)
            for lesson, group in groupby(prompts(deck), lambda prompt: prompt.face.lesson.id)
        }

    def html(self, text: str) -> str:
        """Return Markdown as HTML, in paragraphs."""
        rendered = render(text, self._media) if text else ""
        return in_paragraphs(with_players(rendered, "media/"))

    def media(self) -> dict[str, bytes]:
        """Return the sounds and pictures by name, also those for a dark background."""
        pictures = (
            version
            for picture in self.course.pictures.values()
            for version in (picture, picture.night)
            if version
        )
        media: list[Picture | Sound] = [*pictures, *self.course.sounds.values()]
        return {packed_name(self.course, file): file.content for file in media}

    def fill(self, name: str, slots: Mapping[str, str]) -> str:
        """Return a template of this folder with the course's words and other slots in it."""
        known = {**self.words, **slots}
        return _SLOT.sub(lambda match: known[match[1]], file(name))

    def page(
        self,
        title: str,
        about: str,
        main: str,
        *,
        here: str = "",
        metadata: str = "",
        scripts: Iterable[str] = (),
    ) -> str:
        """Return a whole page; `here` is the name of the page if the bar at its top links to it."""
        own = "".join(f'<script src="{name}" defer></script>\n' for name in scripts)
        slots = {
            "language": escape(self.course.language),
            "direction": direction(self.course.language),
            "course": escape(self.course.title),
            "title": escape(title),
            "about": escape(about),
            "main": main,
            "metadata": own + metadata,
            "links": self._links(here),
            "by": self._by(),
        }
        return self.fill("page.html", slots)

    def _links(self, here: str) -> str:
        links = (
            ("Lessons", f"{INDEX}#lessons"),
            ("Practice", PRACTICE),
            ("Sources", SOURCES),
        )
        current = ' aria-current="page"'
        return "".join(
            f'<a href="{address}"{current if address == here else ""}>{self.words[word]}</a>'
            for word, address in links
        )

    def _by(self) -> str:
        course = self.course
        parts = [
            escape(course.title),
            f"{self.words['Version']} {escape(course.version)}",
            escape(", ".join(course.authors)),
            link(course.licence_url, course.licence),
            link(course.homepage, course.homepage),
        ]
        return " · ".join(part for part in parts if part)


def address(lesson: Lesson) -> str:
    """Return the name of a lesson's page."""
    return f"lesson-{lesson.id}.html"


def link(address: str, text: str) -> str:
    """Return a link to somewhere else, or the text where there is no address."""
    return (
        f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(text)}</a>'
        if address
        else escape(text)
    )


@cache
def file(name: str) -> str:
    """Return a file of this folder."""
    return (files(__package__) / name).read_text(encoding="utf-8")
