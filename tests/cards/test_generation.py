"""Which cards a note has: our rule against Anki's engine, on templates and fields that nobody would
write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck.anki.note_types import KINDS, Field, Look, NoteType, Template, note_type
from attachdeck.anki.note_types.generation import card_places, requirements
from support.courses import Author, compiled

pytestmark = pytest.mark.slow  # Asks the engine often.

NAMES = ("A", "B", "C")
VALUES = st.sampled_from(
    [
        "",
        "x",
        " ",
        "<br>",
        "<div></div>",
        "<br />\n",
        "\u00a0",
        "&nbsp;",
        "<b></b>",
        "<img src=x>",
        "0",
        "{{c1::x}}",
    ]
)
LEAVES = st.sampled_from(
    [
        "{{Card}}",
        "{{FrontSide}}",
        "{{A}}",
        "{{B}}",
        "{{C}}",
        "text",
        "{{Tags}}",
        "{{hint:A}}",
        "{{text:B}}",
        "{{ C }}",
        "{{{B}}}",
        "{{type:A}}",
        "{{Deck}}",
        "<!-- {{A}} -->",
    ]
)
TEMPLATES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda name, sign, parts: f"{{{{{sign}{name}}}}}{''.join(parts)}{{{{/{name}}}}}",
        st.sampled_from(NAMES),
        st.sampled_from("#^"),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


def made(fronts: list[str], *, cloze: bool = False) -> NoteType:
    return NoteType(
        kind="made",
        name="Made",
        cloze=cloze,
        image_occlusion=False,
        fields=tuple(Field(name, place, "") for place, name in enumerate(NAMES, 1)),
        templates=tuple(
            Template(f"T{place}", place, front, "back") for place, front in enumerate(fronts, 1)
        ),
        css="",
    )


def engine_places(collection, own: NoteType, values: tuple[str, ...]) -> tuple[int, ...]:
    models = collection.models
    added = models.new(f"Made {len(models.all_names_and_ids())}")
    added["type"] = int(own.cloze)
    for field in own.fields:
        models.add_field(added, models.new_field(field.name))
    for template in own.templates:
        card = models.new_template(template.name)
        card["qfmt"] = card["afmt"] = template.front
        models.add_template(added, card)
    models.add(added)
    note = collection.new_note(models.by_name(added["name"]))
    note.fields = list(values)
    collection.add_note(note, 1)
    return tuple(collection.db.list("select ord from cards where nid = ? order by ord", note.id))


@given(st.lists(TEMPLATES, min_size=1, max_size=3), st.tuples(VALUES, VALUES, VALUES))
@settings(max_examples=200)
def test_anki_makes_the_same_cards(collection, fronts, values):
    # Anki refuses templates that show no field at all, or twice the same.
    fronts = [
        f"{{{{A}}}}{'-' * place}" if "{{" not in front else f"{front}{'-' * place}"
        for place, front in enumerate(fronts)
    ]
    own = made(fronts)
    try:
        theirs = engine_places(collection, own, values)
    except Exception as error:  # noqa: BLE001  # Anki's own type for a template that it refuses.
        assert type(error).__name__ == "CardTypeError", error  # noqa: PT017
        return
    # A note for which no template shows anything gets a card all the same: Anki never adds a note
    # without.
    assert (card_places(own, values) or (0,)) == theirs


@given(
    st.tuples(VALUES, VALUES, VALUES),
    st.sampled_from(
        [
            "{{cloze:A}}",
            "{{cloze:A}} {{cloze:B}}",
            "{{#C}}{{cloze:B}}{{/C}}",
            "{{cloze:A}}{{text:cloze:B}}",
        ]
    ),
)
@settings(max_examples=80)
def test_anki_makes_the_same_cloze_cards(collection, values, front):
    own = made([front], cloze=True)
    values = tuple(
        value.replace("{{c1::x}}", "{{c1::x}} {{c3::y}} {{c777::z}}") for value in values
    )
    assert (card_places(own, values) or (0,)) == engine_places(collection, own, values)


def test_requirements_say_what_must_be_filled():
    own = made(["{{A}}", "{{#B}}{{A}}{{C}}{{/B}}", "{{A}}{{B}}", "text"])
    assert requirements(own) == [
        [0, "all", [0]],
        [1, "all", [1]],
        [2, "any", [0, 1]],
        [3, "none", []],
    ]


def test_every_note_type_can_be_put_together():
    look = Look(title="A & B", language="en", accent="#000000", accent_night="#ffffff")
    for kind in KINDS:
        own = note_type(kind, look)
        texts = [own.css, *(template.front + template.back for template in own.templates)]
        assert not any(
            "[[" in text or "<!--#" in text or "{n}" in text or "{i}" in text for text in texts
        ), kind
        assert (
            len({field.name for field in own.fields})
            == len({field.id for field in own.fields})
            == len(own.fields)
        )
        assert (
            len({template.name for template in own.templates})
            == len({template.id for template in own.templates})
            == len(own.templates)
        )


def test_the_layout_of_every_note_type_is_final():
    """Fields and templates in order, with their ids. A change here would make Anki clone the note
    type and never update learners' notes again."""
    look = Look(title="T", language="en", accent="#000000", accent_night="#ffffff")
    made_types = {kind: note_type(kind, look) for kind in KINDS}
    layouts = {
        kind: (
            [(entry.name, entry.id) for entry in own.fields],
            [(template.name, template.id) for template in own.templates],
        )
        for kind, own in made_types.items()
    }
    shared = [
        *enumerate(
            (
                "Hint",
                "Why",
                "Confusion",
                "Sources",
                "Content Note",
                "Lesson",
                "Objective",
                "Retired",
                "ID",
                "Front Audio",
                "Back Audio",
                "Variants",
                "Variant Answers",
                "Translation",
                "Link",
                *(f"Spare {n}" for n in range(1, 7)),
                "Stamp",
            ),
            1,
        )
    ]
    own_fields = {
        "basic": [
            "Prompt",
            "Answer",
            "Reverse Prompt",
            "Reverse Answer",
            "Typed",
            "Accepted",
            "Third Prompt",
            "Third Answer",
        ],
        "choice": [
            "Question",
            "Scenario",
            "Options",
            "Answer",
            "Explained",
            "Cue",
            "Recall Prompt",
            "Recall Answer",
        ],
        "cloze": ["Text"],
        "sequence": ["Prompt", "Whole", *(f"Step {n}" for n in range(1, 13))],
        "occlusion": ["Occlusion", "Image", "Header", "Back Extra", "Comments", "Names"],
        "practice": ["Prompt", "Example", "Scenario", "Model Answer", "Standard", "Typed"],
        "reference": ["Prompt", "Text", "Place"],
    }
    templates = {
        "basic": ["Forward", "Backward", "Third"],
        "choice": ["Choose", "Recall"],
        "cloze": ["Cloze"],
        "sequence": ["Whole", *(f"Step {n}" for n in range(1, 13))],
        "occlusion": ["Image Occlusion"],
        "practice": ["Practice"],
        "reference": ["Reference"],
    }
    assert layouts == {
        kind: (
            [
                *((name, place) for place, name in enumerate(own_fields[kind], 101)),
                *((name, place) for place, name in shared),
            ],
            [(name, place) for place, name in enumerate(templates[kind], 201)],
        )
        for kind in KINDS
    }


GAPS = r"""
  - id: a
    kind: cloze
    text: |
      `((1 a))` [((2 b))](https://example.org) ((3 ![](plane.svg))) **((4 c))** \(x\) ((5 \(y\))) <b title='x'>((6 d))</b> | ((7 e))

      | ((8 f | hint)) | ((9 g)) |
      |---|---|
      | ((10 h)) | ((11 i)) |
"""  # noqa: E501  # The gaps stand in one paragraph.


def test_gaps_that_reach_their_card_are_not_told(tiny):
    (note,) = tiny(GAPS).notes
    assert [card.place for card in note.cards] == list(range(11))


def test_what_stands_in_code_is_no_picture_no_table_and_no_link(tiny):
    code = (
        "`![](no.png)` and `<img src='no.png'>`\n\n```\n![](no.png)\n\n[a]: b\n\n| a | b |\n"
        "|---|---|\n| 1 | 2 | 3 |\n```\n\n    | a | b |\n    |---|---|\n    | 1 | 2 | 3 |"
    )
    assert (
        tiny(f"  - {{id: a, kind: basic, prompt: What?, answer: {json.dumps(code)}}}\n")
        .notes[0]
        .fields[1]
        .count("no.png")
        == 3
    )


def test_a_retired_card_has_none_and_may_show_nothing(tmp_path: Path):
    author = Author(tmp_path)
    author.release("  - {id: a, kind: basic, prompt: What?, answer: This.}\n")
    author.release(
        "  - {id: a, kind: basic, prompt: <!-- What? -->, answer: This., status: retired, "
        "retired_because: It was wrong.}\n"
    )
    (note,) = compiled(author.course).notes
    assert note.cards == ()
