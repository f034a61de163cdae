"""What a deck's page in Anki shows above *Study Now*.

It is short, on one line, and complete without anything from elsewhere. Anki shows a description as
it is, each line break too, and opens the page at its end where it is longer than the window. It
never shows one to learners who study the parent deck. So whatever must be read is a card;
`before_you_begin` and `help_lines` are the texts of two of them.
"""

from __future__ import annotations

import re
from html import escape

from attachdeck.anki.inert import inert
from attachdeck.anki.markup import Shown, plain, render
from attachdeck.anki.note_types import direction, words
from attachdeck.domain.course import Course, Lesson

WIDE = 1.6
"""From which width, in heights, a picture is an illustration, whose edges may be cut off.

A diagram is shown whole, beside the text.
"""
MOST_OBJECTIVES = 3
"""Maximum number of a lesson's objectives in its description."""
WORDS_A_MINUTE = 200
"""Reading speed, in words a minute."""

_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_PICTURE = re.compile(r"<img [^>]*>")
_CODE_BLOCK = re.compile(r"<pre>.*?</pre>", re.DOTALL)
# Anki's own variables, so that night mode follows; apps that drop styles still show everything in
# order. The margin widens the description in a narrow window, where Anki gives it only 70 % of the
# width.
_FRAME = (
    "white-space:normal;margin:0 calc((100% - min(38em,92vw))/2);overflow:hidden;line-height:1.5;"
    "text-align:start;border:1px solid var(--border-subtle,#d9dfda);border-radius:14px;"
    "background:var(--canvas-elevated,transparent);color:var(--fg,inherit)"
)
_HEIGHT = "clamp(96px,22vh,190px)"
_LOWER = "clamp(80px,15vh,150px)"
_ILLUSTRATION = (
    f"display:block;width:100%;height:{_HEIGHT};object-fit:cover;object-position:50% 42%"
)
_DIAGRAM = "float:inline-end;width:36%;margin:18px 22px 8px 18px"
_PARAGRAPH = '<p style="margin:0 0 10px">'


def of_lesson(lesson: Lesson, course: Course, picture: Shown | None, shape: float = 1) -> str:
    """Return the description of a lesson's deck.

    It comes with a picture that one of its notes brings along, or without; `shape` is the picture's
    width in heights.
    """
    word = words(course.language)
    objectives = "".join(
        f"<li>{plain(objective.text)}</li>" for objective in lesson.objectives[:MOST_OBJECTIVES]
    )
    parts = [
        f'<div style="font-weight:600">{_html(lesson.summary)}</div>',
        f"{_PARAGRAPH}<i>{plain(lesson.content_note)}</i></p>" if lesson.content_note else "",
        f'<p style="margin:0">{word["After this lesson you can"]}</p>',
        f'<ul style="margin:2px 0 10px;padding-inline-start:1.3em">{objectives}</ul>',
        _reading(lesson, course),
    ]
    style = _ILLUSTRATION if shape >= WIDE else _DIAGRAM
    shown = (
        f'<img src="{picture.name}" alt="{inert(escape(picture.alt))}" style="{style}">'
        if picture
        else ""
    )
    return _framed("".join(parts), course.language, shown)


def of_course(course: Course, first_lesson: str) -> str:
    """Return the description of the course's deck, with the picture of its first lesson's.

    It says what the course is and what it is not, where to find help, and whose it is.
    """
    picture = _PICTURE.search(first_lesson)
    help = help_lines(course)
    title = words(course.language)["Where to find help"]
    parts = [
        f'<div style="font-weight:600">{_html(_beginning(course.description))}</div>',
        _html(_beginning(course.notice)),
        f'<details style="margin:0 0 10px"><summary>{title}</summary>{_html(help)}</details>'
        if help
        else "",
        f'<p style="margin:0;font-size:smaller">{render(_imprint(course), {})}</p>',
    ]
    # A course's text is longer than a lesson's, and both have to fit the window.
    shown = picture[0].replace(_HEIGHT, _LOWER) if picture else ""
    return _framed("".join(parts), course.language, shown)


def of_text(text: str, language: str) -> str:
    """Return the description of a deck that is one text."""
    return _framed(f"{_PARAGRAPH}{plain(text)}</p>", language)


def before_you_begin(course: Course) -> str:
    """Return the Markdown of the first card; nothing where there is nothing to show.

    That is what the description has no room for, and the notice.
    """
    whole = course.description.strip()
    is_shown = whole == _beginning(whole) and "![" not in whole and "<img" not in whole
    if is_shown and not course.notice:
        return ""
    return "\n\n".join(part for part in (whole, course.notice.strip()) if part)


def help_lines(course: Course) -> str:
    """Return the help lines as Markdown; nothing where a course has none.

    The day on which they were last checked follows.
    """
    help = course.help
    if help is None:
        return ""
    lines = "\n".join(f"- **{line.where}:** {line.contact}" for line in help.lines)
    checked = f"*{words(course.language)['Last checked']}: {help.checked}*"
    return "\n\n".join(part.strip() for part in (help.note, lines, checked) if part)


def about(course: Course) -> str:
    """Return the course's texts about itself as Markdown, for pages outside Anki."""
    help = [f"### {words(course.language)['Help']}", help_lines(course)] if course.help else []
    parts = (course.description, course.notice, *help, _imprint(course))
    return "\n\n".join(part.strip() for part in parts if part)


def _imprint(course: Course) -> str:
    """Return title, version, authors, licence and homepage, as Markdown."""
    word = words(course.language)
    licence = f"[{course.licence}]({course.licence_url})" if course.licence_url else course.licence
    parts = (
        course.title,
        f"{word['Version']} {course.version}",
        ", ".join(course.authors),
        f"{word['Licence']}: {licence}",
        course.homepage,
    )
    return " · ".join(part for part in parts if part)


def _reading(lesson: Lesson, course: Course) -> str:
    """Return where to begin: with the reading cards, or where to read in a course without."""
    word = words(course.language)
    if not lesson.reading:
        return ""
    if not course.study.reading_cards:
        link = f'<a href="{escape(course.homepage)}">{escape(course.homepage)}</a>'
        return f"{_PARAGRAPH}{word['Read the lesson']}: {link}</p>" if course.homepage else ""
    minutes = max(1, round(len(lesson.reading_text.split()) / WORDS_A_MINUTE))
    time = word["About so many minutes"].format(minutes=minutes)
    return f"{_PARAGRAPH}<b>{word['Start with the reading']}</b> ({time})</p>"


def _beginning(text: str) -> str:
    """Return the first paragraph of a text."""
    return _EMPTY_LINE.split(text.strip())[0]


def _html(markdown: str) -> str:
    """Return sanitised HTML.

    A picture in it is its alt text, because no note might bring it along.
    """
    html = render(markdown, {}) if markdown.strip() else ""
    if html and not html.startswith("<"):
        html = f"<p>{html}</p>"
    return html.replace("<p>", _PARAGRAPH)


def _framed(html: str, language: str, picture: str = "") -> str:
    frame = f'lang="{language}" dir="{direction(language)}" style="{_FRAME}"'
    return _on_one_line(
        f'<div {frame}>{picture}<div style="padding:16px 22px 8px">{html}</div></div>'
    )


def _on_one_line(html: str) -> str:
    """Return HTML without line breaks, each of which Anki would show."""
    html = _CODE_BLOCK.sub(lambda block: block[0].replace("\n", "<br>"), html)
    return " ".join(html.split())
