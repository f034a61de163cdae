"""What the scripts of a site know of its course: what counts, and what a reader can find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attachdeck.domain.course import Lesson
from attachdeck.outputs.faces import reading_html
from attachdeck.outputs.site.reading import plain
from attachdeck.outputs.site.website import Website, address

_SHOWN = (
    "Forget?",
    "Found",
    "No file of progress",
    "Not found",
    "Not kept",
    "So many remembered",
    "Your pick",
)
"""The words that scripts show."""


def course_data(site: Website) -> dict[str, Any]:
    """Return what every page counts and shows."""
    return {
        "id": site.course.id,
        "words": {name: site.words[name] for name in _SHOWN},
        "lessons": [{"id": lesson.id, "page": address(lesson)} for lesson in site.course.lessons],
        "cards": [
            {"key": prompt.key, "lesson": lesson.id, "counts": prompt.counts}
            for lesson in site.course.lessons
            for prompt in site.prompts.get(lesson.id, ())
        ],
    }


def texts(site: Website) -> list[dict[str, str]]:
    """Return what a search goes through: lessons, and then cards."""
    lessons = site.course.lessons
    return [_lesson(site, lesson) for lesson in lessons] + [
        card for lesson in lessons for card in _cards(site, lesson)
    ]


def _lesson(site: Website, lesson: Lesson) -> dict[str, str]:
    texts = [
        plain(site.html(lesson.summary)),
        *(objective.text for objective in lesson.objectives),
        plain(reading_html(lesson, site.html)),
    ]
    return {
        "page": address(lesson),
        "title": f"{lesson.number} {lesson.title}",
        "text": " ".join(texts),
    }


def _cards(site: Website, lesson: Lesson) -> Iterator[dict[str, str]]:
    for prompt in site.prompts.get(lesson.id, ()):
        face = prompt.face
        yield {
            "page": f"{address(lesson)}#{prompt.anchor}",
            "title": plain(face.front),
            "text": " ".join(plain(text) for text in (face.back, *face.beside)),
        }
