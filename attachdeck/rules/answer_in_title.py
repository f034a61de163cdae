"""A title gives the answer away.

The lesson's title appears above the card on the website, on paper and in the name of the deck.
If it contains the answer, learners can read it there.
Fix: choose a title that names the lesson's topic, not its result ("When the signal is turned up",
not "The anxious pattern"). Or mix the scenes of several lessons.
On a card with options, only a word that no other option shares with the title counts. On other
cards, an answer or gap of one to four words counts.

Bad:

    --- lessons/02-second.yaml
    id: second
    title: The anxious pattern
    summary: A pattern.
    objectives:
      - {id: second-goal, text: Do more.}
    cards:
      - {id: b, kind: vignette, scenario: He writes a fourth message., options: pattern,
         answer: anxious, cue: Four messages., near_miss: {option: secure, why: So.}}

Good:

    --- lessons/02-second.yaml
    id: second
    title: When the signal is turned up
    summary: A pattern.
    objectives:
      - {id: second-goal, text: Do more.}
    cards:
      - {id: b, kind: vignette, scenario: He writes a fourth message., options: pattern,
         answer: anxious, cue: Four messages., near_miss: {option: secure, why: So.}}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import BasicCard, Card, ChoiceCard, Course, VignetteCard
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import Texts, plain, words

_MOST_WORDS = 4
"""Words that an answer has at most to be looked for: a sentence is not told by a title."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    small = frozenset(context.words.get("small", ()))
    for lesson in course.lessons:
        title = frozenset(words(f"{lesson.title} {lesson.deck} {lesson.full_deck}"))
        for card, texts in context.cards(course):
            told = _told(card, texts, title, small)
            if told and not card.retired_because:
                yield Finding(
                    card.at,
                    f"the title “{lesson.title}” contains the answer of `{card.id}`: “{told}”",
                    "choose a title without the answer, or ask for something else",
                    card,
                )


def _told(card: Card, texts: Texts, title: frozenset[str], small: frozenset[str]) -> str:
    """Return the answer of a card that a title tells, or nothing."""
    if isinstance(card, ChoiceCard):
        return _told_option(card, title, small)
    answers = texts.gaps or ([texts.answered] if isinstance(card, BasicCard) else [])
    asked = frozenset() if texts.gaps else frozenset(texts.asked_words.split())
    for answer in answers:
        telling = frozenset(words(answer)) - small
        if 0 < len(words(answer)) <= _MOST_WORDS and telling and telling <= title - asked:
            return plain(answer)
    return ""


def _told_option(card: ChoiceCard, title: frozenset[str], small: frozenset[str]) -> str:
    """Return the right option where the title has words of it, and of no wrong one."""
    right = [option.text for option in card.options if option.right]
    wrong = {word for option in card.options if not option.right for word in words(option.text)}
    if len(right) != 1 or wrong & title - small:
        return ""
    telling = frozenset(words(right[0])) - small - wrong
    is_told = bool(telling & title) if isinstance(card, VignetteCard) else telling <= title
    return right[0] if telling and is_told else ""
