"""The texts of cards, as rules look at them; a card's are taken apart once, for all rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from attachdeck.anki import cloze
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ChoiceCard,
    ClozeCard,
    Course,
    OcclusionCard,
    PracticeCard,
    ProduceCard,
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
"""Separators of words in ASCII: there a table is faster than the regular expression."""
_PARTS = re.compile(r"\w+|\W+")
_SIGNS = '.,;:!?()[]{}“”‘"*_'
# No quotation contains the beginning of another, so a text of beginnings alone is read only once.
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"|‘[^‘’]*’|«[^«»]*»")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a card."""

    asked: str
    answered: str
    """The answer, if the card has one answer in words."""
    claims: tuple[str, ...]
    """Its answer, statement, right options and reasons, but not what it quotes or rejects."""
    pieces: tuple[str, ...]
    """All of its texts."""
    gaps: tuple[str, ...]
    """The hidden texts; of nested gaps the inner ones come first."""
    asked_words: str
    """The words of `asked`, with a space between them."""
    answered_words: str
    length: int
    """How many words all texts have, without signs."""
    long_words: int
    """How many of these have more than six letters."""
    near: frozenset[str]
    """The lists of `PHRASES` of which a phrase may be in the texts."""

    @property
    def everything(self) -> str:
        """Return all texts of the card as one."""
        return " ".join(self.pieces)


def texts(card: Card, phrases: Phrases) -> Texts:
    """Return the texts of a card."""
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
    elif isinstance(card, ProduceCard):
        asked, claimed = f"{card.scenario} {card.prompt}".strip(), [card.answer, card.standard]
    elif isinstance(card, SequenceCard | OcclusionCard | PracticeCard):
        asked = card.prompt
        claimed = list(card.steps) if isinstance(card, SequenceCard) else []
    claims = (answered, *claimed, card.why, card.confusion)
    pieces = (asked, *claims, *rejected)
    together = " ".join(pieces)
    all_words = _without_signs(together).split()
    return Texts(
        asked=asked,
        answered=answered,
        claims=claims,
        pieces=pieces,
        gaps=tuple(gaps),
        asked_words=plain(asked),
        answered_words=plain(answered),
        length=len(all_words),
        long_words=len([word for word in all_words if len(word) > 6]),
        near=phrases.near(together, all_words),
    )


def all_strings(value: Any) -> Iterator[str]:
    """Yield every string in what an author wrote: texts, names and other values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from all_strings(part)


def in_course(course: Course, *keys: str) -> Location:
    """Return the place of a value in course.yaml, or of the group in which a key is missing."""
    place = course.place
    for key in keys:
        if not isinstance(place, Node) or key not in place:
            break
        place = place[key]
    return place.at if isinstance(place, Node) and place is not course.place else course.at


def _filled(text: str, gaps: list[str]) -> str:
    """Return a text with its gaps filled, and collect the hidden texts in `gaps`."""

    def fill(_numbers: cloze.Numbers, content: str, _hint: str) -> str:
        gaps.append(content)
        return content

    return cloze.filled(text, fill)


def _without_signs(text: str) -> str:
    for sign in _SIGNS:
        text = text.replace(sign, " ")
    return text


class Phrases:
    """Listed phrases, and the words of a course that may be part of one.

    There are few, so most cards need no closer look.
    """

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
        """Return the lists of which a phrase may be in a text with these words."""
        if not self._known.issuperset(words):
            self._learn(set(words) - self._known)
        telling = self._telling.keys() & words
        if not telling:
            return _NONE
        lower = text.lower()
        return frozenset(
            [name for word in telling for name, other in self._telling[word] if other in lower]
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
    """Return the two longest runs of letters in each alternative of a listed phrase.

    A text without them does not fit the phrase. They are empty where that is hard to tell.
    """
    first, *rest = re.split(r"\(\?:([^()]*)\)", _UNSURE.sub(" ", phrase))
    ways = [first]
    for choice, fixed in zip(rest[::2], rest[1::2], strict=True):
        ways = [way + word + fixed for way in ways for word in choice.split("|")]
    if any(set(way) & set(r"()[]{}|\?*") for way in ways):
        return {("", "")}
    longest = (sorted(["", "", *re.findall("[a-z]+", way)], key=len, reverse=True) for way in ways)
    return {(part, other) for part, other, *_ in longest}


def unquoted(text: str) -> str:
    """Return a text without its quotations."""
    return _QUOTED.sub(" ", text) if any(mark in text for mark in '“"‘«') else text


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    lower = text.lower()
    return lower.translate(_NO_WORD).split() if lower.isascii() else _WORD.findall(lower)


def plain(text: str) -> str:
    """Return the words of a text in lower case, with a space between them."""
    return " ".join(words(text))


def runs(text: str, length: int = 8) -> Iterator[tuple[str, ...]]:
    """Yield every run of `length` words."""
    all_words = words(text)
    for place in range(len(all_words) - length + 1):
        yield tuple(all_words[place : place + length])


def finder(terms: Collection[str]) -> Callable[[str], set[str]]:
    """Return a function that returns those of many terms that are in a text.

    It takes the longest term at each place, as a regular expression of all terms would, in a time
    that does not depend on their number.
    """
    sizes: dict[str, set[int]] = defaultdict(set)
    for term in terms:
        parts = _PARTS.findall(term)
        sizes[parts[0]].add(len(parts))
    longest_first = {first: sorted(lengths, reverse=True) for first, lengths in sizes.items()}

    def find(text: str) -> set[str]:
        parts = _PARTS.findall(f" {text} ")
        present = set()
        end = 0
        for place, part in enumerate(parts):
            for size in longest_first.get(part, ()) if place >= end else ():
                term = "".join(parts[place : place + size])
                if term in terms:
                    present.add(term)
                    end = place + size
                    break
        return present

    return find


def with_word(text: str, listed: tuple[str, ...]) -> str:
    """Return the first piece of a text, in lower case, that fits a listed word or phrase; or ""."""
    match = _any(listed).search(text.lower()) if listed else None
    return match.group() if match else ""


@cache
def _any(listed: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(listed)})(?!\w)")
