"""Draw docs/teach/cards.md: every kind of card, its YAML beside its picture.

    make cards

The cards are the examples of docs/reference/course-format.md, compiled as a course of their own,
drawn as the preview draws them (the tests compare that with Anki's engine) and photographed in
Chromium. The pictures are the fronts and backs as a phone shows them.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from attachdeck.preview.server import Preview
from attachdeck.preview.site import Site, look

DOCS = Path(__file__).parent
COURSE = DOCS.parent / "course"
HEAD = """\
# Every kind of card

Made by `make cards` from the examples of [course-format.md](../reference/course-format.md); \
the pictures show front and back as on a phone.
A learner sees the same in the dark in darker colours.
"""
LESSON = """\
id: every-kind
title: Every kind of card
summary: Examples.
objectives:
  - {id: first-goal, text: See every kind of card.}
"""
READING = "reading:\n"


def examples() -> list[tuple[str, str]]:
    """Heading and YAML of each kind's example, and of a reading."""
    text = (DOCS / "reference" / "course-format.md").read_text(encoding="utf-8")
    return re.findall(
        r"^### (\w+: [^\n]+)\n+```yaml\n((?:reading:\n)?  - id: .*?)```",
        text,
        re.DOTALL | re.MULTILINE,
    )


def compiled(cards: list[str], folder: Path) -> Site:
    """The examples as a course, with the sources and pictures of the course on attachment."""
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns("lessons", "course.lock"))
    lesson = folder / "lessons" / "01-every-kind.yaml"
    lesson.parent.mkdir()
    readings = [card for card in cards if card.startswith(READING)]
    text = "".join(
        [LESSON, *readings, "cards:\n", *(card for card in cards if card not in readings)]
    )
    lesson.write_text(text.replace("plane.svg", "two-dimensions.svg"), encoding="utf-8")
    site = look(folder)
    errors = [problem for problem in site.problems if problem["severity"] == "error"]
    if errors:
        sys.exit("\n".join(f"{error['place']}: {error['message']}" for error in errors))
    return site


def photograph(page: Page, site: Site, card: str, media: Path, name: str) -> list[str]:
    """Photograph both sides of a card in each of its wordings; the names of the pictures."""
    note = site.notes[card].note
    pictures = []
    for wording in range(len(note.variants) + 1):
        for side in ("front", "back"):
            document = media / "card.html"
            html = site.document(card, note.cards[0].place, wording, side, "")
            document.write_text(str(html).replace("/media/", ""), encoding="utf-8")
            page.goto(document.as_uri())
            pictures.append(f"{name}{f'-{wording + 1}' if wording else ''}-{side}")
            page.screenshot(path=DOCS / "teach" / "cards" / f"{pictures[-1]}.png", full_page=True)
    return pictures


def show_preview(page: Page) -> None:
    """Photograph the preview of the course on attachment, at its scenes."""
    preview = Preview(Path(os.path.relpath(COURSE)))
    thread = threading.Thread(target=preview.run)
    thread.start()
    page.goto(preview.url)
    page.locator("article").first.wait_for()
    page.select_option("#kind", "vignette")
    page.wait_for_timeout(1500)
    page.screenshot(path=DOCS / "teach" / "preview.png")
    page.close()
    preview.close()
    thread.join()


def main() -> None:
    """Write docs/teach/cards.md, docs/teach/cards/*.png and docs/teach/preview.png."""
    found = examples()
    (DOCS / "teach" / "cards").mkdir(exist_ok=True)
    parts = [HEAD]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        media = Path(name)
        site = compiled([yaml for _, yaml in found], media / "course")
        for file, content in site.media.items():
            (media / file).write_bytes(content)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 300})
        for heading, yaml in found:
            kind = heading.partition(":")[0]
            card = re.search(r"- id: (\S+)", yaml)
            names = photograph(page, site, card[1], media, kind) if card else []
            pictures = " ".join(
                f"![The {name.rpartition('-')[2]} of this card.](cards/{name}.png)"
                for name in names
            )
            parts.append(f"## {heading}\n\n```yaml\n{yaml}```\n\n{pictures}\n")
        show_preview(browser.new_page(viewport={"width": 1200, "height": 760}))
        browser.close()
    (DOCS / "teach" / "cards.md").write_text("\n".join(parts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
