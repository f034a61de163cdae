"""A course that is about to be written: lessons of cards as their YAML will say them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from attachdeck.domain.naming import is_id, slug
from attachdeck.lock.records import Lock
from attachdeck.reader import NOT_TEXT
from attachdeck.system.normal import normal

Values = dict[str, Any]

_PLACES = ("the card ", "the note ", "the field ", "line ")
"""How a report on a single card or line begins."""
_FEW = 3
_MANY_LINES = 20

# Nothing that begins holds the beginning of another; so a text of beginnings alone is read once,
# and not once for each.
_MEDIA = re.compile(
    r"<img\b(?=(?:(?!<img\b)[^>])*+>)(?:(?!<img\b)[^>])*?"
    r"\bsrc\s*=\s*[\"']?([^\s\"'>]*)(?:(?!<img\b)[^>])*>"
    r"|!\[(?:(?!!\[)[^\]])*+\]\(\s*+<?+((?:(?!!\[)[^\s)>])*+)(?:(?!!\[)[^)])*+\)"
    r"|\\?\[sound:((?:(?!\[sound:).)*?)\\?\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLesson:
    """A lesson; `full_deck` is the whole name of its deck where that must stay as it is."""

    id: str
    title: str
    cards: tuple[Values, ...]
    full_deck: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A course: `note_types` are the words of `note_type.yaml` and its texts by folder, `known` is
    what the lock must remember, `lost` says what could not be carried, a line each, `places` where
    in the file a card comes from, and `starts_afresh` that learners of the deck have other cards.
    `note` says how a table was read where nothing in it says so."""

    deck: str
    lessons: tuple[DraftLesson, ...]
    description: str = ""
    note_types: Mapping[str, tuple[Values, Mapping[str, str]]] = field(default_factory=dict)
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    known: Lock = field(default_factory=Lock)
    lost: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict, repr=False)
    starts_afresh: bool = False
    note: str = ""


class Ids:
    """Gives out ids: from words, and where they are taken or there are none, with a few letters of
    a digest."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, words: str, identity: str, fallback: str = "card", *, given: str = "") -> str:
        """Return an id made of words, or `given` if it is an id, and remember it."""
        name = stem = given if is_id(given) else slug(plain(words)[:200], fallback)
        if stem in self.taken or stem == fallback:
            digest = hashlib.sha256(identity.encode()).hexdigest()
            longer = (f"{stem}-{digest[:length]}" for length in range(6, 64))
            name = next(name for name in longer if name not in self.taken)
        self.taken.add(name)
        return name


def plain(html: str) -> str:
    """Return HTML's words, without gaps' braces and the names of sounds."""
    text = re.sub(
        r"\[sound:(?:(?!\[sound:)[^\]])*+\]|\{\{c[0-9,]+::|::(?:(?!::)[^{}])*+\}\}|\}\}|<[^<>]*>",
        " ",
        html,
    )
    return re.sub(r"\s+", " ", unescape(text)).strip()


def deck_name(name: str) -> str:
    """Return a whole deck's name as a course can have it: each part of it visible, in one line."""
    parts = (" ".join(part.replace('"', "'").split()) for part in name.split("::"))
    return normal("::".join(part or "Deck" for part in parts))


def storable(text: str) -> str:
    """Return a text without invisible characters and Windows line ends, which a course's file
    cannot hold."""
    return NOT_TEXT.sub("", text.replace("\r\n", "\n"))


def without_media(text: str, place: str, lost: list[str]) -> str:
    """Return a Markdown text without pictures and sounds, whose files do not come with a text, and
    add them to `lost`."""
    lost += [
        f"{place}: the file {match[1] or match[2] or match[3]}" for match in _MEDIA.finditer(text)
    ]
    return _MEDIA.sub("", text).strip()


def fitting_tags(tags: list[str], place: str, lost: list[str]) -> list[str]:
    """Return tags as cards of our own kinds can have them; add those that change to `lost`."""
    fitting = []
    for tag in tags:
        fit = "::".join(
            part
            for level in tag.split("::")
            if (part := re.sub(r'[:"*_\\]+', "-", level).strip("-"))
        )
        if fit != tag:
            lost.append(f"{place}: the tag {tag} ({f'now {fit}' if fit else 'removed'})")
        fitting += [fit] if fit else []
    return list(dict.fromkeys(fitting))


def summed_up(lost: Iterable[str]) -> list[str]:
    """Return what could not be imported, with one line for what is the same in many places."""
    by_loss: dict[str, list[str]] = {}
    for line in lost:
        place, colon, loss = line.partition(": ")
        if colon and place.startswith(_PLACES):
            by_loss.setdefault(loss, []).append(place)
        else:
            by_loss.setdefault(line, [])
    lines = []
    for loss, places in by_loss.items():
        if len(places) > _FEW:
            lines.append(f"{loss}: in {listed(places)}")
        else:
            lines += [f"{place}: {loss}" for place in places] or [loss]
    return lines


def listed(names: Sequence[str]) -> str:
    """Return how many cards or lines these are, with the first names."""
    lines = [name.removeprefix("line ") for name in names if name.startswith("line ")]
    if len(lines) == len(names):
        shown, noun = lines[:_MANY_LINES], "lines"
    else:
        shown, noun = [name.removeprefix("the card ") for name in names[:_FEW]], "places"
        noun = "cards" if all(" " not in name for name in shown) else noun
    more = ", …" if len(names) > len(shown) else ""
    return f"{len(names)} {noun} ({', '.join(shown)}{more})"
