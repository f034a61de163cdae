"""A learner imports courses into a real Anki desktop: the overview of each deck, the first cards,
and every kind of card."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import run_anki
from attachdeck import pipeline
from support.commands import need
from support.courses import (
    ALL_KINDS,
    COURSE_YAML,
    LESSON_HEAD,
    VARIANTS,
    WORDINGS,
    compiled,
    write_course,
)

pytestmark = pytest.mark.slow  # Starts a desktop.

HERE = Path(__file__).parent
PICTURES = "ATTACHDECK_PICTURES"
"""The environment variable that names a folder for pictures of one card of each kind."""
WIDTH, HEIGHT = 1280, 800
KINDS = {
    "basic",
    "reversed",
    "typed",
    "cloze",
    "choice",
    "vignette",
    "sequence",
    "occlusion",
    "practice",
    "produce",
    "reference",
    "reading",
}
MARKDOWN = re.compile(r"\*\*|\]\(|^#{1,6} |^\s*[-*] |\|[ :]*-{3}|`", re.MULTILINE)

NOTICE = "notice: هذه الدورة للتعليم، وليست تشخيصًا ولا علاجًا.\n"
READING = """\
reading: |
  يستكشف الطفل **حين** يعرف أن العون قريب،
  ثم يعود إليه.

  ![طائرة](plane.svg)

  | النمط | ما يفعله | Averylongwordthatnolinecanbreakbecauseithasnoblanks |
  |---|---|---|
  | آمن | يعود | `code` |

  - واحد
  - اثنان
"""
SENTENCE = "الشخص الذي ينطلق منه الطفل ليستكشف، ويعود إليه حين يخاف. "
UNBROKEN = "Averylongwordthatnolinecanbreak" * 8
LONG = f"""\
  - id: long
    kind: basic
    prompt: ما القاعدة الآمنة؟
    answer: {SENTENCE * 40}{UNBROKEN}
"""


class Looks(NamedTuple):
    """What the desktop showed: each deck's overview, the first cards, and cards of each kind."""

    overviews: list[dict[str, Any]]
    narrow: list[dict[str, Any]]
    first: list[dict[str, Any]]
    day: list[dict[str, Any]]
    night: list[dict[str, Any]]

    def cards(self) -> list[dict[str, Any]]:
        return self.first + self.day + self.night


@pytest.fixture(scope="module")
def right_to_left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in Arabic with long texts, a picture and a table in its reading, and all kinds."""
    folder = tmp_path_factory.mktemp("arabic")
    lesson = LESSON_HEAD.replace("cards:\n", f"{READING}cards:\n") + ALL_KINDS + LONG
    course = write_course(
        folder / "course",
        {
            "course.yaml": COURSE_YAML.replace("language: en", "language: ar") + NOTICE,
            "lessons/01-first.yaml": lesson,
        },
    )
    pipeline.package(compiled(course), folder / "arabic.apkg")
    return folder / "arabic.apkg"


@pytest.fixture(scope="module")
def looks(flagship_package: Path, right_to_left: Path) -> Looks:
    """One session in a fresh profile, described page by page."""
    return session(
        {
            "packages": [str(flagship_package), str(right_to_left)],
            "deck": "Attachment Theory",
            "first": 30,
            "pictures": os.environ.get(PICTURES, ""),
        }
    )


def session(job: dict[str, Any]) -> Looks:
    """Look at decks and cards in one session of the desktop; see looks.py."""
    lacking = run_anki.missing()
    need(lacking, not lacking)
    size = f"{WIDTH}x{HEIGHT}"
    snippet = [HERE / "looks.py", json.dumps(job)]
    command = [sys.executable, run_anki.__file__, "--size", size, "--seconds", "300", *snippet]
    anki = subprocess.run([*map(str, command)], check=False, capture_output=True, encoding="utf-8")
    assert anki.returncode == 0, anki.stdout[-3000:] + anki.stderr
    return Looks(**json.loads(anki.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def wordings(tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """A session with cards that have variants."""
    folder = tmp_path_factory.mktemp("variants")
    pipeline.package(compiled(write_course(folder / "course", cards=VARIANTS)), folder / "v.apkg")
    return session(
        {"packages": [str(folder / "v.apkg")], "deck": "Tiny", "first": 1 + len(WORDINGS)}
    )


def test_both_sides_of_a_card_with_variants_show_the_same_wording(wordings: Looks):
    assert {page["id"] for page in wordings.first} == WORDINGS.keys()
    for front, back in zip(wordings.first[::2], wordings.first[1::2], strict=True):
        assert (front["side"], back["side"]) == ("front", "back")
        shown = [
            [asked in page["text"] for asked, _ in WORDINGS[page["id"]]] for page in (front, back)
        ]
        assert shown[0] == shown[1]
        assert shown[0].count(True) == 1, front
        answer = WORDINGS[back["id"]][shown[1].index(True)][1]
        assert answer in back["text"]


def test_no_line_of_a_description_breaks_where_its_source_does(looks: Looks):
    """Anki shows each line break of a description's source."""
    assert len(looks.overviews) >= 14
    broken = {page["deck"] for page in looks.overviews if any("\n" in t for t in page["texts"])}
    assert broken == set()


def test_every_lesson_is_described(looks: Looks):
    silent = [page["deck"] for page in looks.overviews if len("".join(page["texts"])) < 20]
    assert silent == []


def test_a_description_shows_no_markdown(looks: Looks):
    texts = {page["deck"]: "\n".join(page["texts"]) for page in looks.overviews}
    marks = {deck: MARKDOWN.findall(text) for deck, text in texts.items() if MARKDOWN.search(text)}
    assert marks == {}


def test_every_picture_arrives(looks: Looks):
    """On overviews and on cards; a picture that did not load has no width."""
    pages = looks.overviews + looks.cards()
    pictures = [picture for page in pages for picture in page["pictures"]]
    assert [source for source, width in pictures if not width] == []
    assert any(page["pictures"] for page in looks.overviews)
    assert any(page["pictures"] for page in looks.cards())


def test_an_overview_fits_the_window_and_opens_at_its_top(looks: Looks):
    """*Study Now* takes the focus, so that a page longer than the window opens at its end."""
    for page in looks.overviews:
        width, height = page["window"]
        assert (width, page["focus"]) == (WIDTH, "study")
        assert (page["top"], page["height"] <= height, page["width"] <= width) == (0, True, True), (
            page["deck"]
        )


def test_an_overview_opens_at_its_top_in_a_narrow_window(looks: Looks):
    assert {page["deck"]: page["top"] for page in looks.narrow if page["top"]} == {}
    assert all(page["width"] <= page["window"][0] for page in looks.narrow)


def test_the_parent_deck_begins_with_the_notice_and_each_lesson_with_its_reading(looks: Looks):
    fronts = [side for side in looks.first if side["side"] == "front"]
    assert len(fronts) == 30
    assert fronts[0]["id"] == "course-notice"
    assert [side["deck"] for side in fronts] == sorted(side["deck"] for side in fronts)
    assert fronts[0]["deck"].startswith("Attachment Theory::01 ")
    for deck in {side["deck"] for side in fronts}:
        readings = [is_reading(side) for side in fronts[1:] if side["deck"] == deck]
        assert readings[0]
        assert readings == sorted(readings, reverse=True)


def is_reading(side: dict[str, Any]) -> bool:
    return any("::reading" in tag for tag in side["tags"])


@pytest.mark.parametrize("theme", ["day", "night"])
def test_every_kind_is_shown_whole(looks: Looks, theme: str):
    sides = getattr(looks, theme)
    assert {(side["kind"], side["side"]) for side in sides} == {
        (kind, side) for kind in KINDS for side in ("front", "back")
    }
    for side in sides:
        assert side["night"] == (theme == "night")
    assert {f"{side['id']} {side['side']}": faults(side) for side in sides if faults(side)} == {}


def test_the_first_cards_are_shown_whole(looks: Looks):
    sides = looks.first
    assert {f"{side['id']} {side['side']}": faults(side) for side in sides if faults(side)} == {}


def faults(side: dict[str, Any]) -> list[str]:
    """Return what is wrong with a side of a card, in words."""
    front = side["side"] == "front"
    choosing = side["kind"] in ("choice", "vignette") and front
    checks = {
        "shows nothing": len(side["text"]) < 10,
        "is wider than the window": side["scrolls"] or side["wide"],
        f"shows an error: {side['error']}": side["error"],
        f"has a script that fails: {side['script_errors']}": side["script_errors"],
        "shows an error of Anki's": "template has a problem" in side["text"],
        "has no masks": side["kind"] == "occlusion" and not side["masked"],
        "has no field to type into": side["kind"] == "typed" and front and not side["field"],
        "compares nothing": side["kind"] == "typed" and not front and not side["compared"],
        "has no options": choosing and side["options"] < 2,
        "promises keys that Anki takes": choosing and side["keys"],
        "does not take a pick": choosing and not side["picked"][0],
    }
    return [fault for fault, is_there in checks.items() if is_there]
