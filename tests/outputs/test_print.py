"""Cards on paper, as Chromium prints them and pdftotext reads them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from attachdeck import outputs
from attachdeck.compile.deck import Deck
from attachdeck.outputs import paper
from support.browser import PDFTOTEXT, pages, to_pdf
from support.courses import ALL_KINDS

pytestmark = pytest.mark.slow  # Starts Chromium.

WORD = re.compile(
    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">№(\d+)</word>'
)


class Place(NamedTuple):
    """The middle of a card's number on a page, in points."""

    page: int
    x: float
    y: float


def places(boxes: list[str]) -> dict[int, list[Place]]:
    by_number: dict[int, list[Place]] = {}
    for page, text in enumerate(boxes):
        for left, top, right, bottom, number in WORD.findall(text):
            by_number.setdefault(int(number), []).append(
                Place(page, (float(left) + float(right)) / 2, (float(top) + float(bottom)) / 2)
            )
    return by_number


@pytest.mark.parametrize("cards", [None, ALL_KINDS])
def test_every_back_lies_behind_its_front(
    flagship: Deck, tiny: Callable[..., Deck], tmp_path: Path, cards: str | None
):
    """Turned over on the long edge, what is at x lies behind what is at width - x, at the same
    height; to half a millimetre."""
    deck = flagship if cards is None else tiny(cards)
    outputs.put(paper, deck, tmp_path / "paper")
    sheets = pages(to_pdf(tmp_path / "paper" / "cards.html", tmp_path / "cards.pdf"))
    width = float(re.search(r'width="([\d.]+)"', sheets[0])[1])
    numbers = places(sheets)
    asked = [note for note in deck.notes if note.kind not in ("reference", "reading")]
    count = sum(len(note.cards) * (1 + len(note.variants)) for note in asked)
    assert sorted(numbers) == list(range(1, count + 1))
    assert len(sheets) % 2 == 0
    for number, (front, back) in numbers.items():
        assert front.page % 2 == 0, number
        assert back.page == front.page + 1, number
        assert back.x == pytest.approx(width - front.x, abs=1.4), number
        assert back.y == pytest.approx(front.y, abs=1.4), number


def test_nothing_on_a_card_of_the_course_is_cut_off(chromium, flagship: Deck, tmp_path: Path):
    assert outputs.put(paper, flagship, tmp_path / "paper") == ()
    page = chromium.new_page()
    page.emulate_media(media="print")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "paper" / "cards.html").as_uri())
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.card')].filter(card => {
            const text = card.querySelector('.text').getBoundingClientRect(), all = \
card.getBoundingClientRect();
            const foot = card.querySelector('footer').getBoundingClientRect();
            return text.top < all.top || text.bottom > foot.top + 1 || card.scrollWidth > \
card.clientWidth;
        }).map(card => card.textContent)"""
    )
    assert cut == []
    assert page.evaluate(
        "() => [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


SCENES = """\
  - {id: wait, kind: vignette, scenario: She waits., options: pattern, answer: secure, \
cue: Waiting., near_miss: {option: anxious, why: She does not call.}}
  - {id: walk, kind: vignette, scenario: She walks., options: pattern, answer: anxious, \
cue: Walking., near_miss: {option: secure, why: She does call.}}
"""


def test_options_that_many_questions_share_are_printed_once(
    tiny: Callable[..., Deck], tmp_path: Path
):
    third = SCENES.partition("  - {id: walk")[0].replace("wait", "wink").replace("waits", "winks")
    outputs.put(paper, tiny(SCENES + third), tmp_path / "many")
    cards = (tmp_path / "many" / "cards.html").read_text(encoding="utf-8")
    # Both sides of the card with the options; no question shows them, and no answer.
    assert cards.count("Not enough information") == 2
    assert cards.count('<p class="set">Options <b>A</b></p>') == 3
    backs = "".join(
        re.findall(r'<section class="sheet \w+ backs">(.*?)</section>', cards, re.DOTALL)
    )
    assert backs.count("She does not call.") == 2
    assert backs.index(">Secure<") < backs.index("She does not call.") < backs.index("Waiting.")
    assert "[[" not in cards
    handout = (tmp_path / "many" / "handout.html").read_text(encoding="utf-8")
    assert handout.count("Not enough information") == 1
    # Two questions keep their own.
    outputs.put(paper, tiny(SCENES), tmp_path / "few")
    few = (tmp_path / "few" / "cards.html").read_text(encoding="utf-8")
    assert few.count("Not enough information") == 4
    assert '<p class="set">' not in few


def test_the_handout_has_two_columns_on_paper_and_one_on_a_phone(
    chromium, flagship: Deck, tmp_path: Path
):
    outputs.put(paper, flagship, tmp_path / "paper")
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    page.goto((tmp_path / "paper" / "handout.html").as_uri())
    columns = "getComputedStyle(document.querySelector('section .columns')).columnCount"
    assert page.evaluate(columns) == "1"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.emulate_media(media="print")
    assert page.evaluate(columns) == "2"
    assert page.locator(".reading img").count() >= 5
    page.close()


def test_the_handout_has_every_lesson_with_questions_before_answers(flagship: Deck, tmp_path: Path):
    outputs.put(paper, flagship, tmp_path / "paper")
    pdf = to_pdf(tmp_path / "paper" / "handout.html", tmp_path / "handout.pdf")
    text = " ".join(
        subprocess.run(
            [PDFTOTEXT, str(pdf), "-"], check=True, capture_output=True, encoding="utf-8"
        ).stdout.split()
    )
    for lesson in flagship.course.lessons:
        in_answers = 0 if lesson.mixed else 1  # A mixed lesson's answers are in their own lessons.
        assert text.count(lesson.deck) >= 1 + in_answers, lesson.deck
    assert "What attachment research knows" in text
    assert "subdeck" not in text
    assert "suspend" not in text
    questions, answers = text.split(" Answers ", 1)
    first = next(flagship.course.cards())
    assert first.prompt in questions
    assert first.answer in answers
    assert first.answer not in questions


def test_what_a_card_hides_is_on_its_back_only(tiny: Callable[..., Deck], tmp_path: Path):
    outputs.put(paper, tiny(ALL_KINDS), tmp_path / "paper")
    html = (tmp_path / "paper" / "cards.html").read_text(encoding="utf-8")
    fronts = "".join(
        re.findall(r'<section class="sheet \w+ fronts">(.*?)</section>', html, re.DOTALL)
    )
    backs = "".join(
        re.findall(r'<section class="sheet \w+ backs">(.*?)</section>', html, re.DOTALL)
    )
    for hidden in (
        "The figure from which one explores.",
        "avoidance",
        "Because.",
        "Nothing else is said.",
        ">Left<",
    ):
        assert hidden not in fronts
        assert hidden in backs
    assert fronts.count('class="asked"') == 2
    # A background is not printed unless the reader asks for it: what hides a region is a shape.
    assert "background-color" not in html


def test_a_hostile_course_stays_text_and_asks_for_nothing(
    chromium, tiny: Callable[..., Deck], tmp_path: Path
):
    cards = """\
  - {id: a, kind: basic, prompt: "<script>document.title='hacked'</script>[[style]] [[sheets]]", \
answer: "<img src=plane.svg onerror=alert(1)><style>*{display:none}</style>kept"}
  - {id: b, kind: choice, question: "</section></style><iframe \
src='http://evil.test'></iframe>Which?", options: [{text: "</li></ol>A", right: true}, {text: B, \
why: "</div>"}]}
  - {id: c, kind: cloze, text: "((1 <b>x | <i>y)) is \\\\(x}}\\\\)"}
"""
    outputs.put(paper, tiny(cards), tmp_path / "paper")
    for name in ("cards.html", "handout.html"):
        page = chromium.new_page()
        asked, dialogs = [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("dialog", lambda dialog, dialogs=dialogs: dialogs.append(dialog.message))
        page.goto((tmp_path / "paper" / name).as_uri())
        assert page.title().startswith("Tiny")
        assert "[[sheets]]" in page.inner_text("body")
        assert page.query_selector("iframe, script, [onerror]") is None
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == dialogs == []
        page.close()


def test_a_text_without_end_is_said_to_have_no_room(tiny: Callable[..., Deck], tmp_path: Path):
    long = "word " * 4000
    [loss] = outputs.put(
        paper,
        tiny(f"  - {{id: long, kind: basic, prompt: Long?, answer: {long}}}\n"),
        tmp_path / "paper",
    )
    assert loss == "the end of what has no room on the cards 1"
