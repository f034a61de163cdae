"""Image occlusion: the regions of a picture, in percent of it whichever way they are written."""

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
    found = [
        (entry, region)
        for entry in node["regions"].items()
        if (region := _region(lesson, entry, node, picture))
    ]
    _report_regions_together(lesson, found, node)
    regions = tuple(region for _, region in found)
    hide_all = node.value.get("hide", "all") == "all"
    return OcclusionCard(
        prompt=node.value["prompt"],
        picture=picture,
        regions=regions,
        hide_all=hide_all,
        **common,
    )


def _report_regions_together(
    lesson: LessonDecoder, regions: list[tuple[Node, Region]], card: Node
) -> None:
    """Report regions that lie where others do, and those that were written as parts of 1 and lie in a corner, all together."""
    numbers = [
        [entry.value.get(key, 100) for key in ("left", "top", "width", "height")]
        for entry, _ in regions
    ]
    if numbers and card.value.get("unit", "percent") == "percent" and max(map(max, numbers)) <= 1:
        message = "the regions of this card lie in one hundredth of the picture, in its corner"
        lesson.report(
            "region",
            message,
            card.key_at("regions"),
            "their numbers are percent of the picture: write 20 for 0.2",
        )
        return
    first: dict[tuple[float, ...], Node] = {}
    for entry, region in regions:
        known = first.setdefault((region.left, region.top, region.width, region.height), entry)
        if known is not entry:
            help = f"the first one is at {known.start}; give this one its own place, or delete one of the two"
            lesson.report(
                "region",
                f"the region `{region.name}` lies where another one does",
                entry.start,
                help,
            )


def _region(lesson: LessonDecoder, entry: Node, card: Node, picture: Picture) -> Region | None:
    """A region in percent of its picture, whichever way it was written; None and a diagnostic where it cannot be told."""
    written = entry.value
    in_percent = "element" not in written and card.value.get("unit", "percent") == "percent"
    whole = Box(0, 0, 100, 100) if in_percent else frame(picture.content, picture.file)
    if whole is None:
        help = "save it again with an image editor, or write the regions in percent"
        lesson.report("region", f"`{picture.file}` does not say how large it is", entry.start, help)
        return None
    if "element" in written:
        found = lesson.known(
            "unknown-element",
            entry["element"],
            svg_boxes(picture.content),
            f"`{picture.file}` as a rect, circle, ellipse or image without transform",
        )
        if found is None:
            return None
        box = Box(
            found.left - whole.left,
            found.top - whole.top,
            found.width,
            found.height,
            found.round,
        )
    else:
        box = Box(written["left"], written["top"], written["width"], written["height"])
    if (
        box.left < 0
        or box.top < 0
        or box.left + box.width > whole.width
        or box.top + box.height > whole.height
    ):
        limits = f"the picture is {whole.width:g} wide and {whole.height:g} high"
        limits = (
            "`left` and `width` together are 100 at most, and so are `top` and `height`"
            if in_percent
            else limits
        )
        lesson.report(
            "region",
            f"the region `{written['name']}` reaches beyond the picture",
            entry.start,
            limits,
        )
    return Region(
        name=written["name"],
        shape=written.get("shape", "ellipse" if box.round else "rect"),
        left=box.left / whole.width * 100,
        top=box.top / whole.height * 100,
        width=box.width / whole.width * 100,
        height=box.height / whole.height * 100,
    )
