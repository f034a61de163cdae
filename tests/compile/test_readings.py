"""A lesson's reading as cards: what its author writes, and what a learner gets of it in Anki's own
engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import pipeline
from attachdeck.compile.deck import Deck
from attachdeck.compile.link import compile_course
from attachdeck.layers import translation
from support.commands import run
from support.courses import CARD, COURSE_YAML, LESSON_HEAD, NOW, compiled, seal, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

SECTIONS = """\
reading:
  - id: why-read
    title: Why <read>?
    text: |
      Because **somebody** wrote it.

      ![](plane.svg)
  - id: how-to-read
    title: How to read
    text: |
      | first | then |
      |---|---|
      | look | read |
cards:
"""
TEXT = "reading: |\n  All of it.\ncards:\n"


def lesson(reading: str = SECTIONS, name: str = "First", cards: str = CARD) -> str:
    head = LESSON_HEAD.replace("first", name.lower()).replace("First", name)
    return head.replace("cards:\n", reading) + cards


def course(folder: Path, reading: str = SECTIONS, **files: str) -> Path:
    """The smallest course, and in its lesson a reading."""
    return write_course(folder, {"lessons/01-first.yaml": lesson(reading)} | files)


def named(deck: Deck) -> list[str]:
    return [note.card for note in deck.notes]


@pytest.fixture
def learn(collection: Collection, tmp_path: Path) -> Callable[[Deck], dict[str, int]]:
    """Imports a deck as a learner does, and says what became of its notes."""

    def import_deck(deck: Deck) -> dict[str, int]:
        path = tmp_path / "learn.apkg"
        pipeline.package(deck, path)
        return do_import(collection, path)

    return import_deck


def test_readings_come_first_in_each_lesson_and_after_the_notice(
    learn: Callable[[Deck], dict[str, int]], collection: Collection, tmp_path: Path
):
    second = lesson(TEXT, "Second", CARD.replace("define", "other"))
    files = {"lessons/02-second.yaml": second, "course.yaml": f"{COURSE_YAML}notice: Read this.\n"}
    learn(compiled(course(tmp_path / "course", **files)))

    queue = []
    deck = collection.decks.by_name("Tiny")
    assert deck
    collection.decks.select(deck["id"])
    while card := collection.sched.getCard():
        queue.append(card.note()["ID"])
        collection.sched.suspend_cards([card.id])

    assert queue == [
        "course-notice",
        "why-read",
        "how-to-read",
        "define",
        "second-reading",
        "other",
    ]


def test_a_reading_card_shows_place_title_text_picture_and_table_and_asks_nothing(
    learn: Callable[[Deck], dict[str, int]], collection: Collection, tmp_path: Path
):
    learn(compiled(course(tmp_path / "course")))

    sides = {}
    for id in ("why-read", "how-to-read"):
        [card] = collection.find_cards(f"ID:{id} tag:tiny::kind::reading tag:tiny::lesson::first")
        output = collection.get_card(card).render_output()
        sides[id] = output.question_text
        assert "Press Good. Suspend this card" in output.answer_text
        assert "Press Good. Suspend this card" not in output.question_text
    assert "Reading 1 of 2" in sides["why-read"]
    assert "Why &lt;read&gt;?" in sides["why-read"]
    assert "<strong>somebody</strong>" in sides["why-read"]
    assert "<table>" in sides["how-to-read"]
    assert list(collection.media.check().missing) == []
    assert len(list(Path(collection.media.dir()).glob("tiny-*.svg"))) == 1


def test_a_rewritten_section_keeps_the_learners_card(
    learn: Callable[[Deck], dict[str, int]], collection: Collection, tmp_path: Path
):
    folder = course(tmp_path / "course")
    before = pipeline.compiled(pipeline.check(folder), NOW)
    learn(before.deck)
    [card] = collection.find_cards("ID:why-read")
    collection.sched.suspend_cards([card])
    reading = SECTIONS.replace("somebody", "nobody").replace("Why <read>?", "Why?")
    checked = pipeline.check(course(tmp_path / "course", reading))
    assert checked.course

    after, _ = compile_course(checked.course, before.lock, NOW + 9)

    assert learn(after) == {"updated": 1, "duplicate": 2}
    [same] = collection.find_cards("ID:why-read is:suspended nobody")
    assert same == card


def test_a_text_that_is_divided_goes_on_in_its_first_section(tmp_path: Path):
    before = pipeline.compiled(pipeline.check(course(tmp_path, TEXT)), NOW)
    reading = SECTIONS.replace("id: why-read", "id: why-read\n    formerly: first-reading")
    checked = pipeline.check(course(tmp_path, reading))
    assert checked.course

    _, lock = compile_course(checked.course, before.lock, NOW + 9)

    assert lock.cards["why-read"].guid == before.lock.cards["first-reading"].guid


def test_readings_can_be_no_cards(tmp_path: Path):
    folder = course(tmp_path, **{"course.yaml": f"{COURSE_YAML}study: {{reading_cards: false}}\n"})

    assert named(compiled(folder)) == ["define"]


@pytest.mark.parametrize(
    ("reading", "cards", "message"),
    [
        (SECTIONS.replace("how-to-read", "why-read"), CARD, "`why-read` is used twice"),
        (SECTIONS.replace("how-to-read", "define"), CARD, "`define` is used twice"),
        (TEXT, CARD.replace("define", "first-reading"), "`first-reading` is used twice"),
        (SECTIONS.replace("how-to-read", "How"), CARD, "`id` is not in the right form"),
        (SECTIONS.replace("title: How to read", "titel: How"), CARD, "`titel`"),
        ("reading: []\ncards:\n", CARD, "reading"),
        ("reading: [Some text]\ncards:\n", CARD, "group of keys"),
        (
            SECTIONS.replace("  - id: why", "    id: why").split("  - id: how")[0] + "cards:\n",
            CARD,
            "this is a group",
        ),
        (SECTIONS.replace("plane.svg", "plan.svg"), CARD, "`plan.svg` is not in media"),
        (SECTIONS.replace("| look | read |", "| look | read | on |"), CARD, "has 3 cells"),
    ],
)
def test_a_mistake_in_a_reading_is_told(tmp_path: Path, reading: str, cards: str, message: str):
    folder = write_course(tmp_path, {"lessons/01-first.yaml": lesson(reading, cards=cards)})
    checked = pipeline.check(folder)

    assert checked.course is None
    assert message in " ".join(problem.message for problem in checked.diagnostics)
    assert all(problem.at.file.endswith("01-first.yaml") for problem in checked.diagnostics)


def test_a_card_of_another_lesson_with_the_id_of_a_reading_is_told(tmp_path: Path):
    later = lesson(TEXT, "Second", CARD.replace("define", "other"))
    folder = write_course(
        tmp_path,
        {"lessons/02-second.yaml": later},
        cards=CARD.replace("define", "second-reading"),
    )

    [problem] = pipeline.check(folder).diagnostics

    assert "the card of this reading has the id `second-reading`" in problem.message
    assert problem.at.file.endswith("02-second.yaml")


def test_a_translation_says_titles_and_texts_of_sections(tmp_path: Path):
    folder = course(tmp_path)
    texts = translation.texts(pipeline.check(folder).files)["first"]

    assert texts["why-read:title"] == "Why <read>?"
    assert texts["how-to-read:text"].startswith("| first")
    catalogue = folder / "translations" / "es" / "first.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'msgctxt "why-read:title"\nmsgid "Why <read>?"\nmsgstr "¿Por qué?"\n', encoding="utf-8"
    )
    checked = pipeline.check(folder, "es")
    assert checked.course
    note = pipeline.compiled(checked, NOW).deck.notes[0]
    assert note.fields[0] == "¿Por qué?"
    assert "1 de 2" in note.fields


def released(folder: Path) -> Deck:
    """The deck of a course, whose lock knows from now on that learners have it."""
    made = pipeline.compiled(pipeline.check(folder), NOW)
    pipeline.keep(made, folder / "course.lock")
    seal(folder, NOW)
    return made.deck


@pytest.mark.parametrize(
    ("reading", "files", "gone"),
    [
        (SECTIONS[: SECTIONS.index("  - id: how")] + "cards:\n", {}, {"how-to-read"}),
        (TEXT, {}, {"why-read", "how-to-read"}),
        ("cards:\n", {}, {"why-read", "how-to-read"}),
        (
            SECTIONS,
            {"course.yaml": f"{COURSE_YAML}study: {{reading_cards: false}}\n"},
            {"why-read", "how-to-read"},
        ),
    ],
)
def test_a_section_that_is_gone_is_retired_for_those_who_have_it(
    learn: Callable[[Deck], dict[str, int]],
    collection: Collection,
    tmp_path: Path,
    reading: str,
    files: dict[str, str],
    gone: set[str],
):
    learn(released(course(tmp_path / "course")))
    cards = {name: collection.find_cards(f"ID:{name}") for name in gone}

    folder = course(tmp_path / "course", reading, **files)
    after = pipeline.compiled(pipeline.check(folder), NOW + 9)
    assert after.refusals == ()
    objects = pipeline.compiled(pipeline.check(folder, whole=False), NOW + 9)
    assert objects.deck.notes == after.deck.notes
    learn(after.deck)

    assert {key for key, card in after.lock.cards.items() if card.retired} == gone
    assert {note.card for note in after.deck.notes if not note.cards} == gone
    for name in gone:
        assert collection.find_cards(f"ID:{name} tag:tiny::retired") == cards[name]
        side = collection.get_card(cards[name][0]).render_output().question_text
        assert "The course no longer has this." in side


def extended(tmp_path: Path, reading: str, change: str, hide: str = "") -> list[tuple[str, str]]:
    """What a course that extends another makes of its reading: title and text of each section."""
    course(tmp_path / "base", reading)
    mine = tmp_path / "mine"
    (mine / "lessons").mkdir(parents=True)
    said = f"id: mine\nversion: 1.0.0\nextends: ../base\ntitle: Mine\ndeck: Mine\n{hide}"
    (mine / "course.yaml").write_text(said, encoding="utf-8")
    if change:
        (mine / "lessons" / "50-a.yaml").write_text(f"changes: first\n{change}", encoding="utf-8")
    checked = pipeline.check(mine)
    assert checked.course, checked.diagnostics
    return [(section.title, section.text.strip()) for section in checked.course.lessons[0].reading]


def test_a_course_that_extends_another_changes_adds_and_hides_sections(tmp_path: Path):
    change = (
        "reading:\n  - {id: why-read, text: Why not.}\n  - {id: more, title: More, text: On.}\n"
    )

    assert extended(tmp_path, SECTIONS, change, "hide: [how-to-read]\n") == [
        ("Why <read>?", "Why not."),
        ("More", "On."),
    ]


@pytest.mark.parametrize(
    ("reading", "change", "hide", "left"),
    [
        (SECTIONS, "reading: Mine.\n", "", [("", "Mine.")]),
        (TEXT, "reading: [{id: a, title: A, text: B.}]\n", "", [("A", "B.")]),
        (TEXT, "summary: Mine.\n", "", [("", "All of it.")]),
        (TEXT, "", "hide: [first-reading]\n", []),
        (SECTIONS, "", "hide: [why-read, how-to-read]\n", []),
    ],
)
def test_a_reading_of_another_course_can_be_replaced_and_hidden(
    tmp_path: Path, reading: str, change: str, hide: str, left: list[tuple[str, str]]
):
    assert extended(tmp_path, reading, change, hide) == left


def test_what_upstream_changes_under_a_changed_section_is_told(tmp_path: Path):
    extended(tmp_path, SECTIONS, "reading: [{id: why-read, text: Why not.}]\n")
    mine = tmp_path / "mine"
    pipeline.keep(pipeline.compiled(pipeline.check(mine), NOW), mine / "course.lock")
    course(tmp_path / "base", SECTIONS.replace("somebody", "nobody"))

    [warning] = pipeline.check(mine).diagnostics

    assert "you replaced `why-read`" in warning.message
    assert "Because **nobody** wrote it." in warning.message


def test_before_a_release_a_section_just_goes(tmp_path: Path):
    folder = course(tmp_path)
    pipeline.keep(pipeline.compiled(pipeline.check(folder), NOW), folder / "course.lock")

    after = pipeline.compiled(pipeline.check(course(tmp_path, TEXT)), NOW + 9)

    assert after.refusals == ()
    assert named(after.deck) == ["first-reading", "define"]


def test_a_section_that_comes_back_is_the_learners_card_again(
    learn: Callable[[Deck], dict[str, int]], collection: Collection, tmp_path: Path
):
    folder = tmp_path / "course"
    learn(released(course(folder)))
    for reading, now in ((TEXT, NOW + 10), (SECTIONS, NOW + 20)):
        made = pipeline.compiled(pipeline.check(course(folder, reading)), now)
        pipeline.keep(made, folder / "course.lock")
        seal(folder, now)
        learn(made.deck)

    [card] = collection.find_cards("ID:why-read")
    assert "somebody" in collection.get_card(card).render_output().question_text
    assert collection.find_cards("ID:first-reading tag:tiny::retired tag:tiny::kind::reading")


def edited(tmp_path: Path, reading: str, old: str, new: str) -> tuple[int, str, str]:
    """What comes of an edit in the spreadsheet of a course: the exit code, what is said, and the
    lesson's file."""
    folder = course(tmp_path / "course", reading)
    assert run("fmt", folder).exit_code == 0
    sheet = tmp_path / "cards.csv"
    assert run("build", folder, "--to", "csv", "-o", sheet).exit_code == 0
    text = sheet.read_text(encoding="utf-8-sig")
    assert text.count(old) == 1
    sheet.write_text(text.replace(old, new), encoding="utf-8-sig")
    result = run("import", "--into", folder, sheet)
    return result.exit_code, result.output, (folder / "lessons" / "01-first.yaml").read_text()


@pytest.mark.parametrize(
    ("reading", "old", "new"),
    [
        (SECTIONS, "How to read", "How one reads"),
        (SECTIONS, "**somebody**", "**nobody**"),
        (TEXT, "All of it.", "Nothing of it."),
    ],
)
def test_an_edit_of_a_reading_in_a_spreadsheet_comes_back(
    tmp_path: Path, reading: str, old: str, new: str
):
    code, said, text = edited(tmp_path, reading, old, new)

    assert (code, "1 change\n" in said) == (0, True), said
    assert new in text
    assert old not in text


@pytest.mark.parametrize(
    ("reading", "old", "new", "message"),
    [
        (SECTIONS, "How to read", "", "the row of the card `how-to-read`"),
        (SECTIONS, "how-to-read,first,reading", "how-to-read,first,basic", "`kind` of the card"),
        (TEXT, "first-reading,first,reading,", "first-reading,first,reading,Title", "split it"),
    ],
)
def test_an_edit_that_would_spoil_a_reading_is_listed(
    tmp_path: Path, reading: str, old: str, new: str, message: str
):
    code, said, _ = edited(tmp_path, reading, old, new)

    assert code == 1
    assert message in said


def test_a_spreadsheet_without_edits_changes_nothing(tmp_path: Path):
    code, said, _ = edited(tmp_path, SECTIONS, "how-to-read", "how-to-read")

    assert (code, "0 changes" in said) == (0, True)


def test_a_change_of_places_alone_is_one_line_of_what_changed(tmp_path: Path):
    packages = []
    one = SECTIONS[: SECTIONS.index("  - id: how")] + "cards:\n"
    for name, reading in (("two", SECTIONS), ("one", one)):
        packages.append(tmp_path / f"{name}.apkg")
        pipeline.package(compiled(course(tmp_path / name, reading)), packages[-1])

    assert "renumbered why-read\n" in run("diff", *packages).output


@pytest.mark.parametrize(
    ("reading", "prompt", "id"),
    [
        (SECTIONS.replace("how-to-read", "read"), "How to read", "read-2"),
        (TEXT, "First reading", "first-reading-2"),
    ],
)
def test_a_new_card_takes_no_id_of_a_reading(tmp_path: Path, reading: str, prompt: str, id: str):
    folder = course(tmp_path, reading)
    given = ("--kind", "basic", "--set", f"prompt={prompt}?", "--set", "answer=So.")
    result = run("new", "card", folder, "--lesson", "first", *given)

    assert result.exit_code == 0, result.output
    checked = pipeline.check(folder)
    assert checked.course
    assert id in {card.id for card in checked.course.cards()}
