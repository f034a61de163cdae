"""A picture's file is damaged

The content of the file does not match the ending of its name, or its SVG ends too early.
Learners would see an empty frame.
Fix: export the picture again and replace the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.reader.pictures import spoilt
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import media_files

SEVERITY = Severity.ERROR
_HELP = "export it again and replace the file"


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for file in media_files(context.documents, "pictures"):
        content = context.media.get(file.value)
        if content is not None and (wrong := spoilt(content, file.value)):
            yield Finding(file.at, f"{wrong}, so learners would not see it", _HELP)
