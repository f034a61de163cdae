"""The JSON Schemas of a course's files, and what a document's disagreement with one means to its author.

The only importer of jsonschema, and of jsonschema-rs, which accepts good documents fifty times as fast; what it does not accept, jsonschema explains.
The schemas' patterns are such as both read alike: no `\\w`, `\\d` or `\\Z`. The schemas' descriptions are written for educators, whose editors show them.
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.diagnostics import Diagnostic, Edit, close, did_you_mean, did_you_mean_or_list
from attachdeck.lean import without
from attachdeck.location import Location
from attachdeck.naming import card_id
from attachdeck.reader import CourseFiles, Document, Node

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

NAMES = ("course", "lesson", "sources", "media", "note_type")
"""The schemas of a course's files."""

REPORTS = ("diagnostics",)
"""The schemas of what attachdeck writes for programs."""

MAX_PROBLEMS = 200
"""Of how many disagreements in one file an author is told at once."""

_SURE = 0.8
"""How alike (difflib's ratio) a misspelt key must be to the only one that it can mean, for a program to mend it."""


@cache
def schema_text(name: str) -> str:
    """The text of a schema, one of `NAMES` or `REPORTS`."""
    return Path(__file__).with_name(f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema_text(name)))


@cache
def _acceptor(name: str) -> jsonschema_rs.Draft202012Validator:
    # The day on which it was made is all that it needs `email.utils` for, and most of the time that it takes to import.
    with _undisturbed(), without("email.utils", parsedate_to_datetime=str):
        import jsonschema_rs

        found = jsonschema_rs.Draft202012Validator(json.loads(schema_text(name)))
        found.is_valid(None)  # It imports more of Python when it is first asked.
    return found


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits: an import that it interrupts inside of compiled code is a panic there, and no KeyboardInterrupt."""
    pressed: list[int] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    except ValueError:  # Only the main thread hears it.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


def problems(files: CourseFiles) -> list[Diagnostic]:
    """Hold all of a course's files against their schemas."""
    pairs = [(files.course, "course"), (files.sources, "sources"), (files.media, "media"), *((lesson, "lesson") for lesson in files.lessons)]
    pairs += [(each.document, "note_type") for each in files.note_types.values()]
    return [problem for document, name in pairs if document for problem in check(document, name)]


def check(document: Document, name: str) -> list[Diagnostic]:
    """Hold a document against a schema; every disagreement is one diagnostic at the narrowest place."""
    if document.root is None:
        return []
    if document.root.value is None:
        message = "this file is empty"
        return [Diagnostic(rule="empty-file", message=message, at=document.root.at, help=f"`attachdeck schema {name}` shows what belongs into it")]
    if _acceptor(name).is_valid(document.root.value):
        return []
    validator = _validator(name)
    errors = sorted(islice(_leaves(validator.iter_errors(document.root.value)), MAX_PROBLEMS), key=lambda error: [str(part) for part in error.absolute_path])
    for error in errors:
        if error.absolute_schema_path[0] == "then":
            error.schema = validator.schema  # What a whole file needs unless it changes another is said beside its keys.
    found = (diagnostic for error in errors for diagnostic in _explain(error, document, document.root, validator))
    return list(dict.fromkeys(islice(found, MAX_PROBLEMS)))


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """The errors at the ends of `if`/`then`; where a key's name is wrong, the error that names it."""
    for error in errors:
        if error.context:
            yield from _leaves(error.context)
        else:
            yield error


def _explain(error: ValidationError, document: Document, node: Node, validator: Validator) -> Iterator[Diagnostic]:
    path = list(error.absolute_path)
    for part in path:
        node = node[part]
    keyword = str(error.validator)
    key = next((f"`{part}`" for part in reversed(path) if isinstance(part, str)), "this file")
    wanted: Any = error.validator_value
    explain = _EXPLANATIONS.get(keyword)

    if keyword in ("required", "dependentRequired"):
        yield from _missing(error, document, node)
    elif keyword == "additionalProperties":
        yield from _unknown(error, node, validator)
    elif "propertyNames" in error.absolute_schema_path:
        yield Diagnostic(
            rule="schema",
            message=f"`{error.instance}` cannot be a name here",
            at=node.key_at(str(error.instance)),
            help=_of(error).get("patternErrorMessage"),
        )
    elif explain:
        if keyword == "type" and path and isinstance(path[-1], int):
            key = f"an entry of {key}"
        message, help = explain(key, node.value, wanted, _of(error))
        mend = _retyped(document, node, validator.evolve(schema=error.schema)) if keyword == "type" else None
        yield Diagnostic(rule="schema", message=message, at=node.at if path else node.start, help=help, mend=mend)
    else:
        yield Diagnostic(rule="schema", message=error.message, at=node.at)


def _missing(error: ValidationError, document: Document, node: Node) -> Iterator[Diagnostic]:
    wanted: Any = error.validator_value
    missing = wanted if error.validator == "required" else [need for key, needs in wanted.items() if key in node for need in needs]
    for key in missing:
        if key in node:
            continue
        near = close(key, [each for each in node.value if each not in _of(error).get("properties", {})])
        if near and _of(error).get("additionalProperties") is False:
            continue  # The misspelt key gets a message of its own, which says the same better.
        description = _described(error, key)
        if key == "id" and "kind" in node and not near:
            id = card_id(node.value, _ids(document, node))
            help = f"add `id: {id}`, or run `attachdeck fmt`, which writes it; it stays when you reword the card"
            yield Diagnostic(rule="missing-key", message="this card has no `id` yet", at=node.start, help=help, mend=_with_id(node, id))
            continue
        help = f"is `{near[0]}` meant to be `{key}`?" if near else f"add `{key}:`" + (f" {description}" if description else "")
        yield Diagnostic(rule="missing-key", message=f"`{key}` is missing{_in_kind(node, 'from')}", at=node.key_at(near[0]) if near else node.start, help=help)


def _of(error: ValidationError) -> dict[str, Any]:
    """The part of the schema that an error comes from."""
    schema: Any = error.schema
    return schema if isinstance(schema, dict) else {}


def _described(error: ValidationError, key: str) -> str:
    """The first sentence of a key's description, with a small letter, in brackets."""
    found = _of(error).get("properties", {}).get(key, {})
    text = found.get("description", "") if isinstance(found, dict) else ""
    first = text.split(". ")[0].rstrip(".")
    return f"({first[0].lower()}{first[1:]})" if first else ""


def _unknown(error: ValidationError, node: Node, validator: Validator) -> Iterator[Diagnostic]:
    known: dict[str, Any] = _of(error).get("properties", {})
    missing = [each for each in known if each not in node]
    own = [each for each in known if known[each] is not True]  # Those that are only `true` belong to every kind.
    unknown = [key for key in node.value if key not in known]
    near = {key: close(key, missing, n=2, cutoff=_SURE) for key in unknown}
    for key in unknown:
        help = did_you_mean(key, missing) or did_you_mean_or_list(key, own)
        if node.value[key] is None and " " in key:
            help = "a text that holds a comma needs quotes around it inside `{ }`"
        # Surely meant is what only one key can mean, where no other is meant to be it, and its value is right there.
        sure = len(near[key]) == 1 and list(near.values()).count(near[key]) == 1 and _fits(node.value[key], near[key][0], known, validator)
        mend = Edit(node.key_at(key), near[key][0]) if sure else None
        yield Diagnostic(rule="unknown-key", message=f"`{key}` is not a key{_in_kind(node, 'of')}", at=node.key_at(key), help=help, mend=mend)


def _fits(value: Any, key: str, known: dict[str, Any], validator: Validator) -> bool:
    """Whether a value is right under a key; what belongs to every kind of card is said in one place."""
    whole: Any = validator.schema
    schema = whole["$defs"]["card"]["properties"][key] if known[key] is True else known[key]
    return validator.evolve(schema=schema).is_valid(value)


def _in_kind(node: Node, preposition: str) -> str:
    kind = node.value.get("kind")
    return f" {preposition} a card of kind `{kind}`" if isinstance(kind, str) and "id" in node else ""


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a group of keys",
    "null": "nothing",
}


def _type_of(value: Any) -> str:
    for python, name in ((bool, "`true` or `false`"), (int, "a number"), (float, "a number"), (str, "text"), (list, "a list"), (dict, "a group of keys")):
        if isinstance(value, python):
            return name
    return "nothing"


def _wrong_type(key: str, value: Any, wanted: Any, schema: Any) -> tuple[str, str | None]:
    names = [_TYPES[each] for each in ([wanted] if isinstance(wanted, str) else wanted)]
    help = None
    if value is None:
        help = "write something after the colon (a text that begins with `#` needs quotes), or delete the key"
    elif "text" in names and isinstance(value, (int, float, bool)):
        fits = re.search(schema.get("pattern", ""), str(value))
        help = "put it in quotes, so that it is text" if fits else schema["patternErrorMessage"]
    elif "text" in names and isinstance(value, (dict, list)):
        help = "put the text in quotes, or write it after `|` on lines of its own"
    elif names == ["a list"]:
        help = "begin each entry with `- ` on a line of its own, or write [one, two]"
    elif names == ["a group of keys"]:
        example = next(iter(schema.get("required", schema.get("properties", ()))), "")
        help = f"write keys and their values here, as in `{example}: …`" if example else "write keys and their values here"
    elif names == ["`true` or `false`"]:
        help = "write true or false, without quotes"
    elif names[0].endswith("number"):
        help = "write the number without quotes or signs after it"
    return f"{key} must be {' or '.join(names)}, and this is {_type_of(value)}", help


def _retyped(document: Document, node: Node, right: Validator) -> Edit | None:
    """The same value as one that is right at its place, where that is only a matter of quotes or brackets."""
    at, value = node.at, node.value
    if value is None or at.file != document.file or at.line != at.end_line:
        return None
    written = document.text.split("\n")[at.line - 1][at.column - 1 : at.end_column - 1]
    tries: list[tuple[str, Any]] = []
    if re.fullmatch(r"[\w.+-]+", written):  # A word alone: what begins with an anchor or is an alias would become text with it.
        tries = [(f'"{written}"', written), (f"[{written}]", [value])]
    elif written[1:-1] == value and re.fullmatch(r"true|false|(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?", value):
        tries = [(value, json.loads(value))]
    return next((Edit(at, text) for text, meant in tries if right.is_valid(meant)), None)


def _ids(document: Document, node: Node) -> set[str]:
    """The ids of a file's cards, with those that the cards without one before this card will get."""
    taken = {str(card["id"]) for card in document.root.value["cards"] if isinstance(card, dict) and "id" in card} if document.root else set()
    for card in document.root.value["cards"] if document.root else ():
        if card is node.value:
            break
        if isinstance(card, dict) and "id" not in card:
            taken.add(card_id(card, taken))
    return taken


def _with_id(node: Node, id: str) -> Edit | None:
    """An id before a card's first key, on a line of its own or, between braces, before a comma; none in a card that stands elsewhere and is repeated here."""
    start = node.start
    if (start.line, start.column) < (node.at.line, node.at.column):
        return None
    after = ", " if node.at != start and node.at.column < start.column else "\n" + " " * (start.column - 1)
    return Edit(Location(start.file, start.line, start.column, start.line, start.column), f"id: {id}{after}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


_EXPLANATIONS: dict[str, Any] = {
    "type": _wrong_type,
    "enum": lambda key, value, wanted, _: (f"`{value}` is not a {key}", did_you_mean_or_list(str(value), wanted)),
    "pattern": lambda key, value, _, schema: (
        (f"{key} is blank" if not value.strip() else f"{key} cannot be written like this"),
        schema.get("patternErrorMessage"),
    ),
    "minItems": lambda key, value, wanted, _: (f"{key} needs at least {_count(wanted, 'entry').replace('entrys', 'entries')}, and has {len(value)}", None),
    "maxItems": lambda key, value, wanted, _: (f"{key} holds {len(value)} entries, and takes {wanted} at most", "split the card in two"),
    "minProperties": lambda key, value, wanted, _: (f"{key} needs at least {_count(wanted, 'key')}, and has {len(value)}", None),
    "maxProperties": lambda key, value, wanted, _: (f"{key} holds {len(value)} keys, and takes {wanted} at most", None),
    "maxLength": lambda key, value, wanted, _: (f"{key} is {len(value)} characters long, and takes {wanted} at most", None),
    "minimum": lambda key, value, wanted, _: (f"{key} is {value}, and must be {wanted} or more", None),
    "maximum": lambda key, value, wanted, _: (f"{key} is {value}, and must be {wanted} or less", None),
    "exclusiveMinimum": lambda key, value, wanted, _: (f"{key} is {value}, and must be more than {wanted}", None),
    "uniqueItems": lambda key, _value, _wanted, _schema: (f"{key} names something twice", "delete one of the two"),
}
