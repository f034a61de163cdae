"""Releases: whole, the same everywhere, and stopped by whatever is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.commands import run
from support.courses import ALL_KINDS, COURSE, COURSE_YAML, LESSON_HEAD, seal, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

pytest.importorskip("anki", reason="the package anki is missing")


def git(folder: Path, *arguments: str) -> None:
    author = {
        f"GIT_{who}_{what}": "test@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, env=os.environ | author
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in git, with its first release."""
    folder = write_course(tmp_path / "repo" / "course", cards=ALL_KINDS)
    git(folder, "init", "-q")
    assert (
        run(
            "build", folder, "-o", tmp_path / "first.apkg", SOURCE_DATE_EPOCH="1700000000"
        ).exit_code
        == 0
    )
    seal(folder, 1_700_000_000)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    git(folder, "tag", "v1.0.0")
    return folder


def change(
    course: Path, old: str, new: str, *, version: str = "1.0.1", commit: bool = True
) -> None:
    lesson = course / "lessons" / "01-first.yaml"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    settings = course / "course.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("version: 1.0.0", f"version: {version}"),
        encoding="utf-8",
    )
    assert (
        run(
            "build", course, "-o", course.parent.parent / "new.apkg", SOURCE_DATE_EPOCH="1700000100"
        ).exit_code
        == 0
    )
    if commit:
        git(course, "add", "-A")
        git(course, "commit", "-qm", "second")


def test_a_release_is_whole(course: Path, tmp_path: Path, collection: Collection):
    change(course, "A figure", "A figure", version="1.0.0", commit=False)
    result = run("release", course, "-o", tmp_path / "release")
    assert result.exit_code == 0, result.stderr
    release = tmp_path / "release"
    assert {path.name for path in release.iterdir()} >= {
        "tiny.apkg",
        "lessons",
        "manifest.json",
        "SHA256SUMS",
        "RELEASE_NOTES.md",
        "ankiweb.md",
        "tiny.csv",
    }
    for line in (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        sum_, _, name = line.partition("  ")
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == sum_
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["course"]["version"] == "1.0.0"
    assert manifest["counts"]["notes"] == 9
    notes = (release / "RELEASE_NOTES.md").read_text(encoding="utf-8")
    assert "first release" in notes
    assert "*File → Import* and `tiny.apkg`" in notes
    assert "*Merge note types*: off" in notes
    [lesson] = (release / "lessons").iterdir()
    assert "built 1 package of single lessons" in result.stdout
    assert do_import(collection, lesson) == {"new": 9}
    assert do_import(collection, release / "tiny.apkg") == {"duplicate": 9}
    assert run("release", course, "-o", tmp_path / "release").exit_code == 0


def test_a_reading_is_in_its_lessons_package_and_ankiweb_gets_markdown(
    course: Path, tmp_path: Path, collection: Collection
):
    lesson = course / "lessons" / "01-first.yaml"
    reading = "reading: |\n  Look.\n\n  ![](plane.svg)\ncards:\n"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("cards:\n", reading), "utf-8")
    with (course / "course.yaml").open("a", encoding="utf-8") as settings:
        settings.write("notice: This is **no** diagnosis.\n")
    change(course, "A figure", "A figure")
    release = tmp_path / "release"
    result = run("release", course, "-o", release)
    assert result.exit_code == 0, result.stderr

    text = (release / "ankiweb.md").read_text(encoding="utf-8")
    assert "A course for tests.\n\nThis is **no** diagnosis.\n\nTiny · Version 1.0.1 ·" in text
    assert "<" not in text
    [package] = (release / "lessons").iterdir()
    do_import(collection, package)
    assert collection.find_cards("ID:first-reading")
    [picture] = Path(collection.media.dir()).iterdir()
    assert picture.name in collection.decks.by_name("Tiny::01 First")["desc"]


def test_what_changed_is_told_and_the_update_judged(course: Path, tmp_path: Path):
    change(course, "explores.", "sets out.")
    result = run("release", course, "--from", tmp_path / "first.apkg", "-o", tmp_path / "release")
    assert result.exit_code == 0, result.stderr
    assert "version 1.0.1 fits the changes since 1.0.0" in result.stdout
    assert "a learner of the last release loses nothing" in result.stdout
    notes = (tmp_path / "release" / "RELEASE_NOTES.md").read_text(encoding="utf-8")
    assert "## Reworded cards" in notes
    assert "- What is a secure base?\n  - Answer: " in notes
    assert "Version:" not in notes
    assert run("release", course, "--from", "v1.0.0", "-o", tmp_path / "release").exit_code == 0


def test_each_fault_stops_it_and_the_last_release_stays(course: Path, tmp_path: Path):
    place = tmp_path / "release"
    assert run("release", course, "-o", place).exit_code == 0
    before = (place / "SHA256SUMS").read_bytes()

    def stopped(message: str, *arguments: str | Path) -> None:
        result = run("release", course, "-o", place, *arguments)
        assert result.exit_code == 1, result.stdout
        assert message in result.stderr, result.stderr
        assert "no release was made" in result.stderr
        assert (place / "SHA256SUMS").read_bytes() == before

    lesson = course / "lessons" / "01-first.yaml"
    good = lesson.read_text(encoding="utf-8")
    lesson.write_text(good.replace("explores.", "sets out."), encoding="utf-8")
    stopped("course.lock is out of date")
    change(course, "explores.", "sets out.", commit=False)
    stopped("course.lock is not committed")
    git(course, "add", "-A")
    git(course, "commit", "-qm", "second")
    (course / "course.yaml").write_text(COURSE_YAML, encoding="utf-8")
    assert run("build", course, "-o", tmp_path / "new.apkg").exit_code == 0
    git(course, "add", "-A")
    git(course, "commit", "-qm", "third", "--allow-empty")
    stopped("version 1.0.0 has been released and the course has changed since")
    lesson.write_text(
        good + "  - {id: more, kind: basic, prompt: More?, answer: Yes.}\n", encoding="utf-8"
    )
    change(course, "explores.", "sets out.", commit=True)
    stopped(
        "version 1.0.1 is too low after 1.0.0: there are new cards; write `version: 1.1.0`",
        "--from",
        tmp_path / "first.apkg",
    )
    (course / "course.yaml").write_text(
        COURSE_YAML.replace("version: 1.0.0", "version: 1.1.0"), encoding="utf-8"
    )
    git(course, "commit", "-qam", "fourth")
    stopped("is not a course, package (.apkg), lock or git revision", "--from", "v9")
    (tmp_path / "broken.apkg").write_bytes(b"PK")
    stopped("cannot be read as a package", "--from", tmp_path / "broken.apkg")
    (course / "media" / "plane.svg").unlink()
    stopped("there is no file `plane.svg`")


def test_a_lock_that_went_back_in_time_stops_it(course: Path, tmp_path: Path):
    """Who takes a release back with git takes its lock back, too; Anki knows nothing of that."""
    change(course, "The figure from which one explores", "Something that is wrong")
    git(course, "tag", "v1.0.1")
    git(course, "revert", "--no-edit", "HEAD")
    change(course, "title: First", "title: First", version="1.0.2")
    result = run("release", course, "-o", tmp_path / "release", "--from", "v1.0.1")
    assert result.exit_code == 1
    assert "by course.lock, the changes to `define` are older" in result.stderr
    git(course, "checkout", "v1.0.1", "--", "course.lock")
    change(course, "title: First", "title: First")
    result = run("release", course, "-o", tmp_path / "release", "--from", "v1.0.1")
    assert result.exit_code == 0, result.stderr


def test_a_vanished_card_and_a_foreign_folder_stop_it(course: Path, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("Years of work.", encoding="utf-8")
    result = run("release", course, "-o", tmp_path / "mine")
    assert result.exit_code == 1
    assert "contains other files" in result.stderr
    assert (tmp_path / "mine" / "thesis.txt").is_file()
    (course / "lessons" / "01-first.yaml").write_text(
        LESSON_HEAD + "  - {id: other, kind: basic, prompt: P, answer: A}\n", encoding="utf-8"
    )
    result = run("release", course, "-o", tmp_path / "release")
    assert "is missing" in result.stderr


def another_user() -> int | None:
    """The id of another user, where a test may become one and that user can run this Python."""
    nobody = 65534
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    try:
        return (
            nobody
            if subprocess.run(
                [sys.executable, "-c", "import attachdeck, anki"], check=False, user=nobody, cwd="/"
            ).returncode
            == 0
            else None
        )
    except PermissionError:
        return None


@pytest.mark.slow
def test_two_people_in_two_places_make_the_same_bytes(request: pytest.FixtureRequest):
    """Other clone, time, time zone, locale, umask, folder, home and (where that can be) user: the
    same sums; and a changed byte is told."""
    places: list[Path] = []
    home = Path(
        tempfile.mkdtemp(prefix="attachdeck-")
    )  # Another user cannot enter pytest's own folders.
    request.addfinalizer(lambda: shutil.rmtree(home))
    home.chmod(0o777)
    for number, (zone, mask, locale) in enumerate(
        (("UTC", 0o022, "C.UTF-8"), ("Asia/Kathmandu", 0o077, "C"))
    ):
        folder = home / f"clone {number}" / "course"
        # The first one seals the lock; the second one gets it with the course, as from git.
        shutil.copytree(home / "clone 0" / "course" if number else COURSE, folder)
        place = home / f"release {number}"
        environment = os.environ | {
            "HOME": str(home / f"clone {number}"),
            "TZ": zone,
            "PYTHONHASHSEED": str(number),
            "LC_ALL": locale,
            "USER": f"user{number}",
        }
        command = [
            sys.executable,
            "-c",
            f"import os; os.umask({mask}); from attachdeck.cli import main; main()",
            "release",
            str(folder),
            "-o",
            str(place),
        ]
        user = another_user() if number else None
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            cwd=folder.parent,
            user=user,
        )
        assert done.returncode == 0, done.stderr
        places.append(place)
    one, other = ((place / "SHA256SUMS").read_bytes() for place in places)
    assert one == other
    manifest = places[0] / "manifest.json"
    again = run("release", home / "clone 1" / "course", "--check", manifest)
    assert again.exit_code == 0, again.stderr
    assert "the files are identical" in again.stdout
    values = json.loads(manifest.read_text(encoding="utf-8"))
    values["files"]["attachment-theory.apkg"]["sha256"] = "0" * 64
    manifest.write_text(json.dumps(values), encoding="utf-8")
    differing = run("release", home / "clone 1" / "course", "--check", manifest)
    assert differing.exit_code == 1
    assert "attachment-theory.apkg: different content" in differing.stderr


def test_a_changed_layout_and_a_failing_import_stop_it(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from attachdeck.engine.verify import Fate, Finding
    from attachdeck.release import bundle as release

    lost = Finding("import", Fate.LOST, "two notes did not arrive", ("define",))
    with monkeypatch.context() as patched:
        patched.setattr(release, "verify", lambda *_: [lost])
        result = run("release", course, "-o", tmp_path / "release")
        assert result.exit_code == 1
        assert (
            "Anki's engine found a problem: import: two notes did not arrive: define"
            in result.stderr
        )
    lock = course / "course.lock"
    text = lock.read_text(encoding="utf-8")
    layout = text.partition("basic: {id: ")[2].partition('layout: "')[2][:16]
    lock.write_text(text.replace(layout, "0" * 16), encoding="utf-8")
    git(course, "commit", "-qam", "as if the layout had been another")
    result = run("release", course, "-o", tmp_path / "release")
    assert result.exit_code == 1
    assert "the fields or templates of the note type `basic` have changed" in result.stderr
    assert not (tmp_path / "release").exists()
