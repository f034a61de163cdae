"""A text that the parser cannot read, by lines, and trying what its author may have meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from attachdeck.domain.quoting import in_quotes, quoted
from attachdeck.reader.keys import keys_without_text

if TYPE_CHECKING:
    import yaml

KEY = r"\s*(?:- +)?[\w-]+"
_OPENING, _CLOSING = "“„«»‘‚‹›", "”“»«’‘›‹"
_LONGEST_TEXT = 300_000
"""In characters: in a larger file no lines are tried."""
LONGEST_LINE = 2_000
MOST_TRIED = 20
"""Maximum number of ways to fix a line, or of lines to fix, that are tried."""
_ABOVE = 100
"""How many lines above one are searched for the columns in which lines begin."""
MISREAD = re.compile(
    r"\\\\|(\\(?:t(?:ext(?:bf|it|rm|tt|sf)?\{|heta|imes|riangle|ilde|herefore|frac|binom)"
    r"|n(?:abla|eq|leq|geq|otin|earrow|warrow|subseteq)(?![a-z]))"
    r"|(?<!\w)[A-Z]:\\(?:temp|tmp|tools|new|network|notes)(?![a-z]))"
)
"""In double quotes: words of formulas and Windows folders that begin like a tab or a line end.

They are group 1. Two backslashes are one backslash, and match without it.
"""
QUOTE = "needs quotes around it"
OR_BELOW = ", or write it after `|` on new lines"


class Advice(NamedTuple):
    """A message and a help for an author, and the line and column that they are about.

    `at` is None for the place where the parser stopped.
    """

    message: str
    help: str | None
    at: tuple[int, int] | None = None


class Page:
    """A text that the parser cannot read, by lines, and a way to try other lines in it.

    `stopped` is the line in which the parser stopped; 0 if it stopped at the end.
    """

    def __init__(
        self,
        text: str,
        parse: Callable[[str], Iterator[yaml.Event]],
        stopped: int = 0,
        name: str = "",
    ) -> None:
        self.lines = text.split("\n")
        self.parse = parse
        self.name = name
        self.small = len(text) <= _LONGEST_TEXT
        self.stopped = stopped if any(map(str.strip, self.lines[stopped - 1 :])) else 0

    def __getitem__(self, line: int) -> str:
        return self.lines[line - 1]

    def above(self, line: int) -> Iterator[str]:
        """Yield the lines above one that are not blank, the nearest first."""
        near = reversed(self.lines[max(line - _ABOVE, 0) : line - 1])
        return (text for text in near if text.strip())

    def reads(self, line: int, instead: str, beyond: int = 0) -> bool:
        """Return whether the parser gets beyond a line (or line `beyond`) with `instead` for it."""
        import yaml

        if not self.small or len(instead) > LONGEST_LINE:
            return False
        try:
            # Only what begins on a later line shows that it does.
            any(
                event.start_mark is not None and event.start_mark.line >= (beyond or line)
                for event in self.parse(
                    "\n".join([*self.lines[: line - 1], instead, *self.lines[line:]])
                )
            )
        except yaml.MarkedYAMLError as error:
            marks = [mark.line for mark in (error.problem_mark, error.context_mark) if mark]
            return min(marks, default=0) >= (beyond or line)
        return True

    def quoted(self, line: int) -> str:
        """Return a line with its text in quotes; empty if it cannot be read so either."""
        tries = _in_quotes(self[line][:LONGEST_LINE])
        return next((shown.strip() for whole, shown in tries if self.reads(line, whole)), "")

    def opened(self, line: int) -> tuple[int, int] | None:
        """Return the place of a quotation mark that the author forgot to close.

        The next quotation mark, in this line, closes it.
        """
        import yaml

        last: yaml.Event | None = None
        with suppress(yaml.MarkedYAMLError):
            for event in self.parse("\n".join(self.lines)) if self.small else ():
                last = event if isinstance(event, yaml.ScalarEvent) and event.style else None
        if last is None or last.start_mark is None or last.end_mark is None:
            return None
        start, between = last.start_mark, self.lines[last.start_mark.line + 1 : line]
        has_keys = any(re.match(KEY + ": ", text) for text in between)
        if last.end_mark.line != line - 1 or not has_keys:
            return None
        return start.line + 1, start.column + 1

    def column(self, line: int) -> int:
        """Return the column in which a wrongly indented line could begin; 0 if there is none."""
        written = self[line].strip()
        columns: dict[int, None] = {}
        for above in self.above(line):
            if written.startswith("- "):
                indent = re.match(r" *(?=- )", above)
            else:
                indent = re.match(r" *(?:- +)*", above)
            if indent:
                columns[indent.end()] = None
        now = len(self[line]) - len(self[line].lstrip())
        near = sorted(columns, key=lambda column: abs(column - now))[:MOST_TRIED]
        others = (column for column in near if column != now)
        return next(
            (column + 1 for column in others if self.reads(line, " " * column + written)), 0
        )


def _in_quotes(line: str) -> Iterator[tuple[str, str]]:
    """Yield a line with its text in quotes, whole and as messages show it.

    There is one pair for each text that may be meant.
    """
    parts = re.fullmatch(r"(\s*(?:- +)*(?:[\w-]+ *: +)?)(\S.*)", line.rstrip())
    if (
        parts
        and not (keys_without_text() & {parts[1].strip(" -:")})
        and (parts[1].rstrip().endswith(":") or (parts[1].strip() and parts[2][0] not in "{["))
    ):
        for text in texts(parts[2]):
            yield parts[1] + in_quotes(text), parts[1] + quoted(text)


def texts(written: str) -> Iterator[str]:
    """Yield the texts that an author may have meant by what is written as one."""
    mark = written[0]
    if mark in _OPENING and written[-1] in _CLOSING:
        yield written[1:-1]
    if mark in "\"'":
        bare = re.sub(r"(?<=[\"']) +#.*$", "", written)
        inner = (
            re.sub(r"\\([\"\\])", r"\1", bare[1:]) if mark == '"' else bare[1:].replace("''", "'")
        )
        if mark == '"' and "\\n" in MISREAD.sub("", inner):
            return  # A line end in the text, which no other quotes can contain.
        if bare.count(mark) == 1:
            yield inner
        elif bare[-1] == mark:
            yield inner[:-1]
    yield written
