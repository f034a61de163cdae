"""`attachdeck forget` is the way out of each refusal that names it, and of nothing else; real Anki
shows what learners then have."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from attachdeck import pipeline
from attachdeck.cli import main
from support.courses import CLOZE, LESSON_HEAD, ONE, TWO, Author, seal, translate
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

RENAMED = LESSON_HEAD.replace("title: First", "title: Beginnings")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def way_out(said: str) -> list[str]:
    """The command that a message names."""
    [command] = set(re.findall(r"`attachdeck (forget [^`]+)`", said))
    return shlex.split(command)


CASES = {
    "vanished-card": (CLOZE, "", {}, "learners who have it keep it without further corrections"),
    "changed-note-type": (
        CLOZE,
        TWO,
        {},
        "keep the old card without corrections and get `two` as new",
    ),
    "lost-side": (
        CLOZE,
        CLOZE.replace("((2 C))", "C"),
        {},
        "keep an empty card for its gap 2 until they choose Tools → Empty Cards",
    ),
    "renamed-deck": (
        TWO,
        TWO,
        {"lessons/01-first.yaml": RENAMED + ONE + TWO},
        "learners' cards stay in it, and new cards go into `Tiny::01 Beginnings`",
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_check_and_build_refuse_and_the_command_that_they_name_helps(author: Author, rule: str):
    before, after, files, seen = CASES[rule]
    author.release(ONE + before)
    said = author.refused(ONE + after, **files)
    checked = run("check", author.course)
    assert checked.exit_code == 1
    for message in (said, checked.stdout):
        assert f"error[{rule}]" in message
        assert re.search(r"course\.lock:[0-9]+:[0-9]+", message)
    command = way_out(checked.stdout)
    assert command == way_out(said)
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert seen in result.stdout
    assert rule not in run("check", author.course).stdout
    author.release(ONE + after, **files)


def test_nothing_else_is_forgotten(author: Author):
    author.release()
    lock = (author.course / "course.lock").read_bytes()
    for name in ("one", "never-there", "Tiny::01 First", "course"):
        result = run("forget", name, "--course", author.course)
        assert result.exit_code == 1
        assert f"does not refuse anything because of `{name}`" in result.stderr
    author.refused(ONE)
    both = run("forget", "two", "one", "--course", author.course)
    assert both.exit_code == 1
    assert (author.course / "course.lock").read_bytes() == lock


def test_a_course_with_mistakes_forgets_nothing(author: Author):
    author.release()
    author.build("  - {id: one, kind: basic, prompt: First?}\n")
    result = run("forget", "two", "--course", author.course)
    assert result.exit_code == 1
    assert "fix the errors first" in result.stderr
    assert set(author.lock().cards) == {"one", "two"}


def test_another_note_type_comes_as_a_new_card_beside_the_old(
    author: Author, collection: Collection
):
    author.release(ONE + CLOZE)
    do_import(collection, author.deck)
    author.refused(ONE + TWO)
    assert run("forget", "two", "--course", author.course).exit_code == 0
    author.release(ONE + TWO)
    assert do_import(collection, author.deck) == {"new": 1, "duplicate": 1}
    fronts = {collection.get_note(note).fields[0] for note in collection.find_notes("ID:two")}
    assert len(fronts) == 2


def test_an_empty_card_goes_with_empty_cards(author: Author, collection: Collection):
    author.release(ONE + CLOZE)
    do_import(collection, author.deck)
    shorter = CLOZE.replace("((2 C))", "C")
    author.refused(ONE + shorter)
    assert run("forget", "two", "--course", author.course).exit_code == 0
    author.now = 1_900_000_000
    author.release(ONE + shorter)
    assert do_import(collection, author.deck) == {"updated": 1, "duplicate": 1}
    assert collection.card_count() == 3
    assert [len(card.card_ids) for card in collection.get_empty_cards().notes] == [1]


def test_a_translation_forgets_in_its_own_lock(author: Author, tmp_path: Path):
    author.release()
    run("translate", "extract", "es", author.course)
    translate(author.course, "first", lesson_first_title="Primera")
    build = ("build", author.course, "--language", "es", "-o", tmp_path / "es.apkg")
    assert run(*build).exit_code == 0
    seal(author.course, author.now, "es")
    translate(author.course, "first", lesson_first_title="La primera")
    original = author.lock()
    command = way_out(run(*build).stderr)
    assert command[-2:] == ["--language", "es"]
    assert run(*command).exit_code == 0
    assert run(*build).exit_code == 0
    assert author.lock() == original
    decks = pipeline.check(author.course, "es").lock.decks
    assert decks["lesson first"].name == "Tiny::01 La primera"
