"""The tests of a course on paper: a sheet of scenes for each, and its key on a page of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from html import escape

from attachdeck.domain.course import CourseTest, UnseenScene

Html = Callable[[str], str]
"""Renders Markdown."""


def sections(tests: tuple[CourseTest, ...], word: Mapping[str, str], html: Html) -> str:
    """Return the sheets of all tests, and after them the keys."""
    return "".join(
        [_sheet(test, word, html) for test in tests] + [_key(test, word, html) for test in tests]
    )


def _title(test: CourseTest, word: Mapping[str, str]) -> str:
    return escape(test.title or word[f"{test.id} test"])


def _sheet(test: CourseTest, word: Mapping[str, str], html: Html) -> str:
    scenes = "".join(_scene(scene, html) for scene in test.scenes)
    score = _score(word, len(test.scenes))
    return (
        f"<section><h2>{_title(test, word)}</h2>{html(test.intro)}"
        f'<p class="line"><span>{word["Name and day"]}:</span><span>{score}</span></p>'
        f'{_scores(test, word, html)}<ol class="sheet">{scenes}</ol></section>\n'
    )


def _score(word: Mapping[str, str], count: int) -> str:
    return word["Score"].format(right="____", all=count)


def _scores(test: CourseTest, word: Mapping[str, str], html: Html) -> str:
    """Return a line for each question that a test asks, where it asks more than one."""
    questions = Counter(scene.question for scene in test.scenes)
    if len(questions) == 1:
        return ""
    lines = "".join(
        f"<li>{html(question)}<span>{_score(word, count)}</span></li>"
        for question, count in questions.items()
    )
    return f'<ul class="scores">{lines}</ul>'


def _scene(scene: UnseenScene, html: Html) -> str:
    options = "".join(f"<li>{html(option.text)}</li>" for option in scene.options)
    return (
        f'<li>{html(scene.scenario)}<div class="question">{html(scene.question)}</div>'
        f'<ul class="options">{options}</ul></li>'
    )


def _key(test: CourseTest, word: Mapping[str, str], html: Html) -> str:
    answers = "".join(
        f'<li><div class="question">{html(option.text)}</div>{html(scene.why)}</li>'
        for scene in test.scenes
        for option in scene.options
        if option.right
    )
    return f"<section><h2>{word['Key']}: {_title(test, word)}</h2><ol>{answers}</ol></section>\n"
