"""The website as a reader meets it: opened from its folder in Chromium, without a server."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from attachdeck import outputs, pipeline
from attachdeck.anki import themes
from attachdeck.anki.colour import channels
from attachdeck.compile.deck import Deck
from attachdeck.outputs import apkg, site
from attachdeck.outputs.faces import Face, faces
from attachdeck.outputs.site.reading import lifted, own_words, section_of, sections
from support.browser import assert_dot
from support.commands import need
from support.courses import (
    ALL_KINDS,
    CARD,
    COURSE,
    COURSE_YAML,
    LESSON_HEAD,
    compiled,
    write_course,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow  # Starts Chromium.

FIRST = "lesson-what-attachment-is.html"
SECOND = "lesson-strange-situation.html"
TEST = "test-baseline.html"
PAGES = ("index.html", FIRST, "lesson-fearful-pattern.html", "practice.html", "sources.html", TEST)


@pytest.fixture(scope="module")
def website(flagship: Deck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course on attachment as a website."""
    folder = tmp_path_factory.mktemp("site") / "attachment-theory-site"
    outputs.put(site, flagship, folder)
    return folder


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page from a folder, and afterwards fails on whatever went wrong in it or left the
    folder."""
    troubles: list[str] = []
    contexts = {}

    def open_page(
        page: Path,
        address: str = "",
        *,
        width: int = 1000,
        night: bool = False,
        scripts: bool = True,
    ) -> Page:
        kind = (width, night, scripts)
        if kind not in contexts:
            scheme = "dark" if night else "light"
            contexts[kind] = chromium.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
                java_script_enabled=scripts,
                reduced_motion="reduce",
                accept_downloads=True,
            )
        opened = contexts[kind].new_page()
        opened.on(
            "console",
            lambda message: (
                troubles.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((page.parent.as_uri(), "data:", "blob:"))
                else troubles.append(request.url)
            ),
        )
        opened.goto(page.as_uri() + address)
        return opened

    yield open_page
    for context in contexts.values():
        context.close()
    assert troubles == []


def remembered_on(website: Path, name: str) -> int:
    """Return how many cards of a page there are to remember: those of practice are not counted."""
    return (website / name).read_text(encoding="utf-8").count('class="marks')


def tallies(page: Page) -> list[str]:
    """Return what a page says of how far the reader has come in each lesson."""
    return page.locator(".tally .count").all_text_contents()


def mark(page: Page, anchor: str, word: str) -> None:
    prompt = page.locator(f"#{anchor}")
    prompt.locator(".answer > summary").click()
    prompt.get_by_role("button", name=word, exact=True).click()


class _Prompts(HTMLParser):
    """The text of each prompt on a page, by its key; the parser of Python's own library reads
    it."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            # A variant stands below its card and has no key of its own.
            self.key = dict(attributes).get("data-key") or list(self.found)[-1]
            self.found.setdefault(self.key, "")

    def handle_endtag(self, tag: str) -> None:
        self.key = "" if tag == "article" else self.key

    def handle_data(self, data: str) -> None:
        if self.key:
            self.found[self.key] += data


def text(html: str) -> str:
    parser = HTMLParser()
    parts: list[str] = []
    parser.handle_data = parts.append
    parser.feed(html)
    return "".join(parts)


def test_every_question_and_answer_of_the_deck_is_on_its_lessons_page(
    flagship: Deck, website: Path
):
    guids = {note.card: note.guid for note in flagship.notes}
    for lesson in flagship.course.lessons:
        if lesson.mixed:
            continue  # Its page asks the cards of other lessons.
        parser = _Prompts()
        parser.feed((website / f"lesson-{lesson.id}.html").read_text(encoding="utf-8"))
        expected: dict[str, list[Face]] = {}  # A card and its variants.
        for face in faces(flagship):
            if face.lesson is lesson:
                key = f"{guids[face.card.id]}/{face.number}"
                expected.setdefault(key, []).append(face)
        assert parser.found.keys() == expected.keys()
        for key, wordings in expected.items():
            found = parser.found[key]
            for face in wordings:
                assert text(face.front) in found, key
                if face.card.kind != "practice":
                    assert text(face.back) in found, key


def test_every_picture_is_shown_and_every_link_leads_somewhere(website: Path, visit):
    for page in sorted(website.glob("*.html")):
        opened = visit(page)
        opened.evaluate(
            "document.querySelectorAll('details').forEach(each => { each.open = true; })"
        )
        assert (
            opened.evaluate(
                "[...document.images].filter(each => !each.complete || "
                "!each.naturalWidth).map(each => each.src)"
            )
            == []
        )
        links = opened.evaluate(
            "[...document.querySelectorAll('a')].map(each => each.getAttribute('href'))"
        )
        local = [link for link in links if not link.startswith(("https://", "http://", "#"))]
        assert [link for link in local if not (website / link.split("#")[0]).is_file()] == []
        opened.close()
    shown = {
        name
        for page in website.glob("*.html")
        for name in (path.name for path in (website / "media").iterdir())
        if name in page.read_text(encoding="utf-8")
    }
    assert shown == {path.name for path in (website / "media").iterdir()}


def test_the_deck_to_download_is_that_of_build(
    flagship: Deck, website: Path, visit, tmp_path: Path
):
    pipeline.package(flagship, tmp_path / "deck.apkg")
    page = visit(website / "index.html")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the deck for Anki").first.click()
    assert download.value.suggested_filename == "attachment-theory.apkg"
    assert Path(download.value.path()).read_bytes() == (tmp_path / "deck.apkg").read_bytes()


def test_an_answer_unfolds_also_without_scripts(website: Path, visit):
    page = visit(website / FIRST, scripts=False)
    prompt = page.locator("#card-attachment-definition-0")
    assert "what is an attachment?" in prompt.locator(".front").inner_text()
    assert not prompt.locator(".back").is_visible()
    prompt.get_by_text("Show the answer").click()
    assert "A lasting bond with someone in particular" in prompt.locator(".back").inner_text()
    assert not page.locator("#search").is_visible()
    assert not prompt.locator(".marks").is_visible()


def test_a_choice_shows_the_reason_of_each_option(website: Path, visit):
    page = visit(website / FIRST)
    prompt = page.locator("#card-attachment-not-bonding-0")
    assert prompt.locator(".reason").first.is_hidden()
    prompt.get_by_role("button", name="A mother's rush of love").click()
    assert prompt.locator(".reason").count() == 4
    assert all(reason.is_visible() for reason in prompt.locator(".reason").all())
    # The reasons take the place of the buttons, and the keyboard is at what comes next.
    assert prompt.locator(".front .options").is_hidden()
    assert prompt.locator(".answer > summary").evaluate("each => each === document.activeElement")
    told = prompt.locator(".back li", has_text="rush of love")
    assert told.inner_text().startswith("your pick")
    assert "✓" not in told.aria_snapshot()
    for words in prompt.locator(".pick").all():
        assert_dot(words)
    assert prompt.locator(".right .option").inner_text().startswith("A toddler's tie")
    assert prompt.locator(".back .pick").count() == 1
    prompt.get_by_text("Show the question again").click()
    assert prompt.locator(".front .options").is_visible()


def test_a_choice_with_several_right_options_waits_for_as_many(
    visit, tiny: Callable[..., Deck], tmp_path: Path
):
    card = (
        "  - {id: two, kind: choice, question: Which two?, options: [{text: Red, right: true}, "
        "{text: Blue, right: true}, {text: Sand, why: No.}]}\n"
    )
    outputs.put(site, tiny(card), tmp_path / "site")
    prompt = visit(tmp_path / "site" / "lesson-first.html").locator("#card-two-0")
    answer = prompt.locator(".answer")
    for name, is_open in (("Red", False), ("Red", False), ("Sand", False), ("Blue", True)):
        prompt.get_by_role("button", name=name).click()
        assert (answer.get_attribute("open") is not None) is is_open, name


def test_progress_survives_a_reload_and_shows_on_the_index(website: Path, visit):
    first, second = remembered_on(website, FIRST), remembered_on(website, SECOND)
    page = visit(website / FIRST)
    before = tallies(page)
    assert before[0].startswith(f"{first} cards, about ")
    mark(page, "card-attachment-definition-0", "Remembered")
    mark(page, "card-attachment-function-0", "Not yet")
    page.reload()
    assert tallies(page) == [f"1 of {first} remembered"]
    assert (
        page.locator("#card-attachment-definition-0 [data-mark=Remembered]").get_attribute(
            "aria-pressed"
        )
        == "true"
    )
    assert (
        page.locator("#card-attachment-function-0 [data-mark='Not yet']").get_attribute(
            "aria-pressed"
        )
        == "true"
    )
    index = visit(website / "index.html")
    assert tallies(index)[0] == f"1 of {first} remembered"
    assert tallies(index)[1].startswith(f"{second} cards, about ")
    assert index.locator(".now h3").all_text_contents() == [
        index.locator("h3").first.text_content()
    ]
    assert index.locator("#onward").inner_text() == "Continue with lesson 1"
    # Two pages at once: neither takes away what the other has marked.
    other = visit(website / SECOND)
    mark(page, "card-attachment-harlow-0", "Remembered")
    mark(other, "card-ssp-uganda-0", "Remembered")
    index.bring_to_front()
    index.locator(".tally", has_text=f"2 of {first} ").wait_for(timeout=5000)
    index.locator(".tally", has_text=f"1 of {second} ").wait_for(timeout=5000)
    # Not even where a page was told of nothing.
    kept = page.evaluate("JSON.parse(localStorage.getItem('attachdeck attachment'))")
    kept["marks"]["elsewhere/0"] = "Remembered"
    page.evaluate("text => localStorage.setItem('attachdeck attachment', text)", json.dumps(kept))
    mark(page, "card-attachment-safe-haven-0", "Remembered")
    assert (
        page.evaluate(
            "JSON.parse(localStorage.getItem('attachdeck attachment')).marks['elsewhere/0']"
        )
        == "Remembered"
    )


def test_a_renamed_card_keeps_its_mark(visit, tiny: Callable[..., Deck], tmp_path: Path):
    outputs.put(site, tiny(CARD), tmp_path / "site")
    page = visit(tmp_path / "site" / "lesson-first.html")
    mark(page, "card-define-0", "Remembered")
    outputs.put(site, tiny(CARD.replace("define", "base, formerly: define")), tmp_path / "site")
    page.reload()
    assert (
        page.locator("#card-base-0 [data-mark=Remembered]").get_attribute("aria-pressed") == "true"
    )


def test_progress_is_kept_as_a_file_forgotten_and_taken_back(
    flagship: Deck, website: Path, visit, tmp_path: Path
):
    first = remembered_on(website, FIRST)
    page = visit(website / FIRST)
    mark(page, "card-attachment-definition-0", "Remembered")
    index = visit(website / "index.html")
    with index.expect_download() as download:
        index.get_by_role("button", name="Keep my progress as a file").click()
    assert download.value.suggested_filename == "attachment-progress.json"
    kept = tmp_path / "kept.json"
    download.value.save_as(kept)
    guid = next(note.guid for note in flagship.notes if note.card == "attachment-definition")
    assert json.loads(kept.read_text(encoding="utf-8")) == {
        "course": "attachment",
        "marks": {f"{guid}/0": "Remembered"},
    }

    forget = index.get_by_role("button", name="Forget my progress")
    index.once("dialog", lambda dialog: dialog.dismiss())
    forget.click()
    assert tallies(index)[0] == f"1 of {first} remembered"
    index.once("dialog", lambda dialog: dialog.accept())
    forget.click()
    assert tallies(index)[0].startswith(f"{first} cards, about ")
    assert index.evaluate("localStorage.length") == 0

    wrong = (
        "no JSON",
        "null",
        '{"course": "other", "marks": {"a/0": "Remembered"}}',
        '{"course": "attachment", "marks": {"a": "<b>"}}',
    )
    for place, content in enumerate(wrong):
        (tmp_path / f"{place}.json").write_text(content, encoding="utf-8")
        index.set_input_files("#file", tmp_path / f"{place}.json")
        index.get_by_text("This file holds no progress of this course").first.wait_for(timeout=5000)
        assert tallies(index)[0].startswith(f"{first} cards, about ")
        index.reload()
    index.set_input_files("#file", kept)
    index.locator(".tally", has_text=f"1 of {first} ").wait_for(timeout=5000)


def test_a_browser_that_keeps_nothing_says_so(website: Path, chromium: Browser):
    context = chromium.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', "
        "'SecurityError'); } });"
    )
    page = context.new_page()
    page.goto((website / FIRST).as_uri())
    assert "keeps nothing" in page.locator(".said").inner_text()
    mark(page, "card-attachment-definition-0", "Remembered")
    assert tallies(page) == [f"1 of {remembered_on(website, FIRST)} remembered"]
    context.close()


def lessons_in(page: Page) -> list[str]:
    return page.locator("#session > .prompt").evaluate_all(
        "prompts => prompts.map(each => each.dataset.lesson)"
    )


def test_practice_mixes_the_lessons_that_the_reader_has_begun(website: Path, visit):
    page = visit(website / "practice.html")
    lessons = lessons_in(page)
    assert len(lessons) == 10
    assert all(one != other for one, other in pairwise(lessons))
    for name, anchor in (
        (FIRST, "card-attachment-definition-0"),
        (SECOND, "card-ssp-uganda-0"),
    ):
        mark(visit(website / name), anchor, "Not yet")
    page.reload()
    # What is not remembered comes first, beside others of both lessons.
    assert page.locator("#session #card-attachment-definition-0").count() == 1
    assert page.locator("#session #card-ssp-uganda-0").count() == 1
    assert set(lessons_in(page)) == {"what-attachment-is", "strange-situation"}
    before = page.locator("#session > .prompt").evaluate_all("all => all.map(each => each.id)")
    page.get_by_role("button", name="Other questions").click()
    after = page.locator("#session > .prompt").evaluate_all("all => all.map(each => each.id)")
    assert len(after) == 10
    assert not set(before) & set(after)
    prompt = page.locator("#session > .prompt").first
    key = prompt.get_attribute("data-key")
    prompt.evaluate("each => each.querySelectorAll('details').forEach(one => { one.open = true; })")
    prompt.get_by_role("button", name="Remembered").click()
    kept = page.evaluate("JSON.parse(localStorage.getItem('attachdeck attachment')).marks")
    assert kept[key] == "Remembered"


def test_practice_without_scripts_has_all_questions_mixed(website: Path, visit):
    page = visit(website / "practice.html", scripts=False)
    lessons = lessons_in(page)
    assert all(one != other for one, other in pairwise(lessons))
    page.get_by_text("More questions").click()
    assert page.locator("#rest .prompt").first.is_visible()


@pytest.fixture
def served(website: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """The website on a server of this machine: its address, and what stops the server."""
    handler = partial(_Quiet, directory=str(website))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()

    def stop() -> None:
        if thread.is_alive():
            server.shutdown()
            thread.join()
            server.server_close()

    yield f"http://127.0.0.1:{server.server_port}/", stop
    stop()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


def test_after_one_visit_the_site_is_read_without_its_server(served, chromium: Browser):
    address, stop = served
    context = chromium.new_context()
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    installed = context.new_cdp_session(page)
    manifest = installed.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Attachment Theory"
    errors = installed.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}  # As the test's browser is.
    stop()
    with pytest.raises(URLError):
        urlopen(address, timeout=5)
    for name in ("", SECOND, "practice.html", f"{FIRST}#card-attachment-definition-0"):
        page.goto(address + name)
        assert page.locator("h1").is_visible(), name
        assert page.evaluate("document.styleSheets[0].cssRules.length > 50"), name
        assert page.evaluate(
            "[...document.images].filter(each => each.checkVisibility())"
            ".every(each => each.naturalWidth > 0)"
        ), name
    page.fill("#sought", "Harlow clung")
    page.locator("#found a").first.wait_for()
    assert troubles == []
    context.close()


def test_another_version_keeps_its_files_under_another_name(
    tiny: Callable[..., Deck], tmp_path: Path
):
    names = []
    for answer in ("Old.", "New."):
        card = f"  - {{id: a, kind: basic, prompt: 'What?', answer: {answer}}}\n"
        outputs.put(site, tiny(card), tmp_path / answer)
        text = (tmp_path / answer / "worker.js").read_text(encoding="utf-8")
        names.append(json.loads(text.partition(";\n")[0].removeprefix("const SITE = "))["version"])
    assert names[0] != names[1]


def test_the_site_speaks_of_itself(website: Path):
    """What Anki calls a deck, and its buttons, are named only where the deck is offered."""
    for path in sorted(website.glob("*.html")):
        page = path.read_text(encoding="utf-8").partition('<section class="aside is-deck"')
        page = page[0] + page[2].partition("</section>")[2]
        for words in ("this deck", "subdeck", "Press Good", "press <em>Good</em>"):
            assert words not in page, (path.name, words)


def test_search_finds_a_card_and_leads_to_it(flagship: Deck, website: Path, visit):
    page = visit(website / "index.html")
    search = page.get_by_role("searchbox", name="Search lessons and cards")
    search.fill("HARLOW clung")
    page.locator("#found a").first.wait_for()
    assert page.locator("#found [role=status]").inner_text() == "Found: 2"
    card = page.locator("#found a[href*='#card-attachment-harlow-0']")
    # What is found by its answer shows its question only.
    assert card.inner_text() == next(
        written.prompt for written in flagship.course.cards() if written.id == "attachment-harlow"
    )
    card.click()
    prompt = page.locator("#card-attachment-harlow-0")
    prompt.wait_for()
    assert page.url.endswith(f"{FIRST}#card-attachment-harlow-0")
    assert page.evaluate(
        "(() => { const { top, bottom } = "
        "document.querySelector('#card-attachment-harlow-0').getBoundingClientRect(); return "
        "top "
        ">= 0 && top < innerHeight; })()"
    )
    page.get_by_role("searchbox").fill("xyzzy")
    page.locator("#found", has_text="Nothing found").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden()


def test_search_reads_over_accents_and_finds_lessons(
    visit, tiny: Callable[..., Deck], tmp_path: Path
):
    outputs.put(
        site,
        tiny("  - {id: a, kind: basic, prompt: Qué señal, answer: Ninguna}\n"),
        tmp_path / "site",
    )
    page = visit(tmp_path / "site" / "index.html")
    page.fill("#sought", "senal")
    page.locator("#found a").first.wait_for()
    assert page.locator("#found a").all_text_contents() == ["Qué señal"]
    page.fill("#sought", "tell other")
    assert page.locator("#found a").all_text_contents() == ["1 First"]


def test_everything_is_done_with_keys_alone(website: Path, visit):
    page = visit(website / FIRST)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(40):  # Past the neighbours and the contents, and on to the first prompt.
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.prompt') !== null"):
            break
    assert (
        page.evaluate("document.activeElement.closest('.prompt').id")
        == "card-attachment-why-study-it-0"
    )
    page.keyboard.press("Enter")
    assert page.locator("#card-attachment-why-study-it-0 .back").is_visible()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.mark") == "Remembered":
            break
    page.keyboard.press("Space")
    assert tallies(page) == [f"1 of {remembered_on(website, FIRST)} remembered"]
    page.locator("#sought").focus()
    page.keyboard.type("somewhat poorer mental")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**#card-attachment-why-study-it-0")


def test_a_sensitive_lesson_is_folded_under_its_note_and_opens_for_a_link(
    visit, tiny: Callable[..., Deck], tmp_path: Path
):
    note = "content_note: Mentions storms.\nreading: Words.\ncards:\n"
    lesson = LESSON_HEAD.replace("cards:\n", note) + CARD
    outputs.put(site, tiny(**{"lessons/01-first.yaml": lesson}), tmp_path / "site")
    file = tmp_path / "site" / "lesson-first.html"
    page = visit(file)
    assert page.locator("main .content-note").first.inner_text() == "Mentions storms."
    first = page.locator(".prompt").first
    assert first.is_hidden()
    anchor = first.get_attribute("id")
    page.get_by_text("Read the lesson").click()
    assert first.is_visible()
    linked = visit(file, f"#{anchor}")
    assert linked.locator(f"#{anchor}").is_visible()
    # A browser that does not unfold by itself what an address leads to.
    linked.evaluate("document.querySelector('.fold').open = false")
    linked.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    assert linked.locator(f"#{anchor}").is_visible()


@pytest.mark.parametrize("night", [False, True])
def test_day_and_night_and_what_axe_says(website: Path, visit, night: bool):
    need(
        "the package axe-playwright-python",
        importlib.util.find_spec("axe_playwright_python") is not None,
    )
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    backgrounds = set()
    tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "wcag2aaa", "best-practice"]
    for name in PAGES:
        page = visit(website / name, night=night)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        if night:
            assert page.evaluate(
                "[...document.querySelectorAll('img.day')].every(each => "
                "getComputedStyle(each).display === 'none')"
            )
        page.evaluate(axe)
        assert (
            page.evaluate(
                "tags => axe.run(document, {resultTypes: ['violations'], preload: false, "
                "runOnly: tags}).then(found => "
                "found.violations.map(each => [each.id, each.nodes[0].html]))",
                tags,
            )
            == []
        )
    assert backgrounds == {"rgb(16, 22, 21)" if night else "rgb(230, 237, 234)"}


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(website: Path, visit, width: int):
    """With scripts and without, by day and by night; each page opens all that it folds away."""
    for night, scripts in ((False, True), (True, True), (False, False), (True, False)):
        for name in PAGES:
            page = visit(website / name, width=width, night=night, scripts=scripts)
            page.evaluate(
                "document.querySelectorAll('details').forEach(each => { each.open = true; })"
            )
            assert page.evaluate("document.documentElement.scrollWidth") == width, name
            page.close()


def test_a_phone_never_scrolls_sideways(website: Path, visit):
    for path in sorted(website.glob("*.html")):
        page = visit(path, width=360)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path.name
        page.close()


def test_every_kind_of_card_can_be_asked(visit, tiny: Callable[..., Deck], tmp_path: Path):
    assert outputs.put(site, tiny(ALL_KINDS), tmp_path / "site") == ()
    page = visit(tmp_path / "site" / "lesson-first.html")
    kinds = [face.card.kind for face in faces(tiny(ALL_KINDS))]
    assert page.locator(".prompt").count() == len(kinds)
    picture = page.locator("#card-picture-0")
    assert picture.locator(".front .asked").is_visible()
    assert picture.locator(".frame").is_hidden()
    picture.get_by_text("Show the answer").click()
    assert picture.locator(".frame").is_visible()
    # Nobody is asked whether they remember what has no right answer.
    assert page.locator("#card-do-it-0 .marks").count() == 0
    assert tallies(page)[0].startswith(f"{len(kinds) - kinds.count('practice')} cards")


def test_retired_cards_and_drawn_formulas_are_what_is_lost(
    tiny: Callable[..., Deck], tmp_path: Path
):
    cards = """\
  - {id: gone, kind: basic, prompt: Gone?, answer: Gone., status: retired, retired_because: Wrong.}
  - {id: here, kind: basic, prompt: 'How much is \\(x\\)?', answer: Two.}
"""
    assert outputs.put(site, tiny(cards), tmp_path / "site") == (
        "1 retired",
        "the drawing of formulas, in 1 readings and cards",
    )
    assert "Gone?" not in "".join(
        path.read_text(encoding="utf-8")
        for path in (tmp_path / "site").iterdir()
        if path.suffix in (".html", ".js")
    )


def test_a_paragraph_that_begins_with_a_tag_is_one(tmp_path: Path):
    reading = "reading: '**Calm** comes back.'\n"
    folder = write_course(
        tmp_path / "course",
        {"lessons/01-first.yaml": LESSON_HEAD.replace("cards:", f"{reading}cards:") + CARD},
    )
    outputs.put(site, compiled(folder), tmp_path / "site")
    page = (tmp_path / "site" / "lesson-first.html").read_text(encoding="utf-8")
    assert "<p><strong>Calm</strong> comes back.</p>" in page


HOSTILE = (
    "</script></title></details><script>document.body.dataset.hacked=1</script><img "
    'src=plane.svg onerror="document.body.dataset.hacked=1">\'"[[main]]'
)


def test_a_hostile_course_runs_nothing(visit, tmp_path: Path):
    text = json.dumps(HOSTILE)
    course = COURSE_YAML.replace("title: Tiny", f"title: {text}").replace(
        "description: A course for tests.", f"description: {text}"
    )
    course += (
        f"authors: [{text}]\nnotice: {text}\n"
        f"help: {{checked: '2026-01-01', note: {text}, lines: [{{where: {text}, contact: "
        f"{text}}}]}}\n"
    )
    reading = f"## A {HOSTILE}\n\n[a](javascript:document.body.dataset.hacked=1)"
    lesson = (
        LESSON_HEAD.replace("title: First", f"title: {text}")
        .replace("The first lesson.", text)
        .replace("Tell one from the other.", text)
    )
    lesson = lesson.replace(
        "cards:",
        f"content_note: {text}\nreading: {json.dumps(reading)}\ncards:",
    )
    card = f"""\
  - {{id: a, kind: basic, prompt: \
{text}, answer: "[a](javascript:document.body.dataset.hacked=1)", hint: {text}, why: {text}, \
content_note: {text}, sources: [evil]}}
  - {{id: b, kind: choice, question: {text}, options: [{{text: {text}, right: true, why: \
{text}}}, {{text: B, why: {text}}}]}}
"""
    sources = f"sources:\n  - {{key: evil, authors: {text}, year: 1969, title: {text}}}\n"
    folder = write_course(
        tmp_path / "course",
        {"course.yaml": course, "lessons/01-first.yaml": lesson + card, "sources.yaml": sources},
    )
    outputs.put(site, compiled(folder), tmp_path / "site")
    for name in ("index.html", "lesson-first.html", "sources.html"):
        page = visit(tmp_path / "site" / name)
        page.fill("#sought", "[[main]]")
        page.locator("#found a").first.wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.locator("#found a").count() == 3
        assert (
            page.evaluate(
                "document.querySelectorAll('body script, [onerror], [href^=javascript]').length"
            )
            == 0
        )
        assert page.evaluate("document.body.dataset.hacked") is None
        assert HOSTILE in page.inner_text("body"), name


def test_no_script_is_in_a_page_and_none_may_be(website: Path, visit):
    page = visit(website / "index.html")
    assert page.evaluate(
        "[...document.scripts].filter(each => !each.src).map(each => each.type)"
    ) == ["application/ld+json"]
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_the_same_policy_lets_a_served_page_work(website: Path, chromium: Browser):
    page = chromium.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))

    def answer(route) -> None:
        route.fulfill(path=website / route.request.url.removeprefix("http://site.test/"))

    page.route("**/*", answer)
    page.goto(f"http://site.test/{FIRST}")
    assert page.locator("#search").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(230, 237, 234)"
    assert page.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
    assert troubles == []
    page.close()


def test_what_search_engines_read(flagship: Deck, website: Path, visit):
    page = visit(website / "index.html")
    data = json.loads(page.locator("script[type='application/ld+json']").text_content())
    course = flagship.course
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "Course"
    assert (data["name"], data["inLanguage"], data["version"], data["license"]) == (
        course.title,
        course.language,
        course.version,
        course.licence_url,
    )
    assert data["description"].startswith("What attachment research knows")
    assert [part["name"] for part in data["hasPart"]] == [lesson.title for lesson in course.lessons]
    assert all((website / part["url"]).is_file() for part in data["hasPart"])
    assert data["hasPart"][0]["teaches"] == [
        objective.text for objective in course.lessons[0].objectives
    ]
    for name, content in (
        ("[name=description]", data["description"]),
        ("[property='og:title']", course.title),
        ("[property='og:description']", data["description"]),
    ):
        assert page.locator(f"meta{name}").get_attribute("content") == content


def test_the_words_and_the_direction_are_those_of_the_language(visit, tmp_path: Path):
    for language, direction, word in (
        ("es", "ltr", "Buscar en lecciones y tarjetas"),
        ("he", "rtl", "Search lessons and cards"),
    ):
        folder = write_course(
            tmp_path / language,
            {"course.yaml": COURSE_YAML.replace("language: en", f"language: {language}")},
        )
        outputs.put(site, compiled(folder), tmp_path / f"{language}-site")
        page = visit(tmp_path / f"{language}-site" / "index.html", width=360)
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("getComputedStyle(document.body).direction") == direction
        assert page.locator("#search label").inner_text() == word
        assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("theme", themes.NAMES)
def test_the_site_has_the_theme_of_its_course(visit, tmp_path: Path, theme: str):
    folder = write_course(
        tmp_path / "course", {"course.yaml": f"{COURSE_YAML}theme: {{name: {theme}}}\n"}
    )
    outputs.put(site, compiled(folder), tmp_path / "site")
    for night, tokens in ((False, themes.day(theme)), (True, themes.night(theme))):
        page = visit(tmp_path / "site" / "index.html", night=night)
        desk = ", ".join(map(str, channels(tokens["desk"])))
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb({desk})"


def test_every_language_has_every_word():
    from attachdeck.reader import read_text

    folder = files("attachdeck.anki.note_types") / "words"
    words = {
        path.name: read_text(path.read_text(encoding="utf-8"), path.name)[0].root.value.keys()
        for path in folder.iterdir()
    }
    assert all(word == words["en.yaml"] for word in words.values())


def test_the_same_deck_gives_the_same_bytes(website: Path, tmp_path: Path):
    outputs.put(site, compiled(COURSE), tmp_path / "again")
    names = sorted(path.relative_to(website) for path in website.rglob("*") if path.is_file())
    assert names == sorted(
        path.relative_to(tmp_path / "again")
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    )
    pages = [name for name in names if name.suffix != apkg.SUFFIX]
    assert [
        name
        for name in pages
        if (website / name).read_bytes() != (tmp_path / "again" / name).read_bytes()
    ] == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", [""]),
        ("<p>One</p>", ["<p>One</p>"]),
        (
            "<p>One</p>\n<h3>Two</h3>\n<p>3<br>4</p>\n<h3>Five</h3>",
            ["<p>One</p>\n", "<h3>Two</h3>\n<p>3<br>4</p>\n", "<h3>Five</h3>"],
        ),
        (
            "<blockquote>\n<h3>In</h3>\n</blockquote>\n<h3>Out</h3>",
            ["<blockquote>\n<h3>In</h3>\n</blockquote>\n", "<h3>Out</h3>"],
        ),
        (
            '<p title="</p><h2>">One</p><h2>Two</h2>',
            ['<p title="</p><h2>">One</p>', "<h2>Two</h2>"],
        ),
    ],
)
def test_a_reading_is_cut_before_headings_that_stand_alone(html: str, expected: list[str]):
    assert sections(html) == expected


def test_headings_are_lifted_to_stand_under_the_title():
    assert lifted('<h3 dir="rtl">A</h3><h4>B</h4>') == '<h2 dir="rtl">A</h2><h3>B</h3>'
    assert lifted("<h1>A</h1><h6>B</h6>") == "<h2>A</h2><h6>B</h6>"


def test_a_card_belongs_to_the_section_whose_own_words_it_shares():
    own = own_words(
        [
            "<h2>Base</h2> explores children",
            "<h2>Haven</h2> comfort children",
            "<h2>Loss</h2> protest children",
        ]
    )
    assert section_of("Who gives <em>comfort</em> to children?", own) == 1
    assert section_of("What do children know?", own) == 2
    assert section_of("explores or comfort?", own) == 2
    assert section_of("anything", own_words([""])) == 0
