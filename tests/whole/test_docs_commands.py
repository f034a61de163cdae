"""The commands and files that pages show, run as a reader runs them, a page in a fresh folder.

`test_first_hour.py` follows README.md and docs/teach/first-hour.md.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from attachdeck import pipeline
from attachdeck.cli import main
from support.commands import need, run, run_git
from support.courses import COURSE, PLANE_SVG, ROOT, silent_mp3
from support.pages import PAGES, blocks, inline_commands

EXAMPLES = ROOT / "docs" / "teach" / "every-kind"
IMPORTING = ROOT / "docs" / "teach" / "importing.md"
ELSEWHERE = {
    "CONTRIBUTING.md": "the tests themselves",
    "README.md": "test_first_hour.py installs attachdeck in both ways",
    "docs/teach/first-hour.md": "test_first_hour.py follows it",
    "docs/develop/developers.md": "a search for crashes takes minutes",
    "docs/reference/commands.md": "the same example as in `--help`, many for one command",
}
"""Pages whose commands are not run here, each with the reason."""
ASKS = "attachdeck import words.csv -o vocabulary"
"""Asks a person; without one it ends with exit code 2."""


def new_course(folder: Path) -> Path:
    """Start a course as the first hour does."""
    assert run("new", "course", folder / "my-course").exit_code == 0
    return folder / "my-course"


def every_kind(folder: Path, version: str = "0.1.0") -> Path:
    """Copy the course with every kind of card, without its lock."""
    course = folder / "my-course"
    shutil.copytree(EXAMPLES, course, ignore=shutil.ignore_patterns("course.lock"))
    edit(course / "course.yaml", "version: 0.1.0", f"version: {version}")
    return course


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit(folder: Path, message: str) -> None:
    run_git(folder, "add", ".")
    run_git(folder, "commit", "-qm", message)


def anki() -> None:
    need("Anki's engine", importlib.util.find_spec("anki") is not None)


def with_media(folder: Path) -> None:
    """Put a picture and a recording beside a course."""
    new_course(folder)
    shutil.copy(ROOT / "docs" / "teach" / "cards" / "basic-back.png", folder / "harbour.png")
    (folder / "hola.mp3").write_bytes(silent_mp3())


def with_things_to_import(folder: Path) -> None:
    """Write a file of each kind that the page imports, as far as the page shows it."""
    anki()
    source = every_kind(folder)
    for output, place in ("apkg", "spanish.apkg"), ("crowdanki", "my-deck"):
        assert run("build", source, "--to", output, "-o", folder / place).exit_code == 0
    shutil.rmtree(source)
    (folder / "words.csv").write_text(blocks(IMPORTING, "text")[0], encoding="utf-8")
    course = new_course(folder)
    assert run("build", course, "--to", "csv", "-o", folder / "cards.csv").exit_code == 0


def in_git(folder: Path) -> None:
    new_course(folder)
    run_git(folder, "init", "-q")


def released(folder: Path) -> None:
    """Release a course as 1.0.0 and correct a card, for a release that is ready to build."""
    anki()
    course = every_kind(folder, "1.0.0")
    run_git(folder, "init", "-q")
    (folder / ".gitignore").write_text("build/\n", encoding="utf-8")
    assert run("build", course, "-o", folder / "build" / "first.apkg").exit_code == 0
    commit(folder, "First")
    done = run("release", course, "-o", folder / "build" / "release")
    assert done.exit_code == 0, done.output
    commit(folder, "Version 1.0.0")
    run_git(folder, "tag", "v1.0.0")
    edit(course / "course.yaml", "version: 1.0.0", "version: 1.1.0")
    lesson = course / "lessons" / "01-every-kind.yaml"
    edit(lesson, "prompt: What is a secure base?", "prompt: What does a secure base mean?")


def in_ci(folder: Path) -> None:
    """Build a course twice, as a job finds it."""
    anki()
    course = every_kind(folder)
    for deck in "last-release.apkg", "deck.apkg":
        assert run("build", course, "-o", folder / deck).exit_code == 0


COMMANDS: dict[str, Callable[[Path], object]] = {
    "docs/reference/outputs.md": new_course,
    "docs/release/ci.md": in_ci,
    "docs/release/releasing.md": released,
    "docs/teach/importing.md": with_things_to_import,
    "docs/teach/pictures-and-sounds.md": with_media,
    "docs/teach/planning.md": lambda folder: (anki(), new_course(folder)),
    "docs/teach/preview.md": new_course,
    "docs/teach/spreadsheets.md": new_course,
    "docs/teach/translating.md": new_course,
    "docs/teach/two-authors.md": in_git,
    "docs/teach/extending.md": lambda folder: write_pages_files(folder, "extending"),
}
"""The pages with commands, and what their reader has before the first one."""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_commands_of_every_page_are_run():
    pages = {name(page) for page in PAGES if blocks(page)}
    assert pages == COMMANDS.keys() | ELSEWHERE.keys()


def typed(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type a line of a page in a terminal."""
    environment = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment |= {f"GIT_{who}_{what}": "a@example.org" for who in WHO for what in WHAT}
    return subprocess.run(
        ["sh", "-c", line],
        check=False,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=os.environ | environment | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
    )


WHO, WHAT = ("AUTHOR", "COMMITTER"), ("NAME", "EMAIL")


@pytest.mark.slow  # Starts a program for each command.
@pytest.mark.skipif(os.name == "nt", reason="the commands are those of Linux and macOS")
@pytest.mark.parametrize("page", COMMANDS)
def test_the_commands_of_a_page_run_as_they_are_typed(page: str, tmp_path: Path):
    for number, block in enumerate(blocks(ROOT / page)):
        # What the page on imports shows are alternatives; on other pages one follows the other.
        folder = tmp_path / (str(number) if ROOT / page == IMPORTING else "one")
        if not folder.exists():
            folder.mkdir()
            COMMANDS[page](folder)
        for line in block.splitlines():
            runs(line, folder)


def runs(line: str, folder: Path) -> None:
    """Run a line of a page; it must succeed."""
    if line.startswith("attachdeck preview"):
        shows_a_page(line, folder)
    elif line.startswith(("attachdeck", "git")):
        done = typed(line, folder)
        expected = 2 if line.split("  ", maxsplit=1)[0] == ASKS else 0
        assert done.returncode == expected, f"{line}\n{done.stdout}{done.stderr}"


def shows_a_page(line: str, folder: Path) -> None:
    """Start the preview until it names its address."""
    arguments = [sys.executable, "-u", "-m", "attachdeck", *shlex.split(line)[1:], "--no-browser"]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, encoding="utf-8", cwd=folder
    ) as preview:
        printed = preview.stdout.readline()
        preview.terminate()
    assert "http://127.0.0.1:" in printed


def test_the_notes_on_the_page_on_imports_become_cards(tmp_path: Path):
    notes, course = tmp_path / "notes.md", tmp_path / "course"
    notes.write_text(blocks(IMPORTING, "markdown")[0], encoding="utf-8")
    done = run("import", notes, "-o", course)
    assert done.exit_code == 0, done.output
    assert len(list(pipeline.check(course).course.cards())) == 2


def test_the_page_on_planning_shows_what_plan_prints():
    """Apart from the numbers, which follow the course and Anki's engine."""
    anki()
    printed = run("plan", "attachment").output
    shown = "".join(blocks(ROOT / "docs" / "teach" / "planning.md", "text"))
    lines = {re.sub(r"[\d ]+", " 0 ", line) for line in printed.splitlines()}
    assert [
        line for line in shown.splitlines() if re.sub(r"[\d ]+", " 0 ", line) not in lines
    ] == []


def test_the_readme_shows_a_card_and_the_message_for_a_mistake_in_it(tmp_path: Path, monkeypatch):
    """The card is fine; with a misspelt source, `check` prints what the page shows."""
    readme = ROOT / "README.md"
    [card], [message] = blocks(readme, "yaml"), blocks(readme, "text")
    mistake = "    sources: [bowlby1968]\n"
    head = "id: secure-base\ntitle: A secure base\nsummary: One card.\nobjectives:\n"
    head += "  - {id: a, text: A.}\ncards:\n"
    lesson = tmp_path / "course" / "lessons" / "01-secure-base.yaml"
    new_course(tmp_path).rename(tmp_path / "course")
    (tmp_path / "course" / "lessons" / "01-first-lesson.yaml").unlink()
    shutil.copy(EXAMPLES / "sources.yaml", tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    lesson.write_text(head + card, encoding="utf-8")
    assert run("check", "course").exit_code == 0

    wrong = re.sub(r" +sources: .*\n", mistake, card)
    above = "\n" * (14 - 1 - (head + wrong).partition(mistake)[0].count("\n"))
    lesson.write_text(above + head + wrong, encoding="utf-8")
    assert message in run("check", "course").output


def context_of(words: list[str]) -> tuple[click.Context, list[str]]:
    """Return the context of the command that a line names, and the words after it."""
    context = main.make_context("attachdeck", [], resilient_parsing=True)
    while isinstance(context.command, click.Group) and words:
        part = context.command.get_command(context, words[0])
        if part is None:
            break
        context, words = click.Context(part, parent=context, info_name=words[0]), words[1:]
    return context, words


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_names_exists_with_its_options(page: Path):
    for line in inline_commands(page):
        if "COMMAND" in line:
            continue
        context, words = context_of(shlex.split(line, comments=True)[1:])
        _, more, _ = context.command.make_parser(context).parse_args(words)
        assert not more, line


# Files.


def write_pages_files(folder: Path, page: str) -> Path:
    """Write what a page shows into a course that extends the course on attachment."""
    course = folder / "my-course"
    (course / "lessons").mkdir(parents=True)
    (course / "media").mkdir()
    for picture in "plane.svg", "plane-night.svg":
        (course / "media" / picture).write_text(PLANE_SVG, encoding="utf-8")
    about = "id: a\nextends: attachment\nversion: 1.0.0\ntitle: A\ndeck: A\n"
    for number, block in enumerate(blocks(ROOT / "docs" / "teach" / f"{page}.md", "yaml")):
        if block.startswith("# my-course/course.yaml"):
            about = block
        elif block.startswith("pictures:"):
            (course / "media" / "media.yaml").write_text(block, encoding="utf-8")
        elif re.search(r"^(?:cards|objectives):", block, re.MULTILINE):
            lesson = course / "lessons" / f"{90 + number}-shown.yaml"
            lesson.write_text(as_a_lesson(block), encoding="utf-8")
        elif not block.startswith("  - id:"):
            about += block
    (course / "course.yaml").write_text(about, encoding="utf-8")
    return course


def as_a_lesson(block: str) -> str:
    """Return the lesson that a page shows in part: it changes one of the course on attachment."""
    if block.startswith("cards:"):
        return f"changes: influences-and-change\n{block}"
    known = {lesson.id for lesson in pipeline.check(COURSE).course.lessons}
    id = re.match(r"id: (\S+)", block)
    return block.replace("id:", "changes:", 1) if id and id[1] in known else block


@pytest.mark.parametrize(
    "page",
    [
        "extending",
        "mixed-reviews",
        "pictures-and-sounds",
        "planning",
        "right-to-left",
        "tests",
    ],
)
def test_the_files_that_a_page_shows_make_a_course(page: str, tmp_path: Path):
    course = write_pages_files(tmp_path, page)
    checked = run("check", course)
    assert checked.exit_code == 0, checked.output
    built = run("build", course, "-o", tmp_path / "deck.apkg")
    assert built.exit_code == 0, built.output
