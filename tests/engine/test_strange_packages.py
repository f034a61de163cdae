"""Packages from strangers: `diff`, `verify` and `import` end with a message, within bounds of time
and memory, whatever they are given."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from attachdeck import pipeline
from attachdeck.cli import main
from attachdeck.engine import collection
from support.commands import need
from support.courses import compiled, write_course

pytestmark = pytest.mark.slow  # Starts many processes.

ENGINE = importlib.util.find_spec("anki") is not None
Entries = dict[str, bytes]
ENDLESS = (
    "DROP TABLE notes",
    (
        "CREATE VIEW notes AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
        "SELECT x AS id, 'g' AS guid, 1 AS mid, '' AS tags, '' AS flds FROM c"
    ),
)
COMPUTED = (
    "DROP TABLE notes",
    (
        "CREATE TABLE notes (id INTEGER, guid TEXT, mid INTEGER, tags TEXT, flds TEXT AS "
        "(printf('%.*c', 100000000, 'x')))"
    ),
    "INSERT INTO notes VALUES (1, 'g', 1, '')",
)


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    pipeline.package(
        compiled(
            write_course(
                folder / "course",
                cards='  - {id: one, kind: basic, prompt: First?, answer: "![](plane.svg)"}\n',
            )
        ),
        folder / "good.apkg",
    )
    return folder / "good.apkg"


@pytest.fixture
def entries(good: Path) -> Entries:
    with zipfile.ZipFile(good) as package:
        return {name: package.read(name) for name in package.namelist()}


def pack(place: Path, entries: Entries) -> Path:
    with zipfile.ZipFile(place, "w") as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return place


def with_sql(content: bytes, folder: Path, *statements: str) -> bytes:
    (folder / "collection").write_bytes(content)
    with contextlib.closing(
        sqlite3.connect(folder / "collection", isolation_level=None)
    ) as connection:
        for statement in statements:
            connection.execute(statement)
    return (folder / "collection").read_bytes()


def refused(command: str, package: Path, good: Path) -> str:
    """What a command says of a package that it refuses."""
    if command in ("verify", "import"):
        need("the package anki", ENGINE)
    arguments = {
        "diff": ["diff", str(good), str(package)],
        "verify": ["verify", str(package)],
        "import": ["import", str(package), "-o", str(package.with_name("course"))],
    }
    result = CliRunner().invoke(main, arguments[command])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("error: ")
    assert str(package) in result.stderr
    return result.stderr


NO_COLLECTION: dict[str, tuple[Callable[[Entries], Entries], str]] = {
    "no collection": (lambda entries: {"media": entries["media"]}, "is not an Anki package"),
    "newer format": (
        lambda entries: entries | {"collection.anki21b": b"\x28\xb5\x2f\xfd"},
        "Support older Anki versions",
    ),
    "cut off": (
        lambda entries: entries | {"collection.anki2": entries["collection.anki2"][:5000]},
        "malformed",
    ),
    "overwritten": (
        lambda entries: (
            entries | {"collection.anki2": entries["collection.anki2"][:100] + b"\xff" * 90_000}
        ),
        "",
    ),
    "no database": (lambda entries: entries | {"collection.anki2": b"text"}, ""),
    "media a list": (lambda entries: entries | {"media": b"[]"}, ""),
    "media nested": (lambda entries: entries | {"media": b"[" * 100_000}, ""),
    "media no JSON": (lambda entries: entries | {"media": b"\xff"}, ""),
}


@pytest.mark.parametrize("command", ["diff", "verify"])
@pytest.mark.parametrize("name", NO_COLLECTION)
def test_a_package_without_what_it_needs_is_refused(
    tmp_path: Path, good: Path, entries: Entries, name: str, command: str
):
    change, message = NO_COLLECTION[name]
    assert message in refused(command, pack(tmp_path / "odd.apkg", change(entries)), good)


@pytest.mark.parametrize("command", ["diff", "verify"])
@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE col SET models = '[]'",),
        ("UPDATE col SET models = 'null'",),
        ("UPDATE col SET models = 5",),
        ("UPDATE col SET models = x'ff'",),
        (f"UPDATE col SET models = '{'[' * 100_000}'",),
        ("UPDATE col SET decks = '{\"1\": 5}'",),
        ("DELETE FROM col",),
        ("DROP TABLE notes",),
        ("UPDATE col SET ver = 99",),
        ("UPDATE notes SET mid = 7",),
        ("UPDATE notes SET flds = 'too few'",),
        ("UPDATE notes SET tags = x'ff'",),
        ("UPDATE col SET models = replace(models, '\"name\"', '\"other\"')",),
        ENDLESS,
    ],
    ids=lambda statements: statements[-1][:40],
)
def test_a_database_that_anki_did_not_make_is_refused(
    tmp_path: Path, good: Path, entries: Entries, statements: tuple[str, ...], command: str
):
    changed = with_sql(entries["collection.anki2"], tmp_path, *statements)
    refused(command, pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed}), good)


@pytest.mark.parametrize(
    "html",
    ["<" * 50_000, '<img src="" ' * 5_000, "<li" * 50_000, "a " * 50_000, "<script>" * 5_000],
    ids=lambda html: html[:12],
)
def test_texts_that_never_end_are_compared_within_bounds(
    tmp_path: Path, good: Path, entries: Entries, html: str
):
    old, new = (
        pack(
            tmp_path / f"{name}.apkg",
            entries
            | {
                "collection.anki2": with_sql(
                    entries["collection.anki2"],
                    tmp_path,
                    f"UPDATE notes SET flds = flds || '{text}'",
                )
            },
        )
        for name, text in (("old", html), ("new", f"x{html}y"))
    )
    for one in (good, old):
        result = subprocess.run(
            [sys.executable, "-m", "attachdeck", "diff", one, new],
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=10,
        )
        assert result.returncode == 0, result.stderr


def test_a_number_without_end_is_refused(tmp_path: Path, good: Path, entries: Entries):
    models = (
        "UPDATE col SET models = json_set(models, '$.123', json_set((SELECT value FROM "
        "json_each(models) LIMIT 1), '$.id', 1)), decks = decks"
    )
    changed = with_sql(
        entries["collection.anki2"],
        tmp_path,
        models,
        "UPDATE col SET models = replace(models, '\"id\":1,', '\"id\":1e999,')",
    )
    assert "infinity" in refused(
        "diff", pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed}), good
    )


def test_a_database_that_computes_its_cells_is_not_asked(
    tmp_path: Path, good: Path, entries: Entries
):
    changed = with_sql(entries["collection.anki2"], tmp_path, *COMPUTED)
    assert "that Anki did not write" in refused(
        "diff", pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed}), good
    )


def flagged(content: bytes, at: tuple[int, int], value: int) -> bytes:
    """A zip with two bytes of each entry's two headers set."""
    changed = bytearray(content)
    for mark, offset in zip((b"PK\x03\x04", b"PK\x01\x02"), at, strict=True):
        for match in re.finditer(re.escape(mark), content):
            changed[match.start() + offset : match.start() + offset + 2] = struct.pack("<H", value)
    return bytes(changed)


@pytest.mark.parametrize("command", ["diff", "verify"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: flagged(content, (6, 8), 1), "encrypted"),
        (lambda content: flagged(content, (8, 10), 97), "not supported"),
        (lambda content: content.replace(b"CREATE TABLE notes", b"CREATE TABLE nodes"), ""),
        (lambda content: content[:-40], "cannot be read as a package"),
        (lambda content: content[:0], "cannot be read as a package"),
    ],
    ids=["encrypted", "packed strangely", "a changed byte", "cut off", "empty"],
)
def test_a_zip_that_cannot_be_read_is_refused(
    tmp_path: Path, good: Path, change: Callable[[bytes], bytes], message: str, command: str
):
    (tmp_path / "odd.apkg").write_bytes(change(good.read_bytes()))
    assert message in refused(command, tmp_path / "odd.apkg", good)


def bomb(place: Path, entries: Entries, name: str) -> Path:
    """A package of a quarter of a megabyte that unpacks to a quarter of a gigabyte."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as package:
        for other in entries.keys() - {name}:
            package.writestr(other, entries[other])
        with package.open(name, "w", force_zip64=True) as file:
            for _ in range(256):
                file.write(bytes(1024 * 1024))
    assert place.stat().st_size < 512 * 1024
    return place


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("lies", [False, True])
@pytest.mark.parametrize("name", ["collection.anki2", "media"])
def test_a_bomb_is_not_unpacked(
    tmp_path: Path, good: Path, entries: Entries, name: str, lies: bool
):
    import resource

    package = bomb(tmp_path / "bomb.apkg", entries, name)
    if lies:  # The zip's directory, whose last entry is the bomb, says that it is small.
        content = bytearray(package.read_bytes())
        last = content.rfind(b"PK\x01\x02")
        content[last + 24 : last + 28] = struct.pack("<I", 1000)
        package.write_bytes(content)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (512 * 1024**2, 512 * 1024**2))
        resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 1024**2, 32 * 1024**2))

    for arguments in (("diff", good, package), ("verify", package)):
        if arguments[0] == "verify" and not ENGINE:
            continue
        command = [sys.executable, "-m", "attachdeck", *map(str, arguments)]
        result = subprocess.run(
            command,
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            preexec_fn=limit,
        )
        assert (result.returncode, "Traceback" in result.stderr) == (1, False), result.stderr
        assert (
            ("is damaged" in result.stderr or "CRC" in result.stderr)
            if lies
            else "would unpack to 256 MiB" in result.stderr
        )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
@pytest.mark.parametrize("of", ["verify", "upgrade"])
def test_a_pipe_is_no_package_and_not_waited_for(tmp_path: Path, good: Path, of: str):
    need("the package anki", ENGINE)
    os.mkfifo(tmp_path / "pipe")
    arguments = (
        [good, "--upgrade-from", tmp_path / "pipe"] if of == "upgrade" else [tmp_path / "pipe"]
    )
    result = subprocess.run(
        [sys.executable, "-m", "attachdeck", "verify", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert "is not a file" in result.stderr


def test_paths_in_a_package_reach_nothing_outside(tmp_path: Path, good: Path, entries: Entries):
    names = {name: f"../../{name}.svg" for name in json.loads(entries["media"])}
    (tmp_path / "a" / "b").mkdir(parents=True)
    package = pack(
        tmp_path / "a" / "b" / "odd.apkg",
        entries | {"media": json.dumps(names).encode(), "../../escaped": b"x"},
    )
    before = sorted(tmp_path.rglob("*"))
    assert CliRunner().invoke(main, ["diff", str(good), str(package)]).exit_code == 0
    refused("verify", package, good)
    assert sorted(tmp_path.rglob("*")) == before


def test_media_that_are_missing_are_found(tmp_path: Path, entries: Entries):
    need("the package anki", ENGINE)
    package = pack(
        tmp_path / "odd.apkg",
        {name: content for name, content in entries.items() if name != "0"} | {"media": b"{}"},
    )
    result = CliRunner().invoke(main, ["verify", str(package)])
    assert result.exit_code == 1
    assert re.search(r"lost +media +missing: ", result.stdout)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("command", [["verify"], ["diff", "again"], ["import", "-o", "course"]])
def test_a_torn_entry_is_a_message(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    entries: Entries,
    method: int,
    command: list[str],
):
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("torn.apkg", "w", method) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    whole = bytearray(Path("torn.apkg").read_bytes())
    place = whole.index(b"collection.anki2") + 40
    whole[place : place + 200] = b"\xff" * 200
    Path("torn.apkg").write_bytes(whole)
    result = CliRunner().invoke(
        main,
        [
            command[0],
            "torn.apkg",
            *("torn.apkg" if argument == "again" else argument for argument in command[1:]),
        ],
    )
    assert result.exit_code in (1, 2)
    assert result.stderr.strip()
    assert isinstance(result.exception, SystemExit)


def test_what_a_package_says_is_no_command_to_the_terminal(
    tmp_path: Path, good: Path, entries: Entries
):
    changed = with_sql(
        entries["collection.anki2"],
        tmp_path,
        "UPDATE notes SET flds = replace(flds, 'First', 'First' || char(27) || ']0;owned' || "
        "char(7)), guid = char(27)",
    )
    package = pack(
        tmp_path / "odd.apkg",
        entries | {"collection.anki2": changed, "media": json.dumps({"0": "\x1b[2J.svg"}).encode()},
    )
    for form in ("text", "markdown", "json"):
        result = CliRunner().invoke(main, ["diff", str(good), str(package), "--format", form])
        assert result.exit_code == 0
        assert "owned" in result.stdout
        assert "\x1b" not in result.stdout
        assert "\x07" not in result.stdout


def with_model(content: bytes, folder: Path, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A collection whose note types are changed."""
    (folder / "collection").write_bytes(content)
    with contextlib.closing(sqlite3.connect(folder / "collection")) as connection:
        [text] = connection.execute("SELECT models FROM col").fetchone()
        models = json.loads(text)
        for model in models.values():
            change(model)
        connection.execute("UPDATE col SET models = ?", [json.dumps(models)])
        connection.commit()
    return (folder / "collection").read_bytes()


def nested(model: dict[str, Any]) -> None:
    field, template = model["flds"][0]["name"], model["tmpls"][0]
    template["qfmt"] = f"{{{{#{field}}}}}" * 20_000 + "x" + f"{{{{/{field}}}}}" * 20_000


@pytest.mark.parametrize("place", [70, 65_535, 2**31, 2**63 - 1, -1])
def test_a_card_of_no_template_is_a_message(
    tmp_path: Path, good: Path, entries: Entries, place: int
):
    changed = with_sql(entries["collection.anki2"], tmp_path, f"UPDATE cards SET ord = {place}")
    package = pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed})
    assert "Error {" not in refused("verify", package, good)


ODD_NOTE_TYPES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a colon in a name": lambda model: model["flds"][0].update(name="a:b"),
    "an escape in a name": lambda model: model["flds"][0].update(name="\x1b[31m"),
    "braces in a name": lambda model: model["flds"][0].update(name="{{a}}"),
    "one name for all": lambda model: [field.update(name="a") for field in model["flds"]],
    "a template without an end": lambda model: model["tmpls"][0].update(qfmt="{{#a}}"),
}


@pytest.mark.parametrize("name", ODD_NOTE_TYPES)
def test_what_anki_does_not_take_in_a_note_type_is_reported(
    tmp_path: Path, entries: Entries, name: str
):
    need("the package anki", ENGINE)
    changed = with_model(entries["collection.anki2"], tmp_path, ODD_NOTE_TYPES[name])
    package = pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed})
    result = CliRunner().invoke(main, ["verify", str(package)])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert "lost     templates       Anki rejects a change to a note type" in result.stdout


@pytest.mark.parametrize("command", ["verify", "import"])
def test_a_crash_of_ankis_engine_is_a_message(
    tmp_path: Path, good: Path, entries: Entries, command: str
):
    changed = with_model(entries["collection.anki2"], tmp_path, nested)
    package = pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed})
    assert "Anki's engine crashes on" in refused(command, package, good)


@pytest.mark.parametrize("command", ["verify", "import"])
def test_anki_is_not_waited_for_for_ever(
    tmp_path: Path, good: Path, entries: Entries, monkeypatch: pytest.MonkeyPatch, command: str
):
    """The history of these cards has no end."""
    monkeypatch.setattr(collection, "MAX_SECONDS", 5)
    endless = (
        ENDLESS[1]
        .replace("VIEW notes", "VIEW revlog")
        .replace(
            "x AS id, 'g' AS guid, 1 AS mid, '' AS tags, '' AS flds",
            "x AS id, 1 AS cid, 0 AS usn, 1 AS ease, 1 AS ivl, 1 AS lastIvl, 1 AS factor, "
            "1 AS time, 1 AS type",
        )
    )
    changed = with_sql(entries["collection.anki2"], tmp_path, "DROP TABLE revlog", endless)
    package = pack(tmp_path / "odd.apkg", entries | {"collection.anki2": changed})
    assert "did not finish" in refused(command, package, good)
    assert not (tmp_path / "course").exists()
