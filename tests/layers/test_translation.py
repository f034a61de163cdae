"""Other languages: catalogues, what is missing or outdated, and identities that stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polib
import pytest

from attachdeck import pipeline
from attachdeck.anki.note_types import words
from attachdeck.layers import translation
from attachdeck.layers.translation import Tally
from support.commands import run
from support.courses import (
    ALL_KINDS,
    CARD,
    COURSE,
    COURSE_YAML,
    LESSON_HEAD,
    seal,
    translate,
    write_course,
)
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of every kind of card, with its Spanish catalogues begun."""
    folder = write_course(
        tmp_path / "course",
        {"course.yaml": COURSE_YAML + "notice: No diagnosis.\n"},
        cards=ALL_KINDS,
    )
    assert run("translate", "extract", "es", folder).exit_code == 0
    return folder


def test_every_text_for_learners_is_in_a_catalogue_once(folder: Path):
    found = {
        entry.msgctxt: entry.msgid
        for name in ("course", "first")
        for entry in polib.pofile(str(folder / "translations" / "es" / f"{name}.po"))
    }
    assert found["define:prompt"] == "What is a secure base?"
    assert found["gaps:text"].startswith("((1 Bowlby")
    for context in (
        "both-ways:reverse.prompt",
        "type-it:accept.1",
        "choose:options.2.why",
        "scene:scenario",
        "scene:near_miss.why",
        "steps:steps.3",
        "picture:regions.2.name",
    ):
        assert context in found, context
    for context in (
        "course:title",
        "course:notice",
        "course:option_sets.pattern.options.secure",
        "lesson first:title",
        "objective first-goal:text",
        "picture plane.svg:alt",
    ):
        assert context in found, context
    assert not {"scene:answer", "scene:options", "define:id", "define:kind"} & found.keys()


@pytest.mark.parametrize(("translated", "name"), [("", "tiny-es"), ("Pequeño", "pequeño-es")])
def test_a_translation_never_replaces_the_files_of_the_original(
    folder: Path, monkeypatch: pytest.MonkeyPatch, translated: str, name: str
):
    monkeypatch.chdir(folder)
    translate(folder, "course", course_deck=translated)
    assert run("build", "--to", "all").exit_code == 0
    build = folder / "build"
    original = {path: path.read_bytes() for path in build.rglob("*") if path.is_file()}
    names = {path.name for path in build.iterdir()}
    assert run("build", "--to", "all", "--language", "es").exit_code == 0
    assert {path: path.read_bytes() for path in original} == original
    new = {path.name for path in build.iterdir()} - names
    assert len(new) == len(names)
    assert f"{name}.apkg" in new


def test_what_is_translated_is_shown_and_the_rest_falls_back(folder: Path, tmp_path: Path):
    translate(
        folder,
        "first",
        define_prompt="¿Qué es una base segura?",
        gaps_text="((1 Bowlby | ¿quién?)) y ((2 Ainsworth))",
        lesson_first_title="Primera",
    )
    translate(folder, "course", course_option_sets_pattern_options_secure="Seguro")
    result = run("build", folder, "--language", "es", "-o", tmp_path / "es.apkg")
    assert result.exit_code == 0, result.stderr
    assert "4 of " in result.stdout
    assert "texts translated" in result.stdout
    course = pipeline.check(folder, "es").course
    cards = {card.id: card for card in course.cards()}
    assert course.language == "es"
    assert course.lessons[0].title == "Primera"
    assert cards["define"].prompt == "¿Qué es una base segura?"
    assert cards["define"].answer == "The figure from which one explores."
    assert cards["scene"].options[0].text == "Seguro"


def test_the_words_in_a_drawing_are_translated_by_day_and_by_night(folder: Path):
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:svg="http://www.w3.org/2000/svg"'
        ' viewBox="0 0 9 9"><title>low</title>'
        '<style>text { fill: COLOUR }</style><!-- <text>high</text> --><text x="1"> low <tspan>'
        "Q &amp; A</tspan> 1 </text><text/><svg:text>low</svg:text></svg>\n"
    )
    media = folder / "media" / "media.yaml"
    entry = "{file: axis.svg, night: axis-night.svg, alt: An axis, origin: Mine, licence: CC0}"
    media.write_text(media.read_text(encoding="utf-8") + f"  - {entry}\n", encoding="utf-8")
    for name, colour in (("axis.svg", "black"), ("axis-night.svg", "white")):
        (folder / "media" / name).write_text(drawing.replace("COLOUR", colour), encoding="utf-8")
    assert run("translate", "extract", "es", folder).exit_code == 0
    catalogue = polib.pofile(str(folder / "translations" / "es" / "course.po"))
    words = {entry.msgctxt: entry.msgid for entry in catalogue if ":words." in entry.msgctxt}
    assert words == {"picture axis.svg:words.1": "low", "picture axis.svg:words.2": "Q & A"}
    translate(folder, "course", picture_axis_svg_words_1="bajo", picture_axis_svg_words_2="P < R")
    picture = pipeline.check(folder, "es").course.pictures["axis.svg"]
    for version, colour in ((picture, "black"), (picture.night, "white")):
        assert version.content.decode() == drawing.replace("COLOUR", colour).replace(
            " low ", " bajo "
        ).replace("Q &amp; A", "P &lt; R").replace("text>low</svg", "text>bajo</svg")


def test_a_changed_original_makes_its_translation_outdated(folder: Path):
    translate(folder, "first", define_prompt="¿Qué es una base segura?", define_answer="La figura.")
    lesson = folder / "lessons" / "01-first.yaml"
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace(
            "What is a secure base?", "What do we call a secure base?"
        ),
        encoding="utf-8",
    )
    checked = pipeline.check(folder, "es")
    card = next(iter(checked.course.cards()))
    assert (card.prompt, card.answer) == ("What do we call a secure base?", "La figura.")
    assert (checked.tallies["first"].translated, checked.tallies["first"].outdated) == (1, 1)
    assert "1 outdated" in run("translate", "status", folder).stdout
    for _ in range(2):
        assert run("translate", "extract", "es", folder).exit_code == 0
        entry = polib.pofile(str(folder / "translations" / "es" / "first.po")).find(
            "define:prompt", by="msgctxt"
        )
        assert entry.fuzzy
        assert entry.previous_msgid == "What is a secure base?"
        assert entry.msgstr == "¿Qué es una base segura?"
    assert (
        next(iter(pipeline.check(folder, "es").course.cards())).prompt
        == "What do we call a secure base?"
    )


def test_extracting_again_changes_nothing_and_drops_nothing(folder: Path):
    translate(folder, "first", define_prompt="¿Qué?", do_it_prompt="Nota una cosa.")
    run("translate", "extract", "es", folder)
    path = folder / "translations" / "es" / "first.po"
    before = path.read_bytes()
    run("translate", "extract", "es", folder)
    assert path.read_bytes() == before
    lesson = folder / "lessons" / "01-first.yaml"
    lesson.write_text(
        "\n".join(
            line for line in lesson.read_text(encoding="utf-8").split("\n") if "do-it" not in line
        ),
        encoding="utf-8",
    )
    run("translate", "extract", "es", folder)
    [gone] = polib.pofile(str(path)).obsolete_entries()
    assert gone.msgstr == "Nota una cosa."


def test_several_catalogues_can_be_extracted_alone(tmp_path: Path):
    second = (LESSON_HEAD + CARD).replace("first", "second").replace("define", "second-define")
    files = {"lessons/02-second.yaml": second.replace("title: First", "title: Second")}
    folder = write_course(tmp_path / "course", files)
    catalogues = folder / "translations" / "es"
    extract = ("translate", "extract", "es", folder, "--lesson", "second", "--lesson")
    result = run(*extract, "nowhere")
    assert (result.exit_code, catalogues.exists()) == (1, False)
    assert "there is no lesson `nowhere`" in result.stderr
    assert run(*extract, "course").exit_code == 0
    assert sorted(path.name for path in catalogues.iterdir()) == ["course.po", "second.po"]


def test_a_card_that_moves_to_another_lesson_takes_its_translation_along(folder: Path):
    translate(folder, "first", define_prompt="¿Qué es una base segura?", both_ways_prompt="¿Cuál?")
    first = folder / "lessons" / "01-first.yaml"
    head, card, rest = re.split(
        r"(  - id: define\n(?:    .*\n)*|  - \{id: define,.*\n)",
        first.read_text(encoding="utf-8"),
        maxsplit=1,
    )
    first.write_text(head + rest, encoding="utf-8")
    second = (
        LESSON_HEAD.replace("id: first", "id: second")
        .replace("title: First", "title: Second")
        .replace("first-goal", "second-goal")
    )
    (folder / "lessons" / "02-second.yaml").write_text(
        second + card.replace("first-goal", "second-goal"), encoding="utf-8"
    )
    for _ in range(2):
        assert run("translate", "extract", "es", folder).exit_code == 0
        found = {
            entry.msgctxt: entry
            for entry in polib.pofile(str(folder / "translations" / "es" / "second.po"))
        }
        assert (found["define:prompt"].msgstr, found["define:prompt"].fuzzy) == (
            "¿Qué es una base segura?",
            False,
        )
        deck = pipeline.compiled(pipeline.check(folder, "es"), 0).deck
        assert (
            next(note for note in deck.notes if note.card == "define").fields[0]
            == "¿Qué es una base segura?"
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"¿Qué es', "¿Qué es"),
        ('segura?"', "segura?"),
        ('segura?"', 'segura?" sí'),
        ('segura?"', 'segura?\\"'),
        ('msgstr "¿Qué', 'msgstring "¿Qué'),
        ('msgstr "¿Qué', '<<<<<<< ours\nmsgstr "¿Qué'),
        ('msgctxt "both-ways:prompt"', 'msgctxt "define:prompt"'),
    ],
)
def test_a_catalogue_that_is_torn_loses_nothing(folder: Path, tmp_path: Path, old: str, new: str):
    """What polib reads past, and what it would read with a letter less, is an error, and the file
    stays as it is."""
    translate(folder, "first", define_prompt="¿Qué es una base segura?", both_ways_prompt="¿Cuál?")
    path = folder / "translations" / "es" / "first.po"
    torn = path.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(torn, encoding="utf-8")
    for arguments in (
        ("translate", "extract", "es", folder),
        ("build", folder, "--language", "es", "-o", tmp_path / "deck.apkg"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "first.po" in result.stderr
    assert path.read_text(encoding="utf-8") == torn
    assert not (tmp_path / "deck.apkg").exists()


def test_identities_stay_and_learners_can_change_language(
    folder: Path, collection: Collection, tmp_path: Path
):
    translate(folder, "first", define_prompt="¿Qué es una base segura?")
    assert (
        run("build", folder, "-o", tmp_path / "en.apkg", SOURCE_DATE_EPOCH="1700000000").exit_code
        == 0
    )
    assert (
        run(
            "build",
            folder,
            "--language",
            "es",
            "-o",
            tmp_path / "es.apkg",
            SOURCE_DATE_EPOCH="1700000001",
        ).exit_code
        == 0
    )
    assert (folder / "translations" / "es" / "course.lock").is_file()
    english = do_import(collection, tmp_path / "en.apkg")
    # The card, and two in whose fields a template's words stand; the others are the same in both
    # languages, and left alone.
    assert do_import(collection, tmp_path / "es.apkg") == {
        "updated": 3,
        "duplicate": english["new"] - 3,
    }
    assert (
        collection.get_note(collection.find_notes("ID:define")[0])["Prompt"]
        == "¿Qué es una base segura?"
    )


def test_a_translation_can_become_a_course_of_its_own(folder: Path, tmp_path: Path):
    translate(folder, "first", define_prompt="¿Qué es una base segura?")
    assert run("translate", "apply", "es", folder, "-o", tmp_path / "mine").exit_code == 0
    course = pipeline.check(tmp_path / "mine").course
    assert next(iter(course.cards())).prompt == "¿Qué es una base segura?"
    assert [card.id for card in course.cards()] == [
        card.id for card in pipeline.check(folder).course.cards()
    ]
    assert "is not empty" in run("translate", "apply", "es", folder, "-o", tmp_path / "mine").stderr


def test_learners_of_a_renamed_or_imported_card_can_change_language(
    folder: Path, collection: Collection, tmp_path: Path
):
    """The course's lock knows who a card is; the language's, which is newer or lacks, learns it
    from there."""
    lesson = folder / "lessons" / "01-first.yaml"
    whole = lesson.read_text(encoding="utf-8")
    assert (
        run("build", folder, "-o", tmp_path / "en.apkg", SOURCE_DATE_EPOCH="1700000000").exit_code
        == 0
    )
    english = do_import(collection, tmp_path / "en.apkg")
    for second, formerly in (
        (1, "formerly: define, "),
        (2, ""),
    ):  # The former name is needed for one build only.
        lesson.write_text(
            whole.replace("{id: define, ", f"{{id: definition, {formerly}"), encoding="utf-8"
        )
        assert (
            run(
                "build",
                folder,
                "-o",
                tmp_path / "en.apkg",
                SOURCE_DATE_EPOCH=str(1_700_000_000 + second),
            ).exit_code
            == 0
        )
    assert run("translate", "extract", "es", folder).exit_code == 0
    translate(folder, "first", definition_prompt="¿Qué es una base segura?")
    assert (
        run(
            "build",
            folder,
            "--language",
            "es",
            "-o",
            tmp_path / "es.apkg",
            SOURCE_DATE_EPOCH="1700000003",
        ).exit_code
        == 0
    )
    assert do_import(collection, tmp_path / "es.apkg") == {
        "updated": 3,
        "duplicate": english["new"] - 3,
    }
    assert (
        collection.get_note(collection.find_notes("ID:definition")[0])["Prompt"]
        == "¿Qué es una base segura?"
    )
    assert run("translate", "apply", "es", folder, "-o", tmp_path / "mine").exit_code == 0
    assert (
        run(
            "build", tmp_path / "mine", "-o", tmp_path / "mine.apkg", SOURCE_DATE_EPOCH="1700000004"
        ).exit_code
        == 0
    )
    assert do_import(collection, tmp_path / "mine.apkg") == {"duplicate": english["new"]}


def test_a_translated_title_can_be_corrected_and_its_deck_keeps_its_name(
    folder: Path, tmp_path: Path
):
    lesson = folder / "lessons" / "01-first.yaml"
    translate(folder, "first", lesson_first_title="Primera")
    build = ("build", folder, "--language", "es", "-o", tmp_path / "es.apkg")
    assert run(*build).exit_code == 0
    seal(folder, 1_700_000_000, "es")
    translate(folder, "first", lesson_first_title="La primera")
    refused = run(*build)
    assert "the deck `Tiny::01 Primera` is now called `Tiny::01 La primera`" in refused.stderr
    assert (
        "translate its name as `01 Primera` again (a lesson with a `deck` can have a different"
        in refused.stderr
    )
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace("title: First", "title: First\ndeck: 01 First"),
        encoding="utf-8",
    )
    assert run("translate", "extract", "es", folder).exit_code == 0
    translate(folder, "first", lesson_first_deck="01 Primera")
    assert run(*build).exit_code == 0
    assert pipeline.check(folder, "es").course.lessons[0].title == "La primera"


def test_unknown_languages_and_broken_catalogues_are_told(folder: Path, tmp_path: Path):
    unknown = run("build", folder, "--language", "se", "-o", tmp_path / "deck.apkg")
    assert unknown.exit_code == 1
    assert "to start one, or use one of these: `es`" in unknown.stderr
    (folder / "translations" / "es" / "first.po").write_text("no catalogue\n", encoding="utf-8")
    broken = run("build", folder, "--language", "es", "-o", tmp_path / "deck.apkg")
    assert broken.exit_code == 1
    assert "this catalogue cannot be read" in broken.stderr
    assert "Traceback" not in broken.stderr
    assert run("translate", "extract", "es", folder).exit_code == 1
    assert run("translate", "extract", "es", folder, "--lesson", "nowhere").exit_code == 1


def test_the_whole_flagship_is_in_spanish():
    checked = pipeline.check(COURSE, "es")
    assert checked.diagnostics == ()
    tallies = checked.tallies.values()
    assert len(tallies) == 1 + len(checked.course.lessons)
    assert {(tally.missing, tally.outdated) for tally in tallies} == {(0, 0)}
    assert checked.course.lessons[0].title == "Qué es el apego y por qué existe"


def test_every_language_of_the_templates_has_every_word():
    names = {path.name for path in (files("attachdeck.anki.note_types") / "words").iterdir()}
    assert {"en.yaml", "es.yaml"} <= names
    for name in names - {"en.yaml"}:
        language = name.removesuffix(".yaml")
        same = [key for key in words("en") if words(language)[key] == words("en")[key]]
        assert same == [], language


@pytest.mark.parametrize("language", ["english", "..", "../de", "/tmp", "d", "de_AT", ""])
def test_a_language_is_a_code(folder: Path, language: str):
    result = run("translate", "extract", language, folder)
    assert result.exit_code == 2
    assert "is not a language code" in result.stderr
    assert [path.name for path in (folder / "translations").iterdir()] == ["es"]


def test_a_catalogue_that_its_translator_saves_meanwhile_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    path = folder / "translations" / "es" / "first.po"
    extract = translation.extract

    def extracted(*arguments: Any) -> Iterator[tuple[Path, str, Tally]]:
        results = list(extract(*arguments))
        path.write_text("# saved meanwhile\n", encoding="utf-8")
        yield from results

    monkeypatch.setattr("attachdeck.layers.translation.extract", extracted)
    result = run("translate", "extract", "es", folder)
    assert result.exit_code == 1
    assert "another program has changed it in the meantime; run this command again" in result.stderr
    assert path.read_text(encoding="utf-8") == "# saved meanwhile\n"
