"""What the YAML parser's complaints mean to an author, and how to fix them.

A line that a help proposes has been tried: the parser reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.brackets import bracket, in_braces, no_beginning
from attachdeck.reader.lines import (
    directive,
    indented_wrongly,
    line_too_deep,
    no_colon,
    no_entry,
    no_space,
    not_behind_a_bar,
    out_of_place,
    text_not_deep,
)
from attachdeck.reader.page import OR_BELOW, QUOTE, Advice, Page

if TYPE_CHECKING:
    import yaml


class _Complaint(NamedTuple):
    """A phrase of the parser's, what it means to an author, and how to fix it.

    `begun` points at where the broken thing begins. `closer` gives better advice where the page
    shows the cause. `help` is followed by the line as it should be, or by `otherwise`.
    """

    phrase: str
    message: str
    help: str
    otherwise: str = OR_BELOW
    begun: bool = False
    closer: Callable[[Page, int, int], Advice | None] = lambda *_: None


_COMPLAINTS = (
    _Complaint(
        "mapping values are not allowed",
        "this colon begins a second value",
        f"a text that contains `: ` {QUOTE}",
        closer=line_too_deep,
    ),
    _Complaint(
        "found unexpected end of stream",
        "this quotation mark is never closed",
        "close it",
        begun=True,
    ),
    _Complaint(
        "did not find expected ',' or",
        "this bracket is never closed",
        "close it; a text that begins with `{` or `[` needs quotes around it",
        "",
        begun=True,
        closer=bracket,
    ),
    _Complaint(
        "could not find expected ':'",
        "this line is not written as `key: value`",
        "a key needs a colon and a space after it: `prompt: …`; "
        "a text of several lines goes after `|`",
        "",
        begun=True,
        closer=no_colon,
    ),
    _Complaint(
        "did not find expected key",
        "this does not match the lines before it",
        "check the indentation and the quotation marks here and in the line above; "
        "write a text that contains a quotation mark after `|`",
        "",
        closer=out_of_place,
    ),
    _Complaint(
        "did not find expected '-' indicator",
        "this line has the wrong indentation",
        "all keys of an entry start in the same column, and list entries start with `- `",
        "",
        closer=indented_wrongly,
    ),
    _Complaint(
        "found character that cannot start any token",
        "a text cannot begin with this character",
        f"a text that begins with `@`, `%` or a backtick {QUOTE}",
    ),
    _Complaint(
        "did not find expected node content",
        "a value is missing here",
        "close the bracket before it, or write the value",
        "",
        closer=no_beginning,
    ),
    _Complaint(
        "found unknown escape character",
        "a backslash is special in double quotes",
        "use single quotes",
    ),
    _Complaint(
        "did not find expected hexdecimal number",
        "a backslash is special in double quotes",
        "use single quotes",
    ),
    _Complaint(
        "block sequence entries are not allowed",
        "a list cannot begin here",
        f"start it on a new line; a text that begins with `- ` {QUOTE}",
    ),
    _Complaint(
        "did not find expected alphabetic",
        "a text cannot begin with `*` or `&`",
        f"it {QUOTE}",
        begun=True,
        closer=no_entry,
    ),
    _Complaint(
        "did not find expected whitespace or line break",
        "a text cannot begin with `!`, `&` or `*`",
        f"it {QUOTE}",
        begun=True,
    ),
    _Complaint(
        "did not find expected comment or line break",
        "nothing can follow `|` on the same line",
        "",
        closer=not_behind_a_bar,
    ),
    _Complaint(
        "found unexpected ':'",
        "",
        "",
        closer=lambda *_: Advice(
            "a value is missing here",
            "write a space and a value after the colon, or delete the key",
        ),
    ),
    _Complaint(
        "<document start>",
        "there is text after the end of this value",
        "check the brackets and quotation marks above this line",
        "",
        closer=directive,
    ),
    _Complaint("mapping keys are not allowed", "a text cannot begin with `? `", f"it {QUOTE}"),
)


def syntax_error(
    error: yaml.MarkedYAMLError, text: str, shown: str, parse: Callable[[str], Iterator[yaml.Event]]
) -> Diagnostic:
    """Return the parser's complaint about a file's text as a diagnostic; `parse` is the parser."""
    problem = error.problem or error.context or "this is not valid YAML"
    complaint = next((known for known in _COMPLAINTS if known.phrase in problem), None)
    line, column = _place(error, complaint)
    page = Page(text, parse, error.problem_mark.line + 1 if error.problem_mark else line, shown)
    # After the last line there is nothing to show.
    if line > 1 and not "".join(page.lines[line - 1 :]).strip():
        line = max((number for number, text in enumerate(page.lines, 1) if text.strip()), default=1)
        column = len(page[line]) + 1
    advice = (
        _on_indentation(page, line, column)
        or _on_a_quotation_mark(page, line, problem)
        or (_on_complaint(complaint, page, line, column) if complaint else Advice(problem, None))
    )
    line, column = advice.at or (line, column)
    return Diagnostic(
        rule="yaml-syntax",
        message=advice.message,
        at=Location(shown, line, column, line, column + 1),
        help=advice.help,
    )


def _place(error: yaml.MarkedYAMLError, complaint: _Complaint | None) -> tuple[int, int]:
    """Return the line and column that a complaint of the parser is about."""
    begun = error.context_mark if complaint and complaint.begun else None
    mark = begun or error.problem_mark or error.context_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _on_indentation(page: Page, line: int, column: int) -> Advice | None:
    if page[line][column - 1 : column] == "\t":
        return Advice("the indentation contains a tab", "indent with spaces")
    if place := no_space(page.lines, line):
        return Advice(
            "the indentation contains a character that only looks like a space",
            "delete it and press the space bar instead",
            place,
        )
    return text_not_deep(page.lines, line)


def _on_a_quotation_mark(page: Page, line: int, problem: str) -> Advice | None:
    place = page.opened(line) if "did not find expected" in problem else None
    if place is None:
        return None
    meant = page.quoted(place[0])
    help = f"close it: `{meant}`" if meant else f"close it{OR_BELOW}"
    return Advice("this quotation mark is never closed", help, place)


def _on_complaint(complaint: _Complaint, page: Page, line: int, column: int) -> Advice:
    if advice := complaint.closer(page, line, column) or in_braces(page, line):
        return advice
    meant = page.quoted(line)
    ending = f": `{meant}`" if meant else complaint.otherwise
    return Advice(complaint.message, f"{complaint.help}{ending}")


def as_text(line: int, text: str, parse: Callable[[str], Iterator[yaml.Event]]) -> str:
    """Return the end of a hint: how to write a line whose text means something else to YAML."""
    meant = Page(text, parse).quoted(line)
    return f": `{meant}`" if meant else OR_BELOW
