"""Other people's files become courses; what cannot be carried is listed, and a stranger's file can
do no harm."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck import pipeline
from attachdeck.anki.template_fields import fields_in_tags, unfit
from attachdeck.anki.unsafe_html import dangers, without_dangers
from attachdeck.importing import bounds, keep
from attachdeck.importing.found import CannotImport
from attachdeck.lock.file import lock_text, read_lock
from attachdeck.lock.records import CardRecord, DeckRecord, Lock, NoteTypeRecord
from attachdeck.reader import Document, read_text
from support.browser import CHROMIUM
from support.commands import need, run, tree
from support.courses import (
    CARD,
    COURSE,
    CUSTOM,
    LESSON_HEAD,
    NOTE_TYPE,
    NOW,
    OWN,
    compiled,
    seal,
    write_course,
)

HARMLESS = [
    'plain &amp; <b class="x">bold</b>',
    '<img src="a.png" alt="1 > 0">',
    "a < b and c > d",
    "<!-- a comment -->",
    '<a href="https://example.org/?on=1">x</a>',
    "{{c1::<b>x</b>::hint}}",
    '<div class="{{Tags}}">{{#Front}}{{Front}}{{/Front}}</div>',
    "[sound:a.mp3] \\(x^2\\)",
    "<ruby>日<rt>ひ</rt></ruby>",
]
DANGEROUS = [
    "<script>alert(1)</script>",
    "<SCRIPT src=x>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href=" java&#115;cript:alert(1)">x</a>',
    "<iframe src=x></iframe>",
    (
        "<object data=x></object><embed src=x><base href=x><meta http-equiv=refresh><link "
        "rel=stylesheet href=x>"
    ),
    "<scr{{^X}}ipt>",
    "<{{c1::script}}>alert(1)</script>",
    "<style><x y='</style><img src=1 onerror=alert(1)>'></style>",
    '<img alt="{{c1::" onerror=alert(1) x="::y}}">',
    "<scr<script></script>ipt>alert(1)</script>",
    "<b title='unfinished",
    "<svg><animate attributeName=href values='#;javascript:alert(1)'/></svg>",
    '<a href="{{X}}javascript:alert(1)">x</a>',
    "{{=<% %>=}}<img src=x on<%^A%><%/A%>error=alert(1)>",
    "<svg/onload=alert(1)>x",
]  # fmt: skip
PIECES = [
    "<img", "<svg", "<script>", "</script>", "hit()", " src=x", " onerror=hit()", "/onload=hit()",
    '"', "'", "`", "=", "/", " ", ">", "<!--", "-->", "--!>", "<style>", "</style>", "<textarea>",
    "</textarea>", "<title>", "</title>", "<math>", "<noscript>", "</noscript>", '<a href="',
    "<p title='", "x=", "<b", "<details open ontoggle=hit()>", "<input autofocus onfocus=hit()>",
    "<![CDATA[", "]]>", "<?", "\x0c", "\t",
]  # fmt: skip


def lost(output: str) -> list[str]:
    return [
        line.removeprefix("not imported: ")
        for line in output.split("\n")
        if line.startswith("not imported: ")
    ]


def messages(folder: Path) -> list[tuple[str, str]]:
    return [
        (diagnostic.rule, diagnostic.at.file.removeprefix(f"{folder.as_posix()}/"))
        for diagnostic in pipeline.check(folder).diagnostics
    ]


def test_a_custom_card_is_packed_exactly_as_written(tmp_path: Path):
    deck = compiled(write_course(tmp_path, OWN, cards=CUSTOM))
    (note,) = deck.notes
    assert (note.fields, note.tags, note.deck) == (
        ("<b>One</b>", "Two"),
        ("a_b", "x:y"),
        "Tiny::01 First",
    )
    assert deck.note_types[note.note_type].id == 1_600_000_000_001


def test_a_lesson_may_have_a_deck_elsewhere_and_lessons_may_share_it(tmp_path: Path):
    first = LESSON_HEAD.replace("summary:", 'full_deck: "Far: away::Here"\nsummary:') + CUSTOM
    second = (
        first.replace("id: first", "id: second")
        .replace("first-goal", "second-goal")
        .replace("id: own", "id: own-too")
    )
    deck = compiled(
        write_course(
            tmp_path, {**OWN, "lessons/01-first.yaml": first, "lessons/02-second.yaml": second}
        )
    )
    assert [note.deck for note in deck.notes] == ["Far: away::Here"] * 2
    assert [subdeck.name for subdeck in deck.decks] == ["Tiny", "Far: away::Here"]


@pytest.mark.parametrize(
    ("card", "rule"),
    [
        (CUSTOM.replace("note_type: basic", "note_type: basik"), "unknown-note-type"),
        (CUSTOM.replace("Back:", "Bakc:"), "unknown-field"),
        (CUSTOM.replace("tags:", "why: Because., tags:"), "unknown-key"),
        (CUSTOM.replace("Two", "<script>alert(1)</script>"), "unsafe-html"),
        (CUSTOM.replace("a_b", "a b"), "schema"),
        (CUSTOM.replace("a_b", '"<svg/onload=alert(1)>"'), "unsafe-html"),
        (CUSTOM.replace("Two", '"&lt;script>alert(1)&lt;/script>"'), "unsafe-html"),
        (CUSTOM.replace("Front:", "Back:").replace(", Back: Two", ""), "no-card"),
    ],
)
def test_mistakes_in_a_custom_card_have_their_place(tmp_path: Path, card: str, rule: str):
    assert messages(write_course(tmp_path, OWN, cards=card)) == [(rule, "lessons/01-first.yaml")]


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("front-1.html", "<p onclick=x>{{Front}}</p>", "unsafe-html"),
        ("style.css", "</style><script>alert(1)</script>", "unsafe-html"),
        ("back-1.html", "{{#Back}}{{Back}}", "template"),
    ],
)
def test_mistakes_in_a_note_type_have_their_place(tmp_path: Path, file: str, text: str, rule: str):
    name = f"note_types/basic/{file}"
    assert messages(write_course(tmp_path, {**OWN, name: text}, cards=CUSTOM)) == [(rule, name)]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("front-1.html", "{{Front}} {{hint:Fornt}}", "there is no field `Fornt`"),
        (
            "front-1.html",
            "{{#Back}}{{^Frunt}}x{{/Frunt}}{{/Back}}{{Front}}",
            "there is no field `Frunt`",
        ),
        ("back-1.html", "{{cloze:Front}}", "`cloze:` works only in"),
        ("back-1.html", " ", "this back is empty"),
        (
            "front-1.html",
            (
                "{{{Front}}} {{#c1}}{{Tags}}{{/c1}} {{tts en_US voices=Apple:Front}} {{type:Back}} "
                "{{FrontSide}}"
            ),
            "",
        ),
    ],
)
def test_a_template_that_shows_other_than_it_should_is_told(
    tmp_path: Path, file: str, text: str, message: str
):
    checked = pipeline.check(
        write_course(tmp_path, {**OWN, f"note_types/basic/{file}": text}, cards=CUSTOM)
    )
    assert checked.course
    assert [
        (diagnostic.rule, diagnostic.message.startswith(message))
        for diagnostic in checked.diagnostics
    ] == ([("template", True)] if message else [])


def test_a_front_without_a_field_and_a_gap_that_nothing_hides_are_told(tmp_path: Path):
    second = NOTE_TYPE.replace(
        "templates: [", "templates: [{name: Card 2, front: front-2.html, back: back-1.html}, "
    )
    files = {
        **OWN,
        "note_types/basic/note_type.yaml": second,
        "note_types/basic/front-2.html": "Nothing",
    }
    assert messages(write_course(tmp_path / "one", files, cards=CUSTOM)) == [
        ("template", "note_types/basic/front-2.html")
    ]
    gaps = {
        **OWN,
        "note_types/basic/note_type.yaml": f"cloze: true\n{NOTE_TYPE}",
        "note_types/basic/back-1.html": "{{cloze:Front}}",
    }
    assert messages(
        write_course(tmp_path / "two", gaps, cards=CUSTOM.replace("One", "{{c1::One}}"))
    ) == [("template", "note_types/basic/front-1.html")]


def test_a_sort_field_is_a_field(tmp_path: Path):
    files = {**OWN, "note_types/basic/note_type.yaml": f"{NOTE_TYPE}sort_field: Fornt\n"}
    assert messages(write_course(tmp_path, files, cards=CUSTOM)) == [
        ("unknown-field", "note_types/basic/note_type.yaml")
    ]


def test_a_field_inside_of_a_tag_cannot_begin_an_attribute(tmp_path: Path):
    front = {"note_types/basic/front-1.html": '<img src="x.png" alt="{{Front}}">'}
    safe, unsafe = (
        CUSTOM.replace("<b>One</b>", "It's 1 = 1"),
        CUSTOM.replace("<b>One</b>", '\\" onerror=alert(1) x=\\"'),
    )
    assert messages(write_course(tmp_path / "safe", {**OWN, **front}, cards=safe)) == []
    assert messages(write_course(tmp_path / "unsafe", {**OWN, **front}, cards=unsafe)) == [
        ("unsafe-html", "lessons/01-first.yaml")
    ]
    assert unfit("script:x", fields_in_tags('<a href="java{{Front}}">')["Front"])


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_html_stays_byte_for_byte(text: str):
    assert without_dangers(text) == (text, [])


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_could_run_a_script_is_taken_out(text: str):
    safe, removed = without_dangers(text)
    assert removed
    assert dangers(safe) == []
    assert "<script" not in safe.lower()
    assert "onerror=" not in safe


@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "script",
                "/",
                " ",
                "'",
                '"',
                "=",
                "onload=x",
                "{{",
                "}}",
                "c1::",
                "a",
                "<!--",
                "img src",
                "</style>",
            ]
        )
    ).map("".join)
)
def test_taking_out_ends_and_leaves_nothing_dangerous(text: str):
    safe, _ = without_dangers(text)
    assert dangers(safe) == []
    assert without_dangers(safe) == (safe, [])


@pytest.mark.slow
def test_a_browser_runs_nothing_of_what_is_left():
    """Pieces of HTML put together at random, always alike: a browser runs some of them as they
    were, and none as they are kept."""
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    chance = random.Random(1)
    samples = [
        "".join(chance.choice(PIECES) for _ in range(chance.randint(3, 10))) for _ in range(150)
    ]
    write = (
        "text => { document.open(); document.write('<script>window.ran = 0; function hit() { "
        "ran++ }</' + 'script>' + text); document.close(); }"
    )
    all_has_happened = """() => new Promise((done) => {
      const look = () => document.readyState === "complete" ? requestIdleCallback(done) : \
setTimeout(look);
      look();
    })"""
    ran = {"before": 0, "after": 0}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        for sample in samples:
            for when, text in (("before", sample), ("after", without_dangers(sample)[0])):
                page.evaluate(write, text)
                page.evaluate(all_has_happened)
                ran[when] += bool(page.evaluate("window.ran"))
        browser.close()
    assert ran["before"] > 5, ran
    assert ran["after"] == 0, ran


def test_only_files_that_are_referred_to_are_packed_under_their_own_names(tmp_path: Path):
    media = (
        "pictures: []\nfiles: [{file: hola señor.mp3}, {file: unused.mp3}, {file: _font.ttf}, "
        "{file: back.png, licence: CC0}]\n"
    )
    names = ["hola señor.mp3", "unused.mp3", "_font.ttf", "back.png"]
    style = {
        "note_types/basic/style.css": (
            "@font-face { src: url('_font.ttf') } .card { background: url(back.png) }"
        )
    }
    files: dict[str, str | bytes] = {
        **OWN,
        **style,
        "media/media.yaml": media,
        **{f"media/{name}": name.encode() for name in names},
    }
    deck = compiled(
        write_course(tmp_path, files, cards=CUSTOM.replace("Two", '"[sound:hola señor.mp3]"'))
    )
    assert deck.media == {
        name: name.encode() for name in ("_font.ttf", "back.png", "hola señor.mp3")
    }


@pytest.mark.parametrize(
    "name",
    ["../x.mp3", "a/b.mp3", "C:\\x.mp3", "con.mp3", "x.mp3.", "a?.mp3", ".hidden", "media.yaml"],
)
def test_a_files_name_stays_in_the_folder_and_fits_on_windows(tmp_path: Path, name: str):
    files: dict[str, str | bytes] = {
        **OWN,
        "media/media.yaml": f"pictures: []\nfiles: [{{file: {json.dumps(name)}}}]\n",
    }
    assert ("schema", "media/media.yaml") in messages(write_course(tmp_path, files, cards=CUSTOM))


def test_two_note_types_with_one_id_are_refused(tmp_path: Path):
    copied = {name.replace("/basic/", "/other/"): text for name, text in OWN.items()}
    assert messages(write_course(tmp_path, {**OWN, **copied}, cards=CUSTOM)) == [
        ("duplicate-id", "note_types/other/note_type.yaml")
    ]


def test_a_changed_layout_of_an_own_note_type_is_refused(tmp_path: Path):
    folder = write_course(tmp_path / "c", OWN, cards=CUSTOM)
    assert run("build", folder, "-o", tmp_path / "x.apkg").exit_code == 0
    seal(folder, NOW)
    path = folder / "note_types" / "basic" / "note_type.yaml"
    path.write_text(
        NOTE_TYPE.replace("{name: Back}]", "{name: Back}, {name: More}]"), encoding="utf-8"
    )
    result = run("build", folder, "-o", tmp_path / "x.apkg")
    assert result.exit_code == 1
    assert "changed-layout" in result.stderr


# Packages.


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with scripts, a missing and a strange file, and decks with descriptions."""
    pytest.importorskip("anki")
    from support.engine import export, opened

    with opened(tmp_path / "maker.anki2") as collection:
        model = collection.models.by_name("Basic")
        model["name"] = "Mine"
        model["tmpls"][0]["qfmt"] = '<div class="{{Tags}}">{{Front}}</div><script>alert(1)</script>'
        collection.models.update_dict(model)
        for front, tags, deck in (
            ("Tags", ["<svg/onload=alert(1)>"], "<img src=x onerror=alert(1)>"),
            ("What <img src=x onerror=alert(1)>?", ["x\"onclick='alert(1)'"], "A::B"),
            ("a<b", [], "C"),
        ):
            note = collection.new_note(collection.models.by_name("Mine"))
            note.fields = [front, "yes"]
            note.tags = tags
            collection.add_note(note, collection.decks.id(deck))
        export(collection, tmp_path / "deck.apkg", legacy=True)
    return tmp_path / "deck.apkg"


def test_scripts_of_a_package_are_taken_out_and_listed(package: Path, tmp_path: Path):
    result = run("import", package, "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    losses = lost(result.stdout)
    assert any("front-1.html" in line and "<script>" in line for line in losses)
    assert any("onerror=" in line for line in losses)
    assert "the file x, which cards use: it is not in the package" in losses
    assert any("tag" in line and "onclick" in line for line in losses)
    everything = b"".join(tree(tmp_path / "course").values()).lower()
    assert b"<script" not in everything
    assert b"onerror" not in everything
    assert run("check", tmp_path / "course").exit_code == 0


def test_what_a_template_puts_into_an_attribute_is_harmless_afterwards():
    from attachdeck.importing.found import Found, FoundNote
    from attachdeck.importing.keep import kept

    anki = {
        "id": 5,
        "mod": 0,
        "name": "N",
        "type": 0,
        "css": "",
        "sortf": 0,
        "flds": [{"name": "F"}, {"name": "G"}],
    }
    anki["tmpls"] = [{"name": "C", "qfmt": '<a href="{{F}}">x</a><img src={{G}}>', "afmt": ""}]
    note = FoundNote(
        guid="a",
        note_type=5,
        fields=("java&#115;cript:alert(1)", "x onerror=alert(1)"),
        tags=(),
        deck="D",
        modified=1,
    )
    draft = kept(Found(notes=(note,), note_types={5: anki}, decks={}, media={}))
    assert draft.lessons[0].cards[0]["fields"] == {"F": "", "G": "xonerroralert(1)"}
    assert len([line for line in draft.lost if "inside a tag" in line]) == 3


def test_a_note_of_which_no_card_is_made_is_retired_for_those_who_have_it(tmp_path: Path):
    from attachdeck.importing import writing
    from attachdeck.importing.found import Found, FoundNote
    from attachdeck.importing.keep import kept

    anki = {
        "id": 5,
        "mod": 0,
        "name": "N",
        "type": 0,
        "css": "",
        "sortf": 0,
        "flds": [{"name": "F"}, {"name": "G"}],
    }
    anki["tmpls"] = [{"name": "C", "qfmt": "{{F}}", "afmt": "{{G}}"}]
    notes = tuple(
        FoundNote(
            guid=front or "none", note_type=5, fields=(front, "back"), tags=(), deck="D", modified=1
        )
        for front in ("", "front")
    )
    draft = kept(Found(notes=notes, note_types={5: anki}, decks={}, media={}))
    assert [card.get("status") for card in draft.lessons[0].cards] == ["retired", None]
    # Learners know of it, so it is in no package: Check Database would make a card of it.
    writing.write(draft, tmp_path / "course", "D", "en")
    deck = compiled(tmp_path / "course")
    assert [note.guid for note in deck.notes] == ["front"]
    assert deck.retired == 1


def test_what_is_listed_cannot_speak_to_the_terminal(tmp_path: Path):
    (tmp_path / "evil.md").write_text(
        "Q: One?\nA: Two.\n\nProse \x1b[31m\x07 \u202e here\n", encoding="utf-8"
    )
    result = run("import", tmp_path / "evil.md", "-o", tmp_path / "course")
    assert lost(result.stdout)
    assert all(character.isprintable() or character == "\n" for character in result.stdout)


def test_the_folder_of_the_new_course_must_be_new_or_empty(package: Path, tmp_path: Path):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "mine.txt").write_text("mine", encoding="utf-8")
    result = run("import", package, "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert "is not empty" in result.stderr
    assert tree(tmp_path / "course") == {"mine.txt": b"mine"}


def zstd_bomb(size: int) -> bytes:
    """A Zstandard stream of runs that become `size` bytes: a frame's head, and blocks of 128 KiB in
    4 bytes each."""
    count = size // (128 * 1024)
    block = ((128 * 1024) << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x58" + block * count + b"\x01\x00\x00"


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_is_refused_before_anything_unpacks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 8 * 1024 * 1024)
    skipped = b"\x53\x2a\x4d\x18\x02\0\0\0ab"
    for name, content in (
        ("zip", b"\0" * 9_000_000),
        ("zstd", zstd_bomb(9_000_000)),
        ("twice", zstd_bomb(5_000_000) * 2),
        ("skip", skipped + zstd_bomb(9_000_000)),
    ):
        result = run(
            "import",
            zipped(tmp_path / f"{name}.apkg", {"collection.anki21b": content}),
            "-o",
            tmp_path / "course",
        )
        assert result.exit_code == 1
        assert "GiB when unpacked" in result.stderr
    assert not (tmp_path / "course").exists()
    bounds.check_size(zipped(tmp_path / "fine.apkg", {"collection.anki21b": zstd_bomb(1_000_000)}))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
@pytest.mark.parametrize("name", ["deck.apkg", "deck.colpkg", "table.csv", "text.txt", "text.md"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str):
    os.mkfifo(tmp_path / name)
    result = run("import", tmp_path / name, "-o", tmp_path / "new")
    assert result.exit_code == 1
    assert "is not a file" in result.stderr


def test_broken_packages_get_a_message(tmp_path: Path):
    pytest.importorskip("anki")
    broken = {
        "empty": b"",
        "text": b"hello",
        "cut": zipped(tmp_path / "whole.apkg", {"collection.anki2": b"x" * 9000}).read_bytes()[:60],
    }
    for name, content in broken.items():
        (tmp_path / f"{name}.apkg").write_bytes(content)
    zipped(tmp_path / "nothing.apkg", {"other": b"x"})
    zipped(tmp_path / "damaged.colpkg", {"collection.anki2": b"no database", "media": b"{}"})
    zipped(tmp_path / "stream.apkg", {"collection.anki21b": b"\x28\xb5\x2f\xfd\x00"})
    for name in (
        "empty.apkg",
        "text.apkg",
        "cut.apkg",
        "nothing.apkg",
        "damaged.colpkg",
        "stream.apkg",
    ):
        result = run("import", tmp_path / name, "-o", tmp_path / "course")
        assert (result.exit_code, result.exception.__class__) == (1, SystemExit), (
            name,
            result.output,
        )
        assert result.stderr.startswith("error: "), name
    with pytest.raises(CannotImport):
        bounds.check_size(tmp_path / "cut.apkg")


def test_no_file_of_a_package_leaves_the_folder(package: Path, tmp_path: Path):
    with zipfile.ZipFile(package) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries |= {
        "media": json.dumps({"0": "../../escaped.txt", "1": "/tmp/escaped.txt"}).encode(),
        "0": b"x",
        "1": b"x",
        "../escaped.txt": b"x",
    }
    result = run(
        "import", zipped(tmp_path / "hostile.apkg", entries), "-o", tmp_path / "inner" / "course"
    )
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not list(tmp_path.rglob("*escaped*"))
    assert not Path("/tmp/escaped.txt").exists()


def test_without_ankis_engine_the_extra_is_named(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "anki.py").write_text("raise ImportError\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = run("import", package, "-o", tmp_path / "course")
    assert result.exit_code == 2
    assert "attachdeck[verify]" in result.stderr


def test_converted_notes_are_cards_of_our_own_kinds(tmp_path: Path):
    pytest.importorskip("anki")
    from support.engine import STOCK, export, fill, opened

    with opened(tmp_path / "maker.anki2") as collection:
        fill(
            collection,
            [
                *STOCK,
                (
                    "Basic",
                    [
                        "2 * 3 * 4 = <i>?</i>",
                        '24<br>1. <span style="color: red">twenty-four</span>',
                    ],
                    "Top",
                    [],
                ),
                ("Cloze", ["{{c1::a}}_b_", "More"], "Top", []),
            ],
        )
        export(collection, tmp_path / "deck.apkg", legacy=False)
    result = run("import", tmp_path / "deck.apkg", "-o", tmp_path / "course", "--convert")
    assert result.exit_code == 0, result.output
    assert "without their progress" in result.stdout
    assert not (tmp_path / "course" / "course.lock").exists()
    deck = compiled(tmp_path / "course")
    assert sorted(note.kind for note in deck.notes) == [
        "basic",
        "cloze",
        "cloze",
        "custom",
        "custom",
        "reversed",
        "reversed",
        "typed",
    ]
    (basic,) = (note for note in deck.notes if note.kind == "basic")
    assert basic.fields[:2] == (
        "2 * 3 * 4 = <i>?</i>",
        "<p>24</p>\n<p>1. <span>twenty-four</span></p>",
    )
    assert any('<span style="color: red">' in line for line in lost(result.stdout))
    assert {note.fields[0] for note in deck.notes if note.kind == "cloze"} >= {"{{c1::a}}_b_"}


def test_what_many_cards_lose_alike_is_one_line(tmp_path: Path):
    pytest.importorskip("anki")
    from support.engine import export, fill, opened

    styled = [f'<b style="color: #{place:06}">x</b>' for place in range(12)]
    with opened(tmp_path / "maker.anki2") as collection:
        fill(collection, [("Basic", [f"Q{text}", text], "Top", ["x_y"]) for text in styled])
        export(collection, tmp_path / "deck.apkg", legacy=False)
    result = run("import", tmp_path / "deck.apkg", "-o", tmp_path / "course", "--convert")
    assert result.exit_code == 0, result.output
    tag, style = lost(result.stdout)
    assert tag.startswith("the tag x_y (now x-y): in 12 cards (")
    assert style.startswith(
        '<b style="color: #000000"> and 11 other forms of this tag: in 12 cards ('
    )


# Other files.


@pytest.mark.slow
def test_a_crowdanki_folder_comes_back_note_by_note(tmp_path: Path):
    assert run("build", COURSE, "--to", "crowdanki", "-o", tmp_path / "crowd").exit_code == 0
    result = run("import", tmp_path / "crowd", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    ours, theirs = compiled(COURSE), compiled(tmp_path / "course")

    def rows(deck: Any) -> dict[str, Any]:
        return {
            note.guid: (note.fields, note.tags, note.deck, len(note.cards))
            for note in deck.notes
            if note.cards
        }

    strangers = {
        guid
        for guid, (fields, *_) in rows(ours).items()
        if any(without_dangers(field)[1] for field in fields)
    }
    assert strangers == set()
    assert rows(theirs) == rows(ours)


def test_a_time_far_in_the_future_is_one_that_the_lock_can_hold():
    second = keep._second(10**15)
    note_types = {"basic": NoteTypeRecord(1, "0" * 16, "0" * 16, second)}
    lock = Lock(
        course="c",
        decks={"course": DeckRecord(2_000_000_000, "C")},
        note_types=note_types,
        cards={"a": CardRecord("g", "basic", "0" * 16, second, "1.0")},
    )
    assert read_lock(Document("course.lock", lock_text(lock), None), ()) == (lock, [])


@pytest.mark.slow
def test_no_link_leads_out_of_a_crowdanki_folder(tmp_path: Path):
    assert run("build", COURSE, "--to", "crowdanki", "-o", tmp_path / "crowd").exit_code == 0
    (tmp_path / "crowd" / "media").rename(tmp_path / "private")
    try:
        (tmp_path / "crowd" / "media").symlink_to(tmp_path / "private", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    result = run("import", tmp_path / "crowd", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.stderr
    assert not list((tmp_path / "course").rglob("*.svg"))


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"note_models": [], "name": "x", "notes": [{}]}',
        '{"note_models": [{"crowdanki_uuid": 1}], "name": "x"}',
    ],
)
def test_a_broken_crowdanki_folder_gets_a_message(tmp_path: Path, text: str):
    (tmp_path / "deck.json").write_text(text, encoding="utf-8")
    result = run("import", tmp_path, "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert "CrowdAnki" in result.stderr


TABLES = {
    "excel.csv": (
        '\ufeffExtra;Front;Back;Deck;Tags;Colour\r\nSo.;Hola;Hello;Unit 1;"greet x_y";red\r\n'
        ';"Adiós; amigo";"Bye\r\nnow";Unit 2;;\r\n'
    ),
    "tabs.tsv": (
        'question\tanswer\tchapter\nHola\tHello\tUnit 1\nAdiós; amigo\t"Bye\nnow"\tUnit 2\n'
    ),
    "anki.txt": (
        "#separator:tab\n#html:true\n#deck column:3\n#columns:Front\tBack\tDeck\n"
        "Hola\tHello\tX::Unit 1\nAdiós; amigo\tBye<br>now\tUnit 2\n"
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_others_become_cards(tmp_path: Path, name: str):
    (tmp_path / name).write_text(TABLES[name], encoding="utf-8", newline="")
    result = run("import", tmp_path / name, "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    assert run("fmt", "--check", tmp_path / "course").exit_code == 0
    course = pipeline.check(tmp_path / "course").course
    assert course is not None
    assert [
        (lesson.title, [(card.prompt, card.answer.split()) for card in lesson.cards])
        for lesson in course.lessons
    ] == [
        ("Unit 1", [("Hola", ["Hello"])]),
        ("Unit 2", [("Adiós; amigo", ["Bye", "now"])]),
    ]
    if name == "excel.csv":
        assert lost(result.stdout) == ["the column `colour`", "line 2: the tag x_y (now x-y)"]


def test_cells_that_no_column_holds_are_listed(tmp_path: Path):
    table = tmp_path / "words.csv"
    table.write_text(
        "prompt;answer;answer;tags\nWho?;A;B;x;beyond\nWhen?;C;;y;\n", encoding="utf-8"
    )
    result = run("import", table, "-o", tmp_path / "course")
    assert result.exit_code == 0
    assert [
        line
        for line in (result.stdout + result.stderr).splitlines()
        if line.startswith("not imported")
    ] == [
        "not imported: the second column `answer`",
        "not imported: line 2: cells right of the last column",
    ]
    assert [card.answer for card in pipeline.check(tmp_path / "course").course.cards()] == [
        "A",
        "C",
    ]


def test_nothing_of_a_table_is_dropped_in_silence(tmp_path: Path):
    table = tmp_path / "words.csv"
    text = (
        'id,prompt,answer,,lesson\nwhat-is-it,"W\nhat?",It.,red,A::One\nwhat-is-it,Who?,She.\n'
        "Big_One,W\x7fhy?,So.\n,Where?,,\n"
    )
    table.write_text(text, encoding="utf-8")
    result = run("import", table, "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    changed, big = (
        card.id for card in list(pipeline.check(tmp_path / "course").course.cards())[1:]
    )
    assert lost(result.stdout) == [
        "line 5: invisible characters",
        "column 4: it has no name",
        "the deck `A` above the lesson `One`",
        f"line 4: the id what-is-it (now {changed})",
        f"line 5: the id Big_One (now {big})",
        "line 6: it is incomplete, without `answer`",
    ]
    assert (pipeline.check(tmp_path / "course").course.lessons[0].cards[0].id, big) == (
        "what-is-it",
        "big-one",
    )
    anki = tmp_path / "anki.txt"
    anki.write_text("#separator:tab\n#deck:X\n#tags:a b\n#notetype:Basic\nP\tA\n", encoding="utf-8")
    other = run("import", anki, "-o", tmp_path / "other")
    assert lost(other.stdout) == []
    (lesson,) = pipeline.check(tmp_path / "other").course.lessons
    assert (lesson.title, lesson.cards[0].tags) == ("X", ("a", "b"))


def test_a_row_that_would_be_a_mistake_is_left_out_and_listed(tmp_path: Path):
    text = (
        'kind,text,prompt,answer,tags,lesson\ncloze,no gap,,,,One\nBasic,,P,A,"x, y;z",Two\n'
        'typed,,P,"a\nb",,Two\n'
    )
    (tmp_path / "words.csv").write_text(text, encoding="utf-8")
    result = run("import", tmp_path / "words.csv", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    assert sorted(loss.partition(",")[0] for loss in lost(result.stdout)) == [
        "line 2: this text has no gap",
        "line 4: `answer` is not in the right form",
    ]
    (lesson,) = pipeline.check(tmp_path / "course").course.lessons
    assert (lesson.title, [(card.kind, card.tags) for card in lesson.cards]) == (
        "Two",
        [("basic", ("x", "y", "z"))],
    )


def test_a_table_without_names_is_questions_and_answers(tmp_path: Path):
    (tmp_path / "words.tsv").write_text("uno\tone\ndos\ttwo\n", encoding="utf-8")
    assert run("import", tmp_path / "words.tsv", "-o", tmp_path / "course").exit_code == 0
    assert [note.fields[:2] for note in compiled(tmp_path / "course").notes] == [
        ("uno", "one"),
        ("dos", "two"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"prompt;answer\nse\x96or;mister\n",
            "--encoding mac_roman` if `señor;mister` looks right",
        ),
        (b"", "empty"),
        (b"prompt;answer\n;\n", "nothing"),
        (
            b"prompt;answer\nWhat?;\n",
            "can become a card: line 2: it is incomplete, without `answer`",
        ),
        (
            b"kind;question;options.1.text\nchoice;Q;T\n",
            "`options` needs at least 2 entries but has 1, in `- text: T`",
        ),
        (
            b'prompt,answer\n"One\nand a half",Two\n"Three,Four\nFive,Six\n',
            "in the row that begins in line 4, a quotation mark is never closed",
        ),
        (
            b'sep=;\r\nprompt;answer\r\n"One" and;Two\r\n',
            (
                "in the row that begins in line 3, there is text after the closing quotation mark "
                "of a cell"
            ),
        ),
    ],
)
def test_a_table_that_cannot_be_read_gets_a_message(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "table.csv").write_bytes(content)
    result = run("import", tmp_path / "table.csv", "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert message in result.stderr


def test_markdown_becomes_lessons(tmp_path: Path):
    text = (
        "# One\n\nQ: What?\nA: This,\nand *that*.\n\n- **Q:** And?\n\nA: So.\n\nProse.\n\n"
        "## Two\nA ((1 ga\x7fp)) here.\n\n{{c1::Another}}.\n"
    )
    (tmp_path / "notes.md").write_text(text, encoding="utf-8")
    result = run("import", tmp_path / "notes.md", "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    assert lost(result.stdout) == ["line 14: invisible characters", "line 11: Prose."]
    course = pipeline.check(tmp_path / "course").course
    assert course is not None
    assert [
        (
            lesson.title,
            [card.written.get("prompt") or card.written["text"] for card in lesson.cards],
        )
        for lesson in course.lessons
    ] == [
        ("One", ["What?", "And?"]),
        ("Two", ["A ((1 gap)) here.", "{{c1::Another}}."]),
    ]


def test_markdown_without_questions_says_how_to_write_them(tmp_path: Path):
    (tmp_path / "notes.md").write_text("# One\n\nOnly prose.\n", encoding="utf-8")
    result = run("import", tmp_path / "notes.md", "-o", tmp_path / "course")
    assert result.exit_code == 1
    assert "has no questions: write `Q: …` with `A: …` on the line below" in result.stderr


# A spreadsheet brought back.


def spreadsheet(folder: Path, path: Path) -> list[dict[str, str]]:
    assert run("build", folder, "--to", "csv", "-o", path).exit_code == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def save(rows: list[dict[str, str]], path: Path, delimiter: str = ";") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.slow
@pytest.mark.parametrize("beginning", ["::", "<", "<?", " ", "![](", "[sound:", "<img ", "# "])
def test_a_text_of_beginnings_alone_is_read_once(tmp_path: Path, beginning: str):
    text = beginning * (150_000 // len(beginning))
    (tmp_path / "notes.md").write_text(
        f"# Notes\n\n## {text}\n\nQ: {text}\nA: {text}\n", encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "attachdeck",
        "import",
        str(tmp_path / "notes.md"),
        "-o",
        str(tmp_path / "course"),
    ]
    result = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=30)
    assert result.returncode in (0, 1), result.stderr
    assert "Traceback" not in result.stderr


def test_two_changed_cells_change_two_lines_of_the_flagship_course(tmp_path: Path):
    folder = shutil.copytree(COURSE, tmp_path / "course")
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    before = {
        path.name: path.read_text(encoding="utf-8").split("\n")
        for path in (folder / "lessons").iterdir()
    }
    save(rows, tmp_path / "cards.csv")
    assert run("import", "--into", folder, tmp_path / "cards.csv").stdout == "0 changes\n"
    assert {
        path.name: path.read_text(encoding="utf-8").split("\n")
        for path in (folder / "lessons").iterdir()
    } == before

    one, other = [row for row in rows if row["kind"] == "basic"][3:5]
    one["answer"], other["prompt"] = "Another answer.", 'A "new": question?'
    save(rows, tmp_path / "cards.csv", ",")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 0, result.output
    changed = [
        (old, new)
        for path in (folder / "lessons").iterdir()
        for old, new in zip(
            before[path.name], path.read_text(encoding="utf-8").split("\n"), strict=True
        )
        if old != new
    ]
    assert len(changed) == 2
    course = pipeline.check(folder).course
    assert course is not None
    written = {card.id: card.written for card in course.cards()}
    assert written[one["id"]]["answer"] == "Another answer."
    assert written[other["id"]]["prompt"] == 'A "new": question?'


def test_what_cannot_be_brought_back_is_listed(tmp_path: Path):
    cards = (
        "  # About the card.\n  - {id: define, kind: basic, prompt: What?, answer: This.}  # "
        "Beside it.\n"
    )
    folder = write_course(tmp_path / "course", cards=cards)
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    rows[0] |= {"kind": "typed", "lesson": "elsewhere", "answer": "That."}
    save([*rows, {**rows[0], "id": "stranger"}], tmp_path / "cards.csv")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 1
    assert [
        line.split(":")[0] for line in result.stdout.split("\n") if line.startswith("not copied: ")
    ] == ["not copied"] * 3
    text = (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8")
    assert "# About the card." in text
    assert "answer: That.}  # Beside it." in text


def test_cells_can_be_added_and_emptied_and_lists_grow(tmp_path: Path):
    cards = """\
  - id: choose
    kind: choice
    question: Which one?
    options:
      - text: This
        right: true
      - text: That
        why: No.
    hint: No.
"""
    folder = write_course(tmp_path / "course", cards=cards)
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    rows[0] |= {
        "hint": "",
        "why": "=1+1 is no formula\nhere",
        "options.3.text": "Both",
        "options.3.right": "FALSE",
        "options.3.why": "No.",
    }
    save(rows, tmp_path / "cards.csv")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 0, result.output
    root = read_text((folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8"), "x")[
        0
    ].root
    assert root is not None
    card = root.value["cards"][0]
    assert "hint" not in card
    assert card["why"] == "=1+1 is no formula\nhere"
    assert card["options"][2] == {"text": "Both", "right": False, "why": "No."}


def test_a_lesson_that_cannot_be_read_is_named_and_the_others_are_edited(tmp_path: Path):
    folder = write_course(
        tmp_path / "course", {"lessons/02-b.yaml": "id: [", "lessons/03-c.yaml": b"\xff"}
    )
    (tmp_path / "cards.csv").write_text("id,answer\ndefine,New.\nother,B\n", encoding="utf-8")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert [line.partition("lessons/")[2] for line in result.stdout.splitlines()[1:3]] == [
        "02-b.yaml: it cannot be read: run `attachdeck check` to see why",
        "03-c.yaml: it is not in UTF-8",
    ]
    assert (
        "the card `other`: the course has no card with this id in the lessons that could be read"
        in result.stdout
    )
    assert "answer: New." in (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8")


def test_no_row_and_no_cell_of_a_spreadsheet_is_dropped_in_silence(tmp_path: Path):
    folder = write_course(
        tmp_path / "course",
        cards=CARD + "  - just text\n  -\n  - 5\n  - {id: [a], kind: basic}\n  - {id: 3}\n",
    )
    text = (
        "prompt,,answer,answer,id\nWhy?,x,So.,Too.,define,beyond\nNew?,,New.\n,,,,\n"
        "Other?,,Other.,,\n"
    )
    (tmp_path / "cards.csv").write_text(text, encoding="utf-8")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 1
    reasons = [
        line.removeprefix("not copied: ").split("; run")[0]
        for line in result.stdout.splitlines()
        if line.startswith("not")
    ]
    assert reasons == [
        "the second column `answer`",
        "column 2: it has no name",
        "line 2: cells right of the last column",
        "line 3: this row has no `id`",
        "line 5: this row has no `id`",
    ]
    assert "{id: define, kind: basic, prompt: Why?, answer: So.}" in (
        folder / "lessons" / "01-first.yaml"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"answer": ""}, "`answer` is missing from a card of kind `basic`"),
        ({"options.1.text": "😀"}, "`options` is not a key of a card of kind `basic`"),
        ({"tags": "x y"}, "`tags` must be a list, but this is text"),
    ],
)
def test_a_row_that_would_be_a_mistake_leaves_its_card_as_it_was(
    tmp_path: Path, cells: dict[str, str], message: str
):
    cards = CARD + (
        "  - {id: other, kind: basic, prompt: P, answer: A}\n"
        "  - {id: broken, kind: basic, prompt: P, anwser: A}\n"
    )
    folder = write_course(tmp_path / "course", cards=cards)
    rows = [
        {"ID": "define ", "prompt": "New?", "answer": "A"},
        {"ID": "other", "prompt": "New?", "answer": "A"},
        {"ID": "broken", "prompt": "New?"},
    ]
    save([rows[0] | dict.fromkeys(cells, "") | cells, *rows[1:]], tmp_path / "cards.csv")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 1
    assert f"not copied: the row of the card `define`: {message}" in result.stdout
    text = (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8")
    assert text == LESSON_HEAD + CARD + (
        "  - {id: other, kind: basic, prompt: New?, answer: A}\n"
        "  - {id: broken, kind: basic, prompt: New?, anwser: A}\n"
    )


def test_a_list_shrinks_from_its_end_and_no_cell_takes_a_lists_place(tmp_path: Path):
    card = (
        "  - id: a\n    kind: choice\n    question: Q\n    options:\n"
        "      - {text: T, right: true}\n      - {text: F, why: W}\n    tags: [x, y]\n"
    )
    folder = write_course(tmp_path / "course", cards=card)
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    save(
        [
            rows[0]
            | {"tags.1": "", "tags.2": "", "options": "set", "accept.2": "x", "reverse.x.y": ""}
        ],
        tmp_path / "cards.csv",
    )
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert [line for line in result.stdout.splitlines() if line.startswith("not")] == [
        "not copied: `options` of the card `a`: change this in first's file",
        "not copied: `accept.2` of the card `a`: change this in first's file",
    ]
    assert (
        (folder / "lessons" / "01-first.yaml")
        .read_text(encoding="utf-8")
        .endswith(card.replace("    tags: [x, y]\n", ""))
    )


def test_edits_keep_every_comment_and_the_spaces_in_a_text(tmp_path: Path):
    card = (
        "  - id: define\n    kind: basic\n    prompt: |\n      One  \n      two\n"
        "    # About the answer.\n    answer: A\n    hint: H # mine\n"
    )
    folder = write_course(tmp_path / "course", cards=card)
    path = folder / "lessons" / "01-first.yaml"
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    save([rows[0] | {"hint": "Help", "answer": "B"}], tmp_path / "cards.csv")
    assert run("import", "--into", folder, tmp_path / "cards.csv").exit_code == 0
    assert path.read_text(encoding="utf-8").endswith(
        card.replace("answer: A", "answer: B").replace("hint: H", "hint: Help")
    )
    save([rows[0] | {"hint": ""}], tmp_path / "cards.csv")
    assert run("import", "--into", folder, tmp_path / "cards.csv").exit_code == 0
    without = card.replace("    hint: H # mine\n", "").replace("answer: A", "answer: B")
    without = without.replace("answer: B", "answer: A")
    assert path.read_text(encoding="utf-8").endswith(without)


def test_fields_of_custom_cards_come_back_whatever_their_names(tmp_path: Path):
    own = {
        **OWN,
        "note_types/basic/note_type.yaml": NOTE_TYPE.replace("name: Back", "name: e.g. more"),
    }
    own["note_types/basic/back-1.html"] = "{{e.g. more}}"
    folder = write_course(tmp_path / "course", own, cards=CUSTOM.replace("Back:", "e.g. more:"))
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    rows[0] |= {"fields.e.g. more": "<i>Three</i>"}
    save(rows, tmp_path / "cards.csv")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 0, result.output
    assert compiled(folder).notes[0].fields == ("<b>One</b>", "<i>Three</i>")


def test_in_a_lesson_that_is_not_tidy_nothing_else_changes(tmp_path: Path):
    cards = "     - {id:   define, kind: basic, prompt: What?, answer: This.}\n"
    folder = write_course(tmp_path / "course", cards=cards)
    rows = spreadsheet(folder, tmp_path / "cards.csv")
    save([{**rows[0], "answer": "That, then.", "hint": "Look."}], tmp_path / "cards.csv")
    result = run("import", "--into", folder, tmp_path / "cards.csv")
    assert result.exit_code == 0, result.stdout
    lesson = (folder / "lessons" / "01-first.yaml").read_text(encoding="utf-8")
    edited = 'id:   define, kind: basic, prompt: What?, answer: "That, then.", hint: Look.'
    assert lesson == LESSON_HEAD + f"     - {{{edited}}}\n"


def test_wrong_usage_is_said(tmp_path: Path):
    (tmp_path / "x.csv").write_text("prompt,answer\na,b\n", encoding="utf-8")
    (tmp_path / "x.exe").write_bytes(b"x")
    assert run("import", tmp_path / "x.csv").exit_code == 2
    assert run("import", tmp_path / "x.csv", "-o", tmp_path / "c", "--into", COURSE).exit_code == 2
    (tmp_path / "x.xlsx").write_bytes(b"x")
    assert "*CSV UTF-8*" in run("import", tmp_path / "x.xlsx", "-o", tmp_path / "c").stderr
    assert run("import", tmp_path / "x.csv", "--into", COURSE, "--title", "T").exit_code == 2
    assert "use --into " in run("import", tmp_path / "x.csv", "-o", COURSE).stderr
    assert "is already a course" in run("import", COURSE, "-o", tmp_path / "c").stderr
    assert "cannot be imported" in run("import", tmp_path / "x.exe", "-o", tmp_path / "c").stderr
    assert (
        "no column `id`"
        in run("import", tmp_path / "x.csv", "--into", write_course(tmp_path / "course")).stderr
    )


def test_what_learners_of_an_imported_deck_have_is_guarded_from_the_beginning(tmp_path: Path):
    """Its learners have it already, so it counts as released."""
    source = write_course(tmp_path / "made")
    assert run("build", source, "-o", tmp_path / "deck.apkg").exit_code == 0
    course = tmp_path / "course"
    imported = run("import", tmp_path / "deck.apkg", "-o", course)
    assert imported.exit_code == 0, imported.output
    assert 'released: {version: "0.0.0", at: ' in (course / "course.lock").read_text("utf-8")
    [lesson] = (course / "lessons").iterdir()
    text = lesson.read_text(encoding="utf-8")
    [name] = re.findall(r"^  - id: (\S+)\n    kind: custom", text, re.MULTILINE)
    lesson.write_text(text.replace(f"- id: {name}\n", "- id: another\n"), encoding="utf-8")
    result = run("build", course, "-o", tmp_path / "new.apkg")
    assert result.exit_code == 1
    assert f"error[vanished-card]: the card `{name}` is missing" in result.stderr
