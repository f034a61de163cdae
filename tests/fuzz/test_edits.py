"""Edits of YAML however it is written: nothing else of a file changes, and its meaning only as
meant."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from attachdeck.authoring import text_file
from attachdeck.authoring.changes import changes
from attachdeck.authoring.tidy import tidied
from attachdeck.reader import Part, parts_of, read_text
from support.yaml_texts import strange_texts, tidy

TEXTS = [text for text in strange_texts(600, seed=22) if "\n" in text]
CHANGED = [text for text in TEXTS if text.endswith("\n") and "|+" not in text]
"""Blank lines and a missing line end are a part of some texts, so that what follows changes
them."""
WAYS = [("\n", b""), ("\r\n", b""), ("\n", b"\xef\xbb\xbf"), ("\r\n", b"\xef\xbb\xbf")]


def kept(path: Path, text: str, newline: str = "\n", mark: bytes = b"") -> text_file.TextFile:
    path.write_bytes(mark + text.replace("\n", newline).encode())
    return text_file.read(path)


def value_of(text: str) -> Any:
    root = read_text(text, "a.yaml")[0].root
    assert root is not None
    return root.value


def without_ids(value: Any) -> Any:
    """A course's values but for the ids of its cards, which tidying adds."""
    cards = value.get("cards") if isinstance(value, dict) else None
    if not isinstance(cards, list):
        return value
    bare = [
        {key: card[key] for key in sorted(card) if key != "id"} if isinstance(card, dict) else card
        for card in cards
    ]
    return {**value, "cards": bare}


def comments(text: str) -> list[str]:
    return sorted(line.strip() for line in re.findall(r"#.*", text))


@pytest.mark.parametrize(("newline", "mark"), WAYS)
def test_tidying_keeps_the_meaning_the_comments_and_how_a_file_is_kept(
    tmp_path: Path, newline: str, mark: bytes
):
    path = tmp_path / "a.yaml"
    for text in TEXTS:
        ids: set[str] = set()
        tidied(kept(path, text, newline, mark), lambda ids=ids: ids).write()
        content = path.read_bytes()
        assert content == mark + tidy(text).replace("\n", newline).encode()
        once = text_file.read(path)
        assert without_ids(value_of(once.text)) == without_ids(value_of(text))
        assert comments(once.text) == comments(text)
        tidied(once, set).write()
        assert path.read_bytes() == content


def leaves(part: Part, value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to the single values of a text, each with the value's part."""
    if isinstance(value, dict | list) and value and part.style != "*":
        keys = list(value) if isinstance(value, dict) else range(len(value))
        for key, inner in zip(keys, part.parts, strict=True):
            yield from leaves(inner, value[key], (*way, key))
    else:
        yield (*way, part)


def new_lines(before: str, after: str) -> list[str]:
    old = before.split("\n")
    return [line for line in after.split("\n") if line not in old]


def holder(value: Any, way: tuple[Any, ...]) -> Any:
    for key in way[:-1]:
        value = value[key]
    return value


@pytest.mark.parametrize(("newline", "mark"), WAYS)
def test_a_value_is_replaced_and_every_other_byte_stays(tmp_path: Path, newline: str, mark: bytes):
    path = tmp_path / "a.yaml"
    chance = random.Random(22)
    for text in CHANGED:
        root, old = parts_of(text), value_of(text)
        assert root is not None
        *way, part = chance.choice(list(leaves(root, old)))
        new = deepcopy(old)
        holder(new, tuple(way))[way[-1]] = chance.choice(["x", "a: b", 'say "x"', 12, True, "1"])
        file = kept(path, text, newline, mark)
        file.edited(changes(text, old, new), new).write()
        content = path.read_bytes()
        assert value_of(content.removeprefix(mark).decode()) == new
        before, after = text[: part.front].rstrip(), text[part.end :]
        assert content.startswith(mark + before.replace("\n", newline).encode())
        assert content.endswith(after.replace("\n", newline).encode())


def test_keys_and_entries_come_and_go_and_the_comments_of_all_others_stay(tmp_path: Path):
    path = tmp_path / "a.yaml"
    chance = random.Random(23)
    for text in CHANGED:
        old, root = value_of(text), parts_of(text)
        assert root is not None
        *way, _part = chance.choice(list(leaves(root, old)))
        new = deepcopy(old)
        place = holder(new, tuple(way))
        if chance.random() < 0.5 and len(place) > 1:
            place.pop(way[-1] if isinstance(place, dict) else -1)
        elif isinstance(place, dict):
            place["new key"] = chance.choice(["x", {"a": [1, {"b": "c"}]}, ["a", "b"], "a\nb\n"])
        else:
            place.append(chance.choice(["x", {"a": ["b"]}, ["a"], "a\nb"]))
        kept(path, text).edited(changes(text, old, new), new).write()
        result = path.read_text(encoding="utf-8")
        assert value_of(result) == new
        assert set(comments(result)) <= set(comments(text))
        added = len(new_lines(text, result)) if len(result) > len(text) else 0
        assert added <= 5


def test_mixed_line_ends_stay_as_they_are(tmp_path: Path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\r\nb: 2\nc: |\r\n  x\n  y\r\n# end\r\n")
    file = text_file.read(path)
    new = {"a": 1, "b": 3, "c": "x\ny\n", "d": 4}
    file.edited(changes(file.text, value_of(file.text), new), new).write()
    assert path.read_bytes() == b"a: 1\r\nb: 3\nc: |\r\n  x\n  y\r\nd: 4\r\n# end\r\n"
