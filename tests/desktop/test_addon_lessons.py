"""Lessons that open as they are learned, and the course's page, in a real desktop."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import run_anki
from support.addon import packed
from support.commands import need
from support.courses import COURSE_YAML, ONE, TWO, Author
from support.lessons import LESSONS

pytestmark = pytest.mark.slow  # Starts desktops.

HERE = Path(__file__).parent
LATER = ["02 Second & more", "02 Second & more::Practice", "03 Third"]
LIMITS = """
def locked():
    return sorted(d["name"] for d in mw.col.decks.all() if d.get("newLimit") == 0)
"""
ASKED = (
    LIMITS
    + """
until(lambda: len(seen) == 1)
until(lambda: "lessons" in mw.col.get_config("attachdeck tiny", {}))
if args:
    until(lambda: len(locked()) == 3)
result([seen, locked()])
"""
)
CHANGED = """
from aqt import dialogs
from aqt.qt import QApplication
until(lambda: mw.col.find_notes("Corrected") and not mw.progress.busy(), 60)
until(lambda: mw.col.get_config("attachdeck tiny")["lessons"].get("since"))
[menu] = [one.menu() for one in mw.form.menuTools.actions() if one.text() == "Tiny"]
menu.actions()[0].trigger()
pages = lambda: [one for one in QApplication.topLevelWidgets() if getattr(one, "shown", None)]
[page] = until(pages)
until(lambda: js(page.web, "!!document.querySelector('.changed')"))
text = js(page.web, "document.querySelector('.changed').innerText")
js(page.web, "document.querySelector('[data-do=changed]').click()")
browser = until(lambda: dialogs._dialogs["Browser"][1])
found = until(lambda: browser.table.len())
browser.close()
until(lambda: dialogs._dialogs["Browser"][1] is None)
result([text.splitlines()[:2], found, mw.col.undo_status().undo])
"""
UNDONE = (
    LIMITS
    + """
until(lambda: len(locked()) == 3 and not mw.progress.busy())
until(lambda: mw.col.undo_status().undo == "Update “Tiny”")
mw.col.undo()
result([locked(), mw.col.note_count(), mw.col.undo_status().undo])
"""
)
DELETED = (
    LIMITS
    + """
from aqt.addons import AddonsDialog
until(lambda: len(locked()) == 3)
before = locked()
dialog = AddonsDialog(mw.addonManager)
[row] = [n for n, addon in enumerate(dialog.addons) if addon.dir_name == "attachdeck_tiny"]
dialog.form.addonList.setCurrentRow(row)
mw.addonManager.deleteAddon = lambda module: True  # There is no desktop trash here.
answer("Yes")
dialog.onDelete()
dialog.close()
mw.moveToState("deckBrowser")
result([len(before), locked(), mw.col.note_count()])
"""
)


def desktop(*options: object) -> Any:
    """Run a snippet in a real Anki desktop; its result."""
    lacking = run_anki.missing()
    need(lacking, not lacking)
    command = [sys.executable, run_anki.__file__, "--seconds", "200", *options]
    anki = subprocess.run([*map(str, command)], check=False, capture_output=True, encoding="utf-8")
    assert anki.returncode == 0, anki.stdout[-3000:] + anki.stderr
    assert "sys.excepthook" not in anki.stdout + anki.stderr
    return json.loads(anki.stdout.splitlines()[-1])


def built(author: Author, report: str = "") -> Path:
    """Build a course of three lessons as an add-on."""
    files = {**LESSONS, "course.yaml": COURSE_YAML + report}
    author.release(ONE + TWO, **files)
    return packed(author)


def test_a_learner_opens_reads_studies_and_reports(author: Author):
    told = desktop("--addon", built(author), "--answer", "Yes", HERE / "course_page.py")
    assert told == {
        "first": LATER,
        "title": "Tiny",
        "again": LATER[:2],
        "studied": "Tiny::01 First",
        "card": "one",
        "copied": "Tiny 1.0.0, Card one\n\nIt says 1968 & not 1969.",
        "copied_too": "My words",
        "reviewing": LATER[:2],
        "after": [],
        "opened": [
            "https://example.org/that",
            "mailto:m@example.org?subject=Tiny%3A%20one&body=Is%20%26%20was%3F",
            "https://example.org/?card=one&version=1.0.0",
        ],
    }


def test_who_has_the_deck_is_asked_once_and_a_no_locks_nothing(author: Author, tmp_path: Path):
    addon = built(author)
    imported = (
        "from anki.collection import ImportAnkiPackageRequest as Request\n"
        "mw.col.import_anki_package(Request(package_path=args[0]))\n"
    )
    for answer, locks, more in (("No", 0, ()), ("Yes", 3, ("locks",))):
        base = ("--base", tmp_path / answer)
        subprocess.run(
            [sys.executable, run_anki.__file__, *map(str, base), "-c", imported, author.deck],
            check=True,
        )
        options = (*base, "--addon", addon, "--answer", answer)
        texts, locked = desktop(*options, "-c", ASKED, *more)
        assert "You have this deck already. Open its lessons one by one?" in texts[0]
        assert len(locked) == locks


def test_after_an_update_the_page_shows_what_it_changed_and_undo_takes_it_back(
    author: Author, tmp_path: Path
):
    base = ("--base", tmp_path / "base")
    waited = f"{LIMITS}until(lambda: len(locked()) == 3)\nresult(1)"
    desktop(*base, "--addon", built(author), "--answer", "Yes", "-c", waited)
    author.release(ONE.replace("answer: A", "answer: Corrected") + TWO, **LESSONS)
    told = desktop(*base, "--addon", packed(author), "--answer", "Yes", "-c", CHANGED)
    assert told == [["New or corrected in version 1.0.0", "1 card"], 1, "Update “Tiny”"]


def test_one_undo_takes_back_the_course_and_its_locks(author: Author):
    assert desktop("--addon", built(author), "--answer", "Yes", "-c", UNDONE) == [[], 0, ""]


def test_deleting_the_add_on_opens_all_lessons_and_keeps_the_deck(author: Author):
    told = desktop("--addon", built(author), "--answer", "Yes", "-c", DELETED)
    assert told == [3, [], 7]
