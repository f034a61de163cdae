"""The documentation as a site, built as `make docs` does it: whatever its pages show or link to is
there."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support.commands import need
from support.courses import ROOT

pytestmark = pytest.mark.slow  # Makes a site.


class Addresses(HTMLParser):
    """The addresses of what a page shows or links to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attributes if name in ("src", "href")]


def target(site: Path, page: Path, address: str) -> Path | None:
    """Return the file that an address leads to; None where it leads out of the site."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    start = site if parts.path.startswith("/") else page.parent
    path = start / unquote(parts.path).lstrip("/") if parts.path else page
    return path / "index.html" if path.is_dir() else path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("sphinx", "myst_parser", "furo"):
        need(f"the package {package}", importlib.util.find_spec(package) is not None)
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "dirhtml", "docs"]
    built = subprocess.run(
        [*command, str(folder), "-d", str(folder.parent / "doctrees")],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_every_picture_and_every_link_of_the_site_leads_to_a_file(site: Path):
    pages = sorted(site.rglob("*.html"))
    leads = {(page, address) for page in pages for address in Addresses(page).found}
    targets = {lead: target(site, *lead) for lead in leads}

    broken = [
        (str(page.relative_to(site)), address)
        for (page, address), file in targets.items()
        if file and not file.is_file()
    ]

    assert sorted(broken) == []
    assert len(pages) > 20


def test_the_gallery_shows_both_sides_of_every_kind(site: Path):
    page = site / "teach" / "cards" / "index.html"
    shown = {Path(address).name for address in Addresses(page).found}

    assert {picture.name for picture in (ROOT / "docs" / "teach" / "cards").iterdir()} <= shown


def test_the_first_page_shows_a_card(site: Path):
    shown = Addresses(site / "index.html").found
    assert any("vignette-back" in address for address in shown)
