"""Custom card with LaTeX that Anki would run.

`[latex]`, `[$]` and `[$$]` run a program on the learner's computer.
Anki runs it only if the learner has allowed it, and phones cannot.
Otherwise the card shows a message instead of the formula.
Source: what Anki's engine shows of it.
Fix: write the formula between `\\(` and `\\)`, or between `\\[` and `\\]`. Anki draws these
everywhere.

Bad:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: "What is [$]x^2[/$]?", Back: "[latex]A square.[/latex]"}}

Good:

    - {id: a, kind: custom, note_type: own,
       fields: {Front: 'What is \\(x^2\\), for [$] 5?', Back: "A square, in latex."}}
"""

from __future__ import annotations

from attachdeck.anki.kept_html import latex
from attachdeck.rules.support.kept import KeptHtml

STOPS_RELEASE = True
_KEPT_HTML = KeptHtml(
    latex,
    "`{what}` is LaTeX, which Anki runs only if a learner has allowed it",
    "write the formula between `\\(` and `\\)`, which Anki draws everywhere",
)
check = _KEPT_HTML.check
check_course = _KEPT_HTML.check_course
