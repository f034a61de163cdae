"""The add-on's page of the course: what it shows, in a browser that is not Anki's."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attachdeck.addon.gate import Progress
from support.addon import unpacked
from support.commands import need
from support.courses import COURSE_YAML, ONE, TWO, Author
from support.lessons import HELP, LESSONS, SECOND, values_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "wcag2aaa", "best-practice"]
SCRIPT = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def page_of(author: Author, second: str = SECOND, **course: str) -> Any:
    """Return the page of a course of three lessons: one learned, one begun, one locked."""
    from attachdeck.addon.lessons import Settings, Standing, State
    from attachdeck.addon.page import Page, Today

    text = COURSE_YAML + HELP
    for key, value in course.items():
        text = text.replace(f"{key}: {'en' if key == 'language' else 'Tiny'}", f"{key}: {value}", 1)
    files = {**LESSONS, "lessons/02-second.yaml": second, "course.yaml": text}
    author.release(ONE + TWO, **files)
    values, contents = values_of(unpacked(author))
    progress = [Progress(5, 4, 5), Progress(3, 1, 2), Progress(2, 0, 0)]
    standings = tuple(
        Standing(lesson, one, (one,) * len(lesson["objectives"]), 1, (7,), (11, 12))
        for lesson, one in zip(contents["lessons"], progress, strict=True)
    )
    state = State(standings, frozenset({"third"}))
    return Page(values, contents, state, Settings(is_on=True), Today(4, 9))


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Tab]]:
    """Open HTML of the page as Anki's web view does; `said` is what its buttons say."""
    context = chromium.new_context(viewport={"width": 420, "height": 700})

    def open_(page: Any, html: str, *, night: bool = False) -> Tab:
        from attachdeck.addon.page import body, head

        file = tmp_path / "page.html"
        name = "night-mode" if night else ""
        file.write_text(
            f'<!doctype html><html class="{name}" dir="ltr"><head><meta charset="utf-8">'
            f"<title>Course</title>{head(page)}</head>"
            "<body><script>said = []; pycmd = (text) => said.push(text);</script>"
            f"{body(page)}</body></html>",
            encoding="utf-8",
        )
        tab = context.new_page()
        tab.goto(file.as_uri())
        tab.evaluate("html => draw(html, '')", html)
        return tab

    yield open_
    context.close()


def pages(page: Any) -> list[str]:
    """Return the HTML of the page, and of the readings of two lessons."""
    from attachdeck.addon.page import course_page, reading_page

    return [course_page(page), *(reading_page(page, one) for one in page.state.standings[1:])]


def test_it_says_of_each_lesson_how_far_it_is(author: Author, visit: Callable[..., Tab]):
    tab = visit(page := page_of(author), pages(page)[0])
    lessons = [lesson.inner_text() for lesson in tab.locator(".lessons > li").all()]
    assert "Learned. 4 of 5 cards learned" in lessons[0]
    assert "1 of 3 cards learned" in lessons[1]
    assert 'Tell "two" from <one>.' in lessons[1]
    assert "Locked. Opens when you have learned: 2 Second & more" in lessons[2]
    assert tab.locator("details[open]").count() == 1, "the goals of the lesson that is at hand"
    text = tab.locator("main").inner_text()
    assert "5 of 10 cards learned" in text
    assert "Today: 4 new, 9 to review" in text
    assert "Practice cards due: 3" in text
    assert "New or corrected in version 1.0.0" in text


def test_every_button_can_be_reached_and_pressed_by_keyboard(
    author: Author, visit: Callable[..., Tab]
):
    tab = visit(page := page_of(author), pages(page)[0])
    count = tab.locator("button, summary, input").count()
    for _ in range(count):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.matches('[data-do]')"):
            tab.keyboard.press("Enter")
        elif tab.evaluate("document.activeElement.name === 'share'"):
            tab.keyboard.type("90")
    tab.keyboard.press("Enter")
    assert tab.evaluate("said") == [
        *("study", "practice", "changed", "study:first", "study:second", "read:second"),
        *("open:third", "read:third", "open-all", "settings:1,90,4"),
    ]
    names = [tab.locator(f"[data-do='{name}:third']") for name in ("open", "read")]
    assert [name.get_attribute("aria-describedby") for name in names] == ["title-third"] * 2


def test_drawn_again_it_keeps_its_place_and_its_focus(author: Author, visit: Callable[..., Tab]):
    html = pages(page := page_of(author))[0]
    tab = visit(page, html)
    tab.locator("[name=share]").fill("70")
    tab.locator("summary").last.click()
    tab.locator('[data-do="open:third"]').focus()
    place = tab.evaluate("scrollY")
    assert place > 0
    for _ in range(2):
        tab.evaluate("html => draw(html, '')", html)
    assert tab.evaluate("document.activeElement.dataset.do") == "open:third"
    assert tab.evaluate("scrollY") == place
    assert tab.locator("[name=share]").input_value() == "70"
    assert tab.locator("details[open]").count() == 2
    tab.evaluate("html => draw(html, 'lesson-first')", html.replace("<details>", "<details open>"))
    assert tab.evaluate("document.activeElement.id") == "lesson-first"


def test_settings_that_make_no_sense_are_not_sent(author: Author, visit: Callable[..., Tab]):
    tab = visit(page := page_of(author), pages(page)[0])
    tab.locator("[name=share]").fill("0")
    tab.locator("form button").click()
    assert tab.evaluate("said") == []


def test_a_content_note_comes_before_its_reading(author: Author, visit: Callable[..., Tab]):
    tab = visit(page := page_of(author), pages(page)[2])
    assert tab.get_by_text("This lesson is about loss.").is_visible()
    assert not tab.get_by_text("Something sad.").is_visible()
    tab.locator("summary").click()
    assert tab.get_by_text("Something sad.").is_visible()
    assert tab.locator("[data-do^=study]").count() == 0, "the lesson is locked"


def test_mistakes_go_where_those_of_the_cards_go(author: Author):
    report = "report: mailto:mistakes@example.org\n"
    author.release(ONE, **{"course.yaml": COURSE_YAML + report})
    course, _ = values_of(unpacked(author))
    assert course["report"] == "mailto:mistakes@example.org?subject=Tiny%201.0.0%3A%20{id}"


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing(author: Author, visit: Callable[..., Tab], language: str, night: bool):
    need(
        "the package axe-playwright-python",
        importlib.util.find_spec("axe_playwright_python") is not None,
    )
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page = page_of(author, language=language)
    for html in pages(page):
        tab = visit(page, html, night=night)
        tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        tab.evaluate(axe)
        found = tab.evaluate(
            "tags => axe.run(document, {resultTypes: ['violations'], runOnly: tags}).then(found => "
            "found.violations.map(each => [each.id, each.nodes[0].html]))",
            TAGS,
        )
        assert found == []
        assert tab.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_it_is_in_the_courses_language_and_direction(author: Author, visit: Callable[..., Tab]):
    page = page_of(author, language="es")
    tab = visit(page, pages(page)[0])
    assert "Cerrada. Se abre cuando sabes: 2 Second & more" in tab.locator("main").inner_text()
    page = page_of(author, language="ar")
    tab = visit(page, pages(page)[0])
    assert tab.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        *("ar", "rtl")
    ]
    box = tab.locator("h1").bounding_box()
    text = tab.locator(".number").first.bounding_box()
    assert box
    assert text
    assert text["x"] > box["x"] + box["width"] / 2


def test_no_text_of_a_course_runs(author: Author, visit: Callable[..., Tab]):
    second = SECOND.replace("Second & more", repr(SCRIPT)).replace("<one>", "<img src=x onerror=x>")
    page = page_of(author, second, title=repr(SCRIPT))
    tab = visit(page, pages(page)[0])
    assert tab.locator("main :is(script, img, [onerror])").count() == 0
    assert SCRIPT in tab.locator("h1").inner_text()
    assert SCRIPT in tab.locator("#title-second").inner_text()
    assert "<img src=x onerror=x>" in tab.locator("#lesson-second").inner_text()
