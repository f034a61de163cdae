"""The workflows and the action: pinned, with least permissions, and the action's script run on an example repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, need, write_course
from test_cli import run

FILES = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]


def loaded(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_hash(path: Path):
    used = re.findall(r"^\s*-? ?uses: (\S+)(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used or path.name == "none"
    for name, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name), name
        assert re.match(r" # v[0-9]+\.[0-9]+", comment), name


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.name)
def test_no_job_may_do_more_than_it_says(path: Path):
    workflow = loaded(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"]
        assert "timeout-minutes" in job
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), (
                "an expression in a script lets its value run as code"
            )
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_zizmor_finds_nothing():
    zizmor = shutil.which("zizmor") or shutil.which("zizmor", path=str(Path(sys.executable).parent))
    need("zizmor", bool(zizmor))
    done = subprocess.run(
        [
            zizmor,
            "--offline",
            "--no-progress",
            str(ROOT / ".github" / "workflows"),
            str(ROOT / "action.yml"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """An educator's repository."""
    folder = write_course(tmp_path / "my course")
    assert run("build", folder, "-o", tmp_path / "first.apkg").exit_code == 0
    return tmp_path


def act(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the action's last step, as GitHub's runner does (`bash -e -o pipefail`)."""
    bash = shutil.which("bash")
    need("bash", bool(bash))
    action = loaded(ROOT / "action.yml")
    step = action["runs"]["steps"][-1]
    given = {name: str(each["default"]) for name, each in action["inputs"].items()} | inputs
    environment = {
        key: given[re.search(r"inputs\.(\w+)", value)[1]] for key, value in step["env"].items()
    }
    commands = (
        os.environ
        | environment
        | {
            "GITHUB_OUTPUT": str(folder / "output"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
    )
    return subprocess.run(
        [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder,
        env=commands,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def test_the_action_builds_an_educators_deck(example: Path):
    need("the command attachdeck", (Path(sys.executable).parent / "attachdeck").exists())
    done = act(example, course="my course", output="out put")
    assert done.returncode == 0, done.stderr
    assert (example / "out put" / "deck.apkg").is_file()
    assert (example / "output").read_text(encoding="utf-8") == "deck=out put/deck.apkg\n"
    assert act(example, course="my course", strict="true").returncode == 1
    (example / "my course" / "course.lock").unlink()
    assert "course.lock is not up to date" in act(example, course="my course").stderr
    assert act(example, course="$(touch owned); `touch owned`").returncode == 2
    assert not (example / "owned").exists()
