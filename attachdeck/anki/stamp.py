"""What a note says of its fields and tags as the course wrote them.

Whoever merges an update into a learner's collection needs three texts: the course's old one, the
learner's and the course's new one. The stamp stands for the first. It is in the note itself, so
that it is always as old as the text beside it: after a sync, after undo, in a restored backup.

It is one line, `1 1795900000 101:9f86d081 102:60303ae2 #2c26b46b`: the number of this format, the
second of the note's last change, a mark of each filled field by the field's id, and of each tag.

This file needs nothing but Python 3.9, because it is part of the add-on, too, which runs inside
Anki.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

FIELD = "Stamp"
"""The name of the field that holds it."""

_FORMAT = "1"
_MARK = "[0-9a-f]{8}"
_STAMP = re.compile(rf"{_FORMAT} ([0-9]{{1,11}})((?: [0-9]{{1,18}}:{_MARK})*)((?: #{_MARK})*)")


@dataclass(frozen=True)
class Stamp:
    """Marks of a note's filled fields by their ids and of its tags, at its last change.

    `changed` is in seconds since 1970.
    """

    changed: int
    fields: Mapping[int, str]
    tags: frozenset[str]

    def has(self, field: int, text: str) -> bool:
        """Return whether a field holds what the course wrote into it."""
        return self.fields.get(field, "") == mark(text)


def mark(text: str) -> str:
    """Return 32 bits that stand for a text, in hexadecimal; nothing for no text."""
    if not text:
        return ""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


def marked(fields: Iterable[tuple[int, str]]) -> str:
    """Return the part of a stamp that stands for texts, by the ids of their fields."""
    return "".join([f" {field}:{mark(text)}" for field, text in fields if text])


def written(changed: int, marks: str, tags: Iterable[str]) -> str:
    """Return the stamp of a note with these marks of its fields and with these tags."""
    return f"{_FORMAT} {changed}{marks}{''.join(map(_marked_tag, tags))}"


@cache
def _marked_tag(tag: str) -> str:
    return f" #{mark(tag)}"


def read(text: str) -> Stamp | None:
    """Return what a stamp says, or None if it is none that this version knows."""
    match = _STAMP.fullmatch(text)
    if not match:
        return None
    pairs = (part.split(":") for part in match[2].split())
    return Stamp(
        int(match[1]),
        {int(field): mark for field, mark in pairs},
        frozenset(part.removeprefix("#") for part in match[3].split()),
    )
