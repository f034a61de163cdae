"""A file is not in `media/`

`media/media.yaml` lists the file, but it does not exist.
Fix: put the file into `media/`, correct its name, or delete the entry.

Bad:

    --- media/media.yaml
    pictures:
      - {file: tree.svg, alt: A tree, origin: Drawn for this course., licence: CC0}

Good:

    --- media/media.yaml
    pictures:
      - {file: plane.svg, alt: A plane, origin: Drawn for this course., licence: CC0}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity, did_you_mean
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import media_files

SEVERITY = Severity.ERROR


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for file in media_files(context.documents, "pictures", "sounds", "files"):
        if file.value not in context.media:
            near = did_you_mean(file.value, context.media)
            help = near or "put the file there, or delete this entry"
            yield Finding(file.at, f"there is no file `{file.value}` in media/", help)
