"""A build that would change nothing is answered from memory, and one that would change anything never is."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attachdeck import __main__, pipeline
from attachdeck.system import cache, remembered
from conftest import CARD, LESSON_HEAD, write_course

Build = Callable[..., str]


@pytest.fixture
def build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Build]:
    """Build `course` in a folder as the program does; says `made` or `remembered`, and checks that both print the same."""
    write_course(tmp_path / "course", cards=CARD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "cache"))
    monkeypatch.setattr(remembered, "_COARSE", 0)
    made: list[str] = []
    for name in ("straight", "check"):
        way = getattr(pipeline, name)
        monkeypatch.setattr(
            pipeline,
            name,
            lambda *arguments, way=way, **named: (made.append("made"), way(*arguments, **named))[1],
        )

    def run(*arguments: str) -> str:
        made.clear()
        monkeypatch.setattr(sys, "argv", ["attachdeck", "build", *arguments])
        with contextlib.suppress(SystemExit):
            __main__.main()
        run.said = capsys.readouterr().out  # type: ignore[attr-defined]
        return "made" if made else "remembered"

    yield run
    gc.enable()


def test_nothing_changed(build: Build, tmp_path: Path):
    assert build("-o", "a.apkg") == "made"
    before = (tmp_path / "a.apkg").stat()
    assert build("-o", "a.apkg") == "remembered"
    assert build.said.startswith("lessons 1\n")
    assert "lock    no changes\n" in build.said
    assert (tmp_path / "a.apkg").stat() == before
    assert build("-o", "b.apkg") == "made"
    assert build("-o", "b.apkg") == "remembered"
    assert build("-o", "a.apkg", "--locked") == "made"
    assert build("-o", "a.apkg") == "made", "the deck was written again"


def test_nothing_changed_in_the_course_that_one_stands_in(
    build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path / "course")
    assert build() == "made"
    assert "file    build/tiny.apkg" in build.said
    assert build() == "remembered"
    edit(tmp_path / "course" / "lessons" / "01-first.yaml")
    assert build() == "made"


def edit(path: Path) -> None:
    """Change a file's content, and leave its size and its time as they were."""
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"secure", b"SECURE"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a lesson": lambda folder: edit(folder / "course" / "lessons" / "01-first.yaml"),
    "its time": lambda folder: os.utime(folder / "course" / "lessons" / "01-first.yaml"),
    "a new lesson": lambda folder: (folder / "course" / "lessons" / "02-next.yaml").write_text(
        LESSON_HEAD.replace("first", "second") + CARD.replace("define", "other"), encoding="utf-8"
    ),
    "no lock": lambda folder: (folder / "course" / "course.lock").unlink(),
    "another lock": lambda folder: (folder / "course" / "course.lock").write_text(
        (folder / "course" / "course.lock").read_text() + "\n"
    ),
    "no deck": lambda folder: (folder / "a.apkg").unlink(),
    "another deck": lambda folder: (folder / "a.apkg").write_bytes(b"PK"),
    "another attachdeck": lambda _: setattr(remembered, "__version__", "9"),
    "a damaged record": lambda folder: [
        each.write_text("{") for each in (folder / "cache").glob("build-*")
    ],
    "a lying record": lambda folder: [
        each.write_text(json.dumps({"code": 1, "lock": 2}))
        for each in (folder / "cache").glob("build-*")
    ],
    "another command's record": lambda folder: [
        each.write_bytes(other.read_bytes())
        for each in (folder / "cache").glob("build-*")
        for other in (folder / "cache").glob("build-*")
        if other != each
    ],
    "a record with another key": lambda folder: (folder / "cache" / "key").write_bytes(b"x" * 32),
    "a switch": lambda _: os.environ.__setitem__(cache.SWITCH, "off"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_something_changed(
    build: Build, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remembered, "__version__", remembered.__version__)
    build("-o", "b.apkg")
    assert [build("-o", "a.apkg") for _ in range(2)] == ["made", "remembered"]
    CHANGES[change](tmp_path)
    assert build("-o", "a.apkg") == "made"


def test_what_is_as_young_as_the_clock_is_coarse_is_not_remembered(
    build: Build, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remembered, "_COARSE", 3600 * 10**9)
    assert [build("-o", "a.apkg") for _ in range(2)] == ["made", "made"]


def test_a_course_with_warnings_or_of_several_folders_is_not_remembered(
    build: Build, tmp_path: Path
):
    assert [build("-o", "a.apkg", "--rule", "no-source") for _ in range(2)] == ["made", "made"]
    own = tmp_path / "own"
    (own / "lessons").mkdir(parents=True)
    (own / "lessons" / "01-changes.yaml").write_text(
        "changes: first\nsummary: Another.\n", encoding="utf-8"
    )
    (own / "course.yaml").write_text(
        "extends: ../course\nid: own\ntitle: Own\nversion: 0.1.0\ndeck: Own\n", encoding="utf-8"
    )
    assert [build("own", "-o", "own.apkg") for _ in range(2)] == ["made", "made"]
    assert "sha256" in build.said


def test_a_cache_that_cannot_be_written_is_done_without(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "file" / "cache"))
    assert [build("-o", "a.apkg") for _ in range(2)] == ["made", "made"]


def test_old_records_go(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remembered, "_MOST_RECORDS", 4)
    for number in range(12):
        assert build("-o", f"{number}.apkg") == "made"
    assert 1 < len(list((tmp_path / "cache").glob("build-*"))) <= 6
    assert build("-o", "11.apkg") == "remembered"


def test_the_version_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["attachdeck", "--version"])
    __main__.main()
    assert capsys.readouterr().out == f"attachdeck {remembered.__version__}\n"
