"""The texts of a course as the HTML of a note's fields."""

from __future__ import annotations

from collections.abc import Iterable

from attachdeck.anki import markup
from attachdeck.anki.inert import inert
from attachdeck.anki.note_types import words
from attachdeck.anki.references import unfolding
from attachdeck.compile.media import heard_sounds, shown_pictures
from attachdeck.domain.course import Citation, Course, Sound


class Texts:
    """Renders texts, with the course's pictures and attachdeck's words in its language."""

    def __init__(self, course: Course) -> None:
        self.words = words(course.language)
        self.shown = shown_pictures(course)
        self.heard = heard_sounds(course)
        self.media: markup.Media = {**self.shown, **self.heard}
        self._plain: dict[str, str] = {}
        self._citations: dict[tuple[str, str], str] = {}

    def html(self, text: str) -> str:
        """Return a text's HTML, in which nothing is a gap.

        On a cloze note type Anki would make cards of gaps in any field.
        """
        html = self.inline(text)
        return markup.zoomable(html) if "<img" in html else html

    def inline(self, text: str) -> str:
        """Return the HTML of a text in a button, where a tap means something else."""
        return markup.render(text, self.media).replace("{{", "{&#123;") if text else ""

    def html_with_gaps(self, text: str) -> str:
        """Return the HTML of a text whose gaps Anki turns into cards."""
        html = markup.render_gaps(text, self.media) if text else ""
        return markup.zoomable(html) if "<img" in html else html

    def plain(self, text: str) -> str:
        """Return the HTML of a text without markup."""
        html = self._plain.get(text)
        if html is None:
            html = self._plain[text] = markup.plain(text).replace("{{", "{&#123;")
        return html

    def sound(self, sound: Sound | None) -> str:
        """Return a sound's play button and its transcript; nothing where there is none."""
        if sound is None:
            return ""
        heard = self.heard[sound.file]
        return markup.player(heard) + markup.transcript(heard)

    def sources(self, citations: Iterable[Citation]) -> str:
        """Return the list of a card's sources."""
        entries = "".join([self._cited(citation) for citation in citations])
        return f'<ul class="sources">{entries}</ul>' if entries else ""

    def _cited(self, citation: Citation) -> str:
        name = citation.source.key, citation.page
        html = self._citations.get(name)
        if html is None:
            html = self._citations[name] = inert(unfolding(citation))
        return html
