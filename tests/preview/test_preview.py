"""The preview as an author meets it: in a real browser, while files change."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attachdeck.preview import server
from attachdeck.preview.server import Preview
from attachdeck.preview.site import look
from support.browser import CHROMIUM, until
from support.commands import need
from support.courses import ALL_KINDS, CARD, COURSE_YAML, CUSTOM, LESSON_HEAD, OWN, write_course

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow  # Starts Chromium.

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second")
OTHER = (
    "  - {id: haven, kind: basic, prompt: What is a safe haven?, answer: Where one returns to., "
    "tags: [contrast]}\n"
)


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Preview]]:
    """Starts a preview of a folder, and ends it."""
    started: list[tuple[Preview, threading.Thread]] = []

    def start(folder: Path) -> Preview:
        preview = Preview(folder)
        thread = threading.Thread(target=preview.run)
        thread.start()
        started.append((preview, thread))
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
    assert [card["id"] for lesson in before.lessons for card in lesson["cards"]] == [
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
    assert [(lesson["id"], lesson["stale"]) for lesson in after.lessons] == [
        ("first", True),
        ("second", False),
    ]
    assert "comes back" in after.lessons[1]["cards"][0]["text"]
    assert "explores" in after.document("define", 0, 0, "back", "")
    assert {problem["card"] for problem in after.problems if problem["severity"] == "error"} == {
        "define"
    }
    assert [lesson["id"] for lesson in look(folder).lessons] == ["second"]
    (folder / "course.yaml").write_text("id: [", encoding="utf-8")
    assert len(look(folder, after).lessons) == 2
    assert look(folder).lessons == ()


def test_what_fails_is_shown_and_the_next_save_is_followed(
    serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_course(tmp_path / "course")

    def fail(*_: object) -> None:
        raise ValueError("a bug")

    def saved(title: str) -> dict[str, Any]:
        with preview.changed:
            seen = preview.version
            (folder / "course.yaml").write_text(
                COURSE_YAML.replace("title: Tiny", f"title: {title}"), encoding="utf-8"
            )
            assert preview.changed.wait_for(lambda: preview.version > seen, timeout=10)
        return preview.site.state()

    with monkeypatch.context() as patched:
        patched.setattr(server, "look", fail)
        preview = serve(folder)
        assert (
            preview.site.problems[0]["message"] == "the course cannot be shown (ValueError: a bug)"
        )
        assert len(saved("Not seen")["problems"]) == 1
    assert saved("Seen")["title"] == "Seen"


def test_every_kind_of_file_is_served_and_templates_are_followed(serve, tmp_path: Path):
    own = {"media/media.yaml": "pictures: []\nfiles: [{file: A.mp3}]\n", "media/A.mp3": b"sound"}
    folder = write_course(
        tmp_path / "course", {**OWN, **own}, cards=CUSTOM.replace("Two", '"[sound:A.mp3]"')
    )
    preview = serve(folder)
    status, headers, body = ask(preview, "/media/A.mp3")
    assert (status, headers["Content-Type"], body) == (200, "application/octet-stream", b"sound")
    before = server._stamps(preview.site.folders)
    (folder / "note_types" / "basic" / "front-1.html").write_text(
        "<b>{{Front}}</b>", encoding="utf-8"
    )
    assert server._stamps(preview.site.folders) != before


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
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

        def open_page(folder: Path) -> Page:
            preview = serve(folder)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
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
    warnings = page.locator("#card-is-it .problem.warning .place").all_inner_texts()
    assert [each for each in warnings if each.startswith("warning[yes-no-prompt] ")]
    assert page.locator("#problems h2").inner_text().endswith("warnings")
    assert page.locator("#problems", has_text="yes-no-prompt").count() == 0


def test_night_and_phone(visit, tmp_path: Path):
    page = visit(write_course(tmp_path))
    page.check("#night")
    page.check("#phone")
    body = page.frame_locator("iframe[title='define: front']").locator("body")
    body.wait_for()
    assert body.get_attribute("class") == "card nightMode night_mode mobile android"
    until(page, "document.querySelector('iframe').offsetWidth <= 360")


def test_it_follows_a_save_and_keeps_its_place(visit, tmp_path: Path):
    many = "".join(CARD.replace("define", f"define-{number}") for number in range(60))
    lesson = tmp_path / "lessons" / "01-first.yaml"
    page = visit(write_course(tmp_path, cards=many))
    until(
        page,
        "(document.querySelector('#card-define-40').scrollIntoView(), "
        "!!document.querySelector('#card-define-40 iframe'))",
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
    assert len(cards_of(page)) == 2000
    until(page, "document.querySelectorAll('iframe').length > 1")
    assert page.locator("iframe").count() < 60


def test_what_a_course_holds_reaches_neither_the_page_nor_the_network(visit, tmp_path: Path):
    card = """  - {id: define, kind: basic, prompt: "<b \
onclick=alert(1)>Hm</b><script>parent.document.title='x'</script>", answer: \
"[a](javascript:alert(1))"}\n"""
    page = visit(write_course(tmp_path, cards=card))
    page.frame_locator("iframe[title='define: front']").locator(".page").wait_for()
    assert page.title() == "Tiny"
    frame = next(each for each in page.frames if "/card/" in each.url)
    reached = "() => { try { return parent.document.title; } catch (error) { return error.name; } }"
    assert frame.evaluate(reached) == "SecurityError"
