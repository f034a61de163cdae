"""Look at decks and cards inside Anki, as a learner meets them; run by run_anki.py.

The argument is a JSON object: `packages` (files to import), `deck` and `first` (how many cards to
study from this deck), `pictures` (a folder for pictures of one card of each kind, or nothing).
The result describes each page, for tests to judge.
"""

import json
from pathlib import Path

from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
from aqt import gui_hooks
from aqt.qt import QPoint, Qt
from aqt.theme import Theme
from PyQt6.QtTest import QTest

NARROW = 480
"""Pixels of a narrow window: beside a browser, or as on a phone."""
EASY = 4
"""The answer after which Anki does not show a new card again on the same day."""

DESCRIPTION = """(() => {
  const description = document.querySelector(".description");
  const page = document.scrollingElement;
  const texts = [];
  const walker = document.createTreeWalker(description || document.body, NodeFilter.SHOW_TEXT);
  while (description && walker.nextNode()) texts.push(walker.currentNode.data);
  const pictures = description ? [...description.querySelectorAll("img")] : [];
  return {
    texts: texts,
    pictures: pictures.map((image) => [image.src, image.complete && image.naturalWidth]),
    top: page.scrollTop,
    height: page.scrollHeight,
    width: page.scrollWidth,
    window: [innerWidth, innerHeight],
    focus: document.activeElement.id,
  };
})()"""

# A mask is drawn on the canvas: a hidden region has its colour.
CARD = """(() => {
  const page = document.querySelector("#qa .page");
  const canvas = document.getElementById("image-occlusion-canvas");
  const visible = (element) => element.checkVisibility();
  const right = (element) => element.getBoundingClientRect().right;
  let masked = 0;
  if (canvas && canvas.width) {
    const drawing = canvas.getContext("2d");
    const pixels = drawing.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let place = 3; place < pixels.length; place += 4) masked += pixels[place] > 0;
  }
  const wide = [...page.querySelectorAll("*")].filter(visible);
  return {
    text: page.innerText.trim(),
    night: document.body.classList.contains("nightMode"),
    wide: wide.filter((element) => right(element) > innerWidth + 1 || right(element) < 0)
              .map((element) => element.outerHTML.slice(0, 90)),
    scrolls: document.scrollingElement.scrollWidth > innerWidth + 1,
    pictures: [...page.querySelectorAll("img")].filter(visible)
              .map((image) => [image.src, image.complete && image.naturalWidth]),
    occluded: !!canvas,
    masked: masked,
    error: [...document.querySelectorAll("#err, .error")].map((each) => each.textContent).join(""),
    script_errors: window.scriptErrors,
    options: page.querySelectorAll(".choice button").length,
    keys: [...page.querySelectorAll(".keys")].some(visible),
    field: !!document.querySelector("input#typeans"),
    compared: !!document.querySelector("code#typeans"),
  };
})()"""

LISTEN = """window.scriptErrors = [];
addEventListener("error", (event) => scriptErrors.push(event.message));
addEventListener("unhandledrejection", (event) => scriptErrors.push(String(event.reason)));"""

# Anki blends the old card out and the new one in.
SHOWN = """(() => {
  const qa = document.getElementById("qa");
  const page = qa && qa.querySelector(".page");
  return !!page && !page.dataset.seen && getComputedStyle(qa).opacity === "1";
})()"""
SEEN = 'document.querySelectorAll("#qa .page").forEach((page) => { page.dataset.seen = "yes"; })'

job = json.loads(args[0])


def load(package: str) -> None:
    """Import a package with the options that the dialog has at first."""
    options = ImportAnkiPackageOptions()
    mw.col.import_anki_package(ImportAnkiPackageRequest(package_path=package, options=options))
    mw.col.models._clear_cache()


def allow(cards: int) -> None:
    """Let Anki show this many new cards on one day."""
    preset = mw.col.decks.get_config(1)
    preset["new"]["perDay"] = cards
    mw.col.decks.update_config(preset)


def open_overview(deck: int) -> None:
    mw.col.decks.select(deck)
    happens(gui_hooks.overview_did_refresh, lambda: mw.moveToState("overview"))
    settled(mw.web)
    settled(mw.bottomWeb)


def overviews() -> list[dict]:
    """Describe the overview of each deck that has cards."""
    looks = []
    for deck in sorted(mw.col.decks.all(), key=lambda deck: deck["name"]):
        if mw.col.find_cards(f'"deck:{deck["name"]}"'):
            open_overview(deck["id"])
            until(lambda: js(mw.web, "document.activeElement.id") == "study")
            settled(mw.web)
            looks.append({"deck": deck["name"], **js(mw.web, DESCRIPTION)})
    return looks


def wait_for_side() -> None:
    until(lambda: js(mw.web, SHOWN))
    settled(mw.web)
    settled(mw.bottomWeb)


def look(side: str) -> dict:
    """Describe the side that the reviewer shows."""
    card = mw.reviewer.card
    page = js(mw.web, CARD)
    if page["occluded"]:  # Anki draws the masks after the picture is there.
        until(lambda: js(mw.web, CARD)["masked"])
        page = js(mw.web, CARD)
    js(mw.web, "scriptErrors.length = 0")
    note = card.note()
    if job.get("pictures"):
        theme = "-night" if page["night"] else ""
        course = note.tags[0].partition("::")[0]
        shot(Path(job["pictures"]) / f"{course}-{kind_of(note)}-{side}{theme}.png")
    return {
        "side": side,
        "id": dict(note.items()).get("ID", ""),
        "kind": kind_of(note),
        "tags": note.tags,
        "deck": mw.col.decks.name(card.odid or card.did),
        **page,
    }


def kind_of(note) -> str:
    kinds = [tag.partition("::kind::")[2] for tag in note.tags if "::kind::" in tag]
    return kinds[0] if kinds else ""


def study(cards: int, deck: int) -> list[dict]:
    """Study a deck from its overview; describe both sides of so many cards."""
    open_overview(deck)
    happens(gui_hooks.reviewer_did_show_question, lambda: mw.moveToState("review"))
    js(mw.web, LISTEN)
    sides = []
    for number in range(cards):
        wait_for_side()
        sides.append(look("front"))
        if sides[-1]["options"]:
            sides[-1]["picked"] = pick()
        js(mw.web, SEEN)
        happens(gui_hooks.reviewer_did_show_answer, mw.reviewer._showAnswer)
        wait_for_side()
        sides.append(look("back"))
        js(mw.web, SEEN)
        if number < cards - 1:
            happens(gui_hooks.reviewer_did_show_question, lambda: mw.reviewer._answerCard(EASY))
    return sides


PRESSED = """[...document.querySelectorAll(".choice button")]
  .map((button) => button.getAttribute("aria-pressed") === "true")"""
MIDDLE = """(() => {
  const button = document.querySelector(".choice button");
  button.scrollIntoView();
  const box = button.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
})()"""


def pick() -> list[bool]:
    """Click the first option; return which options are pressed then."""
    middle = (round(place * mw.web.zoomFactor()) for place in js(mw.web, MIDDLE))
    before = js(mw.web, PRESSED)
    QTest.mouseClick(mw.web.focusProxy(), Qt.MouseButton.LeftButton, pos=QPoint(*middle))
    until(lambda: js(mw.web, PRESSED) != before)
    return js(mw.web, PRESSED)


def longest(tag: str) -> int:
    """Return the card that has the longest answer."""
    cards = mw.col.find_cards(f'"tag:{tag}"')
    return max(cards, key=lambda card: len(mw.col.get_card(card).answer()))


def show_kinds(name: str, theme: Theme) -> list[dict]:
    """Study one card of each kind of each course, from a deck made for them."""
    mw.set_theme(theme)
    cards = [longest(tag) for tag in mw.col.tags.all() if "::kind::" in tag]
    mw.col.sched.schedule_cards_as_new(cards)
    deck = mw.col.decks.id(name)
    mw.col.set_deck(cards, deck)
    return study(len(cards), deck)


for package in job["packages"]:
    load(package)
report = {"overviews": overviews()}
width, height = mw.width(), mw.height()
mw.resize(NARROW, height)
report["narrow"] = overviews()
mw.resize(width, height)
allow(job["first"])
report["first"] = study(job["first"], mw.col.decks.id(job["deck"]))
allow(9999)
report["day"] = show_kinds("Day", Theme.LIGHT)
report["night"] = show_kinds("Night", Theme.DARK)
result(report)
