"""Text in this colour is hard to read

The accent is the colour of labels, links and gaps. People with low vision, and everyone in bright
light, need enough contrast to read it. On the card it needs at least 7:1 (WCAG 2.2, AAA), and
on the tint of an answer 4.5:1 (AA). The colours of the themes have that contrast.
Fix: choose a darker `accent`, or a lighter `accent_night`, as the message suggests.

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
                    f"contrast {ratio:.1f}:1 is below the required {enough:g}:1, so text in this "
                    "colour is hard to read"
                )
                better = "darker" if key == "accent" else "lighter"
                help = f"choose a {better} colour; the background is {background}"
                yield Finding(colour.at, message, help)
                break
