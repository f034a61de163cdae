"""Custom card with the address of a file on one computer.

Learners do not have that file: they see an empty frame, and the address can reveal your name or
your folders.
A link with such an address opens a file on the learner's computer, if they let Anki do that.
Source: what Chromium does with such an address on a card in Anki.
Fix: put the file into `media/`, list it under `files` in `media/media.yaml`, and write only its
name.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='file:///C:/Users/me/cat.png'>",
       Back: "<a href='file:///etc/hosts'>A cat.</a>"}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "<img src='cat.png'>", Back: "A cat, as in file:///C:/Users/me/cat.png"}}
"""

from __future__ import annotations

from attachdeck.anki.kept_html import file_addresses
from attachdeck.rules.support.kept import KeptHtml

STOPS_RELEASE = True
_KEPT_HTML = KeptHtml(
    file_addresses,
    "`{what}` is a file on your computer, which learners do not have",
    "put the file into media/, list it under `files` in media/media.yaml, and write only its name",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
