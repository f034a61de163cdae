"""Custom card with the address of a file on one computer.

Learners do not have that file: they see an empty frame, and the address may show your name or your
folders.
A link with such an address opens a file of the learner's own, if they let Anki do so.
Source: what Chromium does with such an address on a page of Anki's.
Mend: put the file into `media/`, list it under `files` in `media/media.yaml`, and write its name
alone.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='file:///C:/Users/me/cat.png'>",
       Back: "<a href='file:///etc/hosts'>A cat.</a>"}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='cat.png'>", Back: "A cat, as in file:///C:/Users/me/cat.png"}}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.anki.kept_html import file_addresses
from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.kept import course_findings, findings

STOPS_RELEASE = True
_MESSAGE = "`{what}` is a file on one computer, which learners do not have"
_HELP = (
    "put the file into media/, list it under `files` in media/media.yaml, and write its name alone"
)


def check(course: Course, context: Context) -> Iterator[Finding]:
    yield from findings(course, file_addresses, _MESSAGE, _HELP)


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    yield from course_findings(course, file_addresses, _MESSAGE, _HELP)
