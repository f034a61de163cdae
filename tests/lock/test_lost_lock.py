"""A lock that is lost: no command goes on without it, and the message says how to get it back."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import Result

from support.commands import run, run_git
from support.courses import COURSE_YAML, LESSON_HEAD, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

THEN = 1_700_000_000
"""Long before anything that a learner does in a test."""
LATER = 1_900_000_000
CARDS = "".join(
    f"  - {{id: {name}, kind: basic, prompt: {name}?, answer: Answer}}\n"
    for name in ("one", "two", "three")
)


class Author:
    """Somebody who builds the course in ./course, which is in git, from the folder above."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.environment = monkeypatch
        self.deck = folder / "build/Tiny.apkg"
        self.lock = folder / "course/course.lock"
        write_course(folder / "course", {"lessons/01-first.yaml": LESSON_HEAD + CARDS})
        run_git(folder, "init", "-q", "-b", "main")
        monkeypatch.chdir(folder)

    def build(self, now: int, *options: str) -> Result:
        self.environment.setenv("SOURCE_DATE_EPOCH", str(now))
        return run("build", "course", *options)

    def commit(self) -> None:
        run_git(self.folder, "add", "course")
        run_git(self.folder, "commit", "-q", "-m", "Release")

    def follow(self, output: str) -> None:
        """Run the command that a message gives, as its reader would paste it."""
        command = re.search(r"`(git [^`]*)`", output)
        assert command, output
        subprocess.run(shlex.split(command[1]), cwd=Path.cwd(), check=True, capture_output=True)


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Author:
    author = Author(tmp_path, monkeypatch)
    assert author.build(THEN).exit_code == 0
    author.deck = next((tmp_path / "build").glob("*.apkg"))
    author.commit()
    return author


def test_a_learners_edits_survive_a_lost_lock(author: Author, collection: Collection):
    do_import(collection, author.deck)
    for note in map(collection.get_note, collection.find_notes("")):
        note["Answer"] = "My own words"
        collection.update_note(note)
    author.lock.unlink()
    refused = author.build(LATER)
    assert refused.exit_code == 1
    assert (
        "error[missing-lock]: course.lock is missing, but the last commit contains it"
        in refused.output
    )
    assert "no deck was written" in refused.output
    assert "run `attachdeck build course --new-lock` to start a new one" in refused.output
    assert not author.lock.exists()
    author.follow(refused.output)
    assert author.build(LATER).exit_code == 0
    assert do_import(collection, author.deck) == {"duplicate": 3}
    answers = {collection.get_note(number)["Answer"] for number in collection.find_notes("")}
    assert answers == {"My own words"}


def test_every_command_that_hands_a_deck_on_refuses(author: Author):
    deck = author.deck.read_bytes()
    author.lock.unlink()
    for command in (
        ("build", "course"),
        ("build", "course", "--strict"),
        ("build", "course", "--to", "csv"),
        ("build", "course", "-o", "deck.apkg"),
        ("build", "course", "--locked"),
        ("check", "course"),
        ("push", "course"),
        ("push", "course", "--dry-run"),
        ("release", "course"),
    ):
        result = run(*command)
        assert result.exit_code == 1, command
        assert result.output.count("error[missing-lock]") == 1, (command, result.output)
        assert "`git checkout HEAD -- course/course.lock`" in result.output
    assert author.deck.read_bytes() == deck
    assert not author.lock.exists()


@pytest.mark.parametrize("place", ["course/lessons", "elsewhere"])
def test_the_way_back_can_be_pasted_wherever_one_is(
    author: Author, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory
):
    before = author.lock.read_bytes()
    author.lock.unlink()
    folder = tmp_path_factory.mktemp("else where") if place == "elsewhere" else Path(place)
    monkeypatch.chdir(folder)
    author.follow(run("check", author.folder / "course").output)
    assert author.lock.read_bytes() == before


def test_a_lock_that_a_commit_deleted_comes_back(author: Author):
    before = author.lock.read_bytes()
    run_git(author.folder, "rm", "-q", "course/course.lock")
    run_git(author.folder, "commit", "-q", "-m", "Tidy up")
    author.deck.unlink()
    output = run("check", "course").output
    assert "error[missing-lock]" in output
    author.follow(output)
    assert author.lock.read_bytes() == before


def test_a_package_shows_that_there_was_a_lock(author: Author):
    shutil.rmtree(author.folder / ".git")
    author.lock.unlink()
    for options in ((), ("-o", "elsewhere.apkg")):
        result = author.build(LATER, *options)
        assert result.exit_code == 1
        assert f"build/{author.deck.name} was built with it" in result.output
    author.deck.rename("elsewhere.apkg")
    assert "elsewhere.apkg was built with it" in author.build(LATER, "-o", "elsewhere.apkg").output
    assert author.build(LATER).exit_code == 0, "no package is in the way any more"


def test_what_is_no_trace_of_this_courses_lock(author: Author):
    """A copy with another id, another course's package, a translation, a file that is none."""
    write_course(
        author.folder / "course", {"course.yaml": COURSE_YAML.replace("id: tiny", "id: own")}
    )
    author.lock.unlink()
    assert run("check", "course").exit_code == 0
    run_git(author.folder, "rm", "-q", "course/course.lock")
    run_git(author.folder, "commit", "-q", "-m", "A course of its own")
    Path("build/broken.apkg").write_bytes(b"PK")
    assert author.build(LATER).exit_code == 0
    author.lock.unlink()
    shutil.rmtree(author.folder / ".git")
    (author.folder / "course/translations/es").mkdir(parents=True)
    author.deck.rename(author.deck.with_name("Tiny-es.apkg"))
    assert author.build(LATER).exit_code == 0


def test_who_means_it_begins_a_new_lock(author: Author):
    assert "delete the file first" in author.build(LATER, "--new-lock").stderr
    author.lock.unlink()
    assert author.build(LATER, "--locked", "--new-lock").exit_code == 2
    result = author.build(LATER, "--new-lock")
    assert result.exit_code == 0, result.output
    assert author.lock.exists()
    assert run("check", "course").exit_code == 0


def test_locked_advises_to_restore_the_lock(author: Author):
    lesson = author.folder / "course/lessons/01-first.yaml"
    lesson.write_text(LESSON_HEAD + CARDS.replace("one?", "One?"), encoding="utf-8")
    stale = author.build(LATER, "--locked")
    assert stale.exit_code == 1
    assert "course.lock is out of date: 1 changed (one)" in stale.stderr
    author.follow(stale.stderr)
    author.lock.unlink()
    author.deck.unlink()
    shutil.rmtree(author.folder / ".git")
    missing = author.build(LATER, "--locked")
    assert missing.exit_code == 1
    assert "course.lock is missing; no deck was written: restore the lock" in missing.stderr


def test_diff_and_release_report_unchanged_cards_with_a_newer_time(author: Author):
    pytest.importorskip("anki")
    run_git(author.folder, "tag", "v1")
    shutil.copy(author.deck, "old.apkg")
    shutil.copy(author.lock, "old.lock")
    author.lock.unlink()
    author.build(THEN + 1000, "--new-lock")
    lesson = author.folder / "course/lessons/01-first.yaml"
    lesson.write_text(LESSON_HEAD + CARDS.replace("one?", "One?"), encoding="utf-8")
    assert author.build(THEN + 2000).exit_code == 0
    for old, new in (
        ("old.apkg", author.deck),
        ("old.apkg", "course"),
        ("old.lock", author.lock),
        ("v1", "course"),
    ):
        output = run("diff", old, new).stdout
        assert output.count("renewed") == 1, output
        assert re.search(
            r"^renewed 2 cards \((two, three|three, two)\): unchanged", output, re.MULTILINE
        ), output
    author.commit()
    output = run("release", "course", "--from", "old.apkg", "-o", "release").output
    assert "warning: 2 cards (two, three): unchanged but with a newer time" in output
