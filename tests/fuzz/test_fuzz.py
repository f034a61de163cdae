"""Whatever bytes lie in a course's folder: reading ends, with a deck or with diagnostics that point
into the file.

`ATTACHDECK_FUZZ=600` tries for that many seconds (docs/develop/developers.md); what it finds is
fixed, and stays as a small file in `corpus/`.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.broken import CORPUS, SMALL, SMALL_LOCK, hold, mutated
from support.courses import (
    COURSE,
    COURSE_YAML,
    CUSTOM,
    LESSON_HEAD,
    MEDIA_YAML,
    OWN,
    write_course,
)


def seconds() -> float:
    return float(os.environ.get("ATTACHDECK_FUZZ", "0"))


def tried(
    source: Mapping[str, str], language: str, folder: Path, begin: int, examples: int
) -> None:
    """Mutations of a course's files, one after the other; the seed of one that breaks the law is
    named."""
    names, deadline, seed = sorted(source), time.monotonic() + seconds(), begin
    while seed < begin + examples or time.monotonic() < deadline:
        chance = random.Random(seed)
        name = chance.choice(names)
        content = mutated(source[name], chance)
        (folder / name).write_bytes(content)
        try:
            hold(folder, language)
        except Exception as error:
            raise AssertionError(f"seed {seed}, {name}: {content[:4000]!r}") from error
        (folder / name).write_text(source[name], encoding="utf-8")
        seed += 1


@pytest.mark.slow
def test_a_small_course_however_broken_is_read(tmp_path: Path):
    tried(SMALL, "", write_course(tmp_path, dict(SMALL)), 0, 400)


@pytest.mark.slow
def test_the_course_on_attachment_however_broken_is_read(tmp_path: Path):
    shutil.copytree(COURSE, tmp_path / "course")
    names = (
        "course.yaml",
        "lessons/05-security-in-adults.yaml",
        "sources.yaml",
        "course.lock",
        "media/strategies.svg",
        "media/media.yaml",
    )
    tried(
        {name: (COURSE / name).read_text(encoding="utf-8") for name in names},
        "",
        tmp_path / "course",
        20_000_000,
        15,
    )


@pytest.mark.slow
def test_a_translation_however_broken_is_read(tmp_path: Path):
    only = {name: text for name, text in SMALL.items() if name.endswith((".po", "course.yaml"))}
    tried(only, "es", write_course(tmp_path, dict(SMALL)), 10_000_000, 150)


LESSON = "lessons/01-first.yaml"


def basic(answer: str) -> dict[str, str]:
    return {
        LESSON: LESSON_HEAD
        + f"  - id: a\n    kind: basic\n    prompt: Q?\n    answer: |\n      {answer}\n"
    }


def many(answer: str) -> dict[str, str]:
    """Two megabytes of cards with the same answer."""
    cards = range(2_000_000 // len(answer))
    return {
        LESSON: LESSON_HEAD
        + "".join(
            f'  - {{id: c{n}, kind: basic, prompt: "{n}?", answer: "{answer}"}}\n' for n in cards
        )
    }


def gaps(text: str) -> dict[str, str]:
    return {LESSON: LESSON_HEAD + f"  - id: a\n    kind: cloze\n    text: |\n      {text}\n"}


ENTITIES = (
    '<!DOCTYPE s [<!ENTITY a "xxxxxxxxxx">'
    + "".join(f'<!ENTITY b{n} "{"&a;" if n == 0 else f"&b{n - 1};" * 10}">' for n in range(9))
    + "]><svg>&b8;</svg>"
)
HEAVY: dict[str, Mapping[str, str | bytes]] = {
    "nested brackets": {LESSON: "[" * 50_000},
    "nested braces": {LESSON: "{a: " * 50_000},
    "nested lists": {LESSON: "- " * 50_000},
    "nested lock": {"course.lock": "a: " + "[" * 50_000},
    "aliases of aliases": {
        LESSON: "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
    },
    "keys that nobody knows": {LESSON: "".join(f"k{n}: 1\n" for n in range(20_000))},
    "entries that are none": {
        LESSON: LESSON_HEAD
        + "  - {id: c, kind: choice, question: Q?, options: ["
        + "{}," * 20_000
        + "]}\n"
    },
    "a text of a megabyte": basic("word " * 200_000),
    "a word of a megabyte": basic("x" * 1_000_000),
    "quotations in quotations": basic("> " * 24_000),
    "quotations in quotations of many cards": many(">" * 40_000 + " x"),
    "quotations in quotations of a notice": {
        "course.yaml": COURSE_YAML + f'notice: "{">" * 49_000} x"\n'
    },
    "quotations in quotations of an option": {
        "course.yaml": COURSE_YAML.partition("option_sets:")[0]
        + (
            f'option_sets: {{s: {{question: Q?, options: {{a: "{">" * 40_000} x", b: '
            f'"{">" * 40_000} y"}}}}}}\n'
        ),
        LESSON: LESSON_HEAD
        + "".join(
            (
                f"  - {{id: v{n}, kind: vignette, options: s, scenario: S {n}, answer: a, cue: C, "
                f"near_miss: {{option: b, why: W}}}}\n"
            )
            for n in range(40)
        ),
    },
    "texts that a hash cuts off": {
        LESSON: LESSON_HEAD
        + "".join(
            f"  - {{id: c{n}, kind: basic, prompt: Q {n} #x\n      , answer: A}}\n"
            for n in range(8_000)
        )
    },
    "formulas that begin as a tab does": {
        LESSON: LESSON_HEAD
        + "".join(
            f'  - {{id: c{n}, kind: basic, prompt: "Q {n} $\\theta$?", answer: &b A}}\n'
            for n in range(4_000)
        )
    },
    "a line that takes many tries": {
        LESSON: LESSON_HEAD + "  - {" + "id: a {b: c, " * 150 + "\n" + "# x\n" * 50_000
    },
    "marks on one letter": many("a" + "\u0323\u0301" * 8_000),
    "tables of missing cells": many(f"|{'a|' * 1000}\\n|{'-|' * 1000}\\n" + "|b|\\n" * 900),
    "pictures in pictures": {
        LESSON: LESSON_HEAD.replace("cards:", "reading: >-\n  " + "![a" * 16_000 + "\ncards:")
        + "  - {id: a, kind: basic, prompt: P, answer: A}\n"
    },
    "pictures without an end in many cards": many("<img " * 9_000),
    "pictures that nobody has": basic("<img src=a>" * 4_000),
    "pictures that never end": basic("![" * 24_000),
    "formulas that never end": basic("\\(" * 24_000),
    "an address that never ends": basic("A url(" + " " * 40_000 + "x"),
    "addresses in addresses": many("a url(" * 8_000),
    "gaps that are closed otherwise": {
        LESSON: LESSON_HEAD
        + "".join(
            f"  - {{id: c{n}, kind: cloze, text: '{'((1 ' * 8_000 + '}}' * 8_000}'}}\n"
            for n in range(40)
        )
    },
    "authors far apart": {
        "sources.yaml": (
            f'sources:\n  - {{key: k, authors: "x,{" " * 49_000}x", year: 1969, title: T}}\n'
        ),
        LESSON: LESSON_HEAD + "  - {id: a, kind: basic, prompt: P, answer: A, sources: [k]}\n",
    },
    "an attribute of a picture that never begins": {
        "media/plane.svg": "<svg attributeName=" + " " * 100_000,
        "media/media.yaml": MEDIA_YAML,
    },
    "gaps that never end": gaps("((1 " * 12_000),
    "a gap with a huge number": gaps("{{c" + "9" * 6_000 + "::x}} ((" + "9" * 6_000 + " y))"),
    "nothing but NUL": {LESSON: "\0" * 300_000},
    "nothing but bytes": {LESSON: b"\xff" * 300_000},
    "UTF-16": {LESSON: ("a: b\n" * 50_000).encode("utf-16")},
    "entities of entities": {"media/plane.svg": ENTITIES},
    "entities in UTF-16": {"media/plane.svg": ENTITIES.encode("utf-16")},
    "nested pictures": {
        "media/plane.svg": '<svg xmlns="http://www.w3.org/2000/svg">' + "<g>" * 200_000
    },
    "deeply nested pictures": {
        "media/plane.svg": '<svg xmlns="http://www.w3.org/2000/svg">'
        + "<g>" * 3_000
        + "</g>" * 3_000
        + "</svg>"
    },
    "a length that is none": {
        "media/plane.svg": (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect id="x" '
            f'width="{"1" * 100_000}x"/><rect width="1{" " * 100_000}x"/></svg>'
        )
    },
    "braces that never end": gaps("((1 x)) " + "{" * 100_000),
    "quotations that never end": basic("This always proves it: " + "‘ a" * 100_000),
    "sections in sections": {
        **OWN,
        "note_types/basic/front-1.html": "{{#Front}}" * 5_000 + "{{Front}}" + "{{/Front}}" * 5_000,
    },
    "comments that never end": {
        **OWN,
        "note_types/basic/front-1.html": "{{Front}}" + "<!--" * 100_000,
    },
    "tags that never end": {**OWN, "note_types/basic/front-1.html": "{{Front}}" + "{{" * 100_000},
    "scripts that never end": {**OWN, "note_types/basic/front-1.html": "<script><" * 50_000},
    "tags in tags": {
        **OWN,
        LESSON: LESSON_HEAD + CUSTOM.replace("<b>One</b>", "<a b=" + "<a/b=" * 2_000 + ">"),
    },
    "markup that never ends": {
        **OWN,
        LESSON: LESSON_HEAD + CUSTOM.replace("<b>One</b>", "<img " * 9_000),
    },
    "colons without a gap": {
        **OWN,
        LESSON: LESSON_HEAD + CUSTOM.replace("<b>One</b>", "::" * 100_000),
    },
    "a picture without end": {
        "media/plane.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1'
        + "0" * 400
        + ' 1"/>'
    },
    "a day that no calendar has": {"course.lock": SMALL_LOCK.replace("2024-01-01", "2024-02-31")},
    "the last second": {
        "course.lock": SMALL_LOCK.replace("2024-01-01T00:00:00", "9999-12-31T23:59:59")
    },
}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("name", HEAVY)
def test_what_is_heavy_ends_within_bounds(tmp_path: Path, name: str):
    import resource

    course = write_course(tmp_path / "course", dict(HEAVY[name]))
    if "media/plane.svg" in HEAVY[name]:
        write_course(
            course,
            dict(HEAVY[name]),
            cards="  - {id: o, kind: occlusion, prompt: What?, picture: plane.svg, regions: "
            "[{name: A, element: x}]}\n",
        )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1024**3, 1024**3))

    command = [
        sys.executable,
        "-m",
        "attachdeck",
        "build",
        str(course),
        "-o",
        str(tmp_path / "deck.apkg"),
    ]
    result = subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", timeout=30, preexec_fn=limit
    )
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr) < 2_000_000


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_what_once_broke_the_law_keeps_it(tmp_path: Path, path: Path):
    name, _, _ = path.name.partition("--")
    hold(
        write_course(
            tmp_path,
            dict(SMALL) | {next(each for each in SMALL if each.endswith(name)): path.read_bytes()},
        )
    )
