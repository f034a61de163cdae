"""The laws of identity: a learner's progress hangs on them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck.lock import ids
from support.courses import LESSON_HEAD, compiled, write_course

IDS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).filter(lambda name: len(name) <= 80)

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second")


def basic(name: str, prompt: str = "P", answer: str = "A", more: str = "") -> str:
    return f"  - {{id: '{name}', kind: basic, prompt: {prompt}, answer: {answer}{more}}}\n"


def guids(deck) -> dict[str, str]:
    return {
        note.fields[
            deck.note_types[note.note_type].note_type.row({"ID": "x"}).index("x")
        ]: note.guid
        for note in deck.notes
    }


@given(IDS, IDS, IDS, IDS)
def test_two_cards_share_a_guid_only_if_they_share_course_and_id(
    course, card, other_course, other_card
):
    same = (course, card) == (other_course, other_card)
    assert (ids.guid(course, card) == ids.guid(other_course, other_card)) == same


@given(IDS, IDS)
def test_a_guid_is_plain_letters_and_digits(course, card):
    assert re.fullmatch(r"[a-z2-7]{16}", ids.guid(course, card))


def test_guids_and_ids_never_change():
    """Written down once: a change here would cost every learner their progress."""
    assert ids.guid("attachment", "define-secure-base") == "jxtv3sfetps3l26i"
    assert ids.number("note type", "attachment", "basic") == 1_635_986_867_612


@given(st.lists(st.integers(0, 5), max_size=20))
def test_distinct_ids_are_distinct(wanted):
    taken: set[int] = set()
    found = [ids.distinct(name, taken) for name in wanted]
    assert len(set(found)) == len(found)


@pytest.mark.slow
@given(
    st.lists(IDS, min_size=1, max_size=8, unique=True), st.randoms(use_true_random=False), st.data()
)
def test_rewording_reordering_and_moving_keep_every_guid(tmp_path_factory, names, random, data):
    before = compiled(
        write_course(tmp_path_factory.mktemp("before"), cards="".join(map(basic, names)))
    )

    moved = names[:]
    random.shuffle(moved)
    cut = data.draw(st.integers(0, len(moved)))
    files = {
        "lessons/05-renamed.yaml": LESSON_HEAD
        + "".join(basic(name, "Reworded", "Otherwise") for name in moved[:cut]),
        "lessons/06-new.yaml": SECOND
        + "".join(basic(name, "Reworded too") for name in moved[cut:]),
    }
    files = {
        name: text if not text.endswith("cards:\n") else text.replace("cards:", "cards: []")
        for name, text in files.items()
    }
    folder = write_course(tmp_path_factory.mktemp("after"), dict(files))
    (folder / "lessons/01-first.yaml").unlink()
    after = compiled(folder)

    assert guids(after) == guids(before)
    assert {note.guid: note.id for note in after.notes} == {
        note.guid: note.id for note in before.notes
    }


def test_a_renamed_card_keeps_its_guid_through_formerly(tiny):
    assert (
        guids(tiny(basic("new", more=", formerly: old")))["new"] == guids(tiny(basic("old")))["old"]
    )


def test_changing_the_kind_among_basic_reversed_and_typed_keeps_the_note_type(tiny):
    kinds = {
        tiny(basic("one").replace("basic", kind)).notes[0].note_type
        for kind in ("basic", "reversed", "typed")
    }
    assert kinds == {"basic"}
