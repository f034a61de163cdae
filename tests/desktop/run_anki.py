"""Run Python code inside a real, invisible Anki desktop.

    run_anki.py [options] SNIPPET.py [ARGUMENT...]
    run_anki.py [options] -c CODE [ARGUMENT...]

Starts Anki with a fresh folder and one profile, installs add-ons, waits until the main window is
drawn, runs the snippet in the main thread, takes a screenshot if asked, and closes Anki normally.
Without a snippet it only checks that Anki starts and that every add-on loads.

Options
  --addon PATH        an .ankiaddon file (installed by Anki's own AddonManager, as by a double
                      click) or an add-on's folder (copied); repeatable
  --base FOLDER       keep Anki's folder between runs: the second run opens the same collection.
                      Default: a fresh one, deleted at the end
  --profile NAME      the profile to make and open (default "User 1")
  --answer LABEL      press this button in a dialog that appears while Anki starts, before the
                      snippet runs; repeatable, in order
  --night             Anki in night mode
  --size WxH          size of the main window (default 1000x760)
  --shot FILE.png     save a screenshot of the main window after the snippet, even if it failed
  --display WHERE     offscreen (default: Qt's own, needs no X), xvfb (a private Xvfb, needs the
                      program `Xvfb`), or here (the display that is set)
  --python PROGRAM    the interpreter that has `aqt`, to run another version of Anki (default: the
                      one that runs this file)
  --seconds N         stop Anki after N seconds (default 90)
  --version           print Anki's version and exit
  --debian            print the packages that Debian 12 needs for --display offscreen, and exit

A snippet sees
  mw                  the main window; `mw.col` is the collection
  args                the arguments after the snippet
  until(test, seconds=10)   run the event loop until test() is true and return its value, or raise
                      TimeoutError
  happens(hook, act, seconds=10)   call act() and run the event loop until Anki calls the hook of
                      `gui_hooks`
  js(web, code)       evaluate JavaScript in a web view and return its value
  settled(web)        run the event loop until a web view's page is loaded and drawn
  shot(file, widget=None)   save a screenshot of a widget (default: the main window)
  answer(*labels)     press these buttons in the next dialogs, one each, in this order ("" means
                      Escape)
  seen                the texts of the dialogs answered so far
  result(value)       print this value as one line of JSON at the end

Exit status: 0 success; 1 the snippet, an add-on or Anki raised an exception, or a dialog stayed
unanswered (the traceback or the dialog's text is printed); 2 wrong usage; 77 a requirement is
missing; 124 timed out (prints where Anki was); 128 + n signal n ended Anki (a snippet may kill its
own process to test crash recovery: run again with the same --base).

Needs `pip install 'aqt[qt]'` and Qt's libraries (--debian). Written for Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

DEBIAN = (
    "libasound2 libdbus-1-3 libegl1 libfontconfig1 libgbm1 libgl1 libglib2.0-0 libnss3 "
    "libx11-xcb1 libxcb-dri3-0 libxcomposite1 libxdamage1 libxkbcommon0 libxkbfile1 libxrandr2 "
    "libxtst6"
)
"""Packages that Debian 12 needs for --display offscreen."""
JOB = "RUN_ANKI_JOB"
"""The environment variable that tells the started process what to do, as JSON."""
MISSING, TIME_UP = 77, 124
PATIENCE = 2.0
"""Seconds after which an unanswered dialog counts as a failure."""
NOISE = (
    "Starting Anki",
    "Starting main loop",
    "mpv not found",
    "JS warning",
    "JS info",
    "Qt ",
    "qt.",
    "This plugin ",
    "propagateSizeHints",
    "todo: ",
    "ignored late js",
)
"""Beginnings of Anki's own lines that are not printed."""
NOISE_WITHIN = (":INFO:aqt.mediasrv", ":WARNING:waitress", "Failed to connect to the bus")


# Outside: start Anki, wait, stop it.


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-anki-")))
        job = job_of(options, scratch)
        environment = os.environ | environment_of(job, scratch)
        if options.display == "offscreen":
            environment["QT_QPA_PLATFORM"] = "offscreen"
        elif options.display == "xvfb":
            display = stack.enter_context(private_display())
            environment |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        log = scratch / "log.txt"
        status = run([options.python, __file__], environment, log, options.seconds)
        output = log.read_text(encoding="utf-8", errors="replace")
        return tell(read_report(Path(job["report"])), output, status)


def job_of(options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Return what the started process shall do, as plain values."""
    base = Path(options.base).resolve() if options.base else scratch / "base"
    base.mkdir(parents=True, exist_ok=True)
    snippet = options.snippet
    code = options.code or (Path(snippet).read_text(encoding="utf-8") if snippet else "")
    return {
        "base": str(base),
        "profile": options.profile,
        "night": options.night,
        "size": [int(part) for part in options.size.split("x")],
        "addons": [str(Path(addon).resolve()) for addon in options.addon],
        "answers": options.answer,
        "shot": str(Path(options.shot).resolve()) if options.shot else "",
        "code": code,
        "name": snippet or "<code>",
        "args": options.args,
        "report": str(scratch / "report.json"),
        "seconds": options.seconds,
    }


def environment_of(job: dict[str, Any], scratch: Path) -> dict[str, str]:
    return {
        JOB: json.dumps(job),
        # Do not talk to an Anki that the user has open.
        "ANKI_SINGLE_INSTANCE_KEY": scratch.name,
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--debian", action="store_true")
    parser.add_argument("--addon", action="append", default=[])
    parser.add_argument("--base")
    parser.add_argument("--profile", default="User 1")
    parser.add_argument("--answer", action="append", default=[])
    parser.add_argument("--night", action="store_true")
    parser.add_argument("--size", default="1000x760")
    parser.add_argument("--shot")
    parser.add_argument("--display", choices=("offscreen", "xvfb", "here"), default="offscreen")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("-c", dest="code")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.help:
        print(__doc__)
        raise SystemExit(0)
    if options.debian:
        print(DEBIAN)
        raise SystemExit(0)
    options.snippet = options.args.pop(0) if options.code is None and options.args else None
    for path in (*options.addon, *([options.snippet] if options.snippet else [])):
        if not Path(path).exists():
            stop(2, f"{path} does not exist")
    if lacking := missing(options.python, options.display):
        stop(MISSING, f"missing: {lacking}")
    if options.version:
        command = [options.python, "-c", "import anki.buildinfo as b; print(b.version)"]
        raise SystemExit(subprocess.run(command, check=False).returncode)
    return options


def stop(status: int, message: str) -> NoReturn:
    print(f"run_anki.py: {message}", file=sys.stderr)
    raise SystemExit(status)


def missing(python: str = sys.executable, display: str = "offscreen") -> str:
    """Return what a real Anki desktop needs and this machine lacks; "" if it lacks nothing."""
    if sys.platform != "linux":
        return "Linux"
    if display == "xvfb" and not shutil.which("Xvfb"):
        return "the program Xvfb (Debian: xvfb)"
    imports = [python, "-c", "import aqt.webview"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    imported = subprocess.run(imports, check=False, capture_output=True, text=True, env=environment)
    if not imported.returncode:
        return ""
    error = imported.stderr.splitlines()[-1]
    if "No module named" in error:
        return "the Anki desktop (pip install -e '.[desktop]')"
    return f"a library that Qt needs ({error}; on Debian: apt install {DEBIAN})"


@contextlib.contextmanager
def private_display() -> Iterator[str]:
    """Start an X server on a free display, without a network port; stop it by its process id."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1200x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        if not select.select([read], [], [], 10)[0]:
            stop(1, "Xvfb did not start")
        yield f":{os.read(read, 16).decode().strip()}"
    finally:
        os.close(read)
        server.terminate()
        server.wait(10)


def run(command: list[str], environment: dict[str, str], log: Path, seconds: float) -> int:
    """Run Anki in a new process group; return its exit status, or TIME_UP if it took too long."""
    with log.open("wb") as output:
        anki = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            # It ends by itself, with its stack in the log, when its time is up.
            status = anki.wait(seconds + 20)
        except subprocess.TimeoutExpired:
            status = TIME_UP
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(anki.pid, signal.SIGKILL)  # Web processes can outlive their parent.
            anki.wait()
    return TIME_UP if b"\nTimeout (" in b"\n" + log.read_bytes() else status


def read_report(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def tell(report: dict[str, Any], output: str, status: int) -> int:
    """Print what Anki printed, the result and what failed; return the exit status."""
    failures = failures_of(report, status)
    for line in output.splitlines():
        if not line.startswith(NOISE) and not any(noise in line for noise in NOISE_WITHIN):
            print(line)
    if "result" in report:
        print(json.dumps(report["result"], ensure_ascii=False))
    for failure in failures:
        print(f"run_anki.py: {failure}", file=sys.stderr)
    if not failures:
        return 0
    return TIME_UP if status == TIME_UP else 128 - status if status < 0 else 1


def failures_of(report: dict[str, Any], status: int) -> list[str]:
    if status == TIME_UP:
        return [*report.get("failed", []), "timed out; the stack is printed above"]
    if status < 0:
        return [f"signal {-status} ended Anki"]
    failures = report.get("failed", ["Anki ended before the snippet did"])
    return failures or ([f"Anki ended with status {status}"] if status else [])


# Inside: the started process.


def inside(job: dict[str, Any]) -> None:
    """Create the profile, install the add-ons, and run Anki; the snippet starts with the
    profile."""
    import aqt
    import aqt.main
    from aqt import gui_hooks

    faulthandler.dump_traceback_later(job["seconds"], exit=True)
    prepare(job)
    aqt.main.AnkiQt.setup_auto_update = lambda *_: None  # Never check the network for a newer Anki.
    sys.argv = ["anki", "-b", job["base"], "-p", job["profile"], "-l", "en_US"]
    opened: list[Inside] = []

    def begin() -> None:
        if not opened:
            opened.append(Inside(job))
            opened[0].begin()

    gui_hooks.profile_did_open.append(begin)
    aqt.run()


def prepare(job: dict[str, Any]) -> None:
    """Make a profile that has answered what Anki asks on its first run, and install the add-ons."""
    from aqt.profiles import ProfileManager
    from aqt.theme import Theme

    base = Path(job["base"])
    try:
        profiles = ProfileManager(base)
    except TypeError:  # Older versions take a string.
        profiles = ProfileManager(str(base))
    profiles.setupMeta()
    profiles.meta |= {"firstRun": False, "defaultLang": "en_US", "last_addon_update_check": 2**40}
    if not profiles.db.scalar("select 1 from profiles where name = ?", job["profile"]):
        profiles.create(job["profile"])
    profiles.load(job["profile"])
    profiles.set_theme(Theme.DARK if job["night"] else Theme.LIGHT)
    profiles.save()
    profiles.db.close()
    folder = base / "addons21"
    folder.mkdir(exist_ok=True)
    for addon in map(Path, job["addons"]):
        install(addon, folder)


def install(addon: Path, folder: Path) -> None:
    """Install an add-on as Anki's own manager does; copy one that is a folder."""
    from aqt.addons import AddonManager, InstallError

    class Manager(AddonManager):
        """Anki's own add-on manager without its window."""

        def __init__(self) -> None:
            self.dirty = False

        def addonsFolder(self, module: str | None = None) -> str:  # noqa: N802  # Anki's name.
            return str(folder / module if module else folder)

        def deleteAddon(self, module: str) -> None:  # noqa: N802  # There is no desktop trash here.
            shutil.rmtree(folder / module)

    if addon.is_dir():
        path = addon / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        place = folder / manifest.get("package", addon.name)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(addon, place, dirs_exist_ok=True, ignore=ignored)
        return
    outcome = Manager().install(str(addon))
    if isinstance(outcome, InstallError):
        raise SystemExit(f"Anki refused to install {addon.name}: {outcome.errmsg}")


class Inside:
    """Run the snippet in the running Anki and report how it went."""

    def __init__(self, job: dict[str, Any]) -> None:
        from aqt import mw
        from aqt.qt import QTimer

        self.job, self.mw = job, mw
        self.report: dict[str, Any] = {"failed": []}
        self.answers: list[str] = list(job["answers"])
        self.seen: list[str] = []
        self.since: tuple[object, float] = (None, 0.0)
        self.watch = QTimer()
        self.watch.timeout.connect(self.look_for_dialogs)
        self.watch.start(40)

    def begin(self) -> None:
        from aqt.qt import QTimer

        def fail(kind: type, value: BaseException, trace: Any) -> None:
            self.fail("".join(traceback.format_exception(kind, value, trace)))

        # Anki shows uncaught exceptions in a window; here they fail the run.
        self.mw.errorHandler.unload()
        sys.excepthook = fail
        threading.excepthook = lambda args: fail(args.exc_type, args.exc_value, args.exc_traceback)
        QTimer.singleShot(0, self.play)

    def fail(self, why: str) -> None:
        self.report["failed"].append(why.rstrip())

    def play(self) -> None:
        try:
            self.mw.resize(*self.job["size"])
            self.until(self.drawn, 30)
            self.check_addons()
            code = compile(self.job["code"], self.job["name"], "exec")
            exec(code, self.names())
        except SystemExit as end:
            if end.code:
                self.fail(f"the snippet ended with {end.code}")
        except BaseException:
            self.fail(traceback.format_exc())
        try:
            if self.job["shot"]:
                self.shot(self.job["shot"])
        except BaseException:
            self.fail(traceback.format_exc())
        self.end()

    def names(self) -> dict[str, Any]:
        """Return the names that a snippet sees."""
        own = ("until", "happens", "js", "settled", "shot", "answer", "result", "seen", "mw")
        names = {name: getattr(self, name) for name in own} | {"args": self.job["args"]}
        return names | {"__name__": "__snippet__", "__file__": self.job["name"]}

    def check_addons(self) -> None:
        for addon in self.mw.addonManager.all_addon_meta():
            if addon.enabled and not addon.compatible():
                self.fail(f"the add-on {addon.dir_name} does not support this version of Anki")
            elif addon.enabled and addon.dir_name not in sys.modules:
                self.fail(f"the add-on {addon.dir_name} did not load (traceback above)")

    def end(self) -> None:
        from aqt.qt import QTimer

        self.look_for_dialogs(patience=0)
        # Anki's own operations fail where it closes before they end.
        with contextlib.suppress(TimeoutError):
            self.until(lambda: not self.mw.progress.busy())
        report = json.dumps(self.report, ensure_ascii=False, default=str)
        Path(self.job["report"]).write_text(report, encoding="utf-8")
        sys.stdout.flush()
        QTimer.singleShot(0, self.mw.unloadProfileAndExit)

    def drawn(self) -> bool:
        """Return whether the main window shows the decks.

        Asked again and again: a page that is being replaced never answers.
        """
        answers: list[str] = []
        self.mw.web.page().runJavaScript("document.readyState", answers.append)
        self.turn(0.05)
        return self.mw.state == "deckBrowser" and answers == ["complete"]

    def turn(self, seconds: float) -> None:
        """Run the event loop for this long."""
        from aqt.qt import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    # What snippets use.

    def until(self, test: Callable[[], Any], seconds: float = 10) -> Any:
        last = time.monotonic() + seconds
        while not (value := test()):
            if time.monotonic() > last:
                raise TimeoutError(f"not within {seconds} seconds")
            self.turn(0.005)
        return value

    def happens(self, hook: Any, act: Callable[[], object], seconds: float = 10) -> None:
        calls: list[object] = []

        def note(*_: object) -> None:
            calls.append(None)

        hook.append(note)
        try:
            act()
            self.until(lambda: calls, seconds)
        finally:
            hook.remove(note)

    def js(self, web: Any, code: str, seconds: float = 10) -> Any:
        # A page that is being replaced never answers.
        self.until(lambda: web._domDone and not web._pendingActions, seconds)
        # Anki's own evalWithCallback drops callbacks when the page is redrawn.
        answers: list[Any] = []
        web.page().runJavaScript(code, answers.append)
        self.until(lambda: answers, seconds)
        return answers[0]

    def settled(self, web: Any, seconds: float = 10) -> None:
        """Wait until the page and its pictures are loaded and two more frames are drawn."""
        self.until(lambda: self.js(web, LOADED), seconds)
        self.js(web, DRAW)
        self.until(lambda: self.js(web, "window.drawn === true"), seconds)

    def shot(self, file: str | Path, widget: Any = None) -> None:
        """Save what a widget shows once two pictures of it, a few frames apart, are the same."""
        from aqt.webview import AnkiWebView

        widget = widget or self.mw
        webs = [web for web in widget.findChildren(AnkiWebView) if web.isVisible()]
        pictures = [widget.grab().toImage()]

        def unchanged() -> bool:
            for web in webs:
                self.settled(web)
            pictures.append(widget.grab().toImage())
            return pictures[-1] == pictures[-2]

        self.until(unchanged)
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        if not pictures[-1].save(str(file)):
            raise OSError(f"{file} could not be written")

    def answer(self, *labels: str) -> None:
        self.answers.extend(labels)

    def result(self, value: Any) -> None:
        self.report["result"] = value

    # Dialogs.

    def look_for_dialogs(self, patience: float = PATIENCE) -> None:
        dialog = open_dialog()
        if dialog is None:
            self.since = (None, 0.0)
            return
        if self.since[0] is not dialog:
            self.since = (dialog, time.monotonic())
        text = words(dialog)
        if self.answers and press(dialog, self.answers[0]):
            self.answers.pop(0)
            self.seen.append(text)
            self.since = (None, 0.0)
        elif time.monotonic() - self.since[1] >= patience:
            self.fail(f"unanswered dialog: {text}")
            if hasattr(dialog, "reject"):
                dialog.reject()
            else:
                dialog.close()
            self.since = (None, 0.0)


LOADED = """document.readyState === "complete"
  && [...document.images].every((image) => image.complete)"""
DRAW = """window.drawn = false;
requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = true; }))"""


def open_dialog() -> Any:
    """Return the dialog that waits for an answer, or None."""
    from aqt.qt import QApplication, QMessageBox

    widgets = QApplication.topLevelWidgets()
    boxes = (box for box in widgets if isinstance(box, QMessageBox) and box.isVisible())
    dialog = QApplication.activeModalWidget() or next(boxes, None)
    if dialog is None or type(dialog).__name__ == "ProgressDialog" or not dialog.isVisible():
        return None
    return dialog


def press(dialog: Any, label: str) -> bool:
    """Press the button with this label; return whether there is one."""
    from aqt.qt import QPushButton

    if not label:
        dialog.reject()
        return True
    for button in dialog.findChildren(QPushButton):
        if button.text().replace("&", "") == label and button.isEnabled():
            button.click()
            return True
    return False


def words(dialog: Any) -> str:
    """Return all texts of a dialog, with its buttons in brackets."""
    from aqt.qt import QLabel, QPushButton, QTextEdit

    texts = [
        dialog.windowTitle(),
        *(label.text() for label in dialog.findChildren(QLabel)),
        *(edit.toPlainText() for edit in dialog.findChildren(QTextEdit)),
    ]
    buttons = (button for button in dialog.findChildren(QPushButton) if button.isVisible())
    texts += [f"[{button.text().replace('&', '')}]" for button in buttons]
    return " ".join(filter(None, texts))


if __name__ == "__main__":
    if JOB in os.environ:
        inside(json.loads(os.environ.pop(JOB)))
    else:
        sys.exit(main(sys.argv[1:]))
