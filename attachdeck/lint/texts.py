"""The texts of cards, as rules look at them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from attachdeck import cloze
from attachdeck.course import BasicCard, Card, ChoiceCard, ClozeCard, OcclusionCard, PracticeCard, SequenceCard, VignetteCard

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|«[^»]*»")


def asked(card: Card) -> str:
    """What a card asks."""
    if isinstance(card, BasicCard | SequenceCard | OcclusionCard | PracticeCard):
        return card.prompt
    if isinstance(card, VignetteCard):
        return f"{card.scenario} {card.question}"
    if isinstance(card, ChoiceCard):
        return card.question
    return card.text if isinstance(card, ClozeCard) else ""


def answered(card: Card) -> str:
    """What a card answers, where it has one answer in words."""
    return card.answer if isinstance(card, BasicCard) else ""


def said(card: Card) -> Iterator[str]:
    """What a card itself claims: its answer, statement, right options and reasons; not what it only quotes or rejects."""
    yield answered(card)
    if isinstance(card, ClozeCard):
        yield cloze.filled(card.text, lambda _numbers, content, _hint: content)
    if isinstance(card, SequenceCard):
        yield from card.steps
    if isinstance(card, ChoiceCard):
        yield from (option.text for option in card.options if option.right)
        yield from (option.why for option in card.options)
    yield from (card.why, card.confusion)


def pieces(card: Card) -> Iterator[str]:
    """Every text of a card."""
    yield asked(card)
    yield from said(card)
    if isinstance(card, ChoiceCard):
        yield from (option.text for option in card.options if not option.right)


def everything(card: Card) -> str:
    """All of a card's words."""
    return " ".join(pieces(card))


def unquoted(text: str) -> str:
    """A text without what it only quotes."""
    return _QUOTED.sub(" ", text) if any(mark in text for mark in '“"‘«') else text


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return re.findall(r"[\w’']+", text.lower())


def runs(text: str, length: int = 8) -> Iterator[tuple[str, ...]]:
    """Every run of so many words."""
    found = words(text)
    yield from (tuple(found[place : place + length]) for place in range(len(found) - length + 1))


def gaps(card: ClozeCard) -> list[str]:
    """The hidden texts of a cloze card, the inner ones of nested gaps first."""
    found: list[str] = []

    def collect(_numbers: cloze.Numbers, content: str, _hint: str) -> str:
        found.append(content)
        return content

    cloze.filled(card.text, collect)
    return found


def with_word(text: str, listed: tuple[str, ...]) -> str:
    """The first place in a text, in small letters, that one of the listed words or phrases fits, or nothing."""
    found = _any(listed).search(text.lower()) if listed else None
    return found.group() if found else ""


@cache
def _any(listed: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(listed)})(?!\w)")
