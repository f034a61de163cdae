"""How long an author waits for the preview: for its first page, and for Chromium to show a save.

The clock stops in the page, two animation frames after the card's frame has reported its height:
Playwright would look again only every half second. That the card shows what it should is asked
afterwards.

Usage: preview_page.py [CARDS] [SAVES]; `run.py` asks for the same. The median and the least are
given: on a machine that others use, the least is nearer the truth.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import courses
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PYTHON = sys.executable
WINDOW: ViewportSize = {"width": 1280, "height": 900}

WATCH = """(card) => {
  const front = () => document.querySelector(`iframe[title="${card}: front"]`);
  const before = front();
  window.drawn = new Promise((resolve) => addEventListener("message", (event) => {
    const frame = front();
    if (!frame || frame === before || frame.contentWindow !== event.source) return;
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(Date.now() / 1000)));
  }));
}"""
"""Makes `drawn` the moment when a new frame of a card's front is drawn, in seconds since 1970."""


def environment(cache: str) -> dict[str, str]:
    """A user's: modules are compiled once, and not anew in each run."""
    return {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    } | {"ATTACHDECK_CACHE": cache}


@contextlib.contextmanager
def started(course: Path, cache: str) -> Iterator[str]:
    """Run `attachdeck preview`, and yield its address once it says so."""
    command = [PYTHON, "-u", "-m", "attachdeck", "preview", course, "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=environment(cache)
    ) as process:
        assert process.stdout
        try:
            yield re.findall(r"http://\S+", process.stdout.readline())[0]
        finally:
            process.terminate()


def front(page: Page, card: str, text: str = "") -> None:
    """Wait until the front of a card is drawn, with a text on it."""
    frame = page.frame_locator(f"iframe[title='{card}: front']")
    frame.locator(".page", has_text=text).wait_for()


def first_page(browser: Browser, course: Path, cache: str) -> float:
    """The seconds from the command until the first card can be read."""
    page = browser.new_page(viewport=WINDOW)
    page.add_init_script(f"({WATCH})('card-0-0')")
    begun = time.time()
    with started(course, cache) as address:
        page.goto(address)
        taken: float = page.evaluate("drawn") - begun
        front(page, "card-0-0")
    page.close()
    return taken


def saves(browser: Browser, course: Path, cache: str, times: int) -> list[float]:
    """The seconds from each save until the card that it changed is drawn, amid the course."""
    page = browser.new_page(viewport=WINDOW)
    lesson = len(list((course / "lessons").iterdir())) // 2
    path = sorted((course / "lessons").iterdir())[lesson]
    text = path.read_text(encoding="utf-8")
    name = f"card-{lesson}-0"
    taken = []
    with started(course, cache) as address:
        page.goto(address)
        card = page.locator(f"#card-{name}")
        card.wait_for(state="attached")
        card.evaluate("article => article.scrollIntoView()")
        front(page, name)
        for number in range(times + 1):
            card.evaluate("article => article.scrollIntoView({block: 'center'})")
            page.wait_for_timeout(500)  # An author pauses between two saves.
            page.evaluate(WATCH, name)
            changed = text.replace("    prompt: ", f"    prompt: Save {number} of ", 1)
            begun = time.time()
            path.write_text(changed, encoding="utf-8", newline="\n")
            taken.append(page.evaluate("drawn") - begun)
            front(page, name, f"Save {number} of")
    path.write_text(text, encoding="utf-8", newline="\n")
    page.close()
    return taken[1:]


def measure(course: Path, work: Path, times: int = 20) -> dict[str, list[float]]:
    """Seconds by what was measured."""
    cache = str(work / "preview-cache")
    check = [PYTHON, "-m", "attachdeck", "check", course]
    found: dict[str, list[float]] = {"first ever": [], "first page": [], "check": [], "save": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        found["first ever"].append(first_page(browser, course, cache))
        for _ in range(5):
            found["first page"].append(first_page(browser, course, cache))
            begun = time.perf_counter()
            subprocess.run(check, check=True, capture_output=True, env=environment(cache))
            found["check"].append(time.perf_counter() - begun)
        found["save"] = saves(browser, course, cache, times)
        browser.close()
    return found


def rows(course: Path, cards: int, work: Path) -> list[tuple[str, str, str, str]]:
    """The rows for the page: what was measured, how long it took, what beside, and the ratio."""
    found = measure(course, work)
    first, check, save = (found[name] for name in ("first page", "check", "save"))
    ratios = [ours / theirs for ours, theirs in zip(first, check, strict=True)]
    share = statistics.median(save) / statistics.median(first)
    return [
        (
            f"`preview` of {cards:,} cards: from the command to the first card in Chromium",
            shown(first),
            "`check` from the cache",
            f"{statistics.median(ratios):.2f} times as long",
        ),
        (
            f"`preview` of {cards:,} cards: from a save to the changed card in Chromium",
            shown(save),
            "its first card",
            f"{share:.2f} times as long",
        ),
    ]


def shown(taken: list[float]) -> str:
    """The median and the least, in milliseconds."""
    return f"{statistics.median(taken) * 1000:.0f} ms, least {min(taken) * 1000:.0f} ms"


def main() -> None:
    """Measure, and print."""
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        found = measure(courses.write(work / "course", cards), work, times)
    for name, taken in found.items():
        print(f"{name:<12}{shown(taken)} ({len(taken)} times)")


if __name__ == "__main__":
    main()
