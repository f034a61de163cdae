"""The texts of cards, as rules look at them; a card's are taken apart once, for all rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from attachdeck.anki import cloze
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ChoiceCard,
    ClozeCard,
    Course,
    OcclusionCard,
    PracticeCard,
    SequenceCard,
    VignetteCard,
)
from attachdeck.domain.location import Location
from attachdeck.reader import Node

Words = Mapping[str, tuple[str, ...]]

PHRASES = ("all_of_the_above", "diagnosing", "labels", "lists", "overclaiming", "sensitive")
"""The lists of words and phrases that rules look for anywhere in a text."""

_WORD = re.compile(r"[\w’']+")
_NO_WORD = {code: " " for code in range(128) if not re.match(r"[\w']", chr(code))}
"""What parts words in ASCII: a table is faster there than the regular expression, and much slower elsewhere."""
_PARTS = re.compile(r"\w+|\W+")
_SIGNS = '.,;:!?()[]{}“”‘"*_'
# No quotation holds the beginning of another; so a text of beginnings alone is read once, and not once for each.
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"|‘[^‘’]*’|«[^«»]*»")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a card: what it asks; what it answers, where it has one answer in words; what it claims itself (its answer, statement,
    right options and reasons; not what it only quotes or rejects); all of them; and the hidden ones, the inner ones of nested gaps first."""

    asked: str
    answered: str
    said: tuple[str, ...]
    pieces: tuple[str, ...]
    gaps: tuple[str, ...]
    asked_words: str
    """The words that it asks with, a space between them."""
    answered_words: str
    length: int
    """How many words they have, without signs."""
    long_words: int
    """How many of these have more than six letters."""
    near: frozenset[str]
    """The lists of `PHRASES` that they may have something of."""

    @property
    def everything(self) -> str:
        """All of a card's words."""
        return " ".join(self.pieces)


def texts(card: Card, phrases: Phrases) -> Texts:
    """The texts of a card."""
    asked, answered = "", ""
    claimed: list[str] = []
    rejected: list[str] = []
    gaps: list[str] = []
    if isinstance(card, BasicCard):
        asked, answered = card.prompt, card.answer
    elif isinstance(card, ClozeCard):
        asked = card.text
        claimed = [_filled(card.text, gaps)]
    elif isinstance(card, ChoiceCard):
        asked = (
            f"{card.scenario} {card.question}" if isinstance(card, VignetteCard) else card.question
        )
        claimed = [option.text for option in card.options if option.right] + [
            option.why for option in card.options
        ]
        rejected = [option.text for option in card.options if not option.right]
    elif isinstance(card, SequenceCard | OcclusionCard | PracticeCard):
        asked = card.prompt
        claimed = list(card.steps) if isinstance(card, SequenceCard) else []
    said = (answered, *claimed, card.why, card.confusion)
    pieces = (asked, *said, *rejected)
    together = " ".join(pieces)
    found = _without_signs(together).split()
    long_words = len([word for word in found if len(word) > 6])
    near = phrases.near(together, found)
    return Texts(
        asked,
        answered,
        said,
        pieces,
        tuple(gaps),
        plain(asked),
        plain(answered),
        len(found),
        long_words,
        near,
    )


def shown_texts(course: Course) -> Iterator[tuple[Location, str]]:
    """The Markdown of course.yaml that cards show, with the place of each."""
    yield in_course(course, "description"), course.description
    yield in_course(course, "notice"), course.notice
    if course.help:
        yield in_course(course, "help", "note"), course.help.note
    for option_set in course.option_sets.values():
        way = ("option_sets", option_set.id)
        yield in_course(course, *way, "question"), option_set.question
        for name, text in option_set.options.items():
            yield in_course(course, *way, "options", name), text


def in_course(course: Course, *keys: str) -> Location:
    """The place of a value in course.yaml, found from key to key; where one of the keys is not
    written, that of what is around it."""
    place = course.place
    for key in keys:
        if not isinstance(place, Node) or key not in place:
            break
        place = place[key]
    return place.at if isinstance(place, Node) and place is not course.place else course.at


def _filled(text: str, gaps: list[str]) -> str:
    """A text with its gaps filled, which are collected."""

    def fill(_numbers: cloze.Numbers, content: str, _hint: str) -> str:
        gaps.append(content)
        return content

    return cloze.filled(text, fill)


def _without_signs(text: str) -> str:
    for sign in _SIGNS:
        text = text.replace(sign, " ")
    return text


class Phrases:
    """Listed phrases, and the words of a course beside which one may stand: few, so that most cards need no closer look."""

    def __init__(self, lists: Words) -> None:
        self._needed: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for name in PHRASES:
            for part, other in (
                parts for phrase in lists.get(name, ()) for parts in sure_parts(phrase)
            ):
                self._needed[part].add((name, other))
        self._known: set[str] = set()
        self._telling: dict[str, set[tuple[str, str]]] = {}

    def near(self, text: str, words: list[str]) -> frozenset[str]:
        """The lists of which a phrase may be in a text, of which these are the words."""
        if not self._known.issuperset(words):
            self._learn(set(words) - self._known)
        found = self._telling.keys() & words
        if not found:
            return _NONE
        lower = text.lower()
        return frozenset(
            [name for word in found for name, other in self._telling[word] if other in lower]
        )

    def _learn(self, words: set[str]) -> None:
        together = " ".join(words).lower()
        for part, needed in self._needed.items():
            if part in together:
                for word in (word for word in words if part in word.lower()):
                    self._telling[word] = self._telling.get(word, set()) | needed
        self._known |= words


_NONE: frozenset[str] = frozenset()
_UNSURE = re.compile(r"\(\?:[^()]*\)[?*]|\[[^]]*\][?*]?|\\[wWdDsSbB][?*]?|[^()\[\]\\][?*]")


def sure_parts(phrase: str) -> set[tuple[str, str]]:
    """The two longest runs of letters that a text must have to fit a listed phrase, for each of its choices; empty ones where that is hard to tell."""
    first, *rest = re.split(r"\(\?:([^()]*)\)", _UNSURE.sub(" ", phrase))
    ways = [first]
    for choice, fixed in zip(rest[::2], rest[1::2], strict=True):
        ways = [way + each + fixed for way in ways for each in choice.split("|")]
    if any(set(way) & set(r"()[]{}|\?*") for way in ways):
        return {("", "")}
    longest = (sorted(["", "", *re.findall("[a-z]+", way)], key=len, reverse=True) for way in ways)
    return {(part, other) for part, other, *_ in longest}


def unquoted(text: str) -> str:
    """A text without what it only quotes."""
    return _QUOTED.sub(" ", text) if any(mark in text for mark in '“"‘«') else text


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    lower = text.lower()
    return lower.translate(_NO_WORD).split() if lower.isascii() else _WORD.findall(lower)


def plain(text: str) -> str:
    """The words of a text with a space between them, in small letters."""
    return " ".join(words(text))


def runs(text: str, length: int = 8) -> Iterator[tuple[str, ...]]:
    """Every run of so many words."""
    found = words(text)
    yield from (tuple(found[place : place + length]) for place in range(len(found) - length + 1))


def finder(terms: Collection[str]) -> Callable[[str], set[str]]:
    """What finds those of many terms that a text has, both of words with a space between: from left to right, the longest that fits.

    It finds what a regular expression of all terms would, in time that does not grow with their number.
    """
    sizes: dict[str, set[int]] = defaultdict(set)
    for term in terms:
        parts = _PARTS.findall(term)
        sizes[parts[0]].add(len(parts))
    longest_first = {first: sorted(each, reverse=True) for first, each in sizes.items()}

    def find(text: str) -> set[str]:
        parts = _PARTS.findall(f" {text} ")
        found = set()
        end = 0
        for place, part in enumerate(parts):
            for size in longest_first.get(part, ()) if place >= end else ():
                term = "".join(parts[place : place + size])
                if term in terms:
                    found.add(term)
                    end = place + size
                    break
        return found

    return find


def with_word(text: str, listed: tuple[str, ...]) -> str:
    """The first place in a text, in small letters, that one of the listed words or phrases fits, or nothing."""
    found = _any(listed).search(text.lower()) if listed else None
    return found.group() if found else ""


@cache
def _any(listed: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(listed)})(?!\w)")
