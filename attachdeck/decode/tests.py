"""The tests of a course: scenes that are no cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attachdeck.decode.texts import Reports
from attachdeck.domain.course import CourseTest, Option, OptionSet, UnseenScene
from attachdeck.reader import Node

TESTS = ("baseline", "final")


def course_tests(
    reports: Reports, root: Node, option_sets: Mapping[str, OptionSet]
) -> Iterator[CourseTest]:
    """Yield the tests of a course in order; report names that refer to nothing."""
    written = root.get("tests")
    for name in TESTS:
        test = written.get(name) if written else None
        if test is None:
            continue
        scenes = [_scene(reports, entry, option_sets) for entry in test["scenes"].items()]
        yield CourseTest(
            id=name,
            title=test.value.get("title", ""),
            intro=test.value.get("intro", ""),
            scenes=tuple(scene for scene in scenes if scene),
        )


def _scene(
    reports: Reports, entry: Node, option_sets: Mapping[str, OptionSet]
) -> UnseenScene | None:
    chosen = reports.known(
        "unknown-option-set", entry["options"], option_sets, "the option sets of course.yaml"
    )
    if chosen is None:
        return None
    reports.known(
        "unknown-option", entry["answer"], chosen.options, f"the option set `{chosen.id}`"
    )
    value = entry.value
    return UnseenScene(
        id=value["id"],
        scenario=value["scenario"],
        question=value.get("question", chosen.question),
        options=tuple(
            Option(text, name == value["answer"]) for name, text in chosen.options.items()
        ),
        why=value.get("why", ""),
        place=entry,
    )
