"""Real Anki judges updates: what a learner did stays, and what we corrected arrives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.courses import COURSE_YAML, CUSTOM, OWN, Author
from support.engine import Learner, do_import

if TYPE_CHECKING:
    pass

CARDS = {
    name: f"  - {{id: {name}, kind: basic, prompt: {name}?, answer: Answer}}\n"
    for name in ("plain", "edited", "tagged", "reviewed", "gone")
}


def text(**changed: str) -> str:
    return "".join(
        line.replace("Answer", changed.get(name, "Answer")) for name, line in CARDS.items()
    )


def test_an_edit_survives_ten_releases_and_every_correction_arrives(
    author: Author, learner: Learner
):
    author.release(text())
    do_import(learner.collection, author.deck)
    note = learner.note("edited")
    note["Answer"] = "My own words"
    note.add_tag("mine")
    learner.collection.update_note(note)
    for release in range(1, 11):
        author.release(text(plain=f"Correction {release}"))
        assert do_import(learner.collection, author.deck) == {
            "updated": 1,
            "duplicate": len(CARDS) - 1,
        }
        assert learner.fields("plain") == ("plain?", f"Correction {release}")
        assert learner.fields("edited") == ("edited?", "My own words")
        assert "mine" in learner.note("edited").tags


def test_a_new_gap_comes_as_an_empty_card_to_who_edited_the_note_later(
    author: Author, learner: Learner
):
    """As docs/explain/updates.md warns."""
    gaps = "  - {id: gaps, kind: cloze, text: ((1 A)) and B.}\n"
    author.release(gaps)
    do_import(learner.collection, author.deck)
    note = learner.note("gaps")
    note["Text"] += " My own words."
    learner.collection.update_note(note)
    author.release(gaps.replace("B", "((2 B))"))
    do_import(learner.collection, author.deck)
    note = learner.note("gaps")
    assert note["Text"].endswith(" My own words.")
    assert len(note.cards()) == 2
    [empty] = learner.collection.get_empty_cards().notes
    assert list(empty.card_ids) == [note.cards()[1].id]


def test_scheduling_flags_and_suspension_stay_through_a_correction(
    author: Author, learner: Learner
):
    author.release(text())
    do_import(learner.collection, author.deck)
    for name in ("reviewed", "plain"):
        learner.review(name)
    card = learner.note("reviewed").cards()[0]
    learner.collection.set_user_flag_for_cards(3, [card.id])
    learner.collection.sched.suspend_cards([card.id])
    before = learner.scheduling()
    assert all('"s":' in card[-1] for card in before[0]), "no memory state of FSRS to keep"
    author.release(text(reviewed="Corrected", plain="Corrected too"))
    assert do_import(learner.collection, author.deck) == {"updated": 2, "duplicate": len(CARDS) - 2}
    assert learner.fields("reviewed") == ("reviewed?", "Corrected")
    assert learner.scheduling() == before


def test_the_learners_own_style_stays_while_ours_does_not_change(author: Author, learner: Learner):
    author.release(text())
    do_import(learner.collection, author.deck)
    note_type = learner.collection.models.by_name("Tiny: Basic")
    note_type["css"] = ".card { color: rebeccapurple }"
    learner.collection.models.update_dict(note_type)
    author.release(text(plain="Corrected"))
    do_import(learner.collection, author.deck)
    assert (
        learner.collection.models.by_name("Tiny: Basic")["css"] == ".card { color: rebeccapurple }"
    )


IMAGE_OCCLUSION = """\
  - id: plane
    kind: occlusion
    prompt: Which part is this?
    picture: plane.svg
    regions: [{name: Left, left: 0, top: 0, width: 40, height: 100}]
"""
ANKIS_OWN = """\
name: Mine
cloze: true
stock_kind: 6
fields:
  - {name: Occlusion, role: 0, prevent_deletion: true}
  - {name: Image, role: 1, prevent_deletion: true}
  - {name: Header, role: 2, prevent_deletion: true}
  - {name: Back Extra, role: 3, prevent_deletion: true}
  - {name: Comments, role: 4}
templates: [{name: Card, front: card.html, back: card.html}]
css: style.css
"""
ANKIS_OWN_CARD = """\
  - id: mine
    kind: custom
    note_type: mine
    fields:
      Occlusion: "{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2:oi=1}}"
      Image: A picture
"""


def test_style_arrives_after_check_database_for_image_occlusion(author: Author, learner: Learner):
    files = {
        "note_types/mine/note_type.yaml": ANKIS_OWN,
        "note_types/mine/card.html": "{{cloze:Occlusion}}{{Image}}",
        "note_types/mine/style.css": ".card { color: black }\n",
    }
    cards = IMAGE_OCCLUSION + ANKIS_OWN_CARD
    author.release(cards, **files)
    do_import(learner.collection, author.deck)
    query = "select name, mtime_secs from notetypes where name in ('Tiny: Image Occlusion', 'Mine')"
    before = dict(learner.collection.db.all(query))
    assert len(before) == 2
    message, sound = learner.collection.fix_integrity()
    assert sound, message
    assert dict(learner.collection.db.all(query)) == before
    author.release(
        cards,
        **files
        | {
            "course.yaml": COURSE_YAML + 'theme: {accent: "#123456"}\n',
            "note_types/mine/style.css": ".card { color: #123456 }\n",
        },
    )
    do_import(learner.collection, author.deck)
    for name in before:
        css = learner.collection.models.by_name(name)["css"]
        assert "#123456" in css or "--recall: 18 52 86;" in css


def test_a_retired_card_says_so_to_those_who_have_it_and_troubles_nobody_else(
    author: Author, learner: Learner, tmp_path
):
    from anki.collection import Collection

    author.release(text())
    do_import(learner.collection, author.deck)
    learner.review("gone")
    before = learner.scheduling()
    author.release(
        text().replace(
            "id: gone, kind: basic, ",
            "id: gone, kind: basic, status: retired, retired_because: It was wrong., ",
        )
    )
    assert do_import(learner.collection, author.deck) == {"updated": 1, "duplicate": len(CARDS) - 1}
    assert learner.scheduling() == before
    output = learner.note("gone").cards()[0].render_output()
    for side in (output.question_text, output.answer_text):
        assert "It was wrong." in side
        assert "gone?" not in side
    assert learner.collection.find_notes("tag:tiny::retired") == [learner.note("gone").id]

    newcomer = Collection(str(tmp_path / "newcomer.anki2"))
    try:
        do_import(newcomer, author.deck)
        assert newcomer.find_cards("ID:gone") == []
        assert newcomer.card_count() == len(CARDS) - 1
    finally:
        newcomer.close()


def test_moved_cards_stay_where_they_are_and_their_tags_say_where_they_belong(
    author: Author, learner: Learner
):
    from support.courses import LESSON_HEAD

    author.release(text())
    do_import(learner.collection, author.deck)
    second = LESSON_HEAD.replace("first", "second").replace("First", "Second") + CARDS["plain"]
    rest = "".join(line for name, line in CARDS.items() if name != "plain")
    author.release(rest, **{"lessons/02-second.yaml": second})
    assert do_import(learner.collection, author.deck)["updated"] == 1
    assert learner.collection.decks.name(learner.note("plain").cards()[0].did) == "Tiny::01 First"
    assert [
        learner.collection.get_note(found)["ID"]
        for found in learner.collection.find_notes("tag:tiny::lesson::second")
    ] == ["plain"]


def test_a_file_of_a_custom_card_arrives_with_other_content(author: Author, learner: Learner):
    """Its name is its author's, and Anki looks into a file that it knows only where the note is
    newer."""
    cards = "".join(
        CUSTOM.replace("id: own", f"id: {name}").replace("Two", f'"[sound:{name}.mp3]"')
        for name in ("same", "other")
    )
    files = OWN | {
        "media/media.yaml": "pictures: []\nfiles: [{file: same.mp3}, {file: other.mp3}]\n",
        "media/same.mp3": b"same",
    }
    author.release(cards, **files, **{"media/other.mp3": b"before"})
    assert do_import(learner.collection, author.deck) == {"new": 2}
    author.release(cards, **files, **{"media/other.mp3": b"after"})
    assert do_import(learner.collection, author.deck) == {"updated": 1, "duplicate": 1}
    heard = [
        note["Back"]
        for note in map(learner.collection.get_note, learner.collection.find_notes(""))
        if note["Back"] != "[sound:same.mp3]"
    ]
    name = heard[0].removeprefix("[sound:").removesuffix("]")
    assert (Path(learner.collection.media.dir()) / name).read_bytes() == b"after"


def test_a_changed_template_makes_no_card_twice(author: Author, learner: Learner):
    """A course's title stands in every template. In a collection that holds little else, Anki tells
    a note's cards by the order of their ids, once SQLite has counted the cards, as Check Database
    lets it do."""
    sides = "".join(
        (
            f"  - {{id: c{place}, kind: cloze, text: ((1 A)) ((2 B)) and ((3 C)) {place}.}}\n"
            f"  - {{id: s{place}, kind: sequence, prompt: In order {place}?, steps: [A, B, C]}}\n"
        )
        for place in range(20)
    )
    author.release(sides)
    do_import(learner.collection, author.deck)
    cards = learner.collection.card_count()
    author.release(sides.replace("((3 C))", "((3 C)) ((4 D))"))
    do_import(learner.collection, author.deck)
    assert learner.collection.card_count() == cards + 20
    learner.collection.optimize()
    author.release(
        sides.replace("((3 C))", "((3 C)) ((4 D))"),
        **{"course.yaml": COURSE_YAML.replace("title: Tiny", "title: Another")},
    )
    assert do_import(learner.collection, author.deck) == {"duplicate": 40}
    assert {model["name"] for model in learner.collection.models.all()} >= {
        "Another: Cloze",
        "Another: Sequence",
    }
    assert learner.collection.card_count() == cards + 20
