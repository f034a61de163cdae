"""The texts for learners in a course's files: those that the schemas mark with `x-text`.

`x-text` is `markdown`, or `plain` where signs of Markdown are shown as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from attachdeck.schema.loading import schema_text

ANY = "*"
"""Stands for every key of a group whose keys are names."""
Way = tuple[str | int, ...]
"""The keys and places that lead to a part of a value."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the texts in a value are: the value itself, the entries of a list, or under keys.

    `text` is `markdown` or `plain` where the value may itself be a text, else empty.
    """

    text: str = ""
    entries: Texts | None = None
    keys: Mapping[str, Texts] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.text or self.entries or self.keys)

    def __or__(self, other: Texts) -> Texts:
        entries = self.entries | other.entries if self.entries and other.entries else None
        both = {key: self.keys[key] | other.keys[key] for key in self.keys if key in other.keys}
        return Texts(
            self.text or other.text,
            entries or self.entries or other.entries,
            {**self.keys, **other.keys, **both},
        )

    def without(self, key: str) -> Texts:
        """Return where the texts are, except those under a key."""
        return replace(self, keys={name: part for name, part in self.keys.items() if name != key})

    def under(self, key: str) -> Texts | None:
        """Return where the texts under a key are; None where there are none."""
        return self.keys.get(key) or self.keys.get(ANY)


@cache
def texts_in(name: str) -> Texts:
    """Return where the texts in a document of this schema are, with cards of all kinds as one."""
    whole = json.loads(schema_text(name))
    return _texts(whole, whole)


@cache
def texts_of_lesson() -> Texts:
    """Return where the texts in a lesson are, except those of its cards."""
    return texts_in("lesson").without("cards")


@cache
def texts_in_card(kind: str) -> Texts:
    """Return where the texts in a card of this kind are; without a kind, those of all kinds."""
    whole = json.loads(schema_text("lesson"))
    card = whole["$defs"]["card"]
    if kind not in card["properties"]["kind"]["enum"]:
        return _texts(card, whole)
    own = whole["$defs"][kind]["properties"]
    shared = card["properties"]
    keys = {key: shared[key] if part is True else part for key, part in own.items()}
    return _texts({"properties": keys}, whole)


def _texts(schema: Any, whole: Mapping[str, Any]) -> Texts:
    if not isinstance(schema, dict):
        return Texts()
    parts = {key: _texts(part, whole) for key, part in schema.get("properties", {}).items()}
    parts[ANY] = _texts(schema.get("additionalProperties"), whole)
    texts = Texts(
        schema.get("x-text", ""),
        _texts(schema.get("items"), whole) or None,
        {key: part for key, part in parts.items() if part},
    )
    for part in _parts_of(schema, whole):
        texts |= _texts(part, whole)
    return texts


def _parts_of(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the other schemas that say more about the same value."""
    if "$ref" in schema:
        yield whole["$defs"][schema["$ref"].rpartition("/")[2]]
    for part in schema.get("allOf", ()):
        yield part.get("then")


def texts_under(value: Any, texts: Texts, kind: str = "") -> Iterator[tuple[Way, str]]:
    """Yield the texts in a value, all or those of a kind (`markdown`), each with the way to it."""
    if isinstance(value, str):
        if texts.text and (not kind or texts.text == kind):
            yield (), value
    elif isinstance(value, list):
        for place, part in enumerate(value) if texts.entries else ():
            for way, text in texts_under(part, texts.entries or Texts(), kind):
                yield (place, *way), text
    elif isinstance(value, dict):
        for key, part in value.items():
            if inner := texts.under(key):
                for way, text in texts_under(part, inner, kind):
                    yield (key, *way), text
