"""The Markdown that authors wrote, and which of it needs a close look; few texts do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attachdeck.domain.course import Course, Lesson
from attachdeck.reader import Node
from attachdeck.rules.support.places import node_of
from attachdeck.schema.texts import markdown_keys

TABLE = re.compile(r"\|[ \t]*:?-")
"""What every table of more than one column has in the line below its head."""
DEEP = re.compile(r">\s*+(?:>\s*+){100}")
"""Quotations in quotations; the sanitiser takes the square of their number."""
MOST_IN_TEXT = 20
"""Of how many unknown pictures, lost rows or lost lines in one text an author is told at once."""
_DEFINITION = re.compile(
    r" {0,3}\[(?P<label>[^\[\]]+)\]:[ \t]*(?P<target>[^\s<]\S*|<[^<>]*>)"
    r"[ \t]*(?:\"[^\"]*\"|'[^']*'|\([^()]*\))?[ \t]*"
)
"""A line that gives a link or a picture its address; Markdown shows nothing of it."""
_LABEL = re.compile(r"\[([^\[\]]+)\]")
_IMAGE = re.compile(
    r"!\[(?:(?!!\[)[^\]])*+\]\(\s*<?(?P<markdown>[^\s)>]*)"
    r"|<img\b(?:(?!<img\b)[^>])*?\bsrc\s*=\s*[\"']?(?P<html>[^\s\"'>]*)",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_COURSE_KEYS = ("description", "notice", "help", "option_sets")
"""Keys of course.yaml under which Markdown stands."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a document; whether its gaps are those of a card."""

    node: Node
    has_gaps: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A line that gives a label an address, and whether the text uses the label."""

    line: str
    label: str
    target: str
    is_used: bool


def doubtful_texts(lesson: Lesson) -> Iterator[Text]:
    """Yield the Markdown texts of those parts of a lesson that need a close look, also of cards
    that could not be decoded."""
    root = node_of(lesson)
    for part in (root, *root["cards"].items()):
        if _needs_a_look(part.value):
            gaps = part.value["text"] if part.value.get("kind") == "cloze" else None
            for text in markdown_texts(part):
                yield Text(text, gaps is not None and text.value is gaps)


def course_texts(course: Course) -> Iterator[Text]:
    """Yield all texts of course.yaml."""
    return map(Text, all_texts(node_of(course)))


def shown_course_texts(course: Course) -> Iterator[Text]:
    """Yield the texts of course.yaml that are Markdown."""
    root = node_of(course)
    for key in _COURSE_KEYS:
        yield from map(Text, all_texts(root[key])) if key in root else ()


def pictures_in(text: str) -> Iterator[str]:
    """Yield the pictures that a text shows, by the names that it gives them; what stands in code is
    only text."""
    for match in _IMAGE.finditer(_CODE.sub("", text) if "`" in text else text):
        yield match["markdown"] or match["html"] or ""


def definitions(text: str) -> list[Definition]:
    """Return the first lines of a text that give addresses."""
    if "]:" not in text or "```" in text:
        return []
    lines = list(_defining_lines(text))
    if not lines:
        return []
    uses = Counter(label.strip().casefold() for label in _LABEL.findall(text))
    uses.subtract(label.casefold() for _, label, _ in lines)
    return [
        Definition(line, label, target, uses[label.casefold()] > 0)
        for line, label, target in lines[:MOST_IN_TEXT]
    ]


def _defining_lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the lines that give addresses, each with its label and its address; they stand at the
    beginning of a paragraph."""
    begins = True
    for line in text.split("\n"):
        match = _DEFINITION.fullmatch(line) if begins else None
        if match:
            yield line, match["label"].strip(), match["target"]
        begins = bool(match) or not line.strip()


def _needs_a_look(value: Any) -> bool:
    """Whether a card's or a lesson's texts may hold what needs a close look, its cards excepted;
    looking at values alone is fast."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, str):
            if (
                "![" in part
                or "<" in part
                or "]:" in part
                or ("|" in part and TABLE.search(part))
                or (">" in part and DEEP.search(part))
            ):
                return True
        elif isinstance(part, (dict, list)) and key != "cards" and _needs_a_look(part):
            return True
    return False


def markdown_values(value: Mapping[str, Any]) -> Iterable[str]:
    """Yield the same texts as `markdown_texts` without their places, which is several times as
    fast."""
    text_keys, groups = markdown_keys()
    for key, part in value.items():
        if isinstance(part, str):
            if key in text_keys:
                yield part
        elif key in groups:
            for entry in part if isinstance(part, list) else (part,):
                yield from (entry,) if isinstance(entry, str) else markdown_values(entry)


def markdown_texts(node: Node) -> Iterable[Node]:
    """Yield the Markdown texts of a card or a lesson, its cards excepted."""
    text_keys, groups = markdown_keys()
    for key, value in node.value.items():
        if key in text_keys and isinstance(value, str):
            yield node[key]
        elif key in groups and not isinstance(value, str):
            parts = node[key].items() if isinstance(value, list) else (node[key],)
            for part in parts:
                yield from (part,) if isinstance(part.value, str) else markdown_texts(part)


def all_texts(node: Node) -> Iterator[Node]:
    """Yield all that is text in a part of a document, Markdown or not."""
    if isinstance(node.value, str):
        yield node
    elif isinstance(node.value, (dict, list)):
        for key in node.value if isinstance(node.value, dict) else range(len(node.value)):
            yield from all_texts(node[key])
