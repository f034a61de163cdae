"""Sound without a transcript.

Learners who cannot hear it, on paper or on a train, must be able to read it.
Source: WCAG 2.2, success criterion 1.2.1.
Fix: write the words under `transcript` in `media/media.yaml`. If a sound has no words, describe it.

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
                "write under `transcript` what can be heard",
            )
