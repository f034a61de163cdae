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
from pathlib import Path

import pytest

from support.browser import CHROMIUM, until
from support.commands import need, need_registry
from support.courses import ROOT
from support.engine import do_import

pytestmark = pytest.mark.slow  # Installs attachdeck.


def blocks(page: Path) -> list[str]:
    """What a page tells its reader to type, block by block."""
    return re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def commands() -> list[list[str]]:
    """The commands of the guide, in order, once attachdeck is installed."""
    _, *rest = blocks(ROOT / "docs" / "teach" / "first-hour.md")
    return [shlex.split(line) for block in rest for line in block.strip().split("\n")]


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of Linux and macOS")
@pytest.mark.parametrize("page", ["README.md", "docs/teach/first-hour.md"])
def test_after_the_documented_installation_attachdeck_is_a_command(tmp_path: Path, page: str):
    need_registry(tmp_path)
    checkout = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".*", "build", "*.egg-info")
    shutil.copytree(ROOT, checkout, ignore=ignored)
    script = f"{blocks(ROOT / page)[0]}\nattachdeck check course\ncommand -v attachdeck\n"

    done = subprocess.run(
        ["sh", "-e", "-c", script], check=False, capture_output=True, encoding="utf-8", cwd=checkout
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"{checkout}/.venv/bin/attachdeck\n")


def test_the_first_hour(tmp_path: Path, collection):
    need("the package playwright", importlib.util.find_spec("playwright") is not None)
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    home = tmp_path / "Éva’s courses 🌱"
    home.mkdir()
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "BROWSER": "true"}

    def attachdeck(command: list[str]) -> subprocess.CompletedProcess[str]:
        assert command[0] == "attachdeck"
        arguments = [sys.executable, "-m", "attachdeck", *command[1:]]
        return subprocess.run(
            arguments, check=False, capture_output=True, encoding="utf-8", env=environment, cwd=home
        )

    start, preview, lesson, card, check, fmt, build = commands()
    assert [each[1] for each in (start, preview, lesson, card, check, fmt, build)] == [
        "new",
        "preview",
        "new",
        "new",
        "check",
        "fmt",
        "build",
    ]
    assert attachdeck(start).returncode == 0
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

            assert attachdeck(lesson).returncode == 0
            added = attachdeck(card)
            assert added.returncode == 0, added.stderr
            until(page, "document.querySelectorAll('article').length === 7")
            page.locator("#card-spacing-mean").wait_for(state="attached")

            path = home / "my-course" / "lessons" / "02-spacing-works.yaml"
            good = path.read_text(encoding="utf-8")
            path.write_text(good.replace("answer: Leaving", "anwser: Leaving"), encoding="utf-8")
            told = attachdeck(check)
            assert told.returncode == 1
            assert re.search(r"02-spacing-works\.yaml:\d+:5", told.stdout)
            assert "did you mean `answer`?" in told.stdout
            until(page, "document.querySelectorAll('#problems .problem.error').length > 0")
            path.write_text(good, encoding="utf-8")
            until(page, "document.querySelectorAll('#problems .problem.error').length === 0")
            assert attachdeck(check).returncode == 0
            browser.close()
    finally:
        page_of.terminate()
        page_of.communicate()

    assert attachdeck(fmt).returncode == 0
    built = attachdeck(build)
    assert built.returncode == 0, built.stderr
    [deck] = (home / "build").glob("*.apkg")
    assert do_import(collection, deck) == {"new": 7}
    assert attachdeck(check).returncode == 0
