"""`attachdeck check --watch` as an author meets it: a process that waits while files are saved in
the ways that editors and git save them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.commands import run, run_git
from support.courses import CARD, LESSON_HEAD, write_course

GOOD = LESSON_HEAD + CARD
MISTAKE = GOOD.replace("answer:", "anwser:")
HEADING = re.compile(r"-- [0-2][0-9]:[0-5][0-9]:[0-5][0-9] -+\n")


class Watch:
    """A running `check --watch`, its reports read one by one."""

    def __init__(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "attachdeck", "check", "--watch", *map(str, arguments)]
        # A process started in the background may ignore Ctrl-C, and then so would this one.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )

    def report(self) -> str:
        """Wait for the next report, and return it: its last line counts the problems."""
        lines: list[str] = []
        while not (
            lines and re.search(r": (no problems|[0-9]+ (errors?|warnings?).*)$", lines[-1])
        ):
            line = self.process.stdout.readline()
            assert line, "".join(lines)
            lines.append(line)
        return "".join(lines)

    def waiting(self) -> str:
        """Wait until it waits for saves, and return the first report."""
        report = self.report()
        assert self.process.stdout.readline() == "\n"
        assert self.process.stdout.readline().startswith("Waiting for the next save")
        return report

    def interrupt(self) -> int:
        """Press Ctrl-C, and return the exit status; nothing more was reported."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        assert not rest.strip(), rest
        return self.process.returncode


@pytest.fixture
def watch() -> Iterator[Callable[..., Watch]]:
    started: list[Watch] = []

    def start(*arguments: str | Path) -> Watch:
        started.append(Watch(*arguments))
        return started[-1]

    yield start
    for process in started:
        process.process.kill()
        process.process.wait()
        process.process.stdout.close()


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(
        tmp_path / "course",
        {
            "lessons/01-first.yaml": GOOD,
            "lessons/02-second.yaml": GOOD.replace("first", "second")
            .replace("First", "Second")
            .replace("define", "other"),
        },
    )


def lesson_of(course: Path) -> Path:
    return course / "lessons" / "01-first.yaml"


def save_in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def save_by_rename(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def save_beside_a_backup(path: Path, text: str) -> None:
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("save", [save_in_place, save_by_rename, save_beside_a_backup])
def test_a_save_is_answered_however_an_editor_saves(
    watch: Callable[..., Watch], course: Path, save: Callable[[Path, str], None]
):
    running = watch(course)
    assert "error" not in running.waiting()
    save(lesson_of(course), MISTAKE)
    report = running.report()
    assert HEADING.search(report)
    assert "error[unknown-key]" in report
    assert "01-first.yaml:7:" in report
    save(lesson_of(course), GOOD)
    assert "error" not in running.report()
    assert running.interrupt() == 0


def test_ctrl_c_ends_with_the_status_of_the_last_check(watch: Callable[..., Watch], course: Path):
    save_in_place(lesson_of(course), MISTAKE)
    running = watch(course)
    assert "1 error" in running.waiting()
    assert running.interrupt() == 1


def test_a_file_that_is_half_written_is_not_reported(watch: Callable[..., Watch], course: Path):
    running = watch(course)
    running.waiting()
    for part in range(0, len(MISTAKE), 60):
        save_in_place(lesson_of(course), MISTAKE[:part])
        time.sleep(0.1)  # A slow editor: what is waited for is that nothing is said of these.
    save_in_place(lesson_of(course), GOOD.replace("a secure base", "a safe base"))
    assert "error" not in running.report()
    assert running.interrupt() == 0


def test_what_git_writes_file_by_file_is_one_save(watch: Callable[..., Watch], course: Path):
    run_git(course, "init", "-q")
    run_git(course, "add", "-A")
    run_git(course, "commit", "-qm", "one")
    first, second = sorted((course / "lessons").iterdir())
    texts = [path.read_text(encoding="utf-8") for path in (first, second)]
    save_in_place(first, texts[1])
    save_in_place(second, texts[0])
    run_git(course, "commit", "-qam", "two")
    running = watch(course)
    running.waiting()
    run_git(course, "checkout", "-q", "HEAD~1")
    assert "error" not in running.report()
    assert running.interrupt() == 0


def test_a_folder_that_is_new_is_watched(watch: Callable[..., Watch], course: Path):
    running = watch(course)
    running.waiting()
    (course / "lessons").rename(course / "aside")
    assert "error[no-lessons]" in running.report()
    (course / "aside").rename(course / "lessons")
    assert "error" not in running.report()
    save_in_place(lesson_of(course), MISTAKE)
    assert "error[unknown-key]" in running.report()
    assert running.interrupt() == 1


def test_where_the_system_reports_no_saves_they_are_looked_for(
    watch: Callable[..., Watch], course: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    running = watch(course)
    running.waiting()
    save_in_place(lesson_of(course), MISTAKE)
    assert "error[unknown-key]" in running.report()
    assert running.interrupt() == 1


def test_a_course_below_a_folder_that_tools_ignore_is_watched(
    watch: Callable[..., Watch], course: Path
):
    place = course.parent / "node_modules"
    place.mkdir()
    moved = course.rename(place / "course")
    running = watch(moved)
    running.waiting()
    save_in_place(lesson_of(moved), MISTAKE)
    assert "error[unknown-key]" in running.report()


def test_other_formats_and_fixes_are_refused_with_it(course: Path):
    result = run("check", course, "--watch", "--format", "json")
    assert result.exit_code == 2
    assert "only with `--format text`, not `json`" in result.output
    result = run("check", course, "--watch", "--fix")
    assert result.exit_code == 2
    assert "check --fix" in result.output


def test_in_a_workflow_it_reports_to_people_too(
    watch: Callable[..., Watch], course: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(os.environ, "GITHUB_ACTIONS", "true")
    assert re.search(r": [0-9]+ warnings\n$", watch(course).waiting())
