"""Stop attachdeck at a chosen moment, so that a test of interruptions needs no clock.

A moment is just before attachdeck changes or opens something in a folder for the n-th time.
Run as a program, this file is attachdeck: at its moment it prints a line, and waits for a signal.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

WAITING = "waiting\n"
LISTING = ("os.listdir", "os.scandir", "pathlib.Path.glob", "pathlib.Path.rglob")


def act_at(moment: int, folder: Path, act: Callable[[], object]) -> None:
    """Call `act` at the given moment of this process; the first moment is 1."""
    moments = count(1)

    def touches(value: object) -> bool:
        return isinstance(value, str | os.PathLike) and os.fspath(value).startswith(str(folder))

    def audit(event: str, values: tuple[object, ...]) -> None:
        if event not in LISTING and any(map(touches, values)) and next(moments) == moment:
            act()

    sys.addaudithook(audit)


def stopped(folder: Path, *arguments: str | Path, every: int = 1) -> Iterator[subprocess.Popen]:
    """Yield attachdeck, stopped at each moment (or at each n-th one), until it ends before one.

    Whoever asks for the next process has ended the one before.
    """
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    for moment in count(1, every):
        command = [sys.executable, __file__, moment, folder, *arguments]
        process = subprocess.Popen(
            [*map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        if process.stdout.readline() != WAITING:
            _, errors = process.communicate()
            assert process.returncode == 0, errors
            return
        yield process


def wait() -> None:
    sys.stdout.write(WAITING)
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    from attachdeck.__main__ import main

    # A shell starts what it runs in the background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    act_at(int(sys.argv.pop(1)), Path(sys.argv.pop(1)), wait)
    main()
