"""Custom card with `position: fixed`.

A fixed element stays on top of the page wherever the learner scrolls.
It can cover other parts of the card, or look like a part of the app.
Source: where Chromium draws such an element on a card in Anki.
Fix: write `position: absolute` inside an element with `position: relative`, or use
`position: sticky`.

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
    "`{what}` stays on top of the page wherever the learner scrolls",
    "write `position: sticky`, or `position: absolute` inside `position: relative`",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
