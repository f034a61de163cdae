"""Read the golden cases of `diagnostics/`, and write the course of one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from support.courses import write_course

FOLDER = Path(__file__).parents[1] / "diagnostics"


class Case(NamedTuple):
    """A course with a mistake, and what `attachdeck check` says about it."""

    file: Path
    title: str
    parts: dict[str, str]
    says: str


def read_cases() -> list[Case]:
    """Read the cases of all files (their form: test_diagnostics.py)."""
    cases = []
    for file in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^### ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            title, _, rest = block.partition("\n")
            names, texts = zip(
                *(
                    part.partition("\n")[::2]
                    for part in re.split(r"^--- (?=\w)", rest, flags=re.MULTILINE)[1:]
                ),
                strict=True,
            )
            parts = dict(zip(names, texts, strict=True))
            cases.append(Case(file, title, parts, parts.pop("says", "").strip("\n")))
    return cases


def escaped(text: str) -> bytes:
    r"""Encode a part; `<\xNN>` is one byte, `<\uNNNN>` a character that an editor would hide."""
    text = re.sub(r"<\\u([0-9a-f]{4})>", lambda match: chr(int(match[1], 16)), text)
    return re.sub(rb"<\\x([0-9a-f]{2})>", lambda match: bytes([int(match[1], 16)]), text.encode())


CASES = read_cases()


def course_of(case: Case, folder: Path) -> Path:
    """Write the course of a case."""
    parts = dict(case.parts)
    card = parts.pop("card", None)
    files: dict[str, str | bytes] = {name: escaped(text) for name, text in parts.items()}
    cards = {} if card is None else {"cards": escaped(card).decode()}
    return write_course(folder / "course", files, **cards)
