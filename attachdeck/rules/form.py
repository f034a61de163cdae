"""Custom card with a form.

A form sends what a learner types to another address and leaves the card.
Anki does not need one.
Source: what Chromium sends when a learner submits the form.
Fix: delete the tags `<form>` and `</form>`. For a typed answer, use `{{type:Field}}` in a template.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<form action='https://example.org'><input name=answer></form>",
       Back: "A cat."}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "Tick it: <input type=checkbox>. In what form?", Back: "A cat."}}
"""

from __future__ import annotations

from attachdeck.anki.kept_html import forms
from attachdeck.rules.support.kept import KeptHtml

STOPS_RELEASE = True
_KEPT_HTML = KeptHtml(
    forms,
    "`{what}` could send what a learner types to another address",
    "delete the form; for a typed answer, use `{{type:Field}}` in a template",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
