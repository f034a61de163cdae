"""Work in several processes: answers in order, and no process is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attachdeck.system import processes

ANSWERS = """
import os, sys
from attachdeck.system import processes
from attachdeck.system.processes import ProcessLost, spread
processes.FORKS = sys.argv[1] == "True"

def doubled(item):
    return str(2 * item) * 10_000

def failing(item):
    if item == 7:
        os._exit(3)
    return "x"

def ready():
    pass

if __name__ == "__main__":
    items = range(50)
    assert list(spread(doubled, items, 3, ready)) == [doubled(item) for item in items]
    try:
        list(spread(failing, items, 2, ready))
    except ProcessLost:
        begun = spread(doubled, items, 2, ready)
        next(begun)
        begun.close()  # Nobody reads on: all end.
        print("well")
"""


@pytest.mark.parametrize("forks", sorted({False, processes.FORKS}))
def test_answers_come_in_order_and_a_lost_process_is_noticed(tmp_path: Path, forks: bool):
    script = tmp_path / "answers.py"
    script.write_text(ANSWERS, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, script, str(forks)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.stdout, result.returncode) == ("well\n", 0), result.stderr


LOST = """
import os, sys, time
from attachdeck.system import processes
from attachdeck.system.processes import spread
processes.FORKS = sys.argv[1] == "True"

def slow(item):
    time.sleep(0.05)
    return str(os.getpid())

def ready():
    pass

if __name__ == "__main__":
    for each in spread(slow, range(2000), 2, ready):
        print(each, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("forks", sorted({False, processes.FORKS}))
def test_processes_end_with_the_one_that_began_them(tmp_path: Path, forks: bool):
    script = tmp_path / "lost.py"
    script.write_text(LOST, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, script, str(forks)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        others = {int(parent.stdout.readline()) for _ in range(6)}
        assert len(others) == 2
        assert all(map(alive, others))
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(map(alive, others)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, others))


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked for yet does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not (
        status.exists() and status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    )
