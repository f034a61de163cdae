"""Write the smallest course, with cards of every kind, and release it as its author does."""

from __future__ import annotations

import io
import math
import re
import struct
import wave
from pathlib import Path

import polib
from click.testing import CliRunner, Result

from attachdeck import pipeline
from attachdeck.cli import main
from attachdeck.compile.deck import Deck
from attachdeck.lock.file import write_lock
from attachdeck.lock.records import Lock
from attachdeck.lock.sealing import sealed

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "course"
COURSE_YAML = """\
id: tiny
title: Tiny
version: 1.0.0
language: en
licence: {name: CC0}
deck: Tiny
description: A course for tests.
option_sets:
  pattern:
    question: Which pattern?
    options: {secure: Secure, anxious: Anxious, unclear: Not enough information}
"""
SOURCES_YAML = """\
sources:
  - {key: bowlby1969, authors: "Bowlby, J.", year: 1969, title: Attachment}
"""
MEDIA_YAML = """\
pictures:
  - {file: plane.svg, alt: A plane, origin: Drawn for tests., licence: CC0}
"""
PLANE_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10">'
    '<rect width="10" height="10"/></svg>\n'
)
LESSON_HEAD = """\
id: first
title: First
summary: The first lesson.
objectives:
  - {id: first-goal, text: Tell one from the other.}
cards:
"""
NOW = 1_800_000_000
CARD = (
    "  - {id: define, kind: basic, prompt: What is a secure base?,"
    " answer: The figure from which one explores.}\n"
)
ALL_KINDS = (
    CARD
    + """\
  - {id: both-ways, kind: reversed, prompt: Safe haven?, answer: Where one returns to.,\
 reverse: {prompt: Where one returns to?}, hint: Comfort}
  - {id: gaps, kind: cloze, text: "((1 Bowlby | who?)) and ((2 Ainsworth ((4 later))))",\
 why: "Not a gap: {{c9::x}}"}
  - {id: type-it, kind: typed, prompt: Turning away?, answer: avoidance, accept: [avoiding]}
  - id: choose
    kind: choice
    question: Which one?
    options:
      - {text: This, right: true, why: Because.}
      - {text: That, why: No.}
  - {id: scene, kind: vignette, scenario: She waits., options: pattern,\
 answer: unclear, cue: Nothing else is said., near_miss: {option: anxious, why: No alarm.}}
  - {id: steps, kind: sequence, prompt: The steps, steps: [One, Two, Three], whole: true}
  - id: picture
    kind: occlusion
    prompt: What is hidden?
    picture: plane.svg
    regions:
      - {name: Left, left: 0, top: 0, width: 40, height: 100}
      - {name: Right, shape: ellipse, left: 60, top: 0, width: 40, height: 100}
  - {id: do-it, kind: practice, prompt: Notice one thing., content_note: Take your time.}
"""
)
VARIANTS = """\
  - id: base
    kind: basic
    prompt: What is a secure base?
    answer: Where one sets out from.
    why: The first reason.
    hint: The first hint.
    variants:
      - {prompt: From where does one set out?, answer: From a **secure base**., why: Another.}
      - {prompt: "What does this show: ![](plane.svg) and \\\\(x^2\\\\)?", hint: Another hint.}
  - id: gaps
    kind: cloze
    text: "((1 Bowlby | who?)) and ((2 Ainsworth)) began."
    variants:
      - {text: "At the beginning were ((2 Mary)) and ((1 John | who?))."}
  - id: type-it
    kind: typed
    prompt: Turning away?
    answer: avoidance
    variants: [{prompt: Keeping need out of sight?}]
  - id: choose
    kind: choice
    question: Which one?
    options: [{text: This, right: true, why: Because.}, {text: That, why: No.}]
    variants:
      - question: And here?
        options: [{text: Here, right: true}, {text: There, why: No.}, {text: Nowhere, why: No.}]
  - id: scene
    kind: vignette
    scenario: She waits.
    options: pattern
    answer: unclear
    cue: Nothing else is said.
    near_miss: {option: anxious, why: No alarm.}
    variants:
      - {scenario: He calls again and again., answer: anxious, cue: Again and again.,\
 near_miss: {option: secure, why: No calm.}}
      - {scenario: They ask and are glad., answer: secure, cue: They ask.,\
 near_miss: {option: anxious, why: No alarm.}}
  - id: write-it
    kind: produce
    scenario: No word since morning.
    prompt: Write one plan.
    answer: I wait until noon.
    standard: It names a moment.
    variants:
      - scenario: She comes an hour late.
        prompt: Write what you ask.
        answer: I ask what happened.
      - {prompt: Write one kind sentence., standard: It is kind.}
"""
"""A card with variants of each kind that may have them."""
WORDINGS = {
    "base": [
        ("What is a secure base?", "Where one sets out from."),
        ("From where does one set out?", "From a secure base."),
        ("What does this show: ", "Where one sets out from."),
    ],
    "gaps": [("began.", "Bowlby and Ainsworth"), ("At the beginning were", "Mary and John")],
    "type-it": [("Turning away?", ""), ("Keeping need out of sight?", "")],
    "choose": [("Which one?", "This"), ("And here?", "Here")],
    "scene": [
        ("She waits.", "Not enough information"),
        ("He calls again and again.", "Anxious"),
        ("They ask and are glad.", "Secure"),
    ],
    "write-it": [
        ("Write one plan.", "I wait until noon."),
        ("Write what you ask.", "I ask what happened."),
        ("Write one kind sentence.", "I wait until noon."),
    ],
}
"""What each wording of `VARIANTS` asks and answers, by card."""
PRODUCE = """\
  - id: plan
    kind: produce
    scenario: No answer since morning.
    prompt: Write one plan for this moment.
    answer: If I want to write again, then I put the phone away.
    standard: It names a moment and one small thing to do.
"""
NOTE_TYPE = """\
name: Basic
id: 1600000000001
fields: [{name: Front}, {name: Back}]
templates: [{name: Card 1, front: front-1.html, back: back-1.html}]
css: style.css
"""
OWN: dict[str, str | bytes] = {
    "note_types/basic/note_type.yaml": NOTE_TYPE,
    "note_types/basic/front-1.html": "{{Front}}",
    "note_types/basic/back-1.html": "{{FrontSide}}<hr id=answer>{{text:Back}}",
    "note_types/basic/style.css": ".card { color: black; }\n",
}
CUSTOM = (
    '  - {id: own, kind: custom, note_type: basic, fields: {Front: "<b>One</b>", Back: Two},'
    ' tags: [a_b, "x:y"]}\n'
)
ONE = "  - {id: one, kind: basic, prompt: First?, answer: A}\n"
TWO = "  - {id: two, kind: basic, prompt: Second?, answer: B}\n"
CLOZE = "  - {id: two, kind: cloze, text: ((1 B)) and ((2 C)) follow.}\n"


def example_files(example: str) -> tuple[dict[str, str | bytes], str]:
    """Return the files that an example has after lines `--- NAME`, and the cards of a lesson."""
    if not example.startswith("--- "):
        return {}, example
    files: dict[str, str | bytes] = {}
    for part in ("\n" + example).split("\n--- ")[1:]:
        name, _, text = part.rstrip("\n").partition("\n")
        files[name] = (COURSE_YAML if name == "course.yaml" else "") + text + "\n"
    return files, "- {id: a, kind: basic, prompt: Who?, answer: Bowlby.}\n"


SOUNDS_YAML = """\
sounds:
  - {file: hola.wav, transcript: "Hola, ¿qué tal?", origin: Made for tests., licence: CC0}
  - {file: adios.mp3, transcript: Adiós., origin: Made for tests., licence: CC0}
"""


def tone(hertz: int = 440, seconds: float = 0.2) -> bytes:
    """A WAV with a tone."""
    rate = 8000
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for place in range(int(rate * seconds)):
            height = int(8000 * math.sin(2 * math.pi * hertz * place / rate))
            file.writeframes(struct.pack("<h", height))
    return content.getvalue()


def silent_mp3(frames: int = 20) -> bytes:
    """An MP3 of silence: frames of MPEG 1, layer III, 128 kbit/s, 44.1 kHz."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def with_sounds() -> dict[str, str | bytes]:
    """The files of a course that has two sounds."""
    return {
        "media/media.yaml": MEDIA_YAML + SOUNDS_YAML,
        "media/hola.wav": tone(),
        "media/adios.mp3": silent_mp3(),
    }


def write_course(
    folder: Path, files: dict[str, str | bytes] | None = None, *, cards: str = CARD
) -> Path:
    """Write the smallest course, with these cards in its lesson and these files for its own."""
    base: dict[str, str | bytes] = {
        "course.yaml": COURSE_YAML,
        "sources.yaml": SOURCES_YAML,
        "media/media.yaml": MEDIA_YAML,
        "media/plane.svg": PLANE_SVG,
        "lessons/01-first.yaml": LESSON_HEAD + cards,
    }
    for name, content in (base | (files or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def compiled(folder: Path) -> Deck:
    """Compile the deck of a course that has no mistakes."""
    checked = pipeline.check(folder)
    assert checked.course, [(str(problem.at), problem.message) for problem in checked.diagnostics]
    return pipeline.compiled(checked, NOW).deck


def seal(folder: Path, now: int, language: str = "") -> Lock:
    """Bring the lock of a course that was built to where `attachdeck release` brings it."""
    checked = pipeline.check(folder, language)
    assert checked.course, [(str(problem.at), problem.message) for problem in checked.diagnostics]
    lock = sealed(checked.lock, checked.course.version, now)
    write_lock(lock, checked.lock_path)
    return lock


class Author:
    """Somebody who changes a course and builds it, release by release."""

    def __init__(self, folder: Path) -> None:
        self.course = folder / "course"
        self.deck = folder / "deck.apkg"
        self.now = 1_700_000_000  # Long before anything that a learner does in a test.

    def build(self, cards: str = ONE + TWO, *options: str, **files: str) -> Result:
        self.now += 1000
        write_course(self.course, dict(files), cards=cards)
        return CliRunner(env={"SOURCE_DATE_EPOCH": str(self.now)}).invoke(
            main, ["build", str(self.course), "-o", str(self.deck), *options]
        )

    def built(self, cards: str = ONE + TWO, *options: str, **files: str) -> Lock:
        """Build without a release; the lock."""
        result = self.build(cards, *options, **files)
        assert result.exit_code == 0, result.output
        return self.lock()

    def release(self, cards: str = ONE + TWO, *options: str, **files: str) -> Lock:
        """Build and make a release of it, as `attachdeck release` does to the lock; the lock."""
        self.built(cards, *options, **files)
        return seal(self.course, self.now)

    def lock(self) -> Lock:
        return pipeline.check(self.course).lock

    def refused(self, cards: str, **files: str) -> str:
        """What a refused build says; neither lock nor deck may have changed."""
        before = (self.course / "course.lock").read_bytes(), self.deck.read_bytes()
        result = self.build(cards, **files)
        assert result.exit_code == 1
        assert ((self.course / "course.lock").read_bytes(), self.deck.read_bytes()) == before
        return result.stderr


def translate(folder: Path, catalogue: str, **texts: str) -> None:
    """Translate texts of a Spanish catalogue; `define_prompt` names the text `define:prompt`."""
    path = folder / "translations" / "es" / f"{catalogue}.po"
    entries = polib.pofile(str(path))
    for entry in entries:
        name = re.sub("[:. -]", "_", entry.msgctxt)
        entry.msgstr = texts.get(name, entry.msgstr)
    entries.save(str(path))
