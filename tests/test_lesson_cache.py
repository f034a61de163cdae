"""Lessons that did not change are not compiled again, and nothing that lies in the cache can make a build wrong."""

from __future__ import annotations

import hashlib
import marshal
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from attachdeck import pipeline
from attachdeck.compile import straight
from attachdeck.system import cache, lesson_cache, remembered
from conftest import CARD, COURSE_YAML, LESSON_HEAD, NOW, write_course
from test_straight import parts

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second") + CARD.replace(
    "define", "other"
)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "cache"))
    return write_course(tmp_path / "course", {"lessons/02-second.yaml": SECOND})


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], list[str]]:
    """Builds a course; the names of the lesson files that were compiled. What comes out is held against the long way, which knows no cache."""
    compiled: list[str] = []
    lesson = straight.PlainCourse.lesson
    monkeypatch.setattr(
        straight.PlainCourse,
        "lesson",
        lambda self, path: (compiled.append(path.name), lesson(self, path))[1],
    )

    def build(folder: Path) -> list[str]:
        compiled.clear()
        found = pipeline.straight(folder, NOW)
        assert found
        assert parts(found[1]) == parts(pipeline.compiled(pipeline.check(folder), NOW))
        return list(compiled)

    return build


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
    monkeypatch.setattr(remembered, "code", lambda: ["another"])
    assert len(read(course)) == 2


def test_the_lock_and_the_clock_are_asked_anew(course: Path, read: Read):
    read(course)
    found = pipeline.straight(course, NOW + 5)
    assert found
    assert {note.modified for note in found[1].deck.notes} == {NOW + 5}


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda content: content[:-9],
    "another byte": lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    "anything": lambda _: os.urandom(500),
    "what a stranger packed": lambda _: sealed_by_a_stranger(),
}


def sealed_by_a_stranger() -> bytes:
    """A lesson as attachdeck would read it, and its hash without the key."""
    lesson = marshal.dumps(("owned",))
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


def test_a_lesson_with_a_mistake_is_not_kept(course: Path, tmp_path: Path):
    (course / "lessons" / "02-second.yaml").write_text(
        SECOND.replace("answer", "anwser"), encoding="utf-8"
    )
    assert pipeline.straight(course, NOW) is None
    assert len(kept(tmp_path)) == 1


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


def test_several_processes_keep_what_they_compiled(course: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(straight, "WORTH_SHARING", 0)
    assert pipeline.straight(course, NOW, jobs=2)
    plain = straight.PlainCourse(course)
    assert all(
        plain.cache.has(plain.cache.name(path.name, plain.text(path))) for path in plain.paths
    )
