"""Custom card that loads something from the internet.

The owner of that server can see when and where someone studies. Without a connection, a part of the
card is missing.
The rule reports pictures, sounds, videos, fonts, style sheets and `@import`. A link that the
learner clicks is not reported.
Source: what Chromium requests when it shows the card.
Fix: put the file into `media/` and list it under `files` in `media/media.yaml`, or delete the
address.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='https://example.org/cat.png'>",
       Back: "<p style='background: url(//example.org/a.png)'>A cat.</p>"}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='cat.png'>",
       Back: "A cat: <a href='https://example.org'>more</a>, or https://example.org/cat.png"}}
"""

from __future__ import annotations

from attachdeck.anki.kept_html import remote_content
from attachdeck.rules.support.kept import KeptHtml

STOPS_RELEASE = True
_KEPT_HTML = KeptHtml(
    remote_content,
    "`{what}` is loaded from the internet when a learner sees the card",
    "put the file into media/, list it under `files` in media/media.yaml, and write its name here",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
