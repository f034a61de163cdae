"""Practice cards in Anki's own engine: after their lesson, back soon, and the learner's own options
left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.courses import COURSE_YAML, LESSON_HEAD, Author
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

PRACTICE = "  - {id: NAME-do, kind: practice, prompt: Do it.}\n"
BASIC = "  - {id: NAME-ask, kind: basic, prompt: NAME?, answer: A}\n"
DECK = "Tiny::01 First::Practice"


def lessons() -> dict[str, str]:
    """Two lessons, in which the practice is written before the questions."""
    return {
        f"lessons/0{number}-{name}.yaml": (LESSON_HEAD + PRACTICE + BASIC)
        .replace("first", name)
        .replace("First", name.title())
        .replace("NAME", name)
        for number, name in enumerate(("first", "second"), 1)
    }


def import_with_presets(collection: Collection, path: Path) -> None:
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    options = ImportAnkiPackageOptions(with_deck_configs=True)
    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(path), options=options)
    )


def preset_of(collection: Collection, deck: str = DECK) -> dict[str, Any]:
    return collection.decks.config_dict_for_deck_id(collection.decks.id_for_name(deck))


def intervals(collection: Collection, card: str = "first-do") -> list[int]:
    """The intervals of a practice card that is answered Good whenever it is due."""
    [card_id] = collection.find_cards(f"ID:{card}")
    found = []
    while len(found) < 12:
        answered = collection.get_card(card_id)
        answered.start_timer()
        states = collection._backend.get_scheduling_states(card_id)
        collection.sched.answer_card(
            collection.sched.build_answer(card=answered, states=states, rating=2)
        )
        answered = collection.get_card(card_id)
        if answered.queue == 2:
            found.append(answered.ivl)
            let_pass(collection, card_id, answered.ivl)
    return found


def let_pass(collection: Collection, card_id: int, days: int) -> None:
    """Move a card's history into the past, as days would."""
    data = json.loads(collection.db.scalar("select data from cards where id = ?", card_id))
    if "lrt" in data:
        data["lrt"] -= 86_400 * days
    collection.db.execute(
        "update cards set due = due - ?, data = ? where id = ?", days, json.dumps(data), card_id
    )
    collection.db.execute("update revlog set id = id - ? where cid = ?", 86_400_000 * days, card_id)


@pytest.mark.parametrize("presets", [False, True])
def test_new_practice_cards_come_after_the_cards_of_their_lesson(
    tmp_path: Path, collection: Collection, presets: bool
):
    author = Author(tmp_path)
    author.built("", **lessons())
    (import_with_presets if presets else do_import)(collection, author.deck)
    collection.decks.select(collection.decks.id_for_name("Tiny"))
    queue = collection.sched.get_queued_cards(fetch_limit=9).cards
    assert [collection.get_card(entry.card.id).note()["ID"] for entry in queue] == [
        "first-ask",
        "first-do",
        "second-ask",
        "second-do",
    ]


@pytest.mark.parametrize("fsrs", [False, True])
def test_with_the_courses_options_practice_returns_within_two_weeks(
    tmp_path: Path, collection: Collection, fsrs: bool
):
    collection.set_config("fsrs", fsrs)
    author = Author(tmp_path)
    author.built("", **lessons())
    import_with_presets(collection, author.deck)
    assert preset_of(collection)["lapse"]["leechFails"] == 9999
    assert preset_of(collection, "Tiny::01 First")["rev"]["maxIvl"] == 36500
    assert max(intervals(collection)) == 14


def test_without_them_practice_still_returns_within_weeks(tmp_path: Path, collection: Collection):
    """The share to recall is the deck's own, and Anki takes it over under all import options."""
    collection.set_config("fsrs", True)
    author = Author(tmp_path)
    author.built("", **lessons())
    do_import(collection, author.deck)
    assert preset_of(collection)["name"] == "Default"
    practice = intervals(collection)
    assert sum(practice[:6]) < 100
    assert sum(practice) < 2000 < sum(intervals(collection, "first-ask"))


def test_a_course_chooses_its_own_interval(tmp_path: Path, collection: Collection):
    author = Author(tmp_path)
    study = "study: {practice: {maximum_interval: 7, desired_retention: 95}}\n"
    author.built("", **lessons() | {"course.yaml": COURSE_YAML + study})
    import_with_presets(collection, author.deck)
    assert max(intervals(collection)) == 7
    deck = collection.decks.get(collection.decks.id_for_name(DECK))
    assert deck["desiredRetention"] == 95


def test_an_update_takes_nothing_of_a_learners_own_options(tmp_path: Path, collection: Collection):
    author = Author(tmp_path)
    author.release("", **lessons())
    import_with_presets(collection, author.deck)
    changed = preset_of(collection)
    changed["rev"]["maxIvl"] = 30
    collection.decks.update_config(changed)
    deck = collection.decks.get(collection.decks.id_for_name(DECK))
    deck["desiredRetention"] = 80
    collection.decks.update(deck)
    own = collection.decks.add_config("Mine")
    other = collection.decks.get(collection.decks.id_for_name("Tiny::02 Second::Practice"))
    other["conf"] = own["id"]
    collection.decks.update(other)
    files = {name: text.replace("Do it.", "Do it again.") for name, text in lessons().items()}
    author.now = 1_900_000_000
    author.release("", **files)

    assert do_import(collection, author.deck)["updated"] == 2
    assert preset_of(collection)["rev"]["maxIvl"] == 30
    assert preset_of(collection, "Tiny::02 Second::Practice")["name"] == "Mine"
    assert collection.decks.get(deck["id"])["desiredRetention"] == 80

    # With presets ticked Anki gives the deck our preset back; what is in a preset stays.
    import_with_presets(collection, author.deck)
    assert preset_of(collection)["rev"]["maxIvl"] == 30
    assert preset_of(collection, "Tiny::02 Second::Practice")["name"] == "Tiny: Practice"
    assert collection.decks.get_config(own["id"])["name"] == "Mine"
    assert collection.decks.get(deck["id"])["desiredRetention"] == 80


def test_a_renamed_lesson_is_told_once_where_its_name_was(tmp_path: Path):
    author = Author(tmp_path)
    author.release("", **lessons())
    files = lessons()
    files["lessons/01-first.yaml"] = files["lessons/01-first.yaml"].replace("First", "Other")
    said = author.refused("", **files)
    assert said.count("write `deck: 01 First`") == 2
