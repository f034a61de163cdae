"""The output `site`: a website of the course, with its cards as prompts, and the deck to download.

Each prompt follows the section that it asks about. The site needs no server and loads nothing from
elsewhere; from a server it can be installed and read without a connection. What the reader
remembers stays in the browser.

The pages' policy (Content-Security-Policy) names `file:` beside `'self'`: for a page opened from a
folder Chromium takes its neighbours for `'self'`, but no standard asks a browser to. A page from a
server cannot load files, so there it permits nothing more.
"""

from __future__ import annotations

import json
from pathlib import Path

from attachdeck.anki import themes
from attachdeck.anki.references import cited, reference
from attachdeck.compile.deck import Deck
from attachdeck.outputs import apkg
from attachdeck.outputs.site import index, lessons, offline, practice, tests, website
from attachdeck.outputs.site.course_data import course_data, texts
from attachdeck.outputs.site.metadata import metadata, summary
from attachdeck.outputs.site.reading import plain
from attachdeck.outputs.site.website import Website, address

SUFFIX = "-site"

SCRIPTS = ("progress.js", "prompts.js", "search.js", "offline.js")
"""The scripts of every page, beside `course.js`.

A page that was opened from a folder may not fetch JSON, so the data are scripts, too: `course.js`
is small, and `texts.js` is loaded by the first search.
"""


def write(deck: Deck, place: Path) -> list[str]:
    """Write the pages, what they show and the deck into a folder.

    Raise OSError when it cannot be written.
    """
    place.mkdir()
    site = Website(deck)
    apkg.write(deck, place / site.package)
    (place / "media").mkdir()
    media = {f"media/{name}": content for name, content in site.media().items()}
    contents = media | {name: text.encode() for name, text in _texts(site).items()}
    contents[offline.WORKER] = offline.worker(site, contents).encode()
    for name, content in contents.items():
        (place / name).write_bytes(content)
    return _lost(site)


def _texts(site: Website) -> dict[str, str]:
    """Return every file of text by its name, but for the service worker."""
    course = site.course
    about = summary(course)
    pages = {
        website.INDEX: site.page(
            course.title, about, index.main(site), metadata=metadata(course, address)
        ),
        website.PRACTICE: practice.page(site),
        website.SOURCES: site.page(
            f"{site.words['Sources']}: {course.title}", about, _works(site), here=website.SOURCES
        ),
    }
    for number, lesson in enumerate(course.lessons):
        title = f"{lesson.title}: {course.title}"
        main = lessons.main(site, number)
        pages[address(lesson)] = site.page(title, plain(site.html(lesson.summary)), main)
    pages |= {tests.address(test): tests.page(site, test) for test in course.tests}
    data = {
        "course.js": f"const COURSE = {_json(course_data(site))};\n",
        "texts.js": f"COURSE.texts = {_json(texts(site))};\nsearch.ready();\n",
    }
    names = (*SCRIPTS, practice.SCRIPT, *((tests.SCRIPT,) if course.tests else ()))
    scripts = {name: website.file(name) for name in names}
    return pages | data | scripts | offline.files(site) | {"style.css": _style(site)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _style(site: Website) -> str:
    course = site.course
    day, night = themes.declarations(course.theme, course.accent, course.accent_night)
    return site.fill("style.css", {"day": day, "night": night})


def _works(site: Website) -> str:
    entries = "".join(f"<li>{reference(work)}</li>\n" for work in cited(site.course))
    return site.fill("sources.html", {"works": entries})


def _lost(site: Website) -> list[str]:
    deck = site.deck
    retired = deck.retired
    custom = deck.custom
    texts = [
        *(lesson.reading_text for lesson in site.course.lessons),
        *(prompt.html for prompts in site.prompts.values() for prompt in prompts),
    ]
    formulas = sum("\\(" in text or "\\[" in text for text in texts)
    return [
        *([f"{retired} retired"] if retired else []),
        *([f"{custom} of the course's own note types"] if custom else []),
        *([f"the drawing of formulas, in {formulas} readings and cards"] if formulas else []),
    ]
