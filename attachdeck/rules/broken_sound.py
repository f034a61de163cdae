"""A sound's file is damaged

The content of the file does not match the ending of its name. Learners would not hear anything.
Fix: export the sound again and replace the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.reader.sounds import spoilt_sound
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import media_files

SEVERITY = Severity.ERROR
_HELP = "export it again and replace the file"


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for file in media_files(context.documents, "sounds"):
        content = context.media.get(file.value)
        if content is not None and (wrong := spoilt_sound(content, file.value)):
            yield Finding(file.at, f"{wrong}, so learners would not hear it", _HELP)
