"""Give tests real Anki, Chromium, the flagship, and people who work with courses."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from attachdeck import pipeline
from attachdeck.compile.deck import Deck
from support.browser import CHROMIUM
from support.commands import need
from support.courses import CARD, COURSE, Author, compiled, write_course
from support.engine import Learner

if TYPE_CHECKING:
    from anki.collection import Collection
    from playwright.sync_api import Browser

# Speed is measured in benchmarks, never by a test; a learner's collection may serve many examples.
settings.register_profile(
    "attachdeck", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("attachdeck")

# What a test builds is built; `test_objects.py` looks at lessons that come from the cache.
os.environ["ATTACHDECK_CACHE"] = "off"


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Deck]:
    """Compiles the smallest course with the given cards."""

    def compile_cards(cards: str = CARD, **files: str) -> Deck:
        folder = tmp_path / "tiny"
        shutil.rmtree(folder, ignore_errors=True)
        return compiled(write_course(folder, dict(files), cards=cards))

    return compile_cards


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """A learner's empty collection in Anki's own engine."""
    need("the package anki", importlib.util.find_spec("anki") is not None)
    from anki.collection import Collection

    opened = Collection(str(tmp_path / "learner.anki2"))
    yield opened
    opened.close()


@pytest.fixture
def author(tmp_path: Path) -> Author:
    """Somebody who changes a course and releases it."""
    return Author(tmp_path)


@pytest.fixture
def learner(collection: Collection) -> Learner:
    """Somebody who imports each release."""
    return Learner(collection)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, without a window."""
    need("the package playwright", importlib.util.find_spec("playwright") is not None)
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


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
