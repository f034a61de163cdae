"""Builds that need not be made again: the same command, in the same folder, with nothing changed since, says what it said.

A record in the user's cache folder holds, for each file of the course, of attachdeck and for the deck itself, what the file system tells of it: size,
times and number. Whoever changes a file changes that. Only where the clock is too coarse to tell does the content decide, or the build is made.
Records are only a convenience: deleting them, or two builds at once, harms nothing, and one that cannot be read counts for nothing.

This module imports little, because it runs before everything else.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence

from attachdeck import __version__
from attachdeck.system import cache

Stamp = list[int]

_COARSE = 2_000_000_000
"""Nanoseconds within which two changes of a file may bear the same time: the granularity of FAT, the coarsest file system in use."""
_DEPTH = 3
_MOST_FILES = 20_000
_MOST_RECORDS = 200
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  # pathlib alone would take a fifth of this module's time.


def look(course: str) -> dict[str, Stamp]:
    """What the file system tells of each file in a course's folder; nothing where it is too large to be worth it. Raises OSError."""
    found: dict[str, Stamp] = {}
    for path, status in _files(course, _DEPTH):
        found[path] = _stamp(status)
        if len(found) > _MOST_FILES:
            return {}
    return found


def remember(
    before: dict[str, Stamp], begun: int, course: str, lock: str, output: str, text: str
) -> None:
    """Keep what a build said. `before` is what `look` saw when it began, at `begun` nanoseconds since 1970; only the lock may have changed since.

    Nothing is kept where a change could not be told from none, and nothing is said where the record cannot be written.
    """
    try:
        after = look(course)
        others = {path: stamp for path, stamp in after.items() if path not in (lock, output)}
        unchanged = others == {
            path: stamp for path, stamp in before.items() if path not in (lock, output)
        }
        kept = cache.opened(make=True)
        if not (
            kept
            and before
            and unchanged
            and all(
                stamp[1] < begun - _COARSE and stamp[2] < begun - _COARSE
                for stamp in others.values()
            )
        ):
            return
        record = {
            "code": code(),
            "course": course,
            "files": after | {output: _stamp(os.stat(output))},  # noqa: PTH116
            "lock": [lock, _hash(lock)],
            "text": text,
        }
        _sweep(kept.place)
        kept.write(_record(sys.argv[1:]), json.dumps(record).encode())
    except OSError:
        return


def recall(arguments: Sequence[str]) -> str | None:
    """What this command said the last time, where it would do nothing else now; None where it must run."""
    try:
        kept = cache.opened() if arguments[:1] == ["build"] else None
        written = kept.read(_record(arguments)) if kept else None
        if written is None:
            return None
        record = json.loads(written)
        lock, content = record["lock"]
        files: dict[str, Stamp] = record["files"]
        same = record["code"] == code() and all(
            _stamp(os.stat(path)) == stamp  # noqa: PTH116
            for path, stamp in files.items()
        )
        if same and look(record["course"]).keys() <= files.keys() and _hash(lock) == content:
            return str(record["text"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _files(place: str, depth: int) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir():
                if depth and not entry.name.startswith((".", "__pycache__")):
                    yield from _files(entry.path, depth - 1)
            else:
                yield entry.path, entry.stat()


def _stamp(status: os.stat_result) -> Stamp:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def code() -> list[object]:
    """What tells one attachdeck, with its libraries, from another."""
    stamps = sorted(_stamp(status) for _, status in _files(_HERE, 5))
    libraries = [
        [path, *_stamp(os.stat(path))]  # noqa: PTH116
        for path in sys.path
        if path.endswith("-packages") and os.path.isdir(path)  # noqa: PTH112
    ]
    return [__version__, sys.version, hashlib.sha256(repr(stamps).encode()).hexdigest(), libraries]


def _record(arguments: Sequence[str]) -> str:
    said = [
        os.getcwd(),  # noqa: PTH109
        *arguments,
        *(
            f"{name}={os.environ[name]}"
            for name in ("GITHUB_ACTIONS", "SOURCE_DATE_EPOCH")
            if name in os.environ
        ),
    ]
    return f"build-{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}.json"


def _hash(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.sha256(file.read()).hexdigest()


def _sweep(place: str) -> None:
    """Delete the older half of the records once there are many."""
    records = sorted(
        (entry for entry in os.scandir(place) if entry.name.startswith("build-")),
        key=lambda entry: entry.stat().st_mtime,
    )
    for each in records[: len(records) // 2] if len(records) > _MOST_RECORDS else ():
        os.unlink(each.path)  # noqa: PTH108
