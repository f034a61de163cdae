"""Courses that come in packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from attachdeck.layers import courses
from support.commands import run
from support.courses import write_course


@pytest.mark.slow
def test_a_course_pack_is_installed_listed_and_built_by_its_name(tmp_path: Path):
    """Installed by pip from its source, without network; no code of it runs, and nothing is written
    into it."""
    source, packages = tmp_path / "source", tmp_path / "packages"
    shutil.copytree(Path(__file__).parent / "course_pack", source)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--target", str(packages), str(source)], check=True, capture_output=True)

    def attachdeck(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(packages), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [sys.executable, "-m", "attachdeck", *arguments],
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            cwd=tmp_path,
        )

    listed = attachdeck("courses")
    assert listed.returncode == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["attachment", "memory"]
    assert "Memory 1.2.0" in listed.stdout
    built = attachdeck("build", "memory", "-o", "memory.apkg")
    assert built.returncode == 0, built.stderr
    assert "unchanged because this course is installed" in built.stdout
    assert (tmp_path / "memory.apkg").is_file()
    assert not list(packages.rglob("course.lock"))


def test_the_course_that_came_along_is_listed():
    result = run("courses")
    assert result.exit_code == 0
    assert result.stdout.startswith("attachment      Attachment Theory 1.0.0")


WRITING = [
    ("fmt",),
    ("check", "--fix"),
    ("new", "lesson", "Another"),
    ("new", "card", "--kind", "basic", "--set", "prompt=Really?", "--set", "answer=Yes"),
    ("translate", "extract", "fr"),
]


@pytest.mark.parametrize("arguments", WRITING, ids=" ".join)
def test_an_installed_course_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
):
    """Who has forgotten to name a course, or stands in another folder, hears of it before anything
    is written."""
    came = tmp_path / "came"
    write_course(came)
    before = {path: path.read_bytes() for path in came.rglob("*") if path.is_file()}
    monkeypatch.setattr(courses, "installed", lambda: {"attachment": came})
    monkeypatch.chdir(tmp_path)
    for named in ((), ("attachment",)):
        result = run(*arguments, *named)
        assert result.exit_code == 2
        assert (
            "`attachment` is an installed course" if named else "there is no course here"
        ) in result.output
    assert {path: path.read_bytes() for path in came.rglob("*") if path.is_file()} == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("build",),
        ("check",),
        ("diff", "v1.0.0", "v1.1.0"),
        ("plan",),
        ("preview", "--no-browser"),
        ("push",),
        ("release",),
        ("translate", "status"),
        ("translate", "apply", "fr", "-o", "french"),
        *WRITING,
    ],
    ids=" ".join,
)
def test_without_a_course_here_every_command_fails_and_names_the_courses_nearby(
    tmp_path: Path, arguments: tuple[str, ...]
):
    """A CI job in the wrong folder must not be green."""
    write_course(tmp_path / "below")
    done = subprocess.run(
        [sys.executable, "-m", "attachdeck", *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no course here" in done.stderr
    assert "help: name a course in a folder below this one: `below`\n" in done.stderr
    assert "help: start one: `attachdeck new course my-course`\n" in done.stderr
    offered = "help: name an installed course: `attachment`\n" in done.stderr
    assert offered == (arguments not in WRITING)
    assert [path.name for path in tmp_path.iterdir()] == ["below"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("build",),
        ("build", "--to", "csv"),
        ("check",),
        ("diff", "course.lock", "course.lock"),
        *WRITING,
    ],
    ids=" ".join,
)
def test_the_course_that_one_stands_in_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
):
    course = write_course(tmp_path / "mine")
    monkeypatch.chdir(course)
    assert run("build").exit_code == 0
    monkeypatch.setattr(courses, "installed", dict)
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert (course / "build" / "tiny.apkg").is_file()


@pytest.mark.parametrize("arguments", [("check",), ("fmt",), ("new", "lesson", "T"), ("build",)])
def test_a_folder_of_a_course_is_no_course_and_the_course_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
):
    """Somebody in a course's `lessons` folder reads where the course is."""
    folder = write_course(tmp_path)
    for part in (folder / "lessons", folder / "lessons" / "02-missing.yaml"):
        result = run(*arguments, part)
        assert result.exit_code == 2
        assert f"name the folder that contains course.yaml, `{folder}`" in result.stderr
    monkeypatch.chdir(folder / "media")
    result = run(*arguments)
    assert result.exit_code == 2
    assert f"this folder is inside the course `{folder}`" in result.stderr
