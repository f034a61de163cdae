"""What the scripts of a site know of its course: what a reader can find, and what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attachdeck.domain.course import Course, Lesson
from attachdeck.outputs.faces import reading_html
from attachdeck.outputs.site.prompts import Prompt
from attachdeck.outputs.site.reading import plain

_SHOWN = (
    "Forget?",
    "Found",
    "No file of progress",
    "Not found",
    "Not kept",
    "Remembered",
    "Your pick",
)
"""The words that scripts show."""

Html = Callable[[str], str]
"""Renders Markdown."""
Page = Callable[[Lesson], str]
"""Returns the address of a lesson's page."""


def course_data(
    course: Course,
    word: Mapping[str, str],
    prompts: Mapping[str, Sequence[Prompt]],
    html: Html,
    page: Page,
) -> dict[str, Any]:
    """Return what scripts search, count and show; `prompts` are those of each lesson, by its id."""
    return {
        "id": course.id,
        "words": {name: word[name] for name in _SHOWN},
        "lessons": [_lesson(lesson, html, page) for lesson in course.lessons],
        "cards": [
            card
            for lesson in course.lessons
            for card in _cards(lesson, prompts.get(lesson.id, ()), page)
        ],
    }


def _lesson(lesson: Lesson, html: Html, page: Page) -> dict[str, str]:
    texts = [
        plain(html(lesson.summary)),
        *(objective.text for objective in lesson.objectives),
        plain(reading_html(lesson, html)),
    ]
    return {
        "id": lesson.id,
        "page": page(lesson),
        "title": f"{lesson.number} {lesson.title}",
        "text": " ".join(texts),
    }


def _cards(lesson: Lesson, prompts: Sequence[Prompt], page: Page) -> Iterator[dict[str, Any]]:
    for prompt in prompts:
        face = prompt.face
        yield {
            "key": prompt.key,
            "lesson": lesson.id,
            "page": f"{page(lesson)}#{prompt.anchor}",
            "title": plain(face.front),
            "text": " ".join(plain(text) for text in (face.back, *face.beside)),
            "counts": prompt.counts,
        }
