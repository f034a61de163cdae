"""A file of a note type is missing

`note_type.yaml` names a template or style file that is not in its folder.
Fix: put the file into the folder, or correct its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity, did_you_mean_or_list
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for own in course.note_types.values():
        root = node_of(own)
        templates = root["templates"].items()
        files = [entry[side] for entry in templates for side in ("front", "back")]
        for file in (*files, root["css"]):
            if file.value not in own.texts:
                message = f"there is no file `{file.value}` in note_types/{own.id}/"
                help = did_you_mean_or_list(file.value, own.texts)
                yield Finding(file.at, message, help)
