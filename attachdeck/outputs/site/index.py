"""The first page of a website: what the course is, its lessons, help, and the deck to download."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from itertools import groupby

from attachdeck.anki.note_types import icon
from attachdeck.domain.course import Help, HelpLine, Lesson
from attachdeck.outputs.faces import beginning, reading_html
from attachdeck.outputs.site import tests
from attachdeck.outputs.site.lessons import builds_on, size
from attachdeck.outputs.site.reading import lifted
from attachdeck.outputs.site.website import Website, address

_PICTURE = re.compile(r'<img (?:class="day" )?src=[^>]*>(?:<img class="night" [^>]*>)?')


def main(site: Website) -> str:
    """Return the main part of the page."""
    course = site.course
    about, rest = beginning(course)
    picture = _opening(site)
    slots = {
        "title": escape(course.title),
        "about": site.html(about),
        "hero": "hero" if picture else "hero plain",
        "opening": f'<div class="sheet">{picture}</div>' if picture else "",
        "begin": _begin(site),
        "lessons": "".join(_listed(site, lesson) for lesson in course.lessons),
        "tests": tests.listed(course.tests, site.words),
        "notice": _notice(site),
        "deck about": lifted(site.html(rest), 3),
        "package": escape(site.package),
        "know": icon("know"),
        "reading": icon("reading"),
        "help": help_box(site),
    }
    return site.fill("index.html", slots)


def _opening(site: Website) -> str:
    """Return the first picture of the first lesson, or nothing."""
    lessons = site.course.lessons[:1]
    html = "".join(
        site.html(lesson.summary) + reading_html(lesson, site.html)
        for lesson in lessons
        if not lesson.content_note
    )
    picture = _PICTURE.search(html)
    return picture[0] if picture else ""


def _begin(site: Website) -> str:
    """Return the link to the first lesson; a script makes it that of the next."""
    if not site.course.lessons:
        return ""
    lesson = site.course.lessons[0]
    text = site.words["Begin lesson"].format(number=lesson.number)
    on = site.words["Continue with lesson"]
    return f'<a class="button first" id="onward" href="{address(lesson)}" data-on="{on}">{text}</a>'


def _notice(site: Website) -> str:
    if not site.course.notice:
        return ""
    return site.fill(
        "notice.html",
        {"icon": icon("note"), "notice": lifted(site.html(site.course.notice), 3)},
    )


def _listed(site: Website, lesson: Lesson) -> str:
    slots = {
        "id": escape(lesson.id),
        "number": str(lesson.number),
        "page": address(lesson),
        "title": escape(lesson.title),
        "summary": lifted(site.html(lesson.summary), 4),
        "map": builds_on(site, lesson),
        "size": size(site, lesson),
    }
    return site.fill("listed.html", slots)


def help_box(site: Website) -> str:
    """Return the help lines in groups, with what to know before one calls."""
    help = site.course.help
    if help is None:
        return ""
    slots = {
        "icon": icon("know"),
        "note": lifted(site.html(help.note), 3),
        "lines": _lines(help),
        "checked": escape(help.checked),
    }
    return site.fill("help.html", slots)


def _lines(help: Help) -> str:
    """Return the lines, grouped where every place begins with a topic and a comma."""
    topics = [line.where.partition(", ")[0] for line in help.lines]
    is_grouped = all(", " in line.where for line in help.lines) and len(set(topics)) < len(topics)
    if not is_grouped:
        return _list((line.where, line) for line in help.lines)
    groups = groupby(help.lines, lambda line: line.where.partition(", ")[0])
    parts = (
        f"<h3>{escape(topic)}</h3>{_list((line.where.partition(', ')[2], line) for line in lines)}"
        for topic, lines in groups
    )
    return "".join(f"<div>{part}</div>" for part in parts)


def _list(lines: Iterable[tuple[str, HelpLine]]) -> str:
    entries = "".join(
        f"<div><dt>{escape(place[:1].upper() + place[1:])}</dt>"
        f"<dd>{escape(line.contact)}</dd></div>"
        for place, line in lines
    )
    return f'<dl class="lines">{entries}</dl>'
