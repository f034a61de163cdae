"""The page of a lesson: its reading, with the lesson's cards as prompts in it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import groupby

from attachdeck.anki.note_types import icon
from attachdeck.compile.descriptions import WORDS_A_MINUTE
from attachdeck.compile.mixing import mixed_cards
from attachdeck.domain.course import Lesson, Objective
from attachdeck.outputs.faces import reading_html
from attachdeck.outputs.site.reading import (
    contents,
    lifted,
    own_words,
    section_of,
    sections,
    with_anchors,
)
from attachdeck.outputs.site.website import Website, address

Link = Callable[[Website, str, Lesson], str]
"""Makes a link of the site to a lesson, with the word for where it is."""


def main(site: Website, number: int) -> str:
    """Return the main part of a lesson's page; `number` is its place among the lessons, from 0."""
    lesson = site.course.lessons[number]
    read = with_anchors(_reading(site, lesson))
    body = site.fill(
        "body.html",
        {
            "contents": _contents(site, read),
            "objectives": "".join(_objective(site, goal) for goal in lesson.objectives),
            "reading": read,
        },
    )
    note = ""
    if lesson.content_note:
        note = (
            f'<p class="content-note">{icon("note")} <span>{escape(lesson.content_note)}</span></p>'
        )
        summary = f'<summary class="button">{site.words["Read the lesson"]}</summary>'
        body = f'<details class="fold">{summary}{body}</details>'
    place = site.words["Lesson of"].format(number=lesson.number, count=len(site.course.lessons))
    slots = {
        "id": escape(lesson.id),
        "place": place,
        "title": escape(lesson.title),
        "summary": lifted(site.html(lesson.summary)),
        "size": size(site, lesson),
        "map": builds_on(site, lesson),
        "note": note,
        "body": body,
        "turn": _neighbours(site, number, _turn),
        "onward": _neighbours(site, number, _onward),
        "help": _help(site),
    }
    return site.fill("lesson.html", slots)


def size(site: Website, lesson: Lesson) -> str:
    """Return how many cards a lesson has and how long its reading takes."""
    count = sum(prompt.counts for prompt in site.prompts.get(lesson.id, ()))
    minutes = max(1, round(len(lesson.reading_text.split()) / WORDS_A_MINUTE))
    word = site.words["One card" if count == 1 else "Number of cards"]
    parts = [word.format(count=count)] if count else []
    parts += [site.words["About so many minutes"].format(minutes=minutes)] if lesson.reading else []
    return f'<p class="meter"><span class="count">{", ".join(parts)}</span></p>'


def builds_on(site: Website, lesson: Lesson) -> str:
    """Return the links to the lessons that a lesson requires, and to those that require it."""
    requires = set(lesson.requires)
    lessons = site.course.lessons
    ways = (
        ("Builds on", [other for other in lessons if other.id in requires]),
        ("Leads to", [other for other in lessons if lesson.id in other.requires]),
    )
    links = "".join(
        f"<span><strong>{site.words[word]}</strong> {' '.join(map(_chip, others))}</span>"
        for word, others in ways
        if others
    )
    return f'<p class="map">{links}</p>' if links else ""


def _chip(lesson: Lesson) -> str:
    title = escape(lesson.title)
    return (
        f'<a class="chip" href="{address(lesson)}" title="{title}">{lesson.number}'
        f'<span class="unseen"> {title}</span></a>'
    )


def _contents(site: Website, html: str) -> str:
    entries = "".join(
        f'<li><a href="#{anchor}">{title}</a></li>' for anchor, title in contents(html)
    )
    return f"<h2>{site.words['In this lesson']}</h2><ul>{entries}</ul>" if entries else ""


def _objective(site: Website, objective: Objective) -> str:
    level = site.words[objective.level] if objective.level else ""
    badge = f' <span class="level">{level}</span>' if level else ""
    return f"<li>{escape(objective.text)}{badge}</li>"


def _reading(site: Website, lesson: Lesson) -> str:
    """Return the reading, with the prompts after the section that each belongs to."""
    parts = sections(lifted(reading_html(lesson, site.html)))
    own = own_words(parts)
    below = [""] * len(parts)
    by_card = groupby(site.prompts.get(lesson.id, ()), lambda prompt: prompt.face.card.id)
    for of_card in (list(group) for _, group in by_card):
        texts = (prompt.face.front + prompt.face.back for prompt in of_card)
        below[section_of(" ".join(texts), own)] += "".join(prompt.html for prompt in of_card)
    read = "".join(f"{part}\n{here}" for part, here in zip(parts, below, strict=True))
    return read + _mixed(site, lesson)


def _mixed(site: Website, lesson: Lesson) -> str:
    """Return the prompts of a mixed review: one of each card that the lesson draws."""
    drawn = mixed_cards(site.course, lesson)
    if not drawn:
        return ""
    known = {
        prompt.face.card.id: prompt.html
        for prompts in site.prompts.values()
        for prompt in prompts
        if not prompt.is_sibling
    }
    prompts = "".join(known.get(card.id, "") for card in drawn)
    return f"<h2>{site.words['Mixed review']}</h2>\n{prompts}"


def _neighbours(site: Website, number: int, link: Link) -> str:
    """Return the links to the lessons before and after."""
    lessons = site.course.lessons
    return "".join(
        link(site, word, lessons[other])
        for word, other in (("Previous", number - 1), ("Next", number + 1))
        if 0 <= other < len(lessons)
    )


def _turn(site: Website, word: str, lesson: Lesson) -> str:
    relation = "prev" if word == "Previous" else "next"
    return (
        f'<a href="{address(lesson)}" rel="{relation}"><span class="unseen">{site.words[word]}: '
        f"</span>{lesson.number} {escape(lesson.title)}</a>"
    )


def _onward(site: Website, word: str, lesson: Lesson) -> str:
    relation = "prev" if word == "Previous" else "next"
    return (
        f'<a href="{address(lesson)}" rel="{relation}"><span>{site.words[f"{word} lesson"]}</span>'
        f" {escape(lesson.title)}</a>"
    )


def _help(site: Website) -> str:
    """Return the beginning of the course's help, with a link to all of it."""
    if site.course.help is None:
        return ""
    beginning = site.course.help.note.strip().partition("\n\n")[0]
    return site.fill("help-link.html", {"icon": icon("know"), "note": site.html(beginning)})
