"""What is wrong with a value that a schema does not take, in an author's words, and what to write
in its place.

Whatever is proposed has been tried: the schema takes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attachdeck.domain.diagnostics import did_you_mean_or_list
from attachdeck.domain.quoting import quoted, shortened, written
from attachdeck.system.normal import normal

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a group of keys",
}
_LONG = 1000
"""In characters: no name of anything is longer."""
_REFERENCES = ("objective", "formerly", "changes", "hide", "requires")
"""Keys that name what stands elsewhere, so that nothing may be made up for them."""
_NOTHING = ("none", "nil", "nothing", "n/a", "-", "?")
_MAYBE_TRUE = ("answer", "accept", "text", "steps", "id")
_YES_AND_NO = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "no": "false",
    "n": "false",
    "off": "false",
}
Said = tuple[str, str | None]
"""What is wrong, and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A value that a schema does not take, and what its author sees.

    `name` is its key and `key` the same as messages have it; `typed` is how it is written, if on
    one line, and `behind` what follows on that line; `wanted` is what the schema asks for in the
    part that disagrees, `takes` whether it takes another value in this one's place; `entry` is
    whether it stands in a list, and `optional` whether its key may be left out.
    """

    name: str
    key: str
    value: Any
    typed: str
    behind: str
    wanted: Any
    schema: Mapping[str, Any]
    takes: Callable[[Any], bool]
    entry: bool
    optional: bool
    on_several_lines: bool

    @property
    def is_meant(self) -> bool:
        """Return whether it can be meant as it stands: `true` is an answer, but hardly a note, and
        `none` no entry of a list."""
        if isinstance(self.value, str):
            return self.value.lower() not in _NOTHING
        return not isinstance(self.value, bool) or self.name in _MAYBE_TRUE

    def as_typed(self, text: str) -> str:
        """Return another value as its author would write it here."""
        return f"`{text}`" if self.entry else f"`{self.name}: {text}`"


def said(keyword: str, wrong: Wrong) -> Said | None:
    """Return what an author is told about a value that disagrees with a schema's keyword; None
    where there are no words for it."""
    explain = _WORDS.get(keyword)
    return explain(wrong) if explain else None


def _wrong_type(wrong: Wrong) -> Said:
    kinds = [wrong.wanted] if isinstance(wrong.wanted, str) else list(wrong.wanted)
    is_it = (
        "not whole"
        if "integer" in kinds and isinstance(wrong.value, float)
        else _type_of(wrong.value)
    )
    if "array" in kinds and isinstance(wrong.value, dict):
        kind = "array"
    else:
        kind = "string" if "string" in kinds else kinds[0]
    help = _after_nothing(wrong, kind) if wrong.value is None else _HELP[kind](wrong)
    wanted = " or ".join(_TYPES[kind_name] for kind_name in kinds)
    return f"{wrong.key} must be {wanted}, and this is {is_it}", help


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
    return "nothing"


def _after_nothing(wrong: Wrong, kind: str) -> str:
    if wrong.typed and wrong.takes(wrong.typed):
        text = wrong.as_typed(quoted(wrong.typed))
        return f"{wrong.typed} without quotes means nothing; if it is the text, write {text}"
    if "enum" in wrong.schema:
        return f"{did_you_mean_or_list('', wrong.schema['enum'])}{_or_delete(wrong)}"
    after = "after the `- `" if wrong.entry else "after the colon"
    help = {
        "array": "write its entries below it, each on a line of its own after `- `"
        + _needs(wrong.schema.get("items"), "- ")
        + (f", or {wrong.as_typed('[]')} while there are none" if wrong.takes([]) else ""),
        "object": f"write its keys below it, indented{_needs(wrong.schema)}",
        "boolean": f"write true or false {after}",
        "string": f"write the text {after}",
    }.get(kind, f"write a number {after}")
    hidden = wrong.behind.strip()
    if kind == "string" and hidden.startswith("#"):
        help += f"; one that begins with `#` needs quotes: {wrong.as_typed(quoted(hidden))}"
    return help + _or_delete(wrong)


def _or_delete(wrong: Wrong) -> str:
    return (
        ", or delete this line" if wrong.entry else ", or delete this key" if wrong.optional else ""
    )


def _needs(schema: Any, before: str = "", text: str = "…") -> str:
    """Return the keys that a group must have, as an example, with a text if there is one; or a key
    that its description gives."""
    example = next(iter((schema or {}).get("examples", ())), None)
    if isinstance(example, dict) and "properties" not in schema:
        return ", as in " + " and ".join(
            f"`{key}: {written(value)}`" for key, value in list(example.items())[:1]
        )
    schema = schema or {}
    needed = (
        schema.get("required")
        or schema.get("then", {}).get("required")
        or list(schema.get("properties", ()))[:1]
    )
    value = text if schema.get("required") == list(needed) and len(needed) == 1 else "…"
    shown = [f"`{before if key is needed[0] else ''}{key}: {value}`" for key in needed]
    return ", as in " + " and ".join(shown) if needed else ""


def _text(wrong: Wrong) -> str | None:
    if isinstance(wrong.value, (list, dict)):
        if wrong.on_several_lines and not wrong.entry:
            return f"write {wrong.as_typed('|')}, and the text on the lines below, indented further"
        example = next(iter(wrong.schema.get("examples", ())), None)
        if isinstance(example, str) and not (
            "pattern" in wrong.schema and wrong.takes(wrong.typed)
        ):  # It is the name of something.
            return f"write one text here, as in {wrong.as_typed(written(example))}"
        help = "put the text in quotes" + (
            f": {wrong.as_typed(quoted(wrong.typed))}" if wrong.takes(wrong.typed) else ""
        )
        return f"{help}, or write it after `|` on lines of its own"
    if "enum" in wrong.schema:
        return did_you_mean_or_list(wrong.typed, wrong.schema["enum"])
    if wrong.takes(wrong.typed):
        help = (
            "put it in quotes, so that it is text"
            if wrong.is_meant
            else "write the text here; where it is this word alone, put it in quotes"
        )
        return f"{help}: {wrong.as_typed(quoted(wrong.typed))}"
    return _form(wrong, wrong.typed)


def _list(wrong: Wrong) -> str:
    value = wrong.value
    if wrong.optional and not wrong.is_meant:
        return "delete this key where there is nothing to say"
    if isinstance(value, str) and re.match(r"[-–—•·▪◦*]|[0-9]+[.)] ", value):
        return "begin each entry with a hyphen and a space, `- `, on a line of its own"
    if isinstance(value, str) and len(value) <= _LONG:
        for entries in (
            [value],
            [entry.strip() for entry in value.split(",")],
            [entry.strip() for entry in value.split(";")],
            [] if wrong.takes(["one word", "two words"]) else value.split(),
        ):
            if entries and all(entries) and wrong.takes(entries):
                listed = wrong.as_typed(f"[{', '.join(map(written, entries))}]")
                return f"write {listed}, or begin each entry with `- ` on a line of its own"
    elif isinstance(value, dict) and value and wrong.takes([value]):
        return (
            f"write `- ` before the first key of each entry, as in `- {next(iter(value))}: …`, "
            "and indent its other keys as far"
        )
    items: Any = wrong.schema.get("items")
    named = next(iter(items.get("required", ())), "")
    if isinstance(value, dict) and value and wrong.takes(list(value.values())):
        return f"write `- ` in place of `{next(iter(value))}: ` and its like"
    if (
        isinstance(value, dict)
        and value
        and named
        and wrong.takes(
            [{named: key, **entry} for key, entry in value.items() if isinstance(entry, dict)]
        )
    ):
        first = next(iter(value))
        return f"write `- {named}: {first}` in place of `{first}:`, and so on"
    return "begin each entry with `- ` on a line of its own" + (
        _needs(items, "- ") or ", or write [one, two]"
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
        return f"write `{above}:` on a line of its own above the list"
    if isinstance(value, str) and "：" in value:
        return "write the colon `:` and a space after each key"
    shown = written(text) if isinstance(value, str) and value else "…"
    return f"write keys and their values here{_needs(wrong.schema, text=shown)}"


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
        return f"write the number without quotes or signs beside it: {wrong.as_typed(meant)}"
    return _bounds(wrong) + _or_delete(wrong)


def _bounds(wrong: Wrong) -> str:
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
    return f"write {_TYPES[schema['type']]}{bounds}, without quotes or signs beside it{example}"


_HELP: dict[str, Callable[[Wrong], str | None]] = {
    "string": _text,
    "array": _list,
    "object": _group,
    "boolean": _true_or_false,
    "integer": _number,
    "number": _number,
}


def _form(wrong: Wrong, text: str) -> str | None:
    """Return in which form a text is taken, with this one in that form if it can be brought into
    it."""
    form: str | None = wrong.schema.get("patternErrorMessage")
    meant = (
        next(
            (
                proposal
                for proposal in (*_other_words(text, wrong.schema), *_tries(text))
                if proposal and wrong.takes(proposal)
            ),
            None,
        )
        if wrong.name not in _REFERENCES
        else None
    )
    if form is None or meant is None:
        return form
    return (
        re.sub(r": `[^`]+`$|: \"[^\"]+\"$", "", form) + f": write {wrong.as_typed(written(meant))}"
    )


def _other_words(text: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values that a schema says authors may mean by a text."""
    for value, words in schema.get("x-value-aliases", {}).items():
        if text.strip().lower() in words:
            yield value


def _tries(text: str) -> Iterator[str]:
    """Yield a text as it may have been meant."""
    text = " ".join(text.split()) if len(text) <= _LONG else ""
    yield text
    yield re.sub(r"(?i)^(https?://)?(dx\.)?doi(\.org/|: ?)", "", text)
    yield re.sub(r"^(\./)?media[/\\]", "", text)
    yield re.sub(r" ?(?<!:):(?!:) ?", " - ", text.replace('"', "'"))
    yield from (text.replace("_", "-"), text.replace("-", "_"))
    yield re.sub(r"[\s\"*_\\]+", "-", re.sub(r"(?<!:): ?(?!:)", "::", text))
    yield "-".join(
        re.findall(r"[a-z0-9]+", normal(text, "NFKD").encode("ascii", "ignore").decode().lower())
    )
    number = text.replace(",", ".").removeprefix("v")
    yield from (number, f"{number}.0", f"{number}.0.0")
    yield from (f"#{text}", re.sub(r"^#?(.)(.)(.)$", r"#\1\1\2\2\3\3", text))
    day = re.sub(r"^(\d+)\.(\d+)\.(\d{4})$", r"\3-\2-\1", text)
    yield re.sub(r"(?<!\d)(\d)(?!\d)", r"0\1", day)
    address = text.strip("<>")
    yield from (
        address,
        f"https://{address}"
        if re.fullmatch(r"(?i)[a-z0-9-]+(\.[a-z0-9-]+)+(/.*)?", address)
        else "",
    )


def disguised(text: str) -> str:
    """Return what stands in a text that nobody sees, or that looks like something else; empty where
    nothing does."""
    odd = next((character for character in text if not character.isascii()), "a")
    looks = {"Cf": "is invisible", "Zs": "only looks like a space"}.get(
        unicodedata.category(odd), ""
    )
    if (
        unicodedata.name(odd, "").startswith(("CYRILLIC", "GREEK"))
        and text.encode("ascii", "ignore").strip()
    ):
        looks = "is a letter of another script"
    return f"holds U+{ord(odd):04X}, which {looks}" if looks else ""


def _pattern(wrong: Wrong) -> Said:
    if wrong.value.strip():
        return f"{wrong.key} {disguised(wrong.value) or 'cannot be written like this'}", _form(
            wrong, wrong.value
        )
    if wrong.typed[:1] in ("|", ">") and wrong.takes(wrong.typed):
        help = (
            "write the text on the lines below, indented further; where the sign belongs to it, "
            f"write {wrong.as_typed(quoted(wrong.typed))}"
        )
        return f"{wrong.key} is blank", help
    help = (
        "write the text here"
        if wrong.takes("Any text.")
        else str(wrong.schema.get("patternErrorMessage"))
    )
    return f"{wrong.key} is blank", help + _or_delete(wrong)


def no_name(name: str, schema: Mapping[str, Any]) -> Said:
    """Return what an author is told about a key that cannot be the name of something."""
    help = schema.get("patternErrorMessage", "")
    meant = next(
        (proposal for proposal in _tries(name) if re.search(schema.get("pattern", ""), proposal)),
        None,
    )
    return f"`{shortened(name)}` cannot be a name here", re.sub(
        r": `[^`]+`$", "", help
    ) + f": write `{meant}: …`" if meant else help


def _enum(wrong: Wrong) -> Said:
    if not str(wrong.value).strip():
        return (
            f"{wrong.key} is blank",
            f"{did_you_mean_or_list('', wrong.wanted)}{_or_delete(wrong)}",
        )
    value = str(wrong.value)
    other = next(_other_words(value, wrong.schema), None)
    return (
        f"{wrong.key} {disguised(value) or f'cannot be `{shortened(value)}`'}",
        f"did you mean `{other}`?" if other else did_you_mean_or_list(value, wrong.wanted),
    )


def _too_few(wrong: Wrong) -> Said:
    entries = f"{wrong.wanted} {'entry' if wrong.wanted == 1 else 'entries'}"
    example = _needs(wrong.schema.get("items"), "- ")
    help = f"write {'one more' if wrong.value else 'one'} below it, after `- `{example}"
    return f"{wrong.key} needs at least {entries}, and has {len(wrong.value)}", help + _or_delete(
        wrong
    )


def _too_few_keys(wrong: Wrong) -> Said:
    help = f"write {'one more' if wrong.value else 'them'} below it, indented{_needs(wrong.schema)}"
    keys = f"{wrong.wanted} {'key' if wrong.wanted == 1 else 'keys'}"
    return f"{wrong.key} needs at least {keys}, and has {len(wrong.value)}", help


def _twice(wrong: Wrong) -> Said:
    [(twice, _)] = Counter(map(str, wrong.value)).most_common(1)
    return f"{wrong.key} names `{shortened(twice)}` twice", "delete one of the two"


_WORDS: dict[str, Callable[[Wrong], Said]] = {
    "type": _wrong_type,
    "enum": _enum,
    "pattern": _pattern,
    "minItems": _too_few,
    "maxItems": lambda wrong: (
        f"{wrong.key} holds {len(wrong.value)} entries, and takes {wrong.wanted} at most",
        "split the card in two",
    ),
    "minProperties": _too_few_keys,
    "maxProperties": lambda wrong: (
        f"{wrong.key} holds {len(wrong.value)} keys, and takes {wrong.wanted} at most",
        "delete some of them",
    ),
    "maxLength": lambda wrong: (
        f"{wrong.key} is {len(wrong.value)} characters long, and takes {wrong.wanted} at most",
        "shorten it",
    ),
    "minimum": lambda wrong: (
        f"{wrong.key} is {wrong.typed}, and must be {wrong.wanted} or more",
        _bounds(wrong),
    ),
    "maximum": lambda wrong: (
        f"{wrong.key} is {wrong.typed}, and must be {wrong.wanted} or less",
        _bounds(wrong),
    ),
    "exclusiveMinimum": lambda wrong: (
        f"{wrong.key} is {wrong.typed}, and must be more than {wrong.wanted}",
        _bounds(wrong),
    ),
    "uniqueItems": _twice,
}
