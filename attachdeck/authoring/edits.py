"""A spreadsheet's edits brought back into the YAML, card by card: only changed cells are touched,
and comments stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from attachdeck import schema
from attachdeck.authoring import text_file
from attachdeck.authoring.changes import changes
from attachdeck.authoring.text_file import EditFault, TextFile
from attachdeck.authoring.tidy import keys_of
from attachdeck.domain.cells import leaves
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.reader import lesson_paths, read_text

FIXED = ("id", "lesson", "kind")
"""The columns that say which card a row is; they cannot be changed in a spreadsheet."""


class _Unreadable(Exception):
    """Why a lesson's edits are not brought back."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that was brought back: the file, the card and the way to the value."""

    path: Path
    card: str
    key: str


def bring_back(folder: Path, rows: Mapping[str, Mapping[str, str]]) -> tuple[list[Edit], list[str]]:
    """Write the cells of rows into a course's cards, by the cards' ids.

    Return the edits, and what could not be brought back.
    """
    edits: list[Edit] = []
    left_out: list[str] = []
    matched: set[str] = set()
    scope = ""
    for path in lesson_paths(folder):
        try:
            file = text_file.read(path)
            edited, done = _edited(file, rows, matched, left_out)
            edited.write()
            edits += done
        except (_Unreadable, EditFault, UnicodeDecodeError, OSError) as error:
            left_out.append(f"{path}: {_reason(error)}")
            scope = " in the lessons that could be read"
    left_out += [
        f"the card `{name}`: the course has no card with this id{scope}"
        for name in rows
        if name not in matched
    ]
    return edits, left_out


def _reason(error: Exception) -> str:
    """Return why a lesson's edits are not brought back."""
    if isinstance(error, OSError):
        return f"it cannot be read or written ({error.strerror or error})"
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _edited(
    file: TextFile,
    rows: Mapping[str, Mapping[str, str]],
    matched: set[str],
    left_out: list[str],
) -> tuple[TextFile, list[Edit]]:
    """Return a lesson's file with the edits in it, and these edits.

    The ids of cards that rows are for go into `matched`, and what cannot be changed into
    `left_out`. Raise _Unreadable and EditFault.
    """
    document, problems = read_text(file.text, str(file.path))
    lesson = document.root.value if document.root else None
    if problems or not isinstance(lesson, dict) or not isinstance(lesson.get("cards"), list):
        raise _Unreadable("it cannot be read: run `attachdeck check` to see why")
    edited = deepcopy(lesson)
    edits = []
    for part, place, name in _cards(lesson):
        if name not in rows:
            continue
        matched.add(name)
        row = {"lesson": lesson.get("id", ""), **rows[name]}
        card, before = _read_apart(edited, part, place), _read_apart(lesson, part, place)
        if part == "reading" and row.get("kind", "").strip() == "reading":
            del row["kind"]  # Only a spreadsheet calls it that.
        done = list(_edit(card, row, lesson.get("id", ""), left_out))
        if done and (mistake := _mistake(before, card, part)):
            left_out.append(f"the row of the card `{name}`: {mistake}")
        elif done:
            edited[part] = _put_back(edited[part], place, _in_order(before, card))
            edits += [Edit(file.path, name, key) for key in done]
    if edits:
        file = file.edited(changes(file.text, lesson, edited), edited)
    return file, edits


def _in_order(before: Mapping[str, Any], card: dict[str, Any]) -> dict[str, Any]:
    """Return a card with each new key after one that comes before it in a tidy card."""
    order = keys_of(str(card.get("kind")))
    keys = [key for key in card if key in before]
    for key in (key for key in card if key not in before):
        earlier = order[: order.index(key)] if key in order else keys
        place = max((keys.index(other) for other in earlier if other in keys), default=-1)
        keys.insert(place + 1, key)
    return {key: card[key] for key in keys}


def _cards(lesson: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Yield the sections of a lesson's reading and its cards.

    Each comes as the key that it is under, its place there, and its id.
    """
    if isinstance(lesson.get("reading"), str):
        yield "reading", 0, f"{lesson.get('id')}-reading"
    for part in ("reading", "cards"):
        entries = lesson.get(part)
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get("id") if isinstance(entry, dict) else None
            if isinstance(name, str):
                yield part, place, name


def _read_apart(lesson: Mapping[str, Any], part: str, place: int) -> dict[str, Any]:
    """Return a copy of a card or a section; a reading of one text is a section without a title."""
    entries = lesson[part]
    if isinstance(entries, str):
        return {"id": f"{lesson.get('id')}-reading", "text": entries}
    return dict(deepcopy(entries[place]))


def _put_back(entries: Any, place: int, card: dict[str, Any]) -> Any:
    """Return a reading or a list of cards with an edited one in its place."""
    if isinstance(entries, str):
        return card["text"]
    return [*entries[:place], card, *entries[place + 1 :]]


def _mistake(before: Mapping[str, Any], after: Mapping[str, Any], part: str) -> str:
    """Return what the edit makes wrong with a card, or nothing if it stays as good as it was."""
    if part == "reading" and before.keys() != after.keys() and "title" not in before:
        return "a reading without sections has no other keys; split it in the lesson's file"
    old, new = (
        {problem.message: problem for problem in _mistakes(card, part)} for card in (before, after)
    )
    mistake = next((problem for message, problem in new.items() if message not in old), None)
    return mistake.in_full if mistake else ""


def _mistakes(card: Mapping[str, Any], part: str) -> list[Diagnostic]:
    alone = {
        "id": "a",
        "title": "a",
        "summary": "a",
        "objectives": [{"id": "a", "text": "a"}],
        "cards": [],
        part: [card],
    }
    return schema.check(read_text(json.dumps(alone, ensure_ascii=False), "")[0], "lesson")


def _edit(
    card: dict[str, Any], row: Mapping[str, str], lesson: str, left_out: list[str]
) -> Iterator[str]:
    """Put a row's cells into a card; yield the ways to what changed."""
    now = dict(leaves(card))
    # Lists shrink from their ends, once they have grown.
    for key in (
        *(key for key in row if row[key]),
        *(key for key in reversed(list(row)) if not row[key]),
    ):
        cell = row[key]
        old = now.get(key, "")
        if key in FIXED:
            if cell.strip() not in ("", lesson if key == "lesson" else old):
                left_out.append(
                    f"`{key}` of the card `{card['id']}`: it cannot be changed in a spreadsheet"
                )
        elif _same(old, cell):
            continue
        elif key.partition(".")[0] not in _types():
            left_out.append(f"`{key}` of the card `{card['id']}`: there is no such key")
        elif _put(card, _way(key), cell):
            yield key
        else:
            left_out.append(f"`{key}` of the card `{card['id']}`: change this in {lesson}'s file")


def _way(key: str) -> list[str]:
    """Return the way to a key's value; a field's name may have dots."""
    return key.split(".", 1) if key.startswith("fields.") else key.split(".")


def _same(old: str, cell: str) -> bool:
    """Return whether a cell has the value that is there.

    Spreadsheets write `TRUE`, and take away a text's last line end.
    """
    return old.rstrip() == cell.rstrip() or (
        old in ("true", "false") and cell.strip().lower() == old
    )


def _put(place: Any, way: list[str], cell: str) -> bool:
    """Put a cell's value where its way leads, or remove the value of an empty cell.

    Return False, with nothing changed, if the way leads nowhere.
    """
    key: Any = int(way[0]) - 1 if isinstance(place, list) and way[0].isdecimal() else way[0]
    if isinstance(place, list):
        is_new = key == len(place)
        if not isinstance(key, int) or not 0 <= key <= len(place) or (is_new and not cell):
            return False
        if is_new:
            place.append(_empty(way))
    elif isinstance(place, dict):
        is_new = key not in place
        if is_new:
            place[key] = _empty(way)
    else:
        return False
    if len(way) > 1:
        done = _put(place[key], way[1:], cell)
        if (
            not place[key]
            and isinstance(place[key], dict | list)
            and (is_new or cell == "")
            and (isinstance(place, dict) or key == len(place) - 1)
        ):
            del place[key]
        return done
    new = value_of(way[-1], cell)
    if isinstance(place[key], dict | list) and not isinstance(new, list):
        return False
    if cell:
        place[key] = new
    elif isinstance(place, dict) or key == len(place) - 1:
        del place[key]
    else:
        return False
    return True


def _empty(way: list[str]) -> Any:
    """Return an empty value of the kind that a way leads through next."""
    return None if len(way) == 1 else [] if way[1].isdecimal() else {}


def value_of(key: str, cell: str) -> Any:
    """Return a cell as the value that its key takes.

    Most keys take a text, some a number, a truth value or a list in brackets.
    """
    kind = _types().get(key)
    text = cell.strip()
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "number":
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return cell
        return int(number) if number.is_integer() else number
    if kind == "array" and text.startswith("["):
        root = read_text(text, "")[0].root
        return root.value if root and isinstance(root.value, list) else cell
    return cell


@cache
def _types() -> dict[str, Any]:
    """Return every key that a card may have anywhere, with the type of its value."""
    types: dict[str, Any] = {}

    def collect(part: Any) -> None:
        for key, value in part.get("properties", {}).items() if isinstance(part, dict) else ():
            types[key] = types.get(key) or (value.get("type") if isinstance(value, dict) else None)
        for value in (
            part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        ):
            collect(value)

    collect(json.loads(schema.schema_text("lesson"))["$defs"])
    return types
