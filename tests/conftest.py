"""The smallest course, and real Anki, for every test."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from attachdeck import pipeline
from attachdeck.compile.deck import Deck
from attachdeck.lock.identity import Lock, write_lock
from attachdeck.lock.sealing import sealed

if TYPE_CHECKING:
    from anki.collection import Collection

# Speed is measured in benchmarks, never by a test; and a learner's collection may serve many examples.
settings.register_profile(
    "attachdeck", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("attachdeck")

# What a test builds is built; `test_objects.py` looks at lessons that come from the cache.
os.environ["ATTACHDECK_CACHE"] = "off"

ROOT = Path(__file__).parent.parent
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
PLANE_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10"><rect width="10" height="10"/></svg>\n'
LESSON_HEAD = """\
id: first
title: First
summary: The first lesson.
objectives:
  - {id: first-goal, text: Tell one from the other.}
cards:
"""
NOW = 1_800_000_000
CARD = "  - {id: define, kind: basic, prompt: What is a secure base?, answer: The figure from which one explores.}\n"


def write_course(
    folder: Path, files: dict[str, str | bytes] | None = None, *, cards: str = CARD
) -> Path:
    """The smallest course with these cards in its one lesson, and with these files instead of its own."""
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


def seal(folder: Path, now: int, language: str = "") -> Lock:
    """Bring the lock of a course that was built to where `attachdeck release` brings it."""
    checked = pipeline.check(folder, language)
    assert checked.course, [(str(each.at), each.message) for each in checked.diagnostics]
    lock = sealed(checked.lock, checked.course.version, now)
    write_lock(lock, checked.lock_path)
    return lock


def compiled(folder: Path) -> Deck:
    """The deck of a course that has no mistakes."""
    checked = pipeline.check(folder)
    assert checked.course, [(str(each.at), each.message) for each in checked.diagnostics]
    return pipeline.compiled(checked, NOW).deck


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Deck]:
    """Compiles the smallest course with the given cards."""

    def compile_cards(cards: str = CARD, **files: str) -> Deck:
        folder = tmp_path / "tiny"
        shutil.rmtree(folder, ignore_errors=True)
        return compiled(write_course(folder, dict(files), cards=cards))

    return compile_cards


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


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """A learner's empty collection in Anki's own engine."""
    need("the package anki", importlib.util.find_spec("anki") is not None)
    from anki.collection import Collection

    opened = Collection(str(tmp_path / "learner.anki2"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def flagship() -> Deck:
    """The course on attachment, compiled."""
    return compiled(COURSE)


@pytest.fixture(scope="session")
def flagship_package(flagship: Deck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course on attachment as a package."""
    path = tmp_path_factory.mktemp("flagship") / "attachment-theory.apkg"
    pipeline.package(flagship, path)
    return path
