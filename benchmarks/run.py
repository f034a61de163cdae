"""`make bench`: attachdeck beside the plain way, the official engine and two checkers, in one run;
writes docs/explain/performance.md and its chart.

Every ratio is between commands that ran in turn (A B A B …) on the same machine, and is the median
of the pairs' ratios. Times are wall clock, of whole processes, start-up included; peaks are the
operating system's. Usage: run.py [LARGEST]; without a number up to 100,000 cards. Progress goes to
standard error.
"""

from __future__ import annotations

import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import chart
import courses
import preview_page
from preview_page import environment

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
PAGE = ROOT / "docs" / "explain" / "performance.md"

SIZES = {2_000: 5, 20_000: 3, 100_000: 1}
"""How often each size is measured."""

LARGEST_FOR_PLAIN = 20_000
"""The largest course that is built in the plain way: ten minutes for 100,000 cards would be two
thirds of the whole run."""


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds, and the peak of its memory in MiB."""

    seconds: float
    peak: float
    processor: float = 0.0
    """Seconds of the processor, of all its processes together."""


@dataclass(frozen=True)
class Pair:
    """Two commands, run in turn."""

    ours: list[Run]
    theirs: list[Run]

    @property
    def ratio(self) -> float:
        """How many times as long theirs took: the median over the pairs."""
        return statistics.median(
            b.seconds / a.seconds for a, b in zip(self.ours, self.theirs, strict=True)
        )


@dataclass(frozen=True)
class Cold:
    """First builds of a course, in turn: with as many processes as attachdeck takes by itself, with
    one, and, unless that takes too long, the plain way."""

    usual: list[Run]
    alone: list[Run]
    plain: list[Run]

    @property
    def ratio(self) -> float:
        """How many times as fast as the plain way it is by itself."""
        return Pair(self.usual, self.plain).ratio

    @property
    def ratio_alone(self) -> float:
        """How many times as fast as the plain way it is in one process."""
        return Pair(self.alone, self.plain).ratio


def seconds(runs: list[Run]) -> float:
    """The median time."""
    return statistics.median(run.seconds for run in runs)


def milliseconds(runs: list[Run]) -> str:
    """The median time, as the page shows it."""
    return f"{seconds(runs) * 1000:.0f} ms"


def step(what: str) -> None:
    """Print what is measured now, and when that began."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr)


def run(command: list[str | Path], *, cache: str = "off", fails: bool = False) -> Run:
    """Run a command; it must succeed, or fail where that is wanted. The peak is that of its largest
    process."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(cache),
        cwd=HERE,  # Not beside a `build` folder: its decks forbid a course to lose its lock.
    )
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - begun
    if bool(status) is not fails:
        raise SystemExit(f"{' '.join(map(str, command))} did not end as it should")
    return Run(
        taken,
        usage.ru_maxrss / 1024 if sys.platform == "linux" else usage.ru_maxrss / 1024**2,
        usage.ru_utime + usage.ru_stime,
    )


def build(course: Path, output: Path) -> list[str | Path]:
    """The command that builds a course."""
    return [BIN / "attachdeck", "build", course, "-o", output]


def begin_anew(course: Path, output: Path) -> None:
    """Take away what would make a build another one than the first."""
    (course / "course.lock").unlink(missing_ok=True)
    output.unlink(missing_ok=True)


def cold(course: Path, times: int, work: Path, *, plain: bool = True) -> Cold:
    """Builds without a lock and without memory, and the plain way."""
    step(f"first builds of {course.name}")
    found = Cold([], [], [])
    for _ in range(times):
        for runs, options in ((found.usual, []), (found.alone, ["--jobs", "1"])):
            begin_anew(course, work / "ours.apkg")
            runs.append(run([*build(course, work / "ours.apkg"), *options]))
        if plain:
            found.plain.append(run([PYTHON, HERE / "plain.py", course, work / "plain.apkg"]))
    return found


def together(command: list[str | Path]) -> float | None:
    """The peak in MiB of all processes of a command, what they share counted once (proportional set
    size); None where the system does not tell."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment("off")
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(proportional, family(process.pid))))
        time.sleep(0.05)
    return peak / 1024 if peak else None


def family(process: int) -> list[int]:
    """A process and those that it began."""
    try:
        lists = [
            path.read_text(encoding="utf-8")
            for path in Path(f"/proc/{process}/task").glob("*/children")
        ]
    except OSError:
        return []
    return [
        process,
        *(each for found in lists for child in found.split() for each in family(int(child))),
    ]


def proportional(process: int) -> int:
    """The proportional set size of a process, in KiB."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def against(
    ours: list[str | Path], theirs: list[str | Path], times: int, cache: str = "off"
) -> Pair:
    """Two commands in turn."""
    pairs = [(run(ours, cache=cache), run(theirs)) for _ in range(times)]
    return Pair([a for a, _ in pairs], [b for _, b in pairs])


def package_step(decks: int, times: int, work: Path) -> dict[str, float]:
    """The median seconds of the package step at 10,000 notes, each way."""
    found: dict[str, list[float]] = {"attachdeck": [], "genanki": [], "anki": []}
    for _ in range(times):
        for way, all_seconds in found.items():
            said = subprocess.run(
                [PYTHON, HERE / "package_step.py", way, "10000", str(decks), work / f"{way}.apkg"],
                check=True,
                capture_output=True,
                text=True,
            )
            all_seconds.append(float(said.stdout))
    return {way: statistics.median(all_seconds) for way, all_seconds in found.items()}


Row = tuple[str, str, str, str]
"""What was measured, how long it took, what it is compared with, and the ratio."""


def unchanged(course: Path, work: Path) -> list[Row]:
    """The row for a build of a course that was built before and has not changed."""
    cache, output = str(work / "cache"), work / "again.apkg"
    run(build(course, output), cache=cache)
    same = against(build(course, output), [PYTHON, "-c", "pass"], 11, cache)
    return [
        (
            "the same build again, nothing changed",
            milliseconds(same.ours),
            "`python -c pass`",
            longer(same),
        )
    ]


def one_changed(course: Path, cards: int, work: Path) -> list[Row]:
    """Rows for a build and a check after a change of one lesson, beside the first ones."""
    cache, output = str(work / f"cache-{cards}"), work / "again.apkg"
    check = [BIN / "attachdeck", "check", course]
    run(build(course, output), cache=cache)
    run(check, cache=cache)
    lesson = sorted((course / "lessons").iterdir())[cards // courses.CARDS_A_LESSON // 2]
    builds, first_builds, checks, first_checks = [], [], [], []
    for number in range(SIZES[cards]):
        text = lesson.read_text(encoding="utf-8").replace(" who ", " whom ", number + 1)
        lesson.write_text(text, encoding="utf-8", newline="\n")
        checks.append(run(check, cache=cache))
        first_checks.append(run(check))
        builds.append(run(build(course, output), cache=cache))
        lock = (course / "course.lock").read_bytes()
        begin_anew(course, work / "fresh.apkg")
        first_builds.append(run(build(course, work / "fresh.apkg")))
        (course / "course.lock").write_bytes(lock)
    return [
        (
            f"{what} of {cards:,} cards again, one lesson changed",
            milliseconds(again),
            f"the first {what}",
            longer(Pair(again, first)),
        )
        for what, again, first in (
            ("build", builds, first_builds),
            ("check", checks, first_checks),
        )
    ]


def one_mistake(course: Path, work: Path) -> list[Row]:
    """The row for a build that a mistake in the last lesson stops, beside one without."""
    broken = shutil.copytree(course, work / "broken")
    lesson = max((broken / "lessons").iterdir())
    text = lesson.read_text(encoding="utf-8").replace("\n    answer:", "\n    anwser:", 1)
    lesson.write_text(text, encoding="utf-8", newline="\n")
    command, whole = build(broken, work / "no.apkg"), build(course, work / "yes.apkg")
    pair = Pair([], [])
    for _ in range(7):
        begin_anew(course, work / "yes.apkg")
        pair.ours.append(run(command, fails=True))
        pair.theirs.append(run(whole))
    return [
        (
            "build of 2,000 cards with an error in the last lesson",
            milliseconds(pair.ours),
            "the first build without the error",
            longer(pair),
        )
    ]


def edits(folders: dict[int, Path], work: Path) -> list[Row]:
    """Rows for what changes an author's files: by the processor's time, which does not depend on
    what else the machine does."""
    ours = BIN / "attachdeck"
    small = shutil.copytree(folders[min(folders)], work / "tidy")
    run([ours, "fmt", small])
    tidy = against([ours, "fmt", "--check", small], [ours, "check", small], 7)
    rows = [processor_row(f"`fmt --check` of {min(folders):,} cards", tidy, "`check`")]
    if len(folders) > 1:
        sizes = list(folders)[:2]
        tidied: dict[int, list[Run]] = {cards: [] for cards in sizes}
        for _ in range(3):
            for cards, runs in tidied.items():
                untidy = shutil.copytree(folders[cards], work / "untidy")
                runs.append(run([ours, "fmt", untidy]))
                shutil.rmtree(untidy)
        pair = Pair(tidied[sizes[1]], tidied[sizes[0]])
        rows.append(
            processor_row(f"`fmt` of {sizes[1]:,} cards", pair, f"`fmt` of {sizes[0]:,} cards")
        )
    lesson = courses.write(work / "lesson", 300, cards_a_lesson=300)
    card = [ours, "new", "card", lesson, "--kind", "basic", "--set", "answer=A", "--set"]
    help_runs, card_runs = [], []
    for number in range(9):
        card_runs.append(run([*card, f"prompt=What is {number}?"]))
        help_runs.append(run([ours, "--help"]))
    pair = Pair(card_runs, help_runs)
    return [
        *rows,
        processor_row("`new card` in a lesson of 300 cards", pair, "`attachdeck --help`"),
    ]


def longer(pair: Pair) -> str:
    """How many times as long the first of two commands takes, as the page shows it."""
    return f"{1 / pair.ratio:.2f} times as long"


def processor_row(what: str, pair: Pair, beside: str) -> Row:
    """A row for two commands by the processor's time."""
    ratio = statistics.median(
        a.processor / b.processor for a, b in zip(pair.ours, pair.theirs, strict=True)
    )
    taken = statistics.median(each.processor for each in pair.ours)
    return what, f"{taken:.2f} s of CPU time", beside, f"{ratio:.2f} times the CPU time"


def checkers(course: Path, cards: int) -> list[Row]:
    """Rows for a check beside two checkers of YAML."""
    lessons = sorted((course / "lessons").iterdir())
    schema = ROOT / "attachdeck" / "schema" / "lesson.schema.json"
    others = {
        "check-jsonschema": [BIN / "check-jsonschema", "--schemafile", schema, *lessons],
        "yamllint": [BIN / "yamllint", "-d", "relaxed", course / "lessons"],
    }
    rows = []
    for name, command in others.items():
        pair = against([BIN / "attachdeck", "check", course], command, 5)
        taken = f"{seconds(pair.ours):.2f} s"
        rows.append(
            (f"check of {cards:,} cards, all rules", taken, name, f"{pair.ratio:.1f} times as fast")
        )
    return rows


def packages(work: Path) -> list[Row]:
    """Rows for the package step beside genanki's and the engine's."""
    rows = []
    for decks in (400, 1):
        taken = package_step(decks, 5, work)
        many = f"{decks} decks" if decks > 1 else "one deck"
        for way, name in (("genanki", "genanki"), ("anki", "Anki's engine, add and export")):
            ratio = f"{taken[way] / taken['attachdeck']:.1f} times as fast"
            what = f"package of 10,000 ready notes, {many}"
            rows.append((what, f"{taken['attachdeck']:.2f} s", name, ratio))
    return rows


def starts() -> list[Row]:
    """Rows for commands that only start."""
    rows = []
    for option in ("--version", "--help"):
        pair = against([BIN / "attachdeck", option], [PYTHON, "-c", "pass"], 15)
        row = f"`attachdeck {option}`", milliseconds(pair.ours), "`python -c pass`", longer(pair)
        rows.append(row)
    return rows


def main() -> None:
    """Measure, and write the page."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else max(SIZES)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        step("courses are generated")
        folders = {
            cards: courses.write(work / f"course-{cards}", cards)
            for cards in SIZES
            if cards <= largest
        }
        builds = {
            cards: cold(course, SIZES[cards], work, plain=cards <= LARGEST_FOR_PLAIN)
            for cards, course in folders.items()
        }
        rows = everything_else(folders, work)
        step("memory")
        output, largest_course = work / "ours.apkg", folders[max(folders)]
        begin_anew(largest_course, output)
        memory = together(build(largest_course, output))
        again = run(build(largest_course, output)).peak
    write(builds, rows, memory, again)
    step("written")


def everything_else(folders: dict[int, Path], work: Path) -> list[Row]:
    """All rows but those of first builds."""
    cards = min(folders)
    flagship = shutil.copytree(ROOT / "course", work / "flagship")
    own = cold(flagship, 5, work)
    rows = [
        (
            "build of the course on attachment",
            f"{seconds(own.usual):.2f} s",
            "the plain way",
            f"{own.ratio:.1f} times as fast",
        )
    ]
    rows += unchanged(flagship, work)
    step("errors and changes")
    rows += one_mistake(folders[cards], work)
    for size in list(folders)[:2]:
        rows += one_changed(folders[size], size, work)
    step("edits")
    rows += edits(folders, work)
    step("preview")
    rows += preview_page.rows(folders[cards], cards, work)
    step("checkers")
    rows += checkers(folders[cards], cards)
    step("packages")
    rows += packages(work)
    return [*rows, *starts()]


def exponent(times: dict[int, float]) -> float:
    """The power of the number of cards with which time grows: the slope of the least-squares line
    through the logarithms."""
    xs, ys = [math.log(cards) for cards in times], [math.log(taken) for taken in times.values()]
    x, y = statistics.mean(xs), statistics.mean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum(
        (a - x) ** 2 for a in xs
    )


def write(
    builds: dict[int, Cold],
    rows: list[tuple[str, str, str, str]],
    memory: float | None,
    again: float,
) -> None:
    """Write the page and its chart."""
    ours = {cards: seconds(each.usual) for cards, each in builds.items()}
    alone = {cards: seconds(each.alone) for cards, each in builds.items()}
    theirs = {cards: seconds(each.plain) for cards, each in builds.items() if each.plain}
    growth = [exponent(each) if len(each) > 1 else math.nan for each in (ours, alone, theirs)]
    table = "".join(build_row(cards, first) for cards, first in builds.items())
    others = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    text = (HERE / "page.md").read_text(encoding="utf-8")
    filled = {
        "builds": table,
        "others": others,
        "machine": machine(),
        "largest": f"{max(builds):,}",
        "again": f"{again:.0f} MiB",
    }
    filled |= {
        name: f"{each:.2f}" for name, each in zip(("ours", "alone", "plain"), growth, strict=True)
    }
    filled["together"] = f"{memory:.0f} MiB" if memory else "not known here"
    for name, value in filled.items():
        text = text.replace(f"[[{name}]]", value.rstrip("\n"))
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    PAGE.with_suffix(".svg").write_text(
        chart.svg({"attachdeck": ours, "the plain way": theirs}), encoding="utf-8", newline="\n"
    )
    print(text)


def build_row(cards: int, first: Cold) -> str:
    """The row of the page for the first builds of a course."""
    cells = [
        f"{cards:,}",
        str(SIZES[cards]),
        f"{seconds(first.usual):.2f} s",
        f"{seconds(first.alone):.2f} s",
        f"{seconds(first.plain):.1f} s" if first.plain else "not measured",
        f"{first.ratio:.1f}" if first.plain else "",
        f"{first.ratio_alone:.1f}" if first.plain else "",
        f"{peak(first.usual):.0f} MiB",
        f"{peak(first.plain):.0f} MiB" if first.plain else "",
    ]
    return f"| {' | '.join(cells)} |\n"


def peak(runs: list[Run]) -> float:
    """The highest peak of memory, in MiB."""
    return max(each.peak for each in runs)


def machine() -> str:
    """What it was measured on."""
    cores = os.cpu_count()
    name = next(
        (line.partition(":")[2].strip() for line in cpu_lines() if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return (
        f"{name}, {cores} cores, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {time.strftime('%Y-%m-%d', time.gmtime())}"
    )


def cpu_lines() -> list[str]:
    """What Linux says of the processor."""
    file = Path("/proc/cpuinfo")
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


if __name__ == "__main__":
    main()
