"""What a build tells of the file or folder that it wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attachdeck.compile.deck import Deck


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What an output wrote. `size` is in bytes; `sha256` is a file's, and empty for a folder;
    `lost` says what could not be carried."""

    path: Path
    lessons: int
    notes: int
    cards: int
    cards_by_kind: Mapping[str, int]
    media: int
    size: int
    sha256: str
    lost: tuple[str, ...] = ()


def summary_of(deck: Deck, path: Path, lost: tuple[str, ...]) -> Summary:
    """Return a summary of a deck that was written to a path, a file or a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return Summary(
        path=path,
        lessons=deck.lesson_count,
        notes=len(deck.notes),
        cards=sum(deck.cards_by_kind.values()),
        cards_by_kind=deck.cards_by_kind,
        media=len(deck.media),
        size=sum(file.stat().st_size for file in files),
        sha256="" if path.is_dir() else _sha256(path),
        lost=lost,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
