"""Draw docs/cards.md: every kind of card, its YAML beside its picture.

    make cards

The cards are the examples of docs/course-format.md, compiled as a course of their own, drawn by attachdeck's renderer (which the tests compare
with Anki's engine) and photographed in Chromium. The pictures are the fronts and backs as a phone shows them.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from attachdeck import pipeline
from attachdeck.notes import Deck, Note
from attachdeck.rendering import sides

DOCS = Path(__file__).parent
COURSE = DOCS.parent / "course"
HEAD = """\
# Every kind of card

Made by `make cards` from the examples of [course-format.md](course-format.md); the pictures show front and back as on a phone.
A learner sees the same in the dark in darker colours.
"""
LESSON = """\
id: every-kind
title: Every kind of card
summary: Examples.
objectives:
  - {id: first-goal, text: See every kind of card.}
cards:
"""
TYPED = '<input id="typeans" aria-label="Answer">'
COMPARED = '<code id="typeans"><span class="typeGood">avoidance</span></code>'


def examples() -> list[tuple[str, str]]:
    """Heading and YAML of each kind's example."""
    text = (DOCS / "course-format.md").read_text(encoding="utf-8")
    return re.findall(r"^### (\w+: [^\n]+)\n+```yaml\n(  - id: .*?)```", text, re.DOTALL | re.MULTILINE)


def compiled(cards: list[str]) -> Deck:
    """The examples as a course, with the sources and pictures of the course on attachment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "course"
        shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns("lessons", "course.lock"))
        lesson = folder / "lessons" / "01-every-kind.yaml"
        lesson.parent.mkdir()
        yaml = "".join(cards).replace("plane.svg", "two-dimensions.svg")
        lesson.write_text(LESSON + yaml, encoding="utf-8")
        checked = pipeline.check(folder)
        if checked.course is None:
            sys.exit("\n".join(f"{each.at}: {each.message}" for each in checked.diagnostics))
        return pipeline.compiled(checked, 0).deck


def photograph(page: Page, deck: Deck, note: Note, media: Path, name: str) -> None:
    own = deck.note_types[note.note_type].note_type
    drawn = sides(own, note, note.cards[0].place)
    for side, html in (("front", drawn.front), ("back", drawn.back)):
        shown = html.replace("[[type:Typed]]", TYPED if side == "front" else COMPARED)
        document = media / "card.html"
        body = f'<body class="card"><div id="qa">{shown}</div></body>'
        document.write_text(f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{own.css}{MASKS}</style>{body}</html>', encoding="utf-8")
        page.goto(document.as_uri())
        page.evaluate(DRAW_MASKS)
        page.screenshot(path=DOCS / "cards" / f"{name}-{side}.png", full_page=True)


MASKS = "#image-occlusion-container img { display: block; } #image-occlusion-canvas { display: none; } .mask { position: absolute; background: #e8dcae; border: 1px solid #3c3a30; } .mask.asked { background: #c2543f; }"
# What Anki draws on its canvas, as elements.
DRAW_MASKS = """() => {
  const box = document.getElementById("image-occlusion-container");
  if (!box) return;
  document.getElementById("err").textContent = "";
  for (const region of document.querySelectorAll("[data-shape]")) {
    if (region.className === "cloze-highlight") continue;
    const mask = document.createElement("div");
    mask.className = region.className === "cloze" ? "mask asked" : "mask";
    for (const side of ["left", "top", "width", "height"]) {
      const value = region.dataset[side] ?? 2 * region.dataset[side === "width" ? "rx" : "ry"];
      mask.style[side] = value * 100 + "%";
    }
    if (region.dataset.shape === "ellipse") mask.style.borderRadius = "50%";
    box.appendChild(mask);
  }
}"""


def main() -> None:
    """Write docs/cards.md and docs/cards/*.png."""
    found = examples()
    deck = compiled([yaml for _, yaml in found])
    notes = {dict(zip((field.name for field in deck.note_types[note.note_type].note_type.fields), note.fields, strict=True))["ID"]: note for note in deck.notes}
    (DOCS / "cards").mkdir(exist_ok=True)
    parts = [HEAD]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        media = Path(name)
        for file, content in deck.media.items():
            (media / file).write_bytes(content)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 300})
        for heading, yaml in found:
            kind = heading.partition(":")[0]
            card = re.search(r"- id: (\S+)", yaml)
            if card:
                photograph(page, deck, notes[card[1]], media, kind)
            pictures = " ".join(f'<img src="cards/{kind}-{side}.png" alt="The {side} of this card." width="390">' for side in ("front", "back"))
            parts.append(f"## {heading}\n\n```yaml\n{yaml}```\n\n{pictures}\n")
        browser.close()
    (DOCS / "cards.md").write_text("\n".join(parts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
