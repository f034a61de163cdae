"""What the YAML parser's complaints mean to an author, and how to mend them."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location


class _Advice(NamedTuple):
    """What the parser's phrase means to an author, and how to mend it; `begun` points at where the broken thing begins."""

    phrase: str
    message: str
    help: str
    begun: bool = False


_QUOTE = "needs quotes around it, or write it after `|` on lines of its own"
_ADVICE = (
    _Advice("mapping values are not allowed", "this colon begins a second value", f"a text that holds `: ` {_QUOTE}"),
    _Advice("found unexpected end of stream", "this quotation mark is never closed", "close it, or write the text after `|` on lines of its own", begun=True),
    _Advice("did not find expected ',' or", "this bracket is never closed", "close it; a text that begins with `{` or `[` needs quotes around it", begun=True),
    _Advice(
        "could not find expected ':'",
        "this line has no `key: value`",
        "a key needs a colon and a space after it: `prompt: …`; a text of several lines stands after `|`",
        begun=True,
    ),
    _Advice(
        "did not find expected key",
        "this does not fit what stands before it",
        "check the indentation and the quotation marks here and in the line above; a text with a quotation mark in it is best written after `|`",
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

_KEY = r"\s*(?:- +)?[\w-]+"
_BELONGS_ABOVE = "this line is indented further than the one above it, and so goes on with its text"
_GOES_ON = "the text goes on behind its closing {}"


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
    elif odd := next(((number, found) for number in (line, line - 1) if number and (found := re.match(r" *(?=[^\S ])", lines[number - 1]))), None):
        line, column = odd[0], odd[1].end() + 1
        message, help = "a character that only looks like a space stands in the indentation", "delete it, and indent with the space bar"
    else:
        message, help = _closer(message, lines[line - 1], column, _before(lines, line)) or (message, help)
    return Diagnostic(rule="yaml-syntax", message=message, at=Location(shown, line, column, line, column + 1), help=help)


def _before(lines: list[str], line: int) -> str:
    """The last line before another one that is not blank."""
    return next((each for each in reversed(lines[: line - 1]) if each.strip()), "")


def _closer(message: str, line: str, column: int, before: str) -> tuple[str, str] | None:
    """What the parser's complaint comes from, where the line and the one before it tell."""
    if message == "this colon begins a second value" and re.fullmatch(_KEY, line[: column - 1]):
        return _BELONGS_ABOVE, "keys of one card start in the same column; a text of several lines stands after `|`"
    if message == "this line has no `key: value`" and re.search(r": +[|>][+-]?$", before):
        return "the text of several lines is not indented", "indent it further than the key before it"
    if message == "this does not fit what stands before it" and (found := re.match(_KEY + r": +([\"'\[{])", line)):
        if found[1] in "[{":
            return _GOES_ON.format("bracket"), f"a text that begins with `{{` or `[` {_QUOTE}"
        return _GOES_ON.format("quotation mark"), "put quotation marks of the other kind around the whole text, or write it after `|` on lines of its own"
    return None
