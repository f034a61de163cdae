"""`check --fix` fixes what can only be meant one way, and leaves everything else as its author
wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from attachdeck import pipeline
from attachdeck.authoring.fixing import fix, replacements
from attachdeck.authoring.spans import replaced
from attachdeck.compile.results import Checked
from attachdeck.domain.diagnostics import Diagnostic, Edit, Severity
from attachdeck.domain.location import Location
from support.cases import CASES, Case, course_of
from support.commands import run
from support.courses import LESSON_HEAD, write_course

GOOD = "  - {id: a, kind: basic, prompt: What is it?, answer: That.}\n"


def lesson(folder: Path) -> str:
    return (folder / "lessons" / "01-first.yaml").read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (
            "  - kind: basic # Mine.\n    prompt: What is it?\n    answer: That.\n",
            (
                "  - id: what-is-it\n    kind: basic # Mine.\n    prompt: What is it?\n"
                "    answer: That.\n"
            ),
        ),
        (
            "  - {kind: basic, prompt: What is it?, answer: That.}\n",
            "  - {id: what-is-it, kind: basic, prompt: What is it?, answer: That.}\n",
        ),
        (
            (
                "  - {kind: basic, prompt: Null?, answer: A}\n  - kind: basic\n    prompt: '2025'\n"
                "    answer: A\n"
            ),
            (
                '  - {id: "null", kind: basic, prompt: Null?, answer: A}\n  - id: "2025"\n'
                "    kind: basic\n    prompt: '2025'\n    answer: A\n"
            ),
        ),
        (
            "  - {id: a, kind: basic, prompt: When?, answer: 1969}\n",
            '  - {id: a, kind: basic, prompt: When?, answer: "1969"}\n',
        ),
        (
            "  - {id: a, kind: basic, prompt: When?, answer: 0x10}\n",
            '  - {id: a, kind: basic, prompt: When?, answer: "0x10"}\n',
        ),
        (
            "  - {id: a, kind: basic, prompt: When?, anwser: Now.}\n",
            "  - {id: a, kind: basic, prompt: When?, answer: Now.}\n",
        ),
        (
            "  - {id: a, kind: basic, prompt: When?, answer: Now., tags: one}\n",
            "  - {id: a, kind: basic, prompt: When?, answer: Now., tags: [one]}\n",
        ),
        (
            "  - {id: a, kind: basic, prompt: When\x07?, answer: \x01Now.}\n",
            "  - {id: a, kind: basic, prompt: When?, answer: Now.}\n",
        ),
        (
            "  - {id: a, kind: basic, prompt: One\x0bor two\u2028?, answer: It\x92s\x96.\x85}\n",
            "  - {id: a, kind: basic, prompt: One or two ?, answer: It’s–.…}\n",
        ),
        (
            "  - {id: a, kind: basic, prompt: One\u2028\n      or two?, answer: A.}\n",
            "  - {id: a, kind: basic, prompt: One\n      or two?, answer: A.}\n",
        ),
        (
            (
                "  - {kind: basic, prompt: Who?, answer: A.}\n"
                "  - {kind: basic, prompt: Who?, answer: B.}\n"
            ),
            (
                "  - {id: who, kind: basic, prompt: Who?, answer: A.}\n"
                "  - {id: who-2, kind: basic, prompt: Who?, answer: B.}\n"
            ),
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_fixed(tmp_path: Path, broken: str, whole: str, newline: str):
    folder = write_course(tmp_path)
    path = folder / "lessons" / "01-first.yaml"
    path.write_bytes((LESSON_HEAD + broken).replace("\n", newline).encode())
    result = run("check", folder, "--fix", "--rule", "unused-picture")
    assert result.exit_code == 0, result.stderr
    assert "01-first.yaml: " in result.stderr
    assert lesson(folder) == (LESSON_HEAD + whole).replace("\n", newline)
    assert " fixed\n" not in run("check", folder, "--fix").stderr


@pytest.mark.parametrize(
    "left",
    [
        "  - {id: a, kind: basic, prompt: Who?, colour: red, answer: A.}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: [A]}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: A., tags: 'two words'}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: A., objective: first-gaol}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: }\n",
        "  - {id: a, kind: basic, prompt: Who?: answer}\n",
        "  - {id: a, kind: basic, prompt: &x 12, answer: *x}\n",
        "  - {id: a, kind: basic, prompt: ! 12, answer: A.}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: null}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: A., content_note: true}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: A., sources: none}\n",
        "  - {id: a, kind: basic, prompt: Whose, hints, answer: A.}\n",
        "  - {id: a, kind: basic, prompt: Who?, answr: A., anwser: B.}\n",
        "  - {id: a, kind: sequence, prompt: How?, steps: one}\n",
        "  - {id: a, kind: basic, prompt: Who?, answer: A., soruces: bowlby1969}\n",
    ],
)
def test_what_could_be_meant_otherwise_is_left_to_its_author(tmp_path: Path, left: str):
    folder = write_course(tmp_path, cards=left)
    before = lesson(folder)
    result = run("check", folder, "--fix")
    assert result.exit_code == 1
    assert " fixed\n" not in result.stderr
    assert lesson(folder) == before


def test_the_ids_that_cards_get_are_unique_in_the_course(tmp_path: Path):
    card = "  - {kind: basic, prompt: Who?, answer: A.}\n"
    second = LESSON_HEAD.replace("first", "second").replace("First", "Second") + card
    course = write_course(tmp_path, {"lessons/02-second.yaml": second}, cards=card)
    assert fix(course)
    assert errors(course) == []
    assert "{id: who-2, kind: basic" in (course / "lessons" / "02-second.yaml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file.stem}: {case.title}")
def test_what_was_fixed_has_fewer_mistakes_than_before(case: Case, tmp_path: Path):
    course = course_of(case, tmp_path)
    before = errors(course)
    if fix(course):
        assert len(errors(course)) < len(before)
    else:
        assert errors(course) == before


def errors(course: Path) -> list[Diagnostic]:
    return [
        problem
        for problem in pipeline.check(course).diagnostics
        if problem.severity is Severity.ERROR
    ]


def test_a_mark_at_the_start_stays_and_other_files_are_not_touched(tmp_path: Path):
    folder = write_course(tmp_path, cards=GOOD)
    sources = folder / "sources.yaml"
    path = folder / "lessons" / "01-first.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (LESSON_HEAD + GOOD.replace("id: a, ", "")).encode())
    stamp = sources.stat().st_mtime_ns
    assert run("check", folder, "--fix").exit_code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid: ")
    assert "id: what-is-it" in lesson(folder)
    assert sources.stat().st_mtime_ns == stamp


def test_a_course_that_this_one_extends_is_not_fixed(tmp_path: Path):
    base = write_course(tmp_path / "base", cards=GOOD.replace("That.", "1969"))
    own = tmp_path / "own"
    own.mkdir()
    (own / "course.yaml").write_text(
        "extends: ../base\nid: own\ntitle: Own\nversion: 0.1.0\ndeck: Own\n", encoding="utf-8"
    )
    before = lesson(base)
    assert run("check", own, "--fix").exit_code == 1
    assert lesson(base) == before


def test_edits_do_not_tread_on_each_other():
    def edit(line: int, column: int, end: int, text: str) -> Edit:
        return Edit(Location("f", line, column, line, end), text)

    assert (
        replaced(
            "one two\nthree",
            replacements(
                "one two\nthree", [edit(2, 1, 6, "3"), edit(1, 1, 4, "1"), edit(1, 5, 8, "2")]
            ),
        )
        == "1 2\n3"
    )
    assert replaced("abc", replacements("abc", [edit(1, 1, 3, "x"), edit(1, 2, 4, "y")])) == "ay"
    assert replaced("abc", replacements("abc", [edit(1, 2, 2, "-")])) == "a-bc"


def test_what_its_author_saves_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_course(tmp_path, cards="  - {id: a, kind: basic, prompt: When?, answer: 1969}\n")
    path = folder / "lessons" / "01-first.yaml"
    saved = lesson(folder).replace("id: first", "id:    first", 1)
    check = pipeline.check

    def saved_after_checking(folder: Path) -> Checked:
        checked = check(folder)
        path.write_text(saved, encoding="utf-8")
        return checked

    monkeypatch.setattr("attachdeck.authoring.fixing.pipeline.check", saved_after_checking)
    assert not fix(folder)
    assert lesson(folder) == saved
    monkeypatch.undo()
    assert fix(folder) == {path: 1}
