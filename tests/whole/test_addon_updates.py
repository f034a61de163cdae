"""What an update by the add-on does to what a learner did, in Anki's own engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.addon import unpacked, update
from support.courses import (
    ALL_KINDS,
    CLOZE,
    COURSE_YAML,
    CUSTOM,
    LESSON_HEAD,
    NOTE_TYPE,
    ONE,
    OWN,
    TWO,
    Author,
)
from support.engine import Learner, do_import

if TYPE_CHECKING:
    from anki.collection import Collection

NEW_ONE = ONE.replace("answer: A", "answer: Corrected")


def everything(collection: Collection) -> list[Any]:
    """All that a collection holds, but for when a row was last synced."""
    tables = {
        "notes": "id, guid, mid, mod, tags, flds, sfld, csum",
        "cards": "id, nid, did, ord, mod, type, queue, due, ivl, reps, flags",
        "revlog": "*",
    }
    rows = [
        collection.db.all(f"select {columns} from {table} order by id")
        for table, columns in tables.items()
    ]
    return [
        *rows,
        sorted(collection.decks.all(), key=str),
        sorted(json.dumps(model, sort_keys=True) for model in collection.models.all()),
    ]


def test_a_first_import_gives_what_the_package_gives(
    author: Author, learner: Learner, tmp_path: Any
):
    from support.engine import contents, opened

    author.release(ALL_KINDS)
    done = update(learner.collection, unpacked(author))
    assert (done.first, len(done.new), done.corrected) == (True, 9, 0)
    with opened(tmp_path / "other.anki2") as other:
        do_import(other, author.deck)
        assert contents(learner.collection) == contents(other)
        descriptions, others = (
            {deck["name"]: deck["desc"] for deck in collection.decks.all()}
            for collection in (learner.collection, other)
        )
        assert descriptions == others
        for model in other.models.all():
            if not model["name"].startswith("Tiny"):
                continue
            mine = learner.collection.models.by_name(model["name"])
            assert (mine["css"], mine["tmpls"]) == (model["css"], model["tmpls"])
    assert update(learner.collection, unpacked(author)).is_empty


def test_own_text_own_tag_and_a_correction_live_in_one_note(author: Author, learner: Learner):
    author.release()
    do_import(learner.collection, author.deck)
    note = learner.note("one")
    note["Why"] = "My reason"
    note.add_tag("mine")
    note.add_tag("leech")
    learner.collection.update_note(note)
    learner.review("one")
    author.release(NEW_ONE + TWO)
    before = learner.scheduling()
    done = update(learner.collection, unpacked(author))
    note = learner.note("one")
    assert (note["Answer"], note["Why"]) == ("Corrected", "My reason")
    assert {"mine", "leech"} <= set(note.tags)
    assert learner.scheduling() == before
    assert (done.corrected, done.conflicts) == (1, [])


def test_where_both_changed_a_field_the_learners_stays_and_the_correction_can_be_found(
    author: Author, learner: Learner
):
    from attachdeck.addon import package
    from attachdeck.addon.update import COMPARE, conflicts

    author.release()
    do_import(learner.collection, author.deck)
    note = learner.note("one")
    note["Answer"] = "My own"
    learner.collection.update_note(note)
    author.release(NEW_ONE + TWO)
    folder = unpacked(author)
    [conflict] = update(learner.collection, folder).conflicts
    assert (conflict.card, conflict.field) == ("one", "Answer")
    assert (conflict.mine, conflict.theirs) == ("My own", "Corrected")
    assert learner.fields("one") == ("First?", "My own")
    assert list(learner.collection.find_notes(f"tag:{COMPARE}")) == [note.id]
    assert conflicts(learner.collection, package.read(folder / "deck.apkg")) == [conflict]
    assert update(learner.collection, folder).is_empty


def test_a_second_update_changes_nothing_and_an_older_one_takes_nothing_back(
    author: Author, learner: Learner
):
    author.release()
    old = unpacked(author)
    update(learner.collection, old)
    course = COURSE_YAML.replace("A course for tests.", "New words.") + "speech: en_US\n"
    author.release(NEW_ONE + CLOZE.replace("two", "three") + TWO, **{"course.yaml": course})
    new = unpacked(author)
    assert not update(learner.collection, new).is_empty
    before = everything(learner.collection)
    assert update(learner.collection, new).is_empty
    assert update(learner.collection, old).is_empty
    assert everything(learner.collection) == before


def test_one_undo_takes_it_all_back_and_the_next_start_offers_it_again(
    author: Author, learner: Learner
):
    author.release()
    update(learner.collection, unpacked(author))
    before = everything(learner.collection)
    author.release(NEW_ONE + TWO + CLOZE.replace("two", "three"))
    folder = unpacked(author)
    done = update(learner.collection, folder)
    assert (done.corrected, len(done.new)) == (1, 1)
    assert learner.collection.undo_status().undo == "Update “Tiny”"
    learner.collection.undo()
    after = everything(learner.collection)
    assert [after[0], after[1]] == [before[0], before[1]]
    again = update(learner.collection, folder)
    assert (again.corrected, len(again.new)) == (1, 1)


def test_one_undo_takes_back_an_update_of_more_decks_than_anki_keeps_steps(
    author: Author, learner: Learner
):
    lessons = {
        f"lessons/{n:02}-more.yaml": LESSON_HEAD.replace("first", f"more-{n}").replace(
            "First", f"M{n}"
        )
        + CLOZE.replace("two", f"card-{n}")
        for n in range(2, 42)
    }
    author.release(**lessons)
    do_import(learner.collection, author.deck)
    before = everything(learner.collection)
    author.release(NEW_ONE + TWO, **lessons)
    update(learner.collection, unpacked(author))
    assert learner.collection.undo_status().undo == "Update “Tiny”"
    learner.collection.undo()
    after = everything(learner.collection)
    assert [after[0], after[1]] == [before[0], before[1]]
    assert not [deck for deck in learner.collection.decks.all() if "attachdeck" in deck]


def test_after_the_import_of_a_package_in_between_the_next_release_is_merged(
    author: Author, learner: Learner
):
    author.release()
    update(learner.collection, unpacked(author))
    author.release(NEW_ONE + TWO)
    do_import(learner.collection, author.deck)
    note = learner.note("one")
    note["Why"] = "My reason"
    note.add_tag("mine")
    learner.collection.update_note(note)
    author.release(NEW_ONE.replace("Corrected", "Corrected again") + TWO)
    folder = unpacked(author)
    assert update(learner.collection, folder).conflicts == []
    note = learner.note("one")
    assert (note["Answer"], note["Why"]) == ("Corrected again", "My reason")
    assert "mine" in note.tags
    assert update(learner.collection, folder).is_empty


def test_the_backup_that_is_made_first_brings_everything_back(
    author: Author, learner: Learner, tmp_path: Any
):
    from anki._backend import RustBackend

    from support.engine import opened

    author.release()
    update(learner.collection, unpacked(author))
    learner.review("one")
    before = everything(learner.collection)
    author.release(NEW_ONE + CLOZE.replace("two", "three") + TWO)
    folder, backups = unpacked(author), tmp_path / "backups"
    backups.mkdir()
    update(learner.collection, folder, str(backups))
    assert everything(learner.collection) != before
    [backup] = backups.iterdir()
    restored = tmp_path / "restored.anki2"
    RustBackend().import_collection_package(
        col_path=str(restored),
        backup_path=str(backup),
        media_folder=str(tmp_path / "restored.media"),
        media_db=str(tmp_path / "restored.db"),
    )
    with opened(restored) as collection:
        assert everything(collection) == before
        assert (update(collection, folder).corrected, collection.note_count()) == (1, 3)


def test_what_was_deleted_stays_deleted_and_what_is_new_arrives(author: Author, learner: Learner):
    author.release()
    update(learner.collection, unpacked(author))
    learner.collection.remove_notes([learner.note("two").id])
    author.release(ONE + TWO.replace("B", "Better") + CLOZE.replace("two", "three"))
    done = update(learner.collection, unpacked(author))
    assert (done.deleted, len(done.new)) == (1, 1)
    assert not learner.collection.find_notes("ID:two")
    assert len(learner.note("three").cards()) == 2


def test_a_deletion_that_anki_has_forgotten_stays_one(author: Author, learner: Learner):
    author.release()
    update(learner.collection, unpacked(author))
    learner.collection.remove_notes([learner.note("two").id])
    learner.collection.db.execute("delete from graves")  # As a full sync does.
    author.release(ONE + TWO.replace("B", "Better"))
    done = update(learner.collection, unpacked(author))
    assert (done.deleted, done.new) == (1, [])


def test_a_card_of_another_author_arrives_although_it_was_built_before_a_correction_that_did(
    author: Author, learner: Learner
):
    three = CLOZE.replace("two", "three")
    author.release()
    lock = author.course / "course.lock"
    before = lock.read_text(encoding="utf-8")
    author.built(ONE + TWO + three)
    [line] = [text for text in lock.read_text(encoding="utf-8").splitlines() if '"three":' in text]
    lock.write_text(before, encoding="utf-8")
    author.release(NEW_ONE + TWO)
    update(learner.collection, unpacked(author))
    lock.write_text(lock.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    author.release(NEW_ONE + TWO + three)
    done = update(learner.collection, unpacked(author))
    assert (done.deleted, len(done.new)) == (0, 1)
    learner.collection.remove_notes([learner.note("three").id])
    learner.collection.db.execute("delete from graves")
    assert update(learner.collection, unpacked(author)).deleted == 1


def test_a_card_that_was_retired_reaches_those_who_began_meanwhile(
    author: Author, learner: Learner
):
    author.release()
    retired = TWO.replace("}", ", status: retired, retired_because: Wrong.}")
    author.release(ONE + retired)
    done = update(learner.collection, unpacked(author))
    assert len(done.new) == 1, "a note without cards"
    author.release(NEW_ONE + TWO)
    update(learner.collection, unpacked(author))
    assert len(learner.note("two").cards()) == 1
    learner.collection.remove_notes([learner.note("two").id])
    learner.collection.db.execute("delete from graves")
    assert update(learner.collection, unpacked(author)).deleted == 1


def test_a_renamed_deck_stays_and_new_cards_go_there(author: Author, learner: Learner):
    author.release()
    update(learner.collection, unpacked(author))
    decks = learner.collection.decks
    decks.rename(decks.by_name("Tiny"), "Own name")
    names = {deck.name for deck in decks.all_names_and_ids()}
    author.release(NEW_ONE + TWO + CLOZE.replace("two", "three"))
    update(learner.collection, unpacked(author))
    assert {deck.name for deck in decks.all_names_and_ids()} == names
    assert decks.name(learner.note("three").cards()[0].did).startswith("Own name")


def test_two_computers_that_update_offline_make_equal_rows(
    author: Author, learner: Learner, tmp_path: Any
):
    from support.engine import opened

    second = {
        "lessons/02-second.yaml": LESSON_HEAD.replace("first", "second").replace("First", "Second")
        + CLOZE.replace("two", "three")
    }
    with opened(tmp_path / "other.anki2") as other:
        author.release()
        folder = unpacked(author)
        for collection in (learner.collection, other):
            update(collection, folder)
        author.release(NEW_ONE + TWO, **second)
        folder = unpacked(author)
        for collection in (learner.collection, other):
            update(collection, folder)
        mine, theirs = everything(learner.collection), everything(other)
        assert [row[:3] for row in mine[0]] == [row[:3] for row in theirs[0]]
        assert [row[4:] for row in mine[0]] == [row[4:] for row in theirs[0]]
        assert [row[:4] for row in mine[1]] == [row[:4] for row in theirs[1]]
        names = [deck["name"] for deck in mine[3]]
        assert not [name for name in names if name.endswith("+")]


def test_a_field_of_the_learners_own_stays_and_corrections_arrive(author: Author, learner: Learner):
    author.release()
    update(learner.collection, unpacked(author))
    models = learner.collection.models
    model = learner.note("one").note_type()
    models.add_field(model, models.new_field("Mine"))
    models.update_dict(model)
    note = learner.note("one")
    note["Mine"] = "My own field"
    learner.collection.update_note(note)
    author.release(NEW_ONE + TWO)
    folder = unpacked(author)
    assert len(update(learner.collection, folder).loose) == 1
    assert (learner.note("one")["Answer"], learner.note("one")["Mine"]) == (
        "Corrected",
        "My own field",
    )
    assert update(learner.collection, folder).is_empty


def test_a_gap_that_is_added_becomes_a_card_once(author: Author, learner: Learner):
    author.release()
    update(learner.collection, unpacked(author))
    cloze = CLOZE.replace("two", "gaps")
    author.release(ONE + TWO + cloze)
    update(learner.collection, unpacked(author))
    author.release(ONE + TWO + cloze.replace("follow.", "follow ((3 D))."))
    folder = unpacked(author)
    update(learner.collection, folder)
    assert [card.ord for card in learner.note("gaps").cards()] == [0, 1, 2]
    assert update(learner.collection, folder).is_empty
    problems, is_whole = learner.collection.fix_integrity()
    assert is_whole, problems


def test_an_own_style_stays_and_new_templates_arrive(author: Author, learner: Learner):
    author.release()
    update(learner.collection, unpacked(author))
    models = learner.collection.models
    model = learner.note("one").note_type()
    model["css"] += "\n.card { color: red; }"
    models.update_dict(model)
    course = {"course.yaml": COURSE_YAML + "speech: en_US\n"}
    author.release(**course)
    folder = unpacked(author)
    update(learner.collection, folder)
    after = learner.note("one").note_type()
    assert after["css"].endswith("color: red; }")
    assert "{{tts en_US" in after["tmpls"][0]["qfmt"]
    assert update(learner.collection, folder).is_empty


def test_a_custom_card_and_its_template_are_corrected_as_by_an_import(
    author: Author, learner: Learner
):
    author.release(CUSTOM + ONE, **OWN)
    update(learner.collection, unpacked(author))
    corrected = {"note_types/basic/front-1.html": "New {{Front}}"}
    author.release(CUSTOM.replace("Two", "Due") + ONE, **OWN | corrected)
    folder = unpacked(author)
    update(learner.collection, folder)
    [note] = map(learner.collection.get_note, learner.collection.find_notes("Front:*One*"))
    assert note["Back"] == "Due"
    assert note.note_type()["tmpls"][0]["qfmt"] == "New {{Front}}"
    assert update(learner.collection, folder).is_empty


def test_a_field_of_an_own_note_type_may_be_called_stamp(author: Author, learner: Learner):
    fields = "fields: [{name: Front, id: 11}, {name: Back, id: 12}, {name: Stamp, id: 13}]"
    text = NOTE_TYPE.replace("fields: [{name: Front}, {name: Back}]", fields)
    own = OWN | {"note_types/basic/note_type.yaml": text}
    cards = CUSTOM.replace("Back: Two}", "Back: Two, Stamp: A postage stamp}")
    author.release(cards + ONE, **own)
    update(learner.collection, unpacked(author))
    author.release(cards.replace("Two", "Due") + ONE, **own)
    update(learner.collection, unpacked(author))
    [note] = map(learner.collection.get_note, learner.collection.find_notes("Front:*One*"))
    assert note["Back"] == "Due"
