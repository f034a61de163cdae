"""The tests of a course: scenes that are on the website and on paper, and not in the deck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polib
import pytest

from attachdeck import outputs
from attachdeck.outputs import paper, site
from support.browser import pages, to_pdf
from support.commands import run
from support.courses import COURSE_YAML, compiled, write_course

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TESTS = """\
tests:
  baseline:
    scenes:
      - {id: door, scenario: She stands at the **door**., options: pattern, answer: anxious, why: \
She stands.}
      - {id: lamp, scenario: He turns off the lamp., options: pattern, answer: unclear, question: \
What is it?}
  final:
    title: At the end
    intro: Take your time.
    scenes:
      - {id: boat, scenario: They row home., options: pattern, answer: secure}
"""


def course(folder: Path, tests: str = TESTS) -> Path:
    return write_course(folder, {"course.yaml": COURSE_YAML + tests})


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        (
            "options: pattern, answer: secure",
            "options: patern, answer: secure",
            "unknown-option-set",
            21,
        ),
        ("answer: secure", "answer: sure", "unknown-option", 21),
        ("id: boat", "id: door", "duplicate-name", 21),
        (", answer: secure", "", "missing-key", 21),
        ("final:", "finale:", "unknown-key", 17),
    ],
)
def test_a_wrong_test_is_told_where_it_stands(
    tmp_path: Path, old: str, new: str, rule: str, line: int
):
    folder = course(tmp_path, TESTS.replace(old, new))
    result = run("check", folder, "--format", "json", "--rule", "no-source")
    assert result.exit_code == 1
    [diagnostic] = json.loads(result.stdout)["diagnostics"]
    assert (diagnostic["rule"], diagnostic["line"]) == (rule, line)


def test_a_scene_that_is_a_card_or_in_the_other_test_is_not_unseen(tmp_path: Path):
    scene = "She waits at the door until the last guest has left the house."
    card = (
        f"  - {{id: a, kind: vignette, scenario: {scene}, options: pattern, answer: secure,"
        " cue: So., near_miss: {option: anxious, why: So.}}\n"
    )
    tests = TESTS.replace("They row home.", scene).replace("He turns off the lamp.", scene[4:])
    files: dict[str, str | bytes] = {"course.yaml": COURSE_YAML + tests}
    result = run("check", write_course(tmp_path, files, cards=card), "--rule", "test-scene-seen")
    assert result.stdout.count("[test-scene-seen]") == 2
    assert "with the card `a`" in result.stdout
    assert (
        "[test-scene-seen]"
        not in run("check", course(tmp_path), "--rule", "test-scene-seen").stdout
    )


def test_the_deck_is_the_same_with_tests_and_without(tmp_path: Path):
    with_tests = compiled(course(tmp_path / "with"))
    without = compiled(course(tmp_path / "without", ""))
    assert with_tests.notes == without.notes
    assert with_tests.decks == without.decks


def test_a_translation_knows_scenes_by_their_ids(tmp_path: Path):
    folder = course(tmp_path)
    assert run("translate", "extract", "es", folder).exit_code == 0
    path = folder / "translations" / "es" / "course.po"
    catalogue = polib.pofile(str(path))
    contexts = {entry.msgctxt for entry in catalogue}
    assert {
        "test door:scenario",
        "test door:why",
        "test lamp:question",
        "test final:title",
        "test final:intro",
    } <= contexts
    for entry in catalogue:
        entry.msgstr = {"test boat:scenario": "Reman a casa."}.get(entry.msgctxt, "")
    catalogue.save(str(path))
    place = tmp_path / "site"
    built = run("build", folder, "--to", "site", "--language", "es", "-o", place)
    assert built.exit_code == 0, built.stderr
    page = (place / "test-final.html").read_text(encoding="utf-8")
    assert "Reman a casa." in page
    assert "Mostrar mi resultado" in page
    assert "Antes de empezar" in (place / "index.html").read_text(encoding="utf-8")


def test_an_extending_course_replaces_one_test(tmp_path: Path):
    course(tmp_path / "base")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "course.yaml").write_text(
        "id: mine\nversion: 1.0.0\nextends: ../base\ntitle: Mine\ndeck: Mine\n"
        "tests: {final: {title: Own, scenes: "
        "[{id: own, scenario: He sings., options: pattern, answer: secure}]}}\n",
        encoding="utf-8",
    )
    first, last = compiled(mine).course.tests
    assert [scene.id for scene in first.scenes] == ["door", "lamp"]
    assert (last.title, [scene.id for scene in last.scenes]) == ("Own", ["own"])


def website(folder: Path) -> Path:
    outputs.put(site, compiled(course(folder / "course")), folder / "site")
    return folder / "site"


def opened(chromium: Browser, page: Path, *, scripts: bool = True) -> tuple[Page, list[str]]:
    """A page from its folder, and what went wrong in it or left the folder."""
    troubles: list[str] = []
    view = chromium.new_context(java_script_enabled=scripts).new_page()
    view.on("console", lambda message: troubles.append(message.text))
    view.on("pageerror", lambda error: troubles.append(str(error)))
    view.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((page.parent.as_uri(), "data:"))
            else troubles.append(request.url)
        ),
    )
    view.goto(page.as_uri())
    return view, troubles


@pytest.mark.slow
def test_a_test_is_scored_in_the_browser_and_kept_nowhere(chromium: Browser, tmp_path: Path):
    page, troubles = opened(chromium, website(tmp_path) / "index.html")
    page.get_by_role("link", name="Before you start").click()
    assert page.get_by_role("heading", level=1).text_content() == "Before you start"
    page.get_by_role("radio", name="Anxious").first.check()
    page.get_by_role("button", name="Show my score").click()
    result = page.locator("#result")
    assert result.text_content() == "1 not answered yet."
    assert page.locator(".right, .reason:visible").count() == 0
    assert page.evaluate("document.activeElement.name") == "lamp"
    page.get_by_role("radio", name="Secure").last.check()
    page.get_by_role("button", name="Show my score").click()
    assert result.text_content() == "1 of 2 right."
    assert page.locator("#scores li").all_text_contents() == [
        "Which pattern? 1 of 1 right.",
        "What is it? 0 of 1 right.",
    ]
    assert page.locator("#door .right").text_content().strip() == "Anxious"
    assert page.locator("#lamp .wrong").text_content().strip() == "Secure"
    assert page.locator("#lamp .right").text_content().strip() == "Not enough information"
    assert page.locator("#door .reason").is_visible()
    kept = "[localStorage.length, sessionStorage.length, document.cookie, location.search]"
    assert page.evaluate(kept) == [0, 0, "", ""]
    page.reload()
    assert page.locator(":checked").count() == 0
    assert page.locator("#result").text_content() == ""
    assert troubles == []


@pytest.mark.slow
def test_without_scripts_the_key_unfolds(chromium: Browser, tmp_path: Path):
    page, troubles = opened(chromium, website(tmp_path) / "test-baseline.html", scripts=False)
    assert not page.get_by_role("button").is_visible()
    page.get_by_text("Key", exact=True).click()
    assert page.locator("details ol > li").all_inner_texts() == [
        "Anxious\n\nShe stands.",
        "Not enough information",
    ]
    assert troubles == []


@pytest.mark.slow
def test_a_test_is_answered_with_keys_alone(chromium: Browser, tmp_path: Path):
    page, troubles = opened(chromium, website(tmp_path) / "test-final.html")
    page.get_by_role("radio", name="Secure").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#result").text_content() == "1 of 1 right."
    assert page.locator("#scores li").count() == 0
    assert troubles == []


@pytest.mark.slow
def test_on_paper_the_key_is_on_a_page_of_its_own(tmp_path: Path):
    outputs.put(paper, compiled(course(tmp_path / "course")), tmp_path / "paper")
    sheets = pages(to_pdf(tmp_path / "paper" / "tests.html", tmp_path / "tests.pdf"))
    assert len(sheets) == 4
    first, second, third, fourth = sheets
    assert ">stands<" in first
    assert ">row<" in second
    assert first.count("____") == 3
    assert ">Key:<" in third
    assert ">Key:<" in fourth
    assert ">row<" not in third + fourth
    assert "tests.html" not in {
        path.name for path in _printed(course(tmp_path / "plain", ""), tmp_path / "other").iterdir()
    }


def _printed(folder: Path, place: Path) -> Path:
    outputs.put(paper, compiled(folder), place)
    return place
