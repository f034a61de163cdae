r"""A table loses cells

A row has more cells than the header row, the first two rows differ, or very many cells are missing.
Learners do not see the extra cells.
Fix: give each row as many cells as the header row. Write `\|` for a `|` inside a cell.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: "| a | b |\n|---|---|\n| 1 | 2 | 3 |"}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: "| a | b |\n|---|---|\n| 1 | 2 |"}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from attachdeck.anki import cloze
from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import MOST_IN_TEXT, TABLE, Text, course_texts

SEVERITY = Severity.ERROR
_MOST_LEFT_OUT = 100
"""Maximum number of missing cells in a text's tables: a few bytes could become megabytes."""
_LINE_BELOW_HEAD = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*+\|?[ \t]*")
_OTHER_BLOCK = re.compile(r" {0,3}(?:[-+*>#]|[0-9]{1,9}[.)])(?:\s|$)|```|~~~")
_BAR = re.compile(r"(?<!\\)\|")
_WIDEST_EXAMPLE = 12
"""Maximum number of columns for which the line below the head is written out."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    return _spoilt_tables(context.doubtful_texts(course), context)


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    return _spoilt_tables(course_texts(course), context)


def _spoilt_tables(texts: Iterable[Text], context: Context) -> Iterator[Finding]:
    for text in texts:
        if TABLE.search(text.node.value):
            yield from _left_out(text, context)
            yield from _lost(text, context)


def _left_out(text: Text, context: Context) -> Iterator[Finding]:
    """Yield a finding where the tables of a text lack too many cells."""
    written = text.node.value
    lacking = sum(map(_cells_left_out, re.split(r"\n[ \t]*\n", written)))
    if lacking > _MOST_LEFT_OUT:
        longest = max(written.split("\n"), key=lambda line: line.count("|"))
        help = (
            "give each row as many `|` as the longest row; "
            f"at most {_MOST_LEFT_OUT} cells of a text can be missing"
        )
        at = context.within(text.node, longest.strip())
        yield Finding(at, f"rows of this table are missing {lacking:,} cells", help)


def _cells_left_out(paragraph: str) -> int:
    """Return how many cells Markdown adds to a paragraph that is a table, at most."""
    if not TABLE.search(paragraph):
        return 0
    bars = [line.count("|") for line in paragraph.strip().split("\n")]
    return max(bars) * len(bars) - sum(bars)


def _lost(text: Text, context: Context) -> Iterator[Finding]:
    """Yield a finding for each of the first lines with which cells are lost; a bar in a formula or
    in a gap parts no cells."""
    if "```" in text.node.value:
        return
    written = cloze.to_anki(text.node.value)[0] if text.has_gaps else text.node.value
    lines = cloze.FORMULA.sub("x", written).split("\n")
    for line, message, help in islice(_losing_lines(lines), MOST_IN_TEXT):
        yield Finding(context.within(text.node, line.strip()), message, help)


def _losing_lines(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each line of a text that loses cells of a table, what is wrong and how to fix it."""
    width = 0  # Of the table that goes on.
    before = ""
    for line in lines:
        if not line.strip() or _OTHER_BLOCK.match(line):
            width = 0
        elif width:
            if any(cell.strip() for cell in _cells(line)[width:]):
                yield line, *_surplus(len(_cells(line)), width)
        elif _ends_head(before, line):
            width = len(_cells(before))
            if width != len(_cells(line)):
                yield line, *_no_table(width, len(_cells(line)))
                width = 0
        before = line


def _ends_head(before: str, line: str) -> bool:
    """Return whether a line is the one below the head of a table."""
    return (
        "|" in line
        and "|" in before
        and not line.startswith(("    ", "\t"))
        and _LINE_BELOW_HEAD.fullmatch(line) is not None
    )


def _surplus(cells: int, width: int) -> tuple[str, str]:
    message = (
        f"this row has {cells} cells but the header row has {width}: learners do not see the extra "
        "cells"
    )
    help = (
        f"delete the extra cells, or give the header row and the `---` row {cells} cells; write "
        "`\\|` for a bar inside a cell"
    )
    return message, help


def _no_table(width: int, below: int) -> tuple[str, str]:
    message = (
        f"the header row has {width} cells but the `---` row has {below}: learners see text "
        "instead of a table"
    )
    if width <= _WIDEST_EXAMPLE:
        return message, f"write `{'|---' * width}|` below the header row"
    return message, "give both rows the same number of `|`"


def _cells(line: str) -> list[str]:
    return _BAR.split(line.strip().removeprefix("|").removesuffix("|"))
