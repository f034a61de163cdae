"""A longer search than that of `test_fuzz.py`, led by what each input reaches in attachdeck
(docs/develop/developers.md).

    python tests/fuzz/fuzz_guided.py FOUND [WORD ...] [-max_total_time=300 and other options]

The other options are those of libFuzzer.
Files of a small course, and parts of a package, are tried whose names hold one of the words; all of
them without any. What breaks the law, or takes more than two seconds, comes into the folder FOUND,
with what it raised beside it. Make it small, fix its cause, and keep it: a course's file as
tests/fuzz/corpus/<its name>--<what it shows>, a package as a case of
tests/engine/test_strange_packages.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.stderr.write("this needs atheris: pip install atheris\n")
    sys.exit(77)

sys.path.append(str(Path(__file__).parents[1]))  # Where `support` is.
os.environ["ATTACHDECK_CACHE"] = "off"  # As for other tests (conftest.py).

with atheris.instrument_imports(include=["attachdeck"]):
    from attachdeck import pipeline
    from attachdeck.lock import comparison
    from attachdeck.release import snapshots
    from attachdeck.reporters import changes
    from support.broken import CORPUS, PIECES, SMALL, VALUES, hold, mutated
    from support.courses import CUSTOM, OWN, compiled, write_course

LESSON = "lessons/01-first.yaml"
COURSE = SMALL | {name: str(text) for name, text in OWN.items()} | {LESSON: SMALL[LESSON] + CUSTOM}
COLLECTION, MEDIA, CELLS = (
    "collection.anki2",
    "media",
    {"models": "col", "decks": "col", "flds": "notes", "tags": "notes"},
)
SVG = [
    "<g transform=",
    "<image href=",
    "viewBox=",
    "<?xml encoding=",
    "<!DOCTYPE ",
    "<![CDATA[",
    "xmlns:a=",
    " id=",
    "px",
    "1e999",
]
TOKENS = [*PIECES, *VALUES, *SVG, "{{#", "{{/", "<td>", "|-|", '"id": ', "<img "]
SLOW = 2.0


class Package:
    """A good package, whose parts are replaced one at a time."""

    def __init__(self, folder: Path, course: Path) -> None:
        self.good, self.odd, self.database = (
            folder / "good.apkg",
            folder / "odd.apkg",
            folder / "collection",
        )
        pipeline.package(compiled(course), self.good)
        with zipfile.ZipFile(self.good) as package:
            self.entries = {name: package.read(name) for name in (COLLECTION, MEDIA)}
        self.seen = snapshots.snapshot(str(self.good), folder)
        self.database.write_bytes(self.entries[COLLECTION])
        with contextlib.closing(sqlite3.connect(self.database)) as rows:
            cells = {
                cell: rows.execute(f"SELECT {cell} FROM {table}").fetchone()[0].encode()
                for cell, table in CELLS.items()
            }
        self.parts = {"package": self.good.read_bytes()} | {
            f"package {name}": content for name, content in (self.entries | cells).items()
        }

    def hold(self, part: str, content: bytes) -> None:
        """The law: a package is compared with another one, and that is shown; or it is refused in
        words."""
        name = part.removeprefix("package ")
        if name in CELLS:
            self.database.write_bytes(self.entries[COLLECTION])
            with contextlib.closing(sqlite3.connect(self.database)) as rows, rows:
                rows.execute(f"UPDATE {CELLS[name]} SET {name} = CAST(? AS TEXT)", (content,))
            name, content = COLLECTION, self.database.read_bytes()
        if name == "package":
            self.odd.write_bytes(content)
        else:
            with zipfile.ZipFile(self.odd, "w") as package:
                for entry in self.entries:
                    package.writestr(entry, content if entry == name else self.entries[entry])
        with contextlib.suppress(snapshots.NoSnapshot):
            odd = snapshots.snapshot(str(self.odd), self.odd.parent)
            for found in (comparison.compare(self.seen, odd), comparison.compare(odd, self.seen)):
                said = "".join(
                    [*changes.text(found), *changes.markdown(found), changes.as_json(found)]
                )
                assert "\x1b" not in said
                said.encode()


class Search:
    """Inputs, of which the first byte says whose bytes the others are."""

    def __init__(self, found: Path, words: list[str], folder: Path) -> None:
        self.found, self.course = found, write_course(folder / "course", dict(COURSE))
        self.package = Package(folder, self.course)
        self.seeds = {name: text.encode() for name, text in COURSE.items()} | self.package.parts
        self.names = [
            name for name in sorted(self.seeds) if not words or any(word in name for word in words)
        ]
        for name in self.names:
            once = [
                path.read_bytes()
                for path in CORPUS.iterdir()
                if name.endswith(path.name.partition("--")[0])
            ]
            for content in (self.seeds[name], *once):
                seed = bytes([self.names.index(name)]) + content
                (found / "corpus" / hashlib.sha256(seed).hexdigest()).write_bytes(seed)

    def __call__(self, given: bytes) -> None:
        name, content, begin = (
            self.names[given[0] % len(self.names) if given else 0],
            given[1:],
            time.process_time(),
        )
        try:
            if name in self.package.parts:
                self.package.hold(name, content)
            else:
                (self.course / name).write_bytes(content)
                hold(self.course, "es" if name.endswith(".po") else "")
            if time.process_time() - begin > SLOW:
                self.keep(name, content, "slow", f"{time.process_time() - begin:.1f} seconds")
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept, and the search goes on.
            at = traceback.extract_tb(error.__traceback__)[-1]
            self.keep(
                name,
                content,
                f"{type(error).__name__}-{Path(at.filename).stem}-{at.lineno}",
                traceback.format_exc(),
            )
        finally:
            if name in COURSE:
                (self.course / name).write_text(COURSE[name], encoding="utf-8")

    def keep(self, name: str, content: bytes, what: str, said: str) -> None:
        """Keep the shortest input of each sort."""
        path = self.found / f"{Path(name).name}--{what}"
        if not path.exists() or len(content) < path.stat().st_size:
            path.write_bytes(content)
            path.with_name(f"{path.name}.txt").write_text(
                said, encoding="utf-8", errors="backslashreplace"
            )


def mutate(given: bytes, most: int, seed: int) -> bytes:
    """Many inputs are broken as `test_fuzz.py` breaks a text, by lines and values; some say a piece
    of theirs again and again; the others lose to libFuzzer."""
    chance = random.Random(seed)
    way = chance.random()
    if way < 0.4 and given:
        return (given[:1] + mutated(given[1:].decode("utf-8", "replace"), chance))[:most]
    if way < 0.45 and len(given) > 1:
        at = chance.randrange(1, len(given))
        piece = given[at : at + chance.choice((1, 1, 2, 3, 5, 8, 13))]
        return (given[:at] + piece * ((most - len(given)) // len(piece)) + given[at:])[:most]
    return bytes(atheris.Mutate(given, most))


def main(found: str, *arguments: str) -> None:
    options = [argument for argument in arguments if argument.startswith("-")]
    corpus, tokens = Path(found, "corpus"), Path(found, "tokens")
    corpus.mkdir(parents=True, exist_ok=True)
    keys = [
        f"{key}: "
        for schema in Path(pipeline.__file__).parent.glob("schema/*.json")
        for key in re.findall(r'"(\w+)": \{', schema.read_text("utf-8"))
    ]
    told = {*TOKENS, *keys, *re.findall(r"[\w<-]+[:=]?|\W+", "".join(COURSE.values()))}
    tokens.write_text(
        "".join(
            '"' + "".join(f"\\x{byte:02x}" for byte in line.encode()) + '"\n'
            for line in sorted(told)
            if len(line) < 60
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        with atheris.instrument_imports(include=["attachdeck"]):
            search = Search(
                Path(found),
                [argument for argument in arguments if not argument.startswith("-")],
                Path(folder),
            )
            for name in search.names:  # What is imported late is instrumented, too.
                search(bytes([search.names.index(name)]) + search.seeds[name])
        fixed = [f"-dict={tokens}", f"-artifact_prefix={found}/", "-timeout=60", "-max_len=30000"]
        atheris.Setup([sys.argv[0], *fixed, *options, str(corpus)], search, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
