"""The workflows and the action: pinned, with least permissions, and the action's script run on an
example repository."""

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

from support.commands import need, run
from support.courses import ROOT, write_course

pytestmark = pytest.mark.slow  # Installs attachdeck.

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
    folder = tmp_path / "workspace"
    course = write_course(folder / "my course")
    assert run("fmt", course).exit_code == 0
    assert run("build", course, "-o", folder / "first.apkg").exit_code == 0
    return folder


def act(folder: Path, *, install: bool = False, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the scripts of the action as GitHub's runner does, the last alone or all, until one
    fails."""
    bash = shutil.which("bash")
    need("bash", bool(bash))
    action = loaded(ROOT / "action.yml")
    known = {f"inputs.{name}": str(entry["default"]) for name, entry in action["inputs"].items()}
    known |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    temporary = folder.parent / "runner"
    temporary.mkdir(exist_ok=True)
    known |= {"runner.temp": str(temporary), "github.action_path": str(ROOT)}

    def value(text: str) -> str:
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda match: known[match[1]], text)

    runner = {
        "GITHUB_OUTPUT": str(temporary / "output"),
        "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    # The packages that attachdeck needs are here; the step is to install attachdeck alone.
    runner |= dict.fromkeys(["PIP_NO_DEPS", "PIP_NO_INDEX"], "1")
    runner |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_TARGET": str(temporary / "installed")}
    steps = [step for step in action["runs"]["steps"] if "run" in step]
    for step in steps if install else steps[-1:]:
        done = subprocess.run(
            [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=value(step.get("working-directory", str(folder))),
            env=os.environ | runner | {key: value(text) for key, text in step["env"].items()},
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            break
    return done


def outputs(text: str) -> dict[str, str]:
    """What the runner reads in GITHUB_OUTPUT: a name, what ends its value, the value, the end."""
    found = re.findall(r"(\w+)<<(\w+)\n(.*?)\n\2\n|(\w+)=(.*)\n", text, re.DOTALL)
    return {name or other: value or line for name, _, value, other, line in found}


def said(folder: Path, name: str = "output") -> str:
    return (folder.parent / "runner" / name).read_text(encoding="utf-8")


def test_the_action_builds_an_educators_deck(example: Path):
    need("the command attachdeck", (Path(sys.executable).parent / "attachdeck").exists())
    done = act(example, install=True, course="my course", output="out put")
    assert done.returncode == 0, done.stderr
    assert (example / "out put" / "deck.apkg").is_file()
    assert outputs(said(example)) == {"deck": "out put/deck.apkg"}
    assert (example.parent / "runner" / "installed" / "attachdeck").is_dir()
    assert act(example, course="my course", strict="true").returncode == 1
    (example / "my course" / "course.lock").unlink()
    assert "course.lock is missing" in act(example, course="my course").stderr
    assert act(example, course="$(touch owned); `touch owned`").returncode == 2
    assert not (example / "owned").exists()


def test_the_action_does_all_that_the_documentation_lists(example: Path):
    """A file that is not tidy, a deck that is no update of the last one: each stops the job."""
    course = example / "my course"
    lesson = course / "lessons" / "01-first.yaml"
    good = lesson.read_text(encoding="utf-8")
    lesson.write_text(good.replace("title: ", "title:   ", 1), encoding="utf-8")
    untidy = act(example, course="my course")
    assert untidy.returncode == 1
    assert "01-first.yaml: is not formatted" in untidy.stdout
    lesson.write_text(good.replace("What is a secure", "What is the secure"), encoding="utf-8")
    assert run("build", course, "-o", example / "new.apkg").exit_code == 0
    done = act(example, course="my course", last_release="first.apkg")
    assert done.returncode == 0, done.stderr
    assert "the secure" in said(example, "summary").replace("*", "")
    assert "update" in done.stdout
    done = act(example, course="my course", last_release="my course/course.yaml")
    assert done.returncode == 1
    assert "cannot be read as a package" in done.stderr


def test_the_action_runs_nothing_of_a_pull_request(example: Path):
    """Python imports modules of the current folder first, where it may; so a shell finds
    programs."""
    mark = example.parent / "owned"
    for name in ("pip", "attachdeck", "click", "secrets", "sitecustomize", "multiprocessing"):
        (example / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    for name in ("attachdeck", "python", "git", "mkdir"):
        program = example / name
        program.write_text(f"#!/bin/sh\ntouch '{mark}'\n", encoding="utf-8")
        program.chmod(0o755)
    done = act(example, install=True, course="my course")
    assert done.returncode == 0, done.stderr
    assert not mark.exists()
    usual = {key: text for key, text in os.environ.items() if key != "PYTHONSAFEPATH"}
    subprocess.run([sys.executable, "-m", "pip"], cwd=example, check=True, env=usual)
    assert mark.exists(), "the workspace of this test is harmless"


@pytest.mark.skipif(os.name == "nt", reason="such names are not possible")
def test_a_name_is_no_option_and_no_other_output(example: Path):
    (example / "my course").rename(example / "--strict")
    output = "a\ndeck=owned\nb"
    done = act(example, course="--strict", output=output)
    assert done.returncode == 0, done.stderr
    assert outputs(said(example)) == {"deck": f"{output}/deck.apkg"}
