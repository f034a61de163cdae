"""Lessons become objects: in one process or several, from the cache or anew, always the same. What
did not change is not compiled again, and nothing that lies in the cache can make a build wrong."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attachdeck import pipeline
from attachdeck.compile import objects
from attachdeck.compile.lessons import LessonCompiler
from attachdeck.compile.objects import Again, Rules
from attachdeck.domain.course import KINDS_OF_CARD
from attachdeck.system import cache, lesson_cache, processes
from support.courses import (
    ALL_KINDS,
    CARD,
    COURSE,
    COURSE_YAML,
    LESSON_HEAD,
    NOW,
    PRODUCE,
    VARIANTS,
    write_course,
)

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second") + CARD.replace(
    "define", "other"
)
MISTAKE = SECOND.replace("answer", "anwser")
RULES = Rules("2026-11-28")


def parts(folder: Path, **how: Any) -> tuple[Any, ...]:
    """All that comes of a course: what is wrong with it, its deck, its lock."""
    checked = pipeline.check(folder, rules=RULES, **how)
    if checked.course is None:
        return (checked.diagnostics,)
    compiled = pipeline.compiled(checked, NOW)
    deck = compiled.deck
    return (
        checked.diagnostics,
        (deck.decks, deck.note_types, deck.notes, deck.media, deck.cards_by_kind),
        compiled.lock,
        compiled.changes,
    )


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "cache"))
    return write_course(tmp_path / "course", {"lessons/02-second.yaml": SECOND})


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the lesson files that were compiled."""
    compiled: list[str] = []
    compile_lesson = LessonCompiler.__call__

    def watched(self: LessonCompiler, lesson: Any, *more: Any) -> Any:
        compiled.append(lesson.file.rpartition("/")[2])
        return compile_lesson(self, lesson, *more)

    monkeypatch.setattr(LessonCompiler, "__call__", watched)
    return compiled


@pytest.fixture
def read(compiled: list[str]) -> Callable[[Path], list[str]]:
    """Build a course; return the names of the lesson files that were compiled. What comes out is
    compared with what comes of the course as a whole, for which there is no cache."""

    def build(folder: Path) -> list[str]:
        whole = parts(folder)
        compiled.clear()
        assert parts(folder, whole=False) == whole
        return list(compiled)

    return build


@pytest.mark.parametrize("jobs", [1, 3])
def test_processes_and_the_cache_make_the_same_of_the_flagship(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, jobs: int
):
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "cache"))
    monkeypatch.setattr(objects, "WORTH_SHARING", 0)
    whole = parts(COURSE)
    assert parts(COURSE, whole=False, jobs=jobs) == whole
    assert parts(COURSE, whole=False, jobs=jobs) == whole, "now from the cache"


def test_every_kind_of_card_is_the_same_from_the_cache(course: Path):
    cards = ALL_KINDS + PRODUCE
    assert {card for card in KINDS_OF_CARD if f"kind: {card}" in cards} == KINDS_OF_CARD
    write_course(course, {"lessons/01-first.yaml": LESSON_HEAD + cards})
    assert parts(course, whole=False) == parts(course, whole=False) == parts(course)


def test_variants_are_the_same_from_the_cache(course: Path):
    write_course(course, {"lessons/01-first.yaml": LESSON_HEAD + VARIANTS})
    assert parts(course, whole=False) == parts(course, whole=False) == parts(course)


def test_after_a_save_only_what_changed_is_compiled_without_a_cache(
    course: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(cache.SWITCH, "off")
    memory = objects.Memory()
    parts(course, whole=False, memory=memory)
    assert compiled == BOTH
    compiled.clear()
    (course / "lessons" / "02-second.yaml").write_text(MISTAKE, encoding="utf-8")
    found = parts(course, whole=False, memory=memory)
    assert compiled == ["02-second.yaml"]
    assert found == parts(course)
    (course / "course.yaml").write_text(COURSE_YAML + "tags: [no key]\n", encoding="utf-8")
    compiled.clear()
    found = parts(course, whole=False, memory=memory)
    assert compiled == BOTH
    assert found == parts(course)


def test_a_course_with_mistakes_comes_from_the_cache_too(course: Path, read: Read):
    (course / "lessons" / "02-second.yaml").write_text(MISTAKE, encoding="utf-8")
    assert read(course) == BOTH
    assert read(course) == []


def test_a_translation_comes_from_the_cache_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "cache"))
    whole = parts(COURSE, language="es")
    assert parts(COURSE, language="es", whole=False) == whole
    assert parts(COURSE, language="es", whole=False) == whole
    assert parts(COURSE, whole=False) != whole


def test_a_course_that_extends_another_comes_from_the_cache_too(course: Path, read: Read):
    mine = write_course(
        course.parent / "mine",
        {
            "course.yaml": COURSE_YAML.replace("id: tiny", "id: mine\nextends: ../course"),
            "lessons/03-mine.yaml": "changes: second\ncards:\n  - {id: other, answer: Mine.}\n",
        },
    )
    (mine / "lessons" / "01-first.yaml").unlink()
    assert set(read(mine)) == set(BOTH)
    assert read(mine) == []


def test_a_card_may_serve_an_objective_of_another_lesson(course: Path):
    text = ", objective: first-goal}".join(SECOND.rsplit("}", 1))
    (course / "lessons" / "02-second.yaml").write_text(text, encoding="utf-8")
    checked = pipeline.check(course, whole=False)
    deck = pipeline.compiled(checked, NOW).deck
    assert "Tell one from the other." in deck.notes[-1].fields
    assert parts(course) == parts(course, whole=False)


BOTH = ["01-first.yaml", "02-second.yaml"]
Read = Callable[[Path], list[str]]


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").glob("lessons-*/*"))


def test_only_what_changed_is_compiled(course: Path, read: Read):
    assert read(course) == BOTH
    assert read(course) == []
    lesson = course / "lessons" / "02-second.yaml"
    lesson.write_text(SECOND.replace("secure", "safe"), encoding="utf-8")
    assert read(course) == ["02-second.yaml"]
    lesson.write_bytes(SECOND.replace("\n", "\r\n").encode())
    assert read(course) == [], (
        "the ends of lines are no change, and the first wording is still known"
    )


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("course.yaml", COURSE_YAML.replace("Tiny", "Small", 1)),
        (
            "sources.yaml",
            "sources:\n  - {key: bowlby1969, authors: B., year: 1970, title: Attachment}\n",
        ),
        ("media/plane.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>\n'),
    ],
)
def test_what_all_lessons_depend_on(course: Path, read: Read, file: str, content: str):
    read(course)
    (course / file).write_text(content, encoding="utf-8")
    assert read(course) == BOTH


def test_another_name_another_folder_another_attachdeck(
    course: Path, tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
):
    read(course)
    (course / "lessons" / "02-second.yaml").rename(course / "lessons" / "03-second.yaml")
    assert read(course) == ["03-second.yaml"], "a lesson's number is in its deck's name"
    shutil.copytree(course, tmp_path / "copy")
    assert len(read(tmp_path / "copy")) == 2
    monkeypatch.setattr(lesson_cache, "_code", lambda: b"another")
    assert len(read(course)) == 2


def test_the_lock_and_the_clock_are_asked_anew(course: Path, read: Read):
    read(course)
    compiled = pipeline.compiled(pipeline.check(course, whole=False), NOW + 5)
    assert {note.modified for note in compiled.deck.notes} == {NOW + 5}


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda content: content[:-9],
    "another byte": lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    "anything": lambda _: os.urandom(500),
    "what a stranger packed": lambda _: sealed_by_a_stranger(),
}


def sealed_by_a_stranger() -> bytes:
    """A lesson as attachdeck would read it, and its hash without the key."""
    lesson = pickle.dumps("owned")
    return hashlib.blake2b(lesson, digest_size=cache._SIZE).digest() + lesson


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_cache_is_written_anew(course: Path, tmp_path: Path, read: Read, name: str):
    read(course)
    for path in kept(tmp_path):
        path.write_bytes(DAMAGE[name](path.read_bytes()))
    assert read(course) == BOTH
    assert read(course) == []


def test_a_lesson_in_the_place_of_another_is_not_read(course: Path, tmp_path: Path, read: Read):
    read(course)
    first, second = kept(tmp_path)
    first.write_bytes(second.read_bytes())
    assert len(read(course)) == 1


KEYS: dict[str, Callable[[Path], object]] = {
    "no key": lambda key: key.unlink(),
    "half a key": lambda key: key.write_bytes(key.read_bytes()[:9]),
    "a key that is too long": lambda key: key.write_bytes(key.read_bytes() + b"x"),
    "a key that others may read": lambda key: key.chmod(0o640),
    "a link to a key": lambda key: key.symlink_to(key.rename(key.with_name("other"))),
}


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing there")
@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_is_no_secret_is_replaced(course: Path, tmp_path: Path, read: Read, name: str):
    read(course)
    key = tmp_path / "cache" / "key"
    assert (key.stat().st_mode & 0o777, key.stat().st_size) == (0o600, 32)
    KEYS[name](key)
    assert read(course) == BOTH
    assert read(course) == []
    assert key.lstat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing there")
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702, 0o1777])
def test_a_folder_that_others_may_write_to_is_not_used(
    course: Path, tmp_path: Path, read: Read, mode: int
):
    read(course)
    (tmp_path / "cache").chmod(mode)
    assert read(course) == read(course) == BOTH
    (tmp_path / "cache").chmod(0o755)
    assert read(course) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
def test_a_folder_of_somebody_else_is_not_used(course: Path, tmp_path: Path, read: Read):
    read(course)
    os.chown(tmp_path / "cache", 65534, 65534)
    assert read(course) == BOTH


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing there")
def test_whatever_the_mask_it_is_private(course: Path, tmp_path: Path, read: Read):
    """Many systems let a user's group write to what the user makes."""
    mask = os.umask(0o002)
    try:
        read(course)
    finally:
        os.umask(mask)
    assert read(course) == []
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "cache").rglob("*")} == {
        0o600,
        0o700,
    }


def test_it_may_be_deleted_or_be_no_folder(course: Path, tmp_path: Path, read: Read):
    read(course)
    shutil.rmtree(tmp_path / "cache")
    assert read(course) == BOTH
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("", encoding="utf-8")
    assert read(course) == BOTH


def test_it_can_be_turned_off(
    course: Path, tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(cache.SWITCH, "off")
    assert read(course) == read(course) == BOTH
    assert not (tmp_path / "cache").exists()


def test_what_nobody_needs_is_deleted_after_a_while(course: Path, tmp_path: Path, read: Read):
    read(course)
    lesson = course / "lessons" / "02-second.yaml"
    lesson.write_text(SECOND.replace("secure", "safe"), encoding="utf-8")
    read(course)
    assert len(kept(tmp_path)) == 3, "another build may be at work"
    hours_ago = time.time() - 2 * lesson_cache._OLD
    for path in kept(tmp_path):
        os.utime(path, (hours_ago, hours_ago))
    assert read(course) == []
    assert len(kept(tmp_path)) == 2
    (folder,) = (tmp_path / "cache").glob("lessons-*")
    months_ago = time.time() - 2 * lesson_cache._UNUSED
    other = write_course(tmp_path / "other")
    os.utime(folder, (months_ago, months_ago))
    read(other)
    assert not folder.exists()


BUILD = """
import sys
from attachdeck import cli
from attachdeck.compile import objects
from attachdeck.system import processes
processes.FORKS, objects.WORTH_SHARING = sys.argv.pop(1) == "True", 0
if __name__ == "__main__":
    cli.main()
"""


@pytest.mark.parametrize("forks", sorted({False, processes.FORKS}))
def test_processes_give_the_same_bytes(tmp_path: Path, forks: bool):
    more = {
        f"lessons/{n:02}-more.yaml": SECOND.replace("second", f"lesson-{n}")
        .replace("Second", f"Lesson {n}")
        .replace("other", f"card-{n}")
        for n in range(2, 20)
    }
    course = write_course(tmp_path / "course", more)
    script = tmp_path / "build.py"
    script.write_text(BUILD, encoding="utf-8")
    decks = [tmp_path / "one.apkg", tmp_path / "two.apkg"]
    for jobs, deck in zip("12", decks, strict=True):
        command = [sys.executable, script, str(forks), "build", course, "--jobs", jobs, "-o", deck]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1800000000", cache.SWITCH: "off"}
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=60)
    assert decks[0].read_bytes() == decks[1].read_bytes()


def test_a_process_that_finds_the_course_changed_leaves_it_to_the_first(
    course: Path, monkeypatch: pytest.MonkeyPatch
):
    compiler = pipeline.check(course).compiler
    (course / "course.yaml").write_text(COURSE_YAML.replace("Tiny", "Small"), encoding="utf-8")
    monkeypatch.setattr(objects, "_compilers", [])
    objects._begin(Again(course, "", {}, None, compiler.stack.fingerprint))
    assert objects._elsewhere(compiler.stack.files.lessons) is None


def test_a_system_without_room_for_processes_builds_all_the_same(
    course: Path, monkeypatch: pytest.MonkeyPatch
):
    def none_left() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none_left)
    monkeypatch.setattr(objects, "WORTH_SHARING", 0)
    assert parts(course, whole=False, jobs=2) == parts(course)
