"""Each rule catches its bad example and leaves its good one alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.compile.objects import Rules
from attachdeck.rules import _words, known_rules
from attachdeck.rules.support.texts import PHRASES, Phrases, finder, plain, sure_parts, words
from support.commands import run
from support.courses import (
    COURSE,
    COURSE_YAML,
    CUSTOM,
    LESSON_HEAD,
    OWN,
    PLANE_SVG,
    ROOT,
    example_files,
    tone,
    write_course,
)

TODAY = "2026-11-24"
CORPUS = "Before. These nine words are, in the text given HERE! After."


def found(folder: Path, example: str, rule: str) -> list[str]:
    """What a rule says of an example: cards, or files after lines `--- NAME`."""
    files, cards = example_files(example)
    files |= {"media/hola.wav": tone(), "media/hola.ogg": b"OggS"}
    if "{large}" in example:
        files["media/plane.svg"] = PLANE_SVG.replace("/>", f"/><!-- {'x' * 1_100_000} -->", 1)
    cards = "".join(f"  {line}\n" for line in cards.strip("\n").split("\n"))
    if "kind: custom" in cards:
        files |= {name.replace("/basic/", "/own/"): text for name, text in OWN.items()}
    if "{n}" in cards:
        cards = "".join(cards.replace("{n}", str(n)) for n in range(50))
    rules = Rules(TODAY, (rule,), (CORPUS,))
    checked = pipeline.check(write_course(folder, files, cards=cards), rules=rules)
    assert checked.course, [
        (str(diagnostic.at), diagnostic.message) for diagnostic in checked.diagnostics
    ]
    return [diagnostic.message for diagnostic in checked.diagnostics if diagnostic.rule == rule]


@pytest.mark.parametrize("name", known_rules())
def test_a_rule_catches_its_bad_example_and_leaves_the_good_one_alone(tmp_path: Path, name: str):
    rule = known_rules()[name]
    [bad], [good] = rule.examples("Bad"), rule.examples("Good")
    assert found(tmp_path / "bad", bad, name), bad
    assert found(tmp_path / "good", good, name) == [], good
    assert "\nFix: " in rule.documentation
    assert len(rule.title) > 10


def test_the_flagship_is_clean():
    result = run("check", COURSE, "--strict")
    assert result.exit_code == 0, result.stderr
    assert "no problems" in result.stdout


def test_a_card_and_a_course_can_say_otherwise(tmp_path: Path):
    card = (
        "  - {id: a, kind: basic, prompt: Is it so?, answer: Yes., objective: first-goal, "
        "sources: [bowlby1969]LINT}\n"
    )
    folder = tmp_path / "course"
    rules = ("--rule", "yes-no-prompt")
    for lint_key, settings, code, severity in (
        ("", "", 0, "warning[yes-no-prompt]"),
        ("", "lint: {yes-no-prompt: error}\n", 1, "error[yes-no-prompt]"),
        ("", "lint: {yes-no-prompt: off}\n", 0, ""),
        (
            ", lint: {yes-no-prompt: The doubt is the point.}",
            "lint: {yes-no-prompt: error}\n",
            0,
            "",
        ),
    ):
        write_course(
            folder, {"course.yaml": COURSE_YAML + settings}, cards=card.replace("LINT", lint_key)
        )
        result = run("check", folder, *rules)
        assert result.exit_code == code, result.stdout
        assert (severity in result.stdout) if severity else "no problems" in result.stdout
        assert run("check", folder, "--strict", *rules).exit_code == bool(severity)


def test_a_day_that_does_not_exist_is_told_where_it_stands(tmp_path: Path):
    help_lines = 'help: {checked: "2026-02-30", lines: [{where: Here, contact: "112"}]}\n'
    folder = write_course(tmp_path, {"course.yaml": COURSE_YAML + help_lines})
    (found,) = pipeline.check(folder, rules=Rules(TODAY, ("help-unchecked",))).diagnostics
    assert "2026-02-30, which is not a valid date" in found.message
    assert (found.at.line, found.at.column) == (COURSE_YAML.count("\n") + 1, 17)
    assert run("check", folder).exit_code == 0


def test_what_is_shown_otherwise_is_told_of_lessons_and_of_every_text_of_a_card(tmp_path: Path):
    head = LESSON_HEAD.replace(
        "summary: The first lesson.",
        "summary: '[Here](www.example.org)'\nreading: See ![[plane.svg]].",
    )
    card = "  - {id: a, kind: basic, prompt: What?, answer: This., hint: '{{c1::x}}'}\n"
    output = run(
        "check",
        write_course(tmp_path, {"lessons/01-first.yaml": head + card}),
        "--rule",
        "shown-otherwise",
    ).stdout
    assert output.count("warning[shown-otherwise]") == 3


def test_what_is_shown_otherwise_is_told_of_course_and_lessons(tmp_path: Path):
    course = (
        COURSE_YAML.replace("A course for tests.", "A course about \\(x^2\\)")
        + 'notice: "{{c1::Read}} this."\n'
    )
    course = course.replace("secure: Secure", "secure: '- 3'")
    head = LESSON_HEAD.replace("title: First", "title: '**First**'").replace(
        "first lesson.", "first lesson, '\\(x^2\\)'."
    )
    files = {
        "course.yaml": course,
        "lessons/01-first.yaml": head + "  - {id: a, kind: basic, prompt: What?, answer: This.}\n",
    }
    output = run("check", write_course(tmp_path, files), "--rule", "shown-otherwise").stdout
    assert output.count("warning[shown-otherwise]") == 5
    assert output.count("in a deck's description") == 2
    write_course(tmp_path, {"course.yaml": COURSE_YAML + 'notice: "<font>Read</font> this."\n'})
    assert (
        "`<font>` does not reach the card"
        in run("check", tmp_path, "--rule", "html-taken-out").stdout
    )


def test_files_that_templates_show_are_looked_for(tmp_path: Path):
    front = (
        "<img src='_logo.png'><img src='{{Front}}'><img src='plane.svg'><img "
        "src='back.png'>{{Front}}"
    )
    media = (
        "pictures:\n  - {file: plane.svg, alt: A plane, origin: x, licence: CC0}\n"
        "files: [{file: back.png}]\n"
    )
    files = {
        **OWN,
        "note_types/basic/front-1.html": front,
        "media/media.yaml": media,
        "media/back.png": b"x",
    }
    output = run(
        "check", write_course(tmp_path, files, cards=CUSTOM), "--rule", "unknown-file"
    ).stdout
    assert output.count("warning[unknown-file]") == 2
    assert "`_logo.png`" in output
    assert "also list it under `files`" in output


def test_an_objective_without_a_card_is_told_where_it_stands(tmp_path: Path):
    head = LESSON_HEAD.replace(
        "cards:", "  - {id: other-goal, text: Tell the other from one.}\ncards:"
    )
    card = "  - {id: a, kind: basic, prompt: P, answer: A, objective: first-goal}\n"
    folder = write_course(tmp_path, {"lessons/01-first.yaml": head + card})
    output = run("check", folder, "--rule", "objective-without-card").stdout
    assert "01-first.yaml:6:10\n" in output


def test_misspelt_rules_are_told(tmp_path: Path):
    folder = write_course(
        tmp_path,
        {"course.yaml": COURSE_YAML + "lint: {no-sourse: off}\n"},
        cards="  - {id: a, kind: basic, prompt: P, answer: A, lint: {nothing: x}}\n",
    )
    output = run("check", folder).stdout
    assert output.count("unknown-rule") == 2
    assert "did you mean `no-source`?" in output
    assert run("check", folder, "--rule", "no-sourse").exit_code == 2
    assert "did you mean `no-source`?" in run("explain", "no-sourse").stderr


def test_every_rule_is_listed_explained_and_in_the_documentation():
    listed = run("rules").stdout
    documentation = ROOT / "docs" / "reference" / "rules.md"
    if "ATTACHDECK_RENEW" in os.environ:
        documentation.write_text(reference(), encoding="utf-8", newline="\n")
    assert documentation.read_text(encoding="utf-8") == reference(), "renew it"
    for rule in known_rules().values():
        assert f"{rule.name} " in listed
        assert rule.title in run("explain", rule.name).stdout


def reference() -> str:
    head = """# Rules for good cards

For educators. `attachdeck check` checks a course against these rules. Each one is a warning, \
unless you write `error` or `off` under `lint:` in `course.yaml`. With `--strict`, warnings fail.
If a card breaks a rule on purpose, write the reason: \
`lint: {yes-no-prompt: "The doubt is the point."}`. `attachdeck explain RULE` shows a rule in the \
terminal.

<!-- Made from the rules; the examples are tests. Renew it with ATTACHDECK_RENEW=1 pytest \
tests/rules/test_lint.py. -->
"""
    return head + "".join(
        f"\n## {rule.name}: {rule.documentation.rstrip()}\n" for rule in known_rules().values()
    )


def test_many_cards_are_linted_in_time_that_grows_with_them(tmp_path: Path):
    """Near duplicates are looked for by rare words: among a thousand alike in form but not in
    words, none is compared with all."""
    cards = "".join(
        f"  - {{id: c{n}, kind: basic, prompt: 'What did study {n} of group {n % 7} find in year "
        f"{n % 30} about topic {n * 7 % 1000} there?', answer: A}}\n"
        for n in range(1000)
    )
    rules = Rules(TODAY, ("near-duplicate-prompt",))
    checked = pipeline.check(write_course(tmp_path, cards=cards), rules=rules)
    assert {diagnostic.rule for diagnostic in checked.diagnostics} <= {"near-duplicate-prompt"}


TRICKY = [
    "a(?:b|cd?)e",
    "(?:a(?:b)c)?d",
    "(?=ab)ab",
    "ab??c",
    "ab+c{0,1}",
    r"\x61b",
    "a|b",
    "(?:ab)+",
    "[ab]c*",
    "(a)?b",
    r"(?:a\)|b)",
    "(?:|a)b",
    "ab{0}",
]
LISTED = [phrase for name in PHRASES for phrase in _words("en")[name]]


@given(st.data())
def test_a_text_that_fits_a_listed_phrase_has_its_sure_parts(data: st.DataObject):
    phrase = data.draw(st.sampled_from(LISTED + TRICKY))
    text = data.draw(st.from_regex(phrase, fullmatch=True))
    assert any(part in text and other in text for part, other in sure_parts(phrase))


def test_what_is_sure_of_a_phrase():
    assert sure_parts("your (?:attachment )?(?:style|pattern) is") == {
        ("style", "your"),
        ("pattern", "your"),
    }
    assert sure_parts("attention.seekers?") == {("attention", "seeker")}
    assert sure_parts("a(?:b(?:c)d)?") == {("", "")}


@given(st.data())
def test_a_card_with_a_listed_phrase_is_looked_at_closely(data: st.DataObject):
    name = data.draw(st.sampled_from(PHRASES))
    phrase = data.draw(
        st.sampled_from(_words("en")[name]).flatmap(
            lambda each: st.from_regex(each, fullmatch=True)
        )
    )
    text = (
        data.draw(st.text())
        + " "
        + data.draw(st.sampled_from([phrase, phrase.title()]))
        + ", "
        + data.draw(st.text())
    )
    phrases = Phrases(_words("en"))
    phrases.near("", data.draw(st.lists(st.sampled_from(text.split()))))
    words = re.sub(r'[.,;:!?()\[\]{}“”‘"*_]', " ", text).split()
    assert name in phrases.near(text, words)


@given(st.text(), st.text("ab’' .-_ßΣ"))
def test_the_words_of_a_text_are_runs_of_letters_and_apostrophes(one: str, other: str):
    for text in (one, other):
        assert words(text) == re.findall(r"[\w’']+", text.lower())


@given(st.lists(st.text("ab’ ").map(plain).filter(bool)), st.text("ab’ ").map(plain))
def test_terms_are_found_as_a_regular_expression_finds_them(terms: list[str], text: str):
    any_term = re.compile(rf"\b(?:{'|'.join(sorted(terms, key=len, reverse=True))})\b")
    assert finder(terms)(text) == (set(any_term.findall(text)) if terms else set())
