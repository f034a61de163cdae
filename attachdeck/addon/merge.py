"""Merge a release into a note that a learner may have changed: three texts a field, three sets of
tags.

The stamp in the learner's note stands for the course's old text. What the learner wrote stays; what
they left alone becomes the course's new text. Pure: texts in, texts out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..anki.stamp import Stamp, mark


@dataclass(frozen=True)
class Side:
    """A note as one side has it: texts by the ids of their fields, and tags."""

    fields: Mapping[int, str]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Merged:
    """A note after the merge.

    `kept` are the fields in which the learner's text stays although the course has another one.
    `conflicts` are those of them whose text the course has changed, too.
    """

    fields: Mapping[int, str]
    tags: tuple[str, ...]
    kept: tuple[int, ...]
    conflicts: tuple[int, ...]


def merge(base: Stamp, mine: Side, theirs: Side) -> Merged:
    """Return a learner's note with the course's corrections.

    Fields are matched by id: `mine` may have fields of the learner's own, or lack some of ours.
    """
    fields = dict(mine.fields)
    kept, conflicts = [], []
    for field, text in theirs.fields.items():
        if field not in mine.fields or mark(mine.fields[field]) == mark(text):
            continue
        if base.has(field, mine.fields[field]):
            fields[field] = text
            continue
        kept.append(field)
        if not base.has(field, text):
            conflicts.append(field)
    tags = merge_tags(base, mine.tags, theirs.tags)
    return Merged(fields, tags, tuple(kept), tuple(conflicts))


def merge_tags(base: Stamp, mine: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    """Return the course's tags without those that the learner removed, and the learner's own."""
    had = {tag.casefold() for tag in mine}
    removed = {tag for tag in theirs if mark(tag) in base.tags and tag.casefold() not in had}
    wanted = {tag.casefold(): tag for tag in mine if mark(tag) not in base.tags}
    # Anki takes tags that differ in case alone for the same. The spelling that the note has stays.
    spelt = set(mine)
    ours: dict[str, str] = {}
    for tag in sorted(theirs, key=lambda tag: tag not in spelt):
        if tag not in removed:
            ours.setdefault(tag.casefold(), tag)
    return tuple(sorted({**wanted, **ours}.values()))


def differing(stamp: Stamp, mine: Mapping[int, str], theirs: Mapping[int, str]) -> tuple[int, ...]:
    """Return the fields in which a learner has another text than the release of this stamp."""
    return tuple(
        field
        for field, text in theirs.items()
        if field in mine and not stamp.has(field, mine[field]) and mark(mine[field]) != mark(text)
    )


def merge_text(base: str | None, mine: str, theirs: str, newer: bool) -> str:
    """Return a style, template or description after a merge: ours where the learner left it alone.

    `base` is the mark of the course's old text, and None where nobody knows it. Then the newer text
    wins, as in Anki's own import.
    """
    if base is None:
        return theirs if newer else mine
    return theirs if base == mark(mine) else mine
