"""How to write a value of the type that a schema wants, where there is one of another type.

A proposal has been tried: the schema accepts it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from attachdeck.domain.diagnostics import did_you_mean_or_list
from attachdeck.domain.quoting import quoted, written
from attachdeck.schema.meant import accepted_form
from attachdeck.schema.wrong import LONGEST, TYPES, Wrong, or_delete

_YES_AND_NO = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "no": "false",
    "n": "false",
    "off": "false",
}


def help_with_type(wrong: Wrong, kind: str) -> str | None:
    """Return how to write a value of a type of JSON in place of a wrong one."""
    return _after_nothing(wrong, kind) if wrong.value is None else _HELP[kind](wrong)


def _after_nothing(wrong: Wrong, kind: str) -> str:
    if wrong.typed and wrong.takes(wrong.typed):
        text = wrong.as_typed(quoted(wrong.typed))
        return f"without quotes, `{wrong.typed}` means no value; if you mean the text, write {text}"
    if "enum" in wrong.schema:
        return f"{did_you_mean_or_list('', wrong.schema['enum'])}{or_delete(wrong)}"
    after = "after the `- `" if wrong.entry else "after the colon"
    help = {
        "array": "write its entries below it, each on a new line after `- `"
        + needed_keys(wrong.schema.get("items"), "- ")
        + (f", or {wrong.as_typed('[]')} if there are none" if wrong.takes([]) else ""),
        "object": f"write its keys below it, indented{needed_keys(wrong.schema)}",
        "boolean": f"write true or false {after}",
        "string": f"write the text {after}",
    }.get(kind, f"write a number {after}")
    hidden = wrong.after.strip()
    if kind == "string" and hidden.startswith("#"):
        help += f"; a text that begins with `#` needs quotes: {wrong.as_typed(quoted(hidden))}"
    return help + or_delete(wrong)


def needed_keys(schema: Any, before: str = "", text: str = "…") -> str:
    """Return the keys that a group must have, as an example, or the example of its schema."""
    example = next(iter((schema or {}).get("examples", ())), None)
    if isinstance(example, dict) and "properties" not in schema:
        key, value = next(iter(example.items()))
        return f", as in `{key}: {written(value)}`"
    schema = schema or {}
    needed = (
        schema.get("required")
        or schema.get("then", {}).get("required")
        or list(schema.get("properties", ()))[:1]
    )
    value = text if schema.get("required") == list(needed) and len(needed) == 1 else "…"
    shown = [f"`{before if key is needed[0] else ''}{key}: {value}`" for key in needed]
    return f", as in {_listed(shown)}" if shown else ""


def _listed(parts: list[str]) -> str:
    """Return parts as "a, b and c"."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def _text(wrong: Wrong) -> str | None:
    if isinstance(wrong.value, (list, dict)):
        if wrong.on_several_lines and not wrong.entry:
            return f"write {wrong.as_typed('|')} and the text on the lines below, indented further"
        example = next(iter(wrong.schema.get("examples", ())), None)
        if isinstance(example, str) and not (
            "pattern" in wrong.schema and wrong.takes(wrong.typed)
        ):  # It is the name of something.
            return f"write a single text here, as in {wrong.as_typed(written(example))}"
        help = "put the text in quotes" + (
            f": {wrong.as_typed(quoted(wrong.typed))}" if wrong.takes(wrong.typed) else ""
        )
        return f"{help}, or write it after `|` on new lines"
    if "enum" in wrong.schema:
        return did_you_mean_or_list(wrong.typed, wrong.schema["enum"])
    if wrong.takes(wrong.typed):
        help = (
            "put it in quotes"
            if wrong.is_meant
            else "write the text here; if the text is just this word, put it in quotes"
        )
        return f"{help}: {wrong.as_typed(quoted(wrong.typed))}"
    return accepted_form(wrong, wrong.typed)


def _list(wrong: Wrong) -> str:
    value = wrong.value
    if wrong.optional and not wrong.is_meant:
        return "delete this key if there is nothing to list"
    if isinstance(value, str) and re.match(r"[-–—•·▪◦*]|[0-9]+[.)] ", value):
        return "begin each entry with a hyphen and a space, `- `, on a new line"
    if isinstance(value, str) and len(value) <= LONGEST:
        for entries in (
            [value],
            [entry.strip() for entry in value.split(",")],
            [entry.strip() for entry in value.split(";")],
            [] if wrong.takes(["one word", "two words"]) else value.split(),
        ):
            if entries and all(entries) and wrong.takes(entries):
                listed = wrong.as_typed(f"[{', '.join(map(written, entries))}]")
                return f"write {listed}, or begin each entry with `- ` on a new line"
    elif isinstance(value, dict) and value and wrong.takes([value]):
        return (
            f"write `- ` before the first key of each entry, as in `- {next(iter(value))}: …`, "
            "and indent its other keys to match"
        )
    items: Any = wrong.schema.get("items")
    named = next(iter(items.get("required", ())), "")
    if isinstance(value, dict) and value and wrong.takes(list(value.values())):
        return f"replace `{next(iter(value))}: ` and the other names with `- `"
    if (
        isinstance(value, dict)
        and value
        and named
        and wrong.takes(
            [{named: key, **entry} for key, entry in value.items() if isinstance(entry, dict)]
        )
    ):
        first = next(iter(value))
        return f"replace `{first}:` with `- {named}: {first}`, and do the same for each entry"
    return "begin each entry with `- ` on a new line" + (
        needed_keys(items, "- ") or ", or write [one, two]"
    )


def _group(wrong: Wrong) -> str:
    value = wrong.value
    if isinstance(value, list) and len(value) == 1 and wrong.takes(value[0]):
        return "delete the `- ` before its keys"
    first = next(iter(wrong.schema.get("required", ())), "")
    text = value if isinstance(value, str) else wrong.typed
    if first and isinstance(value, (str, int, float)) and wrong.takes({first: text}):
        return f"write {wrong.as_typed(f'{{{first}: {written(text)}}}')}"
    if isinstance(value, list) and (
        above := next(
            (key for key in wrong.schema.get("properties", ()) if wrong.takes({key: value})), ""
        )
    ):
        return f"write `{above}:` on a new line above the list"
    if isinstance(value, str) and "：" in value:
        return "write the colon `:` and a space after each key"
    shown = written(text) if isinstance(value, str) and value else "…"
    return f"write keys and their values here{needed_keys(wrong.schema, text=shown)}"


def _true_or_false(wrong: Wrong) -> str:
    meant = _YES_AND_NO.get(str(wrong.value).lower()) or next(
        (word for word in ("true", "false") if word == str(wrong.value).strip().lower()), ""
    )
    return (
        f"write {wrong.as_typed(meant)}, without quotes"
        if meant
        else "write true or false, without quotes"
    )


def _number(wrong: Wrong) -> str:
    number = (
        re.match(r"[^\d.,-]*(-?[0-9]{1,15}(?:[.,][0-9]{1,15})?)", wrong.value[:100])
        if isinstance(wrong.value, str)
        else None
    )
    meant = number[1].replace(",", ".") if number else ""
    if meant and wrong.takes(float(meant) if "." in meant else int(meant)):
        return f"write the number alone, without quotes or units: {wrong.as_typed(meant)}"
    return bounds(wrong) + or_delete(wrong)


def bounds(wrong: Wrong) -> str:
    schema = wrong.schema
    least, most = schema.get("minimum"), schema.get("maximum")
    bounds = (
        f" from {least} to {most}"
        if most is not None
        else f" of {least} or more"
        if least is not None
        else " of more than 0"
    )
    usual = schema.get("default", next(iter(schema.get("examples", ())), None))
    example = "" if usual is None else f", as in {wrong.as_typed(usual)}"
    return f"write {TYPES[schema['type']]}{bounds}, without quotes or units{example}"


_HELP: dict[str, Callable[[Wrong], str | None]] = {
    "string": _text,
    "array": _list,
    "object": _group,
    "boolean": _true_or_false,
    "integer": _number,
    "number": _number,
}
