"""Characters that are not allowed in a course's text, and line ends."""

from __future__ import annotations

import re
from itertools import islice

from attachdeck.domain.diagnostics import Diagnostic, Edit
from attachdeck.reader.document import location_of

MAX_ODD = 20
"""Maximum number of invisible characters reported for one file."""
NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_LINE_ENDS = "\v\f\u2028\u2029"
"""Characters with which word processors end a line within a paragraph."""
_PLAIN = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
"""The characters of ASCII that `NOT_TEXT` does not match.

Deleting them from a text to see whether any are left is several times as fast as a search.
"""


def invisible_characters(text: str, shown: str) -> list[Diagnostic]:
    """Report the invisible characters in a text, each with its replacement."""
    if text.isascii() and not text.encode().translate(None, _PLAIN):
        return []
    return [_invisible(match, text, shown) for match in islice(NOT_TEXT.finditer(text), MAX_ODD)]


def with_plain_ends(text: str) -> str:
    """Return a text with LF at the end of each line."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _invisible(match: re.Match[str], text: str, shown: str) -> Diagnostic:
    at = location_of(shown, text, match.start())
    instead = _instead(match.group(), text[max(match.start() - 1, 0) : match.end() + 1])
    do = f"replace it with {'a space' if instead == ' ' else f'`{instead}`'}"
    return Diagnostic(
        rule="invisible-character",
        message=f"the invisible character U+{ord(match.group()):04X} is not allowed in a course",
        at=at,
        help=f"{do if instead else 'delete it'}; copied text often contains such characters",
        fix=Edit(at, instead),
    )


def _instead(odd: str, with_neighbours: str) -> str:
    """Return the character that was meant by an invisible one; empty if there is none.

    In Windows-1252 it is a quotation mark, a dash or the like; for a line end it is a space.
    """
    if odd in _LINE_ENDS:
        return " " if re.fullmatch(r"\S.\S", with_neighbours, re.DOTALL) else ""
    character = odd.encode("latin-1", "ignore").decode("cp1252", "ignore")
    return character if character.isprintable() else ""
