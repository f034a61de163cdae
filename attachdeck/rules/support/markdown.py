"""The Markdown texts of a course, and those few of them that need a close look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attachdeck.domain.course import Course, Lesson
from attachdeck.reader import Node
from attachdeck.rules.support.places import node_of
from attachdeck.schema.texts import (
    Texts,
    texts_in,
    texts_in_card,
    texts_of_lesson,
    texts_under,
)

TABLE = re.compile(r"\|[ \t]*:?-")
"""A part of the line below the head of every table of more than one column."""
DEEP = re.compile(r">\s*+(?:>\s*+){100}")
"""Quotations in quotations, for which the sanitiser takes the square of their number."""
MOST_IN_TEXT = 20
"""Maximum number of unknown pictures, lost rows or lost lines reported for one text."""
_DEFINITION = re.compile(
    r" {0,3}\[(?P<label>[^\[\]]+)\]:[ \t]*(?P<target>[^\s<]\S*|<[^<>]*>)"
    r"[ \t]*(?:\"[^\"]*\"|'[^']*'|\([^()]*\))?[ \t]*"
)
"""A line that gives a link or a picture its address; Markdown does not show it."""
_LABEL = re.compile(r"\[([^\[\]]+)\]")
_IMAGE = re.compile(
    r"!\[(?:(?!!\[)[^\]])*+\]\(\s*<?(?P<markdown>[^\s)>]*)"
    r"|<img\b(?:(?!<img\b)[^>])*?\bsrc\s*=\s*[\"']?(?P<html>[^\s\"'>]*)",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


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
    """Yield the Markdown texts of a lesson that need a close look.

    Those of cards that could not be decoded are among them.
    """
    root = node_of(lesson)
    for part in (root, *root["cards"].items()):
        if _needs_a_look(part.value):
            gaps = gap_texts(part.value) if part.value.get("kind") == "cloze" else []
            for text in markdown_texts(part):
                yield Text(text, any(text.value is gap_text for gap_text in gaps))


def gap_texts(card: Mapping[str, Any]) -> list[str]:
    """Return the texts of a cloze card that have gaps: its own and those of its variants."""
    return [card["text"], *(variant["text"] for variant in card.get("variants", ()))]


def course_texts(course: Course) -> Iterator[Text]:
    """Yield the Markdown texts of course.yaml."""
    return map(Text, _at(node_of(course), texts_in("course")))


def pictures_in(text: str) -> Iterator[str]:
    """Yield the names of the pictures that a text shows; code shows none."""
    for match in _IMAGE.finditer(_CODE.sub("", text) if "`" in text else text):
        yield match["markdown"] or match["html"] or ""


def definitions(text: str) -> list[Definition]:
    """Return the first lines of a text that give labels an address."""
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
    """Yield the lines at the beginning of paragraphs that give addresses: line, label, address."""
    begins = True
    for line in text.split("\n"):
        match = _DEFINITION.fullmatch(line) if begins else None
        if match:
            yield line, match["label"].strip(), match["target"]
        begins = bool(match) or not line.strip()


def _needs_a_look(value: Any) -> bool:
    """Return whether a text of a card, or of a lesson without its cards, needs a close look.

    Only values are looked at, which is fast.
    """
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


def markdown_values(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the Markdown texts of a card or of a lesson without its cards, as `markdown_texts`.

    Finding no places is several times as fast.
    """
    return (text for _, text in texts_under(value, _texts_of(value), "markdown"))


def markdown_texts(node: Node) -> Iterator[Node]:
    """Yield the Markdown texts of a card, or of a lesson without its cards."""
    return _at(node, _texts_of(node.value))


def _texts_of(value: Mapping[str, Any]) -> Texts:
    return texts_in_card(value["kind"]) if "kind" in value else texts_of_lesson()


def _at(node: Node, texts: Texts) -> Iterator[Node]:
    for way, _ in texts_under(node.value, texts, "markdown"):
        text = node
        for key in way:
            text = text[key]
        yield text
