"""A learner writes in their own words in a real desktop, and sees them again on the back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import run_anki
from attachdeck import pipeline
from support.commands import need
from support.courses import PRODUCE, compiled, write_course

pytestmark = pytest.mark.slow  # Starts a desktop.

LINES = ["If 1 more hour goes by, <b>I</b> wait.", "  Then 2 walks. "]


def test_words_are_written_kept_as_they_are_and_shown_on_the_back(tmp_path: Path):
    """Digits, spaces and line ends are text there, though Anki's own keys elsewhere."""
    lacking = run_anki.missing()
    need(lacking, not lacking)
    pipeline.package(
        compiled(write_course(tmp_path / "course", cards=PRODUCE)), tmp_path / "deck.apkg"
    )
    job = {
        "package": str(tmp_path / "deck.apkg"),
        "lines": LINES,
        "pictures": os.environ.get("ATTACHDECK_PICTURES", ""),
    }
    snippet = [str(Path(__file__).parent / "words.py"), json.dumps(job)]
    anki = subprocess.run(
        [sys.executable, run_anki.__file__, *snippet],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert anki.returncode == 0, anki.stdout[-3000:] + anki.stderr
    seen = json.loads(anki.stdout.splitlines()[-1])
    assert seen["side"] == "question", "no key that was written turned the card"
    assert seen["back"]["written"] == ["".join(f"{line}\n" for line in LINES)]
    assert "I put the phone away" in seen["back"]["text"]
    assert "It names a moment" in seen["back"]["text"]
    assert seen["again"] == "", "the next time the field is empty"
