"""A lesson of mixed review: cards of others in a changing order, and no note twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import outputs
from attachdeck.compile.mixing import mixed_cards
from attachdeck.outputs import paper, site
from support.commands import run
from support.courses import compiled, write_course
from support.engine import Learner, do_import

if TYPE_CHECKING:
    from anki.collection import Collection

MIX = """\
id: mix
title: All mixed
summary: What is alike.
objectives:
  - {id: mix-goal, text: Tell them apart., level: analyse}
mixed: MIXED
cards: []
"""
DRAWN = "objectives: [goal-one, goal-two], tags: [alike]"


def lesson(name: str) -> str:
    cards = "".join(
        f"  - {{id: {name}-{n}, kind: basic, prompt: '{name} {n}?', answer: This {n}.,"
        f" objective: goal-{name}}}\n"
        for n in range(3)
    )
    return (
        f"id: {name}\ntitle: Lesson {name}\nsummary: About {name}.\nobjectives:\n"
        f"  - {{id: goal-{name}, text: Know {name}.}}\n  - {{id: other-{name}, text: More.}}\n"
        f"cards:\n{cards}"
        f"  - {{id: {name}-tagged, kind: basic, prompt: '{name} T?', answer: T.,"
        f" objective: other-{name}, tags: ['alike::{name}']}}\n"
        f"  - {{id: {name}-apart, kind: basic, prompt: '{name} A?', answer: A.,"
        f" objective: other-{name}}}\n"
        f"  - {{id: {name}-gone, kind: basic, prompt: '{name} G?', answer: G.,"
        f" objective: goal-{name}, status: retired, retired_because: Old.}}\n"
    )


def course(folder: Path, mixed: str = DRAWN) -> Path:
    files: dict[str, str | bytes] = {
        "lessons/01-one.yaml": lesson("one"),
        "lessons/02-two.yaml": lesson("two"),
        "lessons/03-mix.yaml": MIX.replace("MIXED", f"{{{mixed}}}"),
        "lessons/04-late.yaml": lesson("late"),
    }
    write_course(folder, files)
    (folder / "lessons" / "01-first.yaml").unlink()
    return folder


EXPECTED = {f"{name}-{which}" for name in ("one", "two") for which in (0, 1, 2, "tagged")}


def in_turn(ids: list[str]) -> bool:
    """Whether cards of two lessons take turns."""
    names = [id.partition("-")[0] for id in ids]
    return all(first != second for first, second in itertools.pairwise(names))


def test_cards_of_earlier_lessons_are_drawn_in_turn_and_the_same_each_time(tmp_path: Path):
    deck = compiled(course(tmp_path))
    mix = deck.course.lessons[2]
    ids = [card.id for card in mixed_cards(deck.course, mix)]
    assert set(ids) == EXPECTED
    assert len(ids) == len(EXPECTED)
    assert in_turn(ids)
    assert ids == [card.id for card in mixed_cards(deck.course, mix)]
    assert mixed_cards(deck.course, deck.course.lessons[0]) == []


def test_no_card_is_a_note_twice_and_the_drawn_ones_stay_as_they_were(tmp_path: Path):
    deck = compiled(course(tmp_path / "mixed"))
    plain = course(tmp_path / "plain")
    (plain / "lessons" / "03-mix.yaml").unlink()
    without = compiled(plain)
    guids = [note.guid for note in deck.notes]
    assert len(guids) == len(set(guids))
    contents = {note.card: (note.content, note.deck) for note in deck.notes}
    assert contents.keys() - {note.card for note in without.notes} == {"mix-mixed"}
    assert {note.card: (note.content, note.deck) for note in without.notes}.items() <= (
        contents.items()
    )


def test_the_search_on_the_card_makes_a_filtered_deck_of_what_was_learnt(
    tmp_path: Path, collection: Collection
):
    folder = course(tmp_path / "course")
    built = run("build", folder, "-o", tmp_path / "deck.apkg")
    assert built.exit_code == 0, built.stderr
    do_import(collection, tmp_path / "deck.apkg")
    [card] = [collection.get_card(id) for id in collection.find_cards("ID:mix-mixed")]
    assert collection.decks.name(card.did) == "Tiny::03 All mixed"
    [search] = re.findall(r"<code>(.*?)</code>", card.answer())
    assert search == (
        "(tag:tiny::objective::goal-one OR tag:tiny::objective::goal-two OR tag:tiny::alike)"
        " -is:new"
    )
    assert list(collection.find_cards(search)) == []
    learner = Learner(collection)
    for name in ("one-0", "two-tagged", "one-apart"):
        learner.review(name)
    deck = collection.sched.get_or_create_filtered_deck(0)
    deck.name = "Mixed"
    term = deck.config.search_terms[0]
    term.search, term.limit = search, 100
    del deck.config.search_terms[1:]
    id = collection.sched.add_or_update_filtered_deck(deck).id
    gathered = {collection.get_card(card).note()["ID"] for card in collection.decks.cids(id)}
    assert gathered == {"one-0", "two-tagged"}


def asked(html: str, pattern: str) -> Iterator[str]:
    yield from re.findall(pattern, html)


def test_the_website_and_the_handout_ask_the_drawn_cards_in_that_order(tmp_path: Path):
    deck = compiled(course(tmp_path / "course"))
    outputs.put(site, deck, tmp_path / "site")
    page = (tmp_path / "site" / "lesson-mix.html").read_text(encoding="utf-8")
    ids = list(asked(page, r'<article class="prompt [a-z-]+" id="card-([\w-]+)-0"'))
    assert ids == [card.id for card in mixed_cards(deck.course, deck.course.lessons[2])]
    own = (tmp_path / "site" / "lesson-one.html").read_text(encoding="utf-8")
    keys = set(asked(own, r'data-key="([^"]+)"'))
    assert len(keys & set(asked(page, r'data-key="([^"]+)"'))) == 4
    searched = (tmp_path / "site" / "texts.js").read_text(encoding="utf-8")
    assert len(re.findall(r'"title": ?"one 0\?"', searched)) == 1
    outputs.put(paper, deck, tmp_path / "paper")
    handout = (tmp_path / "paper" / "handout.html").read_text(encoding="utf-8")
    [sheet] = re.findall(r"<h2>03 All mixed</h2>.*?</section>", handout, re.DOTALL)
    assert len(list(asked(sheet, r"<dt>\d+</dt>"))) == len(EXPECTED)
    first = next(asked(sheet, r"<dt>(\d+)</dt>"))
    assert handout.count(f"<dt>{first}</dt>") == 3  # Asked twice, answered once.


@pytest.mark.parametrize(
    ("mixed", "rule"),
    [
        ("objectives: [goal-oen]", "unknown-objective"),
        ("", "schema"),
        ("objective: [goal-one]", "unknown-key"),
    ],
)
def test_a_wrong_mix_is_told(tmp_path: Path, mixed: str, rule: str):
    said = run("check", course(tmp_path, mixed))
    assert said.exit_code == 1
    assert f"error[{rule}]" in said.stdout
    assert "03-mix.yaml:6" in said.stdout


@pytest.mark.parametrize("mixed", ["tags: [alkie]", "tags: [alik]", "objectives: [goal-late]"])
def test_a_review_that_draws_nothing_is_an_error_at_its_line(tmp_path: Path, mixed: str):
    folder = course(tmp_path / "course", mixed)
    for said in (run("check", folder), run("build", folder, "-o", tmp_path / "deck.apkg")):
        assert said.exit_code == 1
        [place] = re.findall(r"error\[empty-mix\].*\n *--> \S*03-mix\.yaml:(\d+:\d+)", said.output)
        assert place == "6:1"


def test_what_a_review_draws_is_unknown_while_a_lesson_before_it_has_errors(tmp_path: Path):
    folder = course(tmp_path / "course", "tags: [alike]")
    for name in ("01-one", "02-two"):
        path = folder / "lessons" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("kind: basic, ", "", 1), "utf-8")
    said = run("check", folder)
    assert said.exit_code == 1
    assert "empty-mix" not in said.stdout


SCENES = """\
option_sets: {mood: {question: Which?, options: {glad: Glad, sad: Sad}}}
cards:
  - {id: laugh, kind: vignette, scenario: She laughs., options: mood, answer: glad,
     cue: She laughs., near_miss: {option: sad, why: No.}}
  - {id: weep, kind: vignette, scenario: She weeps., options: mood, answer: sad,
     cue: She weeps., near_miss: {option: glad, why: No.}}
"""


@pytest.mark.parametrize(
    ("tag", "drawn"), [("mood::glad", {"laugh"}), ("kind::vignette", {"laugh", "weep"})]
)
def test_the_website_and_ankis_search_draw_the_same_by_tags_that_the_compiler_adds(
    tmp_path: Path, collection: Collection, tag: str, drawn: set[str]
):
    folder = course(tmp_path / "course", f"tags: ['{tag}']")
    path = folder / "lessons" / "01-one.yaml"
    path.write_text(path.read_text(encoding="utf-8").split("cards:")[0] + SCENES, "utf-8")
    deck = compiled(folder)
    assert {card.id for card in mixed_cards(deck.course, deck.course.lessons[2])} == drawn
    assert run("build", folder, "-o", tmp_path / "deck.apkg").exit_code == 0
    do_import(collection, tmp_path / "deck.apkg")
    [card] = [collection.get_card(id) for id in collection.find_cards("ID:mix-mixed")]
    [search] = re.findall(r"<code>(.*?)</code>", card.answer())
    found = collection.find_notes(search.removesuffix(" -is:new"))
    assert {collection.get_note(id)["ID"] for id in found} == drawn


def test_a_course_that_extends_another_hides_a_mixed_review(tmp_path: Path):
    course(tmp_path / "base")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "course.yaml").write_text(
        "id: mine\nversion: 1.0.0\nextends: ../base\ntitle: Mine\ndeck: Mine\nhide: [mix-mixed]\n",
        "utf-8",
    )
    deck = compiled(mine)
    assert not mixed_cards(deck.course, deck.course.lessons[2])
    ids = {note.card for note in deck.notes}
    assert "one-0" in ids
    assert "mix-mixed" not in ids


def test_the_objectives_of_a_mix_are_served_by_what_it_draws(tmp_path: Path):
    said = run("check", course(tmp_path)).stdout
    assert "mix-goal" not in said
