"""Use the add-on's page of a course in a real Anki: open, read, study, report, delete.

python tests/desktop/run_anki.py --addon COURSE.ankiaddon --answer Yes tests/desktop/course_page.py
"""

import sys
from types import SimpleNamespace

import aqt.utils
from aqt.qt import QApplication, QInputDialog, QPlainTextEdit, QTimer

window = sys.modules["attachdeck_tiny.addon.course_window"]
opened = []
aqt.utils.QDesktopServices = SimpleNamespace(
    openUrl=lambda url: opened.append(bytes(url.toEncoded()).decode())
)


def limits():
    decks = mw.col.decks.all()
    return {deck["name"][6:]: deck.get("newLimit") for deck in decks if "::" in deck["name"]}


def locked():
    return sorted(name for name, limit in limits().items() if limit == 0)


def page():
    pages = [one for one in QApplication.topLevelWidgets() if type(one) is window.Window]
    return next((one for one in pages if one.isVisible() and one.shown), None)


def has(selector):
    return js(page().web, f"!!document.querySelector({selector!r})")


def press(selector):
    until(lambda: has(selector))
    js(page().web, f"document.querySelector({selector!r}).click()")


def focused():
    return js(page().web, "document.activeElement.id")


def from_tools():
    [menu] = [one.menu() for one in mw.form.menuTools.actions() if one.text() == "Tiny"]
    menu.actions()[0].trigger()
    until(page)


def from_overview():
    mw.col.decks.select(mw.col.decks.id("Tiny"))
    mw.moveToState("overview")
    settled(mw.web)
    js(mw.web, "[...document.links].find(link => link.text === 'Course page').click()")
    until(page)


def report(text):
    """Choose the line of the menu *More*, and write a text."""

    def write():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QInputDialog):
            QTimer.singleShot(20, write)
            return
        box.findChild(QPlainTextEdit).setPlainText(text)
        box.accept()

    mw.reviewer.showContextMenu()
    menu = until(QApplication.activePopupWidget)
    [line] = [one for one in menu.actions() if one.text() == "Report a mistake…"]
    menu.close()
    QTimer.singleShot(0, write)
    line.trigger()


seen_here = SimpleNamespace()
until(lambda: mw.col.note_count() and not mw.progress.busy(), 60)
until(lambda: len(locked()) == 3)
seen_here.first = locked()

from_tools()
owner = page().owner
seen_here.title = page().windowTitle()
until(lambda: focused() == "top")
press('[data-do="open:third"]')
until(lambda: locked() == ["02 Second & more", "02 Second & more::Practice"])
until(lambda: focused() == "lesson-third")

press('[data-do="read:second"]')
until(lambda: has(".reading"))
until(lambda: focused() == "top")
js(page().web, "document.querySelector('.reading a').click()")
until(lambda: opened)
press('[data-do="course:second"]')
until(lambda: has("ol.lessons"))
until(lambda: focused() == "lesson-second")

js(page().web, "document.querySelector('[name=on]').checked = false")
press("#settings button")
until(lambda: not locked())
js(page().web, "document.querySelector('[name=on]').checked = true")
press("#settings button")
until(lambda: len(locked()) == 2)
seen_here.again = locked()
page().close()

from_overview()
press('[data-do="study:first"]')
until(lambda: mw.state == "review" and mw.reviewer.card)
until(lambda: not page())
seen_here.studied = mw.col.decks.current()["name"]
seen_here.card = mw.reviewer.card.note()["ID"]
report("It says 1968 & not 1969.")
seen_here.copied = QApplication.clipboard().text()
owner.course["report"] = "mailto:m@example.org?subject=Tiny%3A%20{id}"
report("Is & was?")
owner.course["report"] = "https://example.org/?card={id}&version=1.0.0"
report("My words")
seen_here.copied_too = QApplication.clipboard().text()

for id in mw.col.find_cards('"deck:Tiny::01 First"'):
    card = mw.col.get_card(id)
    card.type, card.queue, card.ivl, card.due = 2, 2, 9, mw.col.sched.today + 9
    mw.col.update_card(card)
seen_here.reviewing = locked()
mw.moveToState("deckBrowser")
until(lambda: not locked())
seen_here.after = locked()

from_tools()
owner.change_settings(on=True, share=100, days=30)
until(lambda: mw.col.get_config("attachdeck tiny")["lessons"]["days"] == 30)
until(lambda: not mw._background_op_count)
seen_here.opened = opened
page().draw()  # Anki ends while the page is being drawn.
result(vars(seen_here))
