"""What a course says beside its cards: its tests, and what builds on what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attachdeck.domain.course import Course, UnseenScene


def tests_of(course: Course) -> Mapping[str, str]:
    """Return the texts of a course's tests by what they are."""
    return {name: text for name, text in _tests(course) if text}


def structure_of(course: Course) -> Mapping[str, str]:
    """Return what lessons and objectives require and mix, and their levels, by what it is."""
    return {name: text for name, text in _structure(course) if text}


def _tests(course: Course) -> Iterator[tuple[str, str]]:
    for test in course.tests:
        yield f"{test.id}, title", test.title
        yield f"{test.id}, intro", test.intro
        for scene in test.scenes:
            yield f"{test.id}, {scene.id}", _scene(scene)


def _scene(scene: UnseenScene) -> str:
    options = (f"• {option.text}{' ✓' if option.right else ''}" for option in scene.options)
    return " ".join(" ".join([scene.scenario, scene.question, *options, scene.why]).split())


def _structure(course: Course) -> Iterator[tuple[str, str]]:
    for lesson in course.lessons:
        yield f"lesson {lesson.id}, requires", " ".join(lesson.requires)
        yield f"lesson {lesson.id}, mixed", " ".join(lesson.mixed.all_tags if lesson.mixed else ())
        for objective in lesson.objectives:
            yield f"objective {objective.id}, level", objective.level
            yield f"objective {objective.id}, requires", " ".join(objective.requires)
