"""The keys of a course's files, for advice on text that the parser cannot read.

The schemas are read as data here: the room that uses them builds on this one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_NOT_WRITTEN = ("diagnostics.", "lock.")
"""How the names of schemas begin whose files no author writes."""


@cache
def known_keys() -> frozenset[str]:
    """Return the keys of all files of a course."""
    return frozenset(_types_of_keys())


@cache
def keys_without_text() -> frozenset[str]:
    """Return the keys whose value is never a text, so that quotation marks would not help."""
    return frozenset(key for key, types in _types_of_keys().items() if "string" not in types)


@cache
def _types_of_keys() -> Mapping[str, set[str]]:
    types: dict[str, set[str]] = defaultdict(set)
    for file in files("attachdeck").joinpath("schema").iterdir():
        if file.name.endswith(".schema.json") and not file.name.startswith(_NOT_WRITTEN):
            whole = json.loads(file.read_text(encoding="utf-8"))
            for key, schema in _properties(whole):
                types[key] |= _types(schema, whole)
    return types


def _properties(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield the keys that a part of a schema names, each with its own schema."""
    if isinstance(part, dict):
        yield from part.get("properties", {}).items()
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from _properties(inner)


def _types(schema: Any, whole: Mapping[str, Any]) -> set[str]:
    """Return the names of the types that a schema allows; `true` adds none."""
    if schema is True:
        return set()
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types)
