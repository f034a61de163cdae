"""Sizes of pictures and boxes of their parts; regions written three ways are one."""

from __future__ import annotations

import struct
import zlib

import pytest

from attachdeck.reader.pictures import Box, frame, svg_boxes

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 0 200 100">
<rect id="a" x="-50" y="0" width="100" height="50"/><ellipse id="b" cx="100" cy="50" rx="50" ry="25px"/><circle id="c" cx="0" cy="50" r="10"/>
<g transform="rotate(3)"><rect id="d" width="1" height="1"/></g><path id="e" d="M0 0"/></svg>"""


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + chunk(b"IEND", b"")


def test_the_frame_of_a_picture():
    assert frame(SVG, "a.svg") == Box(-50, 0, 200, 100)
    assert frame(b'<svg width="30" height="40px"/>', "a.SVG") == Box(0, 0, 30, 40)
    assert frame(png(12, 34), "a.png") == Box(0, 0, 12, 34)
    for content, name in ((b"<svg/>", "a.svg"), (b"<svg", "a.svg"), (b"nothing", "a.png"), (b"", "a.jpg")):
        assert frame(content, name) is None


def test_boxes_of_elements_that_are_not_moved():
    assert svg_boxes(SVG) == {"a": Box(-50, 0, 100, 50), "b": Box(50, 25, 100, 50, round=True), "c": Box(-10, 40, 20, 20, round=True)}


@pytest.mark.parametrize(
    "region",
    ["{name: R, left: 0, top: 0, width: 50, height: 50}", "{name: R, element: a}"],
)
def test_a_region_is_the_same_however_it_is_written(tiny, region: str):
    card = "  - {{id: r, kind: occlusion, prompt: P, picture: plane.svg, {}regions: [{}]}}\n"
    svg = {"media/plane.svg": SVG.decode()}
    pixels = "{name: R, left: 0, top: 0, width: 100, height: 50}"
    assert tiny(card.format("", region), **svg).notes[0].fields == tiny(card.format("unit: pixels, ", pixels), **svg).notes[0].fields
