"""Saves, noticed as the operating system reports them.

`watchfiles` knows each system's way, and looks for changes itself where a system reports none. It
comes with every installation: it has wheels for all three systems, and an extra would leave those
who did not install it with a second way to be maintained here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from enum import Enum, auto
from pathlib import Path
from threading import Event

from watchfiles import DefaultFilter, watch

_QUIET = 25
"""Milliseconds without another save after which one is reported."""
_LONGEST = 500
"""Milliseconds after which saves that do not end are reported."""
_WAKING = 100
"""Milliseconds after which the caller gets a turn although nothing happened."""
_SECONDS_BETWEEN_TRIES = 0.25

_IS_WANTED = DefaultFilter(ignore_dirs=())
"""Leaves out what editors write beside a file, wherever the course lies."""


class Turn(Enum):
    """Why the caller gets a turn: folders are watched from now on, something was saved, or
    neither."""

    BEGAN = auto()
    SAVED = auto()
    QUIET = auto()


def saves(folders: Callable[[], Iterable[Path]], stop: Event | None = None) -> Iterator[Turn]:
    """Yield a turn after each save in some folders, and some turns in between, until `stop`.

    `folders` is asked again after each save. What lies in a folder within one of them is not
    watched. What was saved before `BEGAN` is not reported.
    """
    polls = False
    while not (stop and stop.is_set()):
        watched = _present(folders())
        try:
            yield from _until_moved(watched, folders, stop, polls=polls)
        except FileNotFoundError:
            time.sleep(_SECONDS_BETWEEN_TRIES)  # A folder went away just now.
        except (OSError, RuntimeError):
            if polls:
                raise
            polls = True  # The system may allow no more watches.


def _until_moved(
    watched: dict[Path, tuple[int, int]],
    folders: Callable[[], Iterable[Path]],
    stop: Event | None,
    *,
    polls: bool,
) -> Iterator[Turn]:
    """Yield turns while the same folders are to be watched."""
    watching = watch(
        *watched,
        watch_filter=_IS_WANTED,
        debounce=_LONGEST,
        step=_QUIET,
        stop_event=stop,
        rust_timeout=_WAKING,
        yield_on_timeout=True,
        recursive=False,
        force_polling=polls or None,
    )
    began = False
    with closing(watching) as changes:
        for saved in changes:
            if not began:
                began = True
                yield Turn.BEGAN
            yield Turn.SAVED if saved else Turn.QUIET
            if saved and _present(folders()) != watched:
                return


def _present(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return the folders that are there, each with what distinguishes it from another one that
    takes its name; where none is, the nearest above."""
    present = {folder: identity for folder in folders if (identity := _identity(folder))}
    if present:
        return present
    above = (parent for folder in folders for parent in folder.absolute().parents)
    nearest = next(parent for parent in above if parent.is_dir())
    return {nearest: _identity(nearest) or (0, 0)}


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if folder.is_dir() else None
