"""Picture or sound too large.

Learners carry the deck on their phones and synchronise it.
Fix: make the file smaller. A picture needs at most one megabyte, and an SVG often much less. A
sound needs at most two, as mono with 64 kbit/s. A video needs at most eight.

Bad:

    --- media/plane.svg
    {large}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.reader.sounds import FILMS
from attachdeck.rules import Context, Finding

_SOUND, _FILM = 2, 8
"""How large a sound and a film may be, in MiB."""


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for name, picture in course.pictures.items():
        if len(picture.content) > 1024 * 1024:
            yield Finding(
                picture.at,
                f"`{name}` is {len(picture.content) / 1024 / 1024:.1f} MiB large",
                "make it smaller; an SVG is often best",
            )
    for name, sound in course.sounds.items():
        mebibytes = len(sound.content) / 1024 / 1024
        if mebibytes > (_FILM if name.endswith(FILMS) else _SOUND):
            yield Finding(
                sound.at,
                f"`{name}` is {mebibytes:.1f} MiB large",
                "cut it, or export it again with a lower bit rate",
            )
