"""A course that extends another: what it changes, what flows in, and what learners keep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attachdeck import pipeline
from attachdeck.domain.course import Course
from support.commands import run
from support.courses import (
    CARD,
    COURSE,
    LESSON_HEAD,
    MEDIA_YAML,
    PLANE_SVG,
    seal,
    with_sounds,
    write_course,
)
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

BASE_CARDS = (
    CARD
    + """\
  - {id: haven, kind: basic, prompt: What is a safe haven?, answer: Where one returns to., why: \
For comfort., sources: [bowlby1969]}
  - {id: scene, kind: vignette, scenario: She waits., options: pattern, answer: unclear, cue: \
Nothing is said., near_miss: {option: anxious, why: No alarm.}}
  - {id: gone, kind: basic, prompt: Old?, answer: Yes.}
"""
)
OVERLAY = (
    "id: mine\nversion: 1.0.0\nextends: ../base\ntitle: Mine\ndeck: Mine\nhide: [gone]\n"
    "option_sets:\n  pattern: {options: {secure: Safe}}\n"
)
CHANGES = """\
changes: first
summary: Another summary.
objectives:
  - {id: own-goal, text: Do more.}
cards:
  - {id: haven, answer: A harbour.}
  - {id: define, kind: basic, prompt: Base?, answer: Where one sets out from., objective: own-goal}
  - {id: extra, kind: basic, prompt: More?, answer: Yes., objective: own-goal, sources: \
[bowlby1969]}
"""
NEW_LESSON = (
    LESSON_HEAD.replace("first", "second").replace("First", "Second")
    + "  - {id: fresh, kind: occlusion, prompt: What?, picture: plane.svg, regions: [{name: A, "
    "left: 0, top: 0, width: 9, height: 9}]}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An overlay, beside the course that it extends."""
    write_course(tmp_path / "base", cards=BASE_CARDS)
    overlay = tmp_path / "mine"
    for name, text in {
        "course.yaml": OVERLAY,
        "lessons/50-changes.yaml": CHANGES,
        "lessons/60-second.yaml": NEW_LESSON,
    }.items():
        (overlay / name).parent.mkdir(parents=True, exist_ok=True)
        (overlay / name).write_text(text, encoding="utf-8")
    return overlay


def course_of(folder: Path) -> Course:
    checked = pipeline.check(folder)
    assert [(str(diagnostic.at), diagnostic.message) for diagnostic in checked.diagnostics] == []
    return checked.course


def test_both_read_as_one(folder: Path):
    course = course_of(folder)
    assert (course.id, course.title, course.language, course.deck) == ("mine", "Mine", "en", "Mine")
    assert [(lesson.id, [card.id for card in lesson.cards]) for lesson in course.lessons] == [
        ("first", ["define", "haven", "scene", "extra"]),
        ("second", ["fresh"]),
    ]
    define, haven, scene, _ = course.lessons[0].cards
    assert (define.prompt, define.answer) == ("Base?", "Where one sets out from.")
    assert (haven.prompt, haven.answer, haven.why) == (
        "What is a safe haven?",
        "A harbour.",
        "For comfort.",
    )
    assert [option.text for option in scene.options] == [
        "Safe",
        "Anxious",
        "Not enough information",
    ]
    assert course.lessons[0].summary == "Another summary."
    assert (define.at.file, haven.at.file, scene.at.file) == (
        f"{folder.as_posix()}/lessons/50-changes.yaml",
    ) * 2 + (f"{folder.as_posix()}/../base/lessons/01-first.yaml",)


def test_corrections_flow_in_and_what_they_meet_is_reported(folder: Path):
    assert run("build", folder, "-o", folder / "deck.apkg").exit_code == 0
    lesson = folder.parent / "base" / "lessons" / "01-first.yaml"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(
        text.replace("She waits.", "She waits for him.").replace(
            "Where one returns to.", "Where one comes back to."
        ),
        encoding="utf-8",
    )
    checked = pipeline.check(folder)
    assert checked.course.lessons[0].cards[2].scenario == "She waits for him."
    assert checked.course.lessons[0].cards[1].answer == "A harbour."
    warnings = [
        (diagnostic.rule, diagnostic.severity.value, diagnostic.at.line)
        for diagnostic in checked.diagnostics
    ]
    assert warnings == [("upstream-changed", "warning", 6)]
    assert "Where one comes back to." in checked.diagnostics[0].message
    for _ in range(2):
        again = run("build", folder, "-o", folder / "deck.apkg")
        assert again.exit_code == 0
        assert "upstream-changed" in again.stderr
    assert run("build", folder, "-o", folder / "deck.apkg", "--keep-mine").exit_code == 0
    assert "upstream-changed" not in run("build", folder, "-o", folder / "deck.apkg").stderr
    lesson.write_text(text, encoding="utf-8")
    changes = folder / "lessons" / "50-changes.yaml"
    changes.write_text(CHANGES.replace("A harbour.", "A port."), encoding="utf-8")
    assert "upstream-changed" not in run("check", folder).stdout


def test_what_an_unknown_course_would_have_brought_along_is_not_missing(folder: Path):
    path = folder / "course.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("../base", "nowhere"), encoding="utf-8"
    )
    assert [diagnostic.rule for diagnostic in pipeline.check(folder).diagnostics] == [
        "unknown-course"
    ]


def test_a_folder_beside_is_proposed_for_an_unknown_course(folder: Path):
    path = folder / "course.yaml"
    text = path.read_text(encoding="utf-8")
    helps = {}
    for name in ("base", "../bse", "zzzzzz"):
        path.write_text(text.replace("../base", name), encoding="utf-8")
        helps[name] = pipeline.check(folder).diagnostics[0].help
    assert helps["base"] == helps["../bse"] == "did you mean `../base`?"
    assert helps["zzzzzz"] == "use one of these: `attachment`, `../base`"


def test_a_number_in_a_change_is_told_in_quotes(folder: Path):
    path = folder / "lessons" / "50-changes.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("answer: A harbour.", "answer: 1969", 1),
        encoding="utf-8",
    )
    assert [diagnostic.help for diagnostic in pipeline.check(folder).diagnostics] == [
        'put it in quotes: `answer: "1969"`'
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "place"),
    [
        ("course.yaml", "../base", "nowhere", "unknown-course", "course.yaml:3:10"),
        ("course.yaml", "../base", ".", "unknown-course", "course.yaml:3:10"),
        ("course.yaml", "[gone]", "[gnoe]", "unknown-card", "course.yaml:6:8"),
        ("course.yaml", "[gone]", "gone", "schema", "course.yaml:6:7"),
        (
            "lessons/50-changes.yaml",
            "  - {id: own-goal, text: Do more.}",
            "  own-goal: Do more.",
            "schema",
            "50-changes.yaml:4:3",
        ),
        (
            "lessons/50-changes.yaml",
            "- {id: haven, answer: A harbour.}",
            "- haven",
            "schema",
            "50-changes.yaml:6:5",
        ),
        ("course.yaml", "title: Mine", "titel: Mine", "unknown-key", "course.yaml:4:1"),
        ("course.yaml", "id: mine", "id: Mine", "schema", "course.yaml:1:5"),
        (
            "lessons/50-changes.yaml",
            "id: haven",
            "id: havn",
            "unknown-card",
            "50-changes.yaml:6:10",
        ),
        (
            "lessons/50-changes.yaml",
            "changes: first",
            "changes: frist",
            "unknown-lesson",
            "50-changes.yaml:1:10",
        ),
        (
            "lessons/50-changes.yaml",
            "answer: A harbour.",
            "anwser: A harbour.",
            "unknown-key",
            "50-changes.yaml:6:17",
        ),
        (
            "lessons/50-changes.yaml",
            "sources: [bowlby1969]",
            "sources: [bowlby1968]",
            "unknown-source",
            "50-changes.yaml:8:90",
        ),
        (
            "lessons/50-changes.yaml",
            "id: extra",
            "id: fresh",
            "duplicate-id",
            "60-second.yaml:7:10",
        ),
    ],
)
def test_mistakes_are_told_where_they_stand(
    folder: Path, file: str, old: str, new: str, rule: str, place: str
):
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    places = [
        (diagnostic.rule, str(diagnostic.at)) for diagnostic in pipeline.check(folder).diagnostics
    ]
    assert any(code == rule and at.endswith(place) for code, at in places), places
    assert run("check", folder).exit_code == 1


def test_a_broken_base_and_a_circle_are_told(folder: Path):
    base = folder.parent / "base"
    good = (base / "course.yaml").read_text(encoding="utf-8")
    (base / "course.yaml").write_text(
        good.replace("id: tiny", "id: tiny\nextends: ../mine"), encoding="utf-8"
    )
    assert [diagnostic.rule for diagnostic in pipeline.check(folder).diagnostics] == ["broken-base"]
    (base / "course.yaml").write_text(good.replace("title", "titel"), encoding="utf-8")
    diagnostic = pipeline.check(folder).diagnostics[0]
    assert (diagnostic.rule, diagnostic.at.line) == ("broken-base", 3)
    assert "titel" in diagnostic.message or "title" in diagnostic.message


def test_both_decks_lie_side_by_side(folder: Path, collection: Collection, tmp_path: Path):
    for name in ("base", "mine"):
        assert run("build", folder.parent / name, "-o", tmp_path / f"{name}.apkg").exit_code == 0
    assert do_import(collection, tmp_path / "base.apkg") == {"new": 4}
    assert do_import(collection, tmp_path / "mine.apkg") == {"new": 5}
    assert collection.note_count() == 9


def test_with_keep_identity_learners_change_over_and_keep_their_progress(
    folder: Path, collection: Collection, tmp_path: Path
):
    assert (
        run(
            "build",
            folder.parent / "base",
            "-o",
            tmp_path / "base.apkg",
            SOURCE_DATE_EPOCH="1700000000",
        ).exit_code
        == 0
    )
    do_import(collection, tmp_path / "base.apkg")
    card = collection.get_card(collection.find_cards("ID:haven")[0])
    card.start_timer()
    collection.sched.answerCard(card, 4)
    before = collection.db.first(
        "select id, ivl, due, reps, queue from cards where id = ?", card.id
    )
    assert before[3] == 1
    (folder / "course.yaml").write_text(
        OVERLAY.replace("deck: Mine", "deck: Tiny\nkeep_identity: true"), encoding="utf-8"
    )
    assert (
        run("build", folder, "-o", tmp_path / "mine.apkg", SOURCE_DATE_EPOCH="1700000001").exit_code
        == 0
    )
    assert do_import(collection, tmp_path / "mine.apkg") == {"new": 2, "updated": 3}
    assert (
        collection.db.first("select id, ivl, due, reps, queue from cards where id = ?", card.id)
        == before
    )
    assert collection.get_note(card.nid)["Answer"] == "A harbour."
    assert (
        len(
            {
                model["name"]
                for model in collection.models.all()
                if "Basic" in model["name"] and ":" in model["name"]
            }
        )
        == 1
    )


def test_with_keep_identity_a_card_is_who_it_is_where_it_comes_from(
    folder: Path, collection: Collection, tmp_path: Path
):
    """Also where the extended course has not been built since the card is there, or never."""
    (folder / "course.yaml").write_text(
        OVERLAY.replace("deck: Mine", "deck: Tiny\nkeep_identity: true"), encoding="utf-8"
    )
    assert (
        run("build", folder, "-o", tmp_path / "mine.apkg", SOURCE_DATE_EPOCH="1700000000").exit_code
        == 0
    )
    assert do_import(collection, tmp_path / "mine.apkg") == {"new": 5}
    assert (
        run(
            "build",
            folder.parent / "base",
            "-o",
            tmp_path / "base.apkg",
            SOURCE_DATE_EPOCH="1700000001",
        ).exit_code
        == 0
    )
    assert do_import(collection, tmp_path / "base.apkg") == {"new": 1, "duplicate": 3}


def test_with_keep_identity_a_card_arrives_with_the_release_of_the_course_that_brings_it(
    folder: Path,
):
    (folder / "course.yaml").write_text(
        OVERLAY.replace("deck: Mine", "deck: Tiny\nkeep_identity: true"), encoding="utf-8"
    )
    for course, now in ((folder.parent / "base", 1_700_000_000), (folder, 1_700_001_000)):
        assert run("build", course, "-o", course / "x.apkg", SOURCE_DATE_EPOCH="1").exit_code == 0
        assert {card.since for card in seal(course, now).cards.values()} == {now}


def test_the_bundled_course_can_be_extended_by_its_name(tmp_path: Path):
    folder = tmp_path / "mine"
    files = {
        "course.yaml": (
            "id: mine\nversion: 1.0.0\nextends: attachment\ntitle: Mine\ndeck: Mine\n"
            "hide: [change-genes-age]\n"
        ),
        "lessons/70-changes.yaml": (
            "changes: avoidant-pattern\ncards:\n"
            "  - {id: avoidant-need, answer: Closeness at a pace that can be borne.}\n"
            "  - {id: avoidant-label, kind: basic, prompt: P, answer: A}\n"
        ),
        "lessons/80-own.yaml": NEW_LESSON.replace("plane.svg", "two-dimensions.svg"),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    course = course_of(folder)
    upstream = course_of(COURSE)
    assert len(course.lessons) == len(upstream.lessons) + 1
    assert sum(1 for _ in course.cards()) == sum(1 for _ in upstream.cards()) - 1 + 2
    assert run("build", folder, "-o", tmp_path / "deck.apkg").exit_code == 0


def test_an_overlay_may_bring_its_own_sources_and_pictures(folder: Path):
    own = {
        "sources.yaml": (
            'sources:\n  - {key: mine2020, authors: "Me, A.", year: 2020, title: Own}\n'
        ),
        "media/media.yaml": MEDIA_YAML,
        "media/plane.svg": PLANE_SVG.replace("rect w", "rect  w"),
    }
    for name, text in own.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    course = course_of(folder)
    assert set(course.sources) == {"bowlby1969", "mine2020"}
    assert course.pictures["plane.svg"].content == own["media/plane.svg"].encode()


def test_the_sounds_of_the_other_course_are_known_beside_own_pictures(folder: Path):
    listen = "  - {id: hear, kind: basic, prompt: Hear?, answer: A., audio: {front: hola.wav}}\n"
    write_course(folder.parent / "base", with_sounds(), cards=BASE_CARDS + listen)
    (folder / "media").mkdir()
    (folder / "media" / "plane.svg").write_text(PLANE_SVG, encoding="utf-8")
    (folder / "media" / "media.yaml").write_text(MEDIA_YAML, encoding="utf-8")
    assert set(course_of(folder).sounds) == {"hola.wav", "adios.mp3"}


def test_the_whole_of_it_may_be_one_file(tmp_path: Path):
    write_course(tmp_path / "base", cards=CARD)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "course.yaml").write_text(
        "extends: ../base\nid: mine\nversion: 1.0.0\ntitle: Mine\n", encoding="utf-8"
    )
    checked = pipeline.check(tmp_path / "mine")
    assert checked.diagnostics == ()
    assert checked.course is not None
    assert [card.id for card in checked.course.cards()] == ["define"]


def test_a_mistake_that_a_change_brings_into_a_lesson_is_reported_where_it_is(folder: Path):
    """The lesson of the extended course shows no picture itself."""
    text = CHANGES.replace("answer: A harbour.", "answer: '![](no.svg)'")
    (folder / "lessons" / "50-changes.yaml").write_text(text, encoding="utf-8")
    [problem] = pipeline.check(folder).diagnostics
    assert (problem.rule, problem.at.file.rpartition("/")[2]) == (
        "unknown-picture",
        "50-changes.yaml",
    )
