"""Sounds of a course: on cards in Anki, on the website, on paper, in the other outputs."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import outputs, pipeline
from attachdeck.outputs import gift, paper, site, spreadsheet
from attachdeck.preview.site import look
from support.browser import film, until
from support.commands import run
from support.courses import (
    ALL_KINDS,
    COURSE_YAML,
    LESSON_HEAD,
    MEDIA_YAML,
    ONE,
    SOUNDS_YAML,
    Author,
    compiled,
    silent_mp3,
    tone,
    translate,
    with_sounds,
    write_course,
)
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection
    from playwright.sync_api import Browser

WORD = (
    "  - {id: word, kind: basic, prompt: What do you hear?, answer: Hola.,"
    " audio: {front: hola.wav, back: adios.mp3}}\n"
)
BOTH_WAYS = (
    "  - {id: both, kind: reversed, prompt: Hola, answer: Hello, audio: {front: hola.wav}}\n"
)
IN_TEXTS = (
    '  - {id: texts, kind: basic, prompt: "Listen: ![](hola.wav)", answer: "![](adios.mp3)"}\n'
    '  - {id: gaps, kind: cloze, text: "((1 ![](hola.wav))) and [sound:evil.mp3] and ((2 b))"}\n'
)


def course(folder: Path, cards: str = WORD, **files: str) -> Path:
    return write_course(folder / "course", with_sounds() | dict(files), cards=cards)


def played(collection: Collection, card: str, place: int = 0) -> tuple[list[str], list[str]]:
    """The endings of what Anki plays on both sides of a card."""
    [note] = collection.find_notes(f"ID:{card}")
    shown = next(card for card in collection.get_note(note).cards() if card.ord == place)
    tags = (shown.question_av_tags(), shown.answer_av_tags())
    front, back = ([tag.filename.rpartition(".")[2] for tag in side] for side in tags)
    return front, back


def arrive(collection: Collection, folder: Path, cards: str) -> None:
    pipeline.package(compiled(course(folder, cards)), folder / "deck.apkg")
    do_import(collection, folder / "deck.apkg")


def test_anki_plays_each_sound_on_its_side(tmp_path: Path, collection: Collection):
    arrive(collection, tmp_path, WORD + BOTH_WAYS + IN_TEXTS)
    assert played(collection, "word") == (["wav"], ["mp3"])
    assert played(collection, "both") == (["wav"], [])
    assert played(collection, "both", 1) == ([], ["wav"]), "the other way round, sides change"
    assert played(collection, "texts") == (["wav"], ["wav", "mp3"])
    assert played(collection, "gaps", 1) == (["wav"], ["wav"])
    assert played(collection, "gaps", 0) == ([], ["wav"]), "a sound in a gap is hidden with it"


def test_the_sounds_arrive_under_names_of_their_content(tmp_path: Path, collection: Collection):
    arrive(collection, tmp_path, WORD)
    files = {path.suffix: path for path in Path(collection.media.dir()).iterdir()}
    assert files[".wav"].read_bytes() == tone()
    assert files[".mp3"].read_bytes() == silent_mp3()
    assert all(path.name.startswith("tiny-") for path in files.values())


def test_every_kind_of_card_may_have_a_sound(tmp_path: Path, collection: Collection):
    audio = "audio: {front: hola.wav, back: adios.mp3}"
    cards = re.sub(r"(?m)^(  - \{id: [\w-]+,)", rf"\1 {audio},", ALL_KINDS)
    cards = re.sub(r"(?m)^(    kind: [\w-]+)$", rf"\1\n    {audio}", cards)
    assert cards.count("audio:") == 9
    arrive(collection, tmp_path, cards)
    for note in collection.find_notes(""):
        for card in collection.get_note(note).cards():
            sides = played(collection, card.note()["ID"], card.ord)
            turned = (card.note()["ID"], card.ord) == ("both-ways", 1)
            assert sides == ((["mp3"], ["wav"]) if turned else (["wav"], ["mp3"]))


def test_a_sound_that_is_added_keeps_guid_and_progress(author: Author, learner):
    silent = "  - {id: word, kind: basic, prompt: What do you hear?, answer: Hola.}\n"
    before = author.release(silent).cards["word"]
    do_import(learner.collection, author.deck)
    learner.review("word")
    scheduling = learner.scheduling()
    author.now = 1_900_000_000
    for name, content in with_sounds().items():
        path = author.course / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    media = MEDIA_YAML + SOUNDS_YAML
    after = author.release(WORD, **{"media/media.yaml": media}).cards["word"]
    assert (after.guid, after.places) == (before.guid, before.places)
    assert do_import(learner.collection, author.deck) == {"updated": 1}
    assert learner.scheduling() == scheduling
    assert played(learner.collection, "word") == (["wav"], ["mp3"])


@pytest.mark.parametrize("autoplay", [True, False])
def test_a_course_says_whether_anki_plays_by_itself(tmp_path: Path, autoplay: bool):
    from attachdeck.outputs import presets

    study = f"study: {{autoplay: {str(autoplay).lower()}}}\n"
    deck = compiled(course(tmp_path, **{"course.yaml": COURSE_YAML + study}))
    assert presets.of_course(deck)["autoplay"] is autoplay
    assert presets.of_practice(deck)["autoplay"] is autoplay


def test_only_listed_sounds_are_played(tmp_path: Path):
    [gaps] = [note for note in compiled(course(tmp_path, IN_TEXTS)).notes if note.card == "gaps"]
    assert "&#91;sound:evil.mp3]" in gaps.fields[0]
    assert gaps.fields[0].count("[sound:") == 1


def test_a_transcript_is_a_text_whatever_it_holds(tmp_path: Path):
    evil = "{{c1::x}} <script>alert(1)</script> [sound:x.mp3] [latex]x[/latex] }} ::"
    media = SOUNDS_YAML.replace('"Hola, ¿qué tal?"', json.dumps(evil))
    cards = WORD + '  - {id: gap, kind: cloze, text: "((1 ![](hola.wav))) x"}\n'
    deck = compiled(course(tmp_path, cards, **{"media/media.yaml": media}))
    for note in deck.notes:
        text = "".join(note.fields)
        assert "<script>" not in text
        assert "[latex]" not in text
        assert text.count("[sound:") == (2 if note.card == "word" else 1)
        assert note.anki_places == (0,)


def said(folder: Path, **files: str | bytes) -> list[tuple[str, str]]:
    written = write_course(folder / "course", with_sounds() | files, cards=WORD)
    return [(problem.rule, problem.message) for problem in pipeline.check(written).diagnostics]


@pytest.mark.parametrize(
    "content",
    [b"<!doctype html><script>alert(1)</script>", b"MZ\x90\x00", b"\xff\xd8\xff\xe0", b""],
    ids=["page", "program", "picture", "empty"],
)
@pytest.mark.parametrize("name", ["media/adios.mp3", "media/hola.wav"])
def test_a_file_that_only_says_that_it_is_a_sound_is_refused(
    tmp_path: Path, name: str, content: bytes
):
    [(rule, message)] = said(tmp_path, **{name: content})
    assert rule == "broken-sound"
    assert "so learners would not hear it" in message


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("mp3", b"ID3\x04"),
        ("mp3", silent_mp3(1)),
        ("wav", tone()),
        ("ogg", b"OggS"),
        ("opus", b"OggS"),
        ("flac", b"fLaC"),
        ("m4a", b"\0\0\0\x20ftypM4A "),
        ("mp4", b"\0\0\0\x20ftypisom"),
        ("webm", b"\x1aE\xdf\xa3"),
    ],
)
def test_files_are_known_by_how_they_begin(tmp_path: Path, kind: str, content: bytes):
    media = MEDIA_YAML + SOUNDS_YAML.replace("adios.mp3", f"adios.{kind}")
    cards = WORD.replace("adios.mp3", f"adios.{kind}")
    files = {"media/media.yaml": media, f"media/adios.{kind}": content}
    checked = pipeline.check(write_course(tmp_path, with_sounds() | files, cards=cards))
    assert [problem.message for problem in checked.diagnostics] == []


@pytest.mark.parametrize("name", ["../hola.wav", "/etc/passwd", "a b.mp3", "hola.mid", "HOLA.MP3"])
def test_a_sound_is_named_by_its_file_name_alone(tmp_path: Path, name: str):
    media = MEDIA_YAML + SOUNDS_YAML.replace("hola.wav", json.dumps(name))
    files = with_sounds() | {"media/media.yaml": media}
    helps = [problem.help for problem in pipeline.check(write_course(tmp_path, files)).diagnostics]
    assert [text[:42] for text in helps if text] == ["a file name has only letters, digits, `.`,"]


def test_a_link_out_of_the_course_is_not_followed(tmp_path: Path):
    outside = tmp_path / "outside.wav"
    outside.write_bytes(tone())
    written = course(tmp_path)
    (written / "media/hola.wav").unlink()
    (written / "media/hola.wav").symlink_to(outside)
    messages = [problem.message for problem in pipeline.check(written).diagnostics]
    assert "this link points outside the course's folder" in messages


def test_what_is_missing_or_not_listed_is_told(tmp_path: Path):
    written = course(tmp_path, WORD + IN_TEXTS, **{"media/media.yaml": MEDIA_YAML})
    checked = [(problem.rule, problem.message) for problem in pipeline.check(written).diagnostics]
    assert checked == [
        ("unknown-picture", "`hola.wav` is not in media/media.yaml"),
        ("unknown-picture", "`adios.mp3` is not in media/media.yaml"),
        ("unknown-picture", "the sound `hola.wav` is not in media/media.yaml"),
        ("unknown-picture", "the sound `adios.mp3` is not in media/media.yaml"),
        ("unknown-picture", "the sound `hola.wav` is not in media/media.yaml"),
    ]
    written = course(tmp_path / "missing")
    (written / "media/hola.wav").unlink()
    [missing] = [
        problem
        for problem in pipeline.check(written).diagnostics
        if problem.rule != "unknown-picture"
    ]
    assert missing.message == "there is no file `hola.wav` in media/"


def test_a_variant_plays_no_sound(tmp_path: Path):
    """Anki plays what it finds in any field that a card shows, also where a script hides it."""
    variant = 'variants: [{prompt: "![](hola.wav)"}]'
    card = f"  - {{id: a, kind: basic, prompt: Who?, answer: Bo., {variant}}}\n"
    [problem] = pipeline.check(course(tmp_path, card)).diagnostics
    assert (problem.rule, problem.at.line) == ("variant", 7)
    assert "play the sound `hola.wav`" in problem.message


def test_unused_and_large_sounds_are_told(tmp_path: Path):
    files = with_sounds() | {"media/adios.mp3": silent_mp3(8000)}
    written = write_course(tmp_path, files, cards=ONE)
    output = run("check", written, "--rule", "unused-picture", "--rule", "large-picture").output
    assert "`hola.wav` is not used" in output
    assert "`adios.mp3` has 3.2 MiB, more than 2 MiB" in output


def test_paper_and_question_banks_show_the_transcript(tmp_path: Path):
    deck = compiled(course(tmp_path, WORD + IN_TEXTS))
    outputs.put(paper, deck, tmp_path / "paper")
    for name in ("cards.html", "handout.html"):
        text = (tmp_path / "paper" / name).read_text(encoding="utf-8")
        assert "Transcript: <q>Hola, ¿qué tal?</q>" in text
        assert "[sound:hola" not in text
        assert "[sound:tiny" not in text
    outputs.put(gift, deck, tmp_path / "bank.gift.txt")
    text = (tmp_path / "bank.gift.txt").read_text(encoding="utf-8")
    assert "Hola, ¿qué tal?" in text
    assert "[sound\\:tiny" not in text


def test_a_spreadsheet_names_the_files(tmp_path: Path):
    outputs.put(spreadsheet, compiled(course(tmp_path)), tmp_path / "deck.csv")
    text = (tmp_path / "deck.csv").read_text(encoding="utf-8-sig")
    [row] = csv.DictReader(text.splitlines())
    assert (row["audio.front"], row["audio.back"]) == ("hola.wav", "adios.mp3")


def test_a_translation_says_the_transcript_in_its_language(tmp_path: Path):
    written = course(tmp_path)
    assert run("translate", "extract", "es", written).exit_code == 0
    translate(written, "course", sound_hola_wav_transcript="Guten Tag")
    checked = pipeline.check(written, "es")
    assert checked.course
    assert checked.course.sounds["hola.wav"].transcript == "Guten Tag"


def test_the_preview_plays_sounds_of_cards_and_readings(tmp_path: Path):
    reading = LESSON_HEAD.replace("cards:\n", "reading: 'Hear ![](adios.mp3)'\ncards:\n") + WORD
    state = look(course(tmp_path, **{"lessons/01-first.yaml": reading}))
    assert re.search(
        r'<audio [^>]*src="/media/tiny-\w+\.mp3"',
        next(iter(state.lessons.values())).entry["reading"],
    )
    page = state.document("word", 0, 0, "front", "")
    assert page
    [name] = re.findall(r'<audio [^>]*src="(tiny-\w+\.wav)"', page)
    assert state.media[name] == tone()


@pytest.mark.slow
def test_a_reader_plays_a_sound_on_the_website(tmp_path: Path, chromium: Browser):
    reading = LESSON_HEAD.replace("cards:\n", "reading: 'Hear ![](hola.wav)'\ncards:\n") + WORD
    outputs.put(
        site, compiled(course(tmp_path, **{"lessons/01-first.yaml": reading})), tmp_path / "site"
    )
    page = chromium.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.goto((tmp_path / "site" / "lesson-first.html").as_uri())
    assert page.locator("audio").count() == 3
    assert page.locator("audio").first.evaluate("sound => sound.paused && !sound.autoplay")
    page.locator("audio").first.evaluate(
        "sound => { sound.onended = () => { window.heard = true; }; sound.play(); }"
    )
    until(page, "window.heard")
    transcript = page.locator("details.transcript").first
    transcript.locator("summary").click()
    assert "Hola, ¿qué tal?" in transcript.inner_text()
    assert troubles == []


@pytest.mark.slow
def test_a_reader_plays_a_film_on_the_website(tmp_path: Path, chromium: Browser):
    files = {
        "media/film.webm": film(chromium),
        "media/media.yaml": MEDIA_YAML + SOUNDS_YAML.replace("adios.mp3", "film.webm"),
        "lessons/01-first.yaml": LESSON_HEAD + WORD.replace("adios.mp3", "film.webm"),
    }
    outputs.put(site, compiled(course(tmp_path, **files)), tmp_path / "site")
    page = chromium.new_page()
    page.goto((tmp_path / "site" / "lesson-first.html").as_uri())
    page.locator("details.answer summary").first.click()
    video = page.locator("video")
    assert video.count() == 1
    assert video.evaluate("film => film.paused && !film.autoplay")
    video.evaluate("film => { film.onended = () => { window.seen = true; }; film.play(); }")
    until(page, "window.seen")
    assert video.evaluate("film => [film.videoWidth, film.videoHeight]") == [160, 120]


def test_a_sound_that_is_listed_twice_or_of_unknown_origin_is_reported(tmp_path: Path):
    twice = MEDIA_YAML + SOUNDS_YAML.replace("adios.mp3", "hola.wav")
    reported = run("check", course(tmp_path, **{"media/media.yaml": twice})).output
    assert "error[duplicate-name]: `hola.wav` is listed twice" in reported
    unknown = MEDIA_YAML + SOUNDS_YAML.replace("Made for tests.", "Not stated")
    reported = run("check", course(tmp_path, **{"media/media.yaml": unknown}), "--strict").output
    assert reported.count("[placeholder]") == 2
