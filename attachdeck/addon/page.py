"""The course's page as HTML, and that of a lesson's reading. Pure: values in, texts out.

What a button does is its `data-do`, which `page.js` hands to the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .gate import Progress, is_learned

if TYPE_CHECKING:
    from .lessons import Settings, Standing, State

_HERE = Path(__file__).parent
_SHAPES = {
    "learned": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "locked": '<path d="M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3"/>',
    "note": '<path d="M12 4l9 16H3zM12 10v4.5M12 17.2v.1"/>',
}


@dataclass(frozen=True)
class Today:
    """The cards that Anki shows today."""

    new: int
    due: int


@dataclass(frozen=True)
class Page:
    """A course as its page shows it: what it is, and how the learner stands in it.

    `today` is None where the lessons have no deck in common.
    """

    course: Mapping[str, Any]
    contents: Mapping[str, Any]
    state: State
    settings: Settings
    today: Today | None = None

    @property
    def words(self) -> Mapping[str, str]:
        """Return the words of the course's language."""
        words: Mapping[str, str] = self.course["words"]
        return words


def head(page: Page) -> str:
    """Return the head: the style, in the colours of the course."""
    style = page.contents["style"]
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    return f"<style>:root {{{style['day']}}}\n:root.night-mode {{{style['night']}}}\n{css}</style>"


def body(page: Page) -> str:
    """Return the body, in which `page.js` shows one page after the other."""
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    language, way = escape(page.course["language"]), page.course["direction"]
    return f'<main id="course" lang="{language}" dir="{way}"></main><script>{script}</script>'


def course_page(page: Page) -> str:
    """Return the page with all lessons."""
    words = page.words
    lessons = "".join(_lesson(page, standing) for standing in page.state.standings)
    parts = (
        f'<h1 id="top" tabindex="-1">{escape(page.course["title"])}</h1>',
        _whole(page),
        _today(page),
        _practice(page),
        _changed(page),
        f'<h2>{words["Lessons"]}</h2>\n<ol class="lessons">{lessons}</ol>',
        _button("open-all", words["Open all lessons"]) if page.state.locked else "",
        _help(page),
        _settings(page),
    )
    return "\n".join(part for part in parts if part)


def reading_page(page: Page, standing: Standing) -> str:
    """Return the page with the reading of a lesson; a content note comes before its text."""
    words, lesson = page.words, standing.lesson
    text = lesson["reading"]
    if lesson["note"]:
        text = (
            f'<p class="note">{_icon("note")} <span>{lesson["note"]}</span></p><details>'
            f"<summary>{words['Read the lesson']}</summary>{text}</details>"
        )
    place = words["Lesson of"].format(number=lesson["number"], count=len(page.contents["lessons"]))
    back = _button(f"course:{lesson['id']}", words["Back to the course"])
    study = _button(f"study:{lesson['id']}", words["Study this lesson"], first=True)
    study = "" if lesson["id"] in page.state.locked or not standing.deck else study
    return (
        f'<p class="buttons">{back}</p><p class="over">{place}</p>'
        f'<h1 id="top" tabindex="-1">{escape(lesson["title"])}</h1>{lesson["summary"]}'
        f'<div class="reading">{text}</div><p class="buttons">{study}{back}</p>'
    )


def _whole(page: Page) -> str:
    every = [standing.progress for standing in page.state.standings]
    whole = Progress(sum(one.cards for one in every), sum(one.learned for one in every))
    if not any(standing.deck for standing in page.state.standings):
        return f"<p>{page.words['Not in the collection']}</p>"
    return f'<div class="whole">{_track(whole)}<p>{_learned(page, whole)}</p></div>'


def _today(page: Page) -> str:
    if page.today is None:
        return ""
    text = page.words["Due today"].format(new=page.today.new, due=page.today.due)
    study = _button("study", page.words["Study now"], first=True)
    return f'<section class="box"><p>{text}</p>{study}</section>'


def _practice(page: Page) -> str:
    count = sum(len(standing.practice) for standing in page.state.standings)
    if not count:
        return ""
    text = page.words["Practice due"].format(count=count)
    button = _button("practice", page.words["Do the practice"])
    return f'<section class="box is-practice"><p>{text}</p>{button}</section>'


def _changed(page: Page) -> str:
    lessons = [standing for standing in page.state.standings if standing.changed]
    if not lessons:
        return ""
    title = page.words["Changed since"].format(version=escape(page.course["version"]))
    items = "".join(
        f"<li>{escape(standing.lesson['title'])}: {_count(page, len(standing.changed))}</li>"
        for standing in lessons
    )
    count = _count(page, sum(len(standing.changed) for standing in lessons))
    button = _button("changed", page.words["Show in the browser"])
    return (
        f'<section class="box changed"><h2>{title}</h2>'
        f"<details><summary>{count}</summary><ul>{items}</ul></details>{button}</section>"
    )


def _lesson(page: Page, standing: Standing) -> str:
    lesson, words = standing.lesson, page.words
    id, title = escape(lesson["id"]), escape(lesson["title"])
    is_locked = lesson["id"] in page.state.locked
    is_now = standing is _current(page)
    name = "locked" if is_locked else "now" if is_now else "open"
    opened = " open" if is_now else ""
    goals = "".join(
        f"<li>{_track(progress)}<div>{objective['text']}"
        f"<span>{_learned(page, progress)}</span></div></li>"
        for objective, progress in zip(lesson["objectives"], standing.objectives)
    )
    return (
        f'<li class="{name}" id="lesson-{id}" tabindex="-1">'
        f'<h3 id="title-{id}"><span class="number">{lesson["number"]}</span> {title}</h3>'
        f"{_standing(page, standing, is_locked)}"
        f'<div class="summary">{lesson["summary"]}</div>'
        f"<details{opened}><summary>{words['After this lesson you can']}</summary>"
        f'<ul class="goals">{goals}</ul></details>'
        f'<p class="buttons">{_buttons(page, standing, is_locked, is_now)}</p></li>'
    )


def _current(page: Page) -> Standing | None:
    """Return the first lesson that is open and not learned."""
    return next(
        (
            standing
            for standing in page.state.standings
            if standing.deck
            and standing.lesson["id"] not in page.state.locked
            and not is_learned(standing.progress, page.settings.share)
        ),
        None,
    )


def _standing(page: Page, standing: Standing, is_locked: bool) -> str:
    words = page.words
    if is_locked:
        names = ", ".join(_required(page, standing))
        text = words["Opens after"].format(lessons=names) if names else ""
        return f'<p class="state">{_icon("locked")} <span>{words["Locked"]}. {text}</span></p>'
    if not standing.progress.cards:
        return ""
    learned = is_learned(standing.progress, page.settings.share)
    icon = f"{_icon('learned')} {words['Learned']}. " if learned else ""
    count = _learned(page, standing.progress)
    return f'<p class="state">{icon}<span>{count}</span></p>{_track(standing.progress)}'


def _required(page: Page, standing: Standing) -> Iterable[str]:
    """Return the titles of the lessons for which a lesson waits."""
    every = page.state.standings
    place = every.index(standing)
    before = [every[place - 1].lesson["id"]] if place else []
    required = standing.lesson["requires"] or before
    return (
        f"{other.lesson['number']} {escape(other.lesson['title'])}"
        for other in every
        if other.lesson["id"] in required and not is_learned(other.progress, page.settings.share)
    )


def _buttons(page: Page, standing: Standing, is_locked: bool, is_now: bool) -> str:
    id, words = standing.lesson["id"], page.words
    of = f' aria-describedby="title-{escape(id)}"'
    buttons = []
    if is_locked:
        buttons.append(_button(f"open:{id}", words["Open this lesson"], more=of))
    elif standing.deck:
        buttons.append(_button(f"study:{id}", words["Study this lesson"], more=of, first=is_now))
    if standing.lesson["reading"]:
        buttons.append(_button(f"read:{id}", words["Read the lesson"], more=of))
    return "".join(buttons)


def _help(page: Page) -> str:
    if not page.contents["help"]:
        return ""
    title = page.words["Where to find help"]
    return (
        f"<section><details><summary>{title}</summary>{page.contents['help']}</details></section>"
    )


def _settings(page: Page) -> str:
    words, wanted = page.words, page.settings
    checked = " checked" if wanted.is_on else ""
    return f"""<section><h2>{words["Settings"]}</h2>
<form id="settings">
<p><label><input type="checkbox" name="on"{checked}> {words["One by one"]}</label></p>
<p><label>{words["Cards to learn"]}
<input type="number" name="share" min="1" max="100" required value="{wanted.share}"></label></p>
<p><label>{words["Days to learn"]}
<input type="number" name="days" min="1" max="365" required value="{wanted.days}"></label></p>
<p class="fine">{words["One by one means"]}</p>
<p><button class="button">{words["Save settings"]}</button></p>
</form></section>"""


def _learned(page: Page, progress: Progress) -> str:
    words = page.words
    return words["Learned of"].format(learned=progress.learned, count=progress.cards)


def _count(page: Page, count: int) -> str:
    return page.words["One card" if count == 1 else "Number of cards"].format(count=count)


def _track(progress: Progress) -> str:
    """Return a bar, for eyes alone: the text beside it says the same."""
    share = 100 * progress.learned // progress.cards if progress.cards else 0
    return f'<div class="track" aria-hidden="true"><div style="inline-size:{share}%"></div></div>'


def _button(command: str, text: str, *, more: str = "", first: bool = False) -> str:
    name = "button first" if first else "button"
    return f'<button type="button" class="{name}" data-do="{escape(command)}"{more}>{text}</button>'


def _icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{_SHAPES[name]}</svg>'
