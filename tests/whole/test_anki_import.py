"""Anki's own engine judges what we build: the flagship course and the smallest one."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import pipeline
from support.commands import need
from support.courses import ALL_KINDS
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

    from attachdeck.compile.deck import Deck


@pytest.fixture
def studied(collection: Collection, flagship_package: Path, flagship: Deck) -> Collection:
    """A learner's collection with the flagship course in it."""
    assert do_import(collection, flagship_package) == {"new": len(flagship.notes)}
    return collection


def test_every_note_is_new_then_duplicate_and_the_database_is_sound(
    studied: Collection, flagship: Deck, flagship_package: Path
):
    assert do_import(studied, flagship_package) == {"duplicate": len(flagship.notes)}
    message, sound = studied.fix_integrity()
    assert sound, message
    assert message == "Database rebuilt and optimized."
    assert studied.get_empty_cards().notes == []
    report = studied.media.check()
    assert list(report.missing) == list(report.unused) == []


def test_anki_has_exactly_our_cards(studied: Collection, flagship: Deck):
    theirs = {guid: [] for guid in studied.db.list("select guid from notes")}
    for guid, place in studied.db.execute(
        "select guid, ord from cards join notes on nid = notes.id order by ord"
    ):
        theirs[guid].append(place)
    assert theirs == {note.guid: [card.place for card in note.cards] for note in flagship.notes}


def test_anki_would_make_no_other_cards(studied: Collection, flagship: Deck):
    """Saving each note again makes Anki generate what it thinks is missing: nothing."""
    before = studied.card_count()
    studied.update_notes([studied.get_note(note_id) for note_id in studied.find_notes("")])
    assert studied.card_count() == before == sum(len(note.cards) for note in flagship.notes)


def test_new_cards_come_in_the_authors_order(studied: Collection, flagship: Deck):
    by_due = studied.db.list(
        "select distinct guid from cards join notes on nid = notes.id order by due, ord"
    )
    assert by_due == [note.guid for note in flagship.notes]
    dues = studied.db.list("select distinct due from cards order by due")
    assert dues == list(range(1, len(flagship.notes) + 1))


def test_every_card_shows_something_on_both_sides(studied: Collection):
    for card_id in studied.find_cards(""):
        card = studied.get_card(card_id)
        output = card.render_output()
        name = f"{card.note()['ID']} {card.ord}"
        for side in (output.question_text, output.answer_text):
            assert re.sub(
                r"<(script|style).*?</\1>|<header.*?</header>|<[^>]*>", "", side, flags=re.DOTALL
            ).strip(), name
            assert "{{" not in side.replace("{{c", ""), name
            assert "<a href='https://anki.tenderapp.com" not in side, name
            assert "Card template" not in side, name
        assert output.question_text != output.answer_text, name


def test_every_deck_has_the_courses_cards(studied: Collection, flagship: Deck):
    theirs = Counter(studied.decks.name(deck) for deck in studied.db.list("select did from cards"))
    ours = Counter(dict.fromkeys({note.deck for note in flagship.notes}, 0))
    for note in flagship.notes:
        ours[note.deck] += len(note.cards)
    assert theirs == ours
    names = [deck.name for deck in studied.decks.all_names_and_ids() if deck.name != "Default"]
    assert names == sorted(deck.name for deck in flagship.decks)


def test_descriptions_arrive_as_html_on_one_line(studied: Collection, flagship: Deck):
    for deck in flagship.decks:
        stored = studied.decks.by_name(deck.name)
        assert stored["desc"] == deck.description
        assert "\n" not in stored["desc"]
        assert not stored.get("md")


def test_tags_arrive_as_written(studied: Collection, flagship: Deck):
    theirs = {
        guid: tuple(tags.split())
        for guid, tags in studied.db.execute("select guid, tags from notes")
    }
    assert theirs == {note.guid: note.tags for note in flagship.notes}


def test_sensitive_cards_are_found_by_one_search(studied: Collection, flagship: Deck):
    found = studied.find_notes("tag:attachment::sensitive")
    assert len(found) == sum("attachment::sensitive" in note.tags for note in flagship.notes) > 0


def test_the_preset_arrives_when_the_learner_wants_it(
    collection: Collection, flagship: Deck, flagship_package: Path
):
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    options = ImportAnkiPackageOptions(with_deck_configs=True)
    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(flagship_package), options=options)
    )
    for deck in flagship.decks:
        preset = collection.decks.config_dict_for_deck_id(collection.decks.id_for_name(deck.name))
        if deck.practice:
            continue  # tests/whole/test_practice.py
        assert preset["name"] == flagship.course.title
        assert preset["new"]["perDay"] == flagship.study.new_cards_a_day
        assert preset["rev"]["perDay"] == flagship.study.reviews_a_day
        assert preset["desiredRetention"] == pytest.approx(flagship.study.desired_retention / 100)


def test_each_kind_makes_the_cards_that_the_format_promises(
    collection: Collection, tiny, tmp_path: Path
):
    pipeline.package(deck := tiny(ALL_KINDS), tmp_path / "all.apkg")
    assert do_import(collection, tmp_path / "all.apkg") == {"new": 9}
    places = {
        collection.get_note(note_id)["ID"]: collection.db.list(
            "select ord from cards where nid = ? order by ord", note_id
        )
        for note_id in collection.find_notes("")
    }
    assert places == {
        "define": [0],
        "both-ways": [0, 1],
        "gaps": [0, 1, 3],
        "type-it": [0],
        "choose": [0],
        "scene": [0],
        "steps": [0, 1, 2, 3],
        "picture": [0, 1],
        "do-it": [0],
    }
    assert {note.deck for note in deck.notes if note.kind == "practice"} == {
        "Tiny::01 First::Practice"
    }


def test_learners_type_and_anki_compares(collection: Collection, tiny, tmp_path: Path):
    pipeline.package(tiny(ALL_KINDS), tmp_path / "all.apkg")
    do_import(collection, tmp_path / "all.apkg")
    [card_id] = collection.find_cards("ID:type-it")
    output = collection.get_card(card_id).render_output()
    assert "[[type:Typed]]" in output.question_text
    assert "[[type:Typed]]" in output.answer_text
    assert "avoiding" in output.answer_text
    assert "avoidance" not in output.question_text


def test_ankis_editor_knows_the_occlusion_note(collection: Collection, tiny, tmp_path: Path):
    pipeline.package(tiny(ALL_KINDS), tmp_path / "all.apkg")
    do_import(collection, tmp_path / "all.apkg")
    [note_id] = collection.find_notes("ID:picture")
    opened = collection.get_image_occlusion_note(note_id=note_id).note
    assert opened.header == "What is hidden?"
    assert opened.image_data == (Path(collection.media.dir()) / opened.image_file_name).read_bytes()
    assert sorted((shape.ordinal, shape.shapes[0].shape) for shape in opened.occlusions) == [
        (1, "rect"),
        (2, "ellipse"),
    ]
    assert opened.occlude_inactive
    from anki.notes import NoteId

    collection.update_image_occlusion_note(
        note_id=NoteId(note_id),
        occlusions="{{c1::image-occlusion:rect:left=.5:top=0:width=.1:height=.1:oi=1}}",
        header="New",
        back_extra="",
        tags=[],
    )
    assert collection.get_note(note_id)["Header"] == "New"
    assert collection.get_note(note_id)["ID"] == "picture"


def test_the_engine_is_there_in_ci():
    import importlib.util

    need("the package anki", importlib.util.find_spec("anki") is not None)
