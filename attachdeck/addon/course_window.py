"""The course's page in Anki: a window of its own, and what opens lessons as they are learned.

Every change runs as an operation of Anki's. While the learner reviews, nothing does.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from anki.cards import Card
from anki.collection import Collection, OpChanges
from anki.decks import DeckId
from aqt import dialogs, gui_hooks, mw
from aqt.operations import CollectionOp, QueryOp
from aqt.qt import QAction, QApplication, QDialog, QInputDialog, QMenu, QVBoxLayout, qconnect
from aqt.utils import askUser, openLink, restoreGeom, saveGeom, tooltip
from aqt.webview import AnkiWebView

from . import lessons
from .lessons import Settings, State
from .page import Page, Today, body, course_page, head, reading_page
from .update import Plan, undo_step

T = TypeVar("T")

_A_MOMENT = 300
"""Milliseconds after which the add-on looks: Anki draws its own window first."""


class Lessons:
    """The lessons of a course, and its page.

    `update` is the number of the last update among the steps of undo.
    """

    def __init__(self, course: dict[str, Any], folder: Path, key: str) -> None:
        self.course = course
        self.words: dict[str, str] = course["words"]
        self.folder = folder
        self.key = key
        self.window: Window | None = None
        self.is_at_rest = False
        self.update = 0
        self._contents: dict[str, Any] = {}

    def begin(self) -> None:
        """Listen to Anki: where the course shows something, and when lessons may open."""
        gui_hooks.reviewer_will_end.append(self.look_soon)
        gui_hooks.reviewer_will_show_context_menu.append(self.add_report)
        gui_hooks.overview_will_render_content.append(self.add_link)
        gui_hooks.webview_did_receive_js_message.append(self.follow_link)
        gui_hooks.operation_did_execute.append(self.redraw)
        gui_hooks.profile_will_close.append(self.close)
        gui_hooks.addons_dialog_will_delete_addons.append(self.leave)

    @property
    def contents(self) -> dict[str, Any]:
        """Return the lessons as the add-on brings them; they are read when first needed."""
        if not self._contents:
            text = (self.folder / "lessons.json").read_text(encoding="utf-8")
            self._contents = json.loads(text)
        return self._contents

    # Which lessons are open.

    def updated(self, done: Plan) -> None:
        """Remember what an update was from. Who gets the course with the add-on is not asked."""
        self.update = done.step

        def work(col: Collection) -> OpChanges:
            if done.first:
                return lessons.save(col, self.key, on=self.contents["opens"]["when"] == "learned")
            return lessons.save(col, self.key, since=done.applied)

        self.change(work, self.look)

    def look_soon(self) -> None:
        """Look a moment later."""
        mw.progress.single_shot(_A_MOMENT, self.look)

    def look(self) -> None:
        """Lock and open lessons where it is time, unless the learner is reviewing.

        At rest it does nothing: while it asks, and once the add-on is to be deleted.
        """
        if mw.col is None or mw.state == "review" or self.is_at_rest:
            return
        self.draw()
        self.query(self.state, self.follow)

    def state(self, col: Collection) -> tuple[Settings, State]:
        """Return the settings, and how the lessons stand by them."""
        wanted = lessons.settings(col, self.key, self.contents["opens"])
        return wanted, lessons.look(col, self.course["id"], self.contents, wanted)

    def follow(self, found: tuple[Settings, State]) -> None:
        """Lock and open; ask first whoever had the deck before."""
        wanted, state = found
        if wanted.is_on is None and state.to_lock:
            self.is_at_rest = True
            yes = askUser(self.words["Ask one by one"], parent=mw, title=self.course["title"])
            self.is_at_rest = False
            self.change(lambda col: lessons.save(col, self.key, on=yes), self.look)
        elif not state.is_settled:
            self.settle(state)

    def settle(self, state: State) -> None:
        """Lock and open as the settings want it, and say what is open now."""
        opened = [
            standing.lesson["title"]
            for standing in state.standings
            if standing.deck in state.to_open
        ]

        def work(col: Collection) -> OpChanges:
            wanted = lessons.settings(col, self.key, self.contents["opens"])
            steps = (self.undo, (undo_step(self.course), self.update))
            return lessons.settle(col, self.course["id"], self.contents, wanted, *steps)

        def say() -> None:
            if opened:
                text = self.words["Lessons open now"].format(lessons=", ".join(opened))
                tooltip(html.escape(text), parent=mw)

        self.change(work, say)

    @property
    def undo(self) -> str:
        """Return what Anki's menu calls the step."""
        return f"{self.words['Lessons']}: {self.course['title']}"

    def open(self, lesson: str) -> None:
        """Open a lesson because the learner wants it."""

        def work(col: Collection) -> OpChanges:
            return lessons.open_by_hand(col, self.course["id"], self.contents, lesson, self.undo)

        self.change(work, lambda: self.draw(focus=f"lesson-{lesson}"))

    def change_settings(self, *, on: bool, share: int, days: int) -> None:
        """Keep the learner's settings, and lock and open by them."""

        def work(col: Collection) -> OpChanges:
            return lessons.save(col, self.key, on=on, share=share, days=days)

        self.change(work, self.look)

    def open_all(self) -> None:
        """Open all lessons, and lock none any more."""
        self.change(lambda col: lessons.save(col, self.key, on=False), self.look)

    def leave(self, _dialog: QDialog, addons: list[str]) -> None:
        """Open all lessons before the add-on is deleted."""
        if self.folder.name in addons and mw.col is not None:
            self.is_at_rest = True
            lessons.open_all(mw.col, self.course["id"], self.undo)

    def query(self, work: Callable[[Collection], T], then: Callable[[T], object]) -> None:
        """Work something out in the background; a profile that was closed meanwhile is no error."""

        def fail(error: Exception) -> None:
            if mw.col is not None:
                raise error

        QueryOp(parent=mw, op=work, success=then).failure(fail).run_in_background()

    def change(self, work: Callable[[Collection], OpChanges], then: Callable[[], object]) -> None:
        """Change the collection in the background."""
        CollectionOp(parent=mw, op=work).success(lambda _: then()).run_in_background()

    # The page.

    def show(self) -> None:
        """Show the course's page."""
        if mw.col is None:
            return
        if self.window is None:
            self.window = Window(self)
        self.window.show()
        self.window.activateWindow()
        self.window.draw(focus="top")
        self.look()

    def draw(self, focus: str = "") -> None:
        """Draw the page again if it is to be seen."""
        if self.window is not None and self.window.isVisible():
            self.window.draw(focus)

    def redraw(self, changes: OpChanges, _handler: object) -> None:
        """Draw the page again after an operation that changes what is on it."""
        if changes.study_queues and mw.state != "review":
            self.draw()

    def close(self) -> None:
        """Close the page with its profile."""
        if self.window is not None:
            self.window.web.cleanup()
            self.window.close()
            self.window.deleteLater()
            self.window = None

    def page(self, col: Collection) -> Page:
        """Return what the page shows."""
        wanted, state = self.state(col)
        root = lessons.root(col, state)
        tree = col.sched.deck_due_tree(DeckId(root)) if root else None
        today = Today(tree.new_count, tree.learn_count + tree.review_count) if tree else None
        return Page(self.course, self.contents, state, wanted, today)

    def study(self, deck: int) -> None:
        """Study a deck."""
        if self.window is not None:
            self.window.close()
        mw.col.decks.select(DeckId(deck))
        mw.moveToState("review")
        mw.activateWindow()

    # The line in the overview of the course's decks.

    def add_link(self, _overview: object, content: Any) -> None:
        """Add a link to the page to the overview of the course's decks."""
        name, deck = content.deck, self.course["deck"]
        if name == deck or name.startswith(f"{deck}::"):
            command = f"pycmd('{self.key} page'); return false;"
            content.table += (
                f'<p><a href="#" onclick="{command}">{self.words["Course page"]}</a></p>'
            )

    def follow_link(
        self, handled: tuple[bool, Any], message: str, _context: object
    ) -> tuple[bool, Any]:
        """Show the page when its link is followed."""
        if message == f"{self.key} page":
            self.show()
            return True, None
        return handled

    # A mistake in the card that is being reviewed.

    def add_report(self, reviewer: Any, menu: QMenu) -> None:
        """Add a line to the menu *More* of the course's cards."""
        card: Card | None = reviewer.card
        if card is not None and self.is_ours(card.note().guid):
            line = QAction(f"{self.words['Report a mistake']}…", menu)
            qconnect(line.triggered, lambda: self.report(card))
            menu.addAction(line)

    def is_ours(self, guid: str) -> bool:
        """Return whether a note is the course's."""
        of_lessons = (lesson["notes"] for lesson in self.contents["lessons"])
        return guid in self.contents["others"] or any(guid in notes for notes in of_lessons)

    def report(self, card: Card) -> None:
        """Open the course's address for mistakes, or copy what to send where it has none."""
        words, note = self.words, card.note()
        id = dict(note.items()).get("ID", note.guid)
        title = words["Report a mistake"]
        text, ok = QInputDialog.getMultiLineText(mw, title, words["What is wrong"], "")
        if not ok:
            return
        address = self.course["report"].replace("{id}", quote(id, safe=""))
        if address.startswith("mailto:"):
            body = f"{'&' if '?' in address else '?'}body={quote(text, safe='')}" if text else ""
            openLink(address + body)
        elif address:
            if text:
                _copy(text)
                tooltip(words["Copied for the page"], parent=mw)
            openLink(address)
        else:
            about = f"{self.course['title']} {self.course['version']}, {words['Card']} {id}"
            _copy(f"{about}\n\n{text}".strip())
            tooltip(words["Copied"], parent=mw)


class Window(QDialog):
    """The window of the course's page; `lesson` is the one whose reading it shows."""

    def __init__(self, owner: Lessons) -> None:
        super().__init__()
        self.owner = owner
        self.lesson = ""
        self.shown: Page | None = None
        self.geometry_key = f"{owner.key} page"
        self.setWindowTitle(owner.course["title"])
        self.web = AnkiWebView(self, title=owner.course["title"])
        self.web.set_bridge_command(self.do, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.web)
        restoreGeom(self, self.geometry_key, default_size=(820, 860))

    def reject(self) -> None:
        """Close the window and remember its place."""
        saveGeom(self, self.geometry_key)
        super().reject()

    def draw(self, focus: str = "") -> None:
        """Draw the page as the collection is now; `focus` is what then gets the focus."""

        def show(page: Page) -> None:
            if self.owner.window is not self:  # It was closed with its profile.
                return
            if self.shown is None:
                empty = body(page)
                self.web.stdHtml(empty, head=head(page), js=[], default_css=False, context=self)
            self.shown = page
            self.web.eval(f"draw({json.dumps(self.html(page))}, {json.dumps(focus)})")

        self.owner.query(self.owner.page, show)

    def html(self, page: Page) -> str:
        """Return the page, or the reading of the lesson that was chosen."""
        for standing in page.state.standings:
            if standing.lesson["id"] == self.lesson:
                return reading_page(page, standing)
        return course_page(page)

    def do(self, message: str) -> None:
        """Do what a button says."""
        name, _, value = message.partition(":")
        if name == "open":
            self.owner.open(value)
        elif name == "open-all":
            self.owner.open_all()
        elif name == "settings":
            on, share, days = (int(part) for part in value.split(","))
            self.owner.change_settings(on=bool(on), share=share, days=days)
        elif name in ("read", "course"):
            self.lesson = value if name == "read" else ""
            self.draw(focus="top" if name == "read" else f"lesson-{value}")
        elif self.shown is not None:
            self.go(name, value, self.shown.state)

    def go(self, name: str, value: str, state: State) -> None:
        """Go where a button leads: to a deck, or to Anki's browser."""
        if name == "study" and value:
            decks = [of.deck for of in state.standings if of.lesson["id"] == value]
            self.owner.study(decks[0])
        elif name == "study":
            self.owner.study(lessons.root(mw.col, state))
        elif name == "practice":
            self.owner.study(next(of.practice[0] for of in state.standings if of.practice))
        elif name == "changed":
            notes = ",".join(str(note) for of in state.standings for note in of.changed)
            dialogs.open("Browser", mw, search=(f"nid:{notes}",))


def _copy(text: str) -> None:
    clipboard = QApplication.clipboard()
    assert clipboard is not None, "Anki's window is open"
    clipboard.setText(text)
