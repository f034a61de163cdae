"""The content of a package: a Deck with its decks, note types and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from attachdeck.anki.note_types import NoteType
from attachdeck.domain.course import Course, Study


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card of a note: its place among the note's cards, and its id."""

    place: int
    id: int


class Note(NamedTuple):
    """A note, compiled from a card of the course.

    `card` is the id that its author wrote, `content` a hash of what learners get. `anki_places` are
    the places of the cards that Anki makes of it, `places` those that a package holds: a retired
    note has none there. `variants` are its fields with each variant as the first wording.

    What the lock decides (`guid`, `id`, `first_card`, `modified`, `since`) and its `position` in
    the order of new cards are those of a new note until `link` has set them. The last field of
    attachdeck's own note types, the stamp, has only the marks of the other fields until then.
    """

    card: str
    kind: str
    note_type: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    places: tuple[int, ...]
    anki_places: tuple[int, ...]
    content: str
    guid: str
    formerly: str = ""
    variants: tuple[tuple[str, ...], ...] = ()
    files: str = ""
    retired: bool = False
    id: int = 0
    first_card: int = 0
    position: int = 0
    modified: int = 0
    since: int = 0

    @property
    def cards(self) -> tuple[NewCard, ...]:
        """Return the cards that a package holds of this note."""
        return tuple(NewCard(place, self.first_card + place) for place in self.places)


@dataclass(frozen=True, slots=True)
class Subdeck:
    """A deck in Anki's tree: its full name, and its description, which is one line of HTML.

    `practice` says that it holds practice cards, which have deck options of their own.
    """

    id: int
    name: str
    description: str = ""
    practice: bool = False


@dataclass(frozen=True, slots=True)
class DatedNoteType:
    """A note type with its id and the time of its last change."""

    id: int
    modified: int
    note_type: NoteType


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """The whole content of a package.

    `cards_by_kind` counts the cards in Anki that each kind of card became, `left_out` the retired
    cards whose notes nobody needs any more. The course comes without its lessons where only a
    package was asked for: `lesson_count` says how many there are.
    """

    course: Course = field(repr=False)
    preset: int
    practice_preset: int
    study: Study
    decks: tuple[Subdeck, ...]
    note_types: dict[str, DatedNoteType]
    notes: tuple[Note, ...]
    media: dict[str, bytes] = field(repr=False)
    lesson_count: int = 0
    cards_by_kind: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0

    def preset_of(self, subdeck: Subdeck) -> int:
        """Return the id of a deck's preset."""
        return self.practice_preset if subdeck.practice else self.preset

    @property
    def custom(self) -> int:
        """Return how many cards of the course's own note types are not retired."""
        return sum(bool(note.cards) and note.kind == "custom" for note in self.notes)

    @property
    def retired(self) -> int:
        """Return how many cards of the course are retired."""
        return self.left_out + sum(not note.cards for note in self.notes)
