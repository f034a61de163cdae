"""A region of a picture is wrong

It extends beyond the picture, covers another region, or the picture has no size.
Fix: correct `left`, `top`, `width` and `height`.
They are percentages of the picture, unless you write `unit: pixels`.

Bad:

    - {id: a, kind: occlusion, prompt: What?, picture: plane.svg,
       regions: [{name: A, left: 90, top: 0, width: 20, height: 20}]}

Good:

    - {id: a, kind: occlusion, prompt: What?, picture: plane.svg,
       regions: [{name: A, left: 10, top: 0, width: 20, height: 20}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.decode.regions import is_in_percent, whole_of
from attachdeck.domain.course import Course, OcclusionCard, Region
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR
_NEARLY_NOTHING = 1e-9
"""In percent: rounding may push a region this far beyond its picture."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if isinstance(card, OcclusionCard):
            yield from _without_size(card)
            for region in card.regions:
                yield from _beyond(region, card)
            yield from _in_corner(card) if _lies_in_corner(card) else _twins(card)


def _without_size(card: OcclusionCard) -> Iterator[Finding]:
    """Yield a finding for each region that the card lacks, because the picture has no size."""
    node = node_of(card)
    is_whole = len(card.regions) == len(card.written["regions"])
    for entry in node["regions"].items() if not is_whole else ():
        if whole_of(entry, node, card.picture) is None:
            message = f"`{card.picture.file}` has no size"
            help = "save it again in an image editor, or write the regions in percent"
            yield Finding(entry.start, message, help)


def _beyond(region: Region, card: OcclusionCard) -> Iterator[Finding]:
    most = 100 + _NEARLY_NOTHING
    if (
        region.left < 0
        or region.top < 0
        or region.left + region.width > most
        or region.top + region.height > most
    ):
        message = f"the region `{region.name}` extends beyond the picture"
        yield Finding(region.at, message, _limits(region, card))


def _limits(region: Region, card: OcclusionCard) -> str:
    whole = whole_of(node_of(region), node_of(card), card.picture)
    if whole is None or is_in_percent(node_of(region), node_of(card)):
        return "keep `left` plus `width` at 100 or less, and `top` plus `height` too"
    return f"the picture is {whole.width:g} wide and {whole.height:g} high"


def _lies_in_corner(card: OcclusionCard) -> bool:
    """Return whether regions seem to be written as fractions of 1, so that all are in a corner."""
    if not card.regions or card.written.get("unit", "percent") != "percent":
        return False
    written = [node_of(region).value for region in card.regions]
    sides = ("left", "top", "width", "height")
    largest: float = max(entry.get(side, 100) for entry in written for side in sides)
    return largest <= 1


def _in_corner(card: OcclusionCard) -> Iterator[Finding]:
    message = "the regions of this card cover less than 1 % of the picture"
    help = "write percentages of the picture, such as 20 instead of 0.2"
    yield Finding(node_of(card).key_at("regions"), message, help)


def _twins(card: OcclusionCard) -> Iterator[Finding]:
    """Yield a finding for each region that lies where another one does."""
    first: dict[tuple[float, ...], Region] = {}
    for region in card.regions:
        box = (region.left, region.top, region.width, region.height)
        known = first.setdefault(box, region)
        if known is not region:
            message = f"the region `{region.name}` covers another region"
            help = "move this region, or delete one of the two"
            yield Finding(region.at, message, help, also=(("the other one", known.at),))
