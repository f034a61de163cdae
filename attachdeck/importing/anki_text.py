"""A text for Anki's own import, read as Anki reads it: its headers say what the columns are.

Anki's engine is the judge of that in the tests; `notes` gives what it would make of the file.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from attachdeck.importing import columns, rows
from attachdeck.importing.cards import CARRIED, LONGEST_TYPED, card_of
from attachdeck.importing.draft import Draft, DraftLesson, Ids, Values, deck_name, storable
from attachdeck.importing.html_text import lost_in, markdown

_SEPARATORS = {
    "tab": "\t",
    "pipe": "|",
    "semicolon": ";",
    "colon": ":",
    "comma": ",",
    "space": " ",
}
"""Anki's separators in the order in which it looks for them in a text that names none."""
_HEADERS = frozenset(
    ("separator", "html", "tags", "columns", "notetype", "deck", "if matches", "match scope")
)
_COLUMNS = ("guid column", "notetype column", "deck column", "tags column")
_PREVIEW = 5
"""In how many rows Anki looks for HTML where no header says whether there is any."""
_TAG = re.compile(r"<[^<>]*>")
_GAP = re.compile(r"\{\{c[0-9]+::")
_KINDS = {
    "basic": "basic",
    "basic (and reversed card)": "reversed",
    "basic (optional reversed card)": "optional",
    "basic (type in the answer)": "typed",
    "cloze": "cloze",
}
"""Anki's own note types as kinds of cards."""


@dataclass(frozen=True, slots=True)
class AnkiText:
    """A text's headers, and its rows."""

    headers: Mapping[str, str]
    rows: rows.Rows
    separator: str

    @property
    def own(self) -> dict[int, str]:
        """Return the meanings of the columns that are not fields, by their places."""
        return {
            int(self.headers[key]) - 1: key.removesuffix(" column")
            for key in _COLUMNS
            if self.headers.get(key, "").isdecimal()
        }

    @property
    def html(self) -> bool:
        """Return whether the fields are HTML: as the header says, else whether the first rows
        contain tags."""
        header = self.headers.get("html", "").lower()
        first = "\n".join("\t".join(row) for row in self.rows.cells[:_PREVIEW])
        return header == "true" if header in ("true", "false") else bool(_TAG.search(first))

    @property
    def labels(self) -> list[str]:
        """Return the names of the columns, as far as `#columns` gives any."""
        return next(csv.reader([self.headers.get("columns", "")], delimiter=self.separator), [])


def is_for_anki(path: Path, text: str) -> bool:
    """Return whether a text is one for Anki's import: by a header, or in a `.txt` by a comment."""
    first = text.partition("\n")[0]
    if path.suffix.lower() == ".txt" and first.startswith(("#", "tags:")):
        return True
    return bool(_headers(text.split("\n"))[0])


def _headers(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Return the headers, and how many lines they and the comments among them take."""
    headers: dict[str, str] = {}
    for place, line in enumerate(lines):
        key, colon, value = line.removeprefix("#").partition(":")
        key = key.strip().lower()
        if not line.startswith("#") and not (place == 0 and key == "tags" and colon):
            return headers, place
        if colon and key in (*_HEADERS, *_COLUMNS):
            headers[key] = value.strip()
    return headers, len(lines)


def read(path: Path, text: str) -> AnkiText:
    """Read a text's headers and rows. Raise CannotImport."""
    lines = text.split("\n")
    headers, taken = _headers(lines)
    named = headers.get("separator", "").lower()
    separator = _SEPARATORS.get(named, named if named in _SEPARATORS.values() else "")
    if not separator:
        first = next((line for line in lines[taken:] if not line.startswith("#")), "")
        separator = next((sign for sign in _SEPARATORS.values() if sign in first), "\t")
    return AnkiText(
        headers, rows.read_as_anki(path, lines[taken:], separator, taken + 1), separator
    )


def keys_of(text: AnkiText, asked: columns.Asked) -> list[str]:
    """Return the meaning of each column: a key of a card, or one of Anki's own columns."""
    width = max(map(len, text.rows.cells), default=0)
    labels = [*text.labels, *[""] * width][:width]
    keys = {**text.own, **columns.resolved(asked, labels)}
    for place, label in enumerate(labels):
        key = columns.key_of(label)
        is_known = key in columns.KNOWN and key != "kind"
        if place not in keys and is_known and key not in keys.values():
            keys[place] = key
    free = [place for place in range(width) if place not in keys]
    fields = [key for key in ("prompt", "answer") if key not in keys.values()]
    if "text" in keys.values():
        fields = []
    keys |= dict(zip(free, fields, strict=False))
    if "tags" not in keys.values() and "notetype" not in keys.values():
        last = max((place for place, key in keys.items() if key in CARRIED), default=-1)
        keys |= _tags_column(text, [place for place in free if place > last])
    for place, label in enumerate(labels):
        name = label if label and label not in keys.values() else f"column {place + 1}"
        keys.setdefault(place, name)
    return [keys[place] for place in range(width)]


def _tags_column(text: AnkiText, free: Sequence[int]) -> dict[int, str]:
    """Return the column after the fields, which Anki takes for tags, if its cells look like
    tags."""
    kind = _KINDS.get(text.headers.get("notetype", "").lower(), "")
    behind = free[1:] if kind == "optional" else free
    cells = [row[behind[0]] for row in text.rows.cells if len(row) > behind[0]] if behind else []
    return {behind[0]: "tags"} if cells and not any(map(columns.is_sentence, cells)) else {}


def draft(path: Path, text: AnkiText, asked: columns.Asked) -> Draft:
    """Return the course of a text's notes."""
    keys = keys_of(text, asked)
    reader = _Reader(text, keys)
    for number, (line, row) in enumerate(zip(text.rows.lines, text.rows.cells, strict=True), 1):
        reader.add(number, line, row)
    return reader.draft(path)


class _Reader:
    """Makes cards of rows, and notes what cannot be carried."""

    def __init__(self, text: AnkiText, keys: Sequence[str]) -> None:
        self.text, self.keys = text, keys
        self.html = text.html
        self.ids = Ids()
        self.decks: dict[str, list[Values]] = {}
        self.places: dict[str, str] = {}
        self.lost: list[str] = []
        self.strange: Counter[str] = Counter()
        self.guids = 0

    def add(self, number: int, line: int, cells: Sequence[str]) -> None:
        """Add the card of a row, if it makes one."""
        row = dict(zip(self.keys, map(storable, cells), strict=False))
        place = f"line {line}"
        if "".join(cells) != "".join(map(storable, cells)):
            self.lost.append(f"{place}: invisible characters")
        if len(cells) > len(self.keys):
            self.lost.append(f"{place}: cells right of the last column")
        guid, note_type, deck = (row.pop(key, "") for key in ("guid", "notetype", "deck"))
        self.guids += bool(guid)
        fields = self.fields(row, note_type or self.text.headers.get("notetype", ""), place)
        fields["tags"] = f"{row.get('tags', '')} {self.text.headers.get('tags', '')}"
        card = card_of(fields, number, place, self.ids, self.lost)
        if card:
            deck = deck.strip() or self.text.headers.get("deck", "")
            self.decks.setdefault(deck_name(deck) if deck else "", []).append(card)
            self.places[card["id"]] = place

    def fields(self, row: dict[str, str], note_type: str, place: str) -> dict[str, str]:
        """Return a row's fields as Markdown, with the kind of its card."""
        kind = _KINDS.get(note_type.lower(), "")
        if note_type and not kind:
            self.strange[note_type] += 1
        texts = {key: text for key, text in row.items() if key not in ("tags", "kind")}
        if kind == "optional":
            reverse = [text for key, text in texts.items() if key not in ("prompt", "answer")]
            texts = {key: texts[key] for key in ("prompt", "answer") if key in texts}
            kind = "reversed" if any(map(str.strip, reverse)) else "basic"
        if kind == "cloze" or (not kind and _GAP.search(texts.get("prompt", ""))):
            kind = "cloze"
            renamed = {"prompt": "text", "answer": "why"}
            texts = {renamed.get(key, key): text for key, text in texts.items()}
        answer = self.plain(texts.get("answer", ""))
        if kind == "typed" and (len(answer) > LONGEST_TYPED or "\n" in answer):
            kind = "basic"
        fields = {key: self.markdown(text, f"{place}: ") for key, text in texts.items()}
        if kind == "typed":
            fields["answer"] = answer
        return fields | ({"kind": kind} if kind else {})

    def markdown(self, field: str, place: str) -> str:
        """Return a field as Markdown that says the same."""
        if self.html:
            self.lost += [f"{place}{tag}" for tag in lost_in(field)]
            return markdown(field)
        return markdown(escape(field, quote=False).replace("\n", "<br>"))

    def plain(self, field: str) -> str:
        """Return a field's text without markup."""
        return (unescape(_TAG.sub("", field)) if self.html else field).strip()

    def draft(self, path: Path) -> Draft:
        """Return the course of the cards that were added."""
        lesson_ids = Ids()
        lessons = []
        for deck, cards in self.decks.items():
            title = deck.rpartition("::")[2] or "Cards"
            name = lesson_ids.of(title, deck or title, "lesson")
            lessons.append(DraftLesson(id=name, title=title, cards=tuple(cards), full_deck=deck))
        counted: Counter[str] = Counter()
        for deck, cards in self.decks.items():
            counted[deck.partition("::")[0] or path.stem] += len(cards)
        return Draft(
            deck=max(counted, key=lambda name: counted[name], default=path.stem),
            lessons=tuple(lessons),
            lost=tuple(dict.fromkeys([*self.summed_up(), *self.lost])),
            places=self.places,
            starts_afresh=bool(self.guids),
        )

    def summed_up(self) -> list[str]:
        """Return what cannot be carried of many notes alike, a line each."""
        return [
            *(
                [f"the GUIDs of {self.guids} notes: a text file does not contain their note types"]
                if self.guids
                else []
            ),
            *(
                f"the note type {name} of {count} notes: attachdeck used their first fields"
                for name, count in self.strange.items()
            ),
        ]
