"""What the YAML parser's complaints mean to an author, and how to mend them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location

if TYPE_CHECKING:
    import yaml

_QUOTE = "needs quotes around it, or write it after `|` on lines of its own"
_KEY = r"\s*(?:- +)?[\w-]+"
Said = tuple[str, str]
"""What is wrong, and how to mend it."""


def _line_too_deep(line: str, column: int, _before: str) -> Said | None:
    if not re.fullmatch(_KEY, line[: column - 1]):
        return None
    return (
        "this line is indented further than the one above it, and so goes on with its text",
        "keys of one card start in the same column; a text of several lines stands after `|`",
    )


def _text_not_deep(_line: str, _column: int, before: str) -> Said | None:
    return ("the text of several lines is not indented", "indent it further than the key before it") if re.search(r": +[|>][+-]?$", before) else None


def _text_after_its_end(line: str, _column: int, _before: str) -> Said | None:
    found = re.match(_KEY + r": +([\"'\[{])", line)
    if not found:
        return None
    if found[1] in "[{":
        return "the text goes on behind its closing bracket", f"a text that begins with `{{` or `[` {_QUOTE}"
    return (
        "the text goes on behind its closing quotation mark",
        "put quotation marks of the other kind around the whole text, or write it after `|` on lines of its own",
    )


class _Advice(NamedTuple):
    """What the parser's phrase means to an author, and how to mend it; `begun` points at where the broken thing begins.

    `closer` says what it comes from, where the line, the column and the line before tell.
    """

    phrase: str
    message: str
    help: str
    begun: bool = False
    closer: Callable[[str, int, str], Said | None] = lambda *_: None


_ADVICE = (
    _Advice("mapping values are not allowed", "this colon begins a second value", f"a text that holds `: ` {_QUOTE}", closer=_line_too_deep),
    _Advice("found unexpected end of stream", "this quotation mark is never closed", "close it, or write the text after `|` on lines of its own", begun=True),
    _Advice("did not find expected ',' or", "this bracket is never closed", "close it; a text that begins with `{` or `[` needs quotes around it", begun=True),
    _Advice(
        "could not find expected ':'",
        "this line has no `key: value`",
        "a key needs a colon and a space after it: `prompt: …`; a text of several lines stands after `|`",
        begun=True,
        closer=_text_not_deep,
    ),
    _Advice(
        "did not find expected key",
        "this does not fit what stands before it",
        "check the indentation and the quotation marks here and in the line above; a text with a quotation mark in it is best written after `|`",
        closer=_text_after_its_end,
    ),
    _Advice(
        "did not find expected '-' indicator", "this line is indented wrongly", "keys of one card start in the same column, and entries of a list with `- `"
    ),
    _Advice("found character that cannot start any token", "a text cannot begin with this character", f"text that begins with `@`, `%` or a backtick {_QUOTE}"),
    _Advice("did not find expected node content", "a value is missing here", "close the bracket before it, or write the value"),
    _Advice("found unknown escape character", "a backslash is special in double quotes", "use single quotes, or write the text after `|` on lines of its own"),
    _Advice("block sequence entries are not allowed", "a list cannot begin here", f"begin it on a line of its own; a text that begins with `- ` {_QUOTE}"),
    _Advice("did not find expected alphabetic", "a text cannot begin with `*` or `&`", f"it {_QUOTE}", begun=True),
)


def syntax_error(error: yaml.MarkedYAMLError, text: str, shown: str) -> Diagnostic:
    """The parser's complaint about a file's text as a diagnostic."""
    problem = error.problem or error.context or "it does not follow the rules of YAML"
    advice = next((each for each in _ADVICE if each.phrase in problem), None)
    mark = (error.context_mark if advice and advice.begun else error.problem_mark) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    # At the end of the text the parser stands behind the last line, where there is nothing to show.
    if line > 1 and not "".join(lines[line - 1 :]).strip():
        line = max((number for number, each in enumerate(lines, 1) if each.strip()), default=1)
        column = len(lines[line - 1]) + 1
    message, help = (advice.message, advice.help) if advice else (problem, None)
    if lines[line - 1][column - 1 : column] == "\t":
        message, help = "a tab stands in the indentation", "indent with spaces"
    elif odd := _no_space(lines, line):
        line, column = odd
        message, help = "a character that only looks like a space stands in the indentation", "delete it, and indent with the space bar"
    elif advice:
        message, help = advice.closer(lines[line - 1], column, _before(lines, line)) or (message, help)
    return Diagnostic(rule="yaml-syntax", message=message, at=Location(shown, line, column, line, column + 1), help=help)


def _no_space(lines: list[str], line: int) -> tuple[int, int] | None:
    """Where in the indentation of a line, or of the one before, a character stands that only looks like a space."""
    for number in (line, line - 1):
        if number and (found := re.match(r" *(?=[^\S ])", lines[number - 1])):
            return number, found.end() + 1
    return None


def _before(lines: list[str], line: int) -> str:
    """The last line before another one that is not blank."""
    return next((each for each in reversed(lines[: line - 1]) if each.strip()), "")
