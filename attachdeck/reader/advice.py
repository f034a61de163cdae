"""What the YAML parser's complaints mean to an author, and how to mend them.

Where a line as it should stand is shown, it has been tried: the parser reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from attachdeck.domain.diagnostics import Diagnostic, close
from attachdeck.domain.location import Location
from attachdeck.domain.quoting import in_quotes, quoted, shortened
from attachdeck.reader.page import KEY, KEYS, LONGEST_LINE, MOST_TRIED, Page, texts

if TYPE_CHECKING:
    import yaml

_OR_BELOW = ", or write it after `|` on lines of its own"
_QUOTE = "needs quotes around it"
_ALIKE = 0.75
"""How alike (difflib's ratio) a word must be to a key to be a misspelt one."""
_FIRST_KEYS = ("id", "key", "file", "name", "text", "where")
"""Keys with which authors begin an entry."""
_SINGLE_COLON = re.compile(r" ?(?<!:):(?!:) ?")
_BLOCK = re.compile(r"( *(?:- +)*)([\w-]+): +[|>][-+0-9]*")
"""A key whose text stands on the lines below it."""
_LIKE_A_KEY = re.compile(r" *(?:- +)*[a-z_]+:(?: |$)")
_FAR = 100
"""How many lines above one are searched for the key of its text."""
_LISTS = ("cards", "fields", "files", "lines", "objectives", "options", "pictures", "regions")
"""Keys whose entries are groups of keys."""
_BULLETS = "–—•·▪◦*"
_ENTRY = re.compile(rf"(\s*)(?:[{_BULLETS}]|-(?=[^\s-])|-(?=[^\S ]))\s*([\w-]+: .*)")
"""What was meant to begin an entry, and does not."""


class Said(NamedTuple):
    """What is wrong, how to mend it, and the line and column where it stands.

    `at` is None where that is where the parser stopped.
    """

    message: str
    help: str
    at: tuple[int, int] | None = None


def _line_too_deep(page: Page, line: int, column: int) -> Said | None:
    deck = (
        re.match(r"deck: +(\S.*)", page[line][:LONGEST_LINE])
        if page.name.endswith("course.yaml")
        else None
    )
    if deck and (meant := _SINGLE_COLON.sub(" - ", deck[1].rstrip())) != deck[1].rstrip():
        return Said(
            "a deck name has no single colon",
            f"write `deck: {quoted(meant)}`, or `::` for a deck within another",
        )
    if not re.fullmatch(KEY, page[line][: column - 1]):
        return _second_key(page, line, column)
    begin = page.column(line)
    above = next((number for number in range(line - 1, 0, -1) if page[number].strip()), 0)
    if above and (
        said := _no_entry(page, above, 0)
        or _keyless(page, above, line)
        or _no_hyphen(page, above, line)
    ):
        return said
    word = re.sub(r"^(?:- +)+", "", page[line].strip()).partition(":")[0]
    if not (word in KEYS or close(word, KEYS, cutoff=_ALIKE)):
        opening = next(
            (
                each.strip()
                for each in page.above(line)
                if len(each) - len(each.lstrip()) < len(page[line]) - len(page[line].lstrip())
            ),
            "",
        )
        key = re.match(r"(?:- +)*([\w-]+): ", opening)
        where = f": `{key[1]}: |`" if key else ""
        return Said(
            "this colon begins a second value",
            "a text of several lines that holds `: ` stands after `|`, "
            f"on the lines below it{where}",
        )
    noun = "an entry" if page[line].lstrip().startswith("- ") else "a key"
    column_help = (
        f"if it is {noun}, begin it in column {begin}"
        if begin
        else "keys of one card start in the same column"
    )
    return Said(
        "this line is indented further than the one above it, and so goes on with its text",
        f"{column_help}; a text of several lines stands after `|`",
    )


def _no_hyphen(page: Page, above: int, line: int) -> Said | None:
    """Return what to say where the keys of an entry are indented, and its first lacks the `- `."""
    written = page[above].rstrip()
    entry = written.lstrip()
    indent = " " * (len(written) - len(entry))
    opening = next((text for text in page.above(above) if not text.startswith(f"{indent} ")), "")
    if not (
        entry.partition(":")[0] in _FIRST_KEYS
        and (opening.startswith(f"{indent}- ") or opening.strip().removesuffix(":") in _LISTS)
        and page.reads(above, f"{indent}- {entry}", line)
    ):
        return None
    return Said(
        "an entry begins with `- `, a hyphen and a space",
        f"write `- {shortened(entry)}`",
        (above, len(indent) + 1),
    )


def _second_key(page: Page, line: int, column: int) -> Said | None:
    key = re.search(r" ([\w-]+)$", page[line][max(column - 40, 0) : column - 1])
    if not key or key[1] not in KEYS:
        return None
    meant = page.mended(line)
    quotes = f"a text that holds `: ` {_QUOTE}" + (f": `{meant}`" if meant else _OR_BELOW)
    return Said(
        "this colon begins a second value",
        f"{quotes}; where `{key[1]}:` is a key, begin it on a line of its own",
    )


def _keyless(page: Page, above: int, line: int) -> Said | None:
    """Return what is wrong with a line without a key above a line with one."""
    written = page[above].rstrip()
    indented = len(written) - len(written.lstrip())
    parts = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)\s*[;=：\s]\s*([^:]*)", written[:LONGEST_LINE])
    if parts and parts[2] in KEYS and page.reads(above, f"{parts[1]}{parts[2]}: {parts[3]}"):
        return Said(
            "this line has no `key: value`",
            f"a key needs a colon and a space after it: `{parts[2]}: {shortened(parts[3])}`",
            (above, parts.end(1) + 1),
        )
    first = next(
        (
            number
            for number, each in enumerate(page.lines, 1)
            if each.strip() and not each.startswith("#")
        ),
        0,
    )
    if (
        above == first
        and not re.match(KEY + ":", written)
        and indented == len(page[line]) - len(page[line].lstrip())
    ):
        return Said(
            "this line has no `key: value`",
            "delete it, or write `# ` before it, which makes it a comment",
            (above, indented + 1),
        )
    return None


def text_not_deep(lines: Sequence[str], line: int) -> Said | None:
    """Return what to say of a line that belongs to a text under a `|` of which nothing is indented.

    The lines from there up to it are no keys, and the first of them is where the text begins.
    """
    first = line
    for number in range(line, max(line - _FAR, 0), -1):
        written = lines[number - 1].rstrip()
        key = _BLOCK.fullmatch(written[:LONGEST_LINE])
        if key and number < line:
            begin = len(key[1])
            text = lines[first - 1]
            if len(text) - len(text.lstrip()) > begin:
                return None
            help = f"begin each of its lines in column {begin + 3}, further right than `{key[2]}:`"
            at = (first, len(text) - len(text.lstrip()) + 1)
            return Said("the text of several lines is not indented", help, at)
        if _LIKE_A_KEY.match(written[:LONGEST_LINE]):
            return None
        first = number if written else first
    return None


def _no_colon(page: Page, line: int, _column: int) -> Said | None:
    written = page[line].rstrip()
    if comment := re.match(r"\s*(?://|<!--|/\*)\s*(.*?)\s*(?:-->|\*/)?$", written[:LONGEST_LINE]):
        return Said("a comment begins with `# `", f"write `# {shortened(comment[1])}`")
    if re.fullmatch(r"\s*([-=_*~+])\1{2,}", written):
        return Said("a line of signs separates nothing here", "delete it")
    parts = re.fullmatch(r"(\s*(?:- +)*)([\w-]+)(\s*[:;=：]\s*|\s+)(\S.*)", written[:LONGEST_LINE])
    if parts and not parts[3].strip() and parts[2] not in KEYS:
        parts = None
    if not parts:
        whole = re.fullmatch(r"\s*(?:- +)*\"([\w-]+: )(.*)\"", written[:LONGEST_LINE])
        if whole:
            return Said(
                "this line has no `key: value`",
                f"quotation marks stand around the text alone: `{whole[1]}{quoted(whole[2])}`",
            )
        help = (
            "to go on with the text above, indent it further than the key there; "
            "otherwise write a key before it, and a colon"
        )
        return (
            Said("this line has no `key: value`", help)
            if page.reads(line, f"{' ' * 40}{written.strip()}")
            else None
        )
    meant = f"{parts[2]}: {parts[4]}"
    plain = parts[4][0] not in "&*!|>" and page.reads(line, parts[1] + meant)
    if not plain and not page.reads(line, f"{parts[1]}{parts[2]}: {in_quotes(parts[4])}"):
        return None
    meant = meant if plain else f"{parts[2]}: {quoted(parts[4])}"
    meant = meant if len(meant) <= LONGEST_LINE // 20 else f"{parts[2]}: …"
    if re.search(r"[^\S \t]", parts[3]):
        return Said(
            "a character that only looks like a space stands behind the colon",
            f"write `{meant}`, with the space bar",
            (line, parts.end(2) + 1),
        )
    if parts[3].strip():
        return Said(
            "this line has no `key: value`", f"a key needs a colon and a space after it: `{meant}`"
        )
    return Said(
        "this line has no `key: value`",
        "if it goes on with the text above, indent it further than its key; "
        f"a key needs a colon after it: `{meant}`",
    )


def _out_of_place(page: Page, line: int, _column: int) -> Said | None:
    written = page[line]
    if re.fullmatch(KEY + r": +[\"'\[{].*", written):
        return _text_after_its_end(page, line)
    entry = written.strip()
    indented = len(written) - len(written.lstrip())
    deeper = next(page.above(line), "")
    if entry.startswith("{") and deeper.startswith(f"{' ' * indented}{{"):
        return Said(
            "an entry begins with `- `, a hyphen and a space",
            f"write `- ` before the `{{` of each entry, as in `- {shortened(deeper.strip())}`",
            (line - 1 - list(reversed(page.lines[: line - 1])).index(deeper), indented + 1),
        )
    opening = next(
        (text for text in page.above(line) if len(text) - len(text.lstrip()) < indented), ""
    )
    if (
        re.search(r": +[|>][-+0-9]*$", opening)
        and (far := len(deeper) - len(deeper.lstrip())) > indented
    ):
        return Said(
            "this line is indented less than the text that it belongs to",
            f"begin it in column {far + 1}, as the line above it does",
        )
    bare = re.sub(r"^(?:- +)+", "", entry)
    if (
        bare != entry
        and not bare.startswith(_FIRST_KEYS)
        and page.reads(line, written.replace(entry, bare))
    ):
        return Said(
            "a list cannot begin among keys", f"delete the `- ` before `{bare.partition(':')[0]}`"
        )
    return _indented_wrongly(page, line, 1)


def _text_after_its_end(page: Page, line: int) -> Said:
    mark = re.match(KEY + r": +(.)", page[line])
    meant = page.mended(line)
    if mark and mark[1] in "[{":
        return Said(
            "the text goes on behind its closing bracket",
            f"a text that begins with `{{` or `[` {_QUOTE}"
            + (f": `{meant}`" if meant else _OR_BELOW),
        )
    help = (
        "put quotation marks of the other kind around the whole text"
        if "''" not in meant
        else "in single quotes an apostrophe is written twice"
    )
    return Said(
        "the text goes on behind its closing quotation mark",
        f"{help}: `{meant}`" if meant else f"{help}{_OR_BELOW}",
    )


def _indented_wrongly(page: Page, line: int, column: int) -> Said | None:
    written = page[line]
    if written[: column - 1].strip():
        if written[column - 1 :].strip() == ",":
            return Said("no comma stands between entries", "delete it")
        return _between_braces(page, line) or _text_after_its_end(page, line)
    entry = written.strip()
    begins = re.compile(rf"\s*- +{re.escape(entry.partition(':')[0])}:")
    if any(map(begins.match, page.above(line))) and page.reads(
        line, written.replace(entry, f"- {entry}")
    ):
        return Said(
            "an entry begins with `- `, a hyphen and a space",
            f"write `- {shortened(entry)}`, and indent its other keys as far",
        )
    begin = page.column(line)
    help = (
        f"begin it in column {begin}: keys of one card start in the same column, "
        "and entries of a list with `- `"
    )
    return Said("this line is indented wrongly", help) if begin else None


def _no_entry(page: Page, line: int, _column: int) -> Said | None:
    stars = re.fullmatch(
        r"(\s*(?:- +)*)\*+([\w-]+)(?:\*+:|:\*+) *(.*)", page[line].rstrip()[:LONGEST_LINE]
    )
    if stars and page.reads(line, f"{stars[1]}{stars[2]}: {stars[3]}"):
        return Said(
            "a key stands without stars",
            f"write `{stars[2]}: {shortened(stars[3])}`",
            (line, stars.end(1) + 1),
        )
    entry = _ENTRY.fullmatch(page[line].rstrip()[:LONGEST_LINE])
    if not entry or not page.reads(line, f"{entry[1]}- {entry[2]}"):
        return None
    return Said(
        "an entry begins with `- `, a hyphen and a space",
        f"write `- {shortened(entry[2])}`",
        (line, entry.end(1) + 1),
    )


def _bracket(page: Page, line: int, _column: int) -> Said | None:
    if page.stopped > line and page[line].rstrip().endswith(("{", "[", ",")):
        before = next(
            (number for number in range(page.stopped - 1, line - 1, -1) if page[number].strip()),
            line,
        )
        if page.reads(before, f"{page[before].rstrip()},", page.stopped):
            return Said(
                "a comma is missing here",
                "write `,` at the end of this line",
                (before, len(page[before].rstrip()) + 1),
            )
    bare = re.sub(
        r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}",
        "",
        re.sub(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", "", page[line][:LONGEST_LINE]),
    )
    closing = "".join(
        {"[": "]", "{": "}"}[bracket] for bracket in reversed(bare) if bracket in "[{"
    )
    if not closing:
        return _between_braces(page, line)
    closed = page[line].rstrip() + closing
    if not page.reads(line, closed):
        return None
    meant = page.mended(line)
    help = f"close it: `{shortened(closed.strip())}`" + (
        f"; a text that begins with a bracket {_QUOTE}: `{meant}`" if meant else ""
    )
    return Said("this bracket is never closed", help)


def _no_beginning(page: Page, line: int, column: int) -> Said:
    if hidden := re.search(r"(?<=[\[{,:])\s*(#[^\s,\]}]+)", page[line][:LONGEST_LINE]):
        return Said(
            "a `#` begins a comment here",
            f"a text that begins with `#` {_QUOTE}: `{quoted(hidden[1])}`",
            (line, hidden.start(1) + 1),
        )
    begins = re.fullmatch(KEY + ": +", page[line][: column - 1])
    meant = page.mended(line) if begins and page[line][column - 1 : column] in ",]}" else ""
    if meant:
        return Said("a text cannot begin with `,`, `]` or `}`", f"it {_QUOTE}: `{meant}`")
    return Said("a value is missing here", "close the bracket before it, or write the value")


def _between_braces(page: Page, line: int) -> Said | None:
    """Return what keeps keys and their values between braces on one line from being read."""
    written = page[line].rstrip()
    if not re.match(r"\s*(?:- +)*(?:[\w-]+: +)?\{", written) or len(written) > LONGEST_LINE:
        return None
    if page.stopped > line:
        return _on_a_later_line(page, page.stopped)
    for key in re.finditer(r"(?<=[^\s,{]) (?=(?:" + "|".join(sorted(KEYS)) + "): )", written):
        if page.reads(line, f"{written[: key.start()]},{written[key.start() :]}"):
            word = written[key.end() :].partition(":")[0]
            return Said(
                "a comma is missing here", f"write `, ` before `{word}:`", (line, key.start() + 1)
            )
    ends = [written.rfind("}"), *(each.start() for each in re.finditer(r", *[\w-]+: ", written))]
    for begin in islice(re.finditer(r"(?<=[{ ])[\w-]+: +(?=\S)", written), MOST_TRIED):
        end = min((each for each in ends if each > begin.end()), default=0)
        text = written[begin.end() : end]
        for meant in texts(text) if text else ():
            if page.reads(line, written[: begin.end()] + in_quotes(meant) + written[end:]):
                help = (
                    f"put quotation marks around the whole text: `{begin.group()}{quoted(meant)}`"
                )
                return Said(
                    "this text cannot stand between braces without quotation marks",
                    help,
                    (line, begin.end() + 1),
                )
    return None


def _on_a_later_line(page: Page, line: int) -> Said | None:
    """The same of a line between braces that begin above it."""
    found = re.fullmatch(r"(\s*[\w\"'-]+: +)(\S.*?)([,\]}]*)", page[line].rstrip()[:LONGEST_LINE])
    for meant in texts(found[2]) if found else ():
        if found and page.reads(line, found[1] + in_quotes(meant) + found[3]):
            help = (
                f"put quotation marks around the whole text: `{found[1].lstrip()}{quoted(meant)}`"
            )
            return Said(
                "this text cannot stand between braces without quotation marks",
                help,
                (line, found.end(1) + 1),
            )
    return None


def _not_behind_a_bar(page: Page, line: int, column: int) -> Said:
    sign = "|" if "|" in page[line][: column - 1] else ">"
    meant = page.mended(line)
    return Said(
        f"behind `{sign}` nothing can stand on the same line",
        "write the text on the lines below, indented further"
        + (f"; where the sign belongs to it, write `{meant}`" if meant else ""),
    )


def _directive(page: Page, line: int, _column: int) -> Said | None:
    above = next((number for number in range(1, line) if page[number].startswith("%")), 0)
    if above:
        return Said("a line that begins with `%` is for YAML itself", "delete it", (above, 1))
    dots = next((number for number in range(line - 1, 0, -1) if page[number].rstrip() == "..."), 0)
    return (
        Said(
            "three dots alone on a line are the end of a file for YAML",
            "delete them, or indent them like the text around",
            (dots, 1),
        )
        if dots
        else None
    )


class _Advice(NamedTuple):
    """What the parser's phrase means to an author, and how to mend it.

    `begun` points at where the broken thing begins. `closer` says what it comes from, where the
    page, the line and the column tell. `help` is followed by the line as it should stand, or by
    `otherwise`.
    """

    phrase: str
    message: str
    help: str
    otherwise: str = _OR_BELOW
    begun: bool = False
    closer: Callable[[Page, int, int], Said | None] = lambda *_: None


_ADVICE = (
    _Advice(
        "mapping values are not allowed",
        "this colon begins a second value",
        f"a text that holds `: ` {_QUOTE}",
        closer=_line_too_deep,
    ),
    _Advice(
        "found unexpected end of stream",
        "this quotation mark is never closed",
        "close it",
        begun=True,
    ),
    _Advice(
        "did not find expected ',' or",
        "this bracket is never closed",
        "close it; a text that begins with `{` or `[` needs quotes around it",
        "",
        begun=True,
        closer=_bracket,
    ),
    _Advice(
        "could not find expected ':'",
        "this line has no `key: value`",
        "a key needs a colon and a space after it: `prompt: …`; "
        "a text of several lines stands after `|`",
        "",
        begun=True,
        closer=_no_colon,
    ),
    _Advice(
        "did not find expected key",
        "this does not fit what stands before it",
        "check the indentation and the quotation marks here and in the line above; "
        "a text with a quotation mark in it is best written after `|`",
        "",
        closer=_out_of_place,
    ),
    _Advice(
        "did not find expected '-' indicator",
        "this line is indented wrongly",
        "keys of one card start in the same column, and entries of a list with `- `",
        "",
        closer=_indented_wrongly,
    ),
    _Advice(
        "found character that cannot start any token",
        "a text cannot begin with this character",
        f"text that begins with `@`, `%` or a backtick {_QUOTE}",
    ),
    _Advice(
        "did not find expected node content",
        "a value is missing here",
        "close the bracket before it, or write the value",
        "",
        closer=_no_beginning,
    ),
    _Advice(
        "found unknown escape character",
        "a backslash is special in double quotes",
        "use single quotes",
    ),
    _Advice(
        "did not find expected hexdecimal number",
        "a backslash is special in double quotes",
        "use single quotes",
    ),
    _Advice(
        "block sequence entries are not allowed",
        "a list cannot begin here",
        f"begin it on a line of its own; a text that begins with `- ` {_QUOTE}",
    ),
    _Advice(
        "did not find expected alphabetic",
        "a text cannot begin with `*` or `&`",
        f"it {_QUOTE}",
        begun=True,
        closer=_no_entry,
    ),
    _Advice(
        "did not find expected whitespace or line break",
        "a text cannot begin with `!`, `&` or `*`",
        f"it {_QUOTE}",
        begun=True,
    ),
    _Advice(
        "did not find expected comment or line break",
        "behind `|` nothing can stand on the same line",
        "",
        closer=_not_behind_a_bar,
    ),
    _Advice(
        "found unexpected ':'",
        "",
        "",
        closer=lambda *_: Said(
            "a value is missing here",
            "write a space and a value behind the colon, or delete the key",
        ),
    ),
    _Advice(
        "<document start>",
        "nothing can stand behind the end of this",
        "check the brackets and the quotation marks above",
        "",
        closer=_directive,
    ),
    _Advice("mapping keys are not allowed", "a text cannot begin with `? `", f"it {_QUOTE}"),
)


def syntax_error(
    error: yaml.MarkedYAMLError, text: str, shown: str, parse: Callable[[str], Iterator[yaml.Event]]
) -> Diagnostic:
    """Return the parser's complaint about a file's text as a diagnostic.

    `parse` is the parser itself.
    """
    problem = error.problem or error.context or "it does not follow the rules of YAML"
    advice = next((known for known in _ADVICE if known.phrase in problem), None)
    mark = (
        (error.context_mark if advice and advice.begun else error.problem_mark)
        or error.problem_mark
        or error.context_mark
    )
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    page = Page(text, parse, error.problem_mark.line + 1 if error.problem_mark else line, shown)
    # At the end of the text the parser stands behind the last line, where there is nothing to show.
    if line > 1 and not "".join(page.lines[line - 1 :]).strip():
        line = max((number for number, text in enumerate(page.lines, 1) if text.strip()), default=1)
        column = len(page[line]) + 1
    message, help = (advice.message, advice.help) if advice else (problem, None)
    if page[line][column - 1 : column] == "\t":
        message, help = "a tab stands in the indentation", "indent with spaces"
    elif odd := _no_space(page.lines, line):
        line, column = odd
        message, help = (
            "a character that only looks like a space stands in the indentation",
            "delete it, and indent with the space bar",
        )
    elif said := text_not_deep(page.lines, line):
        message, help = said.message, said.help
        line, column = said.at or (line, column)
    elif "did not find expected" in problem and (began := page.opened(line)):
        line, column = began
        meant = page.mended(line)
        message, help = (
            "this quotation mark is never closed",
            f"close it: `{meant}`" if meant else f"close it{_OR_BELOW}",
        )
    elif advice and (closer := advice.closer(page, line, column) or _between_braces(page, line)):
        message, help = closer.message, closer.help
        line, column = closer.at or (line, column)
    elif advice:
        meant = page.mended(line)
        help = f"{help}: `{meant}`" if meant else f"{help}{advice.otherwise}"
    return Diagnostic(
        rule="yaml-syntax",
        message=message,
        at=Location(shown, line, column, line, column + 1),
        help=help,
    )


def as_text(line: int, text: str, parse: Callable[[str], Iterator[yaml.Event]]) -> str:
    """Return how to write a line whose text means something else to YAML, for the end of a hint."""
    meant = Page(text, parse).mended(line)
    return f": `{meant}`" if meant else _OR_BELOW


def _no_space(lines: list[str], line: int) -> tuple[int, int] | None:
    """Return where in an indentation a character stands that only looks like a space.

    The line and the one before it are searched.
    """
    for number in (line, line - 1):
        if number and (found := re.match(r" *(?=[^\S ])", lines[number - 1])):
            return number, found.end() + 1
    return None
