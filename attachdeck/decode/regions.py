"""Decode the regions of a picture, which are written in percent, in pixels or as SVG ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attachdeck.domain.course import Card, OcclusionCard, Picture, Region
from attachdeck.reader import Node
from attachdeck.reader.pictures import Box, frame, svg_boxes

if TYPE_CHECKING:
    from attachdeck.decode.lesson import LessonDecoder


def occlusion_card(lesson: LessonDecoder, node: Node, common: dict[str, Any]) -> Card | None:
    picture = lesson.known("unknown-picture", node["picture"], lesson.pictures, "media/media.yaml")
    if picture is None:
        return None
    regions = (_region(lesson, entry, node, picture) for entry in node["regions"].items())
    return OcclusionCard(
        prompt=node.value["prompt"],
        picture=picture,
        regions=tuple(region for region in regions if region),
        hide_all=node.value.get("hide", "all") == "all",
        **common,
    )


def is_in_percent(entry: Node, card: Node) -> bool:
    """Return whether a region is written in percent of its picture."""
    return "element" not in entry and card.value.get("unit", "percent") == "percent"


def whole_of(entry: Node, card: Node, picture: Picture) -> Box | None:
    """Return the whole picture in the unit of a region; None if the picture has no size."""
    if is_in_percent(entry, card):
        return Box(0, 0, 100, 100)
    return frame(picture.content, picture.file)


def _region(lesson: LessonDecoder, entry: Node, card: Node, picture: Picture) -> Region | None:
    """Return a region in percent of its picture; None if its place is unknown."""
    whole = whole_of(entry, card, picture)
    box = _box(lesson, entry, picture, whole) if whole else None
    if whole is None or box is None:
        return None
    return Region(
        name=entry.value["name"],
        shape=entry.value.get("shape", "ellipse" if box.round else "rect"),
        left=box.left / whole.width * 100,
        top=box.top / whole.height * 100,
        width=box.width / whole.width * 100,
        height=box.height / whole.height * 100,
        place=entry,
    )


def _box(lesson: LessonDecoder, entry: Node, picture: Picture, whole: Box) -> Box | None:
    """Return the place of a region, measured from the corner of its picture."""
    written = entry.value
    if "element" not in written:
        return Box(written["left"], written["top"], written["width"], written["height"])
    element = lesson.known(
        "unknown-element",
        entry["element"],
        svg_boxes(picture.content),
        f"`{picture.file}` as the id of a rect, circle, ellipse or image without `transform`",
    )
    if element is None:
        return None
    return Box(
        element.left - whole.left,
        element.top - whole.top,
        element.width,
        element.height,
        element.round,
    )
