"""Tidying: even, idempotent, and never another meaning."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from attachdeck import pipeline
from attachdeck.authoring import text_file
from attachdeck.authoring.spans import Replacement
from attachdeck.authoring.text_file import EditFault, TextFile
from attachdeck.authoring.tidy import CannotTidy, tidied
from attachdeck.reader import read_text
from support.commands import run
from support.courses import COURSE, LESSON_HEAD, write_course

UNTIDY = """\
# The lesson's first line.
id:   first
title: 'First'   # a word
summary: The first lesson.
objectives:
- {id: first-goal,   text: Tell one from the other.}
cards:
# Before the card.
- answer: "no"
  prompt: |
    What is it?

    Really?
  kind: basic      \n- kind: basic
  # between keys
  answer: A
  prompt: What is a secure base?
"""
TIDY = """\
# The lesson's first line.
id: first
title: "First" # a word
summary: The first lesson.
objectives:
  - { id: first-goal, text: Tell one from the other. }
cards:
  # Before the card.
  - id: really
    kind: basic
    prompt: |
      What is it?

      Really?
    answer: "no"
  - id: secure-base-2
    kind: basic
    # between keys
    answer: A
    prompt: What is a secure base?
"""


def tidy(text: str, taken: set[str] | None = None) -> str:
    ids = set() if taken is None else taken
    return tidied(TextFile(Path("a.yaml"), text, text, text.encode()), lambda: ids).text


def test_what_tidying_does():
    taken = {"secure-base"}
    assert tidy(UNTIDY, taken) == TIDY
    assert taken == {"secure-base", "secure-base-2", "really"}
    assert tidy(TIDY) == TIDY


def test_the_flagship_is_tidy():
    assert run("fmt", COURSE, "--check").exit_code == 0


def test_a_card_without_an_id_gets_one_and_keeps_it(tmp_path: Path):
    folder = write_course(
        tmp_path, cards="  - {kind: basic, prompt: What is a secure base?, answer: A figure.}\n"
    )
    said = run("check", folder).stdout
    assert "this card has no `id` yet" in said
    assert "add `id: secure-base`, or run `attachdeck fmt`" in said
    assert run("fmt", folder).exit_code == 0
    lesson = folder / "lessons" / "01-first.yaml"
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace("What is", "What do we call"), encoding="utf-8"
    )
    assert run("fmt", folder).exit_code == 0
    assert [card.id for card in pipeline.check(folder).course.cards()] == ["secure-base"]


def test_line_ends_and_the_mark_stay(tmp_path: Path):
    path = write_course(tmp_path) / "lessons" / "01-first.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode())
    assert run("fmt", path, "--check").exit_code == 1
    assert run("fmt", path).exit_code == 0
    assert (
        path.read_bytes()
        == b"\xef\xbb\xbf"
        + TIDY.replace("secure-base-2", "secure-base").replace("\n", "\r\n").encode()
    )


@pytest.mark.parametrize("text", ["id: [", "a: 1\na: 2\n", "--- a\n--- b\n", "\x00"], ids=repr)
def test_what_cannot_be_read_is_left_alone(tmp_path: Path, text: str):
    path = write_course(tmp_path) / "lessons" / "01-first.yaml"
    path.write_text(text, encoding="utf-8")
    result = run("fmt", path)
    assert result.exit_code == 1
    assert "was not changed" in result.stderr
    assert path.read_text(encoding="utf-8") == text


COMMENTED = """\
cards:
  -
    # About the answer.
    answer: A
    id: a
    kind: basic
  - question: Q   # asked
    kind: choice
    id: b
    options:
      - text: This
        right: true
    # About the hint.
    hint: H
  - why: W  # beside
    id: c
    sources: # these
      # the first
      - one  # why
  # Before d.
  - prompt: | # a header's
      # no comment
    answer: '# none'
    id: d
    tags: [a, # why
      b]
  # The last.
"""
WITH_COMMENTS_IN_PLACE = """\
cards:
  - # About the answer.
    answer: A
    id: a
    kind: basic
  - question: Q # asked
    kind: choice
    id: b
    options:
      - text: This
        right: true
    # About the hint.
    hint: H
  - id: c
    why: W # beside
    sources: # these
      # the first
      - one # why
  # Before d.
  - id: d
    prompt: | # a header's
      # no comment
    answer: "# none"
    tags: [a, # why
      b]
  # The last.
"""


def test_comments_stay_with_what_they_belong_to():
    assert tidy(COMMENTED) == WITH_COMMENTS_IN_PLACE
    assert tidy(WITH_COMMENTS_IN_PLACE) == WITH_COMMENTS_IN_PLACE


B_40, C_40 = "b" * 40, "c" * 40


@pytest.mark.parametrize(
    ("text", "tidy_text"),
    [
        ("a: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("a:\n\n  b: 1\nc: 2", "a:\n  b: 1\nc: 2\n"),
        ("a:   'x'\nb: \"say \\\"y\\\"\"\n", "a: \"x\"\nb: 'say \"y\"'\n"),
        ("a: {b: 1,c: [ ]}\n", "a: { b: 1, c: [] }\n"),
        (f"a: [{B_40}, {C_40}]\n", f"a:\n  [\n    {B_40},\n    {C_40},\n  ]\n"),
        (f"- {{a: {B_40}, c: {C_40}}}\n", f"- {{\n    a: {B_40},\n    c: {C_40},\n  }}\n"),
        ("a:\n- b\n-   - c\n    - d\n", "a:\n  - b\n  - - c\n    - d\n"),
        (
            "a: |\n      One  \n        two\t\nb: >-\n W\n\n",
            "a: |\n  One  \n    two\t\nb: >-\n  W\n",
        ),
        ("a: one\n     two\n", "a: one\n  two\n"),
        ("a: &x [1]\nb:   *x\n", "a: &x [1]\nb: *x\n"),
        ("help: {checked: 2026-02-30}\n", "help: { checked: 2026-02-30 }\n"),
    ],
)  # fmt: skip
def test_the_layout_is_even(text: str, tidy_text: str):
    assert tidy(text) == tidy_text
    assert tidy(tidy_text) == tidy_text


def test_spaces_at_the_ends_of_lines_go_but_for_those_in_a_text():
    text = (
        "\n\ncards:  \n  - id: a \n    prompt: |  \n      One  \n      two\t\n"
        "    answer: A  # beside  \n    why: >-\n      W\n   \n"
    )
    assert tidy(text) == (
        "cards:\n  - id: a\n    prompt: |\n      One  \n      two\t\n    answer: A # beside\n"
        "    why: >-\n      W\n"
    )


@pytest.mark.parametrize("text", ["? a\n: 1\n", "a: 1\n? b\n", "a: &x # c\n  b: 1\nc: *x\n"])
def test_a_form_that_cannot_be_tidied_is_left_with_a_reason(text: str):
    with pytest.raises(
        CannotTidy, match=r"line [12]: .* cannot be formatted: write it another way"
    ):
        tidy(text)


def test_a_file_that_would_say_something_else_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As if laying out had a mistake: the result is read again before it is written."""
    path = write_course(tmp_path) / "lessons" / "01-first.yaml"
    before = path.read_bytes()
    monkeypatch.setattr(
        "attachdeck.authoring.tidy.laid_out",
        lambda _text, root: [Replacement(root.parts[0].start, root.parts[0].end, "another")],
    )
    result = run("fmt", path)
    assert result.exit_code == 1
    assert "this is a bug in attachdeck: please report it" in result.stderr
    assert path.read_bytes() == before
    with pytest.raises(EditFault):
        tidy("a: 1\n")


def test_what_its_author_saves_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_course(tmp_path) / "lessons" / "01-first.yaml"
    path.write_text(UNTIDY, encoding="utf-8")

    def saved_while_tidying(file: TextFile, taken: Callable[[], set[str]]) -> TextFile:
        path.write_text("id: saved-meanwhile\n", encoding="utf-8")
        return tidied(file, taken)

    monkeypatch.setattr("attachdeck.cli.fmt.tidied", saved_while_tidying)
    result = run("fmt", path)
    assert result.exit_code == 1
    assert "another program has changed it in the meantime; run this command again" in result.stderr
    assert path.read_text(encoding="utf-8") == "id: saved-meanwhile\n"


def test_no_file_but_a_courses_own_is_tidied(tmp_path: Path):
    course = {
        "lessons/02-next.yml": TIDY,
        "README.md": "# A\n\n- b\n",
        "translations/de/course.lock": "a:   1\n",
        "lessons/notes.txt": "a:   1\n",
    }
    folder = write_course(tmp_path / "course", course)
    others = [folder / name for name in [*course, "media/plane.svg"] if "next" not in name]
    others.append(tmp_path / "sources.yaml")
    others[-1].write_text("a:   1\n", encoding="utf-8")
    before = [path.read_bytes() for path in others]
    for path in others:
        result = run("fmt", folder, path)
        assert result.exit_code == 2
        assert "is not one of a course's YAML files" in result.stderr
    assert [path.read_bytes() for path in others] == before
    assert (
        run(
            "fmt",
            folder / "media" / "media.yaml",
            folder / "media" / ".." / "lessons" / "02-next.yml",
        ).exit_code
        == 0
    )
    assert run("fmt", folder).exit_code == 0
    assert run("fmt", folder, folder / "lessons" / "02-next.yml", "--check").exit_code == 0


def test_a_file_too_large_for_a_course_and_a_pipe_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_course(tmp_path)
    (folder / "note_types" / "own").mkdir(parents=True)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "note_types" / "own" / "note_type.yaml")
    assert run("fmt", folder).exit_code == 0
    monkeypatch.setattr(text_file, "MAX_BYTES", 10)
    result = run("fmt", folder / "lessons" / "01-first.yaml")
    assert result.exit_code == 1
    assert "cannot be read or written: it is larger than" in result.stderr


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff\u2028\u2029"),
    max_size=30,
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | words
    | st.sampled_from(
        [
            "no",
            "1:30",
            "2020-01-01",
            "a: b",
            "# x",
            "- y",
            "'",
            '"',
            "~",
            "0o7",
            "<<",
            "=",
            "!a",
            "a\nb\n\nc",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(words.filter(bool), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "kind", "answer", "prompt", "why", "tags", "odd"]),
        values,
        min_size=1,
    ),
    st.booleans(),
    st.integers(1, 5),
)
def test_tidying_never_changes_the_meaning_and_twice_is_once(
    card: dict[str, object], flow: bool, indent: int
):
    from io import StringIO

    yaml = YAML()
    yaml.default_flow_style = flow
    yaml.indent(mapping=indent + 1, sequence=indent + 3, offset=indent)
    out = StringIO()
    yaml.dump({"cards": [card, {"kind": "basic"}]}, out)
    text = out.getvalue()
    before, problems = read_text(text, "a.yaml")
    assume(not problems)
    try:
        once = tidy(text)
    except CannotTidy:
        assume(False)
    found = read_text(once, "a.yaml")[0].root.value["cards"]
    assert [
        {key: value for key, value in each.items() if key in old}
        for each, old in zip(found, before.root.value["cards"], strict=True)
    ] == before.root.value["cards"]
    assert tidy(once) == once


def test_a_lesson_of_each_shape_survives():
    text = LESSON_HEAD + (
        "  - &a {id: a, kind: basic, prompt: P, answer: A}\n  - id: b\n    kind: basic\n"
        "    prompt: >-\n      folded\n      text\n    answer: 'it''s'\n"
    )
    once = tidy(text)
    assert read_text(once, "a.yaml")[0].root.value == read_text(text, "a.yaml")[0].root.value
