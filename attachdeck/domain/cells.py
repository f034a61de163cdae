"""Values in the cells of a spreadsheet, and back: no cell is a formula, and no text is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# A spreadsheet may run a formula in half or full width, also after white space that it strips.
_RISKY = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def guarded(text: str) -> str:
    """Return a text as a cell: with an apostrophe before it where it might be a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def restored(cell: str) -> str:
    """Return the text of a cell that `guarded` made."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text, number and boolean in a value with its path, such as `options.2.text`.

    Places in a list count from 1.
    """
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, part in enumerate(value, 1):
            yield from leaves(part, f"{path}.{place}")
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
