"""The colours of the themes, and of courses with accents of their own, can be read."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from attachdeck import pipeline
from attachdeck.anki import themes
from attachdeck.anki.colour import channels, contrast, mixed
from attachdeck.domain.course import Course
from support.courses import COURSE_YAML, compiled, write_course

SIDES = list(itertools.product(themes.NAMES, (themes.day, themes.night)))
LABELS = {"edge": 3.0}
"""The least contrast of what is no text: the borders of controls (WCAG 2.2, 1.4.11)."""


@pytest.mark.parametrize(("theme", "tokens_of"), SIDES)
def test_text_can_be_read_on_whatever_a_theme_puts_it(theme, tokens_of):
    tokens = tokens_of(theme)
    washes = [mixed(tokens[hue], tokens["sheet"], tokens["wash"]) for hue in themes.HUES]
    for background in (tokens["sheet"], *washes):
        assert contrast(tokens["ink"], background) >= 7, background
        assert contrast(tokens["soft"], background) >= 7, background
    for hue in themes.HUES:
        for background, enough in themes.backgrounds(tokens, tokens[hue]):
            assert contrast(tokens[hue], background) >= enough, (hue, background)
    assert contrast(tokens["edge"], tokens["sheet"]) >= LABELS["edge"]


@pytest.mark.parametrize("theme", themes.NAMES)
@pytest.mark.parametrize("tokens_of", [themes.day, themes.night])
def test_the_course_s_name_can_be_read_on_the_desk(theme, tokens_of):
    """In `vivid` the desk takes the colour of the kind."""
    tokens = tokens_of(theme)
    css = themes.style(theme, tokens["recall"], tokens["recall"])
    glow = float(re.search(r"--glow: ([\d.]+)", css)[1])
    for hue in themes.HUES:
        desk = mixed(tokens[hue], tokens["desk"], glow)
        assert contrast(tokens["soft"], desk) >= 6.5, hue


@pytest.mark.parametrize(("theme", "tokens_of"), SIDES)
def test_the_region_asked_for_stands_out_from_the_others(theme, tokens_of):
    """Anki takes apart a border at its space: a colour is one word."""
    tokens = tokens_of(theme)
    assert contrast(tokens["mask-on"], tokens["mask"]) >= 3
    for name in ("mask", "mask-edge", "mask-on", "mask-on-edge"):
        assert re.fullmatch("#[0-9a-f]{6}", tokens[name])


def test_a_course_without_accents_has_those_of_its_theme(tmp_path: Path):
    assert (Course.__dataclass_fields__["accent"].default, "calm") == (
        themes.day("calm")["recall"],
        Course.__dataclass_fields__["theme"].default,
    )
    for theme in themes.NAMES:
        course = f"{COURSE_YAML}theme: {{name: {theme}}}\n"
        deck = compiled(write_course(tmp_path / theme, {"course.yaml": course}))
        day, night = themes.day(theme), themes.night(theme)
        assert (deck.course.accent, deck.course.accent_night) == (day["recall"], night["recall"])
        css = deck.note_types["basic"].note_type.css
        assert f"--desk: {day['desk']};" in css
        assert f"--desk: {night['desk']};" in css


def test_a_course_s_accent_takes_the_place_of_one_colour(tmp_path: Path):
    course = f'{COURSE_YAML}theme: {{name: paper, accent: "#123456"}}\n'
    deck = compiled(write_course(tmp_path, {"course.yaml": course}))
    css = deck.note_types["basic"].note_type.css
    assert "--recall: 18 52 86;" in css
    assert f"--choose: {' '.join(map(str, channels(themes.day('paper')['choose'])))};" in css
    assert f"--recall: {' '.join(map(str, channels(themes.night('paper')['recall'])))};" in css


@pytest.mark.parametrize(
    ("theme", "background"),
    [
        ('{accent: "#767676"}', "#fffefb"),
        ('{name: vivid, accent_night: "#5577aa"}', "#181a2c"),
        ('{name: paper, accent: "#5a5a5a"}', "#fcf7ec"),
    ],
)
def test_an_accent_that_is_hard_to_read_in_its_theme_is_an_error(
    tmp_path: Path, theme: str, background: str
):
    folder = write_course(tmp_path, {"course.yaml": f"{COURSE_YAML}theme: {theme}\n"})
    [problem] = pipeline.check(folder).diagnostics
    assert problem.rule == "contrast"
    assert background in problem.help


REPORTS = {
    "https://example.org/report": "https://example.org/report?card=ID&amp;version=1.0.0",
    "https://example.org/new?a=b#top": "https://example.org/new?a=b&amp;card=ID&amp;version=1.0.0#top",
    "https://example.org/{id}": "https://example.org/ID",
    "mailto:us@example.org": "mailto:us@example.org?subject=Tiny%201.0.0%3A%20ID",
    "mailto:us@example.org?body={id},{version}": "mailto:us@example.org?body=ID,1.0.0",
}


@pytest.mark.parametrize(("address", "link"), REPORTS.items())
def test_a_card_links_to_where_mistakes_are_reported(tmp_path: Path, address: str, link: str):
    course = f"{COURSE_YAML}report: {address!r}\n"
    deck = compiled(write_course(tmp_path, {"course.yaml": course}))
    for kind, dated in deck.note_types.items():
        for template in dated.note_type.templates:
            assert f'href="{link.replace("ID", "{{text:ID}}")}"' in template.back, kind
            shown = template.front.partition("{{^Retired}}")[2]
            assert "example.org" not in shown, "only the back reports"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://example.org",
        "https://example.org/{{Answer}}",
        'https://example.org/"onclick=',
        "https://example.org/a b",
        "https://example.org/[sound:a.mp3]",
        "report@example.org",
    ],
)
def test_no_other_address_reports_mistakes(tmp_path: Path, address: str):
    folder = write_course(tmp_path, {"course.yaml": f"{COURSE_YAML}report: {address!r}\n"})
    [problem] = pipeline.check(folder).diagnostics
    assert problem.rule == "schema"
    assert "`https://` or `mailto:`" in problem.message + problem.help
