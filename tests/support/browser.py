"""Look at pages in Chromium."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.commands import need

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PDFTOTEXT = shutil.which("pdftotext") or ""
TOO_WIDE = """() => {
  const wide = [...document.querySelectorAll("body, .page *")].filter(
    (element) => element.checkVisibility()
      && element.getBoundingClientRect().right > innerWidth + 1);
  return wide.map((element) => element.outerHTML.slice(0, 90));
}"""


def assert_dot(words: Locator) -> None:
    """See that something round, filled and larger than a full stop is before the words."""
    style = words.evaluate(
        "element => { const {borderTopWidth, borderRadius, borderTopColor}"
        " = getComputedStyle(element, '::before');"
        " return [parseFloat(borderTopWidth) >= 4, borderRadius, borderTopColor]; }"
    )
    assert style[:2] == [True, "50%"]
    assert style[2] == words.evaluate("element => getComputedStyle(element).color")


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
