"""The part of a schema, and the text in a document, that an error is about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attachdeck.domain.location import Location
from attachdeck.reader import Document, Node
from attachdeck.reader.document import lines_in
from attachdeck.schema.wrong import Wrong

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Way = list[tuple[str | int, Any]]
"""Schemas from the whole one inwards, each with its name in the one before."""


def schema_of(error: ValidationError) -> dict[str, Any]:
    """Return the part of the schema that an error comes from."""
    schema: Any = error.schema
    return schema if isinstance(schema, dict) else {}


def way_to(error: ValidationError, validator: Validator) -> Way:
    """Return the schemas that lead to an error's own, with references followed."""
    whole: Any = validator.schema
    way: Way = [("", whole)]
    for part in error.absolute_schema_path:
        here = way[-1][1]
        while isinstance(here, dict) and part not in here:
            here = whole["$defs"][here["$ref"].rpartition("/")[2]]
            way[-1] = (
                way[-1][0],
                here | {key: value for key, value in way[-1][1].items() if key != "$ref"},
            )
        way.append((part, here[part]))
    return way[:-1]


def keys_on(way: Way) -> dict[str, dict[str, Any]]:
    """Return the keys of the schemas on a way, each with its own schemas merged."""
    known: dict[str, dict[str, Any]] = {}
    for _, schema in way:
        # What a group needs only then is described beside its keys.
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        for key, part in properties.items():
            known[key] = known.get(key, {}) | (part if isinstance(part, dict) else {})
    return known


def wrong_value(
    error: ValidationError, document: Document, node: Node, validator: Validator
) -> Wrong:
    """Return what an author sees of a value that its schema does not accept."""
    path = list(error.absolute_path)
    way = way_to(error, validator)
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    entry = bool(path) and isinstance(path[-1], int)
    depth = _depth_of(name, way)
    own = [way[depth][1]]
    if name == "tags" and not entry:
        whole: Any = validator.schema
        own.append(whole["$defs"]["tagged"]["properties"]["tags"])
    around = way[max(depth - 2, 0)][1]
    shown = {key: way[depth][1][key] for key in ("examples", "default") if key in way[depth][1]}
    return Wrong(
        name=name,
        key=f"{'an entry of ' if entry else ''}`{name}`" if name else "this file",
        value=node.value,
        typed=_typed(document, node),
        after=line_of(document, node.at)[node.at.end_column - 1 :],
        wanted=error.validator_value,
        schema=schema_of(error) | shown,
        takes=lambda value: all(validator.evolve(schema=schema).is_valid(value) for schema in own),
        entry=entry,
        on_several_lines=node.at.line != node.at.end_line and not _is_alone(document, node),
        optional=name
        not in (*around.get("required", ()), *around.get("then", {}).get("required", ())),
    )


def _depth_of(name: str, way: Way) -> int:
    """Return the index on a way of a value's own schema: the last with the value's key or place."""
    places = (
        place
        for place, (part, _) in enumerate(way)
        if part in (name, "items", "additionalProperties")
    )
    return max(places, default=0)


def _is_alone(document: Document, node: Node) -> bool:
    """Return whether a value is a group of one key on one line, so probably a text with a colon."""
    if not isinstance(node.value, dict) or len(node.value) != 1:
        return False
    only = node[next(iter(node.value))]
    return node.at.file == document.file and only.at.end_line == node.at.line


def _typed(document: Document, node: Node) -> str:
    """Return how a value is written, if on one line."""
    at = node.at
    typed = line_of(document, at)[at.column - 1 : at.end_column - 1]
    if typed:
        return typed
    if _is_alone(document, node):
        return lines_in(document.text)[at.line - 1][at.column - 1 :].rstrip()
    if isinstance(node.value, (int, float)):
        return json.dumps(node.value)  # It is in a file that changes this one.
    if node.value == "" and at.file == document.file:
        # The sign of a text of several lines that has none.
        return lines_in(document.text)[at.line - 1][at.column - 1 :]
    return ""


def line_of(document: Document, at: Location) -> str:
    """Return the line that a place is on; empty if it is longer, or in another document."""
    return (
        lines_in(document.text)[at.line - 1]
        if at.file == document.file and at.line == at.end_line
        else ""
    )
