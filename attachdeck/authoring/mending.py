"""Mends that a program may make: the edits that diagnostics bring along, put into the author's
files. All else in them stays, comments too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

from attachdeck import pipeline
from attachdeck.authoring import text_file
from attachdeck.authoring.spans import Replacement
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
        checked = pipeline.check(folder)
        edits = [diagnostic.mend for diagnostic in checked.diagnostics if diagnostic.mend]
        texts = {Path(file): text for file, text in checked.texts.items()}
        done = Counter(
            {
                path: count
                for path in _inside(folder, edits)
                if (count := _mend(path, texts.get(path), edits))
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


def _mend(path: Path, checked: str | None, edits: Iterable[Edit]) -> int:
    """Make the edits of a file, and return how many there were.

    Their places are those of the text that was `checked`: what was saved since is left alone.
    """
    file = text_file.read(path)
    if checked is not None and checked != file.text:
        return 0
    edits = [edit for edit in edits if Path(edit.at.file) == path]
    mended = file.replaced(replacements(file.text, edits))
    if read_text(mended.text, path.name)[1] and not read_text(file.text, path.name)[1]:
        return 0
    mended.write()
    return len(edits)


def replacements(text: str, edits: Iterable[Edit]) -> list[Replacement]:
    """Return edits as what they replace in a text, whose places they give by line and column."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    return [
        Replacement(
            starts[edit.at.line - 1] + edit.at.column - 1,
            starts[edit.at.end_line - 1] + edit.at.end_column - 1,
            edit.text,
        )
        for edit in edits
    ]
