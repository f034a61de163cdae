"""A card's two sides as Anki renders them, without Anki: for the preview, for pages and for
pictures of cards.

Anki's engine is the judge: a test compares every card of the flagship course, character by
character. What the reviewer adds only at review stays as the engine leaves it: a field to type into
is `[[type:Field]]`, something to be read aloud is `[anki:play:q:0]`, MathJax is its source, an
occluded region is an element whose `data-` attributes say where it lies.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from attachdeck.anki import cloze
from attachdeck.anki.note_types import NoteType
from attachdeck.anki.note_types.generation import is_blank
from attachdeck.compile.deck import Note

_TOKEN = re.compile(r"\{\{\{*+(?P<sign>[#^/]?)(?P<text>[^{}]*+)\}\}")
_PLAYED = re.compile(r"\[sound:.*?\]|\[anki:play:[qa]:[0-9]+\]")
_NOT_ALPHANUMERIC = re.compile(r"[\x00-/:-@\[-`{-\xff]")
_REGION = {
    name: name
    for name in (
        "shape",
        "left",
        "top",
        "width",
        "height",
        "rx",
        "ry",
        "points",
        "angle",
        "fill",
        "text",
        "scale",
    )
}
_REGION |= {"fs": "font-size", "oi": "occludeInactive"}
"""What Anki knows of a region, and what it calls that in an element."""
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


@dataclass(frozen=True, slots=True)
class Sides:
    """The HTML of a card's front and of its back, and what each plays, in order."""

    front: str
    back: str
    played_on_front: tuple[str, ...] = ()
    played_on_back: tuple[str, ...] = ()


def sides(note_type: NoteType, note: Note, place: int) -> Sides:
    """Return both sides of the card at a place among a note's cards (`NewCard.place`)."""
    template = note_type.templates[0 if note_type.cloze else place]
    special = {
        "Tags": " ".join(note.tags),
        "Type": note_type.name,
        "Deck": note.deck,
        "Subdeck": note.deck.rpartition("::")[2],
        "Card": template.name,
    }
    fields = {"FrontSide": "", "CardFlag": ""} | special | note_type.named(note.fields)
    asked = _Side(fields, place + 1, question=True).render(template.front)
    front = _played(asked, "q")
    back = _Side(fields | {"FrontSide": _PLAYED.sub("", front)}, place + 1, question=False).render(
        template.back
    )
    return Sides(
        front, _played(back, "a"), tuple(_PLAYED.findall(asked)), tuple(_PLAYED.findall(back))
    )


def _played(html: str, side: str) -> str:
    """Return a side with what it plays, sounds and speech, numbered in order."""
    numbers = itertools.count()
    return _PLAYED.sub(lambda _: f"[anki:play:{side}:{next(numbers)}]", html)


class _Side:
    """One side of one card: its note's fields, and for a cloze note type the number that is asked
    for."""

    def __init__(self, fields: Mapping[str, str], number: int, *, question: bool) -> None:
        self.fields = fields
        self.number = number
        self.question = question

    def render(self, template: str) -> str:
        out: list[str] = []
        sections = [True]
        position = 0
        for token in _TOKEN.finditer(template):
            if sections[-1]:
                out.append(template[position : token.start()])
            position = token.end()
            name = token["text"].strip()
            if token["sign"] == "/":
                sections.pop()
            elif token["sign"]:
                filled = not is_blank(self.fields.get(name, ""))
                sections.append(sections[-1] and filled == (token["sign"] == "#"))
            elif sections[-1]:
                out.append(self.field(name))
        out.append(template[position:])
        return "".join(out)

    def field(self, text: str) -> str:
        *filters, name = text.split(":")
        if name not in self.fields:
            return f"{{{{{escape(text)}}}}}"
        if filters and filters[0].startswith("tts "):
            return "[anki:play:q:0]"  # Numbered with the sounds of the side.
        if filters and filters[0] == "type":
            return f"[[type:{name}]]"
        if filters == ["cloze"]:
            return cloze.filled(self.fields[name], self.closed)
        if "text" in filters:
            return re.sub(r"<[^>]*>", "", self.fields[name])
        return self.fields[name]

    def closed(self, gap: cloze.Numbers, content: str, hint: str) -> str:
        """Return a gap as this side shows it."""
        active = cloze.asks(gap, self.number)
        numbers = ",".join(str(number) for number in gap)
        if content.startswith("image-occlusion:"):
            return self.region(numbers, content, active=active)
        if not active:
            return f'<span class="cloze-inactive" data-ordinal="{numbers}">{content}</span>'
        if self.question:
            return (
                f'<span class="cloze" data-cloze="{_attribute(content)}" '
                f'data-ordinal="{numbers}">[{hint or "..."}]</span>'
            )
        return f'<span class="cloze" data-ordinal="{numbers}">{content}</span>'

    def region(self, numbers: str, content: str, *, active: bool) -> str:
        look = "cloze-inactive" if not active else "cloze" if self.question else "cloze-highlight"
        shape, *properties = content.removeprefix("image-occlusion:").split(":")
        pairs = (part.partition("=")[::2] for part in (f"shape={shape}", *properties))
        data = "".join(
            f'data-{_REGION[name]}="{escape(value)}" ' for name, value in pairs if name in _REGION
        )
        return f'<div class="{look}" data-ordinal="{numbers}" {data}></div>'


def _attribute(text: str) -> str:
    """Return a text for an attribute, as Anki writes it.

    Every character below 256 that is no letter or digit of ASCII is written by its name or number.
    """
    return _NOT_ALPHANUMERIC.sub(lambda match: _NAMED.get(match[0], f"&#x{ord(match[0]):X};"), text)
