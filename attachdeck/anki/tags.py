"""The tags of a text as browsers read them, also those inside comments and quoted values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

SECTION = re.compile(r"\{\{[#^/][^{}]*\}\}")
"""The beginning or the end of a section of a template."""
OPENING = re.compile(r"<(?P<name>(?:[A-Za-z]|\{\{(?!c[0-9,]+::))[^\s/>]*)")
ATTRIBUTE = re.compile(
    r"[\s/]*(?P<name>[^\s/>][^\s/>=]*)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>(?![\"'])[^\s>]+)))?"
)
UNCLOSED_VALUE = re.compile(r"\s*=\s*[\"']")
END = re.compile(r"[\s/]*>")
MOST_INNER = 5
"""Maximum number of tags inside a tag that are read."""


def attributes(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each attribute: its tag and name in lower case, its value without entities.

    Those of tags inside tags and inside comments are included.
    """
    for start, end in whole_tags(text):
        inner = [match.start() for match in OPENING.finditer(text, start + 1, end)]
        for place in (start, *inner[:MOST_INNER]):
            yield from _attributes(text, place, end)


def tags_with_fields(template: str) -> list[str]:
    """Return the tags of a template inside of which it puts fields."""
    tags = (template[start:end] for start, end in whole_tags(template))
    return [tag for tag in tags if "{{" in tag]


def whole_tags(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each tag begins and ends."""
    position = 0
    while opening := OPENING.search(text, position):
        position = opening.end()
        while not (end := END.match(text, position)) and (
            attribute := ATTRIBUTE.match(text, position)
        ):
            position = attribute.end()
        position = end.end() if end else position
        yield opening.start(), position


def _attributes(text: str, start: int, end: int) -> Iterator[tuple[str, str, str]]:
    opening = OPENING.match(text, start, end)
    position = opening.end() if opening else end
    while opening and (attribute := ATTRIBUTE.match(text, position, end)):
        written = attribute["double"] or attribute["single"] or attribute["bare"] or ""
        yield opening["name"].lower(), attribute["name"].lower(), unescape(written)
        position = attribute.end()
