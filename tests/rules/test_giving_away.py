"""What titles, lessons, lengths and words give away of answers, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import run
from support.courses import LESSON_HEAD, write_course

SCENE = (
    "  - {{id: {id}, kind: vignette, scenario: {words}, options: pattern, answer: {answer},"
    " cue: So., near_miss: {{option: {other}, why: So.}}}}\n"
)


def scene(id: str, answer: str, length: int = 10) -> str:
    other = "secure" if answer != "secure" else "anxious"
    return SCENE.format(id=id, answer=answer, other=other, words=" ".join([id, *["word"] * length]))


def choice(id: str, right: str, *wrong: str) -> str:
    options = ", ".join(f"{{text: {text}, why: No.}}" for text in wrong)
    return (
        f"  - {{id: {id}, kind: choice, question: 'Which of {id}?',"
        f" options: [{{text: {right}, right: true}}, {options}]}}\n"
    )


def said(folder: Path, rule: str, cards: str, title: str = "First") -> str:
    lesson = LESSON_HEAD.replace("title: First", f"title: {title}") + cards
    folder = write_course(folder, {"lessons/01-first.yaml": lesson})
    result = run("check", folder, "--rule", rule)
    assert result.exit_code == 0, result.stdout
    return result.stdout


@pytest.mark.parametrize(
    ("title", "card", "told"),
    [
        ("The anxious pattern", scene("a", "anxious"), True),
        ("The anxious pattern", scene("a", "secure"), False),
        ("Secure or anxious?", scene("a", "anxious"), False),
        ("Not enough information", scene("a", "unclear"), True),
        ("Monitoring", "  - {id: a, kind: typed, prompt: Step one?, answer: monitoring}\n", True),
        (
            "Monitoring",
            "  - {id: a, kind: basic, prompt: What is monitoring?, answer: Monitoring.}\n",
            False,
        ),
        (
            "The working model",
            "  - {id: a, kind: cloze, text: A ((1 working model)) guides.}\n",
            True,
        ),
        (
            "The working model",
            "  - {id: a, kind: cloze, text: A ((1 model of others)) guides.}\n",
            False,
        ),
        ("A safe haven", choice("a", "A safe haven", "A secure base"), True),
        ("Base and haven", choice("a", "A haven", "A base"), False),
    ],
)
def test_a_title_gives_an_answer_away(tmp_path: Path, title: str, card: str, told: bool):
    assert ("[answer-in-title]" in said(tmp_path, "answer-in-title", card, title)) is told


@pytest.mark.parametrize(
    ("secure", "others", "told"), [(4, 3, True), (3, 4, False), (4, 0, False), (4, 6, False)]
)
def test_two_in_five_scenes_of_a_lesson_may_have_one_answer(
    tmp_path: Path, secure: int, others: int, told: bool
):
    cards = "".join(scene(f"s-{n}", "secure") for n in range(secure))
    cards += "".join(scene(f"o-{n}", ("anxious", "unclear")[n % 2]) for n in range(others))
    message = (
        f"{secure} of {secure + others} scenes with the options `pattern` have the answer `secure`"
    )
    assert (message in said(tmp_path, "answer-by-lesson", cards)) is told


@pytest.mark.parametrize(
    ("longest", "shortest", "told"), [(8, 0, "longest"), (0, 8, "shortest"), (4, 4, "")]
)
def test_the_right_option_may_not_stand_out_by_its_length(
    tmp_path: Path, longest: int, shortest: int, told: str
):
    kinds = ["longest"] * longest + ["shortest"] * shortest + [""] * (12 - longest - shortest)
    right = {"longest": "the longest one", "shortest": "one", "": "middling"}
    cards = "".join(
        choice(f"c-{n}", right[kind], "a second", "the third one") for n, kind in enumerate(kinds)
    )
    found = said(tmp_path, "answer-by-length", cards)
    assert (f"the right option is the {told} in 8 of 12" in found) is bool(told)
    assert found.count("warning") == (2 if told else 0)  # One, and the tally.


@pytest.mark.parametrize(("length", "told"), [(20, True), (12, False)])
def test_scenes_may_not_be_told_by_their_length(tmp_path: Path, length: int, told: bool):
    cards = "".join(scene(f"s-{n}", "secure") for n in range(5))
    cards += "".join(scene(f"u-{n}", "unclear", length) for n in range(5))
    found = said(tmp_path, "answer-by-length", cards)
    assert (f"scenes with the answer `unclear` have a median of {length + 2} words" in found) is (
        told
    )


@pytest.mark.parametrize(("wrong", "right", "told"), [(6, 0, True), (6, 6, False), (4, 0, False)])
def test_absolute_words_give_wrong_options_away(tmp_path: Path, wrong: int, right: int, told: bool):
    cards = "".join(
        choice(
            f"c-{n}",
            "It always holds" if n < right else "It often holds",
            "It never holds" if n < wrong else "It seldom holds",
        )
        for n in range(10)
    )
    assert (f"in {wrong} of 10 wrong options" in said(tmp_path, "absolute-words", cards)) is told


def test_a_retired_card_gives_nothing_away(tmp_path: Path):
    gone = scene("a", "anxious").replace("}\n", "").rstrip("}") + (
        "}, status: retired, retired_because: Old.}\n"
    )
    assert "answer-in-title" not in said(tmp_path, "answer-in-title", gone, "The anxious pattern")


def test_variants_count_as_scenes_and_may_give_an_answer_away(tmp_path: Path):
    varied = scene("a", "secure").rstrip("}\n") + (
        "}, variants: [{scenario: He is calm., cue: He is calm.},"
        " {scenario: They stay., cue: They stay.}]}\n"
    )
    cards = varied + scene("b", "anxious")
    found = said(tmp_path, "few-variants", cards)
    assert "the answer `anxious` of `pattern` has one wording" in found
    assert found.count("[few-variants]") == 1
    assert "course.yaml:11:" in found
    cards = varied + scene("b", "secure") + scene("c", "anxious")
    assert "4 of 5 scenes" in said(tmp_path, "answer-by-lesson", cards)


def test_an_option_set_with_one_scene_for_each_answer_is_told_once(tmp_path: Path):
    one = scene("a", "secure")
    each = one + scene("b", "anxious")
    assert "few-variants" not in said(tmp_path, "few-variants", one)
    found = said(tmp_path, "few-variants", each)
    assert found.count("[few-variants]: each answer of `pattern` has one scene") == 1
    assert "few-variants" not in said(tmp_path, "few-variants", each + scene("c", "anxious"))


def test_a_lessons_own_option_set_is_told_at_its_first_scene(tmp_path: Path):
    own = "option_sets: {pattern: {question: Which?, options: {secure: Calm, anxious: Not}}}\n"
    cards = scene("a", "secure") + scene("b", "anxious")
    folder = write_course(tmp_path / "own", cards=cards)
    lesson = folder / "lessons" / "01-first.yaml"
    lesson.write_text(
        own.replace("pattern", "step")
        + lesson.read_text("utf-8").replace("options: pattern", "options: step"),
        "utf-8",
    )
    found = run("check", folder, "--rule", "few-variants").stdout
    assert "01-first.yaml:8:" in found
