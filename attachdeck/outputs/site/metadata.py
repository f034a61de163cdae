"""What search engines, and links to a course, show of it."""

from __future__ import annotations

import json
from collections.abc import Callable

from attachdeck.anki.markup import render
from attachdeck.domain.course import Course, Lesson
from attachdeck.outputs.faces import beginning
from attachdeck.outputs.site.reading import plain


def summary(course: Course) -> str:
    """Return the first paragraph of the description, as plain text."""
    return plain(render(beginning(course)[0], {}))


def metadata(course: Course, address: Callable[[Lesson], str]) -> str:
    """Return the course in the words of schema.org, as a script of data that no text can end."""
    about = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": course.title,
        "description": summary(course),
        "inLanguage": course.language,
        "version": course.version,
        "license": course.licence_url or course.licence,
        "author": [{"name": author} for author in course.authors],
        "url": course.homepage,
        "hasPart": [_part(lesson, address(lesson)) for lesson in course.lessons],
    }
    text = json.dumps(
        {name: value for name, value in about.items() if value}, ensure_ascii=False
    ).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _part(lesson: Lesson, address: str) -> dict[str, object]:
    return {
        "@type": "LearningResource",
        "name": lesson.title,
        "description": plain(render(lesson.summary, {})),
        "position": lesson.number,
        "teaches": [objective.text for objective in lesson.objectives],
        "url": address,
    }
