"""Run commands, compare folders, and skip a test whose real part is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attachdeck.cli import main


def need(part: str, present: bool) -> None:
    """Skip a test whose real part is missing; in CI no part may be."""
    if not present:
        assert not os.environ.get("CI"), f"{part} is missing, and CI must have it"
        pytest.skip(f"{part} is missing")


def need_registry(folder: Path) -> None:
    """Skip a test that installs packages where no registry answers; `folder` gets one of them."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    reached = subprocess.run([*pip, "click"], check=False, capture_output=True)
    need("a package registry", reached.returncode == 0)


def run(*arguments: str | Path, **environment: str) -> Result:
    """Run attachdeck in this process."""
    return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])


IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def run_git(folder: Path, *arguments: str, **variables: str) -> bytes:
    """Run git in a folder, as somebody with a name; what it prints."""
    return subprocess.run(
        ["git", *IDENTITY, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env=os.environ | variables,
    ).stdout


def tree(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
