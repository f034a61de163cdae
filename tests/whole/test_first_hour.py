"""An educator's first hour, from an empty folder, with the commands of docs/teach/first-hour.md
and no others."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.browser import CHROMIUM, until
from support.commands import need, need_registry
from support.courses import ROOT, silent_mp3
from support.engine import do_import
from support.pages import blocks

pytestmark = pytest.mark.slow  # Installs attachdeck.

PAGE = ROOT / "docs" / "teach" / "first-hour.md"


def commands() -> list[list[str]]:
    """Return the commands of the guide, in order, once attachdeck is installed."""
    lines = [line for block in blocks(PAGE) for line in block.strip().split("\n")]
    return [shlex.split(line) for line in lines if line.startswith("attachdeck ")]


def checkout(folder: Path) -> Path:
    """Return a copy of attachdeck's folder, as somebody who downloaded it has it."""
    ignored = shutil.ignore_patterns(".*", "build", "*.egg-info")
    return Path(shutil.copytree(ROOT, folder / "checkout", ignore=ignored))


def in_shell(script: str, folder: Path, **environment: str) -> str:
    """Return what a shell script prints; it must succeed."""
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of Linux and macOS")
@pytest.mark.parametrize("way", [0, 1], ids=["with make", "without make"])
def test_after_the_installation_of_the_readme_attachdeck_is_a_command(tmp_path: Path, way: int):
    need_registry(tmp_path)
    folder = checkout(tmp_path)
    install = blocks(ROOT / "README.md")[way]
    script = f"{install}\nattachdeck check course\ncommand -v attachdeck\n"

    assert in_shell(script, folder).endswith(f"{folder}/.venv/bin/attachdeck\n")


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of Linux and macOS")
@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_after_the_installation_of_the_guide_attachdeck_is_a_command(tmp_path: Path, tool: str):
    need_registry(tmp_path)
    folder, tools = checkout(tmp_path), tmp_path / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    subprocess.run([tools / "bin" / "pip", "install", "-q", tool], check=True)
    [install] = [block for block in blocks(PAGE) if block.startswith(tool)]
    places = {
        "PATH": f"{tools / 'bin'}:{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "UV_TOOL_DIR": str(tmp_path / "uv"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_PYTHON": sys.executable,
    }

    printed = in_shell(
        f"{install}\nattachdeck --version\ncommand -v attachdeck\n", folder, **places
    )

    assert "attachdeck 0." in printed
    assert printed.endswith(f"{tmp_path}/bin/attachdeck\n")


def test_the_first_hour(tmp_path: Path, collection):
    need("the package playwright", importlib.util.find_spec("playwright") is not None)
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    home = tmp_path / "Éva’s courses 🌱"
    home.mkdir()
    shutil.copy(PAGE.parent / "first-hour" / "decks.png", home / "curve.png")
    (home / "bell.mp3").write_bytes(silent_mp3())
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "BROWSER": "true"}
    lesson_file = home / "my-course" / "lessons" / "02-spacing-works.yaml"

    def attachdeck(command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "attachdeck", *command[1:]]
        return subprocess.run(
            arguments,
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=environment | more,
            cwd=home,
        )

    def succeeds(command: list[str], **more: str) -> None:
        done = attachdeck(command, **more)
        assert done.returncode == 0, done.stderr

    start, preview, lesson, card, check, *later = commands()
    picture, shown, sound, heard, fmt, build, again = later
    assert [command[1] for command in (start, preview, lesson, card, check, fmt, build, again)] == [
        "new",
        "preview",
        "new",
        "new",
        "check",
        "fmt",
        "build",
        "build",
    ]
    succeeds(start)
    page_of = subprocess.Popen(
        [sys.executable, "-u", "-m", "attachdeck", *preview[1:], "--no-browser"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        cwd=home,
    )
    try:
        url = re.search(r"http://\S+", page_of.stdout.readline())[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(url)
            page.locator("article").first.wait_for()
            assert page.locator("article").count() == 4

            succeeds(lesson)
            succeeds(card)
            until(page, "document.querySelectorAll('article').length === 7")
            page.locator("#card-spacing-mean").wait_for(state="attached")
            good = lesson_file.read_text(encoding="utf-8")
            [written] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
            assert written in good

            lesson_file.write_text(good.replace("answer: Leaving", "anwser: Leaving"), "utf-8")
            reported = attachdeck(check)
            assert reported.returncode == 1
            assert re.search(r"02-spacing-works\.yaml:\d+:5", reported.stdout)
            assert "did you mean `answer`?" in reported.stdout
            until(page, "document.querySelectorAll('#problems .problem.error').length > 0")
            lesson_file.write_text(good, encoding="utf-8")
            until(page, "document.querySelectorAll('#problems .problem.error').length === 0")
            succeeds(check)

            for command in (picture, shown, sound, heard):
                succeeds(command)
            until(page, "document.querySelectorAll('article').length === 9")
            browser.close()
    finally:
        page_of.terminate()
        page_of.communicate()

    succeeds(fmt)
    an_hour_ago = str(int(time.time()) - 3600)
    succeeds(build, SOURCE_DATE_EPOCH=an_hour_ago)
    deck = home / "build" / "my-course.apkg"
    assert (home / "my-course" / "course.lock").is_file()
    assert do_import(collection, deck) == {"new": 9}

    text = lesson_file.read_text(encoding="utf-8")
    lesson_file.write_text(text.replace("Leaving time", "To leave time"), encoding="utf-8")
    succeeds(again)
    assert do_import(collection, deck) == {"updated": 1, "duplicate": 8}
    succeeds(check)
