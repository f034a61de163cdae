"""A course looked at again after each save, once no save is half done any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol, TypeVar

from attachdeck.compile.results import Checked
from attachdeck.domain.diagnostics import Severity

SECONDS_OF_DOUBT = 0.4
"""How long an error that a save brought must stand before it is shown: editors empty a file before
they write it, and git writes one file after the other."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at courses saw: their folders, their errors, and a hash of each file."""

    folders: tuple[Path, ...] = ()
    errors: frozenset[str] = frozenset()
    files: dict[str, int] = field(default_factory=dict, repr=False)

    def is_doubtful_after(self, before: Seen) -> bool:
        """Return whether a save may be half done: there are new errors, or a file is gone."""
        return bool(self.errors - before.errors or before.files.keys() - self.files.keys())


class Look(Protocol):
    """Whatever a look at courses gives."""

    @property
    def seen(self) -> Seen:
        """Return what was seen."""


L = TypeVar("L", bound=Look)


def seen_in(courses: Iterable[Checked]) -> Seen:
    """Return what was seen in courses that were checked."""
    courses = list(courses)
    errors = {
        f"{problem.at}: {problem.message}"
        for checked in courses
        for problem in checked.diagnostics
        if problem.severity is Severity.ERROR
    }
    files: dict[str, int] = {}
    for checked in courses:
        files |= {file: hash(text) for file, text in checked.texts.items()}
        files |= {
            f"media/{name}": hash(picture) for name, picture in checked.files.pictures.items()
        }
    folders = dict.fromkeys(folder for checked in courses for folder in checked.folders)
    return Seen(tuple(folders), frozenset(errors), files)


def follow(look: Callable[[], L], shown: L, stop: Event | None = None) -> Iterator[L]:
    """Yield what `look` gives after each save, until `stop`. `shown` is what it gave before.

    What may come from a save that is half done is held back until nothing has been saved for a
    moment.
    """
    from attachdeck.system.saves import Turn, saves  # The first look does not wait for watchfiles.

    held: L | None = None
    since = 0.0
    folders = list(shown.seen.folders)
    for turn in saves(lambda: folders, stop):
        if turn is not Turn.QUIET:
            now = look()
            folders[:] = now.seen.folders
            # Something may have been saved between the last look and the beginning.
            if turn is Turn.SAVED or now.seen != shown.seen:
                held, since = now, time.monotonic()
        if held and (not held.seen.is_doubtful_after(shown.seen) or _is_over(since)):
            shown, held = held, None
            yield shown


def _is_over(since: float) -> bool:
    return time.monotonic() - since >= SECONDS_OF_DOUBT
