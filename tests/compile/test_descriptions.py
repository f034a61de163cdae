"""What Anki's overview shows of a deck: short, on one line, sanitised, and with pictures that
arrive."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import pipeline
from attachdeck.compile.deck import Deck
from attachdeck.engine.verify import Fate, verify
from attachdeck.importing import package as packages
from attachdeck.outputs import crowdanki
from support.courses import CARD, COURSE_YAML, LESSON_HEAD, compiled, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

PICTURE = "![](plane.svg)"
WITH_PICTURE = CARD.replace("answer: The", f"why: '{PICTURE}', answer: The")
OTHER = CARD.replace("define", "other")
RETIRED = WITH_PICTURE.replace("kind:", "status: retired, retired_because: Old., kind:")
NO_READING_CARDS = COURSE_YAML + "study: {reading_cards: false}\n"
LONG = COURSE_YAML.replace(
    "description: A course for tests.", 'description: "A course.\\n\\nTake your time."'
)
NOTICE = "notice: 'This is **no** diagnosis.'\n"
HELP = "help: {checked: 2026-01-01, lines: [{where: Here, contact: '112'}]}\n"


def lesson(reading: str = "", summary: str = "The first lesson.", cards: str = CARD) -> str:
    head = LESSON_HEAD.replace("The first lesson.", summary)
    return (
        head.replace("cards:\n", f"reading: |\n  {reading}\ncards:\n" if reading else "cards:\n")
        + cards
    )


def of_lesson(deck: Deck) -> str:
    [description] = [each.description for each in deck.decks if each.name == "Tiny::01 First"]
    return description


@pytest.fixture
def arrive(collection: Collection, tmp_path: Path) -> Callable[[Deck], set[str]]:
    """Imports a deck into a fresh collection, and returns the names of the media that are there
    then."""

    def import_deck(deck: Deck) -> set[str]:
        pipeline.package(deck, tmp_path / "deck.apkg")
        do_import(collection, tmp_path / "deck.apkg")
        return {path.name for path in Path(collection.media.dir()).iterdir()}

    return import_deck


def pictures(description: str) -> list[str]:
    return re.findall(r'<img src="([^"]*)"', description)


@pytest.mark.parametrize(
    ("course", "text", "count"),
    [
        (COURSE_YAML, lesson(PICTURE), 1),
        (COURSE_YAML, lesson("Words.", cards=WITH_PICTURE), 0),
        (COURSE_YAML, lesson(PICTURE, f"'See {PICTURE}.'"), 1),
        (NO_READING_CARDS, lesson(PICTURE), 0),
        (NO_READING_CARDS, lesson(PICTURE, cards=RETIRED + OTHER), 0),
        (NO_READING_CARDS, lesson(PICTURE, cards=WITH_PICTURE), 1),
        (NO_READING_CARDS, lesson("Words.", f"'See {PICTURE}.'", WITH_PICTURE), 1),
    ],
)
def test_every_picture_of_a_description_arrives(
    arrive: Callable[[Deck], set[str]],
    collection: Collection,
    tmp_path: Path,
    course: str,
    text: str,
    count: int,
):
    deck = compiled(
        write_course(tmp_path / "c", {"course.yaml": course, "lessons/01-first.yaml": text})
    )

    arrived = arrive(deck)

    stored = collection.decks.by_name("Tiny::01 First")
    assert stored
    assert len(pictures(stored["desc"])) == count
    assert set(pictures(stored["desc"])) <= arrived
    root = collection.decks.by_name("Tiny")
    assert root
    assert pictures(root["desc"]) == pictures(stored["desc"])


def test_a_picture_that_only_a_summary_shows_is_an_error(tmp_path: Path):
    folder = write_course(tmp_path, {"lessons/01-first.yaml": lesson("Words.", f"'{PICTURE}'")})

    [problem] = pipeline.check(folder).diagnostics

    assert (problem.rule, problem.at.line) == ("undelivered-picture", 3)
    assert "plane.svg" in problem.message
    text = lesson(PICTURE, f"'{PICTURE}'", RETIRED)
    write_course(tmp_path, {"course.yaml": NO_READING_CARDS, "lessons/01-first.yaml": text})
    assert [problem.rule for problem in pipeline.check(folder).diagnostics] == [
        "undelivered-picture"
    ]


def test_verify_finds_a_picture_that_only_a_description_shows(tmp_path: Path):
    deck = compiled(write_course(tmp_path / "c", {"lessons/01-first.yaml": lesson(PICTURE)}))
    package = tmp_path / "tiny.apkg"
    for written in (
        '<img src="nowhere.svg">',
        "![](nowhere.svg)",
        '<img src="https://x.org/a.png">',
    ):
        decks = (replace(deck.decks[0], description=written), *deck.decks[1:])
        pipeline.package(replace(deck, decks=decks), package)

        [found] = [outcome for outcome in verify(package) if outcome.fate is not Fate.GOOD]

        assert found.subject == "descriptions"
        assert re.match(r"(nowhere\.svg|https://x\.org/a\.png) \(Tiny\)", found.cards[0])
    pipeline.package(deck, package)
    assert {outcome.fate for outcome in verify(package)} == {Fate.GOOD}


def test_a_description_is_short_and_on_one_line(tmp_path: Path):
    goals = "".join(f"  - {{id: goal-{n}, text: Do {n} & <more>.}}\n" for n in range(1, 6))
    text = lesson("Read this.", "|\n  **Much**\n  to `a`.\n\n  ```\n  one\n  two\n  ```\n")
    text = text.replace("cards:\n", "content_note: 'Mind <this>.'\ncards:\n")
    text = text.replace("  - {id: first-goal, text: Tell one from the other.}\n", goals)
    said = of_lesson(compiled(write_course(tmp_path, {"lessons/01-first.yaml": text})))

    assert "\n" not in said
    assert "<strong>Much</strong> to <code>a</code>." in said
    assert "one<br>two" in said
    assert "Mind &lt;this&gt;." in said
    assert "Do 3 &amp; &lt;more&gt;." in said
    assert "Do 4" not in said
    assert "<b>Start with the reading</b> (about 1 min)" in said
    assert "Read this." not in said


def test_a_description_holds_nothing_that_runs_or_comes_from_elsewhere(tmp_path: Path):
    bad = (
        "'<script>alert(1)</script><b onclick=x()>So</b> <img src=https://x.org/a.png onerror=y()>'"
    )
    course = COURSE_YAML.replace("A course for tests.", "'<iframe src=//x.org></iframe>Fine.'")
    text = lesson("", bad.replace(" <img src=https://x.org/a.png onerror=y()>", ""))
    files = {"course.yaml": course, "lessons/01-first.yaml": text}

    said = " ".join(deck.description for deck in compiled(write_course(tmp_path, files)).decks)

    assert "<b>So</b>" in said
    assert "Fine." in said
    for part in ("<script", "onclick", "<iframe", "x.org", "src="):
        assert part not in said


@pytest.mark.parametrize(
    ("course", "said", "points"),
    [
        (COURSE_YAML, "Start with the reading", True),
        (NO_READING_CARDS, "reading", False),
        (NO_READING_CARDS + "homepage: https://example.org/a\n", "https://example.org/a</a>", True),
    ],
)
def test_a_lesson_says_where_to_read(tmp_path: Path, course: str, said: str, points: bool):
    files = {"course.yaml": course, "lessons/01-first.yaml": lesson("Words.")}

    assert (said in of_lesson(compiled(write_course(tmp_path, files)))) is points


def test_what_the_description_has_no_room_for_is_on_cards(
    arrive: Callable[[Deck], set[str]], collection: Collection, tmp_path: Path
):
    deck = compiled(write_course(tmp_path / "c", {"course.yaml": LONG + NOTICE + HELP}))
    arrive(deck)

    said = deck.decks[0].description
    assert "A course." in said
    assert "Take your time." not in said
    assert "<strong>no</strong> diagnosis" in said
    [notice] = collection.find_cards("ID:course-notice")
    text = collection.get_card(notice).render_output().question_text
    assert "A course." in text
    assert "Take your time." in text
    assert "<strong>no</strong> diagnosis" in text
    [help] = collection.find_cards("ID:course-help")
    assert "112" in collection.get_card(help).render_output().question_text
    assert "<summary>Where to find help</summary>" in said
    assert "112" in said


@pytest.mark.parametrize(
    ("course", "cards"),
    [(COURSE_YAML, []), (LONG, ["course-notice"]), (COURSE_YAML + NOTICE, ["course-notice"])],
)
def test_a_course_whose_description_says_all_needs_no_card_for_it(
    tmp_path: Path, course: str, cards: list[str]
):
    deck = compiled(write_course(tmp_path, {"course.yaml": course}))

    assert [note.card for note in deck.notes] == [*cards, "define"]


def test_packages_and_folders_that_are_imported_keep_the_words(tmp_path: Path):
    import json

    deck = compiled(write_course(tmp_path / "c", {"course.yaml": LONG + NOTICE}))
    pipeline.package(deck, tmp_path / "tiny.apkg")
    pipeline.write(crowdanki, deck, tmp_path / "folder")

    [root] = [
        deck for name, deck in packages.read(tmp_path / "tiny.apkg").decks.items() if name == "Tiny"
    ]
    written = json.loads((tmp_path / "folder" / "deck.json").read_text(encoding="utf-8"))

    assert root.description == written["desc"] == deck.decks[0].description
    assert written["md"] is False
