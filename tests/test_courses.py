"""Courses that come in packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from test_cli import run


def test_a_course_pack_is_installed_listed_and_built_by_its_name(tmp_path: Path):
    """Installed by pip from its source, without network; no code of it runs, and nothing is written into it."""
    source, packages = tmp_path / "source", tmp_path / "packages"
    shutil.copytree(ROOT / "tests" / "course_pack", source)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", str(packages), str(source)], check=True, capture_output=True)

    def attachdeck(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(packages), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [sys.executable, "-m", "attachdeck", *arguments], check=False, capture_output=True, encoding="utf-8", env=environment, cwd=tmp_path
        )

    listed = attachdeck("courses")
    assert listed.returncode == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["attachment", "memory"]
    assert "Memory 1.2.0" in listed.stdout
    built = attachdeck("build", "memory", "-o", "memory.apkg")
    assert built.returncode == 0, built.stderr
    assert "left alone: this course came installed" in built.stdout
    assert (tmp_path / "memory.apkg").is_file()
    assert not list(packages.rglob("course.lock"))


def test_the_course_that_came_along_is_listed():
    result = run("courses")
    assert result.exit_code == 0
    assert result.stdout.startswith("attachment      Attachment Theory 0.1.0")
