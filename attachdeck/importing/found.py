"""What was found in a file of another program, in Anki's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class CannotImport(Exception):
    """Why a file cannot be imported, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNote:
    """A note: its fields and tags as they are, its note type's id, the deck of its first card, the
    places of its cards (None where the file does not say), and the second of its last change."""

    guid: str
    note_type: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    modified: int
    places: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class FoundDeck:
    """A deck's id and description."""

    id: int
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A whole deck: `note_types` are Anki's own JSON by id; `lost` says what could not be read, a
    line each. Where it is not `from_anki`, the ids of the note types are ours, and learners' notes
    belong to others."""

    notes: tuple[FoundNote, ...]
    note_types: Mapping[int, Mapping[str, Any]]
    decks: Mapping[str, FoundDeck]
    media: Mapping[str, bytes] = field(repr=False)
    lost: tuple[str, ...] = ()
    from_anki: bool = True
