"""How the add-on locks and opens lessons, in Anki's own engine."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.addon import unpacked, update
from support.courses import COURSE_YAML, ONE, TWO, Author
from support.lessons import LESSONS, SECOND, learn, values_of
from support.sync import account

if TYPE_CHECKING:
    from anki.collection import Collection

KEY = "attachdeck tiny"


class Gate:
    """A learner's collection with the add-on of a course."""

    def __init__(self, collection: Collection, author: Author) -> None:
        self.collection = collection
        self.author = author
        self.update = 0
        self.release()

    def on(self, collection: Collection) -> Gate:
        """The same add-on on another computer or phone of the learner's."""
        other = copy(self)
        other.collection = collection
        return other

    def release(self, **files: str) -> None:
        """Make a release, and update to it."""
        self.author.release(ONE + TWO, **{**LESSONS, **files})
        folder = unpacked(self.author)
        update(self.collection, folder)
        self.course, self.contents = values_of(folder)

    def save(self, **values: Any) -> None:
        from attachdeck.addon import lessons

        lessons.save(self.collection, KEY, **values)

    def state(self) -> Any:
        from attachdeck.addon import lessons

        wanted = lessons.settings(self.collection, KEY, self.contents["opens"])
        return lessons.look(self.collection, "tiny", self.contents, wanted)

    def settle(self) -> None:
        from attachdeck.addon import lessons

        wanted = lessons.settings(self.collection, KEY, self.contents["opens"])
        lessons.settle(
            self.collection, "tiny", self.contents, wanted, "Lessons", ("Update", self.update)
        )

    def open(self, lesson: str) -> None:
        from attachdeck.addon import lessons

        lessons.open_by_hand(self.collection, "tiny", self.contents, lesson, "Lessons")

    def limits(self) -> dict[str, int | None]:
        """Each deck's own limit of new cards, by the last part of its name."""
        return {
            deck["name"].removeprefix("Tiny::"): deck.get("newLimit")
            for deck in self.collection.decks.all()
            if deck["name"] not in ("Default", "Tiny")
        }

    def set_limit(self, name: str, limit: int | None) -> None:
        deck = self.collection.decks.by_name(f"Tiny::{name}")
        assert deck
        self.collection.decks.update_dict({**deck, "newLimit": limit})


@pytest.fixture
def gate(collection: Collection, author: Author) -> Gate:
    return Gate(collection, author)


ALL_OPEN = {"01 First": None, "02 Second & more": None, "03 Third": None}
ALL_OPEN["02 Second & more::Practice"] = None
LATER_LOCKED = {**dict.fromkeys(ALL_OPEN, 0), "01 First": None}


def test_the_first_lesson_is_open_and_the_later_ones_give_no_new_cards(gate: Gate):
    gate.save(on=True)
    gate.settle()
    assert gate.limits() == LATER_LOCKED
    assert gate.state().locked == {"second", "third"}
    root = gate.collection.decks.id("Tiny")
    assert gate.collection.sched.deck_due_tree(root).new_count == 2
    assert not gate.collection.find_cards("is:suspended")
    assert gate.state().is_settled, "a second look changes nothing"


def test_one_undo_takes_the_locks_back(gate: Gate):
    gate.save(on=True)
    gate.settle()
    assert gate.collection.undo_status().undo == "Lessons"
    gate.collection.undo()
    assert gate.limits() == ALL_OPEN


def test_locks_right_after_an_update_are_a_part_of_its_step(gate: Gate):
    gate.save(on=True)
    gate.update = gate.collection.add_custom_undo_entry("Update")
    gate.collection.tags.bulk_add(gate.collection.find_notes(""), "updated")
    gate.collection.merge_undo_entries(gate.update)
    gate.settle()
    assert gate.limits() == LATER_LOCKED
    assert gate.collection.undo_status().undo == "Update"
    gate.collection.undo()
    assert gate.limits() == ALL_OPEN


def test_who_was_not_asked_has_a_plan_and_no_lock(gate: Gate):
    from attachdeck.addon import lessons

    state = gate.state()
    assert len(state.to_lock) == 3
    assert lessons.settings(gate.collection, KEY, gate.contents["opens"]).is_on is None
    assert gate.limits() == ALL_OPEN


def test_a_lesson_opens_when_the_one_before_is_learned_and_stays_open(gate: Gate):
    gate.save(on=True)
    gate.settle()
    learn(gate.collection, "ID:one OR ID:two", 3)
    gate.settle()
    assert gate.limits() == LATER_LOCKED, "three days are too few"
    learn(gate.collection, "ID:one OR ID:two", 4)
    gate.settle()
    assert gate.state().locked == {"third"}
    learn(gate.collection, "ID:one OR ID:two", 1)  # Forgotten again.
    gate.settle()
    assert gate.state().locked == {"third"}


def test_the_course_says_what_learned_means(gate: Gate):
    opens = "lessons_open: {cards: 50, days: 20}\n"
    gate.release(**{"course.yaml": COURSE_YAML + opens})
    gate.save(on=True)
    learn(gate.collection, "ID:one", 20)
    gate.settle()
    assert gate.state().locked == {"third"}


def test_a_course_may_leave_all_lessons_open(gate: Gate):
    gate.release(**{"course.yaml": COURSE_YAML + "lessons_open: {when: always}\n"})
    assert gate.state().is_settled
    gate.save(on=True)
    assert not gate.state().is_settled, "a learner may want it nevertheless"


def test_a_lesson_waits_for_those_that_it_requires(gate: Gate):
    requires = {name: f"{text}requires: [first]\n" for name, text in LESSONS.items()}
    gate.release(**requires)
    gate.save(on=True)
    gate.settle()
    learn(gate.collection, "ID:one OR ID:two")
    gate.settle()
    assert gate.state().locked == set()


def test_suspended_practice_and_reading_cards_keep_no_lesson_closed(gate: Gate):
    gate.save(on=True)
    gate.settle()
    learn(gate.collection, "ID:one")
    gate.collection.sched.suspend_cards(gate.collection.find_cards("ID:two"))
    learn(gate.collection, "ID:three")
    gate.settle()
    assert gate.limits() == ALL_OPEN
    [first, second, _] = gate.state().standings
    assert (first.progress.cards, second.progress.cards) == (1, 1)


def test_what_was_begun_or_has_a_limit_of_the_learners_is_never_locked(gate: Gate):
    learn(gate.collection, "ID:second-reading", 1)
    gate.set_limit("03 Third", 7)
    gate.save(on=True)
    gate.settle()
    assert gate.limits() == {**ALL_OPEN, "03 Third": 7}


def test_a_deck_with_other_cards_in_it_is_never_locked(gate: Gate):
    collection = gate.collection
    basic = collection.models.by_name("Basic")
    note = collection.new_note(basic)
    note["Front"] = "Mine"
    collection.add_note(note, collection.decks.id("Tiny::03 Third::Mine"))
    four = collection.find_cards("ID:three")
    gate.save(on=True)
    gate.settle()
    assert gate.limits()["03 Third"] is None
    assert gate.limits()["02 Second & more"] == 0
    collection.set_deck(four, collection.decks.id("Tiny::01 First"))
    gate.settle()
    assert gate.limits()["01 First"] is None


def test_a_lesson_that_is_opened_by_hand_is_not_locked_again(gate: Gate):
    gate.save(on=True)
    gate.settle()
    gate.open("second")
    gate.settle()
    assert gate.limits() == {**ALL_OPEN, "03 Third": 0}
    gate.set_limit("03 Third", None)  # In Anki's deck options.
    gate.settle()
    assert gate.limits() == ALL_OPEN


def test_no_limit_but_ours_is_ever_taken_away(gate: Gate):
    from attachdeck.addon import lessons

    gate.set_limit("01 First", 0)
    gate.save(on=True)
    gate.settle()
    gate.set_limit("03 Third", 5)
    lessons.open_all(gate.collection, "tiny", "Lessons")
    assert gate.limits() == {**ALL_OPEN, "01 First": 0, "03 Third": 5}


def test_switched_off_it_opens_all_and_switched_on_it_locks_again(gate: Gate):
    gate.save(on=True)
    gate.settle()
    gate.save(on=False)
    gate.settle()
    assert gate.limits() == ALL_OPEN
    gate.save(on=True)
    gate.settle()
    assert gate.limits() == LATER_LOCKED


def test_new_cards_and_new_lessons_of_an_update_are_locked(gate: Gate):
    gate.save(on=True)
    gate.settle()
    more = SECOND + "  - {id: five, kind: basic, prompt: Fifth?, answer: E}\n"
    fourth = SECOND.replace("second", "fourth").replace("three", "six").replace("practise", "do-it")
    gate.release(**{"lessons/02-second.yaml": more, "lessons/04-fourth.yaml": fourth})
    assert gate.limits()["02 Second & more"] == 0
    assert gate.collection.find_cards("ID:five")
    gate.settle()
    assert gate.state().locked == {"second", "third", "fourth"}


def test_locks_follow_decks_that_are_renamed_and_end_with_cards_that_are_moved(gate: Gate):
    collection = gate.collection
    gate.save(on=True)
    gate.settle()
    deck = collection.decks.by_name("Tiny::03 Third")
    assert deck
    collection.decks.rename(deck["id"], "Elsewhere")
    assert gate.state().is_settled
    collection.set_deck(collection.find_cards("deck:Elsewhere"), collection.decks.id("Other"))
    gate.settle()
    renamed, other = (collection.decks.by_name(name) for name in ("Elsewhere", "Other"))
    assert renamed
    assert renamed["newLimit"] is None
    assert other
    assert other["newLimit"] == 0


def test_a_card_in_a_filtered_deck_counts_where_its_home_is(gate: Gate):
    gate.save(on=True)
    gate.settle()
    learn(gate.collection, "ID:one OR ID:two")
    filtered = gate.collection.decks.new_filtered("Some")
    gate.collection.sched.rebuild_filtered_deck(filtered)
    gate.settle()
    assert gate.state().locked == {"third"}


def test_more_lessons_than_anki_keeps_steps_of_undo_are_one_step(gate: Gate):
    numbers = range(10, 45)
    gate.release(
        **{
            f"lessons/{n}-more.yaml": SECOND.replace("second", f"second{n}")
            .replace("three", f"three{n}")
            .replace("practise", f"practise{n}")
            for n in numbers
        }
    )
    gate.save(on=True)
    gate.settle()
    assert len(gate.state().locked) == 2 + len(numbers)
    gate.collection.undo()
    assert set(gate.limits().values()) == {None}


def test_what_the_last_update_changed_is_known(gate: Gate):
    from attachdeck.addon import lessons

    before = gate.course["changed"]
    gate.release(**{"lessons/02-second.yaml": SECOND.replace("answer: C", "answer: Corrected")})
    gate.save(since=before)
    changed = [len(standing.changed) for standing in gate.state().standings]
    assert changed == [0, 1, 0]
    [note] = gate.state().standings[1].changed
    assert gate.collection.get_note(note)["Answer"] == "Corrected"
    assert lessons.root(gate.collection, gate.state()) == gate.collection.decks.id("Tiny")


def test_practice_that_is_due_is_counted(gate: Gate):
    assert gate.state().standings[1].practice == ()
    learn(gate.collection, "ID:practise", 0)
    deck = gate.collection.decks.id("Tiny::02 Second & more::Practice")
    assert gate.state().standings[1].practice == (deck,)


def test_locks_and_answers_sync_and_another_computer_has_nothing_to_do(
    author: Author, tmp_path: Path
):
    with account(tmp_path) as devices:
        computer = devices.device("computer")
        gate = Gate(computer.collection, author)
        gate.save(on=True)
        gate.settle()
        computer.sync()
        phone = devices.device("phone")
        phone.sync()
        assert gate.on(phone.collection).limits() == LATER_LOCKED
        assert gate.on(phone.collection).state().is_settled
        learn(phone.collection, "ID:one OR ID:two")
        phone.sync()
        computer.sync()
        gate.settle()
        computer.sync()
        phone.sync()
        assert gate.on(phone.collection).state().locked == {"third"}


def test_two_computers_that_lock_and_open_before_they_sync_agree(author: Author, tmp_path: Path):
    with account(tmp_path) as devices:
        one = devices.device("one")
        gate = Gate(one.collection, author)
        one.sync()
        two = devices.device("two")
        two.sync()
        other = gate.on(two.collection)
        for side in (gate, other):
            side.save(on=True)
            side.settle()
            side.collection.db.execute("update decks set mtime_secs = mtime_secs - 60")
        other.open("second")  # A minute later: the later change of a deck wins.
        for device in (one, two, one):
            device.sync()
        for side in (gate, other):
            side.settle()
            assert side.limits() == {**ALL_OPEN, "03 Third": 0}
