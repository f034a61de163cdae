"""Anki's own player plays the sounds of a course in a real desktop, and only when it should."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import run_anki
from attachdeck import pipeline
from support.browser import film
from support.commands import need
from support.courses import (
    COURSE_YAML,
    MEDIA_YAML,
    SOUNDS_YAML,
    compiled,
    with_sounds,
    write_course,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow  # Starts a desktop.

CARD = (
    "  - {id: word, kind: basic, prompt: What do you hear?, answer: Hola.,"
    " audio: {front: hola.wav, back: adios.mp3}}\n"
)


def played(
    folder: Path,
    *,
    study: str = "",
    presets: bool,
    cards: str = CARD,
    files: dict[str, str | bytes] | None = None,
) -> dict[str, Any]:
    """Study a card with two sounds in a fresh profile."""
    lacking = run_anki.missing()
    need(lacking, not lacking)
    need("mpv, Anki's player", bool(shutil.which("mpv")))
    written = with_sounds() | {"course.yaml": COURSE_YAML + study} | (files or {})
    course = write_course(folder / "course", written, cards=cards)
    pipeline.package(compiled(course), folder / "deck.apkg")
    job = {
        "package": str(folder / "deck.apkg"),
        "presets": presets,
        "autoplay": "autoplay" in study or not presets,
    }
    snippet = [str(Path(__file__).parent / "sounds.py"), json.dumps(job)]
    anki = subprocess.run(
        [sys.executable, run_anki.__file__, *snippet],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert anki.returncode == 0, anki.stdout[-3000:] + anki.stderr
    return json.loads(anki.stdout.splitlines()[-1])


def test_a_learner_presses_play_and_anki_plays(tmp_path: Path):
    """With the course's own deck options nothing is played by itself."""
    sides = played(tmp_path, presets=True)
    for side, ending, words in (("front", ".wav", "Hola"), ("back", ".mp3", "Adiós")):
        assert sides[side]["by itself"] == []
        [name] = set(sides[side]["clicked"])
        assert name.endswith(ending)
        assert sides[side]["buttons"] == 1
        assert words in sides[side]["transcripts"][0]
        assert sides[side]["open"] == 0, "the transcript waits until a learner unfolds it"


def test_a_learner_presses_play_and_ankis_player_shows_a_film(tmp_path: Path, chromium: Browser):
    listed = MEDIA_YAML + SOUNDS_YAML.replace("adios.mp3", "film.webm")
    sides = played(
        tmp_path,
        presets=True,
        cards=CARD.replace("adios.mp3", "film.webm"),
        files={"media/film.webm": film(chromium), "media/media.yaml": listed},
    )
    assert sides["back"]["by itself"] == []
    [name] = set(sides["back"]["clicked"])
    assert name.endswith(".webm")


@pytest.mark.parametrize(
    ("study", "presets"), [("study: {autoplay: true}\n", True), ("", False)], ids=["course", "own"]
)
def test_anki_plays_by_itself_where_its_deck_options_say_so(
    tmp_path: Path, study: str, presets: bool
):
    """Because the course says so; or because the learner's own options do, as Anki's default."""
    sides = played(tmp_path, study=study, presets=presets)
    assert {name.rpartition(".")[2] for name in sides["front"]["by itself"]} == {"wav"}
    assert {name.rpartition(".")[2] for name in sides["back"]["by itself"]} == {"mp3"}
