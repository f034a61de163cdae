"""Work spread over several processes, which end with the one that began them."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Thread, active_count
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

FORKS = sys.platform == "linux"
"""Whether a process begins as a copy of this one, at once. macOS's own libraries do not bear it."""

_AHEAD = 4
"""How many items are begun for each process before somebody asks for them: it bounds memory."""


class ProcessLost(Exception):  # noqa: N818  # Somebody ended it, or it failed.
    """A process ended before its work was done."""


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    begin: Callable[[], None],
) -> Iterator[Result]:
    """Yield what a function makes of each item, in their order; each process calls `begin` first.

    The function, `begin`, items and results must be such as can be pickled. Raises ProcessLost.
    """
    _import_safely()
    # A copy would not have this process's other threads, and might wait for what they hold.
    context = get_context("fork" if FORKS and active_count() == 1 else "spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(begin,))
    begun: deque[Future[Result]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(function, item))
            if len(begun) > _AHEAD * jobs:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    except (BrokenProcessPool, OSError) as error:  # There may be no more processes.
        raise ProcessLost from error
    finally:
        pool.shutdown(cancel_futures=True)


def apart(function: Callable[..., Result], *arguments: object, seconds: float) -> Result:
    """Return what a function returns in a process of its own, which crashes or hangs alone.

    The function, what it is given and what it returns must be such as can be pickled. Raises what
    it raises, ProcessLost where the process crashes, and TimeoutError after so many seconds.
    """
    _import_safely()
    context = get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_outcome, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    try:
        if not mine.poll(seconds):
            raise TimeoutError
        outcome: Result | Exception = mine.recv()
    except EOFError as error:
        raise ProcessLost from error
    finally:
        process.kill()
        process.join()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _outcome(answer: Connection, function: Callable[..., object], arguments: Sequence[Any]) -> None:
    _leave_interrupts()
    try:
        outcome = function(*arguments)
    except Exception as error:  # noqa: BLE001  # The one who asked gets it.
        outcome = error
    answer.send(outcome)


def _import_safely() -> None:
    """Else a new Python would import `multiprocessing.py` from the current folder, which may be a
    stranger's course."""
    os.environ["PYTHONSAFEPATH"] = "1"


def _begin(begin: Callable[[], None]) -> None:
    """Make a new process of `spread` ready."""
    _leave_interrupts()
    begin()


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the first process, and end when that one is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
