"""A name is listed twice

For example, two sources have the same key, two entries of `media/media.yaml` the same file, or two
fields of a note type the same name.
Fix: delete one of the two entries, or give it a different name.

Bad:

    --- sources.yaml
    sources:
      - {key: bowlby1969, authors: "Bowlby, J.", year: 1969, title: Attachment}
      - {key: bowlby1969, authors: "Bowlby, J.", year: 1973, title: Separation}

Good:

    --- sources.yaml
    sources:
      - {key: bowlby1969, authors: "Bowlby, J.", year: 1969, title: Attachment}
      - {key: bowlby1973, authors: "Bowlby, J.", year: 1973, title: Separation}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attachdeck.domain.course import Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.reader import Node
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR
_LISTS = (
    ("sources.yaml", "sources", "key"),
    ("media/media.yaml", "pictures", "file"),
    ("media/media.yaml", "sounds", "file"),
    ("media/media.yaml", "files", "file"),
)
"""Lists of named entries: the file, the key of the list, and the key of the name."""


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for file, key, name in _LISTS:
        listed = context.documents[file].get(key) if file in context.documents else None
        yield from _repeated(listed.items(), name) if listed else ()
    scenes = [node_of(scene) for test in course.tests for scene in test.scenes]
    yield from _repeated(scenes, "id")
    for own in course.note_types.values():
        for key in ("fields", "templates"):
            yield from _repeated(node_of(own)[key].items(), "name")


def _repeated(entries: Iterable[Node], name: str) -> Iterator[Finding]:
    first: dict[str, Node] = {}
    for entry in entries:
        known = first.setdefault(entry.value[name], entry)
        if known is not entry:
            message = f"`{entry.value[name]}` is listed twice"
            rename = "" if name == "file" else f", or give it a different {name}"
            help = f"delete one of the two entries{rename}"
            also = (("first listed here", known[name].at),)
            yield Finding(entry[name].at, message, help, also=also)
