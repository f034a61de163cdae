"""What is known of a picture from its bytes: what it may not hold, how large it is, where its parts lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING

from attachdeck.diagnostics import Diagnostic
from attachdeck.location import Location
from attachdeck.patterns import pattern
from attachdeck.reader.document import location_of
from attachdeck.value import value

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

_SVG_DANGER = pattern(
    rb"<\s*(?:[\w.-]+:)?(?:script|foreignobject|iframe|embed|object|handler)\b|<!entity|[\s/\"']on[a-z]+\s*=|javascript:"
    rb"|attributename\s*+=\s*+[\"']?\s*+(?:on|href|xlink)"
    rb"|<!(?:attlist|element|notation)|<\s*/?[\w.:-]*[\x80-\xff]|www\.w3\.org/1999/xhtml|http-equiv|srcset|formaction"
    rb"|(?:href|src)\s*=\s*(?:\"(?!#|data:image/(?:png|jpeg|gif|webp))[^\"]*\"|'(?!#|data:image/(?:png|jpeg|gif|webp))[^']*')"
    rb"|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)
_ENCODING = pattern(rb"[^<]*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")
_NUMBERED = pattern(r"&#(?:[0-9]{1,8}|[xX][0-9a-fA-F]{1,8});")
_LENGTH = pattern(r"\s*+([0-9]++(?:\.[0-9]++)?+|\.[0-9]++)\s*+(?:px)?+\s*+")


@value()
class Box:
    """Where something lies in a picture, in the picture's own units; `round` when it is an ellipse."""

    left: float
    top: float
    width: float
    height: float
    round: bool = False


def svg_problems(content: bytes, shown: str) -> list[Diagnostic]:
    """Report the first thing in an SVG that could run a script or load something; shown as an image it would do neither, but files get opened."""
    text = content.decode("utf-8", "replace")
    if "\ufffd" in text or "\0" in text or not _is_utf8(content):  # Else what follows would not see what a browser sees.
        help = "export the picture again as plain SVG in UTF-8"
        return [Diagnostic(rule="unsafe-picture", message="this picture is not in UTF-8", at=Location(shown), help=help)]
    danger = _SVG_DANGER.search(text.encode()) or _SVG_DANGER.search(_NUMBERED.sub(lambda match: unescape(match[0]), text).encode())
    if not danger:
        return []
    found = danger.group().decode("utf-8", "replace").strip()
    message = f"`{found}` cannot stand in a picture: it could run a script or load something from elsewhere"
    at = location_of(shown, text, max(text.find(found), 0))
    return [Diagnostic(rule="unsafe-picture", message=message, at=at, help="delete it, or export the picture again as plain SVG")]


def _is_utf8(content: bytes) -> bool:
    declared = _ENCODING.match(content)
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii")


def frame(content: bytes, name: str) -> Box | None:
    """The whole picture: an SVG's viewBox, another picture's pixels from 0; None where the file does not say."""
    if name.lower().endswith(".svg"):
        return _svg_frame(_svg_root(content))
    import imagesize

    width, height = imagesize.get(BytesIO(content))
    return Box(0, 0, width, height) if width > 0 and height > 0 else None


def svg_boxes(content: bytes) -> dict[str, Box]:
    """The boxes of an SVG's `rect`, `circle`, `ellipse` and `image` elements by id; moved or turned ones are not among them."""
    root = _svg_root(content)
    return {} if root is None else dict(_boxes(root))


def _svg_root(content: bytes) -> ET.Element | None:
    """The SVG's root. Entities, by which XML can hurt, are refused before (`svg_problems`)."""
    import xml.etree.ElementTree as ET

    try:
        return ET.fromstring(content)  # noqa: S314
    except ET.ParseError:
        return None


def _svg_frame(root: ET.Element | None) -> Box | None:
    if root is None:
        return None
    view = [float(each) for each in re.findall(r"-?[0-9]*\.?[0-9]+", root.get("viewBox", ""))]
    left, top, width, height = view if len(view) == 4 else (0.0, 0.0, _number(root, "width"), _number(root, "height"))
    return Box(left, top, width, height) if width > 0 and height > 0 else None


def _boxes(root: ET.Element) -> Iterator[tuple[str, Box]]:
    waiting = [root]  # No recursion: a picture may be nested deeper than Python goes.
    while waiting:
        element = waiting.pop()
        if "transform" in element.attrib:
            continue
        box = _box(element)
        if box and "id" in element.attrib:
            yield element.attrib["id"], box
        waiting += reversed(element)


def _box(element: ET.Element) -> Box | None:
    kind = element.tag.rpartition("}")[2]
    if kind in ("rect", "image"):
        box = Box(_number(element, "x"), _number(element, "y"), _number(element, "width"), _number(element, "height"))
    elif kind in ("circle", "ellipse"):
        across, down = (_number(element, name) for name in (("r", "r") if kind == "circle" else ("rx", "ry")))
        box = Box(_number(element, "cx") - across, _number(element, "cy") - down, 2 * across, 2 * down, round=True)
    else:
        return None
    return box if box.width > 0 and box.height > 0 else None


def _number(element: ET.Element, name: str) -> float:
    """A length in the picture's units; 0 where it is missing or in another unit."""
    match = _LENGTH.fullmatch(element.get(name, "").lstrip("-"))
    return float(match[1]) * (-1 if element.get(name, "").startswith("-") else 1) if match else 0.0
