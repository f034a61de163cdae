"""New courses, lessons and cards; nothing that an author wrote is touched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.authoring import new
from attachdeck.compile.objects import Rules
from attachdeck.compile.results import Checked
from attachdeck.domain.course import KINDS_OF_CARD
from attachdeck.domain.naming import card_id, free, slug
from attachdeck.reader import CourseFiles
from support.commands import run, tree
from support.courses import CARD, LESSON_HEAD, write_course

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
    "produce": "Write a plan.\nIf it rains, I wait.\nIt names a moment.\n",
}


def test_the_id_of_a_card_does_not_repeat_the_name_of_a_file():
    assert card_id({"prompt": "What do you hear? ![](bell.mp3)"}, ()) == "you-hear"
    assert card_id({"prompt": "![](bell.mp3)"}, ()) == "bell-mp3"


def test_a_new_course_works_and_its_first_lines_lead_to_the_schemas(tmp_path: Path):
    folder = tmp_path / "Übung & Ñandú 🪴" / "my course"
    result = run("new", "course", folder, "--title", "Memory: an outline", "--vscode")
    assert result.exit_code == 0, result.output
    assert run("check", folder).exit_code == 0
    course = pipeline.check(folder).course
    assert (course.id, course.title, course.deck) == (
        "memory-outline",
        "Memory: an outline",
        "Memory an outline",
    )
    for path in (folder / "course.yaml", folder / "sources.yaml", *folder.glob("lessons/*.yaml")):
        where = (
            path.read_text(encoding="utf-8")
            .split("\n")[0]
            .removeprefix("# yaml-language-server: $schema=")
        )
        assert json.loads((path.parent / where).read_text(encoding="utf-8"))["$schema"].endswith(
            "2020-12/schema"
        )
    assert "redhat.vscode-yaml" in (folder / ".vscode" / "extensions.json").read_text(
        encoding="utf-8"
    )
    assert f'attachdeck preview "{folder}"' in result.stdout
    assert f'attachdeck preview "{folder}"' in (folder / "course.yaml").read_text(encoding="utf-8")
    again = run("new", "course", folder)
    assert again.exit_code == 1
    assert "is already a course" in again.stderr


def texts_to_replace(files: CourseFiles) -> set[str]:
    """The texts of a new course's files that are neither names nor what the author gave; a card of
    the sample counts as one, by its id."""
    found = {files.course.root.value["description"]}
    for lesson in (document.root.value for document in files.lessons):
        found |= {lesson["summary"], lesson.get("reading", lesson["summary"])}
        found |= {objective["text"] for objective in lesson["objectives"]}
        for card in lesson["cards"]:
            sample = lesson["id"] == "first-lesson"
            keys = ("id",) if sample else ("prompt", "answer", "why")
            found |= {card[key] for key in keys if card.get(key) not in (None, "Who?", "Bowlby")}
    return {text.strip() for text in found}


def test_every_text_that_is_there_to_be_replaced_is_found_and_stops_a_release(tmp_path: Path):
    mine, imported, table = tmp_path / "mine", tmp_path / "imported", tmp_path / "words.csv"
    table.write_text("prompt,answer\nWho?,Bowlby\n", encoding="utf-8")
    assert run("new", "course", mine).exit_code == 0
    assert run("new", "lesson", "Another", mine).exit_code == 0
    assert run("import", table, "-o", imported).exit_code == 0
    for course, others in ((mine, {"The first lesson"}), (imported, {"Not stated"})):
        checked = pipeline.check(course, rules=Rules("2026-11-28", ("placeholder",)))
        findings = checked.diagnostics
        named = {name for problem in findings for name in re.findall("`(.+?)`", problem.message)}
        expected = texts_to_replace(checked.files) | others
        assert expected <= named
        assert len(findings) >= len(expected)
        assert all(finding.at.line for finding in findings)
        assert run("check", course).exit_code == 0
        released = run("release", course, "-o", tmp_path / "release")
        assert released.exit_code == 1
        assert f"{len(findings)} errors" in released.stderr
    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("kind", sorted(KINDS_OF_CARD))
def test_a_card_of_every_kind_can_be_added_by_answering(tmp_path: Path, kind: str):
    folder = write_course(tmp_path)
    from click.testing import CliRunner

    from attachdeck.cli import main

    result = CliRunner().invoke(
        main, ["new", "card", str(folder), "--kind", kind], input=ANSWERS[kind]
    )
    assert result.exit_code == 0, result.output
    checked = pipeline.check(folder)
    assert checked.diagnostics == ()
    assert [card.kind for card in checked.course.cards()] == ["basic", kind]
    line = int(result.stdout.strip().rpartition(":")[2])
    assert (
        (folder / "lessons" / "01-first.yaml")
        .read_text(encoding="utf-8")
        .split("\n")[line - 1]
        .startswith("  - id: ")
    )


@pytest.mark.parametrize("word", ["2025", "1e3", "0x1f", "true", "null", "on", "~x", "2025-01-01"])
def test_an_id_that_yaml_would_take_for_something_else_stays_text(tmp_path: Path, word: str):
    folder = tmp_path / "course"
    assert run("new", "course", folder, "--title", word).exit_code == 0
    assert run("new", "lesson", word, folder).exit_code == 0
    assert (
        run("new", "card", folder, "--kind", "practice", "--set", f"prompt={word}").exit_code == 0
    )
    table = tmp_path / f"{word}.csv"
    table.write_text(f"prompt,answer,lesson\n{word},{word},{word}\n", encoding="utf-8")
    assert run("import", table, "-o", tmp_path / "imported").exit_code == 0
    for course in (folder, tmp_path / "imported"):
        checked = pipeline.check(course).course
        assert checked is not None
        assert (checked.id, checked.lessons[-1].id, list(checked.cards())[-1].id) == (
            word.strip("~"),
        ) * 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("course", "new", "--title", " "), "`title` is blank"),
        (("course", "new", "--id", "My Course"), "as in `my-course`"),
        (("lesson", " ", "."), "`title` is blank"),
        (("lesson", "Next", ".", "--id", "first-next"), "is used twice"),
        (("lesson", "Next", ".", "--id", "Next!"), "as in `next`"),
        (("card", ".", "--set", "foo=x"), "a card of kind `basic` has no `foo`"),
        (("card", ".", "--set", "sources=bowlby1969"), "or begin each entry with `- `"),
        (("card", ".", "--set", "sources=[nobody]"), "is not in sources.yaml"),
        (("card", ".", "--set", "hint=a", "--set", "hint=b"), "set twice"),
        (("card", ".", "--set", "id=a"), "write it as `--id a`"),
    ],
)
def test_what_would_be_a_mistake_is_said_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
):
    write_course(
        tmp_path,
        {
            "lessons/01-first.yaml": (
                LESSON_HEAD.replace("first-goal", "first-next-goal") + CARD
            ).replace("\n", "\r\n")
            + "\n"
        },
    )
    before = tree(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = run(
        "new",
        *arguments,
        *(
            ("--kind", "basic", "--set", "prompt=P", "--set", "answer=A")
            if arguments[0] == "card"
            else ()
        ),
    )
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert tree(tmp_path) == before
    if "sources=[nobody]" in arguments:
        assert "This card was not added:\n\n  - id: p\n    kind: basic\n" in result.stderr


def test_a_list_may_be_set_in_brackets(tmp_path: Path):
    folder = write_course(tmp_path)
    arguments = (
        "--kind",
        "sequence",
        "--set",
        "prompt=[P]",
        "--set",
        "steps=[One, Two]",
        "--set",
        "whole=true",
        "--set",
        "sources=[bowlby1969]",
    )
    assert run("new", "card", folder, *arguments).exit_code == 0
    card = list(pipeline.check(folder).course.cards())[-1].written
    assert (card["prompt"], card["steps"], card["whole"], card["sources"]) == (
        "[P]",
        ["One", "Two"],
        True,
        ["bowlby1969"],
    )


def test_the_last_lesson_is_the_one_with_the_largest_number(tmp_path: Path):
    lessons = {
        f"lessons/{name}": LESSON_HEAD.replace("first", name[0]) + "  []\n"
        for name in ("9-x.yaml", "10-y.yml", ".#11-z.yaml", "notes.yaml")
    }
    folder = write_course(tmp_path, lessons, cards="  - {kind: basic, prompt: P, answer: A}\n")
    assert new.lesson_file(folder, "").name == "10-y.yml"
    assert new.card_ids(folder) == set()
    for name in ("first", "01-first.yaml", "lessons/01-first", "lessons\\\\01-first.yaml"):
        assert (
            run(
                "new", "card", folder, "--kind", "practice", "--set", "prompt=P", "--lesson", name
            ).exit_code
            == 0
        )
    assert run("new", "lesson", "Next", folder).stdout.strip().endswith("11-next.yaml")
    (folder / "lessons" / "9999-last.yaml").write_text("", encoding="utf-8")
    assert "smaller number" in run("new", "lesson", "Next", folder).stderr


def test_a_new_lesson_says_what_it_builds_on_and_its_level_where_others_do(tmp_path: Path):
    second = LESSON_HEAD.replace("first", "second").replace("First", "Second")
    second = second.replace("objectives:", "requires: [first]\nobjectives:")
    second = second.replace("other.}", "other., level: analyse}")
    folder = write_course(tmp_path, {"lessons/02-second.yaml": second + "  []\n"})
    said = run("new", "lesson", "Third", folder)
    assert said.exit_code == 0, said.stderr
    text = (folder / "lessons" / "03-third.yaml").read_text(encoding="utf-8")
    assert "\nrequires: [second]\n" in text
    assert "    level: understand\n" in text
    assert "error" not in run("check", folder).stdout


def test_nothing_new_takes_the_place_of_what_an_extended_course_has(tmp_path: Path):
    write_course(tmp_path / "base")
    folder = tmp_path / "own"
    (folder / "lessons").mkdir(parents=True)
    (folder / "course.yaml").write_text("extends: ../base\nid: own\ntitle: Own\n", encoding="utf-8")
    assert run("new", "lesson", "First", folder).stdout.strip().endswith("02-first.yaml")
    changed = folder / "lessons" / "01-first.yaml"
    changed.write_text("changes: first\n", encoding="utf-8")
    assert (
        run(
            "new", "card", folder, "--lesson", "01", "--kind", "practice", "--set", "prompt=Define!"
        ).exit_code
        == 0
    )
    assert (
        changed.read_text(encoding="utf-8")
        == "changes: first\ncards:\n  - id: define-2\n    kind: practice\n    prompt: Define!\n"
    )
    assert (
        "try `--id define-3`"
        in run(
            "new", "card", folder, "--kind", "practice", "--set", "prompt=P", "--id", "define"
        ).stderr
    )
    changed.write_text(
        "changes: first\ncards:\n  - {kind: practice, prompt: Define!}\n", encoding="utf-8"
    )
    assert run("fmt", folder).exit_code == 0
    assert "id: define-2" in changed.read_text(encoding="utf-8")
    assert [lesson.id for lesson in pipeline.check(folder).course.lessons] == ["first", "first-2"]


def test_a_new_lesson_comes_last_and_is_clean(tmp_path: Path):
    folder = write_course(tmp_path)
    assert run("new", "lesson", "A second: lesson", folder).exit_code == 0
    assert (folder / "lessons" / "02-second-lesson.yaml").is_file()
    course = pipeline.check(folder).course
    assert [(lesson.id, lesson.title) for lesson in course.lessons] == [
        ("first", "First"),
        ("second-lesson", "A second: lesson"),
    ]
    assert "is already used" in run("new", "lesson", "Third", folder, "--id", "first").stderr


LESSONS = {
    "no cards yet, with a comment": LESSON_HEAD.replace("cards:", "cards: [ ]  # none yet"),
    "comments after the last card": LESSON_HEAD + CARD + "\n# The end.\n",
    "no line end at the end": LESSON_HEAD + CARD.rstrip("\n"),
    "keys after the cards": LESSON_HEAD + CARD + "content_note: Be careful.\n",
    "cards without indentation": LESSON_HEAD + CARD.lstrip(),
    "no cards yet": LESSON_HEAD.replace("cards:", "cards: []"),
    "a block text at the end": LESSON_HEAD
    + "  - id: define\n    kind: basic\n    prompt: A\n    answer: |\n      B\n\n      C\n",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", LESSONS.values(), ids=LESSONS.keys())
def test_a_card_is_added_and_every_other_line_stays(tmp_path: Path, text: str, newline: str):
    path = tmp_path / "01-first.yaml"
    before = b"\xef\xbb\xbf" + text.replace("\n", newline).encode()
    path.write_bytes(before)
    added = new.entry(
        path, "cards", {"id": "added", "kind": "basic", "prompt": "Ä: “x” # y?", "answer": "no"}
    )
    after = path.read_bytes()
    kept = after.replace(b"\xef\xbb\xbf", b"", 1).decode().split(newline)
    assert after.startswith(b"\xef\xbb\xbf")
    assert kept[added.line - 1].strip() == "- id: added"
    without = [
        line for number, line in enumerate(kept, 1) if not added.line <= number < added.line + 4
    ]
    assert [
        line.replace("cards: []", "cards:").replace("cards: [ ]", "cards:")
        for line in text.split("\n")
        if line
    ] == [line for line in without if line]
    again = new.entry(path, "cards", {"id": "more", "kind": "basic", "prompt": "P", "answer": "A"})
    assert again.line == added.line + 4


def test_a_card_is_added_to_a_list_in_brackets(tmp_path: Path):
    folder = write_course(tmp_path, cards="")
    path = folder / "lessons" / "01-first.yaml"
    cards = "[{id: a, kind: basic, prompt: P, answer: A}]  # one\n"
    path.write_text(f"{LESSON_HEAD.rstrip()} {cards}", encoding="utf-8")
    card = ("--kind", "basic", "--id", "b", "--set", "prompt=P, Q", "--set", "answer=A")
    assert run("new", "card", folder, *card).exit_code == 0
    added = '{ id: b, kind: basic, prompt: "P, Q", answer: A }'
    assert path.read_text(encoding="utf-8").endswith(
        f"cards: [{{id: a, kind: basic, prompt: P, answer: A}}, {added}]  # one\n"
    )


def test_where_a_card_cannot_be_added_the_author_is_told(tmp_path: Path):
    folder = write_course(tmp_path, cards="")
    path = folder / "lessons" / "01-first.yaml"
    arguments = ("new", "card", folder, "--kind", "basic", "--set", "prompt=P", "--set", "answer=A")
    for text in ("id: [", "cards: a\n", "- a\n", "{cards: {}}\n"):
        path.write_text(text, encoding="utf-8")
        result = run(*arguments)
        assert result.exit_code == 1
        assert "run `attachdeck check` to see why" in result.stderr
        assert path.read_text(encoding="utf-8") == text
    path.write_text("id: [", encoding="utf-16")
    assert "UTF-8" in run(*arguments).stderr
    assert run("new", "card", folder, "--set", "prompt").exit_code == 2
    path.unlink()
    assert "attachdeck new lesson" in run(*arguments).stderr
    write_course(tmp_path)
    taken = run(*arguments, "--id", "define")
    assert taken.exit_code == 1
    assert "try `--id define-2`" in taken.stderr
    assert "choose from `first`" in run(*arguments, "--lesson", "other").stderr


def test_ids_come_from_words():
    assert slug("What is a secure base?") == "secure-base"
    assert slug("Übung: der Ñandú & 2 Vögel") == "ubung-der-nandu-2-vogel"
    assert slug("安全", "card") == "card"
    assert slug("the of and") == "the-of-and"
    assert (
        card_id({"text": "In ((1 six | which?)) the {{c2::baby}} is alone"}, {"six-baby-alone"})
        == "six-baby-alone-2"
    )
    assert free("a", {"a", "a-2"}) == "a-3"


@given(st.text())
def test_an_id_is_always_an_id(text: str):
    import re

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
    assert len(slug(text)) <= 48


def test_a_lesson_that_its_author_saves_while_a_card_is_checked_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_course(tmp_path)
    path = folder / "lessons" / "01-first.yaml"
    check = pipeline.check

    def saved_while_checking(folder: Path, **options: bool) -> Checked:
        checked = check(folder, **options)
        path.write_text("id: saved-meanwhile\n", encoding="utf-8")
        return checked

    monkeypatch.setattr("attachdeck.authoring.new.pipeline.check", saved_while_checking)
    card = ("--kind", "basic", "--set", "prompt=P", "--set", "answer=A", "--set", "sources=[none]")
    result = run("new", "card", folder, *card)
    assert result.exit_code == 1
    assert "another program has changed it in the meantime" in result.stderr
    assert path.read_text(encoding="utf-8") == "id: saved-meanwhile\n"
