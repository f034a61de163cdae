"""A course as an add-on, installed by Anki's own manager in a real desktop."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import run_anki
from support.commands import need, run
from support.courses import ALL_KINDS, COURSE_YAML, write_course

pytestmark = pytest.mark.slow  # Starts desktops.

HOSTILE = '"""\\n\' + {x} %s & <b>import os</b> ../../x'
LINES = "[line.text() for line in mw.form.menuTools.actions()]"
START = """
import sys, time
for name in [name for name in sys.modules if name.startswith("attachdeck_tiny")]:
    del sys.modules[name]
start = time.process_time()
import attachdeck_tiny
result(time.process_time() - start)
"""


def desktop(code: str, *options: object) -> Any:
    """Run code in a real Anki desktop; its result."""
    lacking = run_anki.missing()
    need(lacking, not lacking)
    command = [sys.executable, run_anki.__file__, "--seconds", "200", *options, "-c", code]
    anki = subprocess.run([*map(str, command)], check=False, capture_output=True, encoding="utf-8")
    assert anki.returncode == 0, anki.stdout[-3000:] + anki.stderr
    return json.loads(anki.stdout.splitlines()[-1])


def built(folder: Path, title: str = "Tiny") -> Path:
    """Build the smallest course as an add-on."""
    text = COURSE_YAML.replace("title: Tiny", f"title: {json.dumps(title)}")
    course = write_course(folder / "course", {"course.yaml": text}, cards=ALL_KINDS)
    result = run("build", course, "--to", "addon", "-o", folder / "tiny.ankiaddon")
    assert result.exit_code == 0, result.output
    return folder / "tiny.ankiaddon"


def test_anki_installs_and_starts_it_whatever_its_title_says(tmp_path: Path):
    lines = desktop(f"result({LINES})", "--addon", built(tmp_path, HOSTILE))
    assert [line for line in lines if line.startswith(HOSTILE.replace("&", "&&"))], lines


def test_it_starts_in_less_than_fifty_milliseconds(tmp_path: Path):
    assert desktop(START, "--addon", built(tmp_path)) < 0.05


def test_an_anki_that_is_too_old_is_told_and_nothing_else_happens(tmp_path: Path):
    older = tmp_path / "aaa"
    older.mkdir()
    (older / "__init__.py").write_text(
        "import anki.utils\nanki.utils.point_version = lambda: 230800\n", encoding="utf-8"
    )
    lines, texts = desktop(
        f"until(lambda: seen); result([{LINES}, seen])",
        *("--addon", older, "--addon", built(tmp_path, HOSTILE), "--answer", "OK"),
    )
    assert not [line for line in lines if "import the deck" in line]
    assert "needs Anki 23.12 or later. Update Anki" in texts[0]


def test_anki_reads_in_the_manifest_which_version_it_needs(tmp_path: Path):
    addon = built(tmp_path)
    with zipfile.ZipFile(addon) as package:
        manifest = json.loads(package.read("manifest.json"))
    assert manifest == {
        "conflicts": [],
        "human_version": "1.0.0",
        "min_point_version": 231200,
        "mod": manifest["mod"],
        "name": "Tiny",
        "package": "attachdeck_tiny",
    }
    code = (
        "[addon] = mw.addonManager.all_addon_meta(); "
        "result([addon.min_version, addon.human_name()])"
    )
    assert desktop(code, "--addon", addon) == [231200, "Tiny"]
