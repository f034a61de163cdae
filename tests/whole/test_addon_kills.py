"""An update by the add-on that ends at any moment: whoever starts again has lost nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import killing
from support.addon import unpacked, update
from support.courses import CLOZE, COURSE_YAML, LESSON_HEAD, MEDIA_YAML, ONE, PLANE_SVG, TWO, Author
from support.engine import Learner, opened

pytestmark = [
    pytest.mark.slow,  # Starts an update for each of its calls of Anki's engine.
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows makes no copies of a process"),
]

SECOND = LESSON_HEAD.replace("first", "second").replace("First", "Second")


def first_release(author: Author) -> Path:
    author.release(ONE + TWO)
    return unpacked(author)


def second_release(author: Author) -> Path:
    """Make a release with a correction, a deletion's correction, a lesson, a picture, a style."""
    author.release(
        ONE.replace("answer: A", 'answer: "Corrected ![](plane.svg)"')
        + TWO.replace("B", "Better")
        + CLOZE.replace("two", "gaps"),
        **{
            "course.yaml": COURSE_YAML.replace(
                "description: A course for tests.", "description: New words."
            )
            + "speech: en_US\n",
            "lessons/02-second.yaml": SECOND + CLOZE.replace("two", "three"),
            "media/media.yaml": MEDIA_YAML,
            "media/plane.svg": PLANE_SVG,
        },
    )
    return unpacked(author)


def learn(learner: Learner) -> None:
    learner.review("one")
    note = learner.note("one")
    note["Why"] = "My reason"
    note.add_tag("mine")
    learner.collection.update_note(note)
    learner.collection.remove_notes([learner.note("two").id])


def attempts(tmp_path: Path) -> list[Any]:
    """Kill the update at each moment; what each attempt left, and what the next start made."""
    author, kept = Author(tmp_path), tmp_path / "learner" / "kept"
    kept.mkdir(parents=True)
    with opened(kept / "learner.anki2") as collection:
        update(collection, first_release(author))
        learn(Learner(collection))
    addon, backups = second_release(author), tmp_path / "backups"
    backups.mkdir()
    file = tmp_path / "learner" / "learner.anki2"
    done = subprocess.run(
        [sys.executable, killing.__file__, *map(str, (file, addon, backups))],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_update_that_is_killed_anywhere_ends_at_the_next_start_as_if_it_were_not(tmp_path: Path):
    *killed, (status, whole, again) = attempts(tmp_path)
    assert status == 0
    assert whole == {key: value for key, value in again.items() if key != "step"}
    assert len(killed) > 20, "every second call of the engine is a moment"
    old = killed[1][1]["notes"]
    for status, left, after in killed:
        assert status == -9
        assert left["whole"]
        assert left["notes"] in (old, whole["notes"]), "an update of notes is whole or not at all"
        assert (left["studied"], left["reviews"]) == (whole["studied"], whole["reviews"])
        assert after.pop("step") in ("Update “Tiny”", "")
        assert after == whole
