"""Chromium shows the variants of cards that Anki's engine drew: which one, when, and the same on
both sides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from attachdeck import pipeline
from support.courses import VARIANTS, WORDINGS, compiled, write_course
from support.engine import do_import, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow  # Starts Chromium.

DAY = 24 * 3600 * 1000
CLOSED = (
    "for (const name of ['sessionStorage', 'localStorage'])"
    " Object.defineProperty(window, name, {get() { throw new Error('closed'); }});"
)


@dataclass(frozen=True)
class Drawn:
    """A card as Anki's engine draws it."""

    name: str
    front: str
    back: str
    css: str


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Drawn]:
    folder = tmp_path_factory.mktemp("variants")
    deck = compiled(write_course(folder / "course", cards=VARIANTS))
    pipeline.package(deck, folder / "deck.apkg")
    cards = []
    with opened(folder / "learner.anki2") as collection:
        assert do_import(collection, folder / "deck.apkg") == {"new": 6}
        assert not collection.get_empty_cards().notes
        for number in collection.find_cards("", order="c.due, c.ord"):
            card = collection.get_card(number)
            output = card.render_output()
            cards.append(
                Drawn(card.note()["ID"], output.question_text, output.answer_text, output.css)
            )
    assert Counter(card.name for card in cards) == dict.fromkeys(WORDINGS, 1) | {"gaps": 2}
    return cards


@pytest.fixture
def show(chromium: Browser) -> Iterator[Any]:
    """Shows a side on a day in a page like Anki's; fails on whatever went wrong in it."""
    troubles: list[str] = []
    contexts = []

    def page_of(*, scripts: bool = True, before: str = "") -> Any:
        context = chromium.new_context(java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.route(
            "**/*",
            lambda route: route.fulfill(body=page_of.html, content_type="text/html; charset=utf-8"),
        )

        def side(card: Drawn, html: str, day: int = 0) -> Page:
            clock = f"Date.now = () => {1_800_000_000_000 + day * DAY};{before}"
            page_of.html = (
                f"<!doctype html><title>Anki</title><style>{card.css}</style>"
                f"<script>{clock}</script><body class='card'><div id='qa'>{html}</div>"
            )
            page.goto("http://card.test/")
            return page

        return side

    yield page_of
    for context in contexts:
        context.close()
    assert troubles == []


def wording(card: Drawn, page: Page) -> int:
    """The only wording whose question a page shows."""
    text = page.locator("#qa").inner_text()
    shown = [n for n, (asked, _) in enumerate(WORDINGS[card.name]) if asked in text]
    assert len(shown) == 1, (card.name, shown, text)
    return shown[0]


@pytest.mark.parametrize("before", ["", CLOSED], ids=["storage", "storage closed"])
def test_both_sides_show_the_same_wording_and_its_answer(show, drawn: list[Drawn], before: str):
    one, other = show(before=before), show(before=before)
    for card in drawn:
        seen = set()
        for day in range(8):
            front = one(card, card.front, day)
            number = wording(card, front)
            text = front.locator("#qa").inner_text()
            answers = [answer for _, answer in WORDINGS[card.name] if answer]
            if card.name not in ("choose", "scene", "type-it"):
                assert not any(answer in text for answer in answers), "the front gives it away"
            back = other(card, card.back, day)
            assert wording(card, back) == number, f"{card.name} on day {day}"
            main = back.locator(
                "#answer .answer, #answer .right .option, #answer .model > div"
            ).inner_text()
            if card.name != "gaps":
                assert main.strip() == WORDINGS[card.name][number][1] or card.name == "type-it"
            seen.add(number)
        assert seen == set(range(len(WORDINGS[card.name]))), card.name


def test_what_a_variant_says_besides_goes_with_it(show, drawn: list[Drawn]):
    side = show()
    card = drawn[0]
    for day in range(8):
        page = side(card, card.back, day)
        number = wording(card, page)
        why = page.locator(".why").inner_text()
        assert why.endswith(("The first reason.", "Another.", "The first reason.")[number])
        page = side(card, card.front, day)
        page.locator("summary", has_text="Hint").click()
        hints = ("The first hint.", "The first hint.", "Another hint.")
        assert page.locator(".hint > div").inner_text() == hints[number]


def test_the_moment_and_the_standard_go_with_what_a_learner_is_to_write(show, drawn: list[Drawn]):
    [card] = [card for card in drawn if card.name == "write-it"]
    one, other = show(), show()
    for day in range(12):
        front = one(card, card.front, day)
        number = wording(card, front)
        moment = "She comes an hour late." if number == 1 else "No word since morning."
        assert front.locator(".scene > div").inner_text() == moment
        assert front.locator("textarea").count() == 1
        back = other(card, card.back, day)
        assert back.locator(".scene > div").inner_text() == moment
        standard = back.locator(".standard > div").inner_text()
        assert standard == ("It names a moment.", "It names a moment.", "It is kind.")[number]


def test_each_card_of_a_cloze_note_hides_its_own_gap_in_every_wording(show, drawn: list[Drawn]):
    side = show()
    first, second = [card for card in drawn if card.name == "gaps"]
    for card, hidden, open_words in (
        (first, ("Bowlby", "John"), ("Ainsworth", "Mary")),
        (second, ("Ainsworth", "Mary"), ("Bowlby", "John")),
    ):
        for day in range(8):
            page = side(card, card.front, day)
            number = wording(card, page)
            text = page.locator("main").inner_text()
            assert hidden[number] not in text
            assert open_words[number] in text
            back = side(card, card.back, day)
            assert back.locator("#answer .cloze").inner_text() == hidden[number]


def test_the_options_of_a_variant_are_shuffled_and_can_be_picked(show, drawn: list[Drawn]):
    [card] = [card for card in drawn if card.name == "choose"]
    side = show()
    orders = set()
    for day in range(24):
        page = side(card, card.front, day)
        if wording(card, page) == 0:
            continue
        texts = page.locator(".choice button").all_inner_texts()
        assert sorted(texts) == ["Here", "Nowhere", "There"]
        orders.add(tuple(texts))
        page.keyboard.press("3")
        back = side(card, card.back, day)
        assert back.locator(".choice .option").all_inner_texts() == texts
        assert back.locator(".picked .option").inner_text() == texts[2]
    assert len(orders) > 3


def test_without_scripts_the_first_wording_is_whole(show, drawn: list[Drawn]):
    side = show(scripts=False)
    for card in drawn:
        for day in (0, 1, 2):
            assert wording(card, side(card, card.front, day)) == 0
            back = side(card, card.back, day)
            assert wording(card, back) == 0
            assert WORDINGS[card.name][0][1] in back.locator("#answer").inner_text()


def test_a_front_holds_no_answer_of_any_wording(drawn: list[Drawn]):
    [card] = [card for card in drawn if card.name == "base"]
    for _, answer in WORDINGS["base"]:
        assert answer not in re.sub("<[^>]*>", "", card.front)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_over_many_days_and_cards_each_wording_comes_about_as_often(
    show, drawn: list[Drawn], count: int
):
    """No more than four standard deviations from its share, for one card and for one day."""
    page = show()(drawn[0], drawn[0].front)
    script = re.findall(r"<script>(.*?)</script>", drawn[0].front, re.DOTALL)[0]
    rounds = 12_000
    for varied in ("day", "card"):
        counts = page.evaluate(
            """([script, rounds, count, varied, day]) => {
              const counts = Array(count).fill(0);
              const run = new Function(script);
              const variants = '<div class="variant"></div>'.repeat(count - 1);
              for (let round = 0; round < rounds; round++) {
                const card = varied === "card" ? `card-${round}` : "card";
                if (varied === "day") Date.now = () => 1500000000000 + round * day;
                document.getElementById("qa").innerHTML =
                  `<div class="page"><div class="variants" \
data-card="${card}">${variants}</div></div>`;
                run();
                counts[Number(document.querySelector(".page").dataset.wording)]++;
              }
              return counts;
            }""",
            [script, rounds, count, varied, DAY],
        )
        share = 1 / count
        deviation = (rounds * share * (1 - share)) ** 0.5
        assert sum(counts) == rounds
        assert all(abs(found - rounds * share) < 4 * deviation for found in counts), counts
