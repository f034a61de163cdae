"""Runs inside a real Anki (run_anki.py): writes in the field of a card, and looks at its back."""

import json

from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
from aqt import gui_hooks
from aqt.qt import QPoint, Qt
from PyQt6.QtTest import QTest

job = json.loads(args[0])
MIDDLE = """(() => {
  const box = document.querySelector("#qa textarea").getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
})()"""
BACK = """(() => ({
  written: [...document.querySelectorAll("#qa .written")]
    .filter((each) => each.checkVisibility()).map((each) => each.querySelector("div").textContent),
  text: document.querySelector("#qa").innerText,
}))()"""

options = ImportAnkiPackageOptions()
mw.col.import_anki_package(ImportAnkiPackageRequest(package_path=job["package"], options=options))
mw.col.models._clear_cache()
mw.col.decks.select(mw.col.decks.id_for_name("Tiny"))
happens(gui_hooks.reviewer_did_show_question, lambda: mw.moveToState("review"))
until(lambda: js(mw.web, "!!document.querySelector('#qa textarea')"))
settled(mw.web)
x, y = (round(place * mw.web.zoomFactor()) for place in js(mw.web, MIDDLE))
QTest.mouseClick(mw.web.focusProxy(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))
until(lambda: js(mw.web, "document.activeElement.tagName") == "TEXTAREA")
for line in job["lines"]:
    QTest.keyClicks(mw.web.focusProxy(), line)
    QTest.keyClick(mw.web.focusProxy(), Qt.Key.Key_Return)
until(lambda: js(mw.web, "document.querySelector('#qa textarea').value").count("\n") == 2)
side = mw.reviewer.state
front = job.get("pictures") and shot(f"{job['pictures']}/produce-front.png")
happens(gui_hooks.reviewer_did_show_answer, mw.reviewer._showAnswer)
until(lambda: js(mw.web, "!!document.querySelector('#qa .model')"))
settled(mw.web)
if job.get("pictures"):
    shot(f"{job['pictures']}/produce-back.png")
back = js(mw.web, BACK)
happens(gui_hooks.reviewer_did_show_question, lambda: mw.reviewer._answerCard(1))
until(lambda: js(mw.web, "!!document.querySelector('#qa textarea')"))
again = js(mw.web, "document.querySelector('#qa textarea').value")
result({"side": side, "back": back, "again": again})
