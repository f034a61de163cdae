"""Begin: what Anki runs when it loads the add-on."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1]
OLDEST = 231200
"""The oldest Anki that this code knows, as Anki counts: 23.12."""


def begin() -> None:
    """Add the course to Anki's window; in an Anki that is too old only say so."""
    from anki.utils import point_version

    course = json.loads((FOLDER / "course.json").read_text(encoding="utf-8"))
    if point_version() < OLDEST:
        _refuse(course)
        return
    from .window import begin as begin_window

    begin_window(course, FOLDER)


def _refuse(course: dict[str, Any]) -> None:
    """Say what is too old, once Anki's window is there to say it in."""
    from aqt import gui_hooks
    from aqt.utils import showWarning

    version = f"{OLDEST // 10_000}.{OLDEST // 100 % 100}"
    text = course["words"]["Anki too old"].format(course=f"“{course['title']}”", version=version)

    def warn() -> None:
        showWarning(f"<p>{html.escape(text)}</p>", title=course["title"])

    gui_hooks.main_window_did_init.append(warn)
