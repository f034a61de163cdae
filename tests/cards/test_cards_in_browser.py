"""Chromium judges the cards: every kind of the flagship course as Anki renders it, on phones and
desktops, by day and by night, with and without scripts."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from attachdeck.preview.rendering import sides
from support.browser import LUMINANCE, TOO_WIDE, assert_dot
from support.commands import need
from support.courses import ALL_KINDS, COURSE_YAML
from support.engine import do_import

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow  # Starts Chromium.

SIZES = {"phone": (360, 740), "tablet": (820, 1100), "desktop": (1280, 900), "zoomed": (320, 450)}
"""Widths and heights in CSS pixels; `zoomed` is a desktop at 400 % (WCAG 2.2, 1.4.10), a small
phone at 100 %."""


class Sides(NamedTuple):
    """A card as Anki renders it: its front, its back, and its style sheet."""

    name: str
    kind: str
    place: int
    front: str
    back: str
    css: str


@pytest.fixture(scope="module")
def rendered(
    tmp_path_factory: pytest.TempPathFactory, flagship, flagship_package: Path
) -> tuple[list[Sides], Path]:
    """Every card of the flagship course by Anki's own renderer, and the folder of its media."""
    need("the package anki", importlib.util.find_spec("anki") is not None)
    from anki.collection import Collection

    collection = Collection(str(tmp_path_factory.mktemp("browser") / "learner.anki2"))
    do_import(collection, flagship_package)
    kinds = {note.guid: note.kind for note in flagship.notes}
    cards = []
    for card_id in collection.find_cards("", order="c.due, c.ord"):
        card = collection.get_card(card_id)
        output = card.render_output()
        field = '<input id="typeans" aria-label="Answer">'
        compared = (
            '<code id="typeans"><span class="typeBad">avoyding</span><br>'
            '<span id="typearrow">↓</span><br><span class="typeMissed">avoidance</span></code>'
        )
        front = output.question_text.replace("[[type:Typed]]", field)
        back = output.answer_text.replace("[[type:Typed]]", compared)
        cards.append(
            Sides(card.note()["ID"], kinds[card.note().guid], card.ord, front, back, output.css)
        )
    media = Path(collection.media.dir())
    yield cards, media
    collection.close()


@pytest.fixture
def show(chromium: Browser, rendered: tuple[list[Sides], Path]) -> Iterator[Callable[..., Page]]:
    """Shows a side of a card in a page like Anki's, and afterwards fails on whatever went wrong in
    it.

    The desktop puts each side into the page of the one before; AnkiDroid loads each as a page
    `anew`.
    """
    troubles: list[str] = []
    contexts = []

    def open_page(
        size: str = "desktop",
        *,
        night: bool = False,
        scripts: bool = True,
        anew: bool = False,
        before: str = "",
        **emulated: str,
    ) -> Callable[[Sides, str], Page]:
        width, height = SIZES[size]
        scheme = "dark" if night else "light"
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme=scheme,
            **{"reduced_motion": "reduce", **emulated},
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                troubles.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        document = {"html": ""}

        def answer(route):
            name = route.request.url.removeprefix("http://card.test/")
            if name == "":
                route.fulfill(body=document["html"], content_type="text/html; charset=utf-8")
            elif (rendered[1] / name).is_file():
                route.fulfill(path=rendered[1] / name)
            else:
                troubles.append(f"the card asked for {route.request.url}")
                route.abort()

        page.route("**/*", answer)
        # AnkiWeb and the preview name no platform.
        platform = {"phone": "mobile android", "tablet": ""}.get(size, "isLin")
        classes = f"card card1 {platform} {'nightMode night_mode' if night else ''}"
        engine = "<script>window.anki = {imageOcclusion: {setup() {}}};</script>"

        def side(card: Sides, which: str) -> Page:
            body = card.front if which == "front" else card.back
            document["html"] = (
                '<!doctype html><html lang="en"><head><title>Anki</title><meta name="viewport"'
                ' content="width=device-width"><style>button { margin: 1em; padding: 2em;'
                f" }}</style><style>{card.css}</style>{engine}<script>{before}</script></head><body"
                f' class="{classes}"><div id="qa">{body}</div></body></html>'
            )
            if anew or page.url == "about:blank":
                page.goto("http://card.test/")
            else:
                page.set_content(document["html"])
            return page

        return side

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_an_occlusion_card_shows_the_picture_for_its_background(show, rendered, night: bool):
    side = show(night=night)
    for card in [card for card in rendered[0] if card.kind == "occlusion"]:
        pictures = side(card, "front").locator("#image-occlusion-container img").all()
        shown = [picture.get_attribute("class") for picture in pictures if picture.is_visible()]
        assert shown == ["night" if night else "day"], card.name


def some_of_each(cards: list[Sides]) -> list[Sides]:
    """The first two cards of each kind and the longest one."""
    kinds = sorted({card.kind for card in cards})
    found: dict[tuple[str, int], Sides] = {}
    for kind in kinds:
        own = [card for card in cards if card.kind == kind]
        for card in [*own[:2], max(own, key=lambda card: len(card.back))]:
            found[card.name, card.place] = card
    return list(found.values())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_every_kind_fits_and_says_something(show, rendered, size: str, night: bool, scripts: bool):
    side = show(size, night=night, scripts=scripts)
    for card in some_of_each(rendered[0]):
        for which in ("front", "back"):
            page = side(card, which)
            assert page.evaluate(TOO_WIDE) == [], f"{card.name} {which}"
            assert len(page.locator("#qa").inner_text().strip()) > 10


def test_every_card_fits_a_phone(show, rendered):
    side = show("phone")
    for card in rendered[0]:
        for which in ("front", "back"):
            assert side(card, which).evaluate(TOO_WIDE) == [], f"{card.name} {which}"


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_text_has_contrast(show, rendered, night: bool):
    side = show(night=night)
    for card in some_of_each(rendered[0]):
        for which in ("front", "back"):
            assert side(card, which).evaluate(LUMINANCE) == [], f"{card.name} {which}"


# What cannot be a card's doing: the page around it is Anki's.
NOT_OURS = {
    "document-title",
    "html-has-lang",
    "landmark-one-main",
    "page-has-heading-one",
    "region",
    "meta-viewport",
}


@pytest.mark.parametrize(
    ("size", "night"), [("phone", False), ("desktop", True)], ids=["phone, day", "desktop, night"]
)
def test_axe_finds_nothing(show, rendered, size: str, night: bool):
    need(
        "the package axe-playwright-python",
        importlib.util.find_spec("axe_playwright_python") is not None,
    )
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    side = show(size, night=night)
    for card in some_of_each(rendered[0]):
        for which in ("front", "back"):
            page = side(card, which)
            page.evaluate(axe)
            violations = page.evaluate(
                "axe.run(document, {resultTypes: ['violations']}).then(found => "
                "found.violations.map(each => [each.id, each.nodes[0].html]))"
            )
            assert [violation for violation in violations if violation[0] not in NOT_OURS] == [], (
                f"{card.name} {which}"
            )


def test_forced_colours_keep_the_pick_visible(show, rendered):
    page = show(forced_colors="active")(choices(rendered[0])[0], "front")
    page.keyboard.press("1")
    picked, other = (
        page.locator("button[aria-pressed=true]"),
        page.locator("button[aria-pressed=false]").first,
    )
    width = "element => getComputedStyle(element).borderTopWidth"
    assert (picked.evaluate(width), other.evaluate(width)) == ("3px", "1px")
    assert page.locator("#qa").evaluate("element => matchMedia('(forced-colors: active)').matches")


def test_print_shows_the_card_and_nothing_to_press(show, rendered):
    card = choices(rendered[0])[0]
    page = show("tablet", night=True)(card, "front")
    assert page.locator(".keys").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".keys").is_visible()
    assert page.locator(".choice button").first.is_visible()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


def test_nothing_moves_for_those_who_want_no_motion(show, rendered):
    duration = "element => getComputedStyle(element).transitionDuration"
    for wish, found in (("reduce", "0s"), ("no-preference", "0.12s, 0.12s")):
        page = show(reduced_motion=wish)(choices(rendered[0])[0], "front")
        assert page.locator(".choice button").first.evaluate(duration) == found


def test_a_right_to_left_course_reads_from_the_right(show, rendered, tiny):
    course = COURSE_YAML.replace("language: en", "language: ar")
    deck = tiny(ALL_KINDS, **{"course.yaml": course})
    for name, content in deck.media.items():
        (rendered[1] / name).write_bytes(content)
    side = show("phone")
    for note in deck.notes:
        own = deck.note_types[note.note_type].note_type
        drawn = sides(own, note, note.cards[0].place)
        for which in ("front", "back"):
            page = side(Sides(note.guid, note.kind, 0, drawn.front, drawn.back, own.css), which)
            assert (
                page.locator(".page").evaluate("element => getComputedStyle(element).direction")
                == "rtl"
            )
            assert page.evaluate(TOO_WIDE.replace("right > innerWidth + 1", "left < -1")) == [], (
                f"{note.kind} {which}"
            )


def choices(cards: list[Sides]) -> list[Sides]:
    return [card for card in cards if card.kind in ("choice", "vignette")]


def test_options_stand_in_one_order_on_both_sides(show, rendered):
    side = show()
    shuffled = 0
    for card in choices(rendered[0])[:25]:
        front = side(card, "front").locator(".choice ol.options > li").all_inner_texts()
        page = side(card, "back")
        back = page.locator(".choice ol.options > li .option").all_inner_texts()
        assert [text.strip() for text in front] == [text.strip() for text in back], card.name
        plain = card.front.split("<ol")[1].split("<li>")[1:]
        shuffled += not plain[0].startswith(front[0][:10])
    assert shuffled > 5


CLOSED = (
    "for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, "
    "{get() { throw new Error('closed'); }});"
)


def test_the_order_is_the_same_in_another_page_with_every_storage_closed(show, rendered):
    one, other = show(before=CLOSED, anew=True), show("phone", before=CLOSED, anew=True)
    for card in choices(rendered[0])[:10]:
        front = one(card, "front").locator(".choice ol.options > li").all_inner_texts()
        back = other(card, "back").locator(".choice ol.options > li .option").all_inner_texts()
        assert [text.strip() for text in front] == [text.strip() for text in back], card.name


def test_the_shuffle_favours_no_place(show, rendered):
    """Over 24,000 cards each of four places is the right one about as often: no more than four
    standard deviations from a quarter."""
    card = choices(rendered[0])[0]
    page = show()(card, "front")
    script = re.findall(r"<script>(.*?)</script>", card.back, re.DOTALL)[-1]
    rounds = 24_000
    counts = page.evaluate(
        """([script, rounds]) => {
          const counts = [0, 0, 0, 0];
          for (let round = 0; round < rounds; round++) {
            document.getElementById("qa").innerHTML = `<div class="choice" \
data-card="card-${round}" data-side="back"><ol><li>a</li><li>b</li><li>c</li><li>d</li></ol></div>`;
            new Function(script)();
            counts[[...document.querySelectorAll(".choice li")].findIndex((item) => \
item.textContent === "a")]++;
          }
          return counts;
        }""",
        [script, rounds],
    )
    assert sum(counts) == rounds
    deviation = (rounds * 0.25 * 0.75) ** 0.5
    assert all(abs(count - rounds / 4) < 4 * deviation for count in counts), counts


def pick_by_keyboard(side: Callable[[Sides, str], Page], card: Sides) -> tuple[str, Page]:
    page = side(card, "front")
    page.keyboard.press("2")
    picked = page.locator("button[aria-pressed=true]")
    assert picked.count() == 1
    text = picked.inner_text().removeprefix("your pick").strip()
    return text, side(card, "back")


@pytest.mark.parametrize("anew", [False, True], ids=["in one page", "in two"])
def test_the_keyboard_answers_a_choice_and_the_back_shows_the_pick(show, rendered, anew: bool):
    text, back = pick_by_keyboard(show(anew=anew), choices(rendered[0])[0])
    assert back.locator(".picked").count() == 1
    assert back.locator(".picked .option").inner_text() == text


@pytest.mark.parametrize(("language", "words"), [("en", "your pick"), ("es", "tu elección")])
def test_a_wrong_pick_has_a_dot_and_words_but_no_tick(show, tiny, language: str, words: str):
    """The accessibility tree is what a screen reader hears; it holds what style sheets add, too."""
    course = COURSE_YAML.replace("language: en", f"language: {language}")
    deck = tiny(
        "  - {id: one, kind: choice, question: Which?, options: [{text: Red, right: true}, "
        "{text: Blue, why: Too cold.}]}\n",
        **{"course.yaml": course},
    )
    note, side = deck.notes[0], show()
    note_type = deck.note_types[note.note_type].note_type
    drawn = sides(note_type, note, 0)
    card = Sides("one", "choice", 0, drawn.front, drawn.back, note_type.css)
    page = side(card, "front")
    page.get_by_role("button", name="Blue").click()
    front = page.locator("ol.options")
    assert f'- button "{words} Blue" [pressed]' in front.aria_snapshot()
    assert "✓" not in front.aria_snapshot()
    assert_dot(front.locator(".pick"))
    pick = side(card, "back").locator("li", has_text="Blue")
    assert words in pick.aria_snapshot()
    assert "✓" not in pick.aria_snapshot()
    assert_dot(pick.locator(".pick"))


def test_a_pick_can_be_clicked_and_taken_back(show, rendered):
    page = show()(choices(rendered[0])[0], "front")
    first = page.locator(".choice button").first
    first.click()
    assert first.get_attribute("aria-pressed") == "true"
    first.focus()
    page.keyboard.press("Space")
    assert first.get_attribute("aria-pressed") == "false"
    assert page.locator(".pick").count() == 0


def test_a_card_is_whole_when_every_storage_throws(show, rendered):
    _, back = pick_by_keyboard(show(before=CLOSED, anew=True), choices(rendered[0])[0])
    assert back.locator(".right").count() >= 1
    assert back.locator(".picked").count() == 0


def test_nothing_listens_when_the_card_is_gone(show, rendered):
    page = show()(choices(rendered[0])[0], "front")
    page.evaluate("""() => {
          window.left = 0;
          const remove = document.removeEventListener;
          document.removeEventListener = function (...all) { window.left++; return \
remove.apply(document, all); };
          document.getElementById("qa").innerHTML = "the next card";
        }""")
    page.keyboard.press("1")
    page.keyboard.press("1")
    assert page.evaluate("window.left") == 1


def test_without_scripts_a_choice_is_a_plain_question(show, rendered):
    side = show(scripts=False)
    card = choices(rendered[0])[0]
    front = side(card, "front")
    assert front.locator("ol.options > li:visible").count() >= 2
    assert front.locator(".keys:visible").count() == 0
    back = side(card, "back")
    assert back.locator("#answer").inner_text().strip()
    assert back.locator(".explained .right").count() >= 1


def test_another_accepted_spelling_is_said_to_be_right(show, rendered):
    card = next(card for card in rendered[0] if card.kind == "typed")
    side = show()
    assert not side(card, "back").locator(".accepted-note").is_visible()
    spelling = card.back.split('accepted"')[1].split("<li>")[1].split("</li>")[0]
    typed = card._replace(back=card.back.replace("avoyding", spelling.upper()))
    assert side(typed, "back").locator(".accepted-note").is_visible()


def test_pictures_change_with_the_night(show, rendered):
    card = next(card for card in rendered[0] if 'class="night"' in card.back)
    for night in (False, True):
        page = show(night=night)(card, "back")
        assert page.locator("img.night").first.is_visible() is night
        assert page.locator("img.day").first.is_visible() is not night
        assert (
            page.locator("img").first.evaluate(
                "image => image.decode().then(() => image.naturalWidth)"
            )
            > 0
        )


def test_every_picture_has_its_alt_text(rendered):
    import re

    for card in rendered[0]:
        for image in re.findall(r"<img[^>]*>", card.front + card.back):
            assert re.search(r'alt="[^"]{10,}', image), card.name
