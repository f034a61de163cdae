"""The command line as people and scripts meet it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from attachdeck import __version__, schema
from attachdeck.cli import _COMMANDS
from support.commands import run
from support.courses import CARD, COURSE_YAML, ROOT, write_course

BROKEN = CARD.replace("answer", "anwser")


def test_build_says_what_it_made(tmp_path: Path):
    output = tmp_path / "deck.apkg"
    result = run("build", write_course(tmp_path / "course"), "-o", output)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    values = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert values["lessons"] == values["notes"] == "1"
    assert values["cards"] == "1 (1 basic)"
    assert values["media"] == "0"
    assert values["file"] == f"{output} ({output.stat().st_size:,} bytes)"
    assert re.fullmatch(r"[0-9a-f]{64}", values["sha256"])


def test_the_course_here_is_built_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_course(tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    assert run("build").exit_code == 0
    assert (tmp_path / "build" / "tiny.apkg").is_file()


def test_an_installed_course_is_built_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert run("build", "attachment").exit_code == 0
    assert (tmp_path / "build" / "attachment-theory.apkg").is_file()
    assert "did you mean `attachment`?" in run("build", "attachmnt").stderr


def test_course_yaml_may_be_named_itself(tmp_path: Path):
    assert run("check", write_course(tmp_path) / "course.yaml").exit_code == 0


def test_a_mistake_writes_no_deck_and_keeps_the_last_one(tmp_path: Path):
    output = tmp_path / "deck.apkg"
    output.write_bytes(b"the last good deck")
    result = run("build", write_course(tmp_path / "course", cards=BROKEN), "-o", output)
    assert result.exit_code == 1
    assert "did you mean `answer`?" in result.stderr
    assert result.stderr.endswith("1 error; no deck was written\n")
    assert output.read_bytes() == b"the last good deck"


def test_check_counts_the_mistakes_of_every_course(tmp_path: Path):
    good, bad = write_course(tmp_path / "good"), write_course(tmp_path / "bad", cards=BROKEN)
    result = run("check", good, bad, "--rule", "list-prompt")
    assert result.exit_code == 1
    assert f"{good}: no problems" in result.stdout
    assert f"{bad}: 1 error" in result.stdout
    assert "did you mean `answer`?" in result.stdout
    assert result.stderr == ""
    assert run("check", good).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "nowhere"],
        ["check", "nowhere"],
        ["schema", "nothing"],
        ["biuld"],
        ["build", "--fast"],
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("biuld",), "did you mean `build`?"),
        (("lint",), "did you mean `check`?"),
        (("init", "my-course"), "did you mean `new`?"),
        (("zzz",), "the commands are new, import, build"),
        (("new", "lessn", "T"), "did you mean `lesson`?"),
        (("translate", "extrct", "es"), "did you mean `extract`?"),
        (("check", "--stict"), "--strict"),
        (("build", "--languge", "es"), "--language"),
    ],
)
def test_what_is_misspelt_is_proposed(arguments: tuple[str, ...], message: str):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_lesson_in_place_of_a_course_is_wrong_usage(tmp_path: Path):
    result = run("build", write_course(tmp_path) / "lessons" / "01-first.yaml")
    assert result.exit_code == 2
    assert "is not a course: name the folder that contains course.yaml" in result.stderr


def test_an_output_that_is_a_folder_is_wrong_usage(tmp_path: Path):
    assert run("build", write_course(tmp_path / "course"), "-o", tmp_path).exit_code == 2


def test_an_output_that_cannot_be_written_is_an_error(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("build", write_course(tmp_path / "course"), "-o", tmp_path / "file" / "deck.apkg")
    assert result.exit_code == 1
    assert "the deck cannot be written" in result.stderr


@pytest.mark.parametrize("name", [*schema.NAMES, *schema.REPORTS])
def test_schema_prints_json(name: str):
    result = run("schema", name)
    assert json.loads(result.stdout)["$id"] == f"urn:attachdeck:{name}"


def test_schema_lists_the_names():
    assert run("schema").stdout.split() == [*schema.NAMES, *schema.REPORTS]


def test_version():
    assert run("--version").stdout == f"attachdeck {__version__}\n"


def test_every_command_has_help_with_examples_and_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documented = readme + (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert "Examples:" in run("--help").stdout
    for name in _COMMANDS:
        shown = run(name, "--help").stdout
        inner = import_module(f"attachdeck.cli.{name}").command
        for subcommand in inner.commands if isinstance(inner, click.Group) else ():
            shown += run(name, subcommand, "--help").stdout
            assert f"attachdeck {name} {subcommand}" in documented
        assert "Examples:" in shown
        assert f"attachdeck {name}" in documented
        for option in re.findall(r"--[a-z][a-z-]+", shown):
            assert option in documented, f"{option} of `attachdeck {name}` is not documented"


def terminal(command: list[str], **environment: str) -> bytes:
    """What a command prints when its standard error and output are a terminal."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "attachdeck", *command],
        stdout=follower,
        stderr=follower,
        stdin=follower,
        env=os.environ | environment,
        cwd=ROOT,
    ) as process:
        os.close(follower)
        chunks = []
        while True:
            try:
                chunk = os.read(leader, 65536)
            except OSError:  # Linux says so when the last writer is gone.
                break
            if not chunk:
                break
            chunks.append(chunk)
        process.wait()
    os.close(leader)
    return b"".join(chunks)


def test_colours_stand_only_on_a_terminal_and_never_with_no_color(tmp_path: Path):
    bad = str(write_course(tmp_path / "bad", cards=BROKEN))
    assert b"\x1b[" in terminal(["check", bad], NO_COLOR="")
    assert b"\x1b[" not in terminal(["check", bad], NO_COLOR="1")
    piped = subprocess.run(
        [sys.executable, "-m", "attachdeck", "check", bad],
        check=False,
        capture_output=True,
        cwd=ROOT,
    )
    assert b"\x1b[" not in piped.stderr + piped.stdout


def test_a_long_build_names_its_stage_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from attachdeck.cli import progress

    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.Progress() as shown:
        shown("reading")
        now = 1.5
        shown("writing")
    assert capsys.readouterr().err == "writing …\r         \r"

    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    with progress.Progress() as shown:
        now = 5.0
        shown("writing")
    assert capsys.readouterr().err == ""


def test_a_console_that_cannot_show_a_character_shows_its_code():
    command = [sys.executable, "-m", "attachdeck", "schema", "lesson"]
    shown = subprocess.run(
        command,
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "cp437"},
    ).stdout
    assert b"\\u2026" in shown


def test_an_interrupted_build_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from attachdeck import pipeline

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "write", interrupted)
    result = run("build", write_course(tmp_path / "course"), "-o", tmp_path / "deck.apkg")
    assert result.exit_code == 1
    assert "Aborted!" in result.output


def test_several_courses_at_once(tmp_path: Path):
    one = write_course(tmp_path / "one")
    other = write_course(
        tmp_path / "other",
        {"course.yaml": COURSE_YAML.replace("tiny", "other").replace("Tiny", "Other")},
    )
    assert run("build", one, other, "-o", tmp_path / "decks").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "decks").iterdir()) == [
        "other.apkg",
        "tiny.apkg",
    ]
    (tmp_path / "file").write_text("", encoding="utf-8")
    for arguments, message in (
        (("-o", tmp_path / "file"), "name a folder for several courses"),
        (("--format", "json"), "works with one course"),
    ):
        result = run("build", one, other, *arguments)
        assert result.exit_code == 2
        assert message in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "--help"],
        ["new", "card", "--help"],
        ["rules"],
        ["explain", "dollar-formula"],
    ],
    ids=" ".join,
)
def test_python_may_leave_docstrings_out(arguments: list[str]):
    python = [sys.executable, "-OO", "-m", "attachdeck", *arguments]
    shown = subprocess.run(python, check=True, capture_output=True, encoding="utf-8").stdout
    usual = run(*arguments).stdout
    assert shown.replace("python -m attachdeck", "main").split() == usual.split()
