"""Mends that a program may make: the edits that diagnostics bring along, put into the author's
files. All else in them stays, comments too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from attachdeck import pipeline
from attachdeck.authoring import text_file
from attachdeck.domain.diagnostics import Edit
from attachdeck.reader import read_text

_ROUNDS = 50
"""How often a course is read again at most: some mistakes show only once others are mended."""


def mend(folder: Path) -> Counter[Path]:
    """Mend what is safe to mend in a course's files; return how many mends each file got.

    Raise OSError, and UnicodeDecodeError for a file that is not in UTF-8. A file that could be read
    before, and in which something could not after, is left as it was.
    """
    total: Counter[Path] = Counter()
    for _ in range(_ROUNDS):
        edits = [
            diagnostic.mend for diagnostic in pipeline.check(folder).diagnostics if diagnostic.mend
        ]
        done = Counter(
            {
                path: count
                for path in _inside(folder, edits)
                if (count := _mend(path, [edit for edit in edits if Path(edit.at.file) == path]))
            }
        )
        if not done:
            break
        total += done
    return total


def _inside(folder: Path, edits: Iterable[Edit]) -> list[Path]:
    """Return the files that edits are for, without those of another course that this one
    extends."""
    return sorted({path for edit in edits if (path := Path(edit.at.file)).is_relative_to(folder)})


def _mend(path: Path, edits: list[Edit]) -> int:
    file = text_file.read(path)
    text = mended(file.text, edits)
    if read_text(text, path.name)[1] and not read_text(file.text, path.name)[1]:
        return 0
    file.write(text)
    return len(edits)


def mended(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made, the last first, so that the places of the others stay.

    Of two edits that overlap, only the later one is made.
    """
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    last = len(text)
    for edit in sorted(edits, key=lambda edit: edit.at, reverse=True):
        start, end = (
            starts[edit.at.line - 1] + edit.at.column - 1,
            starts[edit.at.end_line - 1] + edit.at.end_column - 1,
        )
        if end <= last:
            text = text[:start] + edit.text + text[end:]
            last = start
    return text
