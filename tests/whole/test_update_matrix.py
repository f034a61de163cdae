"""What an update does to what a learner did, cell by cell, as real Anki does it: by an import, and
by the add-on; `docs/explain/updates.md` shows the same two tables.

After a change, `ATTACHDECK_RENEW=1 pytest tests/whole/test_update_matrix.py` writes what happens
now: read the diff as a learner would.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from support.addon import unpacked, update
from support.courses import (
    COURSE_YAML,
    LESSON_HEAD,
    MEDIA_YAML,
    PLANE_SVG,
    ROOT,
    SOUNDS_YAML,
    Author,
    silent_mp3,
    tone,
)
from support.engine import Learner, do_import

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

pytestmark = pytest.mark.slow  # Plays many releases.

LEARNER = ("does nothing", "reviews", "edits", "tags", "suspends", "moves", "deletes")
CARD_CHANGES = (
    "untouched",
    "reworded",
    "retagged",
    "moved to another lesson",
    "picture changed",
    "variant added",
    "sound added",
    "practice reworded",
    "practice moved to another lesson",
    "answer in own words changed",
    "retired",
)
COURSE_CHANGES = (
    "style changed",
    "lesson added",
    "mixed review added",
    "practice options changed",
    "lessons reordered",
)
PRACTICE = "{{id: {id}, kind: practice, prompt: '{id}?', example: \"{text}\"{more}}}"
PRODUCE = "{{id: {id}, kind: produce, prompt: '{id}?', answer: \"{text}\", standard: S{more}}}"
BASIC = "{{id: {id}, kind: basic, prompt: '{id}?', answer: \"{text}\"{more}}}"
FORMS = {
    "practice reworded": PRACTICE,
    "practice moved to another lesson": PRACTICE,
    "practice options changed": PRACTICE,
    "answer in own words changed": PRODUCE,
}
EDITED = {PRACTICE: "Example", PRODUCE: "Model Answer", BASIC: "Answer"}
"""The field in which a card's text is, which the learner edits."""
COMPARE = "attachdeck::compare"
DOCUMENT = ROOT / "docs" / "explain" / "updates.md"


def by_import(collection: Collection, author: Author) -> None:
    do_import(collection, author.deck)


def by_addon(collection: Collection, author: Author) -> None:
    folder = unpacked(author)
    update(collection, folder)
    assert update(collection, folder).is_empty, "a second update has something to do"


def name(change: str, act: str) -> str:
    return f"{change}-{act}".replace(" ", "-")


def card(change: str, act: str, *, answer: str = "Old", more: str = "") -> str:
    picture = " ![](plane.svg)" if change == "picture changed" else ""
    form = FORMS.get(change, BASIC)
    return f"  - {form.format(id=name(change, act), text=answer + picture, more=more)}\n"


def field(change: str) -> str:
    return EDITED[FORMS.get(change, BASIC)]


MIX = """\
id: mix
title: Mixed
summary: All of it.
objectives:
  - {id: mix-goal, text: Tell them apart.}
mixed: {tags: ["kind::basic"]}
cards: []
"""


def lesson(slug: str, cards: str) -> str:
    return LESSON_HEAD.replace("first", slug).replace("First", slug.title()) + cards


def first_release(changes: tuple[str, ...]) -> dict[str, str]:
    cards = "".join(card(change, act) for change in changes for act in LEARNER)
    return {
        "lessons/01-first.yaml": lesson("first", cards),
        "lessons/02-second.yaml": lesson(
            "second", "  - {id: anchor, kind: basic, prompt: P, answer: A}\n"
        ),
    }


def second_release() -> dict[str, str | bytes]:
    written = {
        "untouched": lambda act: card("untouched", act),
        "reworded": lambda act: card("reworded", act, answer="New"),
        "retagged": lambda act: card("retagged", act, more=", tags: [fresh]"),
        "picture changed": lambda act: card("picture changed", act),
        "variant added": lambda act: card(
            "variant added", act, more=", variants: [{answer: Another}]"
        ),
        "sound added": lambda act: card("sound added", act, more=", audio: {front: hola.wav}"),
        "practice reworded": lambda act: card("practice reworded", act, answer="New"),
        "answer in own words changed": lambda act: card(
            "answer in own words changed", act, answer="New"
        ),
        "retired": lambda act: card(
            "retired", act, more=", status: retired, retired_because: Wrong."
        ),
    }
    first = "".join(make(act) for make in written.values() for act in LEARNER)
    moved = "".join(
        card(change, act)
        for change in ("moved to another lesson", "practice moved to another lesson")
        for act in LEARNER
    )
    return {
        "lessons/01-first.yaml": lesson("first", first),
        "lessons/02-second.yaml": lesson(
            "second", "  - {id: anchor, kind: basic, prompt: P, answer: A}\n" + moved
        ),
        "media/plane.svg": PLANE_SVG.replace('width="10" height="10"/>', 'width="9" height="9"/>'),
        "media/media.yaml": MEDIA_YAML + SOUNDS_YAML,
        "media/hola.wav": tone(),
        "media/adios.mp3": silent_mp3(),
    }


def act_on(learner: Learner, change: str, act: str) -> None:
    collection, note = learner.collection, learner.note(name(change, act))
    cards = [card.id for card in note.cards()]
    if act == "reviews":
        learner.review(name(change, act))
    elif act == "edits":
        note[field(change)] = "Own"
        collection.update_note(note)
    elif act == "tags":
        note.add_tag("own")
        collection.update_note(note)
    elif act == "suspends":
        collection.sched.suspend_cards(cards)
    elif act == "moves":
        collection.set_deck(cards, collection.decks.id("Own deck"))
    elif act == "deletes":
        collection.remove_notes([note.id])


def state(learner: Learner, change: str, act: str) -> dict[str, object]:
    """What a learner can see of one note."""
    collection = learner.collection
    found = collection.find_notes(f"ID:{name(change, act)}")
    if not found:
        return {}
    note = collection.get_note(found[0])
    rows = collection.db.all(
        "select queue, type, due, ivl, factor, reps, lapses, left, flags, data from cards where "
        "nid = ? order by ord",
        note.id,
    )
    logs = collection.db.scalar(
        "select count() from revlog where cid in (select id from cards where nid = ?)", note.id
    )
    return {
        "note": (note.id, note.guid),
        "options": [deck_options(collection, card.did) for card in note.cards()],
        "answer": note[field(change)] + note["Variant Answers"],
        "own": note[field(change)] == "Own",
        "sound": note["Front Audio"],
        "retired": bool(note["Retired"]),
        "tags": set(note.tags),
        "decks": {collection.decks.name(card.did) for card in note.cards()},
        "scheduling": (rows, logs),
        "cards": len(rows),
    }


def deck_options(collection: Collection, deck: int) -> tuple[object, object]:
    """A deck's options, and the share to recall that it has for itself."""
    share = collection.decks.get(deck).get("desiredRetention")
    return collection.decks.config_dict_for_deck_id(deck), share


def own_text(after: dict) -> str:
    if not after["own"]:
        return "own text replaced"
    return "own text kept" + (", ours beside it" if COMPARE in after["tags"] else "")


def outcome(before: dict, after: dict, act: str) -> str:
    """One cell in words: what arrived of ours, and what became of the learner's doing."""
    if act == "deletes":
        return (
            "stays deleted"
            if not after
            else "comes back as new"
            if after["cards"]
            else "note without cards comes back"
        )
    arrived = []
    if after["retired"]:
        arrived.append("shows that it is retired")
    elif after["answer"] != before["answer"]:
        arrived.append("our text")
    if after["sound"] != before["sound"]:
        arrived.append("our sound")
    if (
        not after["retired"]
        and {tag for tag in after["tags"] if "changed" not in tag and tag != COMPARE}
        != {tag for tag in before["tags"] if "changed" not in tag}
        and act != "tags"
    ):
        arrived.append("our tags")
    fate = {
        "does nothing": "",
        "reviews": "progress kept"
        if after["scheduling"] == before["scheduling"]
        else "PROGRESS LOST",
        "edits": own_text(after),
        "tags": "own tag kept" if "own" in after["tags"] else "own tag replaced",
        "suspends": "stays suspended"
        if after["scheduling"] == before["scheduling"]
        else "NO LONGER SUSPENDED",
        "moves": "stays where they put it" if after["decks"] == before["decks"] else "MOVED BACK",
    }[act]
    assert after["decks"] == before["decks"], "an import moved a card"
    assert after["scheduling"] == before["scheduling"], "an import changed scheduling"
    assert after["note"] == before["note"], "an import changed a note's identity"
    assert after["options"] == before["options"], "an import changed deck options"
    return "; ".join(part for part in (*arrived, fate) if part) or "nothing changes"


def play(
    tmp_path: Path,
    collection: Collection,
    changes: tuple[str, ...],
    second: dict[str, str],
    bring: Callable[[Collection, Author], None],
) -> dict[tuple[str, str], str]:
    author, learner = Author(tmp_path), Learner(collection)
    author.release(**first_release(changes))
    do_import(collection, author.deck)
    for change in changes:
        for act in LEARNER:
            act_on(learner, change, act)
    before = {(change, act): state(learner, change, act) for change in changes for act in LEARNER}
    author.now = 1_900_000_000  # The correction is made after everything that the learner did.
    author.release(**second)
    bring(collection, author)
    return {
        (change, act): outcome(before[change, act], state(learner, change, act), act)
        for change in changes
        for act in LEARNER
    }


@pytest.fixture(params=[by_import, by_addon])
def bring(request: pytest.FixtureRequest) -> Callable[[Collection, Author], None]:
    """How the second release reaches the learner."""
    return request.param


@pytest.fixture
def table(
    tmp_path: Path,
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
    bring: Callable[[Collection, Author], None],
) -> str:
    """The whole matrix, played in real Anki, as Markdown."""
    from anki.collection import Collection

    cells = play(tmp_path / "cards", collection, CARD_CHANGES, second_release(), bring)
    for change in COURSE_CHANGES:
        again = Collection(str(tmp_path / f"{change}.anki2"))
        second = first_release((change,))
        with monkeypatch.context() as patch:
            if change == "style changed":
                from attachdeck.anki import note_types

                texts = note_types._Expander.words
                patch.setattr(
                    note_types._Expander,
                    "words",
                    lambda self, text, words=texts: words(self, text).replace(
                        "margin: 0; padding: 0;", "margin: 0; padding: 1px;"
                    ),
                )
                author_files = second
            elif change == "lesson added":
                author_files = second | {
                    "lessons/03-third.yaml": lesson(
                        "third", "  - {id: newcomer, kind: basic, prompt: P, answer: A}\n"
                    )
                }
            elif change == "mixed review added":
                author_files = second | {"lessons/03-mix.yaml": MIX}
            elif change == "practice options changed":
                study = "study: {practice: {maximum_interval: 5, desired_retention: 85}}\n"
                author_files = second | {"course.yaml": COURSE_YAML + study}
            else:
                author_files = {
                    "lessons/03-first.yaml": second["lessons/01-first.yaml"].replace(
                        "title: First", "title: First\ndeck: 01 First"
                    ),
                    "lessons/01-first.yaml": LESSON_HEAD.replace("first", "empty").replace(
                        "cards:", "cards: []"
                    ),
                }
                author_files |= {"lessons/02-second.yaml": second["lessons/02-second.yaml"]}
                author_files["lessons/01-first.yaml"] = author_files[
                    "lessons/01-first.yaml"
                ].replace("title: First", "title: Before")
            cells |= play(tmp_path / change, again, (change,), author_files, bring)
            if change == "style changed":
                assert "margin: 0; padding: 1px;" in again.models.by_name("Tiny: Basic")["css"]
        again.close()
    rows = [
        f"| {change} | " + " | ".join(cells[change, act] for act in LEARNER) + " |"
        for change in (*CARD_CHANGES, *COURSE_CHANGES)
    ]
    return (
        "\n".join(
            [
                "| we … / the learner … | " + " | ".join(LEARNER) + " |",
                "|---" * (len(LEARNER) + 1) + "|",
                *rows,
            ]
        )
        + "\n"
    )


def test_the_documented_table_is_what_anki_does(
    table: str, bring: Callable[[Collection, Author], None]
):
    ours = bring is by_addon
    start = "<!-- the table of the add-on -->\n" if ours else "<!-- the table -->\n"
    end = "<!-- the end of the table -->\n"
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(start)
    documented, _, tail = rest.partition(end)
    if "ATTACHDECK_RENEW" in os.environ:
        DOCUMENT.write_text(head + start + table + end + tail, encoding="utf-8")
        documented = table
    assert documented == table
    if ours:
        assert not any(word in table for word in ("replaced", "comes back", "withheld"))
    assert not any(word.isupper() and len(word) > 3 for word in table.split()), (
        "something of the learner's is lost"
    )
