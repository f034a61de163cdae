"""Advice on lines: their keys and colons, how far they are indented, and where a text ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attachdeck.domain.diagnostics import close
from attachdeck.domain.quoting import in_quotes, quoted, shortened
from attachdeck.reader.brackets import in_braces
from attachdeck.reader.keys import known_keys
from attachdeck.reader.page import KEY, LONGEST_LINE, OR_BELOW, QUOTE, Advice, Page

_ALIKE = 0.75
"""How alike (difflib's ratio) a word must be to a key to be a misspelt one."""
_FIRST_KEYS = ("id", "key", "file", "name", "text", "where")
"""Keys with which authors begin an entry."""
_SINGLE_COLON = re.compile(r" ?(?<!:):(?!:) ?")
_BLOCK = re.compile(r"( *(?:- +)*)([\w-]+): +[|>][-+0-9]*")
"""A key whose text is on the lines below it."""
_LIKE_A_KEY = re.compile(r" *(?:- +)*[a-z_]+:(?: |$)")
_FAR = 100
"""How many lines above one are searched for the key of its text."""
_LISTS = ("cards", "fields", "files", "lines", "objectives", "options", "pictures", "regions")
"""Keys whose entries are groups of keys."""
_BULLETS = "–—•·▪◦*"
_ENTRY = re.compile(rf"(\s*)(?:[{_BULLETS}]|-(?=[^\s-])|-(?=[^\S ]))\s*([\w-]+: .*)")
"""What was meant to begin an entry, and does not."""


def line_too_deep(page: Page, line: int, column: int) -> Advice | None:
    """Advise on a second `: ` in a value, or on a line that continues the value above it."""
    if advice := _deck_with_a_colon(page, line):
        return advice
    if not re.fullmatch(KEY, page[line][: column - 1]):
        return _second_key(page, line, column)
    above = next((number for number in range(line - 1, 0, -1) if page[number].strip()), 0)
    if above and (
        advice := no_entry(page, above, 0)
        or _keyless(page, above, line)
        or _no_hyphen(page, above, line)
    ):
        return advice
    word = re.sub(r"^(?:- +)+", "", page[line].strip()).partition(":")[0]
    if not (word in known_keys() or close(word, known_keys(), cutoff=_ALIKE)):
        return _text_with_a_colon(page, line)
    begin = page.column(line)
    noun = "an entry" if page[line].lstrip().startswith("- ") else "a key"
    column_help = (
        f"if it is {noun}, start it in column {begin}"
        if begin
        else "all keys of an entry start in the same column"
    )
    return Advice(
        "this line is indented further than the line above, so it continues that text",
        f"{column_help}; a text of several lines goes after `|`",
    )


def _deck_with_a_colon(page: Page, line: int) -> Advice | None:
    deck = re.match(r"deck: +(\S.*)", page[line][:LONGEST_LINE])
    if deck is None or not page.name.endswith("course.yaml"):
        return None
    name = deck[1].rstrip()
    meant = _SINGLE_COLON.sub(" - ", name)
    if meant == name:
        return None
    return Advice(
        "a deck name cannot contain a single colon",
        f"write `deck: {quoted(meant)}`, or `::` for a deck inside another",
    )


def _text_with_a_colon(page: Page, line: int) -> Advice:
    """Advise on a word with a colon that is not a key, in a text of several lines."""
    depth = _indent(page[line])
    opening = next((text.strip() for text in page.above(line) if _indent(text) < depth), "")
    key = re.match(r"(?:- +)*([\w-]+): ", opening)
    where = f": `{key[1]}: |`" if key else ""
    return Advice(
        "this colon begins a second value",
        f"put a text of several lines that contains `: ` below a `|`{where}",
    )


def _indent(line: str) -> int:
    """Return how many spaces a line begins with."""
    return len(line) - len(line.lstrip())


def _no_hyphen(page: Page, above: int, line: int) -> Advice | None:
    """Advise on an entry whose keys are indented and whose first key has no `- ` before it."""
    written = page[above].rstrip()
    entry = written.lstrip()
    indent = " " * _indent(written)
    opening = next((text for text in page.above(above) if not text.startswith(f"{indent} ")), "")
    if not (
        entry.partition(":")[0] in _FIRST_KEYS
        and (opening.startswith(f"{indent}- ") or opening.strip().removesuffix(":") in _LISTS)
        and page.reads(above, f"{indent}- {entry}", line)
    ):
        return None
    return Advice(
        "a list entry begins with `- `, a hyphen and a space",
        f"write `- {shortened(entry)}`",
        (above, len(indent) + 1),
    )


def _second_key(page: Page, line: int, column: int) -> Advice | None:
    key = re.search(r" ([\w-]+)$", page[line][max(column - 40, 0) : column - 1])
    if not key or key[1] not in known_keys():
        return None
    meant = page.quoted(line)
    quotes = f"a text that contains `: ` {QUOTE}" + (f": `{meant}`" if meant else OR_BELOW)
    return Advice(
        "this colon begins a second value",
        f"{quotes}; if `{key[1]}:` is a key, start it on a new line",
    )


def _keyless(page: Page, above: int, line: int) -> Advice | None:
    """Advise on a line without a key above a line with one."""
    written = page[above].rstrip()
    parts = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)\s*[;=：\s]\s*([^:]*)", written[:LONGEST_LINE])
    if (
        parts
        and parts[2] in known_keys()
        and page.reads(above, f"{parts[1]}{parts[2]}: {parts[3]}")
    ):
        return Advice(
            "this line is not written as `key: value`",
            f"a key needs a colon and a space after it: `{parts[2]}: {shortened(parts[3])}`",
            (above, parts.end(1) + 1),
        )
    numbered = enumerate(page.lines, 1)
    first = next((n for n, text in numbered if text.strip() and not text.startswith("#")), 0)
    is_alone = above == first and not re.match(KEY + ":", written)
    if not is_alone or _indent(written) != _indent(page[line]):
        return None
    return Advice(
        "this line is not written as `key: value`",
        "delete it, or write `# ` before it to make it a comment",
        (above, _indent(written) + 1),
    )


def text_not_deep(lines: Sequence[str], line: int) -> Advice | None:
    """Advise on a line of a text after `|` of which no line is indented.

    No line between the `|` and this one begins like a key; the first of them begins the text.
    """
    first = line
    for number in range(line, max(line - _FAR, 0), -1):
        written = lines[number - 1].rstrip()
        key = _BLOCK.fullmatch(written[:LONGEST_LINE])
        if key and number < line:
            begin = len(key[1])
            text = lines[first - 1]
            if _indent(text) > begin:
                return None
            help = f"start each of its lines in column {begin + 3}, further right than `{key[2]}:`"
            at = (first, _indent(text) + 1)
            return Advice("the text of several lines is not indented", help, at)
        if _LIKE_A_KEY.match(written[:LONGEST_LINE]):
            return None
        first = number if written else first
    return None


def no_colon(page: Page, line: int, _column: int) -> Advice | None:
    """Advise on a line without a colon, or with one that YAML does not read as one."""
    written = page[line].rstrip()
    if comment := re.match(r"\s*(?://|<!--|/\*)\s*(.*?)\s*(?:-->|\*/)?$", written[:LONGEST_LINE]):
        return Advice("a comment begins with `# `", f"write `# {shortened(comment[1])}`")
    if re.fullmatch(r"\s*([-=_*~+])\1{2,}", written):
        return Advice("a line of dashes or other characters has no meaning here", "delete it")
    parts = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)(\s*[:;=：]\s*|\s+)(\S.*)", written[:LONGEST_LINE])
    if parts and (parts[3].strip() or parts[2] in known_keys()):
        return _no_plain_colon(page, line, parts)
    whole = re.fullmatch(r"\s*(?:- +)*\"([\w-]+: )(.*)\"", written[:LONGEST_LINE])
    if whole:
        return Advice(
            "this line is not written as `key: value`",
            f"put quotation marks around the text only: `{whole[1]}{quoted(whole[2])}`",
        )
    if not page.reads(line, f"{' ' * 40}{written.strip()}"):
        return None
    return Advice(
        "this line is not written as `key: value`",
        "to continue the text above, indent it further than the key of that text; "
        "otherwise write a key and a colon before it",
    )


def _no_plain_colon(page: Page, line: int, parts: re.Match[str]) -> Advice | None:
    """Advise on a key and a text between which there is something else than `: `."""
    meant = f"{parts[2]}: {parts[4]}"
    plain = parts[4][0] not in "&*!|>" and page.reads(line, parts[1] + meant)
    if not plain and not page.reads(line, f"{parts[1]}{parts[2]}: {in_quotes(parts[4])}"):
        return None
    meant = meant if plain else f"{parts[2]}: {quoted(parts[4])}"
    meant = meant if len(meant) <= LONGEST_LINE // 20 else f"{parts[2]}: …"
    if re.search(r"[^\S \t]", parts[3]):
        return Advice(
            "the character after the colon only looks like a space",
            f"delete it and press the space bar instead: `{meant}`",
            (line, parts.end(2) + 1),
        )
    if parts[3].strip():
        return Advice(
            "this line is not written as `key: value`",
            f"a key needs a colon and a space after it: `{meant}`",
        )
    return Advice(
        "this line is not written as `key: value`",
        "if it continues the text above, indent it further than the key of that text; "
        f"if it is a key, write a colon after it: `{meant}`",
    )


def out_of_place(page: Page, line: int, _column: int) -> Advice | None:
    """Advise on a line that does not fit the lines before it."""
    written = page[line]
    if re.fullmatch(KEY + r": +[\"'\[{].*", written):
        return _text_after_its_end(page, line)
    entry = written.strip()
    indented = _indent(written)
    deeper = next(page.above(line), "")
    if entry.startswith("{") and deeper.startswith(f"{' ' * indented}{{"):
        return Advice(
            "a list entry begins with `- `, a hyphen and a space",
            f"write `- ` before the `{{` of each entry, as in `- {shortened(deeper.strip())}`",
            (line - 1 - list(reversed(page.lines[: line - 1])).index(deeper), indented + 1),
        )
    opening = next((text for text in page.above(line) if _indent(text) < indented), "")
    if re.search(r": +[|>][-+0-9]*$", opening) and _indent(deeper) > indented:
        return Advice(
            "this line is indented less than the rest of its text",
            f"start it in column {_indent(deeper) + 1}, like the line above",
        )
    bare = re.sub(r"^(?:- +)+", "", entry)
    if (
        bare != entry
        and not bare.startswith(_FIRST_KEYS)
        and page.reads(line, written.replace(entry, bare))
    ):
        return Advice(
            "a list cannot begin between keys", f"delete the `- ` before `{bare.partition(':')[0]}`"
        )
    return indented_wrongly(page, line, 1)


def _text_after_its_end(page: Page, line: int) -> Advice:
    mark = re.match(KEY + r": +(.)", page[line])
    meant = page.quoted(line)
    if mark and mark[1] in "[{":
        return Advice(
            "there is text after the closing bracket",
            f"a text that begins with `{{` or `[` {QUOTE}"
            + (f": `{meant}`" if meant else OR_BELOW),
        )
    help = (
        "put the other kind of quotation marks around the whole text"
        if "''" not in meant
        else "inside single quotes, write an apostrophe twice"
    )
    return Advice(
        "there is text after the closing quotation mark",
        f"{help}: `{meant}`" if meant else f"{help}{OR_BELOW}",
    )


def indented_wrongly(page: Page, line: int, column: int) -> Advice | None:
    """Advise on a line that begins in the wrong column, or on what is before it there."""
    written = page[line]
    if written[: column - 1].strip():
        if written[column - 1 :].strip() == ",":
            return Advice("list entries are not separated by commas", "delete the comma")
        return in_braces(page, line) or _text_after_its_end(page, line)
    entry = written.strip()
    begins = re.compile(rf"\s*- +{re.escape(entry.partition(':')[0])}:")
    if any(map(begins.match, page.above(line))) and page.reads(
        line, written.replace(entry, f"- {entry}")
    ):
        return Advice(
            "a list entry begins with `- `, a hyphen and a space",
            f"write `- {shortened(entry)}` and indent its other keys to match",
        )
    begin = page.column(line)
    help = (
        f"start it in column {begin}: all keys of an entry start in the same column, "
        "and list entries start with `- `"
    )
    return Advice("this line has the wrong indentation", help) if begin else None


def no_entry(page: Page, line: int, _column: int) -> Advice | None:
    """Advise on a key between stars, and on an entry that begins with another sign than `- `."""
    stars = re.fullmatch(
        r"(\s*(?:- +)*)\*+([\w-]+)(?:\*+:|:\*+) *(.*)", page[line].rstrip()[:LONGEST_LINE]
    )
    if stars and page.reads(line, f"{stars[1]}{stars[2]}: {stars[3]}"):
        return Advice(
            "a key has no stars around it",
            f"write `{stars[2]}: {shortened(stars[3])}`",
            (line, stars.end(1) + 1),
        )
    entry = _ENTRY.fullmatch(page[line].rstrip()[:LONGEST_LINE])
    if not entry or not page.reads(line, f"{entry[1]}- {entry[2]}"):
        return None
    return Advice(
        "a list entry begins with `- `, a hyphen and a space",
        f"write `- {shortened(entry[2])}`",
        (line, entry.end(1) + 1),
    )


def not_behind_a_bar(page: Page, line: int, column: int) -> Advice:
    """Advise on a text on the same line as the `|` or `>` before it."""
    sign = "|" if "|" in page[line][: column - 1] else ">"
    meant = page.quoted(line)
    return Advice(
        f"nothing can follow `{sign}` on the same line",
        "write the text on the lines below, indented further"
        + (f"; if `{sign}` is part of the text, write `{meant}`" if meant else ""),
    )


def directive(page: Page, line: int, _column: int) -> Advice | None:
    """Advise on a line with `%` or `...`, which end the file for YAML."""
    above = next((number for number in range(1, line) if page[number].startswith("%")), 0)
    if above:
        return Advice("YAML reserves lines that begin with `%`", "delete it", (above, 1))
    dots = next((number for number in range(line - 1, 0, -1) if page[number].rstrip() == "..."), 0)
    return (
        Advice(
            "three dots alone on a line end the file in YAML",
            "delete them, or indent them like the text around them",
            (dots, 1),
        )
        if dots
        else None
    )


def no_space(lines: list[str], line: int) -> tuple[int, int] | None:
    """Return the place of a character that looks like a space, in the indentation of a line.

    The line before it is searched, too.
    """
    for number in (line, line - 1):
        if number and (indent := re.match(r" *(?=[^\S ])", lines[number - 1])):
            return number, indent.end() + 1
    return None
