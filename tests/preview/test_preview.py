"""The preview as an author meets it: in a real browser, while files change."""

from __future__ import annotations

import contextlib
import http.client
import importlib.resources
import importlib.util
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from attachdeck.preview import server
from attachdeck.preview.server import Preview
from attachdeck.preview.site import look
from support.browser import CHROMIUM, until
from support.commands import need, run
from support.courses import ALL_KINDS, CARD, COURSE_YAML, CUSTOM, LESSON_HEAD, OWN, write_course

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow  # Starts Chromium.

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second")
OTHER = (
    "  - {id: haven, kind: basic, prompt: What is a safe haven?, answer: Where one returns to., "
    "tags: [contrast]}\n"
)


EDITOR = "vscode://file{path}:{line}:{column}"


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Preview]]:
    """Starts a preview of a folder, and ends it."""
    started: list[tuple[Preview, threading.Thread]] = []

    def start(folder: Path) -> Preview:
        preview = Preview(folder, editor=EDITOR)
        thread = threading.Thread(target=preview.run)
        thread.start()
        started.append((preview, thread))
        assert preview.ready.wait(timeout=60)
        return preview

    yield start
    for preview, thread in started:
        preview.close()
        thread.join(timeout=10)
        assert not thread.is_alive()


def ask(
    preview: Preview, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", preview.server.server_address[1], timeout=10)
    ) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_it_listens_on_the_loopback_and_answers_its_own_name_alone(serve, tmp_path: Path):
    preview = serve(write_course(tmp_path))
    host, port = preview.server.server_address
    assert host == "127.0.0.1"
    for name, status in (
        (f"127.0.0.1:{port}", 200),
        (f"localhost:{port}", 200),
        ("evil.example", 403),
        (f"evil.example:{port}", 403),
        ("", 403),
    ):
        assert ask(preview, "/state", Host=name)[0] == status, name


def test_it_serves_nothing_but_its_page_the_cards_and_their_pictures(serve, tmp_path: Path):
    (tmp_path / "secret.svg").write_text("<svg/>")
    preview = serve(write_course(tmp_path / "course", cards=ALL_KINDS))
    picture = next(iter(preview.site.media))
    for path in (
        "/",
        "/preview.js",
        "/preview.css",
        "/state",
        "/card/define/0/0/front",
        f"/media/{picture}",
    ):
        assert ask(preview, path)[0] == 200, path
    hostile = (
        "/course.yaml",
        "/media/../course.yaml",
        "/media/..%2f..%2fsecret.svg",
        "/media/plane.svg",
        "//etc/passwd",
        "/card/define/9/0/front",
    )
    for path in (
        *hostile,
        "/card/define/0/../../",
        "/card/nobody/0/0/front",
        "/card/define/-1/0/front",
        "/card/define/0/0/middle",
        "/card/define/0/1/front",
        "/preview/server.py",
        "/%00",
    ):
        assert ask(preview, path)[0] == 404, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert ask(preview, "/state", method)[0] == 501, method
    status, headers, body = ask(preview, "/state", "HEAD")
    assert (status, body) == (200, b"")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert ask(preview, "/card/define/0/0/front")[1]["Content-Security-Policy"].endswith(
        "sandbox allow-scripts"
    )


def test_a_lesson_with_mistakes_stays_as_it_was_and_the_rest_goes_on(tmp_path: Path):
    folder = write_course(tmp_path / "course", {"lessons/02-second.yaml": SECOND + OTHER})
    before = look(folder)
    assert [card["id"] for lesson in before.entries.values() for card in lesson["cards"]] == [
        "define",
        "haven",
    ]
    (folder / "lessons" / "01-first.yaml").write_text(
        LESSON_HEAD + CARD.replace("answer:", "anwser:"), encoding="utf-8"
    )
    (folder / "lessons" / "02-second.yaml").write_text(
        SECOND + OTHER.replace("returns", "comes back"), encoding="utf-8"
    )
    after = look(folder, before)
    assert [(lesson["id"], lesson["stale"]) for lesson in after.entries.values()] == [
        ("first", True),
        ("second", False),
    ]
    second = after.entries[f"{folder.as_posix()}/lessons/02-second.yaml"]
    assert "comes back" in second["cards"][0]["text"]
    assert "explores" in after.document("define", 0, 0, "back", "")
    assert {problem["card"] for problem in after.problems if problem["severity"] == "error"} == {
        "define"
    }
    assert [lesson["id"] for lesson in look(folder).entries.values()] == ["second"]
    (folder / "course.yaml").write_text("id: [", encoding="utf-8")
    assert len(look(folder, after).lessons) == 2
    assert not look(folder).lessons


def test_what_fails_is_shown_and_the_next_save_is_followed(
    serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_course(tmp_path / "course")

    looks = threading.Semaphore(0)

    def fail(*_: object) -> None:
        looks.release()
        raise ValueError("a bug")

    def saved(title: str) -> dict[str, Any]:
        with preview.changed:
            seen = preview.version
            (folder / "course.yaml").write_text(
                COURSE_YAML.replace("title: Tiny", f"title: {title}"), encoding="utf-8"
            )
            assert preview.changed.wait_for(lambda: preview.version > seen, timeout=10)
        return preview.state("")

    with monkeypatch.context() as patched:
        patched.setattr(server, "look", fail)
        preview = serve(folder)
        assert preview.site.problems[0]["message"] == "the course cannot be shown: a bug"
        assert looks.acquire(timeout=10)
        (folder / "course.yaml").write_text("title: Not seen", encoding="utf-8")
        assert looks.acquire(timeout=10)
    assert saved("Seen")["title"] == "Seen"


def test_every_kind_of_file_is_served_and_templates_are_followed(serve, tmp_path: Path):
    own = {"media/media.yaml": "pictures: []\nfiles: [{file: A.mp3}]\n", "media/A.mp3": b"sound"}
    folder = write_course(
        tmp_path / "course", {**OWN, **own}, cards=CUSTOM.replace("Two", '"[sound:A.mp3]"')
    )
    preview = serve(folder)
    before = json.loads(ask(preview, "/state")[2])
    status, headers, body = ask(preview, "/media/A.mp3")
    assert (status, headers["Content-Type"], body) == (200, "audio/mpeg", b"sound")
    with preview.changed:
        seen = preview.version
        (folder / "note_types" / "basic" / "front-1.html").write_text(
            "<b>{{Front}}</b>", encoding="utf-8"
        )
        assert preview.changed.wait_for(lambda: preview.version > seen, timeout=10)
    after = json.loads(ask(preview, f"/state?known={before['version']}")[2])
    assert after["lessons"][0]["cards"][0]["hash"] != before["lessons"][0]["cards"][0]["hash"]


def test_of_lessons_that_did_not_change_nothing_is_sent_again(serve, tmp_path: Path):
    folder = write_course(tmp_path / "course", {"lessons/02-second.yaml": SECOND + OTHER})
    preview = serve(folder)
    before = json.loads(ask(preview, "/state")[2])
    assert all("cards" in lesson for lesson in before["lessons"])
    with preview.changed:
        seen = preview.version
        lesson = SECOND + OTHER.replace("returns", "comes back")
        (folder / "lessons" / "02-second.yaml").write_text(lesson, encoding="utf-8")
        assert preview.changed.wait_for(lambda: preview.version > seen, timeout=10)
    after = json.loads(ask(preview, f"/state?known={before['version']}")[2])
    assert ["cards" in lesson for lesson in after["lessons"]] == [False, True]
    for known in ("", "another-1", before["version"].replace("-", "-x")):
        full = json.loads(ask(preview, f"/state?known={known}")[2])
        assert all("cards" in lesson for lesson in full["lessons"]), known


@pytest.mark.parametrize("address", ["javascript:alert('{path}')", "vscode://file", "{path}"])
def test_what_is_no_address_of_an_editor_is_refused(address: str, tmp_path: Path):
    result = run("preview", write_course(tmp_path), "--no-browser", "--editor", address)
    assert result.exit_code == 2
    assert "vscode://file{path}" in result.output


@pytest.fixture
def visit(serve) -> Iterator[Callable[[Path], Page]]:
    """Opens the preview of a folder in Chromium, and afterwards fails on whatever went wrong in the
    page."""
    need("the package playwright", importlib.util.find_spec("playwright") is not None)
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # Playwright waits for ever for a key that takes away the frame that it was sent to,
            # where that frame has a process of its own.
            args=["--no-sandbox", "--disable-gpu", "--disable-site-isolation-trials"],
        )

        def open_page(folder: Path, width: int = 1280, colours: str = "light") -> Page:
            preview = serve(folder)
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
            page.on(
                "console",
                lambda message: (
                    troubles.append(message.text) if message.type in ("error", "warning") else None
                ),
            )
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    None
                    if request.url.startswith((preview.url, "data:"))
                    else troubles.append(request.url)
                ),
            )
            page.goto(preview.url)
            page.locator("article").first.wait_for()
            return page

        yield open_page
        browser.close()
    assert troubles == []


def cards_of(page: Page) -> list[str]:
    return page.locator("article h3").all_text_contents()


def test_every_card_is_shown_on_both_sides(visit, tmp_path: Path):
    page = visit(write_course(tmp_path, cards=ALL_KINDS))
    assert cards_of(page) == [
        "define",
        "both-ways",
        "gaps",
        "type-it",
        "choose",
        "scene",
        "steps",
        "picture",
        "do-it",
    ]
    page.set_viewport_size({"width": 1280, "height": 12000})
    until(
        page,
        "document.querySelectorAll('iframe').length === 2 * (1 + 2 + 3 + 1 + 1 + 1 + 4 + 2 + 1)",
    )
    back = page.frame_locator("iframe[title='define: back']")
    assert back.locator("#answer").inner_text() == "The figure from which one explores."
    frame = page.frame_locator("iframe[title='choose: front']")
    frame.locator("button").first.press("Enter")
    frame.locator("button[aria-pressed=true]").wait_for(timeout=5000)
    assert page.frame_locator("iframe[title='picture: front']").first.locator(".mask").count() == 2
    until(page, "document.querySelector(\"iframe[title='scene: back']\").offsetHeight > 300")


def test_filters_and_search(visit, tmp_path: Path):
    quiet = (
        "lint: {no-source: off, card-without-objective: off, objective-without-card: off, "
        "several-ideas: off}\n"
    )
    page = visit(
        write_course(
            tmp_path, {"lessons/02-second.yaml": SECOND + OTHER, "course.yaml": COURSE_YAML + quiet}
        )
    )
    page.keyboard.press("/")
    page.keyboard.type("HAVEN returns")
    assert cards_of(page) == ["haven"]
    page.fill("#search", "nothing like it")
    assert "No card fits" in page.locator("#lessons").inner_text()
    page.fill("#search", "")
    page.select_option("#lesson", "first")
    assert cards_of(page) == ["define"]
    page.select_option("#lesson", "")
    page.select_option("#tag", "contrast")
    assert cards_of(page) == ["haven"]
    page.select_option("#tag", "")
    page.check("#problem")
    assert cards_of(page) == []


def test_what_could_be_better_stands_beside_its_card(visit, tmp_path: Path):
    page = visit(
        write_course(
            tmp_path,
            cards=CARD
            + CARD.replace("define", "is-it")
            .replace("What is", "Is it")
            .replace("The figure from which one explores", "Yes"),
        )
    )
    warnings = page.locator("#card-is-it .problem.warning .rule").all_inner_texts()
    assert "yes-no-prompt" in warnings
    assert page.locator("#problems h2").inner_text().endswith("warnings")
    assert page.locator("#problems", has_text="yes-no-prompt").count() == 0


def test_night_and_phone(visit, tmp_path: Path):
    page = visit(write_course(tmp_path))
    page.select_option("#look", "dark")
    page.check("#phone")
    body = page.frame_locator("iframe[title='define: front']").locator("body")
    until(page, "document.querySelector('iframe')?.src.includes('night')")
    body.wait_for()
    assert body.get_attribute("class") == "card nightMode night_mode mobile android"
    until(page, "document.querySelector('iframe').offsetWidth <= 360")


PAPER = "getComputedStyle(document.body).backgroundColor"


def test_it_is_dark_where_the_system_is(visit, tmp_path: Path):
    page = visit(write_course(tmp_path), colours="dark")
    assert page.evaluate(PAPER) == "rgb(16, 22, 21)"
    body = page.frame_locator("iframe[title='define: front']").locator("body.nightMode")
    body.wait_for()
    page.emulate_media(color_scheme="light")
    assert page.evaluate(PAPER) == "rgb(230, 237, 234)"
    page.frame_locator("iframe[title='define: front']").locator("body:not(.nightMode)").wait_for()
    page.select_option("#look", "dark")
    assert page.evaluate(PAPER) == "rgb(16, 22, 21)"


WIDE = """[...document.querySelectorAll("body *")].filter((element) => element.checkVisibility()
  && element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.outerHTML)"""
SMALL = """[...document.querySelectorAll("button, select, input[type=search]")].filter((element) =>
  element.checkVisibility() && element.offsetHeight < 44).map((element) => element.outerHTML)"""


def test_it_fits_a_phone(visit, tmp_path: Path):
    long = CARD.replace("define", "a-very-long-id-" * 6 + "end").replace("answer:", "anwser:")
    page = visit(
        write_course(tmp_path, {"lessons/02-second.yaml": SECOND + long}, cards=ALL_KINDS),
        width=360,
    )
    assert page.locator("#filters").is_hidden()
    page.click("#tools")
    assert page.locator("#filters").is_visible()
    for mode in ("#list-mode", "#review-mode"):
        page.click(mode)
        assert page.evaluate(WIDE) == [], mode
        assert page.evaluate(SMALL) == [], mode
    page.keyboard.press("Space")
    page.get_by_role("button", name="Good").wait_for()
    assert page.evaluate(WIDE) == []
    assert page.evaluate(SMALL) == []


def test_it_has_no_barrier(visit, tmp_path: Path):
    need(
        "the package axe-playwright-python",
        importlib.util.find_spec("axe_playwright_python") is not None,
    )
    script = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(
        encoding="utf-8"
    )
    mistake = {"lessons/02-second.yaml": SECOND + OTHER.replace("answer:", "anwser:")}
    for colours in ("light", "dark"):
        page = visit(write_course(tmp_path / colours, mistake, cards=ALL_KINDS), colours=colours)
        page.evaluate(script)
        for key in ("Escape", "r", " "):
            page.keyboard.press(key)
            found = page.evaluate("axe.run(document, {iframes: false})")
            assert [violation["help"] for violation in found["violations"]] == [], (colours, key)


def test_a_place_opens_in_the_editor_and_code_is_shown_as_code(visit, tmp_path: Path):
    folder = write_course(
        tmp_path / "a course, für mich",
        {"lessons/02-second.yaml": SECOND + OTHER.replace("answer:", "anwser:")},
    )
    page = visit(folder)
    error = page.locator("#problems .problem.error").first
    assert error.locator("code").first.inner_text() == "anwser"
    assert "`" not in error.inner_text()
    links = page.locator("a.place").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) >= 2
    for link in links:
        match = re.fullmatch(r"vscode://file(/.+):([0-9]+):([0-9]+)", link)
        assert match
        assert Path(unquote(match[1])).is_file()


def test_cards_are_reviewed_with_keys_alone(visit, tmp_path: Path):
    other = CARD.replace("define", "haven").replace("secure base", "safe haven")
    page = visit(write_course(tmp_path, cards=CARD + other))
    progress = page.locator("#progress")
    page.keyboard.press("r")
    assert progress.inner_text() == "Card 1 of 2"
    assert page.locator("iframe:visible").count() == 1
    page.frame_locator("#review iframe[title='define: front']").locator(".page").wait_for()
    page.keyboard.press("3")
    assert progress.inner_text() == "Card 1 of 2", "nothing is graded before the answer is shown"
    page.keyboard.press("Space")
    page.frame_locator("#review iframe[title='define: back']").locator("#answer").wait_for()
    page.keyboard.press("1")
    assert progress.inner_text() == "Card 2 of 3", "a card that was not known comes back"
    page.keyboard.press("u")
    assert progress.inner_text() == "Card 1 of 3"
    for key in ("Space", "4", "Space", "Space", "Space"):
        page.keyboard.press(key)
    assert progress.inner_text() == "Card 3 of 3"
    page.keyboard.press("2")
    assert progress.inner_text() == "Done: 3 cards, 1 of them again."
    page.keyboard.press("Escape")
    assert page.locator("#review").is_hidden()
    assert page.locator("#card-define").is_visible()


def test_keys_count_within_a_card_and_a_pick_is_on_the_back(visit, tmp_path: Path):
    page = visit(write_course(tmp_path, cards=ALL_KINDS))
    page.select_option("#kind", "choice")
    page.click("#review-mode")
    front = page.frame_locator("#review iframe[title='choose: front']")
    front.locator("button").first.wait_for()
    page.keyboard.press("2")
    front.locator("li:nth-child(2) button[aria-pressed=true]").wait_for()
    front.locator(".prompt, .asked").first.click()
    page.keyboard.press("Space")
    back = page.frame_locator("#review iframe[title='choose: back']")
    back.locator(".picked").wait_for()
    assert back.locator(".picked").count() == 1
    back.locator(".page").click()
    page.keyboard.press("3")
    until(page, "document.querySelector('#progress').textContent.startsWith('Done')")


def test_a_review_goes_on_after_a_save(visit, tmp_path: Path):
    lesson = tmp_path / "lessons" / "01-first.yaml"
    many = "".join(CARD.replace("define", f"define-{number}") for number in range(4))
    page = visit(write_course(tmp_path, cards=many))
    for key in ("r", "Space", "3", "Space"):
        page.keyboard.press(key)
    back = page.frame_locator("#review iframe[title='define-1: back']")
    back.locator("#answer").wait_for()
    changed = many.replace(
        "define-1, kind: basic, prompt: What is", "define-1, kind: basic, prompt: Say what is"
    )
    lesson.write_text(LESSON_HEAD + changed, encoding="utf-8")
    back.get_by_text("Say what is a secure base?").wait_for()
    assert page.locator("#progress").inner_text() == "Card 2 of 4"


def test_what_did_not_change_is_not_drawn_again(visit, tmp_path: Path):
    lesson = tmp_path / "lessons" / "01-first.yaml"
    head = LESSON_HEAD.replace("cards:", "reading: Something to read.\ncards:")
    cards = [CARD.replace("define", f"define-{number}") for number in range(3)]
    page = visit(write_course(tmp_path, {"lessons/01-first.yaml": head + "".join(cards)}))
    page.set_viewport_size({"width": 1280, "height": 4000})
    until(page, "document.querySelectorAll('iframe').length === 8")
    page.click("details.reading > summary")
    page.evaluate("document.querySelectorAll('iframe').forEach((frame) => { frame.kept = true; })")
    new = CARD.replace("define", "new")
    changed = cards[1].replace("prompt: What", "prompt: Now what")
    lesson.write_text(head + cards[0] + new + changed + cards[2], encoding="utf-8")
    page.frame_locator("iframe[title='define-1: front']").get_by_text("Now what").wait_for()
    kept = (
        "[...document.querySelectorAll('iframe')]"
        ".filter((frame) => frame.kept).map((frame) => frame.title)"
    )
    drawn = {title for title in page.evaluate(kept) if title.startswith("define")}
    assert drawn == {f"define-{number}: {side}" for number in (0, 2) for side in ("front", "back")}
    assert page.locator("details.reading").get_attribute("open") is not None
    assert page.locator("#card-define-2 > .head > .place").inner_text().endswith(":11")


def test_a_file_that_is_half_written_is_not_shown(visit, tmp_path: Path):
    lesson = tmp_path / "lessons" / "01-first.yaml"
    page = visit(write_course(tmp_path))
    page.evaluate(
        "window.errors = 0; new MutationObserver(() => { window.errors = Math.max(window.errors, "
        "document.querySelectorAll('.problem.error, .empty').length); })"
        ".observe(document.body, {childList: true, subtree: true})"
    )
    whole = LESSON_HEAD + CARD.replace("What is", "Now what is")
    for part in ("", whole[:70], whole[:170]):
        lesson.write_text(part, encoding="utf-8")
        page.wait_for_timeout(100)  # A slow editor: nothing of this may be seen.
    lesson.write_text(whole, encoding="utf-8")
    page.frame_locator("iframe[title='define: front']").get_by_text("Now what is").wait_for()
    assert page.evaluate("window.errors") == 0


def test_it_follows_a_save_and_keeps_its_place(visit, tmp_path: Path):
    many = "".join(CARD.replace("define", f"define-{number}") for number in range(60))
    lesson = tmp_path / "lessons" / "01-first.yaml"
    page = visit(write_course(tmp_path, cards=many))
    until(
        page,
        "(document.querySelector('#card-define-40').scrollIntoView(), "
        "!!document.querySelector('#card-define-40 iframe'))",
    )
    until(
        page,
        "[39, 40].every((number) => [...document.querySelectorAll(`#card-define-${number} .sides > "
        "div`)].every((side) => side.dataset.height))",
    )
    before = page.locator("#card-define-40").bounding_box()["y"]
    lesson.write_text(
        LESSON_HEAD
        + many.replace(
            "define-40, kind: basic, prompt: What", "define-40, kind: basic, prompt: Now what"
        ),
        encoding="utf-8",
    )
    page.frame_locator("iframe[title='define-40: front']").get_by_text(
        "Now what is a secure base?"
    ).wait_for(timeout=5000)
    until(
        page,
        "Math.abs(document.querySelector('#card-define-40').getBoundingClientRect().top - "
        f"{before}) < 2",
    )
    lesson.write_text(LESSON_HEAD + many.replace("answer", "anwser", 1), encoding="utf-8")
    page.locator("#problems .problem.error").first.wait_for(timeout=5000)
    assert "lessons/01-first.yaml:7:" in page.locator("#problems .place").first.inner_text()
    assert page.locator("#card-define-0 .problem.error").count() == 1
    assert len(cards_of(page)) == 60


def test_a_large_course_is_drawn_as_far_as_it_is_seen(visit, tmp_path: Path):
    cards = "".join(CARD.replace("define", f"define-{number}") for number in range(2000))
    page = visit(write_course(tmp_path, cards=cards))
    until(page, "document.querySelectorAll('article').length === 2000")
    order = [f"define-{number}" for number in range(2000)]
    assert cards_of(page) == order
    until(page, "document.querySelectorAll('iframe').length > 1")
    assert page.locator("iframe").count() < 60


def test_what_a_course_holds_reaches_neither_the_page_nor_the_network(visit, tmp_path: Path):
    card = """  - {id: define, kind: basic, prompt: "<b \
onclick=alert(1)>Hm</b><script>parent.document.title='x'</script>", answer: \
"[a](javascript:alert(1))"}\n"""
    page = visit(write_course(tmp_path, cards=card))
    page.frame_locator("iframe[title='define: front']").locator(".page").wait_for()
    assert page.title() == "Tiny"
    frame = next(frame for frame in page.frames if "/card/" in frame.url)
    reached = "() => { try { return parent.document.title; } catch (error) { return error.name; } }"
    assert frame.evaluate(reached) == "SecurityError"
