"""Errors in one file hide none in another."""

from __future__ import annotations

from pathlib import Path

import pytest

from attachdeck import pipeline
from support.commands import run
from support.courses import COURSE_YAML, LESSON_HEAD, MEDIA_YAML, SOURCES_YAML, write_course

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second")
UNKNOWN = "  - {id: b, kind: basic, prompt: Who?, answer: B., sources: [bolby1969]}\n"
VIGNETTE = (
    "  - {id: v, kind: vignette, scenario: She waits., options: pattern, answer: secure, cue: "
    "She waits., near_miss: {option: SET, why: So.}}\n"
)
BREAKING = {
    "a schema error": ("lessons/01-first.yaml", LESSON_HEAD + "  - {id: a, kind: basic}\n"),
    "broken YAML": ("lessons/01-first.yaml", LESSON_HEAD + '  - {id: a, prompt: "}\n'),
    "an empty lesson": ("lessons/01-first.yaml", ""),
    "course.yaml without a title": ("course.yaml", COURSE_YAML.replace("title: Tiny\n", "")),
    "a broken course.yaml": ("course.yaml", COURSE_YAML + "notice: [\n"),
    "a blank course.yaml": ("course.yaml", ""),
    "a mistake in media.yaml": ("media/media.yaml", MEDIA_YAML.replace("alt:", "alte:")),
    "a broken media.yaml": ("media/media.yaml", MEDIA_YAML + "files: [\n"),
}


def rules_of(folder: Path) -> list[tuple[str, str]]:
    """The codes and files of what is wrong, in the order in which they are told."""
    diagnostics = pipeline.check(folder).diagnostics
    assert list(diagnostics) == sorted(diagnostics, key=lambda diagnostic: diagnostic.at)
    return [
        (diagnostic.rule, diagnostic.at.file.removeprefix(f"{folder}/"))
        for diagnostic in diagnostics
    ]


@pytest.mark.parametrize("breaking", BREAKING)
def test_an_error_in_one_file_hides_no_unknown_source_in_another(breaking: str, tmp_path: Path):
    file, text = BREAKING[breaking]
    files = {"lessons/02-second.yaml": SECOND + UNKNOWN, file: text}
    codes = rules_of(write_course(tmp_path / "course", files))
    assert ("unknown-source", "lessons/02-second.yaml") in codes
    others = [code for code in codes if code != ("unknown-source", "lessons/02-second.yaml")]
    assert others
    assert {file_of_code for _, file_of_code in others} == {file}


NAMING = {
    "sources.yaml": "  - {id: b, kind: basic, prompt: Who?, answer: B., sources: [bowlby1969]}\n",
    "media/media.yaml": '  - {id: b, kind: basic, prompt: "![](plane.svg)", answer: B.}\n',
    "course.yaml": VIGNETTE.replace("SET", "anxious"),
    "lessons/01-first.yaml": (
        "  - {id: b, kind: basic, prompt: P, answer: B., objective: first-goal}\n"
    ),
}
WHOLE = {
    "sources.yaml": SOURCES_YAML,
    "media/media.yaml": MEDIA_YAML,
    "course.yaml": COURSE_YAML,
    "lessons/01-first.yaml": LESSON_HEAD,
}


@pytest.mark.parametrize("end", ["oops: 1\n", "oops: [\n", None], ids=["key", "syntax", "empty"])
@pytest.mark.parametrize("file", NAMING)
def test_what_a_broken_file_defines_is_not_called_unknown(
    file: str, end: str | None, tmp_path: Path
):
    text = "" if end is None else WHOLE[file].replace("cards:\n", "cards: []\n") + end
    files = {"lessons/02-second.yaml": SECOND + NAMING[file], file: text}
    codes = rules_of(write_course(tmp_path / "course", files))
    assert codes
    assert {file_of_code for _, file_of_code in codes} == {file}


def test_what_is_right_in_course_yaml_counts_and_its_mistakes_are_told_too(tmp_path: Path):
    course = COURSE_YAML.replace("title: Tiny\n", "").replace("id: tiny", "id: Tiny!")
    files = {"course.yaml": course, "lessons/02-second.yaml": SECOND + VIGNETTE}
    codes = rules_of(write_course(tmp_path / "course", files))
    assert sorted(codes) == [
        ("missing-key", "course.yaml"),
        ("schema", "course.yaml"),
        ("unknown-option", "lessons/02-second.yaml"),
    ]


def test_cards_without_errors_are_held_against_the_rules_while_others_have_some(tmp_path: Path):
    vague = "  - {id: c, kind: basic, prompt: What is it?, answer: B., sources: [bowlby1969]}\n"
    files = {
        "lessons/01-first.yaml": LESSON_HEAD + "  - {id: a, kind: basic}\n",
        "lessons/02-second.yaml": SECOND + UNKNOWN + vague,
        "lessons/03-third.yaml": (
            SECOND.replace("second", "third").replace("Second", "Third")
            + "  - {id: d, kind: basic, prompt: What is this?, answer: B.}\n"
        ),
    }
    folder = write_course(tmp_path / "course", files)
    output = run("check", folder).stdout
    places = [
        output.index(text)
        for text in ("[missing-key]", "[unknown-source]", "the prompt of `c` does not")
    ]
    assert places == sorted(places)
    assert "the prompt of `d` does not name its topic" in output
    assert "`b` has no source" not in output
    assert "`d` has no source" in output
    assert "[unused-source]" not in output
    assert "[objective-without-card]" not in output
