"""The HTML of custom cards as rules look at it: of fields, templates, styles, names and tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from attachdeck.anki.kept_html import filled_pieces
from attachdeck.anki.template_fields import shown_as_text
from attachdeck.domain.course import Card, Course, CustomCard, OwnNoteType
from attachdeck.domain.location import Location
from attachdeck.reader import Node
from attachdeck.reader.document import location_of
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import in_course

RULES = ("remote-content", "file-address", "form", "fixed-position", "latex")
"""The rules that look at kept HTML."""
Effects = Callable[..., Iterator[str]]
"""A function of `kept_html`: it yields the effects of a text."""
_FIELD = re.compile(r"\{\{(?![#^/!])(?:[^{}]*:)?([^{}:]*)\}\}")
_SIGNS = "<[\\"
"""A text without any of these signs has no effect beyond what it shows."""
_MOST = 20
"""The maximum number of findings reported per text."""


@dataclass(frozen=True, slots=True)
class KeptHtml:
    """The functions of a rule about kept HTML; `{what}` in its message is replaced by an effect."""

    effects: Effects
    message: str
    help: str

    def check(self, course: Course, _context: Context) -> Iterator[Finding]:
        """Yield a finding for each effect on the cards of a lesson."""
        if not course.note_types:
            return
        pieces = {name: _pieces(own) for name, own in course.note_types.items()}
        as_text = {name: _as_text(own) for name, own in course.note_types.items()}
        for lesson in course.lessons:
            for what in _some(self.effects(lesson.full_deck or lesson.title)):
                yield self._finding(lesson.at, what)
        for card in course.cards():
            if isinstance(card, CustomCard):
                own = card.note_type
                for at, what in _of_card(card, pieces[own], as_text[own], self.effects):
                    yield self._finding(at, what, card)

    def check_course(self, course: Course, _context: Context) -> Iterator[Finding]:
        """Yield a finding for each effect of templates, styles and names, which many cards show."""
        for at, what in _beside_cards(course, self.effects) if course.note_types else ():
            yield self._finding(at, what)

    def _finding(self, at: Location, what: str, card: Card | None = None) -> Finding:
        return Finding(at, self.message.format(what=what), self.help, card)


def _beside_cards(course: Course, effects: Effects) -> Iterator[tuple[Location, str]]:
    for own in course.note_types.values():
        for file, text in own.texts.items():
            place = f"{own.folder}/{file}"
            for what in _some(effects(text, css=file.endswith(".css"))):
                yield location_of(place, text, max(text.find(what), 0)), what
        templates = own.written["templates"]
        names = (own.written["name"], *(template["name"] for template in templates))
        for name in names:
            for what in _some(effects(name)):
                yield Location(f"{own.folder}/note_type.yaml"), what
    folder = course.at.file.rpartition("/")[0]
    for file, content in course.files.items():
        if file.lower().endswith(".css"):
            for what in _some(effects(content.decode("utf-8", "replace"), css=True)):
                yield Location(f"{folder}/media/{file}".lstrip("/")), what
    for what in _some(effects(course.deck)):
        yield in_course(course, "deck"), what


def _of_card(
    card: CustomCard, pieces: list[str], as_text: frozenset[str], effects: Effects
) -> Iterator[tuple[Location, str]]:
    in_fields = [
        (_place(card, name), what)
        for name, value in card.fields.items()
        for what in _of_field(value, effects, as_text=name in as_text)
    ]
    yield from in_fields
    if not in_fields:
        # LaTeX may begin in one field and end in another; a template shows them in any order.
        for what in _some(effects(" ".join([*card.fields.values()] * 2))):
            yield card.at, what
    for piece in pieces:
        yield from _of_piece(card, piece, effects)
    for tag in card.tags:
        for what in _some(effects(tag)):
            yield card.at, what


def _of_field(value: str, effects: Effects, *, as_text: bool) -> list[str]:
    as_html = _some(effects(value)) if any(sign in value for sign in _SIGNS) else []
    return as_html + (_some(effects(unescape(value))) if as_text and "&" in value else [])


def _of_piece(card: CustomCard, piece: str, effects: Effects) -> Iterator[tuple[Location, str]]:
    """Yield the effects that a piece of a template has only with a card's fields in it."""
    names = [name.strip() for name in _FIELD.findall(piece)]
    filled = _FIELD.sub(lambda field: card.fields.get(field[1].strip(), ""), piece)
    place = next((_place(card, name) for name in names if name in card.fields), card.at)
    for what in set(_some(effects(filled))) - set(effects(piece)):
        yield place, what


def _pieces(own: OwnNoteType) -> list[str]:
    return [piece for text in own.texts.values() for piece in filled_pieces(text)]


def _as_text(own: OwnNoteType) -> frozenset[str]:
    return frozenset(name for text in own.texts.values() for name in shown_as_text(text))


def _some(effects: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(effects))[:_MOST]


def _place(card: CustomCard, field: str) -> Location:
    place = card.place
    return place["fields"][field].at if isinstance(place, Node) else card.at
