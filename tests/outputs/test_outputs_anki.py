"""`anki-text` and `crowdanki` in Anki's own engine, beside the package: the same notes, cards,
decks and tags."""

from __future__ import annotations

import importlib.util
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attachdeck import outputs, pipeline
from attachdeck.compile.deck import Deck
from attachdeck.outputs import anki_text, crowdanki
from support.commands import need
from support.courses import ALL_KINDS
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

RETIRED = (
    "  - {id: old, kind: basic, prompt: Old?, answer: Old., status: retired, retired_because: It "
    "was wrong.}\n"
)
HOSTILE = """\
  - {id: hash, kind: basic, prompt: "#deck:Elsewhere", answer: "a\\tb \\"c\\" <b>d</b>"}
  - {id: lines, kind: basic, prompt: "one\\n\\ntwo", answer: "; , | # //"}
  - {id: picture, kind: basic, prompt: "![](plane.svg)", answer: "{{c1::no gap}}"}
"""


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Collection]:
    """A second learner's empty collection."""
    need("the package anki", importlib.util.find_spec("anki") is not None)
    from anki.collection import Collection

    opened = Collection(str(tmp_path / "another.anki2"))
    yield opened
    opened.close()


def contents(collection: Collection) -> dict[str, tuple[Any, ...]]:
    """Every note by its GUID: note type, fields, tags, and its cards with their decks."""
    by_guid = {}
    for note_id in collection.find_notes(""):
        note = collection.get_note(note_id)
        cards = sorted((card.ord, collection.decks.name(card.did)) for card in note.cards())
        by_guid[note.guid] = (note.note_type()["name"], list(note.fields), sorted(note.tags), cards)
    return by_guid


def import_text(collection: Collection, path: Path) -> dict[str, int]:
    """Import as the desktop does: what the file says of itself, and nothing chosen by hand."""
    from anki.collection import ImportCsvRequest

    metadata = collection.get_csv_metadata(str(path), None)
    log = collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log
    return {
        outcome: count
        for outcome in ("new", "updated", "duplicate", "conflicting", "first_field_match")
        if (count := len(getattr(log, outcome)))
    }


@pytest.mark.parametrize("cards", [None, ALL_KINDS, HOSTILE])
def test_a_text_brings_what_the_package_brings(
    collection,
    another,
    flagship: Deck,
    tiny: Callable[..., Deck],
    tmp_path: Path,
    cards: str | None,
):
    deck = flagship if cards is None else tiny(cards)
    pipeline.package(deck, tmp_path / "deck.apkg")
    outputs.put(anki_text, deck, tmp_path / "deck.txt")
    do_import(collection, tmp_path / "deck.apkg")
    do_import(another, tmp_path / "deck.apkg")
    another.remove_notes(another.find_notes(""))
    assert import_text(another, tmp_path / "deck.txt") == {"new": len(deck.notes)}
    assert contents(another) == contents(collection)


def test_a_text_corrects_a_learners_notes_and_keeps_their_progress(
    collection, tiny: Callable[..., Deck], tmp_path: Path
):
    pipeline.package(tiny(ALL_KINDS), tmp_path / "old.apkg")
    do_import(collection, tmp_path / "old.apkg")
    card = collection.get_card(collection.find_cards("ID:define")[0])
    card.start_timer()
    collection.sched.answerCard(card, 3)
    progress = collection.db.all("select id, type, queue, ivl, reps from cards order by id")
    corrected = tiny(
        ALL_KINDS.replace("The figure from which one explores.", "The one from whom one explores.")
    )
    outputs.put(anki_text, corrected, tmp_path / "new.txt")
    done = import_text(collection, tmp_path / "new.txt")
    assert done.get("new", 0) == 0
    assert (
        collection.get_note(collection.find_notes("ID:define")[0])["Answer"]
        == "The one from whom one explores."
    )
    assert collection.db.all("select id, type, queue, ivl, reps from cards order by id") == progress


@pytest.mark.parametrize("name", ["anki-text", "crowdanki"])
def test_a_retired_card_is_left_out_and_said(name: str, tiny: Callable[..., Deck], tmp_path: Path):
    deck = tiny(ALL_KINDS + RETIRED)
    assert "1 retired" in outputs.put(outputs.find(name), deck, tmp_path / "out")
    path = tmp_path / "out"
    text = (path / "deck.json" if path.is_dir() else path).read_text(encoding="utf-8")
    assert "It was wrong." not in text


def decks_of(deck: dict[str, Any], parent: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    name = f"{parent}::{deck['name']}" if parent else deck["name"]
    yield name, deck
    for child in deck["children"]:
        yield from decks_of(child, name)


def import_folder(collection: Collection, folder: Path) -> None:
    """In the steps of CrowdAnki: presets, note types, decks from the outermost in, their notes;
    then the media."""
    root = json.loads((folder / "deck.json").read_text(encoding="utf-8"))
    presets, note_types = {}, {}
    for options in root["deck_configurations"]:
        preset = collection.decks.add_config(options["name"])
        preset.update({key: value for key, value in options.items() if key != "__type__"})
        collection.decks.update_config(preset)
        presets[options["crowdanki_uuid"]] = preset["id"]
    for values in root["note_models"]:
        model = collection.models.new(values["name"]) | {
            key: value for key, value in values.items() if key != "__type__"
        }
        note_types[values["crowdanki_uuid"]] = collection.models.add_dict(model).id
    own = (
        "__type__",
        "children",
        "notes",
        "note_models",
        "deck_configurations",
        "media_files",
        "deck_config_uuid",
    )
    for name, subdeck in decks_of(root):
        deck = collection.decks.get(collection.decks.id(name))
        deck.update(
            {key: value for key, value in subdeck.items() if key not in own}
            | {"name": name, "conf": presets[subdeck["deck_config_uuid"]]}
        )
        collection.decks.save(deck)
        for written in subdeck["notes"]:
            note = collection.new_note(
                collection.models.get(note_types[written["note_model_uuid"]])
            )
            note.guid, note.fields, note.tags = written["guid"], written["fields"], written["tags"]
            collection.add_note(note, deck["id"])
    for file in (folder / "media").iterdir():
        collection.media.write_data(file.name, file.read_bytes())


@pytest.mark.parametrize("cards", [None, ALL_KINDS, HOSTILE])
def test_a_folder_brings_what_the_package_brings(
    collection,
    another,
    flagship: Deck,
    tiny: Callable[..., Deck],
    tmp_path: Path,
    cards: str | None,
):
    deck = flagship if cards is None else tiny(cards)
    pipeline.package(deck, tmp_path / "deck.apkg")
    outputs.put(crowdanki, deck, tmp_path / "deck")
    do_import(collection, tmp_path / "deck.apkg")
    import_folder(another, tmp_path / "deck")
    assert contents(another) == contents(collection)
    for subdeck in deck.decks:
        assert another.decks.by_name(subdeck.name)["desc"] == subdeck.description
        preset = another.decks.config_dict_for_deck_id(another.decks.id_for_name(subdeck.name))
        assert preset["new"]["perDay"] == (9999 if subdeck.practice else deck.study.new_cards_a_day)
    report = another.media.check()
    assert list(report.missing) == list(report.unused) == []
    assert another.get_empty_cards().notes == []


def test_a_folder_has_the_form_that_crowdanki_reads(flagship: Deck, tmp_path: Path):
    outputs.put(crowdanki, flagship, tmp_path / "deck")
    root = json.loads((tmp_path / "deck" / "deck.json").read_text(encoding="utf-8"))
    decks = [deck for _, deck in decks_of(root)]
    names = [root, *root["note_models"], *root["deck_configurations"], *root["children"]]
    assert len({str(uuid.UUID(part["crowdanki_uuid"])) for part in names}) == len(names)
    note_types = {note_model["crowdanki_uuid"]: note_model for note_model in root["note_models"]}
    assert {deck["deck_config_uuid"] for deck in decks} == {
        options["crowdanki_uuid"] for options in root["deck_configurations"]
    }
    assert root["media_files"] == sorted(
        path.name for path in (tmp_path / "deck" / "media").iterdir()
    )
    for deck in decks:
        assert deck["__type__"] == "Deck"
        for note in deck["notes"]:
            assert note["__type__"] == "Note"
            assert len(note["fields"]) == len(note_types[note["note_model_uuid"]]["flds"])
            assert all(isinstance(tag, str) and " " not in tag for tag in note["tags"])
    for model in root["note_models"]:
        assert [field["ord"] for field in model["flds"]] == list(range(len(model["flds"])))
        assert [template["ord"] for template in model["tmpls"]] == list(range(len(model["tmpls"])))
        assert "id" not in model
