"""A section of the flagship's readings is a card that a learner reads on a phone without long
scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import pipeline
from attachdeck.compile.deck import Deck, Note
from attachdeck.preview.rendering import sides
from support.browser import TOO_WIDE
from support.courses import COURSE, NOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow  # Starts Chromium.

WIDTH, SCREEN = 360, 640
"""A small phone, in CSS pixels."""


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": WIDTH, "height": SCREEN})
    yield context.new_page()
    context.close()


def height(phone: Page, folder: Path, deck: Deck, note: Note, side: str) -> float:
    """Return how high a side of a reading card is on the phone; its pictures are in `folder`."""
    note_type = deck.note_types[note.note_type].note_type
    document = folder / "card.html"
    document.write_text(
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<style>{note_type.css}</style><body class="card card1 mobile android">'
        f'<div id="qa">{getattr(sides(note_type, note, 0), side)}</div></body>',
        encoding="utf-8",
    )
    phone.goto(document.as_uri())
    assert phone.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    assert phone.evaluate(TOO_WIDE) == [], note.card
    return phone.evaluate("document.documentElement.scrollHeight")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_section_fits_two_screens_of_a_phone(phone: Page, tmp_path: Path, language: str):
    checked = pipeline.check(COURSE, "" if language == "en" else language)
    assert checked.course
    deck = pipeline.compiled(checked, NOW).deck
    for name, content in deck.media.items():
        (tmp_path / name).write_bytes(content)
    readings = [note for note in deck.notes if note.kind == "reading"]
    lessons = checked.course.lessons
    sections = sum(len(lesson.reading) + bool(lesson.mixed) for lesson in lessons)
    assert len(readings) == sections > 60

    heights = {
        f"{note.card} {side}": height(phone, tmp_path, deck, note, side)
        for note in readings
        for side in ("front", "back")
    }

    assert {name: high for name, high in heights.items() if high > 2 * SCREEN} == {}
