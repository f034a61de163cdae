"""Diagnostics for the errors of a schema: message, place and help, and the edit that fixes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from attachdeck.domain.diagnostics import Diagnostic, Edit
from attachdeck.reader import Document, Node
from attachdeck.schema.ids import NewIds
from attachdeck.schema.keys import is_bare, missing_keys, taken_apart, unknown_keys
from attachdeck.schema.locating import line_of, schema_of, wrong_value
from attachdeck.schema.wording import no_name, worded

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator


def explain(
    error: ValidationError, document: Document, root: Node, validator: Validator, new_ids: NewIds
) -> Iterator[Diagnostic]:
    """Yield the diagnostics for an error in a document."""
    node = root
    for part in error.absolute_path:
        node = node[part]
    if error.validator in ("required", "dependentRequired"):
        yield from missing_keys(error, node, validator, new_ids)
    elif error.validator == "additionalProperties":
        yield from unknown_keys(error, node, validator)
    elif "propertyNames" in error.absolute_schema_path:
        name = str(error.instance)
        message, help = no_name(name, schema_of(error))
        yield Diagnostic(rule="schema", message=message, at=node.key_at(name), help=help)
    else:
        yield _explain_value(error, document, root, validator, new_ids)


def _explain_value(
    error: ValidationError, document: Document, root: Node, validator: Validator, new_ids: NewIds
) -> Diagnostic:
    path = list(error.absolute_path)
    around = node = root
    for part in path:
        around, node = node, node[part]
    keyword = str(error.validator)
    wrong = wrong_value(error, document, node, validator)
    message, help = worded(keyword, wrong) or (error.message, None)
    if wrong.name == "id" and not wrong.typed and id(around.value) in new_ids():
        help = f"write `id: {new_ids()[id(around.value)]}`; keep it when you reword the card"
    if wrong.name in around and is_bare(around, wrong.name):
        help = taken_apart(around, wrong.name)
    is_fixable = keyword == "type" and wrong.is_meant
    return Diagnostic(
        rule="schema",
        message=message,
        at=node.at if path else node.start,
        help=help,
        fix=_retyped(document, node, wrong.takes) if is_fixable else None,
    )


def _retyped(document: Document, node: Node, takes: Callable[[Any], bool]) -> Edit | None:
    """Return the edit that adds or deletes quotes or brackets, if that makes a value valid."""
    at, value = node.at, node.value
    typed = line_of(document, at)[at.column - 1 : at.end_column - 1]
    tries: list[tuple[str, Any]] = []
    # A word alone: what begins with an anchor or is an alias would become text with it.
    if value is not None and re.fullmatch(r"[\w.+-]+", typed):
        tries = [(f'"{typed}"', typed), (f"[{typed}]", [value])]
    elif typed[1:-1] == value and re.fullmatch(
        r"true|false|(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?", value
    ):
        tries = [(value, json.loads(value))]
    return next((Edit(at, text) for text, meant in tries if takes(meant)), None)
