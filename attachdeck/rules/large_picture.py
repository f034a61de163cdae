"""Picture too large.

Learners carry the deck on their phones, and synchronise it.
Mend: an SVG, or a smaller picture; a megabyte is plenty.

Bad:

    --- media/plane.svg
    {large}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for name, picture in course.pictures.items():
        if len(picture.content) > 1024 * 1024:
            yield Finding(
                picture.at,
                f"`{name}` has {len(picture.content) / 1024 / 1024:.1f} MiB",
                "make it smaller; an SVG is often best",
            )
