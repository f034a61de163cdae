"""Sound that some phones do not play.

Anki on an iPhone or iPad does not play Ogg, Opus, FLAC or WebM, so learners hear nothing.
Source: Anki's manual for AnkiMobile.
Fix: export a sound as MP3 or M4A, and a video as MP4.

Bad:

    --- media/media.yaml
    sounds:
      - {file: hola.ogg, transcript: Hola., origin: Spoken for this course., licence: CC0}

Good:

    --- media/media.yaml
    sounds:
      - {file: hola.wav, transcript: Hola., origin: Spoken for this course., licence: CC0}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.reader.sounds import SELDOM_PLAYED
from attachdeck.rules import Context, Finding


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for name, sound in course.sounds.items():
        if name.endswith(SELDOM_PLAYED):
            yield Finding(
                sound.at,
                f"Anki on an iPhone or iPad does not play `{name}`",
                "export a sound as MP3 or M4A, and a video as MP4",
            )
