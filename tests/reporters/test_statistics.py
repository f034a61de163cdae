"""`attachdeck check --stats`: a course in numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from attachdeck import schema
from attachdeck.rules.support.readability import (
    FLESCH_KINCAID,
    LIX,
    formula,
    percentile,
    sentences,
    syllables,
)
from support.commands import run
from support.courses import COURSE, COURSE_YAML, LESSON_HEAD, write_course

HEAD = LESSON_HEAD.replace(
    "text: Tell one from the other.}\n",
    "text: Tell one from the other., level: analyse}\n  - {id: other-goal, text: Name it.}\n",
)
CARDS = """\
  - {id: a, kind: basic, prompt: Who?, answer: Bowlby., objective: other-goal}
  - {id: gone, kind: basic, prompt: Who was it?, answer: He., status: retired, retired_because: \
Old.}
  - {id: both, kind: reversed, prompt: One?, answer: Two.}
  - {id: scene, kind: vignette, scenario: She waits at the door., options: pattern, answer: \
secure, cue: She waits., near_miss: {option: anxious, why: So.}, objective: first-goal}
  - {id: other, kind: vignette, scenario: He waits., options: pattern, answer: unclear, cue: He \
waits., near_miss: {option: anxious, why: So.}, objective: first-goal}
  - {id: pick, kind: choice, question: Which?, options: [{text: This one here, right: true}, \
{text: That, why: No.}]}
"""


def tiny(folder: Path) -> Path:
    files: dict[str, str | bytes] = {
        "course.yaml": COURSE_YAML + "study: {new_cards_a_day: 2}\n",
        "lessons/01-first.yaml": HEAD + CARDS,
    }
    return write_course(folder, files)


def statistics(folder: Path) -> dict[str, Any]:
    document = json.loads(run("check", folder, "--stats", "--format", "json").stdout)
    Draft202012Validator(json.loads(schema.schema_text("diagnostics"))).validate(document)
    [statistic] = document["statistics"]
    return statistic


def test_cards_are_counted_by_kind_and_level_and_retired_ones_are_not(tmp_path: Path):
    numbers = statistics(tiny(tmp_path))
    assert numbers["cards"] == 5
    assert (numbers["anki_cards"], numbers["new_cards_a_day"], numbers["days_of_new_cards"]) == (
        6,
        2,
        3,
    )
    assert {kind: sum(counts.values()) for kind, counts in numbers["cards_by_kind"].items()} == {
        "vignette": 2,
        "basic": 1,
        "choice": 1,
        "reversed": 1,
    }
    assert numbers["cards_by_level"] == {
        "remember": 0,
        "understand": 0,
        "apply": 0,
        "analyse": 2,
        "evaluate": 0,
        "create": 0,
        "none": 3,
    }
    assert numbers["objectives_without_application"] == ["other-goal"]


def test_options_and_scenes_show_what_could_give_an_answer_away(tmp_path: Path):
    numbers = statistics(tiny(tmp_path))
    assert numbers["options"] == {
        "cards": 1,
        "right_is_longest": 1,
        "by_chance": 0.5,
        "right_words": 3,
        "wrong_words": 1,
    }
    rows = {row["answer"]: (row["scenes"], row["share"], row["words"]) for row in numbers["scenes"]}
    assert rows == {"secure": (1, 0.5, 5), "anxious": (0, 0, 0), "unclear": (1, 0.5, 2)}


def test_the_tables_fit_a_terminal_of_80_columns_and_say_the_formula():
    result = run("check", COURSE, "--stats")
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stdout.isascii()  # A console of any encoding shows it.
    for phrase in (
        "Flesch-Kincaid grade (Kincaid et al. 1975)",
        "new cards a day",
        "pattern unclear",
    ):
        assert phrase in result.stdout


def test_a_course_with_errors_has_no_statistics_and_the_errors_are_shown(tmp_path: Path):
    folder = write_course(tmp_path, cards="  - {id: a, kind: basic, prompt: Who?}\n")
    result = run("check", folder, "--stats")
    assert result.exit_code == 1
    assert "error[missing-key]" in result.stdout
    assert "No statistics: fix the errors first." in result.stdout
    document = json.loads(run("check", folder, "--stats", "--format", "json").stdout)
    assert document["statistics"] == []


def test_statistics_are_for_people_and_json_alone(tmp_path: Path):
    result = run("check", tiny(tmp_path), "--stats", "--format", "sarif")
    assert result.exit_code == 2
    assert "works only with `--format text` or `json`" in result.stderr


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("base", 1),
        ("safe", 1),
        ("secure", 2),
        ("table", 2),
        ("little", 2),
        ("wanted", 2),
        ("asked", 1),
        ("houses", 2),
        ("likes", 1),
        ("attachment", 3),
        ("avoidance", 3),
        ("the", 1),
        ("Bowlby", 2),
        ("understanding", 4),
    ],
)
def test_syllables_of_english_words(word: str, count: int):
    assert syllables(word) == count


def test_the_grade_is_that_of_the_published_formula():
    # 12 words in two sentences, 13 syllables: 0.39 * 6 + 11.8 * 13 / 12 - 15.59.
    parsed = sentences(["The cat sat on the mat. Then it ran to my *kitten*."])
    assert [len(words) for words in parsed] == [6, 6]
    assert FLESCH_KINCAID.measure(parsed) == pytest.approx(-0.4667, abs=0.001)


def test_other_languages_have_another_formula_and_addresses_are_not_read():
    assert (formula("en-GB"), formula("es")) == (FLESCH_KINCAID, LIX)
    words = sentences(["Una [base segura](https://example.org/x-y) ayuda.\n\n- explorar"])
    assert words == [["Una", "base", "segura", "ayuda"], ["explorar"]]
    assert LIX.measure(words) == pytest.approx(5 / 2 + 20)


def test_nine_in_ten_are_at_or_below_the_90th_percentile():
    assert percentile(list(range(1, 11)), 90) == 9
    assert percentile([7.0], 90) == 7.0
