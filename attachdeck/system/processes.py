"""Work spread over several processes, which end with the one that began them.

The functions import what starts a process: most commands start none.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Thread, active_count
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Result = TypeVar("Result")

FORKS = sys.platform == "linux"
"""Whether a new process is a copy of this one, which is fast; macOS's libraries crash in one."""

_AHEAD = 4
"""How many items a process may work ahead of its caller: it bounds memory."""


class ProcessLost(Exception):
    """A process ended before its work was done: it was killed, or it crashed."""


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    begin: Callable[[], None],
) -> Iterator[Result]:
    """Yield a function's result for each item, in order; each process calls `begin` first.

    The function, `begin`, items and results must be picklable. Raises ProcessLost.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    _import_safely()
    # A copy does not have this process's other threads, and might wait for a lock that they hold.
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
    """Call a function in a process of its own, which may crash or hang, and return its result.

    The function, its arguments and its result must be picklable. Raises what the function raises,
    ProcessLost if the process crashes, and TimeoutError after so many seconds.
    """
    from multiprocessing import get_context

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
    except Exception as error:  # noqa: BLE001  # The first process raises it.
        outcome = error
    answer.send(outcome)


def _import_safely() -> None:
    """Keep a new Python from importing modules from the current folder.

    It may be a stranger's course, with a `multiprocessing.py`.
    """
    os.environ["PYTHONSAFEPATH"] = "1"


def _begin(begin: Callable[[], None]) -> None:
    """Make a new process of `spread` ready."""
    _leave_interrupts()
    begin()


def _leave_interrupts() -> None:
    """Ignore Ctrl-C, which the first process handles, and end when that one is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
