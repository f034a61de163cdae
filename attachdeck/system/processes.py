"""Work spread over several processes, which end with the one that began them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

FORKS = sys.platform == "linux"
"""Whether a process begins as a copy of this one, and at once. (macOS could, but its own libraries do not bear it.)"""


class ProcessLost(Exception):  # noqa: N818  # Somebody ended it, or it failed.
    """A process ended before its work was done."""


def spread(function: Callable[[T], bytes], items: Sequence[T], jobs: int) -> Iterator[bytes]:
    """What a function makes of each item, in their order; no more is begun than is soon asked for.

    Raises ProcessLost; what a function raises is lost, too. Where processes do not begin as copies, the function and its items must be such as can be pickled.
    """
    if not FORKS:
        return _spawned(function, items, jobs)
    return _forked(function, items, jobs) if _is_alone() else map(function, items)


def _is_alone() -> bool:
    """Whether this process has one thread only. A copy would not have the others, and might wait for ever for what they hold."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  # pathlib makes no names any better.
    except OSError:  # Nobody tells.
        return False


def _forked(function: Callable[[T], bytes], items: Sequence[T], jobs: int) -> Iterator[bytes]:
    """Each process takes every so manieth item and writes its answers, each after its length, into a pipe, which holds it back while nobody reads.

    concurrent.futures would do as well, but takes as long to import and to begin as 200 cards to compile.
    """
    answers: list[int] = []
    processes: list[int] = []
    try:
        for job in range(jobs):
            mine, theirs = os.pipe()
            try:
                process = os.fork()
            except OSError as error:  # There may be no more processes.
                os.close(mine)
                os.close(theirs)
                raise ProcessLost from error
            if not process:
                for each in (
                    *answers,
                    mine,
                ):  # Else a pipe would not break when the one who reads it is gone.
                    os.close(each)
                _answer(function, items[job::jobs], theirs)
            os.close(theirs)
            answers.append(mine)
            processes.append(process)
        for place in range(len(items)):
            answer = answers[place % jobs]
            yield _read(answer, int.from_bytes(_read(answer, 8), "little"))
    finally:
        for each in answers:
            os.close(each)
        for process in processes:
            os.waitpid(process, 0)


def _answer(function: Callable[[T], bytes], items: Sequence[T], pipe: int) -> None:
    """All that a copy does. It ends without what this process has registered for its own end; Ctrl-C is for the one that reads to hear."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with open(pipe, "wb") as answer:
            for item in items:
                found = function(item)
                answer.write(len(found).to_bytes(8, "little"))
                answer.write(found)
                answer.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _read(pipe: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(pipe, min(size, 1024 * 1024))
        if not part:
            raise ProcessLost
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def apart(function: Callable[..., T], *arguments: object, seconds: float) -> T:
    """Return what a function returns in a process of its own, which crashes or hangs alone.

    The function, what it is given and what it returns must be such as can be pickled. Raises what
    it raises, ProcessLost where the process crashes, and TimeoutError after so many seconds.
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
        outcome: T | Exception = mine.recv()
    except EOFError as error:
        raise ProcessLost from error
    finally:
        process.kill()
        process.join()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _outcome(answer: Connection, function: Callable[..., object], arguments: Sequence[Any]) -> None:
    _begin()
    try:
        outcome = function(*arguments)
    except Exception as error:  # noqa: BLE001  # The one who asked gets it.
        outcome = error
    answer.send(outcome)


def _import_safely() -> None:
    """Else a new Python would import `multiprocessing.py` from the current folder, a stranger's course."""
    os.environ["PYTHONSAFEPATH"] = "1"


def _spawned(function: Callable[[T], bytes], items: Sequence[T], jobs: int) -> Iterator[bytes]:
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    _import_safely()
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)
    begun: deque[Future[bytes]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(function, item))
            if len(begun) > 4 * jobs:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    except BrokenProcessPool as error:
        raise ProcessLost from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """A new process leaves Ctrl-C to the one that began it, and ends when that one is killed."""
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
