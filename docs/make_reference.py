"""Renew what docs/reference takes from the program: its commands, and the keys of its schemas.

    python docs/make_reference.py

A page has places such as `<!-- keys: lesson basic -->`, up to `<!-- end -->`. What is between them
is made here; what is around them is written by hand. The tests compare the pages with the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from attachdeck import schema
from attachdeck.cli import main as attachdeck

REFERENCE = Path(__file__).parent / "reference"
PLACE = re.compile(r"(<!-- (keys|command): ([\w -]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(page: str) -> str:
    """Return a page with everything that is made from the program as it is now."""

    def made(place: re.Match[str]) -> str:
        make = keys if place[2] == "keys" else command
        return f"{place[1]}\n{make(*place[3].split())}\n{place[4]}"

    return PLACE.sub(made, page)


def keys(file: str, name: str = "") -> str:
    """Return the table of a file's keys, or of the definition `name` in its schema."""
    loaded = json.loads(schema.schema_text(file))
    own = loaded["$defs"][name] if name else loaded
    rows = "".join(f"| {' | '.join(row)} |\n" for row in rows_of(own, loaded, ""))
    return f"| key | meaning | values |\n|---|---|---|\n{rows}"


def rows_of(own: Any, loaded: Any, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield a row for each key, and for each key below it."""
    required = [*own.get("required", []), *own.get("then", {}).get("required", [])]
    seen: set[str] = set()
    for key, value in own.get("properties", {}).items():
        if value is True:  # A key of every card, which has a table of its own.
            continue
        whole = resolved(value, loaded)
        need = ", required" if key in required else ""
        meaning = whole.get("description", "").replace("|", "\\|")
        yield f"`{path}{key}`{need}", meaning, values(whole)
        if (below := inner(whole)) and value.get("$ref", key) not in seen:
            seen.add(value.get("$ref", key))
            yield from rows_of(below[0], loaded, f"{path}{key}{below[1]}.")


def resolved(value: Any, loaded: Any) -> dict[str, Any]:
    """Return a key's schema with what it refers to; what it says itself counts."""
    name = value.get("$ref", "").rpartition("/")[2]
    return {**loaded["$defs"][name], **value} if name else value


def inner(value: Any) -> tuple[Any, str] | None:
    """Return the schema of what a key contains, and how a path names it; None if it has no keys.

    What has a table of its own (cards, sections, variants) is not shown here.
    """
    if "properties" in value:
        return value, ""
    for word, step in (("items", "[]"), ("additionalProperties", ".NAME")):
        below = value.get(word)
        if isinstance(below, dict) and "properties" in below:
            return below, step
    return None


def values(value: Any) -> str:
    """Return which values a key takes, and its default."""
    if "enum" in value:
        text = ", ".join(f"`{each}`" for each in value["enum"])
    else:
        kinds = value.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        text = " or ".join(KINDS[kind] for kind in kinds)
        if "minimum" in value and "maximum" in value:
            text += f", {value['minimum']} to {value['maximum']}"
    if "default" in value and value["default"] != "":
        text += f"; default `{json.dumps(value['default']).strip(chr(34))}`"
    return text


KINDS = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "`true` or `false`",
    "array": "list",
    "object": "keys",
}


def command(*path: str) -> str:
    """Return the usage, the description and the options of a command."""
    own: click.Command = attachdeck
    context = click.Context(own, info_name="attachdeck", **own.context_settings)
    for name in path:
        assert isinstance(own, click.Group)
        found = own.get_command(context, name)
        assert found
        own = found
        context = click.Context(own, info_name=name, parent=context)
    usage = own.get_usage(context).removeprefix("Usage: ")
    text = "\n".join(line.strip() for line in (own.help or "").split("\n")).replace("\b\n", "")
    parts = ["```text", " ".join(usage.split()), "```", "", text.strip(), ""]
    options = [option_row(each, context) for each in own.params if isinstance(each, click.Option)]
    if options:
        parts += ["| option | what happens |", "|---|---|", *options, ""]
    if own.epilog:
        parts += examples(own.epilog)
    return "\n".join(parts)


def option_row(option: click.Option, context: click.Context) -> str:
    """Return an option's row: its names and what happens when it is given."""
    names = ", ".join(f"`{name}`" for name in option.opts)
    taken = (
        ""
        if option.is_flag
        else f" `{option.metavar or option.make_metavar(context)}`".replace("|", "\\|")
    )
    repeat = (
        " You may repeat it." if option.multiple and "repeat" not in (option.help or "") else ""
    )
    text = " ".join((option.help or "").split()).replace("|", "\\|")
    default = f" Default: {default_of(option)}." if option.show_default and option.default else ""
    return f"| {names}{taken} | {text}{repeat}{default} |"


def default_of(option: click.Option) -> str:
    """Return an option's default as code, or each of several."""
    several = isinstance(option.default, tuple)
    return " and ".join(f"`{value}`" for value in (option.default if several else [option.default]))


def examples(epilog: str) -> list[str]:
    """Return a command's examples as a block, with their explanations as comments."""
    lines = epilog.replace("\b\n", "").removeprefix("Examples:\n").rstrip().split("\n")
    return [
        "```sh",
        *(re.sub(r"(\S) {2,}(?=\S)", r"\1  # ", each.strip()) for each in lines),
        "```",
        "",
    ]


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page that is partly made, and its text as it should be."""
    for path in sorted(REFERENCE.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if PLACE.search(page):
            yield path, renewed(page)


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8", newline="\n")
