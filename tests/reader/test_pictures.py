"""Sizes of pictures and boxes of their parts; regions written three ways are one."""

from __future__ import annotations

import struct
import zlib

import pytest

from attachdeck.reader.pictures import Box, frame, spoilt, svg_boxes
from support.courses import MEDIA_YAML

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 0 200 100">
<rect id="a" x="-50" y="0" width="100" height="50"/><ellipse id="b" cx="100" cy="50" rx="50" \
ry="25px"/><circle id="c" cx="0" cy="50" r="10"/>
<g transform="rotate(3)"><rect id="d" width="1" height="1"/></g><path id="e" d="M0 0"/></svg>"""


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IEND", b"")
    )


def test_the_frame_of_a_picture():
    assert frame(SVG, "a.svg") == Box(-50, 0, 200, 100)
    assert frame(b'<svg width="30" height="40px"/>', "a.SVG") == Box(0, 0, 30, 40)
    assert frame(png(12, 34), "a.png") == Box(0, 0, 12, 34)
    assert frame(b'<svg viewBox="0 0 1e1 2.5e+1"/>', "a.svg") == Box(0, 0, 10, 25)
    assert frame(b'<svg width="96pt" height="1in"/>', "a.svg") == Box(0, 0, 128, 96)
    for content, name in (
        (b"<svg/>", "a.svg"),
        (b"<svg", "a.svg"),
        (b'<svg width="100%" height="1e999"/>', "a.svg"),
        (b"nothing", "a.png"),
        (b"", "a.jpg"),
    ):
        assert frame(content, name) is None


def test_boxes_of_elements_that_are_not_moved():
    assert svg_boxes(SVG) == {
        "a": Box(-50, 0, 100, 50),
        "b": Box(50, 25, 100, 50, round=True),
        "c": Box(-10, 40, 20, 20, round=True),
    }


def test_a_box_in_another_unit_is_where_it_is_drawn_or_unknown():
    lengths = (
        b'<svg><rect id="a" x="1in" width="6pt" height="1e1"/><rect id="b" x="10%" width="1"'
        b' height="1"/><rect id="c" width="2em" height="1"/></svg>'
    )
    assert svg_boxes(lengths) == {"a": Box(96, 0, 8, 10)}


JPEG = b"\xff\xd8\xff\xe1\x00\x06\xff\xd9\xff\xd9\xff\xda\x00\x02pixels\xff\xd9"
WEBP = b"RIFF\x0c\x00\x00\x00WEBPVP8 \x00\x00\x00\x00"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (png(1, 1), "a.png"),
        (png(1, 1) + b"more", "a.jpg"),
        (JPEG, "a.jpeg"),
        (JPEG, "a.PNG"),
        (WEBP, "a.webp"),
        (b"GIF89a;", "a.gif"),
        (SVG, "a.svg"),
    ],
)
def test_a_picture_that_browsers_show_is_not_spoilt_and_half_of_it_is(content: bytes, name: str):
    assert not spoilt(content, name)
    assert name == "a.gif" or spoilt(content[: len(content) * 2 // 3], name)
    assert spoilt(b"", name)
    assert spoilt(b"text", name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (SVG, "a.png"),
        (JPEG, "a.svg"),
        (b"RIFF\x00\x00\x00\x00WAVE", "a.webp"),
        (b"<svg:svg/><", "a.svg"),
    ],
)
def test_a_picture_of_another_kind_than_its_name_says_is_spoilt(content: bytes, name: str):
    assert spoilt(content, name)


@pytest.mark.parametrize(
    "region",
    ["{name: R, left: 0, top: 0, width: 50, height: 50}", "{name: R, element: a}"],
)
def test_a_region_is_the_same_however_it_is_written(tiny, region: str):
    card = "  - {{id: r, kind: occlusion, prompt: P, picture: plane.svg, {}regions: [{}]}}\n"
    svg = {"media/plane.svg": SVG.decode()}
    pixels = "{name: R, left: 0, top: 0, width: 100, height: 50}"
    assert (
        tiny(card.format("", region), **svg).notes[0].fields
        == tiny(card.format("unit: pixels, ", pixels), **svg).notes[0].fields
    )


@pytest.mark.parametrize(
    ("frame", "versions"),
    [("0 0 40 20", 2), ("0 0 20 40", 1), ("0 0 0 0", 1)],
    ids=["larger", "of another shape", "without a size"],
)
def test_masks_fit_the_picture_that_a_card_shows_at_night(tiny, frame: str, versions: int):
    """Anki measures the picture for the day and draws the masks over either."""
    card = (
        "  - {id: r, kind: occlusion, prompt: P, picture: plane.svg, regions: "
        "[{name: R, left: 0, top: 0, width: 50, height: 50}]}\n"
    )
    media = MEDIA_YAML.replace("plane.svg,", "plane.svg, night: night.svg,")
    day, night = (SVG.decode().replace("-50 0 200 100", box) for box in ("0 0 20 10", frame))
    files = {"media/media.yaml": media, "media/plane.svg": day, "media/night.svg": night}
    assert tiny(card, **files).notes[0].fields[1].count("<img ") == versions
