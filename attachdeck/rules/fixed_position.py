"""Custom card with `position: fixed`.

What is fixed lies over the page, wherever a learner scrolls.
It can hide other parts of the card, and pose as a part of the app.
Source: where Chromium draws it.
Mend: write `position: absolute` inside of an element with `position: relative`, or `position:
sticky`.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<div style='position: fixed; inset: 0'>A cat.</div>", Back: "A cat."}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<div style='position: sticky; top: 0'>position: fixed</div>",
       Back: "A cat."}}
"""

from __future__ import annotations

from attachdeck.anki.kept_html import fixed_positions
from attachdeck.rules.support.kept import KeptHtml

STOPS_RELEASE = True
_KEPT_HTML = KeptHtml(
    fixed_positions,
    "`{what}` lies over the whole page, wherever a learner scrolls",
    "write `position: absolute` in an element with `position: relative`, or `position: sticky`",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
