"""What the add-on adds to Anki's window: a line in *Tools*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aqt import gui_hooks, mw
from aqt.qt import QAction, qconnect


def begin(course: dict[str, Any], folder: Path) -> None:
    """Add the course to Anki's window."""
    gui_hooks.main_window_did_init.append(lambda: _add_line(course, folder))


def _add_line(course: dict[str, Any], folder: Path) -> None:
    # An ampersand in a menu underlines the next letter.
    line = QAction(f"{course['title']}: import the deck…".replace("&", "&&"), mw)
    qconnect(line.triggered, lambda: _import(folder))
    mw.form.menuTools.addAction(line)


def _import(folder: Path) -> None:
    """Open Anki's own import dialog with the course's deck."""
    from aqt.import_export.importing import import_file

    import_file(mw, str(folder / "deck.apkg"))
