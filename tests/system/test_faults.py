"""Whatever goes wrong around a build, the last good deck and lock stay whole, and a message says
what happened."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from attachdeck.cli import main
from attachdeck.system import cache, safe_write
from support.commands import need
from support.courses import CARD, ONE, TWO, Author, write_course
from support.stopping import stopped

pytestmark = pytest.mark.slow  # Stops many processes.

posix = pytest.mark.skipif(os.name != "posix", reason="signals and mounts of POSIX")
MANY = "".join(
    f"  - {{id: card-{number}, kind: basic, prompt: Question {number}?, answer: Answer}}\n"
    for number in range(1500)
)
EARLIER = {"SOURCE_DATE_EPOCH": "1700000000"}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "attachdeck", *map(str, arguments)]


def run(
    *arguments: str | Path, environment: dict[str, str] | None = None, **options
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env=os.environ | EARLIER | (environment or {}),
        **options,
    )


def begun(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | EARLIER,
    )


def said_well(result: subprocess.CompletedProcess[str], *, status: int = 1) -> str:
    """What a failing run said: one message, and no traceback."""
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


def whole(deck: Path) -> bool:
    with zipfile.ZipFile(deck) as package:
        return package.testzip() is None and package.read("collection.anki2").startswith(
            b"SQLite format 3"
        )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def leftovers(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.endswith(safe_write._ENDING)]


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts a small file system of its own, for root; elsewhere the test is left out."""
    place = tmp_path / "disk"
    place.mkdir()
    done = []

    def mount(options: str) -> Path:
        known = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if (
            sys.platform != "linux"
            or os.geteuid() != 0
            or subprocess.run(known, check=False, capture_output=True).returncode
        ):
            pytest.skip("only root can mount a file system here")
        done.append(place)
        return place

    yield mount
    for mounted in done:
        subprocess.run(["umount", str(mounted)], check=True)


def test_a_full_disk_leaves_the_last_deck_and_nothing_else(tmp_path: Path, mounted):
    course, disk = write_course(tmp_path / "course"), mounted("size=320k")
    assert run("build", course, "-o", disk / "deck.apkg").returncode == 0
    before = (disk / "deck.apkg").read_bytes()
    write_course(course, cards=MANY)
    assert "disk" in said_well(run("build", course, "-o", disk / "deck.apkg"))
    assert (disk / "deck.apkg").read_bytes() == before
    assert names(disk) == ["deck.apkg"]


def test_a_full_disk_under_the_course_leaves_the_last_lock_and_says_so(tmp_path: Path, mounted):
    disk = mounted("size=400k")
    course = write_course(disk / "course")
    assert run("build", course, "-o", tmp_path / "deck.apkg").returncode == 0
    before = (course / "course.lock").read_bytes()
    write_course(course, cards=CARD + MANY)
    free = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize))
    result = run("build", course, "-o", tmp_path / "deck.apkg")
    assert "Traceback" not in result.stderr
    assert "lock    not written (No space left on device)" in result.stdout
    assert (course / "course.lock").read_bytes() == before
    assert leftovers(course) == []


@pytest.mark.parametrize("room", ["16k", "64k", "256k", "1m"])
def test_a_full_disk_is_no_fault_of_a_package(tmp_path: Path, mounted, room: str):
    """Anki's engine needs more and more room: to open, to unpack, to import, to check."""
    if not importlib.util.find_spec("anki"):
        pytest.skip("the package anki is missing")
    course, package = write_course(tmp_path / "course", cards=MANY), tmp_path / "deck.apkg"
    assert run("build", course, "-o", package).returncode == 0
    disk = mounted(f"size={room}")
    commands = [("verify", package), ("verify", package, "--upgrade-from", package)]
    if room == "16k":
        commands.append(("diff", package, package))
    for arguments in commands:
        said = said_well(run(*arguments, environment={"TMPDIR": str(disk)}))
        assert "No space left on device" in said
        assert "is no package" not in said
        assert names(disk) == []


def test_a_full_disk_under_the_cache_is_no_fault(tmp_path: Path, mounted):
    course, disk = write_course(tmp_path / "course", cards=CARD), mounted("size=16k")
    (disk / "ballast").write_bytes(bytes(8 * 1024))
    result = subprocess.run(
        [sys.executable, "-m", "attachdeck", "build", course, "-o", tmp_path / "deck.apkg"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | EARLIER | {cache.SWITCH: str(disk / "cache")},
    )
    said_well(result, status=0)
    assert (disk / "cache").is_dir()
    kept = (path for path in (disk / "cache").rglob("*") if path.is_file())
    assert [path for path in kept if re.search(r"\.[0-9a-f]{16}$", path.name)] == []


@posix
def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path):
    import resource

    course, deck = write_course(tmp_path / "course"), tmp_path / "out" / "deck.apkg"
    assert run("build", course, "-o", deck).returncode == 0
    before = deck.read_bytes()
    write_course(course, cards=CARD + MANY)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

    assert "cannot be written" in said_well(run("build", course, "-o", deck, preexec_fn=limit))
    assert deck.read_bytes() == before
    assert names(deck.parent) == ["deck.apkg"]


def test_a_full_disk_under_a_release_leaves_the_lock(tmp_path: Path, mounted):
    need("the package anki", importlib.util.find_spec("anki") is not None)
    course, disk = write_course(tmp_path / "course"), mounted("size=100k")
    assert run("build", course, "-o", tmp_path / "deck.apkg").returncode == 0
    before = (course / "course.lock").read_bytes()
    result = run("release", course, "-o", disk / "release")
    assert "the release cannot be written: " in said_well(result)
    assert (course / "course.lock").read_bytes() == before
    assert names(disk) == []
    assert leftovers(course) == []


def test_a_folder_that_can_only_be_read_is_a_message(tmp_path: Path, mounted):
    disk = mounted("size=1m,ro")
    said = said_well(run("build", write_course(tmp_path / "course"), "-o", disk / "deck.apkg"))
    assert os.strerror(errno.EROFS) in said


@posix
def test_killed_builds_leave_the_last_deck_and_lock_and_the_next_cleans_up(tmp_path: Path):
    author = Author(tmp_path)
    author.release(MANY)
    killed = 0
    for build in stopped(tmp_path, "build", author.course, "-o", author.deck, every=4):
        build.kill()
        build.communicate()
        killed += 1
        assert whole(author.deck)
        assert len(author.lock().cards) == 1500
        write_course(author.course, cards=MANY.replace("Answer", f"Answer {killed}"))
    assert killed >= 5
    assert leftovers(author.deck.parent) + leftovers(author.course)
    for folder in (author.course, author.deck.parent):
        for left in leftovers(folder):
            os.utime(folder / left, (0, 0))
    write_course(author.course, cards=MANY)
    assert run("build", author.course, "-o", author.deck).returncode == 0
    assert whole(author.deck)
    assert leftovers(author.deck.parent) == leftovers(author.course) == []


def test_only_what_a_killed_build_left_long_ago_is_taken_away(tmp_path: Path):
    lock = tmp_path / "course.lock"
    outside = tmp_path / "outside"
    (outside / "kept").mkdir(parents=True)
    old = [".course.lock-abcdefgh.unfinished", ".course.lock-12345678.unfinished"]
    kept = [
        ".course.lock-backup",
        ".course.lock-abcdefghi.unfinished",
        ".other-abcdefgh.unfinished",
        "course.lock-abcdefgh.unfinished",
    ]
    for name in (old[0], *kept):
        (tmp_path / name).write_text("text", encoding="utf-8")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / old[1]).mkdir()
    (tmp_path / old[1] / "link").symlink_to(outside)
    os.utime(tmp_path / old[1], (0, 0))
    young = ".course.lock-zzzzzzzz.unfinished"
    (tmp_path / young).mkdir()
    safe_write.write_bytes(lock, b"lock")
    assert names(tmp_path) == sorted([*kept, young, "course.lock", "outside"])
    assert (outside / "kept").is_dir()


def test_nothing_is_taken_away_before_the_new_one_stands(tmp_path: Path):
    left = tmp_path / ".deck.apkg-abcdefgh.unfinished"
    left.mkdir()
    os.utime(left, (0, 0))
    with pytest.raises(OSError, match="gone"), safe_write.folder_beside(tmp_path / "deck.apkg"):
        raise OSError("gone")
    assert names(tmp_path) == [left.name]


@posix
def test_ctrl_c_ends_with_a_word_and_leaves_nothing(tmp_path: Path):
    course, deck = write_course(tmp_path / "course"), tmp_path / "out" / "deck.apkg"
    assert run("build", course, "-o", deck).returncode == 0
    interrupted = 0
    for build in stopped(tmp_path, "build", course, "-o", deck):
        build.send_signal(signal.SIGINT)
        _, errors = build.communicate()
        assert (build.returncode, errors.strip()) == (1, "Aborted!")
        assert whole(deck)  # The last one, or the new one where it was in its place already.
        assert names(deck.parent) == ["deck.apkg"]
        assert leftovers(course) == []
        interrupted += 1
        write_course(course, cards=CARD.replace("The figure", f"Figure {interrupted}"))
    assert interrupted >= 20


def test_two_builds_at_once_both_end_well(tmp_path: Path):
    author = Author(tmp_path)
    author.release(MANY)
    for turn in range(3):
        write_course(author.course, cards=MANY.replace("Answer", f"Answer {turn}"))
        both = [begun("build", author.course, "-o", author.deck) for _ in range(2)]
        ends = [(build.communicate(timeout=60)[1], build.returncode) for build in both]
        assert [status for _, status in ends] == [0, 0], ends
        assert whole(author.deck)
        assert run("build", author.course, "-o", author.deck, "--locked").returncode == 0
    assert leftovers(author.deck.parent) == leftovers(author.course) == []


def test_a_clock_set_back_moves_no_time_back(tmp_path: Path):
    author = Author(tmp_path)
    first = author.release()
    write_course(author.course, cards=ONE.replace("First", "First now") + TWO)
    assert (
        run(
            "build", author.course, "-o", author.deck, environment={"SOURCE_DATE_EPOCH": "1"}
        ).returncode
        == 0
    )
    now = author.lock().cards
    assert now["one"].changed == first.cards["one"].changed + 1
    assert now["two"].changed == first.cards["two"].changed


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no other file system")
def test_a_deck_can_go_to_another_file_system(tmp_path: Path):

    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        assert Path(folder).stat().st_dev != tmp_path.stat().st_dev
        assert (
            run(
                "build", write_course(tmp_path / "course"), "-o", Path(folder) / "deck.apkg"
            ).returncode
            == 0
        )
        assert whole(Path(folder) / "deck.apkg")
        assert names(Path(folder)) == ["deck.apkg"]


@posix
@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--format", "sarif"),
        ("rules",),
        ("schema", "lesson"),
        ("build", "-o", "deck.apkg"),
        ("--help",),
    ],
)
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_nobody_reads_what_is_said(tmp_path: Path, arguments: tuple[str, ...], stream: str):
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: writing}
    write_course(
        tmp_path / "course", cards="  - {id: a, kind: basic, prompt: Really?, answer: Yes}\n"
    )
    result = subprocess.run(
        command(*arguments),
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=os.environ | EARLIER,
        **streams,
    )
    os.close(writing)
    assert result.returncode in (0, 1)
    assert b"Traceback" not in (result.stdout or b"") + (result.stderr or b"")
    assert b"Broken pipe" not in (result.stderr or b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_to_a_full_disk_is_a_message():
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(
            command("schema", "lesson"), check=False, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert os.strerror(errno.ENOSPC) in said_well(result)


@posix
def test_an_empty_environment_is_enough(tmp_path: Path):
    course = write_course(tmp_path / "course")
    result = subprocess.run(
        command("build", course, "-o", tmp_path / "deck.apkg"),
        check=False,
        capture_output=True,
        text=True,
        env={},
    )
    assert result.returncode == 0, result.stderr
    assert whole(tmp_path / "deck.apkg")


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


NEW_FOLDERS = [
    ("new", "course", "PLACE"),
    ("import", "TABLE", "-o", "PLACE"),
    ("translate", "apply", "es", "COURSE", "-o", "PLACE"),
]


def making(arguments: tuple[str, ...], tmp_path: Path, place: str | Path) -> list[str]:
    """A command that makes a folder, with what it needs."""
    course, table = tmp_path / "course", tmp_path / "table.csv"
    if not course.exists():
        write_course(course, cards="".join(MANY.splitlines(keepends=True)[:200]))
        assert CliRunner().invoke(main, ["translate", "extract", "es", str(course)]).exit_code == 0
        table.write_text(
            "Front,Back\n"
            + "".join(f"Question {number},Answer {number}\n" for number in range(500)),
            encoding="utf-8",
        )
    return command(
        *(
            {"PLACE": str(place), "TABLE": str(table), "COURSE": str(course)}.get(
                argument, argument
            )
            for argument in arguments
        )
    )


@pytest.mark.parametrize("arguments", NEW_FOLDERS, ids=lambda arguments: " ".join(arguments[:2]))
def test_a_new_folder_is_there_whole_or_not_at_all(tmp_path: Path, arguments: tuple[str, ...]):
    place = tmp_path / "new"
    subprocess.run(making(arguments, tmp_path, tmp_path / "whole"), check=True, capture_output=True)
    whole_folder = files(tmp_path / "whole")
    killed = 0
    for process in stopped(tmp_path, *making(arguments, tmp_path, place)[3:], every=4):
        process.kill()
        process.communicate()
        killed += 1
        assert not place.exists() or files(place) == whole_folder
        shutil.rmtree(place, ignore_errors=True)
    assert killed >= 5


@pytest.mark.parametrize("arguments", NEW_FOLDERS, ids=lambda arguments: " ".join(arguments[:2]))
def test_an_empty_folder_that_one_stands_in_is_filled(tmp_path: Path, arguments: tuple[str, ...]):
    place = tmp_path / "new"
    (place / ".git").mkdir(parents=True)  # As a repository is before its first commit.
    (place / ".DS_Store").write_bytes(b"")
    number = place.stat().st_ino
    result = subprocess.run(
        making(arguments, tmp_path, "."), check=False, capture_output=True, text=True, cwd=place
    )
    assert result.returncode == 0, result.stderr
    assert {"course.yaml", "lessons"} <= set(names(place))
    assert place.stat().st_ino == number
    assert not [name for name in names(place) if name.endswith(".unfinished")]
    assert run("check", place).returncode == 0


@pytest.mark.parametrize(
    "place",
    [
        "course.yaml",
        "course.lock",
        "lessons/01-first.yaml",
        "lessons/02-new.yaml",
        "media/plane.svg",
        "translations",
    ],
)
@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "-o"),
        ("build", "--to", "csv", "-o"),
        ("build", "--to", "all", "-o"),
        ("plan", "--chart"),
    ],
    ids=" ".join,
)
def test_nothing_takes_the_place_of_a_courses_own_file(
    tmp_path: Path, place: str, arguments: tuple[str, ...]
):
    course = write_course(tmp_path / "course")
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    command, *options = arguments
    result = CliRunner().invoke(
        main, [command, str(course), *options, str(course / "lessons" / ".." / place)]
    )
    assert result.exit_code == 2
    assert (
        "is reserved for the course's own files" in result.output
        or "name a folder" in result.output
    )
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


@posix
@pytest.mark.parametrize(
    "arguments", [("-o",), ("--to", "csv", "-o"), ("--to", "site", "-o")], ids=" ".join
)
def test_nothing_takes_the_place_of_a_device_or_a_pipe(tmp_path: Path, arguments: tuple[str, ...]):
    """As `-o /dev/null` once did, and with it all programs of the machine wrote into a deck."""
    course, pipe = write_course(tmp_path / "course"), tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for place in (pipe, tmp_path / "link"):
        assert "a device or a pipe, not a file" in said_well(
            run("build", course, *arguments, place)
        )
    assert pipe.is_fifo()
    assert names(tmp_path) == ["course", "link", "pipe"]


def test_no_memory_is_a_message(tmp_path: Path):
    """An allocation that no system grants; where not even small ones are left, Python 3.11 itself
    may turn in circles."""
    course = write_course(tmp_path / "course")
    script = (
        "import sys; from attachdeck import __main__, pipeline; pipeline.check = lambda *_, "
        "**__: bytearray(sys.maxsize); __main__.main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, "check", str(course)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "not enough memory" in said_well(result)


@posix
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_stream_that_nobody_opened_is_none(tmp_path: Path, closed: tuple[int, ...]):
    """`2>&-`, or a service: what would be said there is not said, least of all into a file that
    took its number."""
    course = write_course(
        tmp_path / "course", cards="  - {id: a, kind: basic, prompt: Really?, answer: Yes}\n"
    )

    def close() -> None:
        for stream in closed:
            os.close(stream)

    for arguments in (("build", course, "-o", tmp_path / "deck.apkg"), ("check", course)):
        result = subprocess.run(
            command(*arguments),
            check=False,
            timeout=60,
            capture_output=True,
            encoding="utf-8",
            env=os.environ | EARLIER,
            preexec_fn=close,
        )
        assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr
    assert whole(tmp_path / "deck.apkg")
    assert names(tmp_path) == ["course", "deck.apkg"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes for a name")
@pytest.mark.parametrize(
    "locale",
    [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["UTF-8", "C"],
)
def test_a_folder_whose_name_is_no_text_is_a_folder(tmp_path: Path, locale: dict[str, str]):
    course = write_course(
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/course \xff")),
        cards="  - {id: a, kind: basic, prompt: Really?, answer: Yes}\n",
    )
    package = course / "deck.apkg"
    formats = [
        ("check", course, "--format", form) for form in ("text", "json", "github", "sarif", "junit")
    ]
    outputs = [
        ("build", course, "--to", form)
        for form in ("csv", "anki-text", "crowdanki", "gift", "site")
    ]
    for arguments in (
        ("build", course, "-o", package),
        *formats,
        *outputs,
        ("fmt", course),
        ("diff", course / "course.lock", course),
    ):
        result = subprocess.run(
            command(*arguments),
            check=False,
            capture_output=True,
            timeout=60,
            cwd=tmp_path,
            env=os.environ | EARLIER | locale,
        )
        assert result.returncode == 0, (arguments, result.stderr)
    assert whole(package)
    if importlib.util.find_spec("anki"):  # Which takes no such name.
        assert "not in UTF-8" in said_well(run("verify", package, environment=locale))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes for a text")
def test_a_text_that_is_none_is_a_message(tmp_path: Path):
    course, no_text = write_course(tmp_path / "course"), os.fsdecode(b"a\xffb")
    before = names(course / "lessons")
    (tmp_path / "table.csv").write_text("Front,Back\nOne,Two\n", encoding="utf-8")
    for arguments in (
        ("new", "lesson", no_text, course),
        ("new", "course", tmp_path / "new", "--title", no_text),
        ("import", tmp_path / "table.csv", "-o", tmp_path / "new", "--title", no_text),
    ):
        assert "is not in UTF-8" in said_well(run(*arguments))
    assert names(course / "lessons") == before
    assert names(tmp_path) == ["course", "table.csv"]


def test_a_new_process_imports_nothing_of_the_current_folder(tmp_path: Path):
    """Systems that start a new Python for each process search modules there, as in a course."""
    course = write_course(tmp_path / "course")
    mark = tmp_path / "owned"
    (course / "multiprocessing.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(
        "from attachdeck.system import processes\n"
        "processes.FORKS = False\n"
        "def ready():\n"
        "    pass\n"
        "if __name__ == '__main__':\n"
        "    print(list(processes.spread(str.encode, ['a', 'b'], 2, ready)))\n",
        encoding="utf-8",
    )
    usual = {key: text for key, text in os.environ.items() if key != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, script], cwd=course, check=True, capture_output=True, text=True, env=usual
    )
    assert done.stdout == "[b'a', b'b']\n"
    assert not mark.exists()
    script = "import multiprocessing"
    subprocess.run([sys.executable, "-c", script], cwd=course, check=True, env=usual)
    assert mark.exists(), "the course of this test is harmless"
