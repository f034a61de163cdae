"""Chromium judges the words in the flagship's pictures, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from attachdeck import pipeline
from attachdeck.domain.course import Course, OcclusionCard
from support.courses import COURSE

WORDS = """async ([source, spacing]) => {
  document.body.innerHTML = source;
  const root = document.querySelector("svg");
  root.setAttribute("letter-spacing", spacing);
  const words = [...root.querySelectorAll("text")];
  const frame = root.getBoundingClientRect();
  const shown = words.map((text) => {
    const box = text.getBoundingClientRect();
    return {
      text: text.textContent,
      colour: getComputedStyle(text).fill.match(/\\d+/g).map(Number),
      left: (100 * (box.left - frame.left)) / frame.width,
      top: (100 * (box.top - frame.top)) / frame.height,
      right: (100 * (box.right - frame.left)) / frame.width,
      bottom: (100 * (box.bottom - frame.top)) / frame.height,
    };
  });
  for (const text of words) text.remove();
  const image = new Image();
  const bare = new XMLSerializer().serializeToString(root);
  image.src = URL.createObjectURL(new Blob([bare], {type: "image/svg+xml"}));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  for (const word of shown) {
    const middle = [(word.left + word.right) / 200, (word.top + word.bottom) / 200];
    const [x, y] = [middle[0] * canvas.width, middle[1] * canvas.height];
    word.behind = [...drawing.getImageData(x, y, 1, 1).data].slice(0, 3);
  }
  return shown;
}"""


@pytest.fixture(scope="module", params=["", "es"], ids=["original", "Spanish"])
def course(request: pytest.FixtureRequest) -> Course:
    return pipeline.check(COURSE, request.param).course


@pytest.fixture(scope="module")
def words(chromium: Browser):
    """Returns the words of a picture: their places in percent, colours and what is behind."""
    page = chromium.new_page()

    def words_of(content: bytes, spacing: str = "0") -> list[dict]:
        return page.evaluate(WORDS, [content.decode(), spacing])

    yield words_of
    page.close()


def _light(colour: list[int]) -> float:
    """Return the relative luminance of a colour by WCAG 2.2."""
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_words_in_pictures_have_contrast(words, course: Course):
    for file, picture in course.pictures.items():
        for version in (picture, picture.night):
            for word in words(version.content):
                dark, bright = sorted((_light(word["colour"]), _light(word["behind"])))
                assert (bright + 0.05) / (dark + 0.05) >= 4.5, (file, word)


def test_words_in_pictures_fit_in_wider_letters(words, course: Course):
    """Another system's letters are wider."""
    for file, picture in course.pictures.items():
        for word in words(picture.content, spacing="1"):
            assert word["left"] > 1, (file, word)
            assert word["right"] < 99, (file, word)


def test_a_mask_covers_whole_words(words, course: Course):
    for card in course.cards():
        if not isinstance(card, OcclusionCard):
            continue
        shown = words(card.picture.content)
        for region in card.regions:
            covered = [word for word in shown if _inside(word, region)]
            assert covered, (card.id, region.name)
            assert covered == [word for word in shown if _touches(word, region)], card.id


def _inside(word: dict, region) -> bool:
    return (
        region.left <= word["left"]
        and word["right"] <= region.left + region.width
        and region.top <= word["top"]
        and word["bottom"] <= region.top + region.height
    )


def _touches(word: dict, region) -> bool:
    return (
        word["left"] < region.left + region.width
        and region.left < word["right"]
        and word["top"] < region.top + region.height
        and region.top < word["bottom"]
    )
