"""Our own renderer draws what Anki's engine draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import pipeline
from attachdeck.preview.rendering import sides
from support.courses import ALL_KINDS, COURSE_YAML, LESSON_HEAD, VARIANTS
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

    from attachdeck.compile.deck import Deck

MORE = """\
  - {id: nested, kind: cloze, text: "((1 an outer ((2 inner <b>bold</b> & more | what?)) gap)) and \
((3 “quotes”, ümlauts: \\\\(x^{2 }\\\\)))", why: "{{c1::no gap}}"}
  - {id: math, kind: basic, prompt: "\\\\(a < b\\\\)?", answer: "A {{Prompt}} and [sound:x.mp3] | \
[[type:Answer]]", hint: "*Hint*"}
  - {id: hide-one, kind: occlusion, prompt: What?, picture: plane.svg, hide: one, regions: [{name: \
"A: b", left: 1, top: 2, width: 3, height: 4}]}
"""


def compare(deck: Deck, collection: Collection, path: Path) -> int:
    pipeline.package(deck, path)
    do_import(collection, path)
    compared = 0
    for note in deck.notes:
        own = deck.note_types[note.note_type].note_type
        theirs = {
            card.ord: card.render_output()
            for card in (
                collection.get_card(find_card)
                for find_card in collection.find_cards(f'"ID:{note.card}"')
            )
        }
        assert theirs.keys() == {card.place for card in note.cards}, note.card
        for place, output in theirs.items():
            drawn = sides(own, note, place)
            assert drawn.front == output.question_text, f"{note.card} {place}"
            assert drawn.back == output.answer_text, f"{note.card} {place}"
            compared += 1
    return compared


def test_every_card_of_the_flagship_is_drawn_as_the_engine_draws_it(
    flagship: Deck, collection: Collection, tmp_path: Path
):
    assert (
        compare(flagship, collection, tmp_path / "deck.apkg")
        == sum(len(note.cards) for note in flagship.notes)
        > 300
    )


def test_speech_is_drawn_as_the_engine_draws_it(tiny, collection: Collection, tmp_path: Path):
    deck = tiny(
        ALL_KINDS, **{"course.yaml": COURSE_YAML + "speech: en_US\nnotice: No diagnosis.\n"}
    )
    assert compare(deck, collection, tmp_path / "deck.apkg") > 3
    spoken = [
        collection.get_card(find_card).render_output().question_av_tags
        for find_card in collection.find_cards("")
    ]
    assert all(len(tags) == 1 for tags in spoken)


@pytest.mark.parametrize("cards", [ALL_KINDS, MORE], ids=["all kinds", "hard ones"])
def test_every_kind_is_drawn_as_the_engine_draws_it(
    tiny, collection: Collection, tmp_path: Path, cards: str
):
    assert compare(tiny(cards), collection, tmp_path / "deck.apkg") > 3


def test_only_backs_and_readings_show_the_title_of_the_lesson(tiny):
    """It may hold the answer."""
    lesson = LESSON_HEAD.replace("title: First", "title: The answer")
    reading = "reading: [{id: read-it, title: One, text: A text.}]\ncards:"
    deck = tiny(
        **{"lessons/01-first.yaml": lesson.replace("cards:", reading) + ALL_KINDS},
    )
    for note in deck.notes:
        for card in note.cards:
            drawn = sides(deck.note_types[note.note_type].note_type, note, card.place)
            assert "The answer" in drawn.back, note.card
            assert ("The answer" in drawn.front) == (note.kind == "reading"), note.card


def test_every_wording_is_drawn_as_the_engine_draws_it(tiny, collection, tmp_path: Path):
    assert compare(tiny(VARIANTS), collection, tmp_path / "deck.apkg") == 7
