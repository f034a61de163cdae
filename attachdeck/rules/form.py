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

from attachdeck.anki.kept_html import forms
from attachdeck.rules.support.kept import KeptHtml

STOPS_RELEASE = True
_KEPT_HTML = KeptHtml(
    forms,
    "`{what}` could send what a learner types somewhere",
    "delete the form; a template asks for a typed answer by `{{type:Field}}`",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
