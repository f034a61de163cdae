"""A rename on one branch and a rewording on another: learners of either get what git merged."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.commands import run, run_git
from support.courses import LESSON_HEAD, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

pytest.importorskip("anki")

HERE = 1_700_000_000
"""Long before anything that a learner does in a test."""
CARDS = "".join(
    f"  - id: {name}\n    kind: basic\n    prompt: What is {name}?\n    answer: Old\n"
    for name in ("alpha", "beta", "gamma")
)
RENAMED = CARDS.replace("- id: beta\n", "- id: omega\n    formerly: beta\n")
REWORDED = "    prompt: What is beta?\n    answer: "


class Repository:
    """A course in git, built and committed at times of its author's choice."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.environment = monkeypatch
        self.course = write_course(folder / "course")
        run_git(folder, "init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        run_git(self.folder, *arguments)

    def write(self, cards: str) -> None:
        (self.course / "lessons/01-first.yaml").write_text(LESSON_HEAD + cards, encoding="utf-8")

    def build(self, deck: str, now: int) -> Path:
        self.environment.setenv("SOURCE_DATE_EPOCH", str(now))
        path = self.folder.parent / f"{deck}.apkg"
        result = run("build", self.course, "-o", path)
        assert result.exit_code == 0, result.output
        return path

    def commit(self, cards: str, deck: str, now: int) -> Path:
        self.write(cards)
        path = self.build(deck, now)
        self.git("add", ".")
        self.git("commit", "-q", "-m", deck)
        return path

    def merge(self, branch: str) -> None:
        """Merge a branch; where the lock conflicts, keep the lines of both sides, as we advise."""
        try:
            self.git("merge", "-q", "--no-edit", branch)
        except subprocess.CalledProcessError:
            lock = self.course / "course.lock"
            text = lock.read_text(encoding="utf-8")
            marks = ("<<<<<<< ", "=======", ">>>>>>> ")
            lines = [line for line in text.splitlines(True) if not line.startswith(marks)]
            lock.write_text("".join(lines), encoding="utf-8")
            self.git("add", ".")
            self.git("commit", "-q", "--no-edit")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    (tmp_path / "repository").mkdir()
    return Repository(tmp_path / "repository", monkeypatch)


def texts(collection: Collection) -> set[tuple[str, str]]:
    notes = map(collection.get_note, collection.find_notes("ID:*"))
    return {(note["ID"], note["Answer"]) for note in notes}


def test_a_rename_merged_with_a_later_rewording_reaches_learners_of_both(
    repository: Repository, collection: Collection
):
    """The clock of who merges is behind that of who reworded."""
    repository.commit(CARDS, "first", HERE)
    repository.git("checkout", "-q", "-b", "rename")
    repository.commit(RENAMED, "renamed", HERE + 1000)
    repository.git("checkout", "-q", "main")
    reworded = repository.commit(
        CARDS.replace(f"{REWORDED}Old", f"{REWORDED}New"), "reworded", HERE + 5000
    )
    do_import(collection, reworded)
    assert ("beta", "New") in texts(collection)
    repository.merge("rename")
    assert RENAMED.replace(f"{REWORDED}Old", f"{REWORDED}New") in (
        repository.course / "lessons/01-first.yaml"
    ).read_text(encoding="utf-8")
    merged = repository.build("merged", HERE + 2000)
    do_import(collection, merged)
    assert texts(collection) == {("alpha", "Old"), ("omega", "New"), ("gamma", "Old")}


def test_what_a_merge_takes_from_the_older_branch_reaches_learners_of_the_newer(
    repository: Repository, collection: Collection
):
    repository.commit(CARDS, "first", HERE)
    repository.git("checkout", "-q", "-b", "rename")
    better = RENAMED.replace(f"{REWORDED}Old", f"{REWORDED}Best")
    repository.commit(better, "renamed", HERE + 1000)
    repository.git("checkout", "-q", "main")
    reworded = repository.commit(
        CARDS.replace(f"{REWORDED}Old", f"{REWORDED}New"), "reworded", HERE + 5000
    )
    do_import(collection, reworded)
    repository.merge("rename")
    repository.write(better)
    merged = repository.build("merged", HERE + 9000)
    do_import(collection, merged)
    assert texts(collection) == {("alpha", "Old"), ("omega", "Best"), ("gamma", "Old")}
