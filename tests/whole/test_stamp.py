"""By its stamp a note in a learner's collection tells the learner's edits from the course's
text."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from attachdeck.anki import stamp
from support.courses import ALL_KINDS, ONE, TWO, Author
from support.engine import Learner, do_import


def edited(note: Any) -> set[str]:
    """The fields in which a note does not have the course's text, by its stamp."""
    said = stamp.read(note["Stamp"])
    assert said, note["Stamp"]
    return {
        field["name"]
        for field in note.note_type()["flds"]
        if field["name"] != "Stamp" and not said.has(field["id"], note[field["name"]])
    }


def changed_tags(note: Any) -> tuple[set[str], int]:
    """The learner's own tags on a note, and how many of the course's are gone."""
    said = stamp.read(note["Stamp"])
    assert said
    marks = {tag: stamp.mark(tag) for tag in note.tags}
    own = {tag for tag, mark in marks.items() if mark not in said.tags}
    return own, len(said.tags - set(marks.values()))


def test_what_arrived_in_anki_is_what_the_stamp_says(author: Author, learner: Learner):
    author.release(ALL_KINDS.replace("Comfort", "Caf\u00e9 & cafe\u0301 日本"))
    do_import(learner.collection, author.deck)
    numbers = learner.collection.find_notes("")
    notes = [learner.collection.get_note(number) for number in numbers]
    assert len(notes) == 9
    for note in notes:
        assert (edited(note), changed_tags(note)) == (set(), (set(), 0)), note["ID"]
        said = stamp.read(note["Stamp"])
        assert said
        assert said.changed == note.mod


def test_an_edit_is_told_from_the_course_text_before_and_after_a_correction(
    author: Author, learner: Learner
):
    author.release(ONE + TWO)
    do_import(learner.collection, author.deck)
    note = learner.note("one")
    note["Answer"], note["Why"] = "My own words", "My own reason"
    note.tags = [*(tag for tag in note.tags if "kind" not in tag), "mine"]
    learner.collection.update_note(note)
    assert edited(learner.note("one")) == {"Answer", "Why"}
    assert changed_tags(learner.note("one")) == ({"mine"}, 1)
    assert edited(learner.note("two")) == set()

    author.release(ONE.replace("answer: A", "answer: Corrected") + TWO.replace("B", "Better"))
    do_import(learner.collection, author.deck)
    # The edit was later than the correction, so that Anki kept the note with its old stamp.
    assert edited(learner.note("one")) == {"Answer", "Why"}
    assert learner.fields("two") == ("Second?", "Better")
    assert edited(learner.note("two")) == set()


def test_a_text_that_was_emptied_or_put_back_is_seen(author: Author, learner: Learner):
    author.release()
    do_import(learner.collection, author.deck)
    note = learner.note("one")
    note["Answer"] = ""
    learner.collection.update_note(note)
    assert edited(learner.note("one")) == {"Answer"}
    note["Answer"] = "A"
    learner.collection.update_note(note)
    assert edited(learner.note("one")) == set()


def test_nobody_sees_the_stamp(author: Author, learner: Learner):
    author.release()
    do_import(learner.collection, author.deck)
    note = learner.note("one")
    [field] = [field for field in note.note_type()["flds"] if field["name"] == "Stamp"]
    assert (field["collapsed"], field["excludeFromSearch"]) == (True, True)
    assert field["description"].startswith("By this an update recognises your edits")
    assert not learner.collection.find_notes(note["Stamp"].split()[-1])
    sides = note.cards()[0].render_output()
    assert note["Stamp"] not in sides.question_text + sides.answer_text


def test_a_stamp_moves_no_time_and_changes_no_hash(author: Author):
    first = author.release()
    author.release(ONE.replace("answer: A", "answer: Corrected") + TWO)
    second = author.lock()
    assert second.cards["two"] == first.cards["two"]
    result = author.build(ONE.replace("answer: A", "answer: Corrected") + TWO)
    assert "no changes" in result.output
    assert author.lock() == second


def test_a_mark_is_of_the_text_and_not_of_how_its_letters_are_made():
    assert stamp.mark("Caf\u00e9") == stamp.mark(unicodedata.normalize("NFD", "Caf\u00e9"))
    assert stamp.mark("") == ""


def test_what_was_written_can_be_read():
    text = stamp.written(12, stamp.marked([(101, "A"), (102, ""), (3, "B")]), ["x", "y"])
    assert (
        text
        == f"1 12 101:{stamp.mark('A')} 3:{stamp.mark('B')} #{stamp.mark('x')} #{stamp.mark('y')}"
    )
    said = stamp.read(text)
    assert said == stamp.Stamp(
        12,
        {101: stamp.mark("A"), 3: stamp.mark("B")},
        frozenset((stamp.mark("x"), stamp.mark("y"))),
    )
    assert stamp.read(stamp.written(0, "", [])) == stamp.Stamp(0, {}, frozenset())


@pytest.mark.parametrize("text", ["", "2 12 101:00000000", "1 x", "1 12 101:0", "my own words"])
def test_what_is_no_stamp_of_ours_is_none(text: str):
    assert stamp.read(text) is None
