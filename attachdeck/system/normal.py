"""Text in one of Unicode's normal forms, in a time that grows as the text does.

Python's own takes the square of the number of marks that sit on one letter: for a page of them
seconds, for a book days.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Literal

_MANY_MARKS = re.compile("[^\x00-\u02ff]{100,}")
"""What could be a letter with many marks: these lie behind all letters of Latin."""


def normal(text: str, form: Literal["NFC", "NFKD"] = "NFC") -> str:
    """Return a text in Unicode's normal form C, or in another one.

    See https://www.unicode.org/reports/tr15/.
    """
    return text if text.isascii() else unicodedata.normalize(form, _MANY_MARKS.sub(_in_order, text))


def _in_order(match: re.Match[str]) -> str:
    """Return the same with the marks on each letter in canonical order.

    They would be brought into it anyway. Letters, of class 0, stay in theirs.
    """
    parts: list[str] = []
    for _, run in groupby(match.group(), lambda character: unicodedata.combining(character) > 0):
        parts += sorted(run, key=unicodedata.combining)
    return "".join(parts)
