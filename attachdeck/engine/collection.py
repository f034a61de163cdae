"""Anki's own engine, that of the desktop (extra `verify`): opens a learner's collection, imports
packages, and simulates what FSRS asks of a learner day by day.

The only importer of `anki`.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from attachdeck.system.processes import ProcessLost, apart

if TYPE_CHECKING:
    from anki.collection import Collection

Result = TypeVar("Result")

NEEDED = 'this command needs Anki\'s engine: run `pip install "attachdeck[verify]"`'
"""What to say where NoEngine is raised."""


MAX_SECONDS = 30 * 60
"""How long Anki's engine may take: several times what a deck of 100,000 notes takes."""


class NoEngine(Exception):
    """Anki's engine is not installed."""


class EngineRefused(Exception):
    """Anki's engine will not do what it was asked; the message is its own, without markup."""


class EngineLost(Exception):
    """Anki's engine crashed, or did not finish; the message says which, and on what package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a learner studies: the maximum of new cards and of reviews a day, the percentage of cards
    to recall, and the longest interval in days."""

    new: int
    reviews: int
    retention: int
    longest: int = 36500


@dataclass(frozen=True, slots=True)
class Day:
    """What a day asks of a learner: new cards, reviews, and the seconds for both.

    `recalled` is how many of the cards seen so far the learner would recall at the end of the day.
    """

    new: int
    reviews: int
    seconds: float
    recalled: float


_FULL = ("DiskFull", "(os error 28)", "(os error 112)")
"""How the engine says that a disk is full: SQLite, Linux and macOS, Windows."""

Simulate = Callable[[int, int, Pace], tuple[Day, ...]]
"""Simulates a number of new cards over a number of days at a pace, and returns the days."""


@contextmanager
def opened(path: Path, backup: Path | None = None) -> Iterator[Collection]:
    """Yield a learner's collection, with FSRS.

    A `backup` (`.colpkg`) is restored first, with its media beside the collection. Raise NoEngine,
    and EngineRefused for what Anki will not do, also while the collection is open.
    """
    try:
        from anki._backend import RustBackend
        from anki.collection import Collection
    except ImportError as error:
        raise NoEngine from error
    with _refusals():
        if backup is not None:
            media = path.with_suffix(".media")
            media.mkdir()
            RustBackend().import_collection_package(
                col_path=str(path),
                backup_path=str(backup.resolve()),
                media_folder=str(media),
                media_db=str(path.with_suffix(".mdb")),
            )
        collection = Collection(str(path))
        try:
            collection.set_config("fsrs", val=True)
            yield collection
        finally:
            collection.close()


def run_apart(function: Callable[..., Result], package: Path, *arguments: object) -> Result:
    """Call a function that lets Anki's engine read a package, in a process of its own.

    A package from a stranger may crash the engine, or keep it busy for ever. Function, arguments
    and result must be picklable. Raise what the function raises, and EngineLost after a crash or
    after `MAX_SECONDS`.
    """
    try:
        return apart(function, package, *arguments, seconds=MAX_SECONDS)
    except ProcessLost:
        raise EngineLost(f"Anki's engine crashes on {package}") from None
    except TimeoutError:
        message = f"Anki's engine did not finish with {package} in {MAX_SECONDS} seconds"
        raise EngineLost(message) from None


def import_package(collection: Collection, package: Path) -> Any:
    """Import a package with the default options of the desktop's dialog.

    Return Anki's log of what became of the notes. Raise EngineRefused.
    """
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    with _refusals():
        done = collection.import_anki_package(
            ImportAnkiPackageRequest(
                package_path=str(package.resolve()), options=ImportAnkiPackageOptions()
            )
        )
    models = collection.models
    models._clear_cache()  # noqa: SLF001  # Else it has the note types from before the import.
    return done.log


def check_database(collection: Collection) -> tuple[str, bool]:
    """Return what Anki's *Check Database* says, and whether it could do it."""
    message, done = collection.fix_integrity()
    _refuse_full_disk(message)  # Here Anki raises nothing.
    return message, done


@contextmanager
def _refusals() -> Iterator[None]:
    from anki.errors import AnkiException

    try:
        yield
    except AnkiException as error:
        _refuse_full_disk(str(error))
        raise EngineRefused(_plain(str(error))) from error


def _refuse_full_disk(message: str) -> None:
    """Raise OSError where a message of Anki's says that there is no room for temporary files."""
    if any(words in message for words in _FULL):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())


def _plain(message: str) -> str:
    """Return a message without markup, and without the names of the engine's own errors."""
    while match := re.fullmatch(
        r'(.*?)\w+Error \{ info: "(.*)"(?:, kind: \w+)? \}', message, re.DOTALL
    ):
        message = match[1] + match[2].replace('\\"', '"')
    return re.sub("<[^>]*>", " ", message)


@contextmanager
def simulator() -> Iterator[Simulate]:
    """Yield the simulator of Anki's deck options, for a learner who begins with no cards.

    The engine starts its random generator always alike, so the same question gets the same days.
    FSRS has its default parameters, and an answer takes the time that the engine assumes. Raise
    NoEngine.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder) / "learner.anki2") as collection,
    ):
        from anki.scheduler_pb2 import SimulateFsrsReviewRequest

        @cache  # Parts of a plan ask the same.
        def simulate(cards: int, days: int, pace: Pace) -> tuple[Day, ...]:
            request = SimulateFsrsReviewRequest(
                deck_size=cards,
                days_to_simulate=days,
                new_limit=pace.new,
                review_limit=pace.reviews,
                desired_retention=pace.retention / 100,
                historical_retention=0.9,
                max_interval=pace.longest,
                # The steps of the preset that comes with a package.
                learning_step_count=2,
                relearning_step_count=1,
            )
            backend = collection._backend  # noqa: SLF001  # As Anki's deck options do.
            simulated = backend.simulate_fsrs_review(request)
            return tuple(
                map(
                    Day,
                    simulated.daily_new_count,
                    simulated.daily_review_count,
                    simulated.daily_time_cost,
                    simulated.accumulated_knowledge_acquisition,
                )
            )

        yield simulate
