"""A course as an add-on, installed by Anki's own manager in a real desktop."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import run_anki
from support.addon import packed
from support.commands import need, run
from support.courses import ALL_KINDS, CLOZE, COURSE_YAML, ONE, ROOT, TWO, Author, write_course

pytestmark = pytest.mark.slow  # Starts desktops.

OLDEST = "23.12.1"
HOSTILE = '"""\\n\' + {x} %s & <b>import os</b> ../../x'
LINES = "[line.text() for line in mw.form.menuTools.actions()]"
UPDATED = "until(lambda: mw.col.note_count() and not mw.progress.busy(), 30)\n"
EDIT = """
note = mw.col.get_note(mw.col.find_notes("ID:one")[0])
note["Answer"], note["Why"] = "My own", "My reason"
note.tags.append("mine")
mw.col.update_note(note)
result([seen, mw.col.note_count()])
"""
LOOK = """
note = mw.col.get_note(mw.col.find_notes("ID:one")[0])
found = list(mw.col.find_notes("tag:attachdeck::compare")) == [note.id]
version = __import__("anki.buildinfo").buildinfo.version
undo = mw.col.undo_status().undo
now = [mw.col.note_count(), note["Answer"], note["Why"], "mine" in note.tags, found]
result([version, seen, undo, *now])
"""
QUIET = """
import time
end = time.monotonic() + 3
until(lambda: time.monotonic() > end)
result([seen, mw.col.note_count(), mw.col.undo_status().undo])
"""
CLOSE = """
import time
from aqt import mw
from attachdeck_tiny.addon import update
do_import = update._import
def closing(*arguments):
    mw.taskman.run_on_main(mw.close)
    while mw.col is not None:
        time.sleep(0.01)
    return do_import(*arguments)
update._import = closing
"""
FULL = """
from aqt import gui_hooks, mw
limit = "pragma max_page_count = 1"  # No page more than there are.
gui_hooks.profile_did_open.append(lambda: mw.col.db.execute(limit))
"""
KILL = """
import os, anki.collection
from attachdeck_tiny.addon import update
def killed(*_, **__):
    os.kill(os.getpid(), 9)
update._remember_release = killed
until(lambda: False, 60)
"""


def desktop(code: str, *options: object) -> Any:
    """Run code in a real Anki desktop; its result."""
    lacking = run_anki.missing()
    need(lacking, not lacking)
    command = [sys.executable, run_anki.__file__, "--seconds", "200", *options, "-c", code]
    anki = subprocess.run([*map(str, command)], check=False, capture_output=True, encoding="utf-8")
    assert anki.returncode == 0, anki.stdout[-3000:] + anki.stderr
    return json.loads(anki.stdout.splitlines()[-1])


def built(folder: Path, title: str = "Tiny") -> Path:
    """Build the smallest course as an add-on."""
    text = COURSE_YAML.replace("title: Tiny", f"title: {json.dumps(title)}")
    course = write_course(folder / "course", {"course.yaml": text}, cards=ALL_KINDS)
    result = run("build", course, "--to", "addon", "-o", folder / "tiny.ankiaddon")
    assert result.exit_code == 0, result.output
    return folder / "tiny.ankiaddon"


def test_anki_installs_and_starts_it_whatever_its_title_says(tmp_path: Path):
    lines = desktop(f"result({LINES})", "--addon", built(tmp_path, HOSTILE), "--answer", "No")
    assert HOSTILE.replace("&", "&&") in lines


def test_an_anki_that_is_too_old_is_told_and_nothing_else_happens(tmp_path: Path):
    older = tmp_path / "aaa"
    older.mkdir()
    (older / "__init__.py").write_text(
        "import anki.utils\nanki.utils.point_version = lambda: 230800\n", encoding="utf-8"
    )
    lines, texts = desktop(
        f"until(lambda: seen); result([{LINES}, seen])",
        *("--addon", older, "--addon", built(tmp_path, HOSTILE), "--answer", "OK"),
    )
    assert HOSTILE.replace("&", "&&") not in lines
    assert "needs Anki 23.12 or later. Update Anki" in texts[0]


def test_anki_reads_in_the_manifest_which_version_it_needs(tmp_path: Path):
    addon = built(tmp_path)
    with zipfile.ZipFile(addon) as package:
        manifest = json.loads(package.read("manifest.json"))
    assert manifest == {
        "conflicts": [],
        "human_version": "1.0.0",
        "min_point_version": 231200,
        "mod": manifest["mod"],
        "name": "Tiny",
        "package": "attachdeck_tiny",
    }
    code = (
        "[addon] = mw.addonManager.all_addon_meta(); "
        "result([addon.min_version, addon.human_name()])"
    )
    assert desktop(code, "--addon", addon, "--answer", "No") == [231200, "Tiny"]


@pytest.fixture(params=["newest", OLDEST])
def anki(request: pytest.FixtureRequest) -> str:
    """The program that runs an Anki: the newest, and the oldest that is promised.

    The oldest is in `build/`. CI installs it there; elsewhere `make oldest-anki` does.
    """
    if request.param == "newest":
        return sys.executable
    python = ROOT / "build" / f"anki-{OLDEST}" / "bin" / "python"
    if os.environ.get("CI") and not python.exists():
        subprocess.run(["make", "oldest-anki", f"PYTHON={sys.executable}"], check=True, cwd=ROOT)
    need(f"Anki {OLDEST} (make oldest-anki)", python.exists())
    return str(python)


def releases(author: Author) -> tuple[Path, Path]:
    """Build two releases; the second corrects a card and brings another."""
    author.release()
    first = packed(author)
    author.release(ONE.replace("answer: A", "answer: Corrected") + TWO + CLOZE.replace("two", "x"))
    return first, packed(author)


def test_a_learner_installs_edits_and_updates_and_is_asked_once(
    author: Author, tmp_path: Path, anki: str
):
    first, second = releases(author)
    base = ("--base", tmp_path / "base", "--python", anki)
    texts, notes = desktop(UPDATED + EDIT, *base, "--addon", first, "--answer", "Yes")
    assert "Add the course" in texts[0]
    assert notes == 2

    answers = ("--answer", "Yes", "--answer", "Close")
    looked = "until(lambda: len(seen) == 2, 30)\n" + LOOK
    version, [question, report], undo, *now = desktop(looked, *base, "--addon", second, *answers)
    assert (version == OLDEST) == (anki != sys.executable)
    assert "Notes: 1 corrected, 1 new, 1 with your own text kept." in question
    assert "the course's: Corrected" in report
    assert undo == "Update “Tiny”"
    assert now == [3, "My own", "My reason", True, True]
    assert list((tmp_path / "base" / "User 1" / "backups").iterdir())

    assert desktop(QUIET, *base) == [[], 3, ""]


def test_no_is_remembered_for_this_version(author: Author, tmp_path: Path):
    first, second = releases(author)
    base = ("--base", tmp_path / "base")
    texts, notes, _ = desktop(QUIET, *base, "--addon", first, "--answer", "No")
    assert (len(texts), notes) == (1, 0)
    assert desktop(QUIET, *base)[:2] == [[], 0]
    texts, notes, _ = desktop(QUIET, *base, "--addon", second, "--answer", "No")
    assert (len(texts), notes) == (1, 0)


def test_each_profile_is_asked_for_itself(author: Author, tmp_path: Path):
    first, second = releases(author)
    base = ("--base", tmp_path / "base")
    desktop(UPDATED + EDIT, *base, "--addon", first, "--answer", "Yes")
    other = (*base, "--profile", "Other", "--addon", second, "--answer", "No")
    texts, notes, _ = desktop(QUIET, *other)
    assert ("Add the course" in texts[0], notes) == (True, 0)
    code = "until(lambda: len(seen) == 2, 30)\n" + LOOK
    _, texts, _, notes, *_ = desktop(code, *base, "--answer", "Yes", "--answer", "Close")
    assert ("Update “Tiny”" in texts[0], notes) == (True, 3)


def test_an_update_that_is_closed_or_killed_is_finished_at_the_next_start(
    author: Author, tmp_path: Path
):
    first, second = releases(author)
    base = ("--base", tmp_path / "base")
    desktop(UPDATED + EDIT, *base, "--addon", first, "--answer", "Yes")
    closing = tmp_path / "zzz"
    closing.mkdir()
    (closing / "__init__.py").write_text(CLOSE, encoding="utf-8")
    closed = ("--addon", second, "--addon", closing, "--answer", "Yes")
    desktop("until(lambda: mw.col is None, 30); result(None)", *base, *closed)
    shutil.rmtree(tmp_path / "base" / "addons21" / "zzz")
    killed = ["--base", tmp_path / "base", "--addon", second, "--answer", "Yes", "-c", KILL]
    command = [sys.executable, run_anki.__file__, *map(str, killed)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 137
    now = desktop(QUIET, *base)
    assert now[:2] == [[], 3], "the import was whole, and nothing was left to do"


def test_a_full_disk_is_said_and_the_next_start_updates(author: Author, tmp_path: Path):
    author.release()
    first = packed(author)
    author.release(ONE.replace("answer: A", "answer: Corrected") + TWO.replace("B", "B" * 40_000))
    second = packed(author)
    base = ("--base", tmp_path / "base")
    desktop(UPDATED + EDIT, *base, "--addon", first, "--answer", "Yes")
    full = tmp_path / "zzz"
    full.mkdir()
    (full / "__init__.py").write_text(FULL, encoding="utf-8")
    limited = ("--addon", second, "--addon", full, "--answer", "Yes", "--answer", "OK")
    before = "until(lambda: len(seen) == 2, 30)\n" + LOOK
    _, [_, text], _, *now = desktop(before, *base, *limited)
    assert "stopped: the disk is full (make room first). Nothing of yours was changed." in text
    assert now == [2, "My own", "My reason", True, False]
    shutil.rmtree(tmp_path / "base" / "addons21" / "zzz")
    _, texts, _, *now = desktop(before, *base, "--answer", "Yes", "--answer", "Close")
    assert "Update “Tiny”" in texts[0]
    assert now == [2, "My own", "My reason", True, True]


def test_a_damaged_add_on_says_so_and_changes_nothing(author: Author, tmp_path: Path):
    first, second = releases(author)
    base = ("--base", tmp_path / "base")
    desktop(UPDATED + EDIT, *base, "--addon", first, "--answer", "Yes")
    with zipfile.ZipFile(second) as package:
        content = package.read("deck.apkg")
        folder = tmp_path / "base" / "addons21" / "attachdeck_tiny"
        (folder / "deck.apkg").write_bytes(content[: len(content) // 2])
    [text], notes, _ = desktop(QUIET, *base, "--answer", "OK")
    assert "The add-on's files are damaged. Nothing was changed." in text.replace("&#x27;", "'")
    assert notes == 2
