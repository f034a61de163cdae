"""Sound that some phones do not play.

Anki on an iPhone or iPad plays neither Ogg, Opus and FLAC nor WebM; its learners hear nothing.
Source: Anki's manual for AnkiMobile.
Mend: export it as MP3 or M4A, a film as MP4.

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
                "export it as MP3 or M4A, a film as MP4",
            )
