"""Look at pages in Chromium."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.commands import need

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PDFTOTEXT = shutil.which("pdftotext") or ""
TOO_WIDE = """() => {
  const wide = [...document.querySelectorAll("body, .page *")].filter(
    (element) => element.checkVisibility()
      && element.getBoundingClientRect().right > innerWidth + 1);
  return wide.map((element) => element.outerHTML.slice(0, 90));
}"""

LUMINANCE = """() => {
  // Relative luminance and contrast by WCAG 2.2.
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) \
** 2.4;
  const parse = (colour) => { const parts = colour.match(/[\\d.]+/g).map(Number); return \
parts.length < 4 || parts[3] > 0 ? parts : null; };
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * \
channel(blue);
  // Washes are transparent: what is seen is all backgrounds down to the first opaque one.
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const found = parse(getComputedStyle(element).backgroundColor);
    if (!found) return behind(element.parentElement);
    const share = found.length < 4 ? 1 : found[3];
    const below = share < 1 ? behind(element.parentElement) : found;
    return [0, 1, 2].map((place) => share * found[place] + (1 - share) * below[place]);
  };
  const low = [];
  const walker = document.createTreeWalker(document.querySelector(".page"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest("script, style")) \
continue;
    const [one, other] = [light(parse(getComputedStyle(element).color)), \
light(behind(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < (element.closest("h2, a, summary, .tab, .cloze, .asked-step, .pick, \
.typeGood, .accepted-note") ? 4.5 : 7)) low.push([node.data.trim().slice(0, 30), \
contrast.toFixed(2)]);
  }
  return low;
}"""
"""Return the texts of a card that have too little contrast."""


def assert_dot(words: Locator) -> None:
    """See that something round, filled and larger than a full stop is before the words."""
    style = words.evaluate(
        "element => { const {borderTopWidth, borderRadius, borderTopColor}"
        " = getComputedStyle(element, '::before');"
        " return [parseFloat(borderTopWidth) >= 4, borderRadius, borderTopColor]; }"
    )
    assert style[:2] == [True, "50%"]
    assert style[2] != "rgba(0, 0, 0, 0)"


def until(page: Page, condition: str) -> None:
    """Wait until a condition holds; Playwright's own waiting needs a page that allows `eval`."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {condition}")


def to_pdf(page: Path, pdf: Path) -> Path:
    need("Chromium", bool(CHROMIUM))
    need("pdftotext (poppler-utils)", bool(PDFTOTEXT))
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--print-to-pdf={pdf}",
        page.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return pdf


def pages(pdf: Path) -> list[str]:
    done = subprocess.run(
        [PDFTOTEXT, "-bbox", str(pdf), "-"], check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.split("<page ")[1:]


_FILM = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 160;
  canvas.height = 120;
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(10), {mimeType: "video/webm"});
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  for (let frame = 0; frame < 8; frame++) {
    pen.fillStyle = frame % 2 ? "red" : "blue";
    pen.fillRect(0, 0, 160, 120);
    await new Promise((done) => setTimeout(done, 100));
  }
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def film(browser: Browser) -> bytes:
    """A short WebM that a browser records: frames in two colours."""
    page = browser.new_page()
    page.goto("about:blank")
    recorded = base64.b64decode(page.evaluate(_FILM))
    page.close()
    return recorded
