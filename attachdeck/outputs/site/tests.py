"""The pages of a course's tests: scenes to answer, and their key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from attachdeck.anki.note_types import icon
from attachdeck.domain.course import CourseTest, UnseenScene
from attachdeck.outputs.site.reading import plain
from attachdeck.outputs.site.website import Website

SCRIPT = "test.js"
"""What runs on a test's page alone."""

Html = Callable[[str], str]
"""Renders Markdown."""


def address(test: CourseTest) -> str:
    """Return the name of a test's page."""
    return f"test-{test.id}.html"


def title(test: CourseTest, word: Mapping[str, str]) -> str:
    """Return the title of a test, in the course's language where its author wrote none."""
    return test.title or word[f"{test.id} test"]


def page(site: Website, test: CourseTest) -> str:
    """Return the page of a test."""
    name = title(test, site.words)
    tab = f'<p class="tab">{icon("scene")} {site.words["Scene"]}</p>'
    slots = {
        "title": escape(name),
        "intro": site.html(test.intro),
        "scenes": "".join(_scene(scene, tab, site.html) for scene in test.scenes),
        "key": "".join(_key(scene, site.html) for scene in test.scenes),
    }
    about = plain(slots["intro"]) or name
    main = site.fill("test.html", slots)
    return site.page(f"{name}: {site.course.title}", about, main, scripts=[SCRIPT])


def listed(tests: tuple[CourseTest, ...], word: Mapping[str, str]) -> str:
    """Return the links to the tests, for the contents of a course."""
    if not tests:
        return ""
    links = "".join(
        f'<li><a href="{address(test)}"><span>{_count(test, word)}</span> '
        f"{escape(title(test, word))}</a></li>\n"
        for test in tests
    )
    return (
        f'<section class="wide block" aria-labelledby="tests"><h2 id="tests">{word["Tests"]}</h2>\n'
        f'<ul class="onward">\n{links}</ul></section>'
    )


def _count(test: CourseTest, word: Mapping[str, str]) -> str:
    count = len(test.scenes)
    return word["One scene" if count == 1 else "Number of scenes"].format(count=count)


def _scene(scene: UnseenScene, tab: str, html: Html) -> str:
    right = next((place for place, option in enumerate(scene.options) if option.right), -1)
    options = "".join(
        f'<li><label class="option"><input type="radio" name="{scene.id}" value="{place}" '
        f'autocomplete="off"> <span>{_inline(html(option.text))}</span></label></li>'
        for place, option in enumerate(scene.options)
    )
    reason = f'<div class="reason" hidden>{html(scene.why)}</div>' if scene.why else ""
    return (
        f'<li class="prompt is-choice" id="{scene.id}">{tab}<div class="sheet">'
        f'<div class="scene" id="{scene.id}-scene">{html(scene.scenario)}</div>'
        f'<fieldset data-right="{right}" aria-describedby="{scene.id}-scene">'
        f"<legend>{_inline(html(scene.question))}</legend>"
        f'<ol class="options">{options}</ol>{reason}</fieldset></div></li>\n'
    )


def _key(scene: UnseenScene, html: Html) -> str:
    right = next((option.text for option in scene.options if option.right), "")
    return f"<li><strong>{_inline(html(right))}</strong>{html(scene.why)}</li>\n"


def _inline(html: str) -> str:
    """Return one paragraph without its tags, to stand in a line."""
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if html == f"<p>{inner}</p>" else html
