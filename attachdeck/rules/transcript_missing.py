"""Sound without a transcript.

Whoever does not hear it, on paper or in a train, must be able to read what is said.
Source: WCAG 2.2, success criterion 1.2.1.
Mend: write it under `transcript` in `media/media.yaml`; for a sound without words, what is heard.

Bad:

    --- media/media.yaml
    sounds:
      - {file: hola.wav, origin: Spoken for this course., licence: CC0}

Good:

    --- media/media.yaml
    sounds:
      - {file: hola.wav, transcript: Hola., origin: Spoken for this course., licence: CC0}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for name, sound in course.sounds.items():
        if not sound.transcript:
            yield Finding(
                sound.at,
                f"`{name}` has no transcript",
                "write what is said or heard in it under `transcript`",
            )
