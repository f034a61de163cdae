"""What custom cards load, send, cover and run is reported: Chromium and Anki's engine are
judges."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from attachdeck import pipeline
from attachdeck.anki.kept_html import remote_content
from attachdeck.anki.unsafe_html import dangers
from support.browser import CHROMIUM
from support.commands import need, run
from support.courses import OWN, PLANE_SVG, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

ELSEWHERE = "https://elsewhere.test"
PAGE = "http://card.test/"

LOADING = (
    f"<img src={ELSEWHERE}/a>",
    "<img src='//elsewhere.test/a'>",
    r"<img src='\\elsewhere.test/a'>",
    f"<IMG SRC=' {ELSEWHERE}/a'>",
    "<img src='ht&#9;tps:&#x2f;/elsewhere.test/a'>",
    "<img src='https:elsewhere.test/a'>",
    f"<img srcset='a.png 1x, {ELSEWHERE}/a 1.5x' sizes=1px><img srcset='{ELSEWHERE}/a 1x'>",
    f"<picture><source srcset='{ELSEWHERE}/a'><img src=a.png></picture>",
    f"<video poster='{ELSEWHERE}/a'></video>",
    f"<video src='{ELSEWHERE}/a'></video>",
    f"<audio preload=auto><source src='{ELSEWHERE}/a'></audio>",
    f"<input type=image src='{ELSEWHERE}/a'>",
    f"<table background='{ELSEWHERE}/a'><tr><td>x</table>",
    f"<p style='background: url({ELSEWHERE}/a)'>x</p>",
    f"<p style='background: u\\72l(\"{ELSEWHERE}/a\")'>x</p>",
    "<p style='background: url(\"ht\\a tps:\\2f/elsewhere.test/a\")'>x</p>",
    f"<p style='background/**/:/* \" */url({ELSEWHERE}/a)/* \" */'>x</p>",
    f'<p style=\'background: image-set("a.png" 2x, "{ELSEWHERE}/a" 1x)\'>x</p>',
    f'<p style=\'content: "/*"; background: url({ELSEWHERE}/a); color: "*/"\'>x</p>',
    f"<style>@import '{ELSEWHERE}/a';</style>",
    f"<style>@import/**/url({ELSEWHERE}/a);</style>",
    f"<style>@import url('data:text/css,@import \"{ELSEWHERE}/a\"');</style>",
    (
        f"<style>@font-face {{ font-family: x; src: url({ELSEWHERE}/a) }} p {{ font-family: x "
        f"}}</style><p>x"
    ),
    f"<style title='>'>p {{ background: url({ELSEWHERE}/a) }}</style><p>x",
    f"<svg><image href='{ELSEWHERE}/a' width=9 height=9 /></svg>",
    f"<svg><image xlink:href='{ELSEWHERE}/a' width=9 height=9 /></svg>",
    f"<svg><image width=9 height=9><set attributeName=href to='{ELSEWHERE}/a' /></image></svg>",
    (
        f"<svg><style>rect {{ background: url({ELSEWHERE}/a) }}</style><foreignObject width=9 "
        "height=9><rect>x</rect></foreignObject></svg>"
    ),
    f"<textarea><b title='</textarea><img src={ELSEWHERE}/a>'>x</b>",
    f"<!--><img src={ELSEWHERE}/a>-->",
    f"<title><!--</title><img src={ELSEWHERE}/a>-->",
)
HARMLESS = (
    f"<a href='{ELSEWHERE}/a'>more</a> and {ELSEWHERE}/a",
    f"<b title='{ELSEWHERE}/a'>x</b><blockquote cite='{ELSEWHERE}/a'>x</blockquote>",
    f"&lt;img src={ELSEWHERE}/a&gt;",
    f"<code>url({ELSEWHERE}/a)</code>",
    f"<style>/* url({ELSEWHERE}/a) */ p::after {{ content: '{ELSEWHERE}/a' }}</style><p>x",
    "<style>@import url('_own.css');</style>",
    "<style>@namespace svg url(http://www.w3.org/2000/svg);</style>",
    "<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(#a)' width=9 height=9 /></svg>",
    "<img src='a.png' srcset='b.png 2x'><p style='background: url(c.png)'>x</p>",
)


# As Anki's reviewer shows a card. An animation, a font and a style ask two frames later.
SHOW = """async html => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  document.body.innerHTML = html;
  await frame(); await frame(); await frame();
  await document.fonts.ready;
  await fetch(location.href);  // Whatever was asked for before is known now.
}"""


class Reviewer:
    """A page in Chromium that shows texts as Anki does, and knows what each asks for elsewhere."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        page.route("**/*", self.answer)

    def answer(self, route: Any) -> None:
        if urlsplit(route.request.url).hostname == "card.test":
            route.fulfill(body="<!doctype html><body>", content_type="text/html; charset=utf-8")
        else:
            self.requests.append(route.request.url)
            route.fulfill(status=204)  # So that a page which is sent elsewhere stays.

    def asked(self, html: str) -> list[str]:
        """The addresses elsewhere that are asked for when a text is shown."""
        if self.page.url != PAGE:
            self.page.goto(PAGE)
        self.requests.clear()
        self.page.evaluate(SHOW, html)
        return self.elsewhere()

    def elsewhere(self) -> list[str]:
        return [url for url in self.requests if urlsplit(url).hostname == "elsewhere.test"]


@pytest.fixture(scope="module")
def reviewer() -> Iterator[Reviewer]:
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield Reviewer(browser.new_page())
        browser.close()


def cards(*texts: str, **own: str) -> dict[str, str | bytes]:
    """The files of a course with a custom card for each text."""
    card = {"kind": "custom", "note_type": "basic"}
    written = [
        {"id": f"c{number}", **card, "fields": {"Front": f"Card {number}: {text}", "Back": "Two"}}
        for number, text in enumerate(texts)
    ]
    listed = yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=10_000)
    head = (
        "id: first\ntitle: First\nsummary: The first lesson.\n"
        "objectives: [{id: first-goal, text: Tell one from the other.}]\n"
    )
    files = OWN | {f"note_types/basic/{name}": text for name, text in own.items()}
    return files | {"lessons/01-first.yaml": f"{head}cards:\n{listed}"}


def reported(folder: Path, rule: str) -> list[str]:
    """The places of what a rule says, as a user reads them."""
    result = run("check", folder, "--rule", rule)
    assert "error" not in result.output, result.output
    lines = result.output.splitlines()
    places = [line.split("--> ")[1] for line in lines if "--> " in line]
    assert result.output.count(f"warning[{rule}]") == len(places), result.output
    return places


@pytest.mark.slow
def test_what_chromium_loads_from_elsewhere_is_reported(tmp_path: Path, reviewer: Reviewer):
    for text in LOADING:
        assert reviewer.asked(text), text
    places = reported(write_course(tmp_path, cards(*LOADING)), "remote-content")
    lines = (tmp_path / "lessons/01-first.yaml").read_text(encoding="utf-8").splitlines()
    told = {int(place.split(":")[1]) for place in places}
    assert [
        line for number, line in enumerate(lines, 1) if "Front:" in line and number not in told
    ] == []


@pytest.mark.slow
def test_what_chromium_does_not_load_is_not_reported(tmp_path: Path, reviewer: Reviewer):
    for text in HARMLESS:
        assert reviewer.asked(text) == [], text
    folder = write_course(tmp_path, cards(*HARMLESS))
    for rule in ("remote-content", "file-address", "form", "fixed-position", "latex"):
        assert reported(folder, rule) == []


PIECES = (
    *(
        "<img ",
        "<b ",
        "<p ",
        "<svg>",
        "<image ",
        "<style>",
        "</style>",
        "<textarea>",
        "</textarea>",
    ),
    *("<!--", "-->", "--!>", ">", "'", '"', "=", " ", "/", "\n", "<title>", "</title>", "<math>"),
    *("src=", "style=", "href='", 'title="', "srcset=", "background:", "@import ", "url(", ")"),
    *(f"{ELSEWHERE}/a", "//elsewhere.test/a", "https:elsewhere.test", "p{", "}", ";", "/*", "*/"),
    *("&quot;", "&#47;", "\\", "\\2f ", "x", "</svg>", "<noscript>", "{{c1::", "}}", "::"),
    *(f"<img src={ELSEWHERE}/a>", f"style='background:url({ELSEWHERE}/a)'>"),
)


@pytest.mark.slow
def test_nothing_that_is_kept_loads_anything_unreported(reviewer: Reviewer):
    """Pieces put together at random, always alike: what is not refused and loads, is reported."""
    chance = random.Random(1)
    loaded = 0
    for _ in range(250):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(3, 12)))
        if not dangers(text) and reviewer.asked(text):
            loaded += 1
            assert list(remote_content(text)), text
    assert loaded > 10


def test_templates_styles_names_and_their_fields_are_looked_at(tmp_path: Path):
    folder = write_course(
        tmp_path,
        cards(
            "x",
            **{
                "front-1.html": "<img src='{{Front}}'>{{Front}}",
                "back-1.html": f"<p style='background: url({ELSEWHERE}/b)'>{{{{Front}}}}",
                "style.css": f"@import '{ELSEWHERE}/c';",
            },
        )
        | {
            "media/media.yaml": "pictures: []\nfiles: [{file: _own.css}]\n",
            "media/_own.css": f"p {{ background: url({ELSEWHERE}/d) }}",
        },
    )
    card = (folder / "lessons/01-first.yaml").read_text(encoding="utf-8")
    card = card.replace("Card 0: x", f"{ELSEWHERE}/a")
    (folder / "lessons/01-first.yaml").write_text(card, encoding="utf-8")
    places = {
        place.rpartition("/")[2].split(":")[0] for place in reported(folder, "remote-content")
    }
    assert places == {"01-first.yaml", "back-1.html", "style.css", "_own.css"}


@pytest.mark.slow
def test_a_form_sends_what_is_typed_and_is_reported(tmp_path: Path, reviewer: Reviewer):
    fields = "<input name=x value=typed><button>Send</button>"
    sending = (
        f"<form action='{ELSEWHERE}/a'>{fields}</form>",
        f"<form>{fields.replace('<button', f'<button formaction={ELSEWHERE}/a')}</form>",
    )
    for text in sending:
        assert reviewer.asked(text) == []
        reviewer.page.click("button")
        assert reviewer.elsewhere() == [f"{ELSEWHERE}/a?x=typed"]
    assert reviewer.asked(fields) == []
    reviewer.page.click("button")
    assert reviewer.elsewhere() == []
    places = reported(write_course(tmp_path, cards(*sending, fields)), "form")
    assert len(set(places)) == len(sending)


@pytest.mark.slow
def test_a_fixed_element_stays_over_the_page_and_is_reported(tmp_path: Path, reviewer: Reviewer):
    def stays(style: str) -> bool:
        page = f"<div id=x style='{style}; top: 0'>x</div><div style='height: 9000px'></div>"
        reviewer.asked(page)
        reviewer.page.evaluate("scrollTo(0, 3000)")
        return bool(reviewer.page.evaluate("x.getBoundingClientRect().top === 0"))

    fixed = (
        "position: fixed",
        "POSITION:FIXED",
        "position:/**/fi\\78 ed",
        "--x: fixed; position: var(--x)",
        "background-position: calc(1px); position : fixed",
    )
    others = ("position: absolute", "background-position: calc(1px)", "/* position: fixed */")
    assert [style for style in (*fixed, *others) if stays(style)] == list(fixed)
    texts = (f"<b style='{style}'>x</b>" for style in (*fixed, *others))
    places = reported(write_course(tmp_path, cards(*texts)), "fixed-position")
    assert len(places) == len(fixed)


@pytest.mark.slow
def test_a_file_of_one_computer_is_not_shown_and_is_reported(tmp_path: Path, reviewer: Reviewer):
    (tmp_path / "a.svg").write_text(PLANE_SVG, encoding="utf-8")
    address = (tmp_path / "a.svg").as_uri()
    reviewer.asked(f"<img src='{address}'>")
    assert reviewer.page.evaluate("document.images[0].naturalWidth") == 0
    local = (
        f"<img src='{address}'>",
        "<img src='C:\\cats\\a.png'>",
        f"<a href=' {address.replace('file', 'FI&#76;E')}'>x</a>",
        f"<p style='background: url({address})'>x</p>",
        "[sound:file:///a.mp3]",
    )
    harmless = ("<img src='a.svg'>", f"See {address}", "<a href='https://example.org'>C:</a>")
    places = reported(write_course(tmp_path / "c", cards(*local, *harmless)), "file-address")
    assert len(places) == len(local)


def test_strict_and_release_refuse_what_check_reports(tmp_path: Path):
    folder = write_course(tmp_path / "course", cards("<img src='https://elsewhere.test/a'>"))
    assert run("check", folder, "--rule", "remote-content").exit_code == 0
    assert run("check", folder, "--strict", "--rule", "remote-content").exit_code == 1
    assert run("build", folder, "-o", tmp_path / "deck.apkg").exit_code == 0
    result = run("release", folder, "-o", tmp_path / "release")
    assert result.exit_code == 1
    assert "error[remote-content]: `https://elsewhere.test/a` is loaded" in result.stderr
    assert not (tmp_path / "release").exists()


def test_import_lists_what_the_cards_of_a_deck_do(tmp_path: Path):
    pytest.importorskip("anki")
    from support.engine import export, fill, opened

    with opened(tmp_path / "maker.anki2") as maker:
        notes = [("Basic", [f"<img src='{ELSEWHERE}/{n}'>", "[$]x[/$]"], "Deck", []) for n in "abc"]
        fill(maker, [*notes, ("Basic", ["What is a form?", "See https://example.org"], "Deck", [])])
        export(maker, tmp_path / "deck.apkg", legacy=True)
    result = run("import", tmp_path / "deck.apkg", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    listed = [line for line in result.stdout.splitlines() if line.startswith("reported (")]
    assert len(listed) == 6
    for name in "abc":
        assert f"`{ELSEWHERE}/{name}` is loaded from the internet" in result.stdout


def test_latex_that_anki_withholds_is_reported(tmp_path: Path, collection: Collection):
    texts = (
        "[latex]x[/latex]",
        "[$]x[/$]",
        "[$$]x[/$$]",
        "[LaTeX]x\ny[/LATEX]",
        "[$] 5",
        "[latex]",
    )
    folder = write_course(tmp_path / "course", cards(*texts))
    pipeline.package(pipeline.compiled(pipeline.check(folder), 1).deck, tmp_path / "deck.apkg")
    do_import(collection, tmp_path / "deck.apkg")
    withheld = set()
    for card in map(collection.get_card, collection.find_cards("")):
        if "LaTeX image generation is disabled" in card.question():
            withheld.add(card.note()["Front"].split(":")[0])
    assert withheld == {"Card 0", "Card 1", "Card 2", "Card 3"}
    lines = (folder / "lessons/01-first.yaml").read_text(encoding="utf-8").splitlines()
    places = reported(folder, "latex")
    told = {lines[int(place.split(":")[1]) - 1].partition("Card ")[2][:1] for place in places}
    assert told == {"0", "1", "2", "3"}
