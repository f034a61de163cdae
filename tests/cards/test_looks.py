"""Chromium draws both sides of every kind at four widths, by day and by night, in each theme, with
and without scripts: each side in a frame of its own, all of them in one page."""

from __future__ import annotations

import base64
import importlib.util
import itertools
import mimetypes
import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck.anki import themes
from attachdeck.compile.deck import Deck
from attachdeck.preview.rendering import sides
from support.browser import LUMINANCE, TOO_WIDE
from support.commands import need
from support.courses import ALL_KINDS, COURSE_YAML, LESSON_HEAD, PRODUCE, compiled, write_course

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = pytest.mark.slow  # Starts Chromium.

WIDTHS = (320, 360, 768, 1280)
"""Widths in CSS pixels. 320 is a small phone, or a desktop at 400 %; 768 is nearly one at 200 %."""
READING = """\
reading: |
  Words to read, and a picture that a tap enlarges:

  ![](plane.svg)

"""
WITH_PICTURES = """\
  - id: seen
    kind: basic
    prompt: "A picture: ![](plane.svg)"
    answer: |
      ![](plane.svg)

      Averylongwordthatnolinecanbreakbecauseithasnoblanks and `code`.
    content_note: Take your time.
    hint: A hint.
    why: "| A | table |\\n|---|---|\\n| of | cells |"
    confusion: Something else.
  - id: shown-scene
    kind: vignette
    scenario: |
      ![](plane.svg)

      He waits.
    options: pattern
    answer: anxious
    cue: He waits.
    near_miss: {option: secure, why: No calm.}
"""
ANKI = """html { font-size: 15px; } body { margin: 20px; }
body.nightMode { background-color: #2c2c2c; color: #fcfcfc; }
img { max-width: 100%; max-height: 95vh; }
button { outline: none !important; margin: 1em .5em; padding: 8px 10px; background: #fcfcfc; }
.typeGood { background: #afa; color: #000; } .typeBad { background: #faa; color: #000; }"""
"""What Anki itself says of a card."""
TYPED = (
    '<code id="typeans"><span class="typeBad">avoyd</span><span class="typeGood">ing</span></code>'
)
SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
SETTINGS = list(itertools.product(themes.NAMES, ("day", "night"), ("scripts", "plain")))


def course_in(theme: str, folder: Path, language: str = "en") -> Deck:
    """Return a course with every kind of card, with pictures and a link to report."""
    about = COURSE_YAML.replace("language: en", f"language: {language}")
    about += f"theme: {{name: {theme}}}\nreport: https://example.org/report\nnotice: For tests.\n"
    lesson = LESSON_HEAD.replace("cards:\n", f"{READING}cards:\n")
    return compiled(
        write_course(
            folder / theme,
            {
                "course.yaml": about,
                "lessons/01-first.yaml": lesson + ALL_KINDS + PRODUCE + WITH_PICTURES,
            },
        )
    )


def documents(deck: Deck, classes: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the document of each side of each card."""
    for note in deck.notes:
        own = deck.note_types[note.note_type].note_type
        for card in note.cards:
            drawn = sides(own, note, card.place)
            for side in ("front", "back"):
                html = getattr(drawn, side)
                field = '<input id="typeans">' if side == "front" else TYPED
                html = html.replace("[[type:Typed]]", field)
                for name, content in deck.media.items():
                    html = html.replace(f'src="{name}"', f'src="{_address(name, content)}"')
                document = (
                    f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Card</title>'
                    f"<style>{ANKI}</style><style>{own.css}</style><script>window.anki = "
                    "{imageOcclusion: {setup() {}}};</script><body class="
                    f'"card card1 {classes}"><div id="qa">{html}</div></body></html>'
                )
                yield f"{note.card}-{card.place}-{side}", document


def _address(name: str, content: bytes) -> str:
    kind = mimetypes.guess_type(name)[0]
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def framed(
    page: Page, deck: Deck, night: bool, widths: tuple[int, ...], scripts: bool = True
) -> dict[str, Frame]:
    """Show all sides at these widths in one page; return its frames by what they show."""
    frames = []
    for width in widths:
        classes = "mobile android" if width < 500 else "isLin fancy"
        for name, document in documents(deck, classes + " nightMode night_mode" * night):
            shown = document if scripts else SCRIPT.sub("", document)
            frames.append(
                f'<iframe name="{name} {width}" style="width: {width}px; height: 640px; border: 0"'
                f' srcdoc="{escape(shown)}"></iframe>'
            )
    page.set_content("".join(frames))
    return {frame.name: frame for frame in page.frames[1:]}


@pytest.fixture
def new_page(chromium: Browser) -> Iterator:
    """Opens pages, and afterwards fails on whatever a browser complained of in them."""
    contexts, troubles = [], []

    def opened(**options) -> Page:
        context = chromium.new_context(
            viewport={"width": 1300, "height": 900}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.mark.parametrize(("theme", "light", "scripts"), SETTINGS)
def test_every_kind_fits_and_can_be_read(
    new_page, tmp_path: Path, theme: str, light: str, scripts: str
):
    page = new_page(java_script_enabled=scripts == "scripts")
    frames = framed(page, course_in(theme, tmp_path), light == "night", WIDTHS)
    assert len(frames) > 40 * len(WIDTHS)
    wide = {name: frame.evaluate(TOO_WIDE) for name, frame in frames.items()}
    assert {name: found for name, found in wide.items() if found} == {}
    scrolls = "document.scrollingElement.scrollWidth > innerWidth"
    assert [name for name, frame in frames.items() if frame.evaluate(scrolls)] == []
    low = {n: frame.evaluate(LUMINANCE) for n, frame in frames.items() if n.endswith(" 360")}
    assert {name: found for name, found in low.items() if found} == {}


@pytest.mark.parametrize(("theme", "light", "scripts"), SETTINGS)
def test_axe_finds_nothing(new_page, tmp_path: Path, theme: str, light: str, scripts: str):
    need(
        "the package axe-playwright-python",
        importlib.util.find_spec("axe_playwright_python") is not None,
    )
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    # axe is a script: cards without theirs are drawn where scripts run.
    width = 360 if scripts == "scripts" else 1280
    deck = course_in(theme, tmp_path)
    frames = framed(new_page(), deck, light == "night", (width,), scripts == "scripts")
    found = {}
    for name, frame in frames.items():
        frame.evaluate("document.querySelectorAll('.about, .hint').forEach(one => one.open = true)")
        frame.evaluate(axe)
        found[name] = frame.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(found => "
            "found.violations.map(each => [each.id, each.nodes[0].html]))"
        )
    assert {name: violations for name, violations in found.items() if violations} == {}


def test_a_tap_enlarges_a_picture_and_another_closes_it_without_a_script(new_page, tmp_path: Path):
    page = new_page(java_script_enabled=False)
    frames = framed(page, course_in("calm", tmp_path), False, (360,))
    zoom = frames["seen-0-back 360"].locator(".zoom > summary")
    before = zoom.bounding_box()
    zoom.click()
    assert zoom.bounding_box()["width"] == 360
    assert zoom.locator("img").first.bounding_box()["width"] > before["width"]
    zoom.click()
    assert zoom.bounding_box()["width"] == before["width"]
    assert frames["shown-scene-0-front 360"].locator(".zoom").count() == 1
    inline = frames["seen-0-front 360"]
    assert (inline.locator(".zoom").count(), inline.locator(".prompt img").count()) == (0, 1)


def test_forced_colours_and_paper_show_the_right_option_and_the_answer(new_page, tmp_path: Path):
    deck = course_in("vivid", tmp_path)
    for emulated in ({"forced_colors": "active"}, {"media": "print"}):
        page = new_page()
        page.emulate_media(**emulated)
        frames = framed(page, deck, True, (360,))
        right = frames["choose-0-back 360"].locator(".right")
        assert right.is_visible()
        line = right.evaluate("element => getComputedStyle(element).borderTopStyle")
        assert line == "solid"
        assert frames["define-0-back 360"].locator("#answer").is_visible()


def test_a_right_to_left_card_has_its_tab_at_the_right(new_page, tmp_path: Path):
    frames = framed(new_page(), course_in("calm", tmp_path, "ar"), False, (360, 1280))
    left = TOO_WIDE.replace("right > innerWidth + 1", "left < -1")
    for name, frame in frames.items():
        assert frame.evaluate(left) == [], name
        tab, sheet = (frame.locator(part).first.bounding_box() for part in (".tab", ".sheet"))
        assert tab["x"] + tab["width"] == pytest.approx(sheet["x"] + sheet["width"], abs=2), name
