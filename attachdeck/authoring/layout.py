"""How `attachdeck fmt` lays out a YAML file: as Prettier does with its defaults.

Only the space between keys and values changes, and the quotes around them. Each decision is made
on the places of a text: where something is not as it should be, that span is replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from attachdeck.authoring.brackets import STEP, WIDTH, Brackets, requoted
from attachdeck.authoring.spans import Replacement
from attachdeck.domain.columns import columns
from attachdeck.reader import Part, punctuation

_MARKERS = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)
"""What begins or ends a document; a course's file needs none."""


_EXPLICIT = "a key that begins with `?`"


class NotLaidOut(Exception):
    """Says what form of a text cannot be laid out."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A mapping or list that ends: comments below it right of `beyond` are its own."""

    beyond: int
    indent: int


_Levels = tuple[_Level, ...]
"""What ends at the same place, the innermost first."""


def laid_out(text: str, root: Part) -> list[Replacement]:
    """Return what must be replaced in a text so that it is laid out well: nothing if it is.

    Raise NotLaidOut.
    """
    layout = _Layout(text)
    if root.is_block:
        try:
            layout.document(root)
        except NotLaidOut as reason:
            line = text.count("\n", 0, layout.reached) + 1
            raise NotLaidOut(f"line {line}: {reason}") from reason
    return layout.replacements


class _Layout:
    """Walks over the parts of a text and collects what must be replaced."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.brackets = Brackets(text)
        self.replacements: list[Replacement] = []
        self.reached = 0

    def document(self, root: Part) -> None:
        """Lay out a whole text."""
        if not _MARKERS.search(self.text, 0, root.front):
            begin = punctuation(self.text, 0, root.end) if root.style == "-" else root.front
            self.put(0, begin, _lines(f"\n{self.text[:begin]}", 0).lstrip("\n"))
        levels = self.block(root, 0, -1)
        ends_open = root.end == len(self.text) and _last(root).style in ("|", ">")
        if not ends_open and not _MARKERS.search(self.text, root.end):
            gap = self.text[root.end :].rstrip() + "\n"
            lines = _lines(gap, 0, levels, is_first=False).rstrip() + "\n"
            self.put(root.end, len(self.text), lines)

    def put(self, start: int, end: int, text: str) -> None:
        """Have a span replaced where it is another text."""
        if self.text[start:end] != text:
            self.replacements.append(Replacement(start, end, text))

    # Mappings and lists on lines of their own

    def block(self, part: Part, indent: int, beyond: int) -> _Levels:
        """Lay out a mapping or list; return what ends with it."""
        inner = self.mapping(part, indent) if part.style == ":" else self.list(part, indent)
        return (*inner, _Level(beyond, indent))

    def mapping(self, part: Part, indent: int) -> _Levels:
        """Lay out the keys and values of a mapping; return what ends with its last value."""
        levels: _Levels = ()
        previous: Part | None = None
        for key, value in zip(part.keys, part.parts, strict=True):
            if previous:
                self.new_line(previous, key.front, indent, levels)
            self.reached = key.front
            self.scalar(key, indent)
            colon = punctuation(self.text, key.end, value.front)
            if self.text[colon] == "?" or self.text[key.end : colon].strip(" \t"):
                raise NotLaidOut(_EXPLICIT)
            self.put(key.end, colon, "")
            column = indent + columns(self.text[key.front : key.end]) + 2
            levels = self.value(colon + 1, value, indent, column, part.column)
            previous = value
        return levels

    def list(self, part: Part, indent: int) -> _Levels:
        """Lay out the entries of a list; return what ends with the last one."""
        levels: _Levels = ()
        previous: Part | None = None
        for item in part.parts:
            dash = punctuation(self.text, previous.end if previous else part.start, item.end)
            if previous:
                self.new_line(previous, dash, indent, levels)
            levels = self.item(dash + 1, item, indent, part.column)
            previous = item
        return levels

    def value(self, start: int, part: Part, indent: int, column: int, own: int) -> _Levels:
        """Lay out what follows a key's colon, which ends at `start`; `column` comes after it."""
        if part.is_absent:
            return ()
        start, column = self.properties(start, part, column)
        if part.is_block:
            begin = self.begin(part)
            self.put(start, begin, _lines(self.text[start:begin], indent + STEP))
            return self.block(part, indent + STEP, own)
        if part.is_flow:
            self.flow_value(start, part, indent, column, indent - own)
        else:
            self.beside(start, part.start, indent + STEP)
            self.scalar(part, indent + STEP, indent - own)
        return ()

    def item(self, start: int, part: Part, indent: int, own: int) -> _Levels:
        """Lay out what follows the dash of a list, which ends at `start`."""
        if part.is_absent:
            return ()
        has_properties = part.front < part.start
        start, column = self.properties(start, part, indent + STEP)
        begin = self.begin(part)
        if part.is_block:
            if has_properties:
                self.put(start, begin, _lines(self.text[start:begin], indent + STEP))
            else:
                self.beside(start, begin, indent + STEP)
            return self.block(part, indent + STEP, own)
        self.beside(start, begin, indent + STEP)
        if part.is_flow:
            self.flow(part, indent + STEP, column, indent - own)
        else:
            self.scalar(part, indent + STEP, indent - own)
        return ()

    def begin(self, part: Part) -> int:
        """Return where a value begins: a list with its first dash."""
        if part.style == "-":
            return punctuation(self.text, part.start, part.parts[0].end)
        return part.start

    def properties(self, start: int, part: Part, column: int) -> tuple[int, int]:
        """Lay out an anchor or a tag; return where it ends, and the column after it."""
        if part.front == part.start:
            return start, column
        named = self.text[part.front : part.start].rstrip()
        if "#" in named or "\n" in named or self.text[start : part.front].strip():
            raise NotLaidOut("a comment or a line end after `&` or `!`")
        self.put(start, part.front, " ")
        return part.front + len(named), column + columns(named) + 1

    # The space between two parts

    def new_line(self, previous: Part, end: int, indent: int, levels: _Levels) -> None:
        """Lay out what is between a part and the next key or dash, which begins a line."""
        gap = self.text[previous.end : end]
        if "#" in gap:
            lines = _lines(gap, indent, levels, is_first=False)
            if _last(previous).style in ("|", ">"):  # As Prettier has it.
                lines = re.sub(r"(#.*)\n(?=\n *\Z)", r"\1", lines)
            self.put(previous.end, end, lines)
        elif gap.strip(" \t\n"):
            raise NotLaidOut(_EXPLICIT)
        else:
            lines = "\n" * min(max(gap.count("\n"), 1), 2)
            self.put(previous.end, end, lines + " " * indent)

    def beside(self, start: int, end: int, indent: int) -> None:
        """Lay out what is between a colon or a dash and a value on the same line."""
        gap = self.text[start:end]
        if "#" not in gap:
            self.put(start, end, " ")
        elif self.text[start - 1] == "-":  # The first comment joins the dash.
            self.put(start, end, _lines(gap.lstrip(), indent, is_first=False))
        else:
            self.put(start, end, _lines(gap, indent))

    # Texts, numbers and other single values

    def scalar(self, part: Part, indent: int, deeper: int = 0) -> None:
        """Lay out a text: its quotes, and the indentation of its lines."""
        raw = self.text[part.start : part.end]
        if part.style in ("|", ">"):
            self.put(part.start, part.end, _lines_moved(raw, indent, deeper))
            return
        if part.style in ('"', "'"):
            raw = requoted(raw)
        if "\n" in raw and part.style == '"' and "\\" in raw:
            raw = _moved(raw, deeper)
        elif "\n" in raw:
            first, *others = raw.split("\n")
            lines = [f"{' ' * indent}{line.strip()}" if line.strip() else "" for line in others]
            raw = "\n".join([first.rstrip(), *lines])
        self.put(part.start, part.end, raw)

    # Mappings and lists in brackets

    def flow_value(self, start: int, part: Part, indent: int, column: int, deeper: int) -> None:
        """Lay out a mapping or list in brackets after a key's colon."""
        flat = self.brackets.flat(part)
        if flat is None or "#" in self.text[start : part.start]:
            self.beside(start, part.start, indent + STEP)
            self.flow(part, indent + STEP, indent + STEP, deeper)
            return
        end = self.text.find("\n", part.end)
        has_comment = self.text[part.end : end if end >= 0 else len(self.text)].strip() != ""
        if column + columns(flat) <= WIDTH or has_comment:
            self.put(start, part.start, " ")
            self.flow(part, indent + STEP, column)
        else:
            self.put(start, part.start, "\n" + " " * (indent + STEP))
            self.flow(part, indent + STEP, indent + STEP)

    def flow(self, part: Part, indent: int, column: int, deeper: int = 0) -> None:
        """Lay out a mapping or list in brackets, on one line if it fits.

        What cannot be laid out moves as much `deeper` as what it belongs to.
        """
        flat = self.brackets.flat(part)
        if flat is None:
            self.put(part.start, part.end, _moved(self.text[part.start : part.end], deeper))
        elif column + columns(flat) <= WIDTH:
            self.put(part.start, part.end, flat)
        else:
            self.put(part.start, part.end, self.brackets.broken(part, indent))


def _lines(gap: str, indent: int, levels: _Levels = (), *, is_first: bool = True) -> str:
    """Return what is between two parts, with each comment on its line, and the next line's begin.

    A blank line stays, but for one before the first entry of a mapping or list.
    """
    beside, *below, last = gap.split("\n") if "\n" in gap else (gap, "")
    if last.strip():
        raise NotLaidOut(_EXPLICIT)
    lines = [f" {beside.strip()}" if beside.strip() else ""]
    remaining = list(levels)
    for line in below:
        comment = line.strip()
        if not comment.startswith("#"):
            if comment:
                raise NotLaidOut(_EXPLICIT)
            if lines[-1] if len(lines) > 1 else not is_first:
                lines.append("")
            continue
        column = len(line) - len(line.lstrip())
        while remaining and column <= remaining[0].beyond:
            remaining.pop(0)
        lines.append(" " * (remaining[0].indent if remaining else indent) + comment)
    return "\n".join([*lines, " " * indent])


def _last(part: Part) -> Part:
    """Return the value that ends a part."""
    while part.is_block:
        part = part.parts[-1]
    return part


def _lines_moved(raw: str, indent: int, deeper: int) -> str:
    """Return a text after `|` or `>` with its lines at an indentation.

    Where its header names the indentation, the lines move by as much as its key (`deeper`).
    """
    header, *lines = raw.split("\n")
    sign, mark, comment = header.partition("#")
    header = sign.rstrip() + (f" {mark}{comment.rstrip()}" if mark else "")
    old = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    if any(char.isdecimal() for char in sign):
        indent, old = max(deeper, 0), max(-deeper, 0)
    moved = [" " * indent + line[old:] if line[old:] else "" for line in lines]
    return "\n".join([header, *moved])


def _moved(raw: str, deeper: int) -> str:
    """Return a text with the lines below its first one deeper: at least as deep as they must be."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * max(deeper, 0), raw)
