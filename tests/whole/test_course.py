"""The flagship course is what its readers were promised."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

import pytest

from attachdeck import pipeline
from attachdeck.compile.notes import NOTE_TYPE_OF
from attachdeck.domain.course import Card, ChoiceCard, Course, Lesson, OcclusionCard, VignetteCard
from support.commands import need, run
from support.courses import COURSE, compiled

CLAIMS = {f"S{number}" for number in range(1, 65)} - {"S60", "S63", "S64"}
"""The claims of the article that the course starts from; S60, S63 and S64 are about the article
itself and not taught."""


SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def course() -> Course:
    checked = pipeline.check(COURSE)
    assert checked.diagnostics == ()
    return checked.course


def test_fourteen_lessons_in_order_of_which_one_mixes_those_before_it(course: Course):
    assert [lesson.number for lesson in course.lessons] == list(range(1, 15))
    assert [lesson.number for lesson in course.lessons if lesson.mixed] == [11]


def lessons_of_their_own(course: Course) -> list[Lesson]:
    """Return the lessons that have cards and a reading of their own."""
    return [lesson for lesson in course.lessons if not lesson.mixed]


def test_there_are_enough_cards_of_every_kind(course: Course):
    kinds = Counter(card.kind for card in course.cards())
    assert 180 <= kinds.total() <= 380
    assert kinds.keys() == NOTE_TYPE_OF.keys() - {"reference", "reading"}


def test_every_claim_of_the_article_is_taught_or_corrected(course: Course):
    touched = {claim for card in course.cards() for claim in card.article}
    assert touched == CLAIMS


def is_factual(card: Card) -> bool:
    return card.kind not in ("practice", "produce", "vignette")


def test_every_factual_card_names_a_source_or_says_that_it_is_advice(course: Course):
    unsourced = [card for card in course.cards() if is_factual(card) and not card.sources]
    silent = {card.id for card in unsourced if "advice" not in prompt_of(card).casefold()}
    assert silent == {"help-information-only"}


def prompt_of(card: Card) -> str:
    return card.question if isinstance(card, ChoiceCard) else card.prompt


def test_every_card_names_its_objective(course: Course):
    assert [card.id for card in course.cards() if card.objective is None] == []


def test_every_objective_has_a_card(course: Course):
    served = {card.objective for card in course.cards()}
    assert [
        objective.id
        for lesson in lessons_of_their_own(course)
        for objective in lesson.objectives
        if objective not in served
    ] == []


def test_readings_are_short_enough_to_be_read(course: Course):
    lengths = {
        lesson.id: len(re.findall(r"\w+", lesson.reading_text))
        for lesson in lessons_of_their_own(course)
    }
    assert {name: words for name, words in lengths.items() if not 400 <= words <= 760} == {}


def test_a_card_about_something_frightening_says_so_first_and_its_lesson_does_not(course: Course):
    assert [lesson.id for lesson in course.lessons if lesson.content_note] == []
    noted = {card.id for card in course.cards() if card.content_note}
    assert {"fst-noor", "fearful-fear-of-a-person", "help-coercive-therapies"} <= noted
    assert "help-culture-critique" not in noted


def test_an_alarm_that_is_right_is_a_card_a_scene_and_part_of_the_reading(course: Course):
    [lesson] = [lesson for lesson in course.lessons if lesson.id == "anxious-pattern"]
    cards = {card.id: card for card in lesson.cards}
    scenes = [card for card in lesson.cards if isinstance(card, VignetteCard)]
    assert "alarm-can-be-right" in cards
    assert {"talk", "safety"} <= {card.answer for card in scenes if card.option_set == "first"}
    assert "sometimes it is right" in lesson.reading_text


def test_help_lines_are_listed_by_need(course: Course):
    assert course.help
    needs = [line.where.partition(",")[0] for line in course.help.lines]
    order = ["Danger", "Someone to talk to", "Abuse"]
    assert set(needs) == set(order)
    assert needs == sorted(needs, key=order.index)


def test_the_deck_says_what_it_is_not_and_where_to_find_help(course: Course):
    description = compiled(COURSE).decks[0].description
    for phrase in (
        "not a diagnosis",
        "988",
        "findahelpline.com",
        "Last checked",
        "CC BY 4.0",
        course.version,
    ):
        assert phrase in description


def overview(course: Course) -> str:
    """For each lesson: cards by kind, sources used, claims of the article covered."""
    rows = ["| lesson | cards | kinds | sources | claims |", "|---|---|---|---|---|"]
    for lesson in course.lessons:
        kinds = ", ".join(
            f"{count} {kind}"
            for kind, count in sorted(Counter(card.kind for card in lesson.cards).items())
        )
        sources = len({citation.source.key for card in lesson.cards for citation in card.sources})
        claims = sorted(
            {claim for card in lesson.cards for claim in card.article},
            key=lambda claim: int(claim[1:]),
        )
        rows.append(
            f"| {lesson.number} {lesson.title} | {len(lesson.cards)} | {kinds} | {sources} | "
            f"{', '.join(claims)} |"
        )
    used = {citation.source.key for card in course.cards() for citation in card.sources}
    rows.append(
        f"| **all** | {sum(1 for _ in course.cards())} | | {len(used)} | {len(CLAIMS)} of "
        f"{len(CLAIMS)} |"
    )
    return "\n".join(rows) + "\n"


def test_the_overview_in_the_readme_is_right(course: Course):
    assert in_readme("table", overview(course)) == overview(course)


def test_the_map_in_the_readme_is_what_the_command_prints():
    printed = run("map", COURSE).stdout
    assert in_readme("map", printed) == printed


def in_readme(name: str, wanted: str) -> str:
    """What the README has between two comments; renewed where that is asked for."""
    readme = COURSE / "README.md"
    start, end = f"<!-- the {name} -->\n", f"<!-- the end of the {name} -->\n"
    head, _, rest = readme.read_text(encoding="utf-8").partition(start)
    documented, _, tail = rest.partition(end)
    if "ATTACHDECK_RENEW" in os.environ:
        documented = wanted
        readme.write_text(head + start + documented + end + tail, encoding="utf-8")
    return documented


def requirements_of(course: Course, lesson: str) -> set[str]:
    """The lessons that a lesson builds on, and what these build on."""
    known = {lesson.id: lesson.requires for lesson in course.lessons}
    return set(known[lesson]).union(*(requirements_of(course, each) for each in known[lesson]))


def test_whoever_comes_for_their_relationships_needs_no_infants(course: Course):
    assert requirements_of(course, "self-regulation") == {
        "what-attachment-is",
        "adult-attachment",
        "security-in-adults",
        "anxious-pattern",
    }
    assert not {"strange-situation", "infant-patterns"} & requirements_of(course, "fearful-pattern")


def test_every_objective_has_a_level_and_two_in_five_ask_for_more_than_remembering(course: Course):
    levels = [objective.level for lesson in course.lessons for objective in lesson.objectives]
    assert all(levels)
    assert sum(level != "remember" for level in levels) >= 0.4 * len(levels)


@pytest.fixture(scope="module")
def statistics() -> dict[str, Any]:
    printed = run("check", COURSE, "--stats", "--format", "json").stdout
    return json.loads(printed)["statistics"][0]


def test_every_objective_has_a_card_that_applies_it(statistics: dict[str, Any]):
    assert statistics["objectives_without_application"] == []


def test_cards_and_readings_are_easy_to_read(statistics: dict[str, Any]):
    readability = statistics["readability"]
    assert readability["cards"]["p90"] <= 10
    assert readability["readings"]["p90"] <= 8


def test_the_longest_option_does_not_tell_the_right_one(statistics: dict[str, Any]):
    options = statistics["options"]
    assert options["right_is_longest"] <= 0.4 * options["cards"]


def test_a_learners_day_stays_within_fifteen_minutes():
    need("the package anki", importlib.util.find_spec("anki") is not None)
    busiest = re.search(r"(\d+) minutes in the busiest week", run("plan", COURSE).stdout)
    assert busiest
    assert int(busiest[1]) <= 15


def test_the_flagship_has_enough_scenes(course: Course):
    answers = Counter(
        (card.option_set, card.answer) for card in course.cards() if isinstance(card, VignetteCard)
    )
    assert answers.total() >= 30
    for name in ("pattern", "step"):
        assert {answer for used, answer in answers if used == name} == set(
            course.option_sets[name].options
        )


def test_confusable_things_are_contrasted_and_common_sayings_corrected(course: Course):
    tags = Counter(tag for card in course.cards() for tag in card.tags)
    total = sum(1 for _ in course.cards())
    assert tags["contrast"] / total >= 0.18
    assert 0.05 <= tags["correction"] / total <= 0.1


def test_the_notice_comes_first_and_the_help_lines_last(course: Course):
    notes = compiled(COURSE).notes
    first, last = notes[0], notes[-1]
    assert (first.kind, last.kind) == ("reference", "reference")
    assert "not a diagnosis" in first.fields[1]
    assert all(line.where in last.fields[1] for line in course.help.lines)
    assert not [tag for note in (first, last) for tag in note.tags if tag.endswith("sensitive")]


def test_every_picture_is_shown_on_a_card_or_in_a_reading(course: Course):
    """Those of a scene are on its card only, for a reading asks nothing of it."""
    for file in course.pictures:
        readings = [lesson.reading_text for lesson in course.lessons]
        assert any(file in text for text in (*readings, *map(_shown_on, course.cards()))), file


def test_every_reading_has_a_picture(course: Course):
    for lesson in lessons_of_their_own(course):
        assert any(file in lesson.reading_text for file in course.pictures), lesson.id


def test_every_picture_is_drawn_by_day_and_by_night(course: Course):
    """Both are of one size and small, say what they show, and need nothing from elsewhere."""
    for file, picture in course.pictures.items():
        assert picture.night, file
        day, night = (ET.fromstring(one.content) for one in (picture, picture.night))
        assert day.attrib == night.attrib, file
        for version in (picture, picture.night):
            assert len(version.content) < 12_000, file
            root = ET.fromstring(version.content)
            assert [root[0].tag, root[1].tag] == [SVG + "title", SVG + "desc"], file
            assert all((root[0].text, root[1].text)), file
            assert root.get("role") == "img", file
            tags = {element.tag for element in root.iter()}
            assert not tags & {SVG + tag for tag in ("style", "a", "image", "use", "font")}, file


def test_the_words_of_a_picture_can_be_read_on_a_phone(course: Course):
    """13 px at a width of 320."""
    for file, picture in course.pictures.items():
        root = ET.fromstring(picture.content)
        for words in root.iter(SVG + "text"):
            assert float(words.attrib["font-size"]) * 320 / float(root.attrib["width"]) >= 13, file


def _shown_on(card: Card) -> str:
    """Return a card's texts that may show a picture."""
    if isinstance(card, OcclusionCard):
        return card.picture.file
    return card.why + (card.scenario if isinstance(card, VignetteCard) else "")
