"""Notes in Markdown as lessons: a heading begins a lesson, `Q:` and `A:` make a card, and so does a
paragraph with gaps."""

from __future__ import annotations

import re
from pathlib import Path

from attachdeck.anki import cloze
from attachdeck.importing.draft import Draft, DraftLesson, Ids, Values, storable, without_media
from attachdeck.importing.found import CannotImport
from attachdeck.importing.rows import decoded

SUFFIXES = (".md", ".markdown")

_HEADING = re.compile(r"#{1,6}\s+(.+)")
_ASKS = re.compile(r"\s*(?:[-*]\s+)?\**Q:\**")
_ANSWERS = re.compile(r"\s*\**A:\**")
_GAP = re.compile(r"\{\{c[0-9]+::|\(\([0-9]+ ")


def draft(path: Path, encoding: str = "") -> Draft:
    """Return a course of a file's questions. Raise CannotImport and OSError."""
    original = decoded(path, encoding)
    text = storable(original)
    lost = [
        f"line {number}: invisible characters"
        for number, line in enumerate(original.split("\n") if text != original else (), 1)
        if storable(line) != line
    ]
    ids, lesson_ids = Ids(), Ids()
    lessons: dict[str, list[Values]] = {}
    places: dict[str, str] = {}
    title = path.stem
    for line, block in _blocks(text):
        heading = _HEADING.fullmatch(block)
        if heading:
            title = heading[1].rstrip().rstrip("#").rstrip() or heading[1]
            continue
        card = _card(without_media(block, f"line {line}", lost))
        if card is None:
            lost.append(f"line {line}: {' '.join(block.split())[:60]}")
            continue
        words = str(card.get("prompt") or card.get("text"))
        name = ids.of(words, words + str(line))
        lessons.setdefault(title, []).append({"id": name, **card})
        places[name] = f"line {line}"
    if not lessons:
        raise CannotImport(
            f"`{path}` has no questions: write `Q: …` with `A: …` on the line below, or sentences "
            "with gaps such as `((1 hidden words))`"
        )
    drafted = tuple(
        DraftLesson(id=lesson_ids.of(title, title, "lesson"), title=title, cards=tuple(cards))
        for title, cards in lessons.items()
    )
    return Draft(deck=path.stem, lessons=drafted, lost=tuple(lost), places=places)


def _blocks(text: str) -> list[tuple[int, str]]:
    """Return paragraphs and headings, each with the number of its first line.

    `Q:` begins a paragraph, and the answer may follow after a blank line.
    """
    blocks: list[tuple[int, list[str]]] = []
    open_block = False
    for number, line in enumerate(text.split("\n"), 1):
        alone = _HEADING.fullmatch(line) is not None
        if not line.strip() or alone:
            open_block = False
        if alone:
            blocks.append((number, [line]))
        elif line.strip():
            answers = blocks and _ANSWERS.match(line) and _ASKS.match(blocks[-1][1][0])
            if answers or (open_block and not _ASKS.match(line)):
                blocks[-1][1].append(line)
            else:
                blocks.append((number, [line]))
            open_block = True
    return [(number, "\n".join(lines)) for number, lines in blocks]


def _card(block: str) -> Values | None:
    if asks := _ASKS.match(block):
        lines = block[asks.end() :].split("\n")
        place, answers = next(
            (
                (place, match)
                for place, line in enumerate(lines)
                if place and (match := _ANSWERS.match(line))
            ),
            (0, None),
        )
        if answers:
            prompt, answer = (
                "\n".join(lines[:place]).strip(),
                "\n".join(lines[place:])[answers.end() :].strip(),
            )
            if prompt and answer:
                return {"kind": "basic", "prompt": prompt, "answer": answer}
    if _GAP.search(block) and not cloze.to_anki(block)[1]:
        return {"kind": "cloze", "text": block.strip()}
    return None
