"""Break the files of a course, and hold the law that reading them ends well."""

from __future__ import annotations

import random
from pathlib import Path

from attachdeck import outputs, pipeline
from attachdeck.compile.objects import Rules
from attachdeck.outputs import spreadsheet
from attachdeck.reporters import MACHINE_FORMATS, machine
from attachdeck.reporters.text import report
from support.courses import (
    ALL_KINDS,
    COURSE_YAML,
    LESSON_HEAD,
    MEDIA_YAML,
    NOW,
    PLANE_SVG,
    SOURCES_YAML,
)

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
SMALL_LOCK = """\
lock: 1
course: tiny
decks:
  course: {id: 1600000000001, name: "Tiny"}
note_types:
  basic: {id: 1600000000002, layout: "0123456789abcdef",\
 content: "0123456789abcdef", changed: 2024-01-01T00:00:00Z}
cards:
  "define": {guid: "abcdefgh", note_type: basic,\
 content: "0123456789abcdef", changed: 2024-01-01T00:00:00Z, version: "1.0"}
"""
SMALL = {
    "course.yaml": COURSE_YAML,
    "sources.yaml": SOURCES_YAML,
    "media/media.yaml": MEDIA_YAML,
    "media/plane.svg": PLANE_SVG,
    "lessons/01-first.yaml": LESSON_HEAD + ALL_KINDS,
    "course.lock": SMALL_LOCK,
    "translations/es/course.po": (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgctxt "title"\nmsgid "Tiny"\nmsgstr "Pequeño"\n'
    ),
}
PIECES = [
    *(
        "\x00",
        "\x01",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\u202e",
        "\u2066",
        "\u200d",
        "\ufdd0",
        "\uffff",
        "\U0010ffff",
    ),
    *(
        "\r",
        "\r\n",
        "\v",
        "\f",
        "\t",
        "\\ud800",
        '"\\udfff"',
        '"\\x00"',
        '"\\U00110000"',
        "&a ",
        "*a",
        "<<: *a",
        "!!python/object:os.system ",
        "!",
        "? ",
        "---\n",
    ),
    *(
        "...\n",
        "%YAML 9.9\n",
        "|\n",
        ">-\n",
        "[",
        "]",
        "{",
        "}",
        "{}",
        "[]",
        "null",
        "~",
        "true",
        ".nan",
        ".inf",
        "-0",
        "1e999",
        "0x" + "f" * 30,
        "9" * 30,
    ),
    *(
        "1969-01-02",
        "((1 ",
        "((999999999999 x))",
        "{{c1::",
        "}}",
        "{{FrontSide}}",
        "::",
        "\\(",
        "\\]",
        "![](",
        "<img src=x onerror=y>",
        "<!--",
        "&#0;",
        "&#xd800;",
        "é",
    ),
    *(
        '"',
        "'",
        "`",
        "~~~",
        "- " * 50,
        "> " * 50,
        "#",
        "\\",
        "%",
        "id: a\n",
        "../../etc/passwd",
        "con.svg",
        "x" * 3000,
        "a\u0301" * 300,
    ),
]
VALUES = [
    "{}",
    "[]",
    "null",
    "5",
    "-1",
    "1.5",
    "true",
    '""',
    "text",
    "[[[]]]",
    "{a: {b: c}}",
    "[1, text, {}]",
    "999999999999999999",
    '"\\n"',
    "|\n      block\n",
]


def mutated(text: str, chance: random.Random) -> bytes:
    """Break a text: its characters, lines, indentation, keys, values or line ends.

    Then perhaps its encoding, or single bytes, too.
    """
    for _ in range(chance.randint(1, 4)):
        text = chance.choice((_pieces, _pieces, _lines, _lines, _line_ends))(text, chance)
    content = bytearray(
        text.encode(chance.choice((*("utf-8",) * 5, "utf-16", "utf-8-sig", "utf-32")))
    )
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        if content:
            content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def _pieces(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return (
        text[:at] + chance.choice(PIECES) + text[at + chance.choice((0, 0, 1, 5, 40, len(text))) :]
    )


def _lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    key, colon, value = lines[at].partition(":")
    lines[at : at + 1] = chance.choice(
        [
            [" " * chance.randint(1, 9) + lines[at]],
            [lines[at].lstrip()],
            [lines[at], chance.choice(lines)],
            [],
            [f"{key}{colon} {chance.choice(VALUES)}"],
            [f"{key[: len(key) // 2]}{colon}{value}"],
            [chance.choice(lines)],
        ]
    )
    return "\n".join(lines)


def _line_ends(text: str, chance: random.Random) -> str:
    return text.replace(
        "\n",
        chance.choice(("\r", "\r\n", "\v", "\x85", "\u2028", "\u2029", "\n\n")),
        chance.randint(1, 30),
    )


def hold(folder: Path, language: str = "") -> None:
    """Hold the law: a course is checked, built and reported on, and every place lies in its file.

    Whether its objects or the whole course are asked for, the diagnostics are the same.
    """
    checked = pipeline.check(folder, language, rules=Rules("2030-01-01"))
    found = list(checked.diagnostics)
    assert checked.course or found
    from_objects = pipeline.check(folder, language, whole=False, rules=Rules("2030-01-01"))
    assert from_objects.diagnostics == checked.diagnostics, "objects alone say something else"
    if checked.course:
        compiled = pipeline.compiled(checked, NOW)
        found += compiled.refusals
        for output in (outputs.find("apkg"), spreadsheet):
            outputs.put(output, compiled.deck, folder / f"out{output.SUFFIX}")
    for each in found:
        at = each.at
        text = (
            checked.texts.get(at.file)
            if at.file in checked.texts or not at.line
            else Path(at.file).read_text(encoding="utf-8", errors="replace")
        )
        lines = (text or "").split("\n")
        if at.line:
            assert at.line <= at.end_line <= len(lines) + 1, each
            assert 1 <= at.column <= len((lines[at.line - 1 :] or [""])[0]) + 1, each
            assert (at.end_line, at.end_column) >= (at.line, at.column), each
    said = "".join(report(found, checked.texts))
    assert "\x1b" not in said
    for form in MACHINE_FORMATS:
        machine.said(found, checked.texts, form).encode("utf-8", "backslashreplace")
