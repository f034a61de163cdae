"""Messages about a value that a schema does not accept, in its author's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from attachdeck.domain.diagnostics import did_you_mean_or_list
from attachdeck.domain.quoting import quoted, shortened
from attachdeck.schema.meant import accepted_form, disguised, other_words, proposals
from attachdeck.schema.retyping import bounds, help_with_type, needed_keys
from attachdeck.schema.wrong import TYPES, Wording, Wrong, or_delete


def worded(keyword: str, wrong: Wrong) -> Wording | None:
    """Return the message and help for a value that violates a keyword of its schema.

    It is None for a keyword that has no message.
    """
    explain = _WORDS.get(keyword)
    return explain(wrong) if explain else None


def _wrong_type(wrong: Wrong) -> Wording:
    kinds = [wrong.wanted] if isinstance(wrong.wanted, str) else list(wrong.wanted)
    is_part = "integer" in kinds and isinstance(wrong.value, float)
    if "array" in kinds and isinstance(wrong.value, dict):
        kind = "array"
    else:
        kind = "string" if "string" in kinds else kinds[0]
    wanted = " or ".join(TYPES[kind_name] for kind_name in kinds)
    actual = "a decimal number" if is_part else _type_of(wrong.value)
    message = f"must be {wanted}, but this is {actual}"
    return f"{wrong.key} {message}", help_with_type(wrong, kind)


def _type_of(value: Any) -> str:
    for python, name in (
        (bool, "`true` or `false`"),
        (int, "a number"),
        (float, "a number"),
        (str, "text"),
        (list, "a list"),
        (dict, "a group of keys"),
    ):
        if isinstance(value, python):
            return name
    return "empty"


def _pattern(wrong: Wrong) -> Wording:
    if wrong.value.strip():
        return (
            f"{wrong.key} {disguised(wrong.value) or 'is not in the right form'}",
            accepted_form(wrong, wrong.value),
        )
    if wrong.typed[:1] in ("|", ">") and wrong.takes(wrong.typed):
        help = (
            f"write the text on the lines below, indented further; if `{wrong.typed}` is the text, "
            f"write {wrong.as_typed(quoted(wrong.typed))}"
        )
        return f"{wrong.key} is blank", help
    help = (
        "write the text here"
        if wrong.takes("Any text.")
        else str(wrong.schema.get("patternErrorMessage"))
    )
    return f"{wrong.key} is blank", help + or_delete(wrong)


def no_name(name: str, schema: Mapping[str, Any]) -> Wording:
    """Return the message and help for a key that cannot be the name of something."""
    help = schema.get("patternErrorMessage", "")
    pattern = schema.get("pattern", "")
    meant = next((other for other in proposals(name) if re.search(pattern, other)), None)
    if meant:
        help = re.sub(r": `[^`]+`$", "", help) + f": write `{meant}: …`"
    return f"`{shortened(name)}` is not a valid name here", help


def _enum(wrong: Wrong) -> Wording:
    if not str(wrong.value).strip():
        return (
            f"{wrong.key} is blank",
            f"{did_you_mean_or_list('', wrong.wanted)}{or_delete(wrong)}",
        )
    value = str(wrong.value)
    other = next(other_words(value, wrong.schema), None)
    return (
        f"{wrong.key} {disguised(value) or f'cannot be `{shortened(value)}`'}",
        f"did you mean `{other}`?" if other else did_you_mean_or_list(value, wrong.wanted),
    )


def _too_few(wrong: Wrong) -> Wording:
    entries = f"{wrong.wanted} {'entry' if wrong.wanted == 1 else 'entries'}"
    example = needed_keys(wrong.schema.get("items"), "- ")
    help = f"write {'one more' if wrong.value else 'one'} below it, after `- `{example}"
    message = f"{wrong.key} needs at least {entries} but has {len(wrong.value)}"
    return message, help + or_delete(wrong)


def _too_few_keys(wrong: Wrong) -> Wording:
    how_many = "one more" if wrong.value else "them"
    help = f"write {how_many} below it, indented{needed_keys(wrong.schema)}"
    keys = f"{wrong.wanted} {'key' if wrong.wanted == 1 else 'keys'}"
    return f"{wrong.key} needs at least {keys} but has {len(wrong.value)}", help


def _twice(wrong: Wrong) -> Wording:
    [(twice, _)] = Counter(map(str, wrong.value)).most_common(1)
    return f"{wrong.key} contains `{shortened(twice)}` twice", "delete one of the two"


_WORDS: dict[str, Callable[[Wrong], Wording]] = {
    "type": _wrong_type,
    "enum": _enum,
    "pattern": _pattern,
    "minItems": _too_few,
    "maxItems": lambda wrong: (
        f"{wrong.key} has {len(wrong.value)} entries, but at most {wrong.wanted} are allowed",
        "split the card in two",
    ),
    "minProperties": _too_few_keys,
    "maxProperties": lambda wrong: (
        f"{wrong.key} has {len(wrong.value)} keys, but at most {wrong.wanted} are allowed",
        "delete some of them",
    ),
    "maxLength": lambda wrong: (
        f"{wrong.key} has {len(wrong.value)} characters, but at most {wrong.wanted} are allowed",
        "shorten it",
    ),
    "minimum": lambda wrong: (
        f"{wrong.key} is {wrong.typed}, but must be {wrong.wanted} or more",
        bounds(wrong),
    ),
    "maximum": lambda wrong: (
        f"{wrong.key} is {wrong.typed}, but must be {wrong.wanted} or less",
        bounds(wrong),
    ),
    "exclusiveMinimum": lambda wrong: (
        f"{wrong.key} is {wrong.typed}, but must be more than {wrong.wanted}",
        bounds(wrong),
    ),
    "uniqueItems": _twice,
}
