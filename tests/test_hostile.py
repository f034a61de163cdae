"""Whatever is written into a course, its author reads a diagnostic and never a traceback."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.reporters.text import report
from conftest import COURSE_YAML, LESSON_HEAD, MEDIA_YAML, write_course
from test_anki_import import ALL_KINDS

FILES = {"lessons/01-first.yaml": LESSON_HEAD + ALL_KINDS, "course.yaml": COURSE_YAML, "media/media.yaml": MEDIA_YAML}
PIECES = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        ":",
        "- ",
        '"',
        "'",
        "\n",
        "  ",
        "|",
        ">",
        "*a",
        "&a",
        "!x",
        "#",
        "null",
        "true",
        "12",
        "{{c1::",
        "}}",
        "((1 ",
        "))",
        "\\(",
        "\\)",
        "::",
        ",",
        "<script>",
        "![](plane.svg)",
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), PIECES | st.just("")), min_size=1, max_size=4)


@given(st.sampled_from(sorted(FILES)), EDITS)
@settings(max_examples=150)
def test_a_broken_course_is_reported_and_a_whole_one_is_built(tmp_path_factory, file: str, edits: list[tuple[float, int, str]]):
    text = FILES[file]
    for place, length, piece in edits:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + length :]
    checked = pipeline.check(write_course(tmp_path_factory.mktemp("hostile"), dict(FILES) | {file: text}))
    assert checked.course or checked.diagnostics
    assert all("\x1b" not in block for block in report(checked.diagnostics, checked.texts))
    if checked.course:
        assert pipeline.compiled(checked, 0).deck.notes is not None
