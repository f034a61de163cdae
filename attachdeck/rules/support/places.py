"""The parts of documents that rules look at, and their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attachdeck.domain.course import Placed
from attachdeck.domain.location import Location
from attachdeck.reader import Node
from attachdeck.reader.document import lines_in


def node_of(placed: Placed) -> Node:
    """Return the part of a document from which a part of the course was decoded."""
    if not isinstance(placed.place, Node):
        raise TypeError(f"{placed.place} is not a part of a document")
    return placed.place


def media_files(documents: Mapping[str, Node], *lists: str) -> Iterator[Node]:
    """Yield the names of files in these lists of media.yaml, each as its part of the document."""
    media = documents.get("media/media.yaml")
    for listed in (media[key] for key in lists if media and key in media):
        for entry in listed.items():
            yield from (entry[key] for key in ("file", "night") if key in entry)


def within(texts: Mapping[str, str], node: Node, snippet: str) -> Location:
    """Return the place of a piece of a text, or of the text where the piece is not in it.

    `texts` are those of the files by their names.
    """
    line, column, end_line, _ = node.mark.span
    for number, text in enumerate(lines_in(texts[node.file])[line - 1 : end_line], line):
        start = text.find(snippet, column - 1 if number == line else 0) if snippet else -1
        if start >= 0:
            return Location(node.file, number, start + 1, number, start + 1 + len(snippet))
    return node.at
