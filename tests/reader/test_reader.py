"""The laws of the reader: what YAML means, where it stands, and that nothing a stranger writes
makes it fall over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attachdeck.reader import MAX_BYTES, Node, cut_off, read_course, read_file, read_text
from attachdeck.reader.characters import NOT_TEXT
from attachdeck.reader.keys import keys_without_text, known_keys
from attachdeck.reader.yaml_text import _read_with_places

PRINTABLE = st.characters(
    exclude_categories=("C", "Z"), include_characters=" ", max_codepoint=0xFFFF
)
TEXTS = st.text(PRINTABLE, max_size=30)
SCALARS = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def value_of(text: str):
    document, problems = read_text(text, "f")
    assert not problems, problems
    return document.root.value


@given(VALUES)
def test_json_is_yaml_and_means_the_same(value):
    assert value_of(json.dumps(value, ensure_ascii=False)) == value


@given(VALUES)
def test_every_value_stands_where_its_location_says(value):
    text = json.dumps(value, ensure_ascii=False, indent=2)
    document, _ = read_text(text, "f")

    def source(at):
        lines = text.split("\n")
        assert at.line == at.end_line
        return lines[at.line - 1][at.column - 1 : at.end_column - 1]

    def walk(node: Node):
        if isinstance(node.value, dict):
            for key in node.value:
                assert source(node.key_at(key)) == json.dumps(key, ensure_ascii=False)
                walk(node[key])
        elif isinstance(node.value, list):
            for part in node.items():
                walk(part)
        else:
            assert source(node.at) == json.dumps(node.value, ensure_ascii=False)

    walk(document.root)


@given(VALUES, st.sampled_from(["\r\n", "\r"]), st.booleans())
def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path_factory, value, end, mark):
    text = json.dumps(value, ensure_ascii=False, indent=2)
    path = tmp_path_factory.mktemp("reader") / "f.yaml"
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", end).encode())
    document, problems = read_file(path, "f")
    plain, _ = read_text(text, "f")
    assert not problems
    assert (document.root.value, document.root.mark) == (plain.root.value, plain.root.mark)


@given(st.text("{}[]:-,'\"|>&*!%@`#\n\t ?abc1\\~", max_size=60) | st.text(max_size=60))
@example("a: &x 1\nb: *x")
@example("a: 1\na: 2")
@example("--- a\n--- b")
@example('"\\x07"')
@example("? [a]\n: b")
@example("a: !!str 1")
def test_the_fast_way_says_what_the_way_with_places_says(text):
    if NOT_TEXT.search(text):
        return
    slow, problems = _read_with_places(text, "f")
    document, told = read_text(text, "f")
    assert told == problems
    assert (document.root is None) == (slow.root is None)
    if document.root is not None:
        assert repr(document.root.value) == repr(slow.root.value)
        assert document.root.mark == slow.root.mark


@given(st.text(max_size=200) | st.text("{}[]:-,'\"|>&*!%@`#\n\t ?abc1\\", max_size=60))
def test_any_text_gives_a_value_or_a_diagnostic(text):
    document, problems = read_text(text, "f")
    assert document.root is not None or problems
    for problem in problems:
        assert problem.at.line >= 1
        assert problem.at.column >= 1


@given(st.binary(max_size=100))
def test_any_bytes_give_a_value_or_a_diagnostic(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("reader") / "f.yaml"
    path.write_bytes(content)
    document, problems = read_file(path, "f")
    assert document.root is not None or problems


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1969", 1969),
        ("-3", -3),
        ("0o14", 12),
        ("014", 14),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1969-01-02", "1969-01-02"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("'1969'", "1969"),
        ('"true"', "true"),
        ("!!str 1969", "1969"),
        ("9" * 30, "9" * 30),
        ("<<", "<<"),
    ],
)
def test_scalars_follow_yaml_1_2(written, meant):
    found = value_of(f"key: {written}\n")["key"]
    assert found == meant
    assert type(found) is type(meant)


def test_keys_are_always_text():
    assert value_of("988: a\nno: b\n") == {"988": "a", "no": "b"}


def test_an_alias_repeats_what_its_anchor_marks():
    assert value_of("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}


def test_a_file_too_large_is_not_read(tmp_path: Path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    _, problems = read_file(path, "big.yaml")
    assert "larger than" in problems[0].message


def test_a_link_out_of_the_course_is_not_followed(tmp_path: Path):
    (tmp_path / "secret.yaml").write_text("id: secret\n", encoding="utf-8")
    course = tmp_path / "course"
    course.mkdir()
    (course / "course.yaml").symlink_to(tmp_path / "secret.yaml")
    files, problems = read_course(course)
    assert files.course.root is None
    assert "points outside the course's folder" in problems[0].message


def test_a_folder_in_place_of_a_file_is_a_diagnostic(tmp_path: Path):
    (tmp_path / "course.yaml").mkdir()
    _, problems = read_course(tmp_path)
    assert problems[0].rule == "unreadable-file"


@pytest.mark.skipif(
    not hasattr(__import__("os"), "mkfifo"), reason="this system has no pipes with names"
)
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path):
    import os

    os.mkfifo(tmp_path / "course.yaml")
    _, problems = read_course(tmp_path)
    assert problems[0].message == "this is not a file"


def test_a_loop_of_links_is_a_diagnostic(tmp_path: Path):
    (tmp_path / "course.yaml").symlink_to(tmp_path / "other.yaml")
    (tmp_path / "other.yaml").symlink_to(tmp_path / "course.yaml")
    _, problems = read_course(tmp_path)
    assert problems[0].rule == "unreadable-file"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: x #1", [(1, 6)]),
        ("a: x 'y' #1 and #2", [(1, 10)]),
        ("a: ä #1\nb:\n  - c #d\n  - {e: f\t#g\n}", [(1, 6), (3, 7), (4, 11)]),
        ("a: x\n  y #1", [(2, 5)]),
        ("a: 'x #1'\nb: \"x #1\"\nc: |\n  x #1\n  y #2\nd: >\n  x #1", []),
        ("a: 'x' #1\nb: {c: 1} #d\n#e\n  #f\ng: h # i #j", []),
        ("a: x#1", []),
    ],
)
def test_a_text_that_a_hash_cuts_off_is_found(text: str, places: list[tuple[int, int]]):
    assert [(at.line, at.column) for at in cut_off(text, "f")] == places


def test_advice_knows_the_keys_of_all_files_and_which_of_them_take_no_text():
    assert {"prompt", "licence", "doi", "alt", "browser_font"} <= known_keys()
    assert {"steps", "right", "objectives"} <= keys_without_text()
    assert not {"prompt", "id", "answer"} & keys_without_text()
    assert not known_keys() & {"guid", "severity"}
