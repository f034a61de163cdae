"""Text in this colour is hard to read

The accent is the colour of tabs, labels and gaps. People with weak sight, and everyone in bright
light, can read it if its contrast is at least 7 to 1 on the card (WCAG 2.2, AAA), and 4.5 to 1 on
the tint of it behind an answer (AA). The colours of the themes hold to this, too.
Mend: choose a darker `accent`, or a lighter `accent_night`, as the message says.

Bad:

    --- course.yaml
    theme: {accent: "#cccccc"}

Good:

    --- course.yaml
    theme: {accent: "#0b5c6b"}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.anki import themes
from attachdeck.anki.colour import contrast
from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    theme = node_of(course).get("theme")
    tokens_of = {"accent": themes.day, "accent_night": themes.night}
    for key, tokens in tokens_of.items():
        if theme is None or key not in theme:
            continue
        colour = theme[key]
        for background, enough in themes.backgrounds(tokens(course.theme), colour.value):
            ratio = contrast(colour.value, background)
            if ratio < enough:
                message = (
                    f"text in this colour is hard to read: its contrast is {ratio:.1f} to 1, and "
                    f"{enough:g} to 1 is the least"
                )
                better = "darker" if key == "accent" else "lighter"
                help = f"choose a {better} colour; {background} is behind it"
                yield Finding(colour.at, message, help)
                break
