"""Show a card of each kind in a real Anki desktop, and keep pictures of both sides.

    python tests/desktop/show_in_anki.py PACKAGE FOLDER

Makes a fresh Anki folder with one profile and a small add-on (beside this file), starts `anki` in it under a display of its own (`xvfb-run`),
and waits until the add-on has imported the package, shown the cards in the reviewer and quit. Exit status 0 when every card was shown, 1 when
not, and 77 (skipped) with a line that says what is missing. Run by `make desktop`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
SECONDS = 240


def main(package: Path, folder: Path) -> int:
    missing = [name for name in ("aqt", "PyQt6") if importlib.util.find_spec(name) is None]
    missing += [] if shutil.which("xvfb-run") else ["xvfb-run"]
    if missing:
        print(f"skipped: a real Anki desktop needs {', '.join(missing)} (see CONTRIBUTING.md)")
        return SKIPPED
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="anki-") as name:
        base = Path(name)
        make_profile(base)
        addon = base / "addons21" / "show"
        addon.mkdir(parents=True)
        shutil.copy(Path(__file__).parent / "addon.py", addon / "__init__.py")
        report = base / "report.json"
        environment = os.environ | {
            "SHOW_PACKAGE": str(package.resolve()),
            "SHOW_FOLDER": str(folder.resolve()),
            "SHOW_REPORT": str(report),
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
            "ANKI_SINGLE_INSTANCE_KEY": base.name,
        }
        command = [
            "xvfb-run",
            "-a",
            "-s",
            "-screen 0 1280x1024x24",
            sys.executable,
            "-c",
            "import aqt; aqt.run()",
            "-b",
            str(base),
            "-p",
            "User 1",
        ]
        try:
            ran = subprocess.run(
                command,
                env=environment,
                timeout=SECONDS,
                capture_output=True,
                text=True,
                check=False,
            )
            said = ran.stdout + ran.stderr
        except subprocess.TimeoutExpired as error:
            said = f"Anki did not end within {SECONDS} seconds: {error}"
        if not report.is_file():
            print(f"Anki showed nothing:\n{said[-3000:]}")
            return 1
        found = json.loads(report.read_text(encoding="utf-8"))
    for line in found["shown"]:
        print(line)
    for line in found["failed"]:
        print(f"failed: {line}")
    return 1 if found["failed"] or not found["shown"] else 0


def make_profile(base: Path) -> None:
    """A profile that has answered what Anki asks on its first run."""
    from aqt.profiles import ProfileManager

    profiles = ProfileManager(base)
    profiles.setupMeta()
    profiles.meta |= {"firstRun": False, "defaultLang": "en_US"}
    profiles.create("User 1")
    profiles.load("User 1")
    profiles.save()
    profiles.db.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
