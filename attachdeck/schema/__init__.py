"""The JSON Schemas of a course's files, and what a document's disagreement with one means to its author.

The only importer of jsonschema, and of jsonschema-rs, which accepts good documents fifty times as fast; what it does not accept, jsonschema explains.
The schemas' patterns are such as both read alike: no `\\w`, `\\d` or `\\Z`. The schemas' descriptions are written for educators, whose editors show them.
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.domain.diagnostics import (
    Diagnostic,
    Edit,
    close,
    did_you_mean,
    did_you_mean_or_list,
)
from attachdeck.domain.location import Location
from attachdeck.domain.naming import card_id, ids_of_cards
from attachdeck.domain.quoting import quoted, shortened
from attachdeck.reader import CourseFiles, Document, Node, read_text
from attachdeck.reader.document import lines_in

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

    from attachdeck.schema.wording import Wrong

NAMES = ("course", "lesson", "sources", "media", "note_type")
"""The schemas of a course's files."""

REPORTS = ("diagnostics",)
"""The schemas of what attachdeck writes for programs."""

MAX_PROBLEMS = 200
"""Of how many disagreements in one file an author is told at once."""

NewIds = Callable[[], dict[int, str]]
"""`missing_ids`, asked for when one is needed."""

_SURE = 0.8
"""How alike (difflib's ratio) a misspelt key must be to the only one that it can mean, for a program to mend it."""

_ALIKE = 0.7
"""How alike it must be to one for an author to be asked whether it is meant."""
_LONGEST_LIST = 500
"""Maximum number of characters of a list of all keys that may stand in a place."""


@cache
def schema_text(name: str) -> str:
    """The text of a schema, one of `NAMES` or `REPORTS`."""
    return Path(__file__).with_name(f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    def pattern(
        _validator: Validator, wanted: str, value: Any, _schema: Any
    ) -> Iterator[ValidationError]:
        # To Python `$` is also the place before a last line end; to JSON Schema, to jsonschema-rs and to editors it is the end alone.
        if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    found: Validator = extend(Draft202012Validator, {"pattern": pattern})(  # type: ignore[no-untyped-call]
        json.loads(schema_text(name))
    )  # jsonschema's own types.
    return found


@cache
def _acceptor(name: str) -> jsonschema_rs.Draft202012Validator:
    with _undisturbed():
        import jsonschema_rs

        acceptor = jsonschema_rs.Draft202012Validator(json.loads(schema_text(name)))
        acceptor.is_valid(None)  # It imports more of Python when it is first asked.
    return acceptor


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


def accepts(value: Any, name: str) -> bool:
    """Whether a document's value agrees with a schema."""
    return bool(_acceptor(name).is_valid(value))


def problems(files: CourseFiles) -> list[Diagnostic]:
    """Hold a course's own documents, its lessons excepted, against their schemas."""
    return [problem for document, name in own_documents(files) for problem in check(document, name)]


def broken_files(files: CourseFiles) -> set[str]:
    """Return the names of a course's own documents that could not be read, or break their schemas."""
    return {
        document.file
        for document, name in own_documents(files)
        if document.root is None or not accepts(document.root.value, name)
    }


def own_documents(files: CourseFiles) -> list[tuple[Document, str]]:
    """Return a course's own documents, its lessons excepted, each with its schema's name."""
    pairs = [(files.course, "course"), (files.sources, "sources"), (files.media, "media")]
    pairs += [(each.document, "note_type") for each in files.note_types.values()]
    return [(document, name) for document, name in pairs if document is not None]


def check(document: Document, name: str, new_ids: NewIds | None = None) -> list[Diagnostic]:
    """Hold a document against a schema; every disagreement is one diagnostic at the narrowest place.

    `new_ids` tells the ids of the course's cards that have none yet.
    """
    if document.root is None:
        return []
    if document.root.value is None:
        message = "this file is empty"
        return [
            Diagnostic(
                rule="empty-file",
                message=message,
                at=document.root.at,
                help=f"`attachdeck schema {name}` shows what belongs into it",
            )
        ]
    if _acceptor(name).is_valid(document.root.value):
        return []
    validator = _validator(name)
    errors = sorted(
        islice(_leaves(validator.iter_errors(document.root.value)), MAX_PROBLEMS),
        key=lambda error: [str(part) for part in error.absolute_path],
    )
    mistyped = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    # What else holds for a value of another type is of no use to its author.
    errors = [
        error
        for error in errors
        if error.validator == "type" or tuple(error.absolute_path) not in mistyped
    ]
    new_ids = new_ids or cache(partial(missing_ids, (document,)))
    found = (
        diagnostic
        for error in errors
        for diagnostic in _explain(error, document, document.root, validator, new_ids)
    )
    return _under_bars(list(dict.fromkeys(islice(found, MAX_PROBLEMS))), document)


def _under_bars(found: list[Diagnostic], document: Document) -> list[Diagnostic]:
    """Return the diagnostics with those replaced that come from a text under a `|` that is not indented.

    YAML reads its lines as comments, or as keys that nobody knows, and the text as blank.
    """
    lines = document.text.split("\n")
    unknown = {each.at.line for each in found if each.rule == "unknown-key"}
    texts: dict[Location, Diagnostic] = {}
    for blank in (each for each in found if each.message.endswith(" is blank")):
        below = range(blank.at.line + 1, len(lines) + 1)
        first = next((line for line in below if lines[line - 1].strip()), 0)
        is_text = first in unknown or (first and lines[first - 1].lstrip().startswith("#"))
        if is_text and (said := _not_indented(document, lines, first)):
            texts[blank.at] = said
            after = (line for line in below if lines[line - 1].strip() and line not in unknown)
            unknown -= set(range(first, next(after, len(lines) + 1)))
    return [
        texts.get(each.at, each)
        for each in found
        if each.rule != "unknown-key" or each.at.line in unknown
    ]


def _not_indented(document: Document, lines: list[str], line: int) -> Diagnostic | None:
    from attachdeck.reader.advice import text_not_deep

    said = text_not_deep(lines, line)
    if said is None or said.at is None:
        return None
    at = Location(document.file, *said.at, said.at[0], said.at[1] + 1)
    return Diagnostic(rule="yaml-syntax", message=said.message, at=at, help=said.help)


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """The errors at the ends of `if`/`then`; where a key's name is wrong, the error that names it."""
    for error in errors:
        if error.context:
            yield from _leaves(error.context)
        else:
            yield error


def _explain(
    error: ValidationError, document: Document, node: Node, validator: Validator, new_ids: NewIds
) -> Iterator[Diagnostic]:
    from attachdeck.schema.wording import (
        no_name,
        said,
    )  # What only a message needs is imported for one.

    path = list(error.absolute_path)
    around = node
    for part in path:
        around, node = node, node[part]
    keyword = str(error.validator)
    if keyword in ("required", "dependentRequired"):
        yield from _missing(error, node, validator, new_ids)
    elif keyword == "additionalProperties":
        yield from _unknown(error, node, validator)
    elif "propertyNames" in error.absolute_schema_path:
        message, help = no_name(str(error.instance), _of(error))
        yield Diagnostic(
            rule="schema", message=message, at=node.key_at(str(error.instance)), help=help
        )
    else:
        wrong = _wrong(error, document, node, validator)
        message, help = said(keyword, wrong) or (error.message, None)
        if wrong.name == "id" and not wrong.typed and id(around.value) in new_ids():
            help = f"write `id: {new_ids()[id(around.value)]}`; it stays when you reword the card"
        if wrong.name in around and _is_bare(around, wrong.name):
            help = _taken_apart(around, wrong.name)
        mend = (
            _retyped(document, node, wrong.takes) if keyword == "type" and wrong.is_meant else None
        )
        yield Diagnostic(
            rule="schema", message=message, at=node.at if path else node.start, help=help, mend=mend
        )


def _wrong(error: ValidationError, document: Document, node: Node, validator: Validator) -> Wrong:
    """What an author sees of a value that disagrees with its schema."""
    from attachdeck.schema.wording import Wrong

    path = list(error.absolute_path)
    way = _way(error, validator)
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    entry = bool(path) and isinstance(path[-1], int)
    # The value's own schema is the last to which the way leads by the value's key or place; before it stands that of the group around it.
    depth = max(
        (
            place
            for place, (part, _) in enumerate(way)
            if part in (name, "items", "additionalProperties")
        ),
        default=0,
    )
    own = [
        way[depth][1],
        *(
            [validator.schema["$defs"]["tagged"]["properties"]["tags"]]  # type: ignore[index]
            if name == "tags" and not entry
            else []
        ),
    ]
    around = way[max(depth - 2, 0)][1]
    typed = _line(document, node.at)[node.at.column - 1 : node.at.end_column - 1]
    only = next(iter(node.value)) if isinstance(node.value, dict) and len(node.value) == 1 else None
    alone = (
        only is not None
        and node.at.file == document.file
        and node[only].at.end_line == node.at.line
    )
    if alone and not typed:
        typed = lines_in(document.text)[node.at.line - 1][
            node.at.column - 1 :
        ].rstrip()  # A text with a colon in it.
    if isinstance(node.value, (int, float)) and not typed:
        typed = json.dumps(node.value)  # It stands in a file that changes this one.
    if node.value == "" and not typed and node.at.file == document.file:
        typed = lines_in(document.text)[node.at.line - 1][
            node.at.column - 1 :
        ]  # The sign of a text of several lines that has none.
    return Wrong(
        name=name,
        key=f"{'an entry of ' if entry else ''}`{name}`" if name else "this file",
        value=node.value,
        typed=typed,
        behind=_line(document, node.at)[node.at.end_column - 1 :],
        wanted=error.validator_value,
        schema={
            **_of(error),
            **{key: way[depth][1][key] for key in ("examples", "default") if key in way[depth][1]},
        },
        takes=lambda value: all(validator.evolve(schema=each).is_valid(value) for each in own),
        entry=entry,
        on_several_lines=node.at.line != node.at.end_line and not alone,
        optional=name
        not in (*around.get("required", ()), *around.get("then", {}).get("required", ())),
    )


def _line(document: Document, at: Location) -> str:
    """The line of a document on which something stands, if it stands on one line of this document."""
    return (
        lines_in(document.text)[at.line - 1]
        if at.file == document.file and at.line == at.end_line
        else ""
    )


def _way(error: ValidationError, validator: Validator) -> list[tuple[str | int, Any]]:
    """The schemas to an error's own, from the whole one inwards, each with its name in the one before; references are followed."""
    whole: Any = validator.schema
    way: list[tuple[str | int, Any]] = [("", whole)]
    for part in error.absolute_schema_path:
        here = way[-1][1]
        while isinstance(here, dict) and part not in here:
            here = whole["$defs"][here["$ref"].rpartition("/")[2]]
            way[-1] = (
                way[-1][0],
                here | {key: each for key, each in way[-1][1].items() if key != "$ref"},
            )
        way.append((part, here[part]))
    return way[:-1]


def _missing(
    error: ValidationError, node: Node, validator: Validator, new_ids: NewIds
) -> Iterator[Diagnostic]:
    wanted: Any = error.validator_value
    missing = (
        wanted
        if error.validator == "required"
        else [need for key, needs in wanted.items() if key in node for need in needs]
    )
    known = _keys_on(_way(error, validator))
    closed = any(
        isinstance(schema, dict) and schema.get("additionalProperties") is False
        for _, schema in _way(error, validator)[-2:]
    )
    if len(node.value) == 1 and len(error.absolute_path) == 2 and error.absolute_path[0] == "cards":
        message = f"this card is nothing but `{next(iter(node.value))}`"
        help = (
            "write all keys of a card below one another; only the first of them has `- ` before it"
        )
        yield Diagnostic(rule="missing-key", message=message, at=node.start, help=help)
        return
    for key in missing:
        if key in node:
            continue
        unknown = [each for each in node.value if each not in known]
        words = (key, *known.get(key, {}).get("x-aliases", ()))
        near = [word for word in unknown if word.lower() in words][:1]
        near = near or close(key, unknown, cutoff=_ALIKE)
        if near and (closed or isinstance(node.value.get("kind"), str)):
            continue  # The misspelt key gets a message of its own, which says the same better.
        description = _described(known.get(key))
        if key == "id" and "kind" in node and not near and id(node.value) in new_ids():
            new = _as_text(new_ids()[id(node.value)])
            help = f"add `id: {new}`, or run `attachdeck fmt`, which writes it; it stays when you reword the card"
            yield Diagnostic(
                rule="missing-key",
                message="this card has no `id` yet",
                at=node.start,
                help=help,
                mend=_with_id(node, new),
            )
            continue
        help = (
            f"is `{near[0]}` meant to be `{key}`?"
            if near
            else f"add `{key}:`" + (f" {description}" if description else "")
        )
        yield Diagnostic(
            rule="missing-key",
            message=f"`{key}` is missing{_in_kind(error, node, 'from')}",
            at=node.key_at(near[0]) if near else node.start,
            help=help,
        )


def _keys_on(way: list[tuple[str | int, Any]]) -> dict[str, dict[str, Any]]:
    """Return the keys that the schemas on a way know, each with all that they say of it."""
    known: dict[str, dict[str, Any]] = {}
    for _, schema in way:
        # What a group needs only then is described beside its keys.
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        for key, part in properties.items():
            known[key] = known.get(key, {}) | (part if isinstance(part, dict) else {})
    return known


def _of(error: ValidationError) -> dict[str, Any]:
    """The part of the schema that an error comes from."""
    schema: Any = error.schema
    return schema if isinstance(schema, dict) else {}


def _described(schema: Any) -> str:
    """The first sentence of a key's description, with a small letter, in brackets."""
    text = schema.get("description", "") if isinstance(schema, dict) else ""
    first = text.split(". ")[0].rstrip(".")
    return f"({first[0].lower()}{first[1:]})" if first else ""


def _unknown(error: ValidationError, node: Node, validator: Validator) -> Iterator[Diagnostic]:
    from attachdeck.schema.wording import disguised

    known: dict[str, Any] = _of(error).get("properties", {})
    missing = [each for each in known if each not in node]
    # Those that are only `true` belong to every kind: the kind's own come first.
    own_first = sorted(known, key=lambda name: known[name] is True)
    whole: Any = validator.schema
    parts = whole.get("$defs", {})
    words = {key: _schema_of(key, known, validator).get("x-aliases", ()) for key in missing}
    no_key = f"is not a key{_in_kind(error, node, 'of')}"
    unknown = [key for key in node.value if key not in known][:MAX_PROBLEMS]
    near = {
        key: close(key if key in missing else key.lower(), missing, n=2, cutoff=_SURE)
        for key in unknown
    }
    for key in unknown:
        other = next((known_key for known_key in missing if key.lower() in words[known_key]), None)
        help = f"did you mean `{other}`?" if other else did_you_mean(key, missing, _ALIKE)
        if (
            help is None
            and not error.absolute_path
            and any(key in each.get("properties", ()) for each in parts.values())
        ):
            help = (
                "it belongs to a card: write it under `cards:`, in an entry that begins with `- `"
            )
        help = help or did_you_mean_or_list(key, own_first, _ALIKE, _LONGEST_LIST)
        if _is_bare(node, key):
            joined = re.match(r"([\w-]+):(\S.*)", key)
            help = (
                f"write a space behind the colon: `{joined[1]}: {shortened(joined[2])}`"
                if joined
                else _taken_apart(node, key)
            )
        # Surely meant is what only one key can mean, where no other is meant to be it, and its value is right there.
        sure = (
            len(near[key]) == 1
            and list(near.values()).count(near[key]) == 1
            and _fits(node.value[key], near[key][0], known, validator)
        )
        mend = Edit(node.key_at(key), near[key][0]) if sure else None
        yield Diagnostic(
            rule="unknown-key",
            message=f"`{key}` {disguised(key) or no_key}",
            at=node.key_at(key),
            help=help,
            mend=mend,
        )


def _is_bare(node: Node, key: str) -> bool:
    """Whether a key stands between braces without a colon behind it: a part of the text before it, which held a comma."""
    return (
        node.value[key] is None
        and node[key].at.column == node.key_at(key).end_column
        and node[key].at.line == node.key_at(key).end_line
    )


def _taken_apart(node: Node, key: str) -> str:
    """How to write the text between braces of which a key was meant to be a part."""
    keys = list(node.value)
    begin = end = keys.index(key)
    while begin and _is_bare(node, keys[begin]):
        begin -= 1
    while end < len(keys) and _is_bare(node, keys[end]):
        end += 1
    if (
        isinstance(node.value[keys[begin]], int)
        and end == begin + 2
        and keys[begin + 1].isdecimal()
    ):
        return f"a decimal number has a point: `{keys[begin]}: {node.value[keys[begin]]}.{keys[begin + 1]}`"
    whole = ", ".join([str(node.value[keys[begin]]), *keys[begin + 1 : end]])
    return f"a text that holds a comma needs quotes around it inside `{{ }}`: `{keys[begin]}: {quoted(whole)}`"


def _fits(value: Any, key: str, known: dict[str, Any], validator: Validator) -> bool:
    """Return whether a value is right under a key."""
    return validator.evolve(schema=_schema_of(key, known, validator)).is_valid(value)


def _schema_of(key: str, known: dict[str, Any], validator: Validator) -> dict[str, Any]:
    """Return the schema of a key; what belongs to every kind of card is said in one place."""
    whole: Any = validator.schema
    schema = whole["$defs"]["card"]["properties"][key] if known[key] is True else known[key]
    return dict(schema)


def _in_kind(error: ValidationError, node: Node, preposition: str) -> str:
    kind = node.value.get("kind")
    return (
        f" {preposition} a card of kind `{kind}`"
        if error.absolute_path and isinstance(kind, str) and "id" in node
        else ""
    )


def _retyped(document: Document, node: Node, takes: Callable[[Any], bool]) -> Edit | None:
    """The same value as one that is right at its place, where that is only a matter of quotes or brackets."""
    at, value = node.at, node.value
    typed = _line(document, at)[at.column - 1 : at.end_column - 1]
    tries: list[tuple[str, Any]] = []
    if value is not None and re.fullmatch(
        r"[\w.+-]+", typed
    ):  # A word alone: what begins with an anchor or is an alias would become text with it.
        tries = [(f'"{typed}"', typed), (f"[{typed}]", [value])]
    elif typed[1:-1] == value and re.fullmatch(
        r"true|false|(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?", value
    ):
        tries = [(value, json.loads(value))]
    return next((Edit(at, text) for text, meant in tries if takes(meant)), None)


def missing_ids(lessons: Iterable[Document]) -> dict[int, str]:
    """The ids that the cards without one will get, by Python's identity of the cards."""
    roots = [each.root.value for each in lessons if each.root and isinstance(each.root.value, dict)]
    cards = [
        card
        for root in roots
        if isinstance(root.get("cards"), list)
        for card in root["cards"]
        if isinstance(card, dict)
    ]
    taken = {id for root in roots for id in ids_of_cards(root)}
    found: dict[int, str] = {}
    for card in cards:
        if card.get("id") is None and id(card) not in found:
            found[id(card)] = card_id(card, taken)
            taken.add(found[id(card)])
    return found


def _as_text(id: str) -> str:
    """An id as it must be written, in quotes where it would be a number or `null` without."""
    root = read_text(id, "")[0].root
    return id if root and root.value == id else f'"{id}"'


def _with_id(node: Node, id: str) -> Edit | None:
    """An id before a card's first key, on a line of its own or, between braces, before a comma; none in a card that stands elsewhere and is repeated here."""
    start = node.start
    if (start.line, start.column) < (node.at.line, node.at.column):
        return None
    after = (
        ", "
        if node.at != start and node.at.column < start.column
        else "\n" + " " * (start.column - 1)
    )
    return Edit(
        Location(start.file, start.line, start.column, start.line, start.column), f"id: {id}{after}"
    )
