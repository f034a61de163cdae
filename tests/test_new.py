"""New courses, lessons and cards; nothing that an author wrote is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.authoring import new
from attachdeck.course import KINDS_OF_CARD
from attachdeck.naming import card_id, free, slug
from conftest import CARD, LESSON_HEAD, write_course
from test_cli import run

ANSWERS = {
    "basic": "Why?\nTherefore.\n",
    "reversed": "Why?\nTherefore.\n\n",
    "typed": "Which word?\nword\n",
    "cloze": "A ((1 gap)).\n",
    "choice": "Which?\nThis\nThat\nIt is not.\n\n",
    "vignette": "She waits.\npattern\nanxious\nShe waits.\nsecure\nShe could.\n",
    "sequence": "The steps\nOne\nTwo\n\n",
    "occlusion": "What?\nplane.svg\nLeft\n0\n0\n50\n100\n",
    "practice": "Notice one thing.\n",
}


def test_a_new_course_works_and_its_first_lines_lead_to_the_schemas(tmp_path: Path):
    folder = tmp_path / "Übung & Ñandú 🪴" / "my course"
    result = run("new", "course", folder, "--title", "Memory: an outline", "--vscode")
    assert result.exit_code == 0, result.output
    assert run("check", folder).exit_code == 0
    course = pipeline.check(folder).course
    assert (course.id, course.title, course.deck) == ("memory-outline", "Memory: an outline", "Memory an outline")
    for path in (folder / "course.yaml", folder / "sources.yaml", *folder.glob("lessons/*.yaml")):
        where = path.read_text(encoding="utf-8").split("\n")[0].removeprefix("# yaml-language-server: $schema=")
        assert json.loads((path.parent / where).read_text(encoding="utf-8"))["$schema"].endswith("2020-12/schema")
    assert "redhat.vscode-yaml" in (folder / ".vscode" / "extensions.json").read_text(encoding="utf-8")
    again = run("new", "course", folder)
    assert again.exit_code == 1
    assert "is not empty" in again.stderr


@pytest.mark.parametrize("kind", sorted(KINDS_OF_CARD))
def test_a_card_of_every_kind_can_be_added_by_answering(tmp_path: Path, kind: str):
    folder = write_course(tmp_path)
    from click.testing import CliRunner

    from attachdeck.cli import main

    result = CliRunner().invoke(main, ["new", "card", str(folder), "--kind", kind], input=ANSWERS[kind])
    assert result.exit_code == 0, result.output
    checked = pipeline.check(folder)
    assert checked.diagnostics == ()
    assert [card.kind for card in checked.course.cards()] == ["basic", kind]
    line = int(result.stdout.strip().rpartition(":")[2])
    assert (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8").split("\n")[line - 1].startswith("  - id: ")


def test_a_new_lesson_comes_last_and_is_clean(tmp_path: Path):
    folder = write_course(tmp_path)
    assert run("new", "lesson", "A second: lesson", folder).exit_code == 0
    assert (folder / "lessons" / "02-second-lesson.yaml").is_file()
    course = pipeline.check(folder).course
    assert [(lesson.id, lesson.title) for lesson in course.lessons] == [("first", "First"), ("second-lesson", "A second: lesson")]
    assert "is taken" in run("new", "lesson", "Third", folder, "--id", "first").stderr


LESSONS = {
    "comments after the last card": LESSON_HEAD + CARD + "\n# The end.\n",
    "no line end at the end": LESSON_HEAD + CARD.rstrip("\n"),
    "keys after the cards": LESSON_HEAD + CARD + "content_note: Be careful.\n",
    "cards without indentation": LESSON_HEAD + CARD.lstrip(),
    "no cards yet": LESSON_HEAD.replace("cards:", "cards: []"),
    "a block text at the end": LESSON_HEAD + "  - id: define\n    kind: basic\n    prompt: A\n    answer: |\n      B\n\n      C\n",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", LESSONS.values(), ids=LESSONS.keys())
def test_a_card_is_added_and_every_other_line_stays(tmp_path: Path, text: str, newline: str):
    path = tmp_path / "01-first.yaml"
    before = b"\xef\xbb\xbf" + text.replace("\n", newline).encode()
    path.write_bytes(before)
    added = new.card(path, {"id": "added", "kind": "basic", "prompt": "Ä: “x” # y?", "answer": "no"})
    after = path.read_bytes()
    kept = after.replace(b"\xef\xbb\xbf", b"", 1).decode().split(newline)
    assert after.startswith(b"\xef\xbb\xbf")
    assert kept[added.line - 1].strip() == "- id: added"
    without = [line for number, line in enumerate(kept, 1) if not added.line <= number < added.line + 4]
    assert [line.replace("cards: []", "cards:") for line in text.split("\n") if line] == [line for line in without if line]
    again = new.card(path, {"id": "more", "kind": "basic", "prompt": "P", "answer": "A"})
    assert again.line == added.line + 4


def test_where_a_card_cannot_be_added_the_author_is_told(tmp_path: Path):
    folder = write_course(tmp_path, cards="")
    path = folder / "lessons" / "01-first.yaml"
    path.write_text(LESSON_HEAD.rstrip("\n") + " [{id: a, kind: basic, prompt: P, answer: A}]\n", encoding="utf-8")
    arguments = ("new", "card", folder, "--kind", "basic", "--set", "prompt=P", "--set", "answer=A")
    assert "stand on one line" in run(*arguments).stderr
    path.write_text("id: [", encoding="utf-8")
    assert "`attachdeck check` says why" in run(*arguments).stderr
    path.write_text("id: [", encoding="utf-16")
    assert "UTF-8" in run(*arguments).stderr
    assert run("new", "card", folder, "--set", "prompt").exit_code == 2
    path.unlink()
    assert "attachdeck new lesson" in run(*arguments).stderr
    write_course(tmp_path)
    taken = run(*arguments, "--id", "define")
    assert taken.exit_code == 1
    assert "leave --id out to take define-2" in taken.stderr
    assert "there are `first`" in run(*arguments, "--lesson", "other").stderr


def test_ids_come_from_words():
    assert slug("What is a secure base?") == "secure-base"
    assert slug("Übung: der Ñandú & 2 Vögel") == "ubung-der-nandu-2-vogel"
    assert slug("安全", "card") == "card"
    assert slug("the of and") == "the-of-and"
    assert card_id({"text": "In ((1 six | which?)) the {{c2::baby}} is alone"}, {"six-baby-alone"}) == "six-baby-alone-2"
    assert free("a", {"a", "a-2"}) == "a-3"


@given(st.text())
def test_an_id_is_always_an_id(text: str):
    import re

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
    assert len(slug(text)) <= 48
