"""Draw all pictures of the documentation, and write docs/teach/cards.md.

    make cards

The cards are those of the course docs/teach/every-kind, drawn as the preview draws them (the tests
compare that with Anki's engine) and photographed in Chromium. A comment above each card in the
course has its heading and its explanation. The pictures are the fronts and backs as a phone shows
them. Then the preview is photographed, and a real Anki desktop if it is installed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from attachdeck.anki import themes
from attachdeck.cli import main as attachdeck
from attachdeck.preview.server import Preview
from attachdeck.preview.site import Site, look

DOCS = Path(__file__).parent.resolve()
COURSE = DOCS.parent / "course"
RUN_ANKI = DOCS.parent / "tests" / "desktop" / "run_anki.py"
EXAMPLES = DOCS / "teach" / "every-kind"
HEAD = """\
# Every kind of card

For teachers who want to choose a kind of card and copy it.
Each picture shows the front or the back of the card above it, as on a phone.
All these cards are in [one lesson file](every-kind/lessons/01-every-kind.yaml), with \
[its course](every-kind/course.yaml).

"""
THEMES = """\
## The three themes

`theme: {name: …}` in `course.yaml` chooses the look of the cards. Without it, they are `calm`.
"""
LIGHTS = {"day": "", "night": "nightMode night_mode"}
"""The classes that Anki gives a card by day and by night."""
TITLE = r"^ *# (\w[\w ]*: [^\n]+)\n *#\n"
"""The first lines of the comment above an example."""


class Example(NamedTuple):
    """A card of the examples: its heading, what its comment says, and its YAML."""

    heading: str
    text: str
    yaml: str


def examples(lesson: str) -> list[Example]:
    """Return the examples of a lesson, in order: its reading, and each card with a comment."""
    parts = re.findall(
        rf"{TITLE}((?: *# [^\n]+\n)+)(.*?)(?=\n{TITLE}|\Z)", lesson, re.DOTALL | re.MULTILINE
    )
    return [
        Example(heading, re.sub(r"^ *# ", "", text, flags=re.MULTILINE), yaml_of(rest))
        for heading, text, rest, _ in parts
    ]


def yaml_of(text: str) -> str:
    """Return an example's YAML without the empty lines and the key that follow it in the file."""
    return text.strip("\n").removesuffix("cards:").strip("\n") + "\n"


def page(found: list[Example], pictures: dict[str, list[str]]) -> str:
    """Return the page, with the names of each example's pictures."""
    parts = []
    for example in found:
        shown = " ".join(
            f"![The {name.rpartition('-')[2]} of this card.](cards/{name}.png)"
            for name in pictures[example.heading]
        )
        parts.append(
            f"## {example.heading}\n\n```yaml\n{example.yaml}```\n\n{example.text}\n{shown}\n"
        )
    shown = [
        f"### {theme}\n\n"
        + " ".join(
            f"![A card in the theme {theme}, by {light}.](cards/{theme}-{light}.png)"
            for light in LIGHTS
        )
        + "\n"
        for theme in themes.NAMES
    ]
    return HEAD + "\n".join([*parts, THEMES, *shown])


def photograph(page: Page, site: Site, card: str, media: Path, name: str) -> list[str]:
    """Photograph both sides of a card in each of its wordings; the names of the pictures."""
    note = site.notes[card].note
    pictures = []
    for wording in range(len(note.variants) + 1):
        for side in ("front", "back"):
            html = site.document(card, note.cards[0].place, wording, side, "")
            pictures.append(f"{name}{f'-{wording + 1}' if wording else ''}-{side}")
            shoot(page, html, media, pictures[-1])
    return pictures


def shoot(page: Page, html: str | None, media: Path, name: str) -> None:
    """Photograph a card's document."""
    document = media / "card.html"
    document.write_text(str(html).replace("/media/", ""), encoding="utf-8")
    page.goto(document.as_uri())
    page.screenshot(path=DOCS / "teach" / "cards" / f"{name}.png", full_page=True)


def photograph_theme(page: Page, theme: str, media: Path) -> None:
    """Photograph the back of the first card in a theme, by day and by night."""
    course = media / theme
    shutil.copytree(EXAMPLES, course, ignore=shutil.ignore_patterns("course.lock"))
    with (course / "course.yaml").open("a", encoding="utf-8") as about:
        about.write(f"\ntheme: {{name: {theme}}}\nreport: https://example.org/mistakes\n")
    site = look(course)
    card = next(card for card, drawn in site.notes.items() if drawn.note.kind == "basic")
    for light, classes in LIGHTS.items():
        html = site.document(card, site.notes[card].note.cards[0].place, 0, "back", classes)
        shoot(page, html, media, f"{theme}-{light}")


def shrink() -> None:
    """Give the pictures few colours, if ImageMagick is there: a third of their size."""
    convert = shutil.which("convert")
    for picture in DOCS.rglob("*.png") if convert else ():
        options = ["+dither", "-colors", "128", "-define", "png:exclude-chunks=date,time"]
        subprocess.run([str(convert), picture, *options, f"PNG8:{picture}"], check=True)


@contextmanager
def previewed(page: Page, course: Path) -> Iterator[None]:
    """Open the preview of a course while the block runs."""
    preview = Preview(Path(os.path.relpath(course)))
    thread = threading.Thread(target=preview.run, daemon=True)
    thread.start()
    page.goto(preview.url)
    page.locator("article").first.wait_for()
    yield
    preview.close()
    thread.join()


def show_preview(page: Page) -> None:
    """Photograph the preview of the course on attachment, at its scenes."""
    with previewed(page, COURSE):
        page.select_option("#kind", "vignette")
        page.wait_for_timeout(1500)
        page.screenshot(path=DOCS / "teach" / "preview.png")


def show_first_hour(page: Page, home: Path) -> None:
    """Photograph the preview as the first hour meets it: a new course, then a misspelt key."""
    pictures = DOCS / "teach" / "first-hour"
    os.chdir(home)  # The page names the course as the command did.
    attachdeck(["new", "course", "my-course"], standalone_mode=False)
    lesson = home / "my-course" / "lessons" / "01-first-lesson.yaml"
    text = lesson.read_text(encoding="utf-8")
    with previewed(page, home / "my-course"):
        page.screenshot(path=pictures / "preview.png")
        lesson.write_text(text.replace("answer: How much", "anwser: How much"), encoding="utf-8")
        page.locator("#problems .problem.error").first.wait_for()
        page.screenshot(path=pictures / "error.png")
    lesson.write_text(text, encoding="utf-8")


def show_anki(home: Path) -> None:
    """Photograph Anki with the deck of the first hour, and with the course on attachment."""
    shutil.copy(EXAMPLES / "media" / "bell.wav", home)
    shutil.copy(DOCS / "teach" / "cards" / "basic-back.png", home / "curve.png")
    guide = (DOCS / "teach" / "first-hour.md").read_text(encoding="utf-8")
    guide = guide.replace("bell.mp3", "bell.wav")
    for command in re.findall(r"^attachdeck ((?:new (?!course)|fmt|build).*)", guide, re.MULTILINE):
        subprocess.run([sys.executable, "-m", "attachdeck", *shlex.split(command)], check=True)
    subprocess.run([sys.executable, "-m", "attachdeck", "build", str(COURSE)], check=True)
    photograph_anki("600x400", "my-course", "teach/first-hour", '"prompt:*spacing mean*"')
    photograph_anki("800x760", "attachment-theory", "learn")


def photograph_anki(size: str, deck: str, folder: str, *search: str) -> None:
    """Run photograph_anki.py in a real Anki; say so if there is none."""
    script = [str(DOCS / "photograph_anki.py"), f"build/{deck}.apkg", str(DOCS / folder), *search]
    command = [sys.executable, str(RUN_ANKI), "--size", size, *script]
    if subprocess.run(command, check=False).returncode:
        sys.stderr.write(f"the pictures of Anki in docs/{folder} are not renewed\n")


def main() -> None:
    """Write docs/teach/cards.md and the pictures of cards, of the preview and of Anki."""
    lesson = EXAMPLES / "lessons" / "01-every-kind.yaml"
    found = examples(lesson.read_text(encoding="utf-8"))
    pictures = {}
    site = look(EXAMPLES)
    if site.problems:
        sys.exit(
            "\n".join(
                f"{problem['file']}:{problem['line']}: {problem['message']}"
                for problem in site.problems
            )
        )
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        media = Path(folder)
        for file, content in site.media.items():
            (media / file).write_bytes(content)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        phone = browser.new_page(viewport={"width": 390, "height": 300}, reduced_motion="reduce")
        for example in found:
            kind = example.heading.partition(":")[0].partition(" ")[0]
            card = re.search(r"- id: (\S+)", example.yaml)[1]
            pictures[example.heading] = photograph(phone, site, card, media, kind)
        for theme in themes.NAMES:
            photograph_theme(phone, theme, media)
        screen = browser.new_page(viewport={"width": 1200, "height": 760})
        show_preview(screen)
        show_first_hour(screen, Path(folder))
        browser.close()
        show_anki(Path(folder))
        shrink()
    (DOCS / "teach" / "cards.md").write_text(page(found, pictures), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
