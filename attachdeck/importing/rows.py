"""A table's text and its rows, in whichever encoding and with whichever separator it was saved."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from attachdeck.importing.bounds import check_is_file
from attachdeck.importing.found import CannotImport
from attachdeck.reader import with_plain_ends

_MAX_BYTES = 64 * 1024 * 1024
_SHOWN = 60
"""How many characters of a line a message shows."""

_FOREIGN = re.compile(r"[^\x00-\x7f]")
_SIGNS = "\xa0¿¡«»°ºª·§€„“”‘’‚–—…"
# In a text from Western Europe few letters have accents, and signs stand beside words.
_ODD = re.compile(r"[^\W\d_][¿¡§€«»°‚„…–—“”‘][^\W\d_]|[^\W\d_a-zA-Z]{3}")
_ENCODINGS = ("cp1252", "cp1250", "mac_roman", "cp1251")
"""The encodings in which Excel saves *CSV*: Western and Central Europe, Mac, Cyrillic."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, each with the number of the line in which it begins."""

    cells: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def decoded(path: Path, encoding: str = "") -> str:
    """Return a file's text with plain line ends. Raise CannotImport, and OSError.

    Without an encoding it is UTF-8, or UTF-16 with its byte order mark (*Unicode Text* in Excel).
    """
    check_is_file(path)
    if path.stat().st_size > _MAX_BYTES:
        raise CannotImport(f"`{path}` is larger than {_MAX_BYTES // 1024**2} MiB: split it")
    content = path.read_bytes()
    if not encoding:
        is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if is_utf_16 else "utf-8-sig"
    if encoding == "utf-8" and content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        raise CannotImport(_other_encoding(path, content, encoding, place)) from error
    if "\0" in text[:_SHOWN]:
        raise CannotImport(
            f"`{path}` is not in {_name(encoding)}: "
            f"add `--encoding {'utf-16-be' if text[0] == chr(0) else 'utf-16-le'}`"
        )
    return with_plain_ends(text.removeprefix("\ufeff"))


def guessed(path: Path) -> str:
    """Return a line as it reads in cp1252, for a text that Excel on Windows may have saved so.

    Nothing for any other text. Raise CannotImport, and OSError.
    """
    check_is_file(path)
    content = path.read_bytes()[:_MAX_BYTES]
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return ""
        return _shown(content, error.start, "cp1252") if _reads_well(content, "cp1252") else ""
    return ""


def _reads_well(content: bytes, encoding: str) -> bool:
    """Return whether letters look like letters in words."""
    text = content.decode(encoding, "replace")
    foreign = set(_FOREIGN.findall(text))
    return all(char.isalpha() or char in _SIGNS for char in foreign) and not _ODD.search(text)


def _shown(content: bytes, place: int, encoding: str) -> str:
    """Return the line at a place, as it reads in an encoding."""
    begin = max(content.rfind(end, 0, place) for end in (b"\n", b"\r")) + 1
    line = content[begin : begin + 4 * _SHOWN].splitlines()[0].decode(encoding, "replace")
    return " ".join(line.split())[:_SHOWN]


def _other_encoding(path: Path, content: bytes, encoding: str, place: int) -> str:
    """Return the message for a text in another encoding, with its start in the usual ones."""
    shown = [
        f"`--encoding {name}` if `{_shown(content, place, name)}` looks right"
        for name in _ENCODINGS
        if name != encoding
    ]
    number = content.count(b"\n", 0, place) + 1
    return (
        f"`{path}` is not in {_name(encoding)} (line {number}): "
        f"add {', or '.join(shown)}; or save the table again as *CSV UTF-8*"
    )


def _name(encoding: str) -> str:
    return "UTF-8" if encoding == "utf-8-sig" else encoding


def read(path: Path, lines: Sequence[str], separator: str, first: int) -> Rows:
    """Return the rows of lines, of which the first has this number. Raise CannotImport."""
    records = _Records(lines, separator, strict=True)
    try:
        rows = list(records)
    except csv.Error as error:
        rows = list(_unquoted(lines)) if separator == "\t" else []
        if not rows:
            raise _broken(path, error, first + records.begin) from error
    filled = [(first + place, tuple(row)) for place, row in rows if any(map(str.strip, row))]
    return Rows(tuple(row for _, row in filled), tuple(line for line, _ in filled))


def _unquoted(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Return rows in which quotation marks mean themselves, as Quizlet writes them between tabs.

    Nothing where the lines have different numbers of cells.
    """
    rows = [(place, line.split("\t")) for place, line in enumerate(lines) if line.strip()]
    if len({len(row) for _, row in rows}) == 1:
        yield from rows


def read_as_anki(path: Path, lines: Sequence[str], separator: str, first: int) -> Rows:
    """Return the rows as Anki reads them: lines that begin with `#` are comments.

    Raise CannotImport where a quotation mark is never closed.
    """
    records = _Records(lines, separator, strict=True, comments=True)
    try:
        rows = list(records)
    except csv.Error as error:
        if "expected after" not in str(error):
            raise _broken(path, error, first + records.begin) from error
        # Anki goes on after a closing quotation mark.
        rows = list(_Records(lines, separator, strict=False, comments=True))
    return Rows(tuple(tuple(row) for _, row in rows), tuple(first + place for place, _ in rows))


class _Records:
    """Reads records, each with the place of the line in which it begins."""

    def __init__(
        self, lines: Sequence[str], separator: str, *, strict: bool, comments: bool = False
    ) -> None:
        self.lines, self.separator, self.strict = lines, separator, strict
        self.comments = comments
        self.begin = 0
        self.is_inside = False

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for record in csv.reader(self.supply(), delimiter=self.separator, strict=self.strict):
            self.is_inside = False
            if record:
                yield self.begin, record

    def supply(self) -> Iterator[str]:
        for place, line in enumerate(self.lines):
            if self.comments and not self.is_inside and line.startswith("#"):
                continue
            self.begin = self.begin if self.is_inside else place
            self.is_inside = True
            yield f"{line}\n"


def _broken(path: Path, error: csv.Error, line: int) -> CannotImport:
    return CannotImport(
        f"`{path}` cannot be read as a table: "
        f"in the row that begins in line {line}, {_mistake(error)}"
    )


def _mistake(error: csv.Error) -> str:
    """Return what is wrong with a row, and how to fix it."""
    reason = str(error)
    if "unexpected end" not in reason and "expected after" not in reason:
        return reason
    problem = (
        "a quotation mark is never closed"
        if "unexpected end" in reason
        else "there is text after the closing quotation mark of a cell"
    )
    return (
        f"{problem}: save the table again from a spreadsheet, or write each quotation mark in the "
        "cell twice and put quotation marks around the cell"
    )
