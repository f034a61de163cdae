"""The benchmarks still run: they use parts of attachdeck that may change between two releases."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


@pytest.mark.parametrize("way", ["attachdeck", "genanki"])
def test_the_package_step_that_is_measured_writes_a_package(way: str, tmp_path: Path):
    package = tmp_path / "step.apkg"
    command = [sys.executable, BENCHMARKS / "package_step.py", way, "10", "2", package]
    subprocess.run(command, check=True)
    assert zipfile.is_zipfile(package)
