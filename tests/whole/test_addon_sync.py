"""Updates by the add-on on two computers and a phone, with Anki's own sync server between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.addon import unpacked, update
from support.courses import CLOZE, ONE, TWO, Author
from support.engine import Learner
from support.sync import Account, Device, account

NEW_ONE = ONE.replace("answer: A", "answer: Corrected")
THREE = CLOZE.replace("two", "three")


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[Account]:
    pytest.importorskip("anki", reason="the package anki is missing")
    with account(tmp_path) as own:
        yield own


@pytest.fixture
def first(author: Author, devices: Account) -> Device:
    """A computer with the first release, synced."""
    author.release()
    computer = devices.device("first")
    update(computer.collection, unpacked(author))
    computer.sync()
    return computer


def joining(devices: Account, name: str) -> Device:
    """Another device of the same learner, synced."""
    device = devices.device(name)
    device.sync()
    return device


def contents(device: Device) -> list[Any]:
    """Notes, cards, reviews, decks and note types, without what each device has for itself."""
    queries = (
        "select guid, mid, mod, tags, flds from notes order by guid",
        "select id, nid, did, ord, type, queue, due, ivl, reps, flags from cards order by id",
        "select * from revlog order by id",
    )
    collection = device.collection
    decks = sorted((d["id"], d["name"], d["desc"], d.get("attachdeck")) for d in all_decks(device))
    types = [(m["id"], m["name"], m["css"], m.get("attachdeck")) for m in collection.models.all()]
    return [
        *(collection.db.all(query) for query in queries),
        str(decks),
        str(sorted(types, key=str)),
    ]


def all_decks(device: Device) -> list[dict[str, Any]]:
    return device.collection.decks.all()


def learner(device: Device) -> Learner:
    return Learner(device.collection)


def test_what_one_computer_updated_the_other_has_after_a_sync_and_changes_no_more(
    author: Author, devices: Account, first: Device
):
    second = joining(devices, "second")
    author.release(NEW_ONE + TWO + THREE)
    addon = unpacked(author)
    assert not update(first.collection, addon).is_empty
    first.sync()
    second.sync()
    before = contents(second)
    assert before == contents(first)
    assert update(second.collection, addon).is_empty
    assert contents(second) == before


def test_two_computers_that_updated_before_they_sync_have_the_same_afterwards(
    author: Author, devices: Account, first: Device
):
    second = joining(devices, "second")
    author.release(NEW_ONE + TWO + THREE)
    addon = unpacked(author)
    for device in (first, second):
        update(device.collection, addon)
    for device in (first, second, first):
        device.sync()
    assert contents(first) == contents(second)
    assert not [deck["name"] for deck in all_decks(first) if deck["name"].endswith("+")]
    for device in (first, second):
        assert update(device.collection, addon).is_empty


def test_a_review_on_a_phone_that_syncs_after_the_update_is_kept(
    author: Author, devices: Account, first: Device
):
    phone = joining(devices, "phone")
    learner(phone).review("one")
    author.release(NEW_ONE + TWO)
    addon = unpacked(author)
    update(first.collection, addon)
    for device in (first, phone, first):
        device.sync()
    for device in (first, phone):
        assert learner(device).fields("one") == ("First?", "Corrected")
        assert learner(device).scheduling() == learner(phone).scheduling()
        assert len(learner(device).scheduling()[1]) == 1
    assert update(first.collection, addon).is_empty


def test_an_edit_on_a_phone_that_syncs_after_the_update_is_kept_and_the_correction_arrives(
    author: Author, devices: Account, first: Device
):
    phone = joining(devices, "phone")
    author.release(NEW_ONE + TWO)
    addon = unpacked(author)
    note = learner(phone).note("one")
    note["Why"] = "My reason"
    note.add_tag("mine")
    phone.collection.update_note(note)
    update(first.collection, addon)
    for device in (first, phone, first):
        device.sync()
    note = learner(first).note("one")
    assert (note["Answer"], note["Why"]) == ("A", "My reason"), "the phone's note is the newer one"
    assert update(first.collection, addon).corrected == 1
    for device in (first, phone):
        device.sync()
        note = learner(device).note("one")
        assert (note["Answer"], note["Why"]) == ("Corrected", "My reason")
        assert "mine" in note.tags
    assert update(first.collection, addon).is_empty


def test_a_note_that_was_deleted_on_the_phone_stays_deleted_on_the_computer(
    author: Author, devices: Account, first: Device
):
    phone = joining(devices, "phone")
    phone.collection.remove_notes([learner(phone).note("two").id])
    author.release(ONE + TWO.replace("B", "Better") + THREE)
    addon = unpacked(author)
    update(first.collection, addon)
    for device in (phone, first, phone):
        device.sync()
    assert not first.collection.find_notes("ID:two")
    assert update(first.collection, addon).is_empty
    joined = joining(devices, "third")
    assert update(joined.collection, addon).is_empty
    assert not joined.collection.find_notes("ID:two")
