"""Text in this colour is hard to read

People with weak sight, and everyone in bright light, need a contrast of at least 4.5 to 1 between a
text and what is behind it (WCAG 2.2, AA).
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

from attachdeck.anki.colour import BACKGROUNDS, ENOUGH, contrast
from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    theme = node_of(course).get("theme")
    for key, backgrounds in BACKGROUNDS.items():
        if theme is None or key not in theme:
            continue
        colour = theme[key]
        least = min(contrast(colour.value, background) for background in backgrounds)
        if least < ENOUGH:
            message = (
                f"text in this colour is hard to read: its contrast is {least:.1f} to 1, and "
                f"{ENOUGH} to 1 is the least"
            )
            better = "darker" if key == "accent" else "lighter"
            help = f"choose a {better} colour; {backgrounds[1]} is behind it"
            yield Finding(colour.at, message, help)
