"""`attachdeck verify` finds what other tools do to learners, and nothing where nothing is wrong."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import sqlite3
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attachdeck import pipeline
from attachdeck.cli import main
from attachdeck.compile.deck import Deck
from attachdeck.engine.verify import Fate, verify
from support.commands import need
from support.courses import COURSE_YAML, compiled, write_course

NUMBERS = [f"n{number:02}" for number in range(24)]


@pytest.fixture(autouse=True)
def _engine():
    need("the package anki", importlib.util.find_spec("anki") is not None)


def deck(folder: Path, **answers: str) -> Deck:
    cards = "".join(
        f"  - {{id: {name}, kind: basic, prompt: {name}?, answer: {answers.get(name, 'Answer')}}}\n"
        for name in NUMBERS
    )
    return compiled(write_course(folder, cards=cards))


def changed(deck: Deck, *, seconds: int, only: set[str] | None = None) -> Deck:
    """A deck whose notes' times are later by some seconds."""
    notes = tuple(
        note._replace(modified=note.modified + seconds)
        if only is None or note.fields[0][:-1] in only
        else note
        for note in deck.notes
    )
    return dataclasses.replace(deck, notes=notes)


def packages(folder: Path, old: Deck, new: Deck) -> tuple[Path, Path]:
    pipeline.package(old, folder / "old.apkg")
    pipeline.package(new, folder / "new.apkg")
    return folder / "old.apkg", folder / "new.apkg"


def lost(old: Path, new: Path) -> set[str]:
    return {finding.subject for finding in verify(new, old) if finding.fate is Fate.LOST}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


def test_the_flagship_passes(flagship_package: Path):
    result = run(flagship_package, "--upgrade-from", flagship_package)
    assert result.exit_code == 0, result.output
    assert all(line.startswith("good ") for line in result.stdout.splitlines())


def test_corrections_lose_nothing_but_what_anki_cannot_keep(tmp_path: Path):
    new = changed(deck(tmp_path / "b", **dict.fromkeys(NUMBERS, "Better")), seconds=100)
    old_path, new_path = packages(tmp_path, deck(tmp_path / "a"), new)
    findings = verify(new_path, old_path)
    assert {finding.fate for finding in findings} == {Fate.GOOD, Fate.REPLACED}
    assert [
        (finding.subject, len(finding.cards))
        for finding in findings
        if finding.fate is Fate.REPLACED
    ] == [("edited", 3), ("tagged", 3)]


def test_a_correction_of_one_card_touches_no_other(tmp_path: Path):
    new = changed(deck(tmp_path / "b", n05="Better"), seconds=100, only={"n05"})
    old_path, new_path = packages(tmp_path, deck(tmp_path / "a"), new)
    findings = {finding.subject: finding for finding in verify(new_path, old_path)}
    assert findings["update"].message == "3 new, 1 updated, 20 duplicate; 1 corrected"
    assert (
        sum(len(finding.cards) for finding in findings.values() if finding.fate is Fate.REPLACED)
        <= 1
    )


def test_a_new_time_for_everything_overwrites_edits_and_is_found(tmp_path: Path):
    old_deck = deck(tmp_path / "a")
    assert lost(*packages(tmp_path, old_deck, changed(old_deck, seconds=100))) == {
        "edited",
        "tagged",
    }


def test_an_old_time_withholds_corrections_and_is_found(tmp_path: Path):
    old, new = deck(tmp_path / "a"), deck(tmp_path / "b", **dict.fromkeys(NUMBERS, "Better"))
    assert lost(*packages(tmp_path, old, new)) == {
        "untouched",
        "reviewed",
        "edited",
        "tagged",
        "suspended",
        "flagged",
        "moved",
    }


def test_a_changed_layout_conflicts_and_is_found(tmp_path: Path):
    old, new = deck(tmp_path / "a"), changed(deck(tmp_path / "b", n00="Better"), seconds=100)
    dated = new.note_types["basic"]
    shorter = dataclasses.replace(dated.note_type, fields=dated.note_type.fields[:-1])
    notes = tuple(note._replace(fields=note.fields[:-1]) for note in new.notes)
    new = dataclasses.replace(
        new,
        notes=notes,
        note_types={
            "basic": dataclasses.replace(dated, note_type=shorter, modified=dated.modified + 100)
        },
    )
    assert "update" in lost(*packages(tmp_path, old, new))


def test_a_card_that_its_note_no_longer_makes_is_found(tmp_path: Path):
    """Our own `build` refuses it; another tool's package may well do it."""
    two, one = "((1 A)) and ((2 B)).", "((1 A)) and B."
    for name, text in (("old", two), ("new", one)):
        course = write_course(
            tmp_path / name, cards=f"  - {{id: one, kind: cloze, text: {text}}}\n"
        )
        compiled = pipeline.compiled(pipeline.check(course), 1_700_000_000 + 1000 * (name == "new"))
        pipeline.package(compiled.deck, tmp_path / f"{name}.apkg")
    findings = verify(tmp_path / "new.apkg", tmp_path / "old.apkg")
    assert [
        (finding.subject, finding.cards) for finding in findings if finding.fate is Fate.LOST
    ] == [("empty cards", ("one",))]


def scatter_ids(good: Path, bad: Path) -> None:
    """Write a package again with ids by which the cards of two notes take turns."""
    with zipfile.ZipFile(good) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    database = bad.with_suffix(".anki2")
    database.write_bytes(contents["collection.anki2"])
    with contextlib.closing(sqlite3.connect(database)) as connection:
        ids = [id for (id,) in connection.execute("select id from cards order by nid, ord")]
        for id, other in zip(ids, (1, 3, 2, 4), strict=True):
            connection.execute(
                "update cards set id = ? where id = ?", (1_600_000_000_000 + other, id)
            )
        connection.commit()
    contents["collection.anki2"] = database.read_bytes()
    with zipfile.ZipFile(bad, "w") as package:
        for name, content in contents.items():
            package.writestr(name, content)


def test_cards_whose_ids_are_scattered_are_found(tmp_path: Path):
    """Anki takes the cards of a note together by the order of ids, where it reads the cards from
    the first to the last."""
    cards = "".join(
        f"  - {{id: {name}, kind: cloze, text: ((1 A)) and ((2 {name})).}}\n"
        for name in ("one", "two")
    )
    deck = compiled(write_course(tmp_path / "course", cards=cards))
    pipeline.package(deck, tmp_path / "good.apkg")
    scatter_ids(tmp_path / "good.apkg", tmp_path / "bad.apkg")
    assert [
        finding.fate for finding in verify(tmp_path / "good.apkg") if finding.subject == "templates"
    ] == [Fate.GOOD]
    assert [
        (finding.subject, set(finding.cards))
        for finding in verify(tmp_path / "bad.apkg")
        if finding.fate is Fate.LOST
    ] == [("templates", {"one", "two"})]


def test_something_lost_ends_with_1_and_names_the_cards(tmp_path: Path):
    old_deck = deck(tmp_path / "a")
    old, new = packages(tmp_path, old_deck, changed(old_deck, seconds=100))
    result = run(new, "--upgrade-from", old)
    assert result.exit_code == 1
    [line] = [line for line in result.stdout.splitlines() if line.startswith("lost     edited")]
    assert (
        line
        == (
            "lost     edited          3 of 3 lost something: scheduling, deck, the learner's "
            "own words or tags, or your correction: "
        )
        + line.rpartition(": ")[2]
    )
    assert set(line.rpartition(": ")[2].split(", ")) <= set(NUMBERS)


def test_an_older_package_of_another_course_is_noticed(tmp_path: Path):
    course_yaml = COURSE_YAML.replace("id: tiny", "id: other")
    other = compiled(write_course(tmp_path / "other", {"course.yaml": course_yaml}))
    old, new = packages(tmp_path, other, deck(tmp_path / "a"))
    result = run(new, "--upgrade-from", old)
    assert result.exit_code == 1
    assert f"{old} and {new} have no notes in common" in result.stdout


def test_a_file_that_anki_cannot_import_ends_with_1(tmp_path: Path):
    path = tmp_path / "odd.apkg"
    path.write_bytes(b"no package")
    result = run(path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {path} cannot be read as a package")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path):
    assert run(tmp_path / "nowhere.apkg").exit_code == 2


def test_without_the_engine_one_line_says_how_to_get_it(
    flagship_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "anki.py").write_text("raise ImportError\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = run(flagship_package)
    assert (result.exit_code, result.stderr) == (
        2,
        'this command needs Anki\'s engine: run `pip install "attachdeck[verify]"`\n',
    )
