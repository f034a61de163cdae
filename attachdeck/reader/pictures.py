"""Facts about a picture from its bytes: whether it is safe and whole, its size, its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from math import inf, isfinite, nan
from typing import TYPE_CHECKING

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.document import location_of

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

_SVG_DANGER = re.compile(
    rb"<\s*(?:[\w.-]+:)?(?:script|foreignobject|iframe|embed|object|handler)\b"
    rb"|<!entity|[\s/\"']on[a-z]+\s*=|javascript:"
    rb"|attributename\s*+=\s*+[\"']?\s*+(?:on|href|xlink)"
    rb"|<!(?:attlist|element|notation)|<\s*/?[\w.:-]*[\x80-\xff]"
    rb"|www\.w3\.org/1999/xhtml|http-equiv|srcset|formaction"
    rb"|(?:href|src)\s*=\s*(?:\"(?!#|data:image/(?:png|jpeg|gif|webp))[^\"]*\""
    rb"|'(?!#|data:image/(?:png|jpeg|gif|webp))[^']*')"
    rb"|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)
_ENCODING = re.compile(rb"[^<]*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")
_NUMBERED = re.compile(r"&#(?:[0-9]{1,8}|[xX][0-9a-fA-F]{1,8});")
_NUMBER = r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]{1,3})?"
_LENGTH = re.compile(rf"\s*+({_NUMBER})\s*+(px|in|cm|mm|pt|pc|)\s*+")
_NUMBERS = re.compile(_NUMBER)
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "pt": 4 / 3,
    "pc": 16.0,
}
"""How many pixels the units of an SVG have."""


_SVG = re.compile(rb"<(?:[\w.-]+:)?svg[\s/>]")
_NAMESPACE = b"http://www.w3.org/2000/svg"
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WebP"),
)
"""First bytes of the pictures that browsers show, whatever the ending of their names."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a picture, in the picture's own units, or the ellipse in it if `round`."""

    left: float
    top: float
    width: float
    height: float
    round: bool = False


def svg_problems(content: bytes, shown: str) -> list[Diagnostic]:
    """Report the first thing in an SVG that could run a script or load something.

    A browser ignores both in an image, but not if somebody opens the file itself.
    """
    text = content.decode("utf-8", "replace")
    # In another encoding a browser may see what this search does not.
    if "\ufffd" in text or "\0" in text or not _is_utf8(content):
        help = "export the picture again as plain SVG in UTF-8"
        return [_unsafe("this picture is not in UTF-8", Location(shown), help)]
    danger = _SVG_DANGER.search(content)
    if not danger and "&#" in text:
        unescaped = _NUMBERED.sub(lambda match: unescape(match[0]), text)
        danger = _SVG_DANGER.search(unescaped.encode())
    if not danger:
        return []
    piece = danger.group().decode("utf-8", "replace").strip()
    return [
        _unsafe(
            f"`{piece}` is not allowed in a picture: "
            "it could run a script or load something from the internet",
            location_of(shown, text, max(text.find(piece), 0)),
            "delete it, or export the picture again as plain SVG",
        )
    ]


def _unsafe(message: str, at: Location, help: str) -> Diagnostic:
    return Diagnostic(rule="unsafe-picture", message=message, at=at, help=help)


def _is_utf8(content: bytes) -> bool:
    declared = _ENCODING.match(content)
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii")


def spoilt(content: bytes, name: str) -> str:
    """Return why a browser would show nothing or only a part of a picture; empty if it is whole."""
    ending = name.rpartition(".")[2].lower()
    if not content:
        return "this file is empty"
    if ending == "svg":
        return _spoilt_svg(content)
    kind = next((kind for beginning, kind in _KINDS if content.startswith(beginning)), "")
    if not kind or (kind == "WebP" and content[8:12] != b"WEBP"):
        return f"this file is not a picture of type {ending.upper()}"
    return "" if _is_whole(content, kind) else f"this {kind} is incomplete: its end is missing"


def _spoilt_svg(content: bytes) -> str:
    from xml.parsers import expat

    if not _SVG.search(content):
        return "this file is not an SVG"
    if _NAMESPACE not in content:  # As in a picture that was copied out of a page.
        return 'its first tag does not begin `<svg xmlns="http://www.w3.org/2000/svg"`'
    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError as error:
        return f"this SVG is broken in line {error.lineno} ({expat.ErrorString(error.code)})"
    return ""


def _is_whole(content: bytes, kind: str) -> bool:
    """Return whether a picture has its end; bytes after that do not matter."""
    if kind == "PNG":
        return b"IEND" in content
    if kind == "WebP":
        return len(content) >= int.from_bytes(content[4:8], "little") + 8
    return kind != "JPEG" or content.find(b"\xff\xd9", _jpeg_pixels(content)) >= 0


def _jpeg_pixels(content: bytes) -> int:
    """Return where the pixels of a JPEG begin.

    A preview with an end of its own may come before them.
    """
    place = 2
    while content[place : place + 1] == b"\xff" and content[place + 1 : place + 2] != b"\xda":
        place += (
            1
            if content[place + 1 : place + 2] == b"\xff"
            else 2 + int.from_bytes(content[place + 2 : place + 4])
        )
    return place


def frame(content: bytes, name: str) -> Box | None:
    """Return the whole picture: an SVG's viewBox, another picture's pixels from 0.

    It is None if the file does not state its size.
    """
    if name.lower().endswith(".svg"):
        return _svg_frame(_svg_root(content))
    import imagesize

    width, height = imagesize.get(BytesIO(content))
    return Box(0, 0, width, height) if width > 0 and height > 0 else None


def svg_boxes(content: bytes) -> dict[str, Box]:
    """Return the boxes of an SVG's `rect`, `circle`, `ellipse` and `image` elements by id.

    Elements with a transform are left out.
    """
    root = _svg_root(content)
    return {} if root is None else dict(_boxes(root))


def _svg_root(content: bytes) -> ET.Element | None:
    """Return the root of an SVG, or None if it is not XML."""
    import xml.etree.ElementTree as ET

    try:
        return ET.fromstring(content)  # noqa: S314  # `svg_problems` has refused entities.
    except ET.ParseError:
        return None


def _svg_frame(root: ET.Element | None) -> Box | None:
    if root is None:
        return None
    view = [float(number) for number in _NUMBERS.findall(root.get("viewBox", ""))]
    left, top, width, height = (
        view if len(view) == 4 else (0.0, 0.0, _number(root, "width"), _number(root, "height"))
    )
    return _real(Box(left, top, width, height))


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
        box = Box(
            _number(element, "x"),
            _number(element, "y"),
            _number(element, "width"),
            _number(element, "height"),
        )
    elif kind in ("circle", "ellipse"):
        across, down = (
            _number(element, name) for name in (("r", "r") if kind == "circle" else ("rx", "ry"))
        )
        box = Box(
            _number(element, "cx") - across,
            _number(element, "cy") - down,
            2 * across,
            2 * down,
            round=True,
        )
    else:
        return None
    return _real(box)


def _real(box: Box) -> Box | None:
    """Return a box, or None if it has no area or no place."""
    has_area = 0 < box.width < inf and 0 < box.height < inf
    return box if has_area and isfinite(box.left) and isfinite(box.top) else None


def _number(element: ET.Element, name: str) -> float:
    """Return a length in pixels: 0 if it is missing, NaN in a unit such as `%` or `em`."""
    match = _LENGTH.fullmatch(element.get(name) or "0")
    return float(match[1]) * _PIXELS[match[2]] if match else nan
