"""Where in its document something stands that a rule looks at."""

from __future__ import annotations

from attachdeck.domain.course import Placed
from attachdeck.reader import Node


def node_of(placed: Placed) -> Node:
    """Return the part of a document that something was written as."""
    if not isinstance(placed.place, Node):
        raise TypeError(f"{placed.place} is no part of a document")
    return placed.place
