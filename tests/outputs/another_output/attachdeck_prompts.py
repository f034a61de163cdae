"""The ids of a course's cards, a line each."""

from pathlib import Path

from attachdeck.compile.deck import Deck

SUFFIX = ".ids.txt"


def write(deck: Deck, place: Path) -> list[str]:
    place.write_text(
        "".join(f"{card.id}\n" for card in deck.course.cards()), encoding="utf-8", newline="\n"
    )
    return ["everything but the ids"]


class Failing:
    SUFFIX = ".txt"

    @staticmethod
    def write(deck: Deck, place: Path) -> None:
        raise ValueError(f"no luck with {len(deck.notes)} notes at {place.name}")
