"""What the add-on does in Anki's window: it asks, updates, and has lines in *Tools*."""

from __future__ import annotations

import html
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

from anki.collection import Collection, OpChanges
from anki.errors import BackendIOError, DBError
from aqt import gui_hooks, mw
from aqt.operations import CollectionOp, QueryOp
from aqt.qt import QAction, QMenu, qconnect
from aqt.utils import askUser, showText, showWarning, tooltip

from . import package as packages
from .course_window import Lessons
from .update import COMPARE, Conflict, Plan, apply, conflicts, plan

_DAMAGED = (zipfile.BadZipFile, KeyError, sqlite3.Error)
"""What is raised where the add-on's own files are damaged."""
_STOPPED = (OSError, BackendIOError)
"""What is raised where a file cannot be read or written, here or in the engine."""
_A_MOMENT = 300
"""Milliseconds after which the add-on looks: Anki draws its window first."""


class Course:
    """A course in Anki's window."""

    def __init__(self, course: dict[str, Any], folder: Path) -> None:
        self.course = course
        self.folder = folder
        self.deck = folder / "deck.apkg"
        self.key = f"attachdeck {course['id']}"
        self.words: dict[str, str] = course["words"]
        self.version = [course["version"], course["changed"]]
        self.lessons = Lessons(course, folder, self.key)

    def add_lines(self) -> None:
        """Add the course's menu to *Tools*."""
        # An ampersand in a menu underlines the next letter.
        menu = QMenu(self.course["title"].replace("&", "&&"), mw)
        for text, act in (
            (self.words["Course page"], self.lessons.show),
            (self.words["Update now"], self.update_now),
            (self.words["Compare my texts"], self.compare),
        ):
            line = QAction(text, menu)
            qconnect(line.triggered, act)
            menu.addAction(line)
        mw.form.menuTools.addMenu(menu)

    def opened(self) -> None:
        """Look for something to do in a profile that was opened; after the sync if there is one."""
        if not mw.can_auto_sync():
            self.look_soon()

    def look_soon(self) -> None:
        """Look a moment later."""
        mw.progress.single_shot(_A_MOMENT, self.look)

    def look(self) -> None:
        """Offer an update, unless the learner is reviewing or has said no to this version."""
        if mw.col is None or mw.state == "review" or self.is_replaced():
            return
        if mw.col.get_config(self.key, {}).get("no") != self.version:
            self.plan(quiet=True)
        else:
            self.lessons.look()

    def update_now(self) -> None:
        """Offer an update, because the learner asks for it."""
        if self.is_replaced():
            tooltip(self.words["Restart to finish"], parent=mw)
        else:
            self.plan(quiet=False)

    def is_replaced(self) -> bool:
        """Return whether another version of the add-on was installed while Anki runs."""
        try:
            course = json.loads((self.folder / "course.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return True
        return [course.get("version"), course.get("changed")] != self.version

    def plan(self, *, quiet: bool) -> None:
        """Work out in the background what an update does, then ask."""
        asked = mw.col

        def work(col: Collection) -> Plan:
            return plan(col, packages.read(self.deck), self.course)

        def ask(found: Plan) -> None:
            if mw.col is not asked:
                return  # The profile was closed meanwhile.
            if found.is_empty and not quiet:
                tooltip(self.words["Nothing to update"], parent=mw)
            elif found.is_empty:
                self.lessons.look()
            else:
                self.ask(found)

        query = QueryOp(parent=mw, op=work, success=ask)
        query.failure(self.fail).run_in_background()

    def ask(self, found: Plan) -> None:
        """Ask whether to update; remember a no for this version."""
        if askUser(question(self.course, found), parent=mw, title=self.course["title"]):
            # Text that was typed in an open editor is saved with its window.
            mw.closeAllWindows(self.apply)
        else:
            own = mw.col.get_config(self.key, {})
            mw.col.set_config(self.key, {**own, "no": self.version})
            self.lessons.look()

    def apply(self) -> None:
        """Back up and update, in one operation."""
        done: list[Plan] = []

        def work(col: Collection) -> OpChanges:
            plan, changes = apply(col, self.deck, self.course, mw.pm.backupFolder())
            done.append(plan)
            return changes

        operation = CollectionOp(parent=mw, op=work)
        operation.success(lambda _: self.report(done[0])).failure(self.fail).run_in_background()

    def report(self, done: Plan) -> None:
        """Say what was done, and show the corrections that were kept aside."""
        if mw.col is None:
            return  # The profile was closed meanwhile.
        if done.conflicts:
            text = self.words["Both changed"].format(search=f"tag:{COMPARE}")
            shown = f"{text}\n\n{listed(self.words, done.conflicts)}"
            showText(shown, parent=mw, title=self.course["title"])
        else:
            tooltip(summary(self.words, done), parent=mw)
        self.lessons.updated(done)

    def compare(self) -> None:
        """Show every text in which the learner's note differs from the course."""

        def work(col: Collection) -> list[Conflict]:
            return conflicts(col, packages.read(self.deck))

        def show(found: list[Conflict]) -> None:
            if found:
                showText(listed(self.words, found), parent=mw, title=self.course["title"])
            else:
                tooltip(self.words["Same texts"], parent=mw)

        QueryOp(parent=mw, op=work, success=show).failure(self.fail).run_in_background()

    def fail(self, error: Exception) -> None:
        """Say why there was no update; an error of ours goes to Anki's own window."""
        if mw.col is None:
            return  # The profile was closed during an update: its next start offers it again.
        disk_full = isinstance(error, DBError) and "DiskFull" in str(error)
        if isinstance(error, _DAMAGED):
            text = self.words["Damaged add-on"]
        elif disk_full or isinstance(error, _STOPPED):
            reason = self.words["Disk full"] if disk_full else str(error)
            text = self.words["Update stopped"].format(error=reason)
        else:
            raise error
        showWarning(f"<p>{html.escape(text)}</p>", parent=mw, title=self.course["title"])


def begin(course: dict[str, Any], folder: Path) -> None:
    """Add the course to Anki's window."""
    window = Course(course, folder)
    window.lessons.begin()
    gui_hooks.main_window_did_init.append(window.add_lines)
    gui_hooks.profile_did_open.append(window.opened)
    gui_hooks.sync_did_finish.append(window.look_soon)


def question(course: dict[str, Any], found: Plan) -> str:
    """Return what the learner is asked before an update."""
    words = course["words"]
    title = f"“{html.escape(course['title'])}” {html.escape(course['version'])}"
    asked = words["Add course" if found.first else "Update course"].format(course=title)
    texts = [asked, summary(words, found), *([] if found.first else [words["Update keeps"]])]
    return "".join(f"<p>{text}</p>" for text in texts)


def summary(words: dict[str, str], found: Plan) -> str:
    """Return what an update does, in a sentence or two."""
    counts = [
        ("Notes corrected", found.corrected),
        ("Notes new", len(found.new)),
        ("Notes with own text", len({conflict.note for conflict in found.conflicts})),
    ]
    notes = ", ".join(words[word].format(count=count) for word, count in counts if count)
    sentences = [words["Notes in update"].format(counts=notes)] if notes else []
    if found.texts or found.descriptions:
        sentences.append(words["New look"])
    return " ".join(sentences)


def listed(words: dict[str, str], found: list[Conflict]) -> str:
    """Return texts of the learner's beside the course's, as plain text."""
    yours, ours = words["Text of yours"], words["Text of the course"]
    return "\n\n".join(
        f"{conflict.card} · {conflict.field}\n  {yours}: {conflict.mine}\n  {ours}: "
        f"{conflict.theirs}"
        for conflict in found
    )
