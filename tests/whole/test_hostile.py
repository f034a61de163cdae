"""Whatever is written into a course, its author reads a diagnostic and never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.compile.objects import Rules
from attachdeck.domain.naming import file_name
from attachdeck.reporters.text import report
from support.courses import (
    ALL_KINDS,
    COURSE_YAML,
    LESSON_HEAD,
    MEDIA_YAML,
    NOW,
    compiled,
    write_course,
)
from support.engine import do_import

FILES = {
    "lessons/01-first.yaml": LESSON_HEAD + ALL_KINDS,
    "course.yaml": COURSE_YAML,
    "media/media.yaml": MEDIA_YAML,
}
PIECES = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        ":",
        "- ",
        '"',
        "'",
        "\n",
        "  ",
        "|",
        ">",
        "*a",
        "&a",
        "!x",
        "#",
        "null",
        "true",
        "12",
        "{{c1::",
        "}}",
        "((1 ",
        "))",
        "\\(",
        "\\)",
        "::",
        ",",
        "<script>",
        "![](plane.svg)",
    ]
)
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), PIECES | st.just("")),
    min_size=1,
    max_size=4,
)


@given(st.sampled_from(sorted(FILES)), EDITS)
@settings(max_examples=150)
def test_a_broken_course_is_reported_and_a_whole_one_is_built(
    tmp_path_factory, file: str, edits: list[tuple[float, int, str]]
):
    text = FILES[file]
    for place, length, piece in edits:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + length :]
    checked = pipeline.check(
        write_course(tmp_path_factory.mktemp("hostile"), dict(FILES) | {file: text})
    )
    assert checked.course or checked.diagnostics
    assert all("\x1b" not in block for block in report(checked.diagnostics, checked.texts))
    if checked.course:
        assert pipeline.compiled(checked, 0).deck.notes is not None


SECRET = "what lies outside of the course"


def problems(folder: Path, language: str = "") -> str:
    return "\n".join(
        f"{problem.rule}: {problem.message}"
        for problem in pipeline.check(folder, language).diagnostics
    )


@pytest.mark.parametrize(
    "name",
    [
        "../secret.svg",
        "/etc/passwd.svg",
        "a/b.svg",
        "..\\secret.svg",
        "C:\\x.svg",
        "con:x.svg",
        "x.svg.",
        "plane.svg ",
        "a\\0.svg",
    ],
)
@pytest.mark.parametrize("key", ["file", "night"])
def test_a_picture_is_named_by_its_file_name_alone(tmp_path: Path, name: str, key: str):
    (tmp_path / "secret.svg").write_text(SECRET, encoding="utf-8")
    entry = {"file": "plane.svg"} | {key: name}
    media = (
        f"pictures:\n  - {json.dumps(entry | dict.fromkeys(('alt', 'origin', 'licence'), 'x'))}\n"
    )
    said = problems(write_course(tmp_path / "course", {"media/media.yaml": media}))
    assert f"schema: `{key}` is not in the right form" in said or "invisible-character" in said


@pytest.mark.parametrize(
    "name",
    [
        "../secret.svg",
        "/etc/hostname",
        "file:///etc/hostname",
        "..%2fsecret.svg",
        "//example.org/x.svg",
        "https://example.org/x.svg",
    ],
)
def test_a_text_shows_no_picture_from_elsewhere(tmp_path: Path, name: str):
    for written in (f"![]({name})", f"<img src='{name}'>"):
        folder = write_course(
            tmp_path / "course",
            cards=f"  - {{id: a, kind: basic, prompt: What?, answer: "
            f"{json.dumps('A ' + written)}}}\n",
        )
        assert "picture" in problems(folder)


def linked(folder: Path, name: str) -> Path:
    """A course of which one file or folder is a link to the same outside of it."""
    course = write_course(
        folder / "course",
        {"translations/es/course.po": 'msgctxt "title"\nmsgid "Tiny"\nmsgstr "Pequeño"\n'},
    )
    outside = folder / "outside"
    (course / name).replace(outside)
    (course / name).symlink_to(outside, target_is_directory=outside.is_dir())
    return course


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize(
    "name",
    [
        "course.yaml",
        "sources.yaml",
        "lessons",
        "lessons/01-first.yaml",
        "media",
        "media/plane.svg",
        "media/media.yaml",
        "translations",
        "translations/es/course.po",
    ],
)
def test_no_link_leads_out_of_a_course(tmp_path: Path, name: str):
    assert "this link points outside the course's folder" in problems(linked(tmp_path, name), "es")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
@pytest.mark.parametrize(
    "name",
    [
        "course.yaml",
        "sources.yaml",
        "lessons/01-first.yaml",
        "media/plane.svg",
        "media/media.yaml",
        "course.lock",
        "translations/es/course.po",
    ],
)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path, name: str, kind: str):
    course = write_course(tmp_path / "course", {"translations/es/course.po": "", "course.lock": ""})
    (course / name).unlink()
    if kind == "pipe":
        os.mkfifo(course / name)
    else:
        (course / name).symlink_to("/dev/zero")
    command = [
        sys.executable,
        "-m",
        "attachdeck",
        "build",
        str(course),
        "-o",
        str(tmp_path / "deck.apkg"),
        *(["--language", "es"] if name.endswith(".po") else []),
    ]
    result = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=20)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_a_catalogue_that_is_a_name_opens_no_file(tmp_path: Path):
    (tmp_path / "secret.po").write_text(
        f'msgctxt "title"\nmsgid "Tiny"\nmsgstr "{SECRET}"\n', encoding="utf-8"
    )
    checked = pipeline.check(
        write_course(
            tmp_path / "course", {"translations/es/course.po": str(tmp_path / "secret.po")}
        ),
        "es",
    )
    assert [problem.rule for problem in checked.diagnostics] == ["broken-catalogue"]


@pytest.mark.parametrize(
    "deck",
    [
        "CON",
        "nul",
        "com1",
        "a:b",
        "dots...",
        "../../up",
        "/etc",
        "x" * 2000,
        "語" * 2000,
        "a\\b",
        "   .",
        "?*<>|",
    ],
)
def test_a_deck_of_any_name_gets_a_file_that_every_system_takes(deck: str):
    name = f"{file_name(deck)}.apkg"
    assert len(name.encode()) <= 200
    assert not re.search(r'[/\\:*?"<>|\0]', name)
    assert not name.startswith(".")
    assert not re.fullmatch(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\..*", name)


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>x()</script></svg>",
        '<svg xmlns:s="http://www.w3.org/2000/svg"><s:script>x()</s:script></svg>',
        '<svg onload="x()"/>',
        "<svg><rect onclick='x()'/></svg>",
        '<svg><a href="javascript:x()"/></svg>',
        '<svg><a href="java&#115;cript:x()"/></svg>',
        '<svg><image href="https://example.org/x.png"/></svg>',
        '<svg><use xlink:href="other.svg#a"/></svg>',
        '<svg><set attributeName="onload" to="x()"/></svg>',
        '<svg><animate attributeName="href" to="#"/></svg>',
        "<svg><style>@import 'https://example.org/x.css'</style></svg>",
        "<svg><rect style='fill: url(https://example.org/x)'/></svg>",
        "<svg><foreignObject><p/></foreignObject></svg>",
        '<!DOCTYPE svg [<!ENTITY x "y">]><svg/>',
        '<?xml-stylesheet href="https://example.org/x.css"?><svg/>',
        '<svg><\u00e9:script xmlns:\u00e9="http://www.w3.org/2000/svg">x()</\u00e9:script></svg>',
        '<!DOCTYPE svg "<" [<!ATTLIST svg onload CDATA "x()">]><svg/>',
        '<svg><style>&#64;import "https://example.org/x.css"</style></svg>',
        '<svg><h:img xmlns:h="http://www.w3.org/1999/xhtml"/></svg>',
        '<svg><animate attributeName="&#104;ref" to="#"/></svg>',
        "<svg><script>x()</script></svg>".encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?><svg/>',
    ],
)
def test_a_picture_that_could_run_or_load_something_is_refused(tmp_path: Path, svg: str | bytes):
    assert "unsafe-picture" in problems(write_course(tmp_path, {"media/plane.svg": svg}))


STRANGE = [
    "<img src=x onerror='document.body.dataset.hacked=1'>",
    "<script>document.body.dataset.hacked=1</script>",
    "<svg onload='document.body.dataset.hacked=1'></svg>",
    "<a href='javascript:document.body.dataset.hacked=1'>a</a>",
    "<base href='https://example.org/'>",
    "<style>@import 'https://example.org/x.css'; * {display: none}</style>",
    "<link rel=stylesheet href='https://example.org/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<iframe srcdoc='<script>parent.document.body.dataset.hacked=1</script>'></iframe>",
    "<form action='https://example.org'><button>b</button></form>",
    "{{FrontSide}} {{Prompt}} {{#Prompt}}x{{/Prompt}}",
    "[latex]x[/latex] [$]x[/$] [sound:x.mp3] [anki:tts lang=en_US]x[/anki:tts]",
]


@pytest.mark.parametrize("text", STRANGE)
def test_nothing_that_runs_loads_or_expands_reaches_a_card(tmp_path: Path, collection, text: str):
    quoted = json.dumps(f"Start {text} end")
    keys = (
        f"prompt: {quoted}, answer: {quoted}, hint: {quoted}, why: {quoted}, content_note: {quoted}"
    )
    folder = write_course(tmp_path / "course", cards=f"  - {{id: a, kind: basic, {keys}}}\n")
    made = pipeline.check(folder)
    if made.course is None:
        assert made.diagnostics
        return
    deck = pipeline.compiled(made, NOW).deck
    plain = write_course(
        tmp_path / "plain",
        cards="  - {id: a, kind: basic, prompt: P, answer: A, hint: H, why: W, content_note: C}\n",
    )
    templates = {dated.id: dated.note_type for dated in compiled(plain).note_types.values()}
    assert {dated.id: dated.note_type for dated in deck.note_types.values()} == templates, (
        "a text of the course reached a template"
    )
    pipeline.package(deck, tmp_path / "deck.apkg")
    do_import(collection, tmp_path / "deck.apkg")
    for card in collection.find_cards("deck:Tiny*"):
        shown = collection.get_card(card)
        note = shown.note()
        if note["ID"] != "a":
            continue
        fields = "".join(note.values())
        assert not re.search(
            r"<(script|style|svg|base|link|meta|iframe|form|object|embed)\b|<[^>]*\son\w+=|<[^>]*"
            r"javascript:",
            fields,
            re.IGNORECASE,
        )
        assert not re.search(r"\[(/?latex\]|/?\$|sound:|anki:)", fields)
        output = shown.render_output()
        assert not output.question_av_tags
        assert not output.answer_av_tags
        assert note["Prompt"] in output.question_text
        assert note["Answer"] in output.answer_text


@pytest.mark.parametrize(
    "text",
    [text for text in STRANGE if text.startswith("<")]
    + ["[a](javascript:x\\(\\))", "[a][b]\n\n[b]: javascript:x\n\nand", "<font>a</font>"],
)
@pytest.mark.parametrize(
    "kind",
    [
        "prompt: P, answer: A, hint: TEXT",
        "prompt: P, answer: A, why: TEXT",
        "prompt: TEXT, answer: A",
    ],
)
def test_the_author_is_told_what_reaches_no_card(tmp_path: Path, kind: str, text: str):
    keys = kind.replace("TEXT", json.dumps(f"Start {text} end"))
    folder = write_course(tmp_path, cards=f"  - {{id: a, kind: basic, {keys}}}\n")
    checked = pipeline.check(folder, rules=Rules("2026-11-25", ("html-taken-out",)))
    if checked.course is None:
        assert [problem.rule for problem in checked.diagnostics] == ["unknown-picture"]
        return
    found = checked.diagnostics
    assert found
    assert all(each.at.line == 7 and each.at.column > 30 for each in found), (
        "it stands where the text does"
    )


def test_latex_and_sounds_in_any_text_are_words(tmp_path: Path):
    text = "[latex]x[/latex] [sound:x.mp3] [$$]x[/$$]"
    quoted = json.dumps(text)
    source = f"sources:\n  - {{key: evil, authors: {quoted}, year: 1969, title: {quoted}}}\n"
    course = (
        COURSE_YAML.replace("title: Tiny", f"title: {quoted}").replace("Secure", quoted)
        + f"notice: {quoted}\n"
    )
    lesson = LESSON_HEAD.replace("title: First", f"title: {quoted}").replace(
        "Tell one from the other.", quoted
    )
    cards = f"""\
  - {{id: a, kind: basic, objective: first-goal, prompt: "![](plane.svg)", answer: \
{quoted}, sources: [evil]}}
  - {{id: b, kind: typed, prompt: {quoted}, answer: {quoted}, accept: [{quoted}]}}
  - {{id: c, kind: vignette, options: pattern, answer: secure, scenario: {quoted}, why: \
{quoted}, cue: {quoted}, near_miss: {{option: anxious, why: {quoted}}}}}
"""
    media = MEDIA_YAML.replace("A plane", quoted)
    deck = compiled(
        write_course(
            tmp_path,
            {
                "course.yaml": course,
                "sources.yaml": source,
                "media/media.yaml": media,
                "lessons/01-first.yaml": lesson + cards,
            },
        )
    )
    fields = "".join(field for note in deck.notes for field in note.fields)
    assert "&#91;latex]" in fields
    assert not re.search(r"\[(/?latex\]|/?\$|sound:)", fields)
