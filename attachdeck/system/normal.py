"""Text in one of Unicode's normal forms, in a time linear in the text's length.

Python's own function takes the square of the number of marks on one letter: seconds for a page of
marks, days for a book.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Literal

_MANY_MARKS = re.compile("[^\x00-\u02ff]{100,}")
"""What may be a letter with many marks: all of these come after the letters of Latin."""


def normal(text: str, form: Literal["NFC", "NFKD"] = "NFC") -> str:
    """Return a text in Unicode's normal form C, or in another one.

    See https://www.unicode.org/reports/tr15/.
    """
    return text if text.isascii() else unicodedata.normalize(form, _MANY_MARKS.sub(_in_order, text))


def _in_order(match: re.Match[str]) -> str:
    """Return the matched text with the marks on each letter in canonical order.

    Normalising would order them anyway. Letters, whose class is 0, keep their order.
    """
    parts: list[str] = []
    for _, run in groupby(match.group(), lambda character: unicodedata.combining(character) > 0):
        parts += sorted(run, key=unicodedata.combining)
    return "".join(parts)
