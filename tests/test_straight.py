"""The short way of a build says what the long way says, and leaves to it whatever is not plainly good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from attachdeck import pipeline
from attachdeck.compile import straight
from attachdeck.domain.course import KINDS_OF_CARD
from attachdeck.reader import folder
from attachdeck.system import processes
from conftest import CARD, COURSE, COURSE_YAML, LESSON_HEAD, NOW, write_course
from test_anki_import import ALL_KINDS

MORE = LESSON_HEAD.replace("first", "second").replace("First", "Second")
OTHER = CARD.replace("define", "other")


def ways(folder: Path, jobs: int = 1) -> tuple[Any, Any]:
    """What the short way makes of a course, and the long way; None where one makes nothing."""
    found = pipeline.straight(folder, NOW, jobs=jobs)
    checked = pipeline.check(folder)
    return found and parts(found[1]), parts(
        pipeline.compiled(checked, NOW)
    ) if checked.course else None


def parts(compiled: pipeline.Compiled) -> tuple[Any, ...]:
    """All that a build is made of."""
    deck = compiled.deck
    whole = (
        deck.course.id,
        deck.preset,
        deck.study,
        deck.decks,
        deck.note_types,
        tuple(deck.notes),
        deck.media,
        deck.lesson_count,
        dict(deck.cards_by_kind),
    )
    return *whole, compiled.lock, compiled.changes, compiled.refusals, compiled.stale


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_both_ways_make_the_same_of_the_course_on_attachment(
    monkeypatch: pytest.MonkeyPatch, jobs: int
):
    monkeypatch.setattr(straight, "WORTH_SHARING", 0)
    short, long = ways(COURSE, jobs)
    assert short == long
    assert len(short[5]) > 250


def test_both_ways_make_the_same_of_every_kind_of_card(tmp_path: Path):
    course = (
        COURSE_YAML
        + "notice: Read this.\nhelp: {checked: 2026-01-01, lines: [{where: Here, contact: '112'}]}\n"
    )
    files = {
        "course.yaml": course,
        "lessons/2-second.yaml": MORE + OTHER.replace("}", ", formerly: was}"),
        "lessons/10-third.yaml": third(),
    }
    folder = write_course(tmp_path, files, cards=ALL_KINDS)
    short, long = ways(folder)
    assert short == long
    assert {note.kind for note in short[5]} == {*KINDS_OF_CARD, "reference"} - {"custom"}
    assert [deck.name for deck in short[3]][:4] == [
        "Tiny",
        "Tiny::01 First",
        "Tiny::02 Second",
        "Tiny::10 Third",
    ], "lessons come by their numbers"


def third() -> str:
    card = "  - {id: third-card, kind: basic, prompt: What?, answer: '<b>This</b> ![](plane.svg)', sources: [{key: bowlby1969, page: p. 1}]}\n"
    return MORE.replace("second", "third").replace("Second", "Third") + card


CLASHES: dict[str, dict[str, str]] = {
    "two cards": {"lessons/02-second.yaml": MORE + CARD},
    "two lessons": {"lessons/02-second.yaml": MORE.replace("id: second\n", "id: first\n") + OTHER},
    "two objectives": {"lessons/02-second.yaml": MORE.replace("second-goal", "first-goal") + OTHER},
    "two decks": {"lessons/02-second.yaml": f"deck: 01 FIRST\n{MORE}{OTHER}"},
    "the practice deck": {"lessons/02-second.yaml": f"deck: practice\n{MORE}{OTHER}"},
    "two numbers": {"lessons/01-second.yaml": MORE + OTHER},
    "no number": {"lessons/second.yaml": MORE + OTHER},
    "a former id in use": {
        "lessons/02-second.yaml": MORE + OTHER.replace("}", ", formerly: define}")
    },
    "a former id twice": {
        "lessons/01-first.yaml": LESSON_HEAD + CARD.replace("}", ", formerly: was}"),
        "lessons/02-second.yaml": MORE + OTHER.replace("}", ", formerly: was}"),
    },
    "a card with the notice's id": {
        "course.yaml": f"{COURSE_YAML}notice: Read.\n",
        "lessons/02-second.yaml": MORE + CARD.replace("define", "course-notice"),
    },
    "broken YAML": {"lessons/02-second.yaml": "id: [\n"},
    "a wrong key": {"lessons/02-second.yaml": MORE + OTHER.replace("answer", "anwser")},
    "an unknown source": {
        "lessons/02-second.yaml": MORE + OTHER.replace("}", ", sources: [nobody2000]}")
    },
    "an unknown picture": {
        "lessons/02-second.yaml": MORE + OTHER.replace("secure", "![](no.svg) secure")
    },
    "an unknown picture in disguise": {
        "lessons/02-second.yaml": MORE
        + OTHER.replace("What is", '"\\x21[](no.svg)').replace("base?,", 'base?",')
    },
    "a gap in an address": {
        "lessons/02-second.yaml": f"{MORE}  - {{id: a, kind: cloze, text: '((1 a)) [b](https://example.org/((2 c)))'}}\n"
    },
    "a broken course.yaml": {"course.yaml": COURSE_YAML.replace("title", "titel")},
    "an unknown picture format": {"media/plane.svg": "<svg><script/></svg>"},
    "a broken lock": {"course.lock": "lock: 1\n"},
    "no lessons": {"lessons/01-first.yaml": ""},
}


@pytest.mark.parametrize("name", CLASHES)
@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_not_plainly_good_is_left_to_the_long_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, jobs: int
):
    monkeypatch.setattr(straight, "WORTH_SHARING", 0)
    short, long = ways(write_course(tmp_path, dict(CLASHES[name])), jobs)
    assert short is None
    assert long is None, "the long way found nothing wrong, so this test shows nothing"


def test_an_objective_of_another_lesson_is_left_to_the_long_way(tmp_path: Path):
    short, long = ways(
        write_course(
            tmp_path,
            {"lessons/02-second.yaml": MORE + OTHER.replace("}", ", objective: first-goal}")},
        )
    )
    assert short is None
    assert "Tell one from the other." in long[5][1].fields


BUILD = """
import sys
from attachdeck import cli
from attachdeck.system import processes
from attachdeck.compile import straight
processes.FORKS, straight.WORTH_SHARING = sys.argv.pop(1) == "True", 0
if __name__ == "__main__":
    cli.main()
"""


@pytest.mark.parametrize("forks", sorted({False, processes.FORKS}))
def test_processes_give_the_same_bytes(tmp_path: Path, forks: bool):
    files = {
        f"lessons/{n:02}-more.yaml": MORE.replace("second", f"lesson-{n}")
        + CARD.replace("define", f"card-{n}")
        for n in range(2, 12)
    }
    course = write_course(
        tmp_path / "course",
        {
            name: text.replace("title: Second", f"title: Lesson {name[8:10]}")
            for name, text in files.items()
        },
    )
    script = tmp_path / "build.py"
    script.write_text(BUILD, encoding="utf-8")
    decks = [tmp_path / "one.apkg", tmp_path / "three.apkg"]
    for jobs, deck in zip("13", decks, strict=True):
        command = [sys.executable, script, str(forks), "build", course, "--jobs", jobs, "-o", deck]
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1800000000"},
            timeout=60,
        )
    assert decks[0].read_bytes() == decks[1].read_bytes()


def test_a_course_that_changes_under_a_build_is_left_to_the_long_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_course(tmp_path)
    plain = straight.PlainCourse(folder)
    (folder / "course.yaml").write_text(COURSE_YAML.replace("Tiny", "Small"), encoding="utf-8")
    monkeypatch.setattr(straight, "_KNOWN", {})
    assert straight._lesson(folder, plain.fingerprint, plain.paths[0]) == b""


ANSWERS = """
import os, sys
from attachdeck.system import processes
from attachdeck.system.processes import ProcessLost, spread
processes.FORKS = sys.argv[1] == "True"

def doubled(item):
    return str(2 * item).encode() * 10_000

def failing(item):
    if item == 7:
        os._exit(3)
    return b"x"

if __name__ == "__main__":
    items = range(50)
    assert list(spread(doubled, items, 3)) == [doubled(item) for item in items]
    try:
        list(spread(failing, items, 2))
    except ProcessLost:
        begun = spread(doubled, items, 2)
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


@pytest.mark.skipif(not processes.FORKS, reason="this system does not begin processes as copies")
def test_a_process_with_threads_is_not_copied():
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert (
            list(processes.spread(lambda _: str(os.getpid()).encode(), range(3), 2))
            == [str(os.getpid()).encode()] * 3
        )
    finally:
        done.set()
        other.join()


@pytest.mark.skipif(not processes.FORKS, reason="this system does not begin processes as copies")
def test_a_system_without_room_for_processes_builds_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def none_left() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none_left)
    monkeypatch.setattr(processes, "_is_alone", lambda: True)
    monkeypatch.setattr(straight, "WORTH_SHARING", 0)
    monkeypatch.setattr(folder, "WORTH_SHARING", 0)
    course = write_course(tmp_path / "course", {"lessons/02-second.yaml": MORE + OTHER})
    assert pipeline.straight(course, NOW, jobs=2) is None
    assert pipeline.check(course, jobs=2).course == pipeline.check(course).course


LOST = """
import os, sys, time
from attachdeck.system import processes
from attachdeck.system.processes import spread
processes.FORKS = sys.argv[1] == "True"

def slow(item):
    time.sleep(0.05)
    return str(os.getpid()).encode()

if __name__ == "__main__":
    for each in spread(slow, range(2000), 2):
        print(each.decode(), flush=True)
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
