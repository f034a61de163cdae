"""Make the safe edits that diagnostics propose in the author's files, and change nothing else."""

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
"""Maximum number of times a course is read again: fixing one error can reveal the next."""


def fix(folder: Path) -> Counter[Path]:
    """Fix what is safe to fix in a course's files; return the number of fixes in each file.

    Raise OSError, and UnicodeDecodeError for a file that is not in UTF-8. A file stays as it is if
    the fixes would make it unreadable.
    """
    total: Counter[Path] = Counter()
    for _ in range(_ROUNDS):
        checked = pipeline.check(folder)
        edits = [diagnostic.fix for diagnostic in checked.diagnostics if diagnostic.fix]
        texts = {Path(file): text for file, text in checked.texts.items()}
        done = Counter(
            {
                path: count
                for path in _inside(folder, edits)
                if (count := _fix_file(path, texts.get(path), edits))
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


def _fix_file(path: Path, checked: str | None, edits: Iterable[Edit]) -> int:
    """Make the edits of a file, and return how many there were.

    Their places are those of the text that was `checked`: what was saved since is left alone.
    """
    file = text_file.read(path)
    if checked is not None and checked != file.text:
        return 0
    edits = [edit for edit in edits if Path(edit.at.file) == path]
    fixed = file.replaced(replacements(file.text, edits))
    if read_text(fixed.text, path.name)[1] and not read_text(file.text, path.name)[1]:
        return 0
    fixed.write()
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
