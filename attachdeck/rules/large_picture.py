"""Picture or sound too large.

Learners carry the deck on their phones, and synchronise it.
Mend: an SVG, or a smaller picture; a megabyte is plenty. A sound may have two, a film eight: cut
it, or export it again, a sound in mono with 64 kbit/s.

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
                f"`{name}` has {len(picture.content) / 1024 / 1024:.1f} MiB",
                "make it smaller; an SVG is often best",
            )
    for name, sound in course.sounds.items():
        mebibytes = len(sound.content) / 1024 / 1024
        if mebibytes > (_FILM if name.endswith(FILMS) else _SOUND):
            yield Finding(
                sound.at,
                f"`{name}` has {mebibytes:.1f} MiB",
                "cut it, or export it again with fewer bits a second",
            )
