"""Diagnostics for people: the place, the line with the place underlined, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from attachdeck.domain.columns import columns
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.domain.location import Location

# A stranger's file may contain codes that a terminal would obey.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

Style = Callable[[str, str], str]
"""Gives a text a style: `error`, `warning`, `place`, `mark` or `help`."""


def plain(text: str, style: str) -> str:  # noqa: ARG001  # A Style.
    """Return a text without any style."""
    return text


def report(
    diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], style: Style = plain
) -> Iterator[str]:
    """Yield each diagnostic as a block of lines; `texts` has the text of each file by the name in
    its locations."""
    lines = lines_of(texts)
    for diagnostic in diagnostics:
        yield "\n".join(_block(diagnostic, lines, style))


def lines_of(texts: Mapping[str, str]) -> Callable[[str], Sequence[str]]:
    """Return the lines of each file that has a text; a file with many problems is not taken apart
    for each."""
    return cache(lambda file: texts[file].split("\n") if file in texts else ())


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """Return how many errors and warnings there are, in words: `2 errors, 1 warning`."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counted = ((severities.count(severity), severity.value) for severity in Severity)
    return (
        ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted if count)
        or "no problems"
    )


def _block(
    diagnostic: Diagnostic, lines_in: Callable[[str], Sequence[str]], style: Style
) -> Iterator[str]:
    severity = diagnostic.severity.value
    places = [diagnostic.at, *(at for _, at in diagnostic.also)]
    width = max(len(str(at.line)) for at in places)
    yield f"{style(f'{severity}[{diagnostic.rule}]', severity)}: {printable(diagnostic.message)}"
    yield f"{' ' * width}{style('-->', 'place')} {printable(str(diagnostic.at))}"
    yield from _excerpt(diagnostic.at, lines_in(diagnostic.at.file), width, style)
    for label, at in diagnostic.also:
        excerpt = list(_excerpt(at, lines_in(at.file), width, style, label))
        suffix = "" if excerpt else f" ({label})"
        yield f"{' ' * width}{style(':::', 'place')} {printable(str(at))}{suffix}"
        yield from excerpt
    if diagnostic.help:
        yield f"{style('help', 'help')}: {printable(diagnostic.help)}"


def _excerpt(
    at: Location, lines: Sequence[str], width: int, style: Style, label: str = ""
) -> Iterator[str]:
    """Yield the line of a place with the place underlined: by `-` and a label if it has one."""
    if not 0 < at.line <= len(lines):
        return
    line = lines[at.line - 1]
    start = at.column - 1
    end = at.end_column - 1 if at.end_line == at.line else len(line.rstrip())
    shown, before, marked = _window(line, start, max(end, start + 1))
    bar, gutter = style("|", "place"), " " * width
    mark = f"{style('-' * marked, 'place')} {label}" if label else style("^" * marked, "mark")
    yield f"{gutter} {bar}"
    yield f"{style(str(at.line).rjust(width), 'place')} {bar} {shown}".rstrip()
    yield f"{gutter} {bar} {' ' * before}{mark}"


def _window(line: str, start: int, end: int, width: int = 100) -> tuple[str, int, int]:
    """Return the part of a line around a span, the span's first column in it, and its length,
    counted as a terminal shows them."""
    end = min(end, max(len(line), start + 1))
    first = max(0, start - width // 2) if len(line) > width else 0
    last = first + width
    prefix, suffix = "…" if first else "", "…" if len(line) > last else ""
    line = printable(line[first:last])
    return (
        f"{prefix}{line}{suffix}",
        len(prefix) + columns(line[: start - first]),
        max(1, columns(line[start - first : min(end, last) - first])),
    )


def printable(text: str) -> str:
    """Return a text on one line that does not steer a terminal."""
    return _UNPRINTABLE.sub(lambda match: " " if match.group() in "\t\n" else "\ufffd", text)
