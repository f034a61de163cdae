"""Picture or sound too large.

Learners carry the deck on their phones and synchronise it.
Fix: make the file smaller. A picture can have 1 MiB, and an SVG often needs much less. A sound can
have 2 MiB (export it as mono with 64 kbit/s), and a video 8 MiB.

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
"""Maximum size of a sound and of a video, in MiB."""


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for name, picture in course.pictures.items():
        if len(picture.content) > 1024 * 1024:
            yield Finding(
                picture.at,
                f"`{name}` has {len(picture.content) / 1024 / 1024:.1f} MiB, more than 1 MiB",
                "save it with fewer pixels, or an SVG with fewer details",
            )
    for name, sound in course.sounds.items():
        mebibytes = len(sound.content) / 1024 / 1024
        most = _FILM if name.endswith(FILMS) else _SOUND
        if mebibytes > most:
            yield Finding(
                sound.at,
                f"`{name}` has {mebibytes:.1f} MiB, more than {most} MiB",
                "cut it, or export it again with a lower bit rate",
            )
