"""A text that the parser does not read, line by line, and trying what its author may have meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from attachdeck.domain.quoting import in_quotes, quoted

if TYPE_CHECKING:
    import yaml

KEY = r"\s*(?:- +)?[\w-]+"
_OPENING, _CLOSING = "“„«»‘‚‹›", "”“»«’‘›‹"
_LONGEST_TEXT = 300_000
"""In characters: how large a file may be in which lines are tried."""
LONGEST_LINE = 2_000
MOST_TRIED = 20
"""How many ways to mend a line, or lines to mend, are tried at most."""
_ABOVE = 100
"""How many lines above one tell in which columns lines begin."""
MISREAD = re.compile(
    r"\\\\|(\\(?:t(?:ext(?:bf|it|rm|tt|sf)?\{|heta|imes|riangle|ilde|herefore|frac|binom)"
    r"|n(?:abla|eq|leq|geq|otin|earrow|warrow|subseteq)(?![a-z]))"
    r"|(?<!\w)[A-Z]:\\(?:temp|tmp|tools|new|network|notes)(?![a-z]))"
)
"""In double quotes: words of formulas, and folders of Windows, that begin like a tab or a line end.

They are group 1. A backslash twice is one, and nothing more.
"""
KEYS = frozenset(
    """
    accent accent_night accept alt answer article authors back browser_back browser_font
    browser_front browser_size bury_siblings cards changes checked cloze collapsed confusion contact
    container content_note css cue deck description desired_retention doi element example
    exclude_from_search extends fields file files font formerly front full_deck height help hide
    hint homepage id keep_identity key kind language latex_after latex_before latex_svg left licence
    lines lint name near_miss new_cards_a_day night note note_type notice objective objectives
    option option_sets options origin page picture pictures plain_text practice_deck
    prevent_deletion prompt question read reading reading_cards regions retired_because reverse
    reviews_a_day right role rtl scenario shape size sort_field sources speech status steps sticky
    stock_kind study summary supports tags templates text theme title top unit url version
    volume_pages where whole why width year
    """.split()
)
"""The keys of all schemas; a test holds them together."""
NO_TEXTS = frozenset(
    """
    accept article browser_size bury_siblings cards cloze collapsed desired_retention
    exclude_from_search fields files height help keep_identity latex_svg left lines lint near_miss
    new_cards_a_day objectives option_sets pictures plain_text prevent_deletion reading_cards
    regions reverse reviews_a_day right role rtl size sources steps sticky stock_kind study tags
    templates theme top whole width year
    """.split()
)
"""Those of them that take no text, so that quotation marks would not help.

A test sees to these, too.
"""


class Page:
    """A text that the parser does not read, line by line, and a way to try what it should say.

    `stopped` is the line that the parser stopped in, if not at the end.
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
        self.stopped = (
            stopped if any(text_line.strip() for text_line in self.lines[stopped - 1 :]) else 0
        )

    def __getitem__(self, line: int) -> str:
        return self.lines[line - 1]

    def above(self, line: int) -> Iterator[str]:
        """Yield the lines above one that are not blank, the nearest first."""
        return (
            text for text in reversed(self.lines[max(line - _ABOVE, 0) : line - 1]) if text.strip()
        )

    def reads(self, line: int, instead: str, beyond: int = 0) -> bool:
        """Return whether the parser comes beyond a line, or a later one, if that line is changed.

        The line says `instead` then.
        """
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

    def mended(self, line: int) -> str:
        """Return a line as it should stand, with its text in quotes.

        It is empty where that does not help.
        """
        return next(
            (
                shown.strip()
                for whole, shown in _in_quotes(self[line][:LONGEST_LINE])
                if self.reads(line, whole)
            ),
            "",
        )

    def opened(self, line: int) -> tuple[int, int] | None:
        """Return where a quotation mark stands that was forgotten to be closed.

        The next quotation mark, in this line, closes it.
        """
        import yaml

        last: yaml.Event | None = None
        try:
            for event in self.parse("\n".join(self.lines)) if self.small else ():
                last = event if isinstance(event, yaml.ScalarEvent) and event.style else None
        except yaml.MarkedYAMLError:
            pass
        if (
            last is None
            or last.start_mark is None
            or last.end_mark is None
            or last.end_mark.line != line - 1
        ):
            return None
        between = self.lines[last.start_mark.line + 1 : line]
        return (
            (last.start_mark.line + 1, last.start_mark.column + 1)
            if any(re.match(KEY + ": ", between_line) for between_line in between)
            else None
        )

    def column(self, line: int) -> int:
        """Return in which column a line that is indented wrongly could begin.

        It is 0 where that does not help.
        """
        written = self[line].strip()
        columns: dict[int, None] = {}
        for above in self.above(line):
            found = re.match(r" *" if written.startswith("- ") else r" *(?:- +)*", above)
            if found and (not written.startswith("- ") or above[found.end() :].startswith("- ")):
                columns[found.end()] = None
        now = len(self[line]) - len(self[line].lstrip())
        near = sorted(columns, key=lambda column: abs(column - now))[:MOST_TRIED]
        return next(
            (
                column + 1
                for column in near
                if column != now and self.reads(line, " " * column + written)
            ),
            0,
        )


def _in_quotes(line: str) -> Iterator[tuple[str, str]]:
    """Yield a line with its text in quotes, whole and as messages show it.

    It comes in every way in which it may be meant.
    """
    parts = re.fullmatch(r"(\s*(?:- +)*(?:[\w-]+ *: +)?)(\S.*)", line.rstrip())
    if (
        parts
        and not (NO_TEXTS & {parts[1].strip(" -:")})
        and (parts[1].rstrip().endswith(":") or (parts[1].strip() and parts[2][0] not in "{["))
    ):
        for text in texts(parts[2]):
            yield parts[1] + in_quotes(text), parts[1] + quoted(text)


def texts(written: str) -> Iterator[str]:
    """Yield what an author may have meant by what stands as a text."""
    mark = written[0]
    if mark in _OPENING and written[-1] in _CLOSING:
        yield written[1:-1]
    if mark in "\"'":
        bare = re.sub(r"(?<=[\"']) +#.*$", "", written)
        inner = (
            re.sub(r"\\([\"\\])", r"\1", bare[1:]) if mark == '"' else bare[1:].replace("''", "'")
        )
        if mark == '"' and "\\n" in MISREAD.sub("", inner):
            return  # A line end in the text, which no other quotes can hold.
        if bare.count(mark) == 1:
            yield inner
        elif bare[-1] == mark:
            yield inner[:-1]
    yield written
