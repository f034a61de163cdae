"""How attachdeck writes values as YAML where an author has not written them yet.

It is what `attachdeck fmt` leaves alone: a line for each key and entry, brackets around short lists
of words, and `|` before a text of several lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from attachdeck.authoring.brackets import STEP, WIDTH
from attachdeck.domain.columns import columns
from attachdeck.domain.quoting import as_yaml


def document(value: Mapping[str, Any]) -> str:
    """Return a whole file's text."""
    return mapping(value) + "\n"


def mapping(values: Mapping[str, Any], indent: int = 0) -> str:
    """Return keys and their values on lines; the first line comes without its indentation."""
    return f"\n{' ' * indent}".join(pair(key, value, indent) for key, value in values.items())


def pair(key: str, value: Any, indent: int = 0) -> str:
    """Return a key, a colon and a value; the lines below the first have their indentation."""
    name = as_yaml(key, in_brackets=True)
    return f"{name}:{beside(value, indent, indent + columns(name) + 2)}"


def item(value: Any, indent: int) -> str:
    """Return an entry of a list with its dash, which `indent` columns come before."""
    inner = indent + STEP
    if isinstance(value, Mapping) and value:
        return f"- {mapping(value, inner)}"
    if isinstance(value, list) and value and not _is_short(value, inner):
        return "- " + f"\n{' ' * inner}".join(item(entry, inner) for entry in value)
    return f"-{beside(value, indent, inner)}"


def beside(value: Any, indent: int, column: int) -> str:
    """Return what follows a key's colon or a dash that has an indentation.

    `column` is where the value begins if it is on the same line.
    """
    inner = " " * (indent + STEP)
    if isinstance(value, Mapping) and value:
        return f"\n{inner}{mapping(value, indent + STEP)}"
    if isinstance(value, list) and not _is_short(value, column):
        return "".join(f"\n{inner}{item(entry, indent + STEP)}" for entry in value)
    if isinstance(value, str) and _is_page(value):
        lines = value.removesuffix("\n").split("\n")
        sign = "|" if value.endswith("\n") else "|-"
        return f" {sign}" + "".join(f"\n{inner}{line}" if line else "\n" for line in lines)
    written = in_brackets(value) if isinstance(value, Mapping | list) else single(value)
    return f" {written}" if written else ""


def in_brackets(value: Any) -> str:
    """Return a value on one line, as it can be in brackets, too."""
    if isinstance(value, Mapping):
        inside = ", ".join(
            f"{in_brackets(key)}: {in_brackets(part)}" for key, part in value.items()
        )
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(in_brackets, value))}]"
    return as_yaml(value, in_brackets=True) if isinstance(value, str) else json.dumps(value)


def single(value: Any) -> str:
    """Return a text, a number, true, false or nothing on one line."""
    if value is None:
        return ""
    return as_yaml(value) if isinstance(value, str) else json.dumps(value)


def _is_short(value: Sequence[Any], column: int) -> bool:
    """Return whether a list fits on a line in brackets, and contains only words and numbers."""
    has_parts = any(isinstance(entry, Mapping | list) and entry for entry in value)
    return not has_parts and column + columns(in_brackets(value)) <= WIDTH


def _is_page(text: str) -> bool:
    """Return whether a text has several lines that can follow `|`."""
    return (
        "\n" in text.strip("\n")
        and not re.search(r"\A[ \t\n]|[ \t]$|\n\n\Z", text, re.MULTILINE)
        and all(line.isprintable() for line in text.split("\n"))
    )
