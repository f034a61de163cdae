"""Custom card with a form.

A form sends what a learner types to the address that it names, and takes them away from the card.
Anki does not need one.
Source: what Chromium sends.
Mend: delete the tags `<form>` and `</form>`; a template asks for a typed answer by
`{{type:Field}}`.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<form action='https://example.org'><input name=answer></form>",
       Back: "A cat."}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "Tick it: <input type=checkbox>. In what form?", Back: "A cat."}}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.anki.kept_html import forms
from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.kept import course_findings, findings

STOPS_RELEASE = True
_MESSAGE = "`{what}` could send what a learner types somewhere"
_HELP = "delete the form; a template asks for a typed answer by `{{type:Field}}`"


def check(course: Course, context: Context) -> Iterator[Finding]:
    yield from findings(course, forms, _MESSAGE, _HELP)


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    yield from course_findings(course, forms, _MESSAGE, _HELP)
