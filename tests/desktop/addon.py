"""Runs inside Anki: imports a package, shows one card of each kind in the reviewer, grabs both sides, looks at them, quits."""

import json
import os
import traceback
from pathlib import Path

from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
from aqt import gui_hooks, mw
from aqt.qt import QTimer

FOLDER = Path(os.environ["SHOW_FOLDER"])
KINDS = (
    "basic",
    "reversed",
    "typed",
    "cloze",
    "choice",
    "vignette",
    "sequence",
    "occlusion",
    "practice",
    "reference",
)
report = {"shown": [], "failed": []}
waiting = list(KINDS)

# What a side must show, asked of the page itself. Masks are drawn on the canvas: a hidden region has its colour.
LOOK = """(() => {
  const page = document.querySelector("#qa .page");
  if (!page) return {text: ""};
  const canvas = document.getElementById("image-occlusion-canvas");
  const error = document.getElementById("err");
  let masked = null;
  if (canvas && canvas.width) {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    masked = 0;
    for (let place = 3; place < pixels.length; place += 4) if (pixels[place] > 0) masked++;
  }
  return {text: page.innerText.trim(), wide: page.scrollWidth > innerWidth + 1, masked: masked, error: error ? error.textContent : "",
          buttons: page.querySelectorAll(".choice button").length, typing: !!document.getElementById("typeans")};
})()"""


def start():
    mw.resize(640, 900)
    options = ImportAnkiPackageOptions()
    mw.col.import_anki_package(
        ImportAnkiPackageRequest(package_path=os.environ["SHOW_PACKAGE"], options=options)
    )
    mw.col.models._clear_cache()
    following()


def following():
    if not waiting:
        finish()
        return
    kind = waiting.pop(0)
    found = mw.col.find_cards(f'"tag:*::kind::{kind}"', order="c.due, c.ord")
    if not found:
        report["failed"].append(f"{kind}: the package has none")
        following()
        return
    deck = mw.col.decks.id(f"Show {kind}")
    mw.col.set_deck([found[0]], deck)
    mw.col.decks.select(deck)
    mw.moveToState("overview")
    later(600, lambda: mw.moveToState("review"))
    later(2200, lambda: look(kind, "front"))


def look(kind, side):
    mw.grab().save(str(FOLDER / f"{kind}-{side}.png"))
    mw.reviewer.web.evalWithCallback(LOOK, lambda found: judge(kind, side, found or {"text": ""}))


def judge(kind, side, found):
    wrong = []
    if len(found["text"]) < 10:
        wrong.append("shows nothing")
    if found.get("wide"):
        wrong.append("is wider than the window")
    if found.get("error"):
        wrong.append(found["error"])
    if kind == "occlusion" and not found.get("masked"):
        wrong.append("has no masks")
    if kind in ("choice", "vignette") and side == "front" and found.get("buttons", 0) < 2:
        wrong.append("has no options to pick")
    if kind == "typed" and not found.get("typing"):
        wrong.append("has no field to type into")
    line = f"{kind} {side}"
    report["failed" if wrong else "shown"].append(f"{line}: {', '.join(wrong)}" if wrong else line)
    if side == "front":
        mw.reviewer._showAnswer()
        later(1500, lambda: look(kind, "back"))
    else:
        later(50, following)


def finish():
    Path(os.environ["SHOW_REPORT"]).write_text(json.dumps(report), encoding="utf-8")
    mw.unloadProfileAndExit()


def later(milliseconds, act):
    def safely():
        try:
            act()
        except Exception:
            report["failed"].append(traceback.format_exc())
            finish()

    QTimer.singleShot(milliseconds, safely)


gui_hooks.main_window_did_init.append(lambda: later(800, start))
