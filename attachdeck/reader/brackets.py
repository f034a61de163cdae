"""Advice on keys and values between brackets or braces on one line."""

from __future__ import annotations

import re
from itertools import islice

from attachdeck.domain.quoting import in_quotes, quoted, shortened
from attachdeck.reader.keys import known_keys
from attachdeck.reader.page import KEY, LONGEST_LINE, MOST_TRIED, QUOTE, Advice, Page, texts


def bracket(page: Page, line: int, _column: int) -> Advice | None:
    """Advise on a bracket that is never closed, or on a missing comma between brackets."""
    if page.stopped > line and page[line].rstrip().endswith(("{", "[", ",")):
        before = next(
            (number for number in range(page.stopped - 1, line - 1, -1) if page[number].strip()),
            line,
        )
        if page.reads(before, f"{page[before].rstrip()},", page.stopped):
            return Advice(
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
        return in_braces(page, line)
    closed = page[line].rstrip() + closing
    if not page.reads(line, closed):
        return None
    meant = page.quoted(line)
    help = f"close it: `{shortened(closed.strip())}`" + (
        f"; a text that begins with a bracket {QUOTE}: `{meant}`" if meant else ""
    )
    return Advice("this bracket is never closed", help)


def no_beginning(page: Page, line: int, column: int) -> Advice:
    """Advise on a value that is missing, or that begins like something else."""
    if hidden := re.search(r"(?<=[\[{,:])\s*(#[^\s,\]}]+)", page[line][:LONGEST_LINE]):
        return Advice(
            "a `#` begins a comment here",
            f"a text that begins with `#` {QUOTE}: `{quoted(hidden[1])}`",
            (line, hidden.start(1) + 1),
        )
    begins = re.fullmatch(KEY + ": +", page[line][: column - 1])
    meant = page.quoted(line) if begins and page[line][column - 1 : column] in ",]}" else ""
    if meant:
        return Advice("a text cannot begin with `,`, `]` or `}`", f"it {QUOTE}: `{meant}`")
    return Advice("a value is missing here", "close the bracket before it, or write the value")


def in_braces(page: Page, line: int) -> Advice | None:
    """Advise on keys and values between braces on one line that cannot be read."""
    written = page[line].rstrip()
    if not re.match(r"\s*(?:- +)*(?:[\w-]+: +)?\{", written) or len(written) > LONGEST_LINE:
        return None
    if page.stopped > line:
        return _on_a_later_line(page, page.stopped)
    for key in re.finditer(
        r"(?<=[^\s,{]) (?=(?:" + "|".join(sorted(known_keys())) + "): )", written
    ):
        if page.reads(line, f"{written[: key.start()]},{written[key.start() :]}"):
            word = written[key.end() :].partition(":")[0]
            return Advice(
                "a comma is missing here", f"write `, ` before `{word}:`", (line, key.start() + 1)
            )
    ends = [written.rfind("}"), *(key.start() for key in re.finditer(r", *[\w-]+: ", written))]
    for begin in islice(re.finditer(r"(?<=[{ ])[\w-]+: +(?=\S)", written), MOST_TRIED):
        end = min((place for place in ends if place > begin.end()), default=0)
        text = written[begin.end() : end]
        for meant in texts(text) if text else ():
            if page.reads(line, written[: begin.end()] + in_quotes(meant) + written[end:]):
                return _unquoted(begin.group(), meant, (line, begin.end() + 1))
    return None


def _on_a_later_line(page: Page, line: int) -> Advice | None:
    """Advise on a key and its value between braces that begin on an earlier line."""
    parts = re.fullmatch(r"(\s*[\w\"'-]+: +)(\S.*?)([,\]}]*)", page[line].rstrip()[:LONGEST_LINE])
    if parts is None:
        return None
    for meant in texts(parts[2]):
        if page.reads(line, parts[1] + in_quotes(meant) + parts[3]):
            return _unquoted(parts[1].lstrip(), meant, (line, parts.end(1) + 1))
    return None


def _unquoted(key: str, meant: str, at: tuple[int, int]) -> Advice:
    return Advice(
        "this text needs quotation marks inside braces",
        f"put quotation marks around the whole text: `{key}{quoted(meant)}`",
        at,
    )
