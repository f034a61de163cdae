"""Option sets of a course, and those of one lesson, which may ask for the next step."""

from __future__ import annotations

import json
from pathlib import Path

import polib
from click.testing import CliRunner, Result

from attachdeck import pipeline
from attachdeck.cli import main
from support.courses import LESSON_HEAD, translate, write_course

STEP = """\
option_sets:
  first-step:
    question: What comes first here?
    options: {listen: Listen to her, advise: Give advice}
  pattern:
    question: Which of the two?
    options: {secure: Calm, anxious: Alarmed}
cards:
"""
SCENE = (
    "  - {{id: {id}, kind: vignette, scenario: She waits., options: {set}, answer: {answer},"
    " cue: So., near_miss: {{option: {other}, why: No.}}}}\n"
)
OWN = SCENE.format(id="step", set="first-step", answer="listen", other="advise")
REPLACED = SCENE.format(id="own", set="pattern", answer="secure", other="anxious")
COMMON = SCENE.format(id="common", set="pattern", answer="unclear", other="anxious")
FIRST = LESSON_HEAD.replace("cards:\n", STEP) + OWN + REPLACED
SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second") + COMMON


def course(folder: Path, first: str = FIRST, second: str = SECOND) -> Path:
    lessons: dict[str, str | bytes] = {
        "lessons/01-first.yaml": first,
        "lessons/02-second.yaml": second,
    }
    return write_course(folder / "course", lessons)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_lesson_has_sets_of_its_own_and_may_replace_one_of_the_course(tmp_path: Path):
    checked = pipeline.check(course(tmp_path))
    assert checked.course, checked.diagnostics
    cards = {card.id: card for card in checked.course.cards()}
    assert cards["step"].question == "What comes first here?"
    assert [option.text for option in cards["step"].options] == ["Listen to her", "Give advice"]
    assert cards["own"].question == "Which of the two?"
    assert [option.text for option in cards["own"].options] == ["Calm", "Alarmed"]
    assert [option.text for option in cards["common"].options][:1] == ["Secure"]
    notes = pipeline.compiled(checked, 0).deck.notes
    [tags] = [note.tags for note in notes if note.card == "step"]
    assert "tiny::first-step::listen" in tags


def test_another_lesson_does_not_know_the_sets_of_a_lesson(tmp_path: Path):
    folder = course(tmp_path, second=SECOND + OWN.replace("id: step", "id: other"))
    [problem] = pipeline.check(folder).diagnostics
    assert (problem.rule, problem.at.file.rpartition("/")[2]) == (
        "unknown-option-set",
        "02-second.yaml",
    )


def test_mistakes_in_a_set_of_a_lesson_are_told_at_its_place(tmp_path: Path):
    twins = FIRST.replace("advise: Give advice", "advise: Listen to her")
    unknown = twins.replace("answer: listen", "answer: lissen")
    rules = [problem.rule for problem in pipeline.check(course(tmp_path, unknown)).diagnostics]
    assert sorted(rules) == ["choice", "unknown-option"]
    left = course(tmp_path, FIRST.replace("Listen to her", "TODO"))
    assert "[placeholder]" in run("check", left, "--strict").output


def test_the_numbers_of_a_course_have_the_sets_of_its_lessons(tmp_path: Path):
    result = run("check", course(tmp_path), "--stats", "--format", "json")
    assert '"first-step"' in result.stdout
    assert json.loads(result.stdout)


def test_the_texts_of_a_set_of_a_lesson_are_translated(tmp_path: Path):
    folder = course(tmp_path)
    assert run("translate", "extract", "es", folder).exit_code == 0
    catalogue = polib.pofile(str(folder / "translations" / "es" / "first.po"))
    contexts = {entry.msgctxt for entry in catalogue}
    assert "lesson first:option_sets.first-step.options.listen" in contexts
    translate(folder, "first", lesson_first_option_sets_first_step_question="¿Qué va primero?")
    spanish = pipeline.check(folder, "es").course
    assert spanish
    assert next(spanish.cards()).question == "¿Qué va primero?"


def test_a_course_that_extends_another_adds_an_option_to_a_set_of_its_lesson(tmp_path: Path):
    course(tmp_path)
    own = tmp_path / "own"
    (own / "lessons").mkdir(parents=True)
    head = "extends: ../course\nid: own\ntitle: Own\nversion: 1.0.0\n"
    (own / "course.yaml").write_text(head, encoding="utf-8")
    change = "changes: first\noption_sets: {first-step: {options: {ask: Ask what helps}}}\n"
    (own / "lessons" / "01-first.yaml").write_text(change, encoding="utf-8")
    checked = pipeline.check(own)
    assert checked.course, checked.diagnostics
    texts = [option.text for option in next(checked.course.cards()).options]
    assert sorted(texts) == ["Ask what helps", "Give advice", "Listen to her"]
