"""`attachdeck plan`: the days that Anki's own engine plays, and what follows from them."""

from __future__ import annotations

import builtins
import importlib.util
import json
import random
import shutil
import xml.etree.ElementTree as ET
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import Result

from attachdeck.compile.deck import Deck
from support.commands import need, run
from support.courses import COURSE, COURSE_YAML, LESSON_HEAD, write_course
from support.engine import Learner, do_import

if TYPE_CHECKING:
    from anki.collection import Collection

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _engine():
    need("the package anki", importlib.util.find_spec("anki") is not None)


def cards(prefix: str, count: int) -> str:
    return "".join(
        f"  - {{id: {prefix}{n}, kind: basic, prompt: {prefix} {n}?, answer: A}}\n"
        for n in range(count)
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Three lessons with 30, 20 and 10 cards."""
    lessons = {
        f"lessons/0{n}-{name}.yaml": LESSON_HEAD.replace("first", name).replace("First", name)
        + cards(name, 40 - 10 * n)
        for n, name in enumerate(("first", "second", "third"), 1)
    }
    return write_course(tmp_path / "course", lessons)


def planned(folder: Path, *options: str) -> dict:
    result = run("plan", folder, "--format", "json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_card_is_new_once_and_lessons_open_in_order(course: Path):
    plan = planned(course, "--new", "7")
    new = [day["new"] for day in plan["days"]]
    assert sum(new) == plan["cards"] == 60
    assert max(new) == 7
    assert [(lesson["deck"], lesson["cards"]) for lesson in plan["lessons"]] == [
        ("01 first", 30),
        ("02 second", 20),
        ("03 third", 10),
    ]
    seen = list(accumulate(new))
    assert (
        [lesson["opens"] for lesson in plan["lessons"]]
        == [1 + sum(count <= before for count in seen) for before in (0, 30, 50)]
        == [1, 5, 8]
    )
    assert plan["last_new_card"] == 9 == seen.index(60) + 1


def test_decks_within_decks_open_in_ankis_order(course: Path):
    (course / "course.yaml").write_text(
        COURSE_YAML.replace("deck: Tiny", "deck: School::Tiny"), encoding="utf-8"
    )
    for number, (name, deck) in enumerate(
        (("first", "B::Intro"), ("second", "a::Intro"), ("third", "a b")), 1
    ):
        lesson = course / f"lessons/0{number}-{name}.yaml"
        lesson.write_text(
            f"deck: '{deck}'\n" + lesson.read_text(encoding="utf-8"), encoding="utf-8"
        )
    assert [(entry["deck"], entry["cards"]) for entry in planned(course)["lessons"]] == [
        ("a::Intro", 20),
        ("a b", 10),
        ("B::Intro", 30),
    ]


def test_the_flagships_cards_are_all_planned(flagship: Deck):
    plan = planned(COURSE)
    assert (
        plan["cards"]
        == sum(lesson["cards"] for lesson in plan["lessons"])
        == sum(len(note.cards) for note in flagship.notes)
    )
    opens = [lesson["opens"] for lesson in plan["lessons"]]
    assert opens == sorted(opens)
    assert plan["lessons"][0]["deck"].startswith("01")
    decks = [lesson["deck"] for lesson in plan["lessons"]]
    practice = [deck for deck in decks if deck.endswith("::Practice")]
    assert practice
    assert plan["practice_in_ten_days"] >= 1
    assert plan["recall_after_six_months"]["seen"] == plan["cards"]
    assert plan["recall_after_six_months"]["percent"] >= 90
    weeks = [plan["days"][first : first + 7] for first in range(0, len(plan["days"]), 7)]
    a_day = [sum(day["minutes"] for day in week) / 7 for week in weeks]
    assert max(a_day) < 16
    assert sum(a_day) / len(a_day) < 15
    for deck in practice:
        assert decks[decks.index(deck) - 1] == deck.removesuffix("::Practice")


def test_practice_opens_after_its_lesson_and_returns_soon(course: Path):
    lesson = course / "lessons/01-first.yaml"
    written = lesson.read_text(encoding="utf-8")
    usual = planned(course, "--new", "10")
    exercise = "  - {id: do-it, kind: practice, prompt: Notice one thing.}\n"
    lesson.write_text(written.replace("cards:\n", f"cards:\n{exercise}"), encoding="utf-8")
    plan = planned(course, "--new", "10")
    opens = [(entry["deck"], entry["opens"]) for entry in plan["lessons"]]
    assert opens == [("01 first", 1), ("01 first::Practice", 4), ("02 second", 4), ("03 third", 6)]
    [returns] = [
        entry["returns_every_days"] for entry in plan["lessons"] if "Practice" in entry["deck"]
    ]
    assert 5 < returns < 10
    assert plan["practice_in_ten_days"] > 0
    assert usual["practice_in_ten_days"] == 0
    assert "practice 1 cards; at least " in run("plan", course, "--new", "10").stdout
    (course / "course.yaml").write_text(
        COURSE_YAML + "study: {practice: {maximum_interval: 3}}\n", encoding="utf-8"
    )
    [weekly] = [entry for entry in planned(course)["lessons"] if "Practice" in entry["deck"]]
    assert weekly["returns_every_days"] < 4
    assert sum(day["reviews"] for day in plan["days"]) > sum(
        day["reviews"] for day in usual["days"]
    )
    assert f"every {weekly['returns_every_days']:.0f} days" in run("plan", course).stdout


def test_more_new_cards_a_day_end_earlier_and_ask_more(course: Path):
    slow, fast = (planned(course, "--new", new) for new in ("5", "10"))
    assert fast["last_new_card"] < slow["last_new_card"]
    assert max(day["minutes"] for day in fast["days"]) > max(day["minutes"] for day in slow["days"])


def test_the_pace_is_the_courses_own(course: Path):
    (course / "course.yaml").write_text(
        COURSE_YAML + "study: {new_cards_a_day: 3, reviews_a_day: 50, desired_retention: 85}\n",
        encoding="utf-8",
    )
    plan = planned(course)
    assert (plan["new_cards_a_day"], plan["reviews_a_day"], plan["desired_retention"]) == (
        3,
        50,
        85,
    )
    assert max(day["new"] for day in plan["days"]) == 3
    plan = planned(course, "--new", "4", "--reviews", "60", "--retention", "80")
    assert (plan["new_cards_a_day"], plan["reviews_a_day"], plan["desired_retention"]) == (
        4,
        60,
        80,
    )


def test_whoever_wants_to_recall_more_reviews_more(course: Path):
    low, high = (
        sum(day["reviews"] for day in planned(course, "--retention", percent)["days"])
        for percent in ("80", "95")
    )
    assert high > low


def test_whoever_wants_to_recall_more_recalls_more_after_six_months(course: Path):
    recall = [
        planned(course, "--retention", percent)["recall_after_six_months"]
        for percent in ("75", "85", "95")
    ]
    assert [share["seen"] for share in recall] == [60, 60, 60]
    low, middle, high = (share["percent"] for share in recall)
    assert 75 < low < middle < high < 100
    shown = run("plan", course, "--retention", "95").stdout
    assert f"recall  {high:.0f} % of the 60 cards seen by day 182, after six months" in shown


def test_recall_counts_the_cards_seen_so_far(tmp_path: Path):
    folder = write_course(tmp_path, cards=cards("many", 300))
    recall = planned(folder, "--new", "1")["recall_after_six_months"]
    assert recall["seen"] == 182
    assert recall["percent"] > 90


def test_practice_that_returns_soon_is_recalled_better(tmp_path: Path):
    exercises = "".join(f"  - {{id: do{n}, kind: practice, prompt: Do {n}.}}\n" for n in range(50))
    folder = write_course(tmp_path, cards=cards("ask", 10) + exercises)
    often, seldom = (
        planned_with(folder, f"study: {{practice: {{maximum_interval: {days}}}}}\n")
        for days in (2, 90)
    )
    assert often["percent"] > seldom["percent"]


def planned_with(folder: Path, study: str) -> dict:
    (folder / "course.yaml").write_text(COURSE_YAML + study, encoding="utf-8")
    return planned(folder)["recall_after_six_months"]


@pytest.mark.slow
def test_a_learner_played_in_ankis_scheduler_recalls_what_the_plan_says(
    tmp_path: Path, collection: Collection
):
    folder = write_course(tmp_path / "course", cards=cards("ask", 60))
    assert run("build", folder, "-o", tmp_path / "deck.apkg").exit_code == 0
    do_import(collection, tmp_path / "deck.apkg")
    learner = Learner(collection)
    memory = random.Random(1)
    for day in range(1, 183):
        new = collection.db.list("select id from cards where queue = 0 order by due limit 5")
        due = collection.db.list(
            "select id from cards where queue = 2 and due <= ?", collection.sched.today
        )
        for card in (*due, *new):
            study(learner, card, memory)
        if day < 182:
            a_day_passes(collection)
    recalled = [retrievability(collection, card) for card in collection.find_cards("-is:new")]
    plan = planned(folder, "--new", "5")["recall_after_six_months"]
    assert len(recalled) == plan["seen"] == 60
    assert 100 * sum(recalled) / 60 == pytest.approx(plan["percent"], abs=4)


def retrievability(collection: Collection, card: int) -> float:
    return collection.card_stats_data(card).fsrs_retrievability


def study(learner: Learner, card: int, memory: random.Random) -> None:
    """Answer a card as often as Anki asks that day, right as likely as FSRS thinks."""
    collection = learner.collection
    while True:
        before = collection.get_card(card)
        likely = retrievability(collection, card) if before.queue == 2 else 0.85
        learner.answer(card, 2 if memory.random() < likely else 0)
        if collection.get_card(card).queue == 2:
            return


def a_day_passes(collection: Collection) -> None:
    """Move all that was studied a day into the past."""
    collection.db.execute("update cards set due = due - 1 where queue = 2")
    collection.db.execute(
        "update cards set data = json_set(data, '$.lrt', json_extract(data, '$.lrt') - 86400) "
        "where reps > 0"
    )
    collection.db.execute("update revlog set id = id - 86400000")


def test_reviews_at_most_hold_new_cards_back(course: Path):
    plan = planned(course, "--new", "10", "--reviews", "12")
    assert all(day["new"] + day["reviews"] <= 12 for day in plan["days"])
    assert plan["last_new_card"] > planned(course, "--new", "10")["last_new_card"]


def test_seconds_a_card_make_the_minutes(course: Path):
    for day in planned(course, "--seconds", "30")["days"]:
        assert day["minutes"] == pytest.approx((day["new"] + day["reviews"]) / 2, abs=0.06)


def test_a_term_takes_the_fewest_new_cards_that_leave_two_weeks(course: Path):
    terms = planned(course, "--weeks", "4", "--weeks", "8")["terms"]
    assert [(term["weeks"], term["new_cards_a_day"]) for term in terms] == [(4, 5), (8, 2)]
    assert all(term["last_new_card"] <= 7 * term["weeks"] - 14 for term in terms)
    assert planned(course, "--new", "4")["last_new_card"] > 14, "one new card less would not do"


def test_a_term_that_is_too_short_says_so(course: Path):
    assert planned(course, "--reviews", "7", "--weeks", "3")["terms"] == [
        {
            "weeks": 3,
            "new_cards_a_day": None,
            "minutes_a_day": None,
            "minutes_in_busiest_week": None,
            "last_new_card": None,
        }
    ]
    assert "3 weeks  does not fit" in run("plan", course, "--reviews", "7", "--weeks", "3").stdout


def test_the_same_question_gets_the_same_days(course: Path):
    assert (
        run("plan", course, "--format", "json").stdout
        == run("plan", course, "--format", "json").stdout
    )


def test_a_terminal_shows_tables(course: Path):
    lines = run("plan", course, "--new", "7").stdout.splitlines()
    assert lines[0] == "cards   60"
    assert lines[2] == "new     until day 9, in week 2"
    assert lines[7:11] == [
        "opens  week  cards  lesson",
        "day 1  1     30     01 first",
        "day 5  1     20     02 second",
        "day 8  2     10     03 third",
    ]
    assert [line.split()[:3] for line in lines[13:]] == [["6", "weeks", "3"], ["12", "weeks", "1"]]


def test_retired_cards_are_not_planned(course: Path):
    lesson = course / "lessons/03-third.yaml"
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace(
            "answer: A}", "answer: A, status: retired, retired_because: Wrong.}"
        ),
        encoding="utf-8",
    )
    plan = planned(course)
    assert plan["cards"] == 50
    assert [entry["deck"] for entry in plan["lessons"]] == ["01 first", "02 second"]


def test_nothing_is_written(course: Path):
    before = sorted(path.relative_to(course) for path in course.rglob("*"))
    planned(course)
    assert sorted(path.relative_to(course) for path in course.rglob("*")) == before


def drawn(course: Path, path: Path) -> Path:
    result = run("plan", course, "--chart", path)
    assert result.exit_code == 0, result.output
    assert result.stderr == f"chart: {path}\n"
    return path


def test_the_chart_says_in_words_what_it_shows(course: Path, tmp_path: Path):
    path = drawn(course, tmp_path / "charts" / "plan.svg")
    root = ET.parse(path).getroot()
    assert root.attrib["aria-labelledby"] == "title desc"
    assert root.find(f"{SVG}title").text == "Tiny: cards a day, week by week"
    weeks = [title.text for title in root.iter(f"{SVG}title")][1:]
    days = planned(course)["days"]
    assert len(weeks) == -(-len(days) // 7)
    assert weeks[0].startswith(f"Week 1: {sum(day['new'] for day in days[:7]) / 7:.0f} new cards, ")
    assert root.find(f"{SVG}desc").text == " ".join(f"{week}." for week in weeks)
    assert path.read_bytes() == drawn(course, path).read_bytes()


def test_a_strangers_title_stays_text(course: Path, tmp_path: Path):
    title = """T<script>alert(1)</script>&amp;"'"""
    (course / "course.yaml").write_text(
        COURSE_YAML.replace("title: Tiny", f"title: {json.dumps(title)}"), encoding="utf-8"
    )
    root = ET.parse(drawn(course, tmp_path / "plan.svg")).getroot()
    assert root.find(f"{SVG}title").text.startswith(title)
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_the_chart(course: Path, tmp_path: Path, scheme: str):
    need("the package playwright", importlib.util.find_spec("playwright") is not None)
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    path = drawn(course, tmp_path / "plan.svg")
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(color_scheme=scheme)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path.as_uri())
        paper = page.evaluate("getComputedStyle(document.querySelector('.paper')).fill")
        bars = page.evaluate(
            "[...document.querySelectorAll('g .reviews')].map(each => "
            "each.getBoundingClientRect().height)"
        )
        inside = page.evaluate(
            "[...document.querySelectorAll('text')].every(each => each.getBBox().x >= 0 && "
            "each.getBBox().x + each.getBBox().width <= 760)"
        )
        browser.close()
    assert troubles == []
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(30, 30, 30)"}[scheme]
    assert max(bars) > 50
    assert inside


def test_a_chart_that_cannot_be_written_is_an_error(course: Path, tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("plan", course, "--chart", tmp_path / "file" / "plan.svg")
    assert result.exit_code == 1
    assert "the chart cannot be written" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--new", "0"),
        ("--new", "many"),
        ("--reviews", "0"),
        ("--retention", "69"),
        ("--retention", "98"),
        ("--seconds", "0"),
        ("--weeks", "2"),
        ("--format", "xml"),
        ("--chart", "."),
    ],
)
def test_wrong_usage_ends_with_2(course: Path, options: tuple[str, str]):
    result = run("plan", course, *options)
    assert result.exit_code == 2
    assert options[0] in result.stderr


def failed(course: Path, *options: str) -> Result:
    result = run("plan", course, *options)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    return result


def test_a_course_without_cards_has_no_plan(tmp_path: Path):
    assert (
        "the course has no cards yet"
        in failed(
            write_course(
                tmp_path, {"lessons/01-first.yaml": LESSON_HEAD.replace("cards:", "cards: []")}
            )
        ).stderr
    )


def test_a_course_with_mistakes_has_no_plan(course: Path):
    (course / "lessons/02-second.yaml").write_text("id: [\n", encoding="utf-8")
    assert "no plan was made" in failed(course).stderr


def test_a_pace_that_never_ends_is_an_error(tmp_path: Path):
    folder = write_course(tmp_path, cards=cards("many", 400))
    assert "400 cards take more than 10 years" in failed(folder, "--reviews", "1").stderr


def test_without_the_engine_it_says_what_to_install(course: Path, monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest):
        if name.partition(".")[0] == "anki":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    result = run("plan", course)
    assert result.exit_code == 2
    assert 'pip install "attachdeck[verify]"' in result.stderr
