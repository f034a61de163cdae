"""Which keys of a course's files hold texts for learners: those that the schemas mark with
`x-text`.

`x-text` is `markdown`, or `plain` where signs of Markdown are shown as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from attachdeck.schema.loading import schema_text

ANY = "*"
"""Stands for every key of a group whose keys are names."""


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

    def under(self, key: str) -> Texts | None:
        """Return where the texts under a key are; None where there are none."""
        return self.keys.get(key) or self.keys.get(ANY)


@cache
def texts_in(name: str) -> Texts:
    """Return where the texts in a document of this schema are, cards of all kinds taken
    together."""
    whole = json.loads(schema_text(name))
    return _texts(whole, whole)


@cache
def texts_in_card(kind: str) -> Texts:
    """Return where the texts in a card of this kind are; those of all kinds where it has none."""
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


@cache
def markdown_keys() -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of lessons and cards that hold Markdown, and those with more such keys below.

    The list of cards is not one of them.
    """
    lesson = texts_in("lesson")
    cards = lesson.keys["cards"].entries or Texts()
    own = Texts(keys={key: part for key, part in lesson.keys.items() if key != "cards"})
    named = [*_named(own), *_named(cards)]
    return (
        frozenset(key for key, part in named if part.text == "markdown"),
        frozenset(key for key, part in named if _holds_markdown(part)),
    )


def _named(texts: Texts) -> Iterator[tuple[str, Texts]]:
    for key, part in texts.keys.items():
        yield key, part
        yield from _named(part)
        yield from _named(part.entries or Texts())


def _holds_markdown(texts: Texts) -> bool:
    inner = [*texts.keys.values(), *([texts.entries] if texts.entries else [])]
    return any(part.text == "markdown" or _holds_markdown(part) for part in inner)
