"""Every kind of file that can be imported ends as cards in Anki's own engine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attachdeck.lock.file import read_lock
from attachdeck.lock.ids import LOWEST_DECK_ID
from attachdeck.reader import lock_file
from support.commands import run
from support.courses import COURSE, write_course
from support.engine import STOCK, contents, do_import, export, fill, opened

if TYPE_CHECKING:
    from anki.collection import Collection

pytest.importorskip("anki")


def imported(source: Path, folder: Path, *options: str) -> str:
    """Import a file as a course, check and build it; what the import said."""
    result = run("import", source, "-o", folder / "course", *options)
    assert result.exit_code == 0, result.output
    assert run("fmt", "--check", folder / "course").exit_code == 0
    for command in (("check",), ("build", "-o", folder / "built.apkg")):
        done = run(command[0], folder / "course", *command[1:])
        assert done.exit_code == 0, done.output
    return result.stdout


def learner(folder: Path, package: Path) -> dict[str, Any]:
    """What a new learner has in Anki after importing a package: sound, and each card shows
    something."""
    with opened(folder / "learner.anki2") as collection:
        log = do_import(collection, package)
        notes = contents(collection)
        assert log == {"new": len(notes)}
        sides = [
            (card.question(), card.answer())
            for card in map(collection.get_card, collection.find_cards(""))
        ]
        assert sides
        assert all(
            re.sub("<style>.*?</style>|<[^>]*>", "", text) for side in sides for text in side
        )
        message, sound = collection.fix_integrity()
        assert sound, message
    return notes


# A folder of CrowdAnki's, as add-on, scripts and people write it.

BASIC = {"qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}


def crowd_deck(**more: Any) -> dict[str, Any]:
    """The least that scripts write: fields and templates by name, notes by their note type's
    UUID."""
    return {
        "__type__": "Deck",
        "name": "Capitals",
        "crowdanki_uuid": "deck-1",
        "note_models": [
            {
                "crowdanki_uuid": "basic-1",
                "name": "Capitals: basic",
                "flds": [{"name": "Front"}, {"name": "Back"}],
                "tmpls": [BASIC],
            }
        ],
        "notes": [{"fields": ["France", "Paris"], "note_model_uuid": "basic-1", "guid": "a1"}],
    } | more


def exported() -> dict[str, Any]:
    """A deck as the add-on itself exports it, with decks in it and two note types."""
    field = {"font": "Arial", "media": [], "rtl": False, "size": 20, "sticky": False}
    template = {"bafmt": "", "bqfmt": "", "bfont": "", "bsize": 0, "did": None}
    cloze = {
        "__type__": "NoteModel",
        "crowdanki_uuid": "0b43d93c-0bf5-11e9-9a38-60f81dad1122",
        "css": ".card { text-align: left; }\n.cloze { color: blue; }",
        "flds": [field | {"name": "Extra", "ord": 1}, field | {"name": "Text", "ord": 0}],
        "latexPost": "\\end{document}",
        "latexPre": "\\documentclass[12pt]{article}\n\\begin{document}\n",
        "name": "Rivers (cloze)",
        "req": [[0, "any", [0]]],
        "sortf": 0,
        "tags": [],
        "tmpls": [
            template
            | {
                "name": "Cloze",
                "ord": 0,
                "qfmt": "{{cloze:Text}}",
                "afmt": "{{cloze:Text}}<br>{{Extra}}",
            }
        ],
        "type": 1,
        "vers": [],
    }
    child = {
        "__type__": "Deck",
        "children": [],
        "crowdanki_uuid": "child",
        "deck_config_uuid": "options",
        "desc": "",
        "dyn": 0,
        "extendNew": 10,
        "media_files": [],
        "name": "Rivers",
        "notes": [
            {
                "__type__": "Note",
                "data": "",
                "fields": ["{{c1::Seine}} runs through {{c2::Paris}}", "<i>France</i>"],
                "flags": 0,
                "guid": "k6-Rf;oB~s",
                "note_model_uuid": cloze["crowdanki_uuid"],
                "tags": ["Geo::Rivers", "Europe"],
            }
        ],
    }
    deck = crowd_deck(
        children=[child],
        desc="Capitals &amp; rivers",
        deck_configurations=[{"__type__": "DeckConfig", "crowdanki_uuid": "options", "name": "x"}],
        media_files=["flag.png"],
    )
    deck["note_models"].append(cloze)
    deck["notes"][0]["fields"] = ['France <img src="flag.png" />', "Paris"]
    return deck


def without_numbers() -> dict[str, Any]:
    """Written by hand: no ids, no `type` in a cloze note type, no GUIDs, a note that lacks a
    field."""
    deck = crowd_deck()
    deck["note_models"].append(
        {
            "crowdanki_uuid": "cloze-1",
            "name": "Gaps",
            "sortf": "Text",
            "flds": [{"name": "Text", "font": 12, "size": "20"}, {"name": "Extra", "id": None}],
            "tmpls": [
                {"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}} {{Extra}}"}
            ],
        }
    )
    deck["notes"] = [
        {"fields": ["Spain", "Madrid"], "note_model_uuid": "basic-1"},
        {"fields": [1914, "A war began."], "note_model_uuid": "basic-1", "guid": "", "tags": None},
        {"fields": ["{{c1::Rome}} is old"], "note_model_uuid": "cloze-1", "tags": "a b"},
    ]
    return deck


@pytest.mark.parametrize(
    ("deck", "notes"),
    [
        (crowd_deck(), [(["France", "Paris"], [], "Capitals", 1)]),
        (
            exported(),
            [
                (['France <img src="flag.png" />', "Paris"], [], "Capitals", 1),
                (
                    ["{{c1::Seine}} runs through {{c2::Paris}}", "<i>France</i>"],
                    ["Geo::Rivers", "Europe"],
                    "Capitals::Rivers",
                    2,
                ),
            ],
        ),
        (
            without_numbers(),
            [
                (["1914", "A war began."], [], "Capitals", 1),
                (["Spain", "Madrid"], [], "Capitals", 1),
                (["{{c1::Rome}} is old", ""], ["a", "b"], "Capitals", 1),
            ],
        ),
    ],
    ids=["least", "exported", "by hand"],
)
def test_a_deck_of_crowdankis_becomes_cards_in_anki(tmp_path: Path, deck: Any, notes: list[Any]):
    folder = tmp_path / "crowd"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "flag.png").write_bytes(b"\x89PNG a picture")
    (folder / "deck.json").write_text(json.dumps(deck), encoding="utf-8")
    imported(folder, tmp_path)
    state = learner(tmp_path, tmp_path / "built.apkg")
    rows = [
        (fields, sorted(tags), {deck for _, deck in cards}, len(cards))
        for fields, tags, _, cards in state.values()
    ]
    assert sorted(rows, key=str) == sorted(
        ((fields, sorted(tags), {deck}, cards) for fields, tags, deck, cards in notes), key=str
    )


def of_collection(collection: Collection) -> dict[str, Any]:
    """The stock notes as the add-on exports them: Anki's own note types without what belongs to one
    collection."""
    of_one = ("id", "mod", "usn")
    models = {
        model["id"]: {key: value for key, value in model.items() if key not in of_one}
        | {"crowdanki_uuid": f"uuid-{model['id']}", "__type__": "NoteModel"}
        for model in collection.models.all()
    }
    decks: dict[str, Any] = {}
    for number in collection.find_notes(""):
        note = collection.get_note(number)
        name = collection.decks.name(note.cards()[0].did)
        deck = decks.setdefault(name, {"__type__": "Deck", "name": name, "notes": []})
        deck["notes"].append(
            {
                "__type__": "Note",
                "guid": note.guid,
                "fields": note.fields,
                "note_model_uuid": f"uuid-{note.mid}",
                "tags": note.tags,
            }
        )
    top = {"name": "Imported", "children": list(decks.values()), "crowdanki_uuid": "top"}
    return top | {
        "note_models": list(models.values()),
        "media_files": ["a picture.png", "hola.mp3"],
    }


def test_every_stock_note_type_comes_from_crowdanki_as_it_was(tmp_path: Path):
    folder = tmp_path / "crowd"
    (folder / "media").mkdir(parents=True)
    with opened(tmp_path / "maker.anki2") as maker:
        fill(maker, STOCK)
        (folder / "deck.json").write_text(json.dumps(of_collection(maker)), encoding="utf-8")
        for file in Path(maker.media.dir()).iterdir():
            (folder / "media" / file.name).write_bytes(file.read_bytes())
        before = contents(maker)
    imported(folder, tmp_path)
    after = learner(tmp_path, tmp_path / "built.apkg")
    assert {guid: (*note[:2], len(note[3])) for guid, note in after.items()} == {
        guid: (*note[:2], len(note[3])) for guid, note in before.items()
    }
    assert {deck for *_, cards in after.values() for _, deck in cards} == {
        f"Imported::{deck}" for *_, cards in before.values() for _, deck in cards
    }


@pytest.mark.slow
def test_what_we_export_for_crowdanki_comes_back_as_cards(tmp_path: Path):
    assert run("build", COURSE, "--to", "crowdanki", "-o", tmp_path / "crowd").exit_code == 0
    assert run("build", COURSE, "-o", tmp_path / "ours.apkg").exit_code == 0
    imported(tmp_path / "crowd", tmp_path)
    (tmp_path / "one").mkdir()
    ours = learner(tmp_path / "one", tmp_path / "ours.apkg")
    theirs = learner(tmp_path, tmp_path / "built.apkg")
    assert {guid: note[0] for guid, note in theirs.items()} == {
        guid: note[0] for guid, note in ours.items() if note[3]
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
        {"notes": [{"fields": ["x"], "note_model_uuid": "nope"}]},
        "the note type of `notes[0]` is missing",
    ),
        (
            {"notes": [{"fields": [["x"]], "note_model_uuid": "basic-1"}]},
            "`notes[0].fields[0]` is not a text",
        ),
        ({"notes": [{"note_model_uuid": "basic-1"}]}, "`notes[0]` has no `fields`"),
        ({"notes": {}}, "`notes` is not a list"),
        ({"notes": ["x"]}, "`notes[0]` is not an object"),
        ({"name": None}, "the deck has no `name`"),
        ({"note_models": [{"crowdanki_uuid": "x"}]}, "`note_models[0]` has no flds"),
        ({"children": [{"children": []}]}, "`children[0]` has no `name`"),
    ],
)  # fmt: skip
def test_a_deck_that_is_not_whole_gets_a_message_with_the_place(
    tmp_path: Path, change: dict[str, Any], message: str
):
    (tmp_path / "deck.json").write_text(json.dumps(crowd_deck(**change)), encoding="utf-8")
    result = run("import", tmp_path, "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Error" not in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deeply"),
        (f'{{"name": {"9" * 5000}}}', "a number in it is too long"),
    ],
)
def test_json_that_python_cannot_read_gets_a_message(tmp_path: Path, text: str, message: str):
    (tmp_path / "deck.json").write_text(text, encoding="utf-8")
    result = run("import", tmp_path, "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert message in result.stderr


def test_broken_json_is_told_with_line_and_column(tmp_path: Path):
    (tmp_path / "deck.json").write_text('{"name": "x",\n "notes": [}', encoding="utf-8")
    result = run("import", tmp_path, "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert "line 2, column 12" in result.stderr


def test_a_lock_whose_decks_anki_would_refuse_is_repaired(tmp_path: Path, collection: Collection):
    course = write_course(tmp_path / "tiny")
    package = tmp_path / "tiny.apkg"
    assert run("build", course, "-o", package).exit_code == 0
    good = (course / "course.lock").read_text(encoding="utf-8")
    bad = re.sub(r"(course|lesson first): \{id: [0-9]+", r"\1: {id: 0", good)
    assert bad != good
    (course / "course.lock").write_text(bad, encoding="utf-8", newline="")

    checked = run("check", course)
    assert "Anki would reject the ids of 2 decks" in checked.stdout + checked.stderr
    assert run("build", course, "--locked", "-o", package).exit_code == 1
    built = run("build", course, "-o", package)
    assert built.exit_code == 0, built.output
    assert (course / "course.lock").read_text(encoding="utf-8") == good
    assert do_import(collection, package) == {"new": 1}


def test_the_deck_default_is_imported_with_an_id_of_its_own(tmp_path: Path):
    with opened(tmp_path / "maker.anki2") as maker:
        fill(maker, [("Basic", ["One", "Two"], "Default", [])])
        export(maker, tmp_path / "deck.apkg", legacy=True)
    imported(tmp_path / "deck.apkg", tmp_path)
    lock, problems = read_lock(*lock_file(tmp_path / "course"))
    assert not problems
    assert all(deck.id >= LOWEST_DECK_ID for deck in lock.decks.values())
    assert len(learner(tmp_path, tmp_path / "built.apkg")) == 1


# Packages, tables and texts.


def package(suffix: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        with opened(folder / "maker.anki2") as maker:
            fill(maker, STOCK)
            export(maker, folder / f"deck{suffix}", legacy=suffix == ".colpkg")
        return folder / f"deck{suffix}"

    return write


def text(name: str, content: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(content, encoding="utf-8")
        return folder / name

    return write


def our_text(folder: Path) -> Path:
    done = run(
        "build", write_course(folder / "tiny"), "--to", "anki-text", "-o", folder / "tiny.txt"
    )
    assert done.exit_code == 0
    return folder / "tiny.txt"


def our_spreadsheet(folder: Path) -> Path:
    done = run("build", write_course(folder / "tiny"), "--to", "csv", "-o", folder / "tiny.csv")
    assert done.exit_code == 0
    return folder / "tiny.csv"


SOURCES: dict[str, tuple[Callable[[Path], Path], int]] = {
    "apkg": (package(".apkg"), 6),
    "colpkg": (package(".colpkg"), 6),
    "csv": (text("words.csv", "prompt,answer\nuno,one\ndos,two\n"), 2),
    "tsv": (text("words.tsv", "uno\tone\ndos\ttwo\n"), 2),
    "Markdown": (text("words.md", "Q: uno\nA: one\n\nA ((1 gap)) here.\n"), 2),
    "Anki's text": (text("anki.txt", "#separator:tab\n#html:true\nuno\t<b>one</b>\n"), 1),
    "our text for Anki": (our_text, 1),
    "our spreadsheet": (our_spreadsheet, 1),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("options", [(), ("--convert",)], ids=["kept", "converted"])
def test_every_source_ends_as_cards_in_anki(tmp_path: Path, source: str, options: tuple[str, ...]):
    write, notes = SOURCES[source]
    imported(write(tmp_path), tmp_path, *options)
    assert len(learner(tmp_path, tmp_path / "built.apkg")) == notes
