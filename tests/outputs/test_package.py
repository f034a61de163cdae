"""The package: the same bytes everywhere, written as Anki writes, and never half."""

from __future__ import annotations

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.anki.sort_field import checksum, sort_text
from attachdeck.outputs import apkg
from support.commands import need_registry
from support.courses import COURSE, ROOT, compiled, write_course


def build(output: Path, **environment: str) -> bytes:
    command = [
        sys.executable,
        "-m",
        "attachdeck",
        "build",
        "--locked",
        str(COURSE),
        "-o",
        str(output),
    ]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment, cwd=ROOT)
    return output.read_bytes()


@pytest.mark.slow
def test_time_zone_locale_and_hash_seed_change_no_byte(tmp_path: Path):
    plain = build(tmp_path / "a.apkg", TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    other = build(
        tmp_path / "sub" / "b.apkg",
        TZ="Pacific/Auckland",
        LC_ALL="tr_TR.UTF-8",
        PYTHONHASHSEED="2",
        PYTHONUTF8="0",
    )
    assert plain == other


def test_the_clock_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flagship, flagship_package: Path
):
    import time

    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(4_000_000_000))
    pipeline.package(flagship, tmp_path / "later.apkg")
    assert (tmp_path / "later.apkg").read_bytes() == flagship_package.read_bytes()


def test_line_ends_of_the_course_change_no_byte(tmp_path: Path):
    pipeline.package(compiled(write_course(tmp_path / "lf")), tmp_path / "lf.apkg")
    files = {
        path.relative_to(tmp_path / "lf").as_posix(): path.read_bytes().replace(b"\n", b"\r\n")
        for path in (tmp_path / "lf").rglob("*.yaml")
    }
    pipeline.package(compiled(write_course(tmp_path / "crlf", files)), tmp_path / "crlf.apkg")
    assert (tmp_path / "crlf.apkg").read_bytes() == (tmp_path / "lf.apkg").read_bytes()


def test_nothing_in_the_package_names_the_machine(flagship_package: Path, tmp_path: Path):
    with zipfile.ZipFile(flagship_package) as package:
        entries = package.infolist()
        package.extractall(tmp_path)
    assert {
        (entry.date_time, entry.create_system, entry.compress_type, entry.external_attr)
        for entry in entries
    } == {((1980, 1, 1, 0, 0, 0), 3, zipfile.ZIP_STORED, 0o644 << 16)}
    header = (tmp_path / "collection.anki2").read_bytes()[:100]
    assert [int.from_bytes(header[offset : offset + 4], "big") for offset in (24, 92, 96)] == [
        1,
        1,
        3_000_000,
    ]


def test_media_are_named_by_their_content_once_each(flagship, flagship_package: Path):
    import hashlib

    with zipfile.ZipFile(flagship_package) as package:
        names = json.loads(package.read("media"))
        assert sorted(names.values()) == list(names.values()) == list(flagship.media)
        for place, name in names.items():
            digest = hashlib.sha256(package.read(place)).hexdigest()
            assert name.startswith(f"attachment-{digest[:16]}.")


def rows(path: Path, folder: Path, query: str) -> list[tuple]:
    with zipfile.ZipFile(path) as package:
        package.extract("collection.anki2", folder)
    connection = sqlite3.connect(folder / "collection.anki2")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_every_deck_has_its_parents(tmp_path: Path):
    files = {
        "course.yaml": (write_course(tmp_path / "base") / "course.yaml")
        .read_text(encoding="utf-8")
        .replace("deck: Tiny", "deck: Mind::Bonds::Tiny")
    }
    pipeline.package(compiled(write_course(tmp_path / "deep", files)), tmp_path / "deep.apkg")
    [(decks,)] = rows(tmp_path / "deep.apkg", tmp_path, "SELECT decks FROM col")
    assert sorted(load["name"] for load in json.loads(decks).values()) == [
        "Default",
        "Mind",
        "Mind::Bonds",
        "Mind::Bonds::Tiny",
        "Mind::Bonds::Tiny::01 First",
    ]


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from(
            [
                "&",
                "&amp;",
                "&sim;",
                "&nbsp;",
                "&apos;",
                "&#65;",
                "&#x41;",
                "&#xd800;",
                "&#1114112;",
                ";",
                "a",
                "\u00a0",
                "<b>",
            ]
        ),
        max_size=6,
    ).map("".join)
)
@settings(max_examples=60)
def test_entities_are_ankis(collection, text):
    sort_field_and_checksum(collection, text)


@pytest.mark.slow
@given(st.text(st.sampled_from("ab<>&;\"' =/!-\n\u00a0\u00e9imgsrcbrdvnsp"), max_size=30))
@settings(max_examples=150)
def test_sort_field_and_checksum_are_ankis(collection, text):
    sort_field_and_checksum(collection, text)


def sort_field_and_checksum(collection, text: str) -> None:
    markup = f"x{text}<img src='p.svg'>"
    note = collection.new_note(collection.models.by_name("Basic"))
    note.fields = [markup, ""]
    collection.add_note(note, 1)
    [stored, sort_field, csum] = collection.db.first(
        "select flds, sfld, csum from notes where id = ?", note.id
    )
    ours = sort_text(stored.split("\x1f")[0])
    assert (ours, checksum(ours)) == (str(sort_field), csum)


def test_a_failure_leaves_the_last_package_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny
):
    path = tmp_path / "deck.apkg"
    pipeline.package(tiny(), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(apkg, "store", full)
    with pytest.raises(OSError, match="No space left"):
        apkg.write(tiny(), path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_a_full_disk_is_an_error_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from click.testing import CliRunner

    from attachdeck.cli import main

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(apkg, "store", full)
    result = CliRunner().invoke(
        main, ["build", str(write_course(tmp_path / "course")), "-o", str(tmp_path / "deck.apkg")]
    )
    assert result.exit_code == 1
    assert "No space left on device; the last deck is unchanged" in result.stderr
    assert not (tmp_path / "deck.apkg").exists()


@pytest.mark.slow
def test_the_wheel_builds_the_same_bytes_in_an_empty_folder(tmp_path: Path, flagship_package: Path):
    """The wheel carries the course; installed into an empty environment, it needs nothing from the
    checkout."""
    need_registry(tmp_path)
    wheels, environment, empty = tmp_path / "wheels", tmp_path / "environment", tmp_path / "empty"
    empty.mkdir()
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT)],
        check=True,
        capture_output=True,
    )
    [wheel] = wheels.glob("attachdeck-*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    binaries = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [binaries / "python", "-m", "pip", "install", "-q", str(wheel)],
        check=True,
        capture_output=True,
    )
    built = subprocess.run(
        [binaries / "attachdeck", "build", "attachment"],
        check=True,
        capture_output=True,
        text=True,
        cwd=empty,
    )
    assert "attachment-theory.apkg" in built.stdout
    assert (
        empty / "build" / "attachment-theory.apkg"
    ).read_bytes() == flagship_package.read_bytes()
    assert importlib.util.find_spec("anki") is None or not list(
        environment.rglob("anki/collection.py")
    ), "anki must not be a run-time dependency"
