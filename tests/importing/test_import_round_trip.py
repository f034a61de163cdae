"""A deck of Anki's becomes a course, the course a package, and for those who learn the deck nothing
is lost: the real engine is the judge."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck.preview.rendering import sides
from support.commands import run
from support.courses import compiled
from support.engine import STOCK, contents, do_import, export, fill, opened

if TYPE_CHECKING:
    from anki.collection import Collection

pytest.importorskip("anki")


def round_trip(package: Path, folder: Path) -> tuple[Path, str]:
    """The package of the course that a package becomes, and what the import said."""
    imported = run("import", package, "-o", folder / "course")
    assert imported.exit_code == 0, imported.output
    checked = run("check", folder / "course")
    assert checked.exit_code == 0, checked.output
    assert set(re.findall(r"\[([a-z-]+)\]: ", checked.output)) == {"placeholder"}
    tidy = run("fmt", "--check", folder / "course")
    assert tidy.exit_code == 0, tidy.output
    built = run("build", folder / "course", "--locked", "-o", folder / "again.apkg")
    assert built.exit_code == 0, built.output
    return folder / "again.apkg", imported.stdout


def note_types(collection: Collection, names: set[str]) -> dict[str, Any]:
    """Note types but for what belongs to a collection and not to them, and an empty list that
    genanki adds to fields."""
    own = ("mod", "usn", "did", "req", "originalId", "tags", "vers")
    models = {
        model["name"]: {key: value for key, value in model.items() if key not in own}
        for model in collection.models.all()
        if model["name"] in names
    }
    return {
        name: model
        | {"flds": [{k: v for k, v in field.items() if k != "media"} for field in model["flds"]]}
        for name, model in models.items()
    }


@pytest.mark.parametrize(
    ("suffix", "legacy"), [(".apkg", True), (".apkg", False), (".colpkg", True), (".colpkg", False)]
)
def test_every_stock_note_type_comes_back_and_a_learner_goes_on(
    tmp_path: Path, suffix: str, legacy: bool
):
    with opened(tmp_path / "learner.anki2") as learner:
        fill(learner, STOCK)
        before = contents(learner)
        types = note_types(learner, {name for name, *_ in STOCK})
        export(learner, tmp_path / f"deck{suffix}", legacy=legacy)
        again, report = round_trip(tmp_path / f"deck{suffix}", tmp_path)
        assert "not imported" not in report

        # The learner reviews and edits, and then imports what was built.
        card = learner.get_card(learner.find_cards("deck:Top")[0])
        card.start_timer()
        learner.sched.answerCard(card, 3)
        edited = learner.get_note(learner.find_notes("deck:Top::Sub")[0])
        edited.fields[1] = "My own words"
        learner.update_note(edited)
        scheduled = learner.db.all(
            "select nid, ord, did, due, ivl, reps, queue, type, data from cards order by id"
        )
        assert do_import(learner, again) == {"duplicate": len(STOCK)}
        assert (
            learner.db.all(
                "select nid, ord, did, due, ivl, reps, queue, type, data from cards order by id"
            )
            == scheduled
        )
        assert learner.get_note(edited.id).fields[1] == "My own words"
        assert (
            note_types(learner, {model["name"] for model in learner.models.all()}).keys()
            == types.keys()
        )

    with opened(tmp_path / "fresh.anki2") as fresh:
        for note_type in fresh.models.all():
            note_type["name"] = f"old {note_type['name']}"
            fresh.models.update_dict(note_type)
        assert do_import(fresh, again) == {"new": len(STOCK)}
        assert contents(fresh) == before
        # Anki's own note type lacks this, and each Check Database would move its time.
        types["Image Occlusion"]["flds"][4]["preventDeletion"] = True
        assert note_types(fresh, types.keys()) == types
        assert (Path(fresh.media.dir()) / "hola.mp3").read_bytes() == b"a sound"
        assert not fresh.media.check().missing
        message, sound = fresh.fix_integrity()
        assert sound, message
        assert fresh.get_empty_cards().notes == []


def test_a_correction_in_the_course_reaches_the_learner_with_the_schedule_kept(tmp_path: Path):
    with opened(tmp_path / "learner.anki2") as learner:
        fill(learner, STOCK)
        export(learner, tmp_path / "deck.apkg", legacy=False)
        round_trip(tmp_path / "deck.apkg", tmp_path)
        lesson = next((tmp_path / "course" / "lessons").glob("*-sub.yaml"))
        lesson.write_text(
            lesson.read_text(encoding="utf-8").replace('Back: "  Back "', "Back: Corrected"),
            encoding="utf-8",
        )
        assert run("build", tmp_path / "course", "-o", tmp_path / "next.apkg").exit_code == 0
        assert "nothing" in run("diff", tmp_path / "next.apkg", tmp_path / "course").stdout.lower()
        stdout = run("diff", tmp_path / "again.apkg", tmp_path / "course").stdout
        assert "gone" not in stdout
        assert "Corrected" in stdout

        card = learner.get_card(learner.find_cards("Front:Front*")[0])
        card.start_timer()
        learner.sched.answerCard(card, 4)
        scheduled = learner.db.first(
            "select due, ivl, reps, queue, type from cards where id = ?", card.id
        )
        assert do_import(learner, tmp_path / "next.apkg") == {
            "updated": 1,
            "duplicate": len(STOCK) - 1,
        }
        assert learner.get_card(card.id).note().fields[1] == "Corrected"
        assert (
            learner.db.first("select due, ivl, reps, queue, type from cards where id = ?", card.id)
            == scheduled
        )


def test_the_preview_draws_imported_cards_as_anki_does(tmp_path: Path):
    with opened(tmp_path / "learner.anki2") as learner:
        fill(learner, STOCK)
        export(learner, tmp_path / "deck.apkg", legacy=True)
        round_trip(tmp_path / "deck.apkg", tmp_path)
        deck = compiled(tmp_path / "course")
        for note in deck.notes:
            theirs = learner.get_note(
                learner.db.scalar("select id from notes where guid = ?", note.guid)
            )
            for card in theirs.cards():
                output = card.render_output()
                drawn = sides(deck.note_types[note.note_type].note_type, note, card.ord)
                assert (drawn.front, drawn.back) == (output.question_text, output.answer_text)


def test_cards_of_one_note_in_several_decks_are_listed_and_stay_where_they_are(tmp_path: Path):
    with opened(tmp_path / "learner.anki2") as learner:
        fill(learner, [("Basic (and reversed card)", ["One", "Two"], "First", [])])
        second = learner.find_cards("card:2")
        learner.set_deck(second, learner.decks.id("Second"))
        export(learner, tmp_path / "deck.apkg", legacy=False)
        again, report = round_trip(tmp_path / "deck.apkg", tmp_path)
        assert "several decks (First, Second)" in report
        assert do_import(learner, again) == {"duplicate": 1}
        assert learner.decks.name(learner.get_card(second[0]).did) == "Second"


def test_several_packages_become_one_course(tmp_path: Path):
    with opened(tmp_path / "learner.anki2") as learner:
        fill(learner, STOCK[:2])
        export(learner, tmp_path / "one.apkg", legacy=False)
        fill(learner, STOCK[2:])
        export(learner, tmp_path / "two.apkg", legacy=True)
        result = run(
            "import", tmp_path / "one.apkg", tmp_path / "two.apkg", "-o", tmp_path / "course"
        )
        assert result.exit_code == 0, result.output
        assert run("build", tmp_path / "course", "-o", tmp_path / "again.apkg").exit_code == 0
        assert do_import(learner, tmp_path / "again.apkg") == {"duplicate": len(STOCK)}


LETTER = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
PIECE = st.sampled_from([*"<>&{}:'\"\n\t#[]| -", "{{c1::", "{{c2::", "}}", "<b>", "<br>"])
TEXT = st.lists(LETTER | PIECE, max_size=20).map("".join)
TAG = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=8)
NAMES = ["Basic", "Basic (and reversed card)", "Basic (type in the answer)", "Cloze"]
DECK = st.lists(
    st.sampled_from(["A", "b c", "日本", "it's", "x: y", "- z"]), min_size=1, max_size=3
).map("::".join)


@pytest.mark.slow
@settings(max_examples=20)
@given(
    notes=st.lists(
        st.tuples(st.sampled_from(NAMES), st.tuples(TEXT, TEXT), DECK, st.lists(TAG, max_size=2)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_a_note_says_comes_back_or_is_listed(
    tmp_path_factory: pytest.TempPathFactory, notes: list[Any]
):
    folder = tmp_path_factory.mktemp("trip")
    with opened(folder / "learner.anki2") as learner:
        fill(learner, notes)
        before = contents(learner)
        export(learner, folder / "deck.apkg", legacy=False)
        again, report = round_trip(folder / "deck.apkg", folder)
        outcome = do_import(learner, again)
        # Nobody else needs a note of which no card is made; its learners keep it as it is.
        left_out = blank(learner)
        assert outcome.get("duplicate", 0) == len(notes) - len(left_out)
        assert outcome.keys() <= {"duplicate"}
    with opened(folder / "fresh.anki2") as fresh:
        do_import(fresh, again)
        after = contents(fresh)
        assert after.keys() == before.keys() - left_out
        if "not imported" not in report:
            assert {guid: (note[0], set(note[1]), note[3]) for guid, note in after.items()} == {
                guid: (note[0], set(note[1]), note[3]) for guid, note in before.items()
            }


def blank(collection: Collection) -> set[str]:
    """The GUIDs of notes whose cards are all empty."""
    empty = collection.get_empty_cards().notes
    return {collection.get_note(report.note_id).guid for report in empty if report.will_delete_note}
