"""The deck options that come with a course, in Anki's words: its own, and those of its practice."""

from __future__ import annotations

from typing import Any

from attachdeck.compile.deck import Deck

_MANY = 9999
"""The highest number of cards a day, and of lapses, that Anki takes as a limit."""


def of_course(deck: Deck) -> dict[str, Any]:
    """Return the deck options of a course; Anki adds its defaults."""
    study = deck.study
    return {
        "name": deck.course.title,
        "maxTaken": 60,
        "autoplay": study.autoplay,
        "timer": 0,
        "replayq": True,
        "new": {
            "bury": study.bury_siblings,
            "delays": [1.0, 10.0],
            "initialFactor": 2500,
            "ints": [1, 4, 0],
            "order": 1,
            "perDay": study.new_cards_a_day,
        },
        "rev": {
            "bury": study.bury_siblings,
            "ease4": 1.3,
            "ivlFct": 1.0,
            "maxIvl": 36500,
            "perDay": study.reviews_a_day,
            "hardFactor": 1.2,
        },
        "lapse": {"delays": [10.0], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
        "dyn": False,
        "buryInterdayLearning": study.bury_siblings,
        "desiredRetention": study.desired_retention / 100,
    }


def of_practice(deck: Deck) -> dict[str, Any]:
    """Return a course's deck options for its practice cards.

    Practice cards return soon, are never leeches, and have no limits but those of the decks above.
    """
    course, practice = of_course(deck), deck.study.practice
    return course | {
        "name": f"{deck.course.title}: {deck.course.practice_deck}",
        "new": course["new"] | {"perDay": _MANY},
        "rev": course["rev"] | {"maxIvl": practice.maximum_interval, "perDay": _MANY},
        "lapse": course["lapse"] | {"leechFails": _MANY},
        "desiredRetention": practice.desired_retention / 100,
    }


def by_id(deck: Deck) -> dict[int, dict[str, Any]]:
    """Return the deck options of all decks by the ids of their presets."""
    practice = {deck.practice_preset: of_practice(deck)}
    return {deck.preset: of_course(deck)} | (
        practice if any(subdeck.practice for subdeck in deck.decks) else {}
    )
