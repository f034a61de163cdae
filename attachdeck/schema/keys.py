"""Keys that are missing or unknown, and what their author may have meant by them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attachdeck.domain.diagnostics import (
    Diagnostic,
    Edit,
    close,
    did_you_mean,
    did_you_mean_or_list,
)
from attachdeck.domain.quoting import as_yaml, quoted, shortened
from attachdeck.reader import Node
from attachdeck.schema.ids import NewIds, with_id
from attachdeck.schema.locating import keys_on, schema_of, way_to
from attachdeck.schema.meant import disguised

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

MAX_PROBLEMS = 200
"""Maximum number of problems reported per file."""

_SURE = 0.8
"""How alike (difflib's ratio) a misspelt key must be to the only possible one for `--fix`."""
_ALIKE = 0.7
"""How alike it must be to a key for the help to propose that one."""
_LONGEST_LIST = 500
"""In characters: a longer list of the keys that are possible in a place is not shown."""


def missing_keys(
    error: ValidationError, node: Node, validator: Validator, new_ids: NewIds
) -> Iterator[Diagnostic]:
    """Report each key that a group needs and does not have."""
    path = error.absolute_path
    if len(node.value) == 1 and len(path) == 2 and path[0] == "cards":
        yield _only_one_key(node)
        return
    way = way_to(error, validator)
    known = keys_on(way)
    closed = any(
        isinstance(schema, dict) and schema.get("additionalProperties") is False
        for _, schema in way[-2:]
    )
    unknown = [key for key in node.value if key not in known]
    for key in _needed(error, node):
        if key in node:
            continue
        near = _meant_by_author(key, unknown, known.get(key, {}))
        if near and (closed or isinstance(node.value.get("kind"), str)):
            continue  # The misspelt key gets a message of its own, which says the same better.
        if key == "id" and "kind" in node and not near and id(node.value) in new_ids():
            yield _no_id(node, as_yaml(new_ids()[id(node.value)]))
        else:
            add = _added(key, known.get(key, {}), error)
            yield Diagnostic(
                rule="missing-key",
                message=f"`{key}` is missing{_in_kind(error, node, 'from')}",
                at=node.key_at(near) if near else node.start,
                help=f"rename `{near}` to `{key}`" if near else add,
            )


def _needed(error: ValidationError, node: Node) -> list[str]:
    wanted: Any = error.validator_value
    if error.validator == "required":
        return list(wanted)
    return [need for key, needs in wanted.items() if key in node for need in needs]


def _only_one_key(node: Node) -> Diagnostic:
    return Diagnostic(
        rule="missing-key",
        message=f"this card has only the key `{next(iter(node.value))}`",
        at=node.start,
        help="write the card's keys on lines below each other, with `- ` before the first one only",
    )


def _no_id(node: Node, id: str) -> Diagnostic:
    return Diagnostic(
        rule="missing-key",
        message="this card has no `id` yet",
        at=node.start,
        help=f"add `id: {id}`, or run `attachdeck fmt` to add it; keep it when you reword the card",
        fix=with_id(node, id),
    )


def _meant_by_author(key: str, unknown: Sequence[str], schema: Mapping[str, Any]) -> str:
    """Return the unknown key that is probably meant to be a missing one; empty without one."""
    words = (key, *schema.get("x-aliases", ()))
    named = [word for word in unknown if word.lower() in words]
    return next(iter(named or close(key, unknown, cutoff=_ALIKE)), "")


def _added(key: str, schema: Mapping[str, Any], error: ValidationError) -> str:
    """Return how to add a key: its possible values, or the first sentence of its description."""
    if error.validator == "dependentRequired" and "enum" in schema:
        needs: Any = error.validator_value
        [other] = (name for name, needed in needs.items() if key in needed)
        return f"add `{key}: {schema['enum'][-1]}`, or delete `{other}`"
    if "enum" in schema:
        return f"add `{key}:` and one of {', '.join(f'`{value}`' for value in schema['enum'])}"
    first = schema.get("description", "").split(". ")[0].rstrip(".")
    return f"add `{key}:` ({first[0].lower()}{first[1:]})" if first else f"add `{key}:`"


def unknown_keys(error: ValidationError, node: Node, validator: Validator) -> Iterator[Diagnostic]:
    """Report each key that a group has and its schema does not know."""
    known: dict[str, Any] = schema_of(error).get("properties", {})
    missing = {key: _schema_of_key(key, known, validator) for key in known if key not in node}
    unknown = [key for key in node.value if key not in known][:MAX_PROBLEMS]
    near = {
        key: close(key if key in missing else key.lower(), missing, n=2, cutoff=_SURE)
        for key in unknown
    }
    no_key = f"is not a key{_in_kind(error, node, 'of')}"
    for key in unknown:
        # Surely meant is what only one key can mean, where no other is meant to be it, and its
        # value is right there.
        sure = (
            len(near[key]) == 1
            and list(near.values()).count(near[key]) == 1
            and validator.evolve(schema=missing[near[key][0]]).is_valid(node.value[key])
        )
        yield Diagnostic(
            rule="unknown-key",
            message=f"`{key}` {disguised(key) or no_key}",
            at=node.key_at(key),
            help=_help_with(key, error, node, missing, validator),
            fix=Edit(node.key_at(key), near[key][0]) if sure else None,
        )


def _schema_of_key(key: str, known: Mapping[str, Any], validator: Validator) -> dict[str, Any]:
    """Return the schema of a key; those of keys of every kind of card are in one place."""
    whole: Any = validator.schema
    schema = whole["$defs"]["card"]["properties"][key] if known[key] is True else known[key]
    return dict(schema)


def _help_with(
    key: str,
    error: ValidationError,
    node: Node,
    missing: Mapping[str, Mapping[str, Any]],
    validator: Validator,
) -> str | None:
    """Return what to write instead of an unknown key."""
    if is_bare(node, key):
        joined = re.match(r"([\w-]+):(\S.*)", key)
        return (
            f"write a space after the colon: `{joined[1]}: {shortened(joined[2])}`"
            if joined
            else taken_apart(node, key)
        )
    if other := schema_of(error).get("x-not-here", {}).get(key):
        return str(other)
    aliased = (name for name in missing if key.lower() in missing[name].get("x-aliases", ()))
    if other := next(aliased, None):
        return f"did you mean `{other}`?"
    if near := did_you_mean(key, missing, _ALIKE):
        return near
    whole: Any = validator.schema
    parts = whole.get("$defs", {}).values()
    if not error.absolute_path and any(key in part.get("properties", ()) for part in parts):
        return "it belongs to a card: write it under `cards:`, in an entry that begins with `- `"
    known: dict[str, Any] = schema_of(error).get("properties", {})
    # Those that are only `true` belong to every kind: the kind's own come first.
    own_first = sorted(known, key=lambda name: known[name] is True)
    return did_you_mean_or_list(key, own_first, _ALIKE, _LONGEST_LIST)


def is_bare(node: Node, key: str) -> bool:
    """Return whether a key between braces has no colon: it is a part of a text with a comma."""
    return (
        node.value[key] is None
        and node[key].at.column == node.key_at(key).end_column
        and node[key].at.line == node.key_at(key).end_line
    )


def taken_apart(node: Node, key: str) -> str:
    """Return how to write the text with a comma of which a key was meant to be a part."""
    keys = list(node.value)
    begin = end = keys.index(key)
    while begin and is_bare(node, keys[begin]):
        begin -= 1
    while end < len(keys) and is_bare(node, keys[end]):
        end += 1
    first, value = keys[begin], node.value[keys[begin]]
    if isinstance(value, int) and end == begin + 2 and keys[begin + 1].isdecimal():
        return f"write a decimal number with a point: `{first}: {value}.{keys[begin + 1]}`"
    whole = quoted(", ".join([str(value), *keys[begin + 1 : end]]))
    return f"a text with a comma needs quotes around it inside `{{ }}`: `{first}: {whole}`"


def _in_kind(error: ValidationError, node: Node, preposition: str) -> str:
    kind = node.value.get("kind")
    return (
        f" {preposition} a card of kind `{kind}`"
        if error.absolute_path and isinstance(kind, str) and "id" in node
        else ""
    )
