"""Gaps mean in Anki what their author meant, and Anki's own parser agrees with ours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck.anki import cloze


@pytest.mark.parametrize(
    ("written", "anki"),
    [
        ("In ((1 1958)) he wrote it.", "In {{c1::1958}} he wrote it."),
        ("In ((1 1958 | when?)) he wrote it.", "In {{c1::1958::when?}} he wrote it."),
        ("{{c2::as Anki::writes it}}", "{{c2::as Anki::writes it}}"),
        ("((1 a ((2 gap)) in a gap))", "{{c1::a {{c2::gap}} in a gap}}"),
        (r"((1 \(f(g(x))\)))", r"{{c1::\(f(g(x))\)}}"),
        (r"\((1 + x)\) is not ((1 a gap))", r"\((1 + x)\) is not {{c1::a gap}}"),
        ("(see ((1 this)) (and that))", "(see {{c1::this}} (and that))"),
        ("((1 ends in a brace}))", "{{c1::ends in a brace} }}"),
        ("((1 two\nlines))", "{{c1::two\nlines}}"),
        (r"((1 \(|x|\) or `a|b` | which | one?))", r"{{c1::\(|x|\) or `a|b`::which | one?}}"),
        ("((1 Bowlby (1969))) came first", "{{c1::Bowlby (1969)}} came first"),
        ("(first ((1 Bowlby ((2 (1969))))))", "(first {{c1::Bowlby {{c2::(1969)}}}})"),
        ("((1 a smile :( | (which one?)))", "{{c1::a smile :(::(which one?)}}"),
        (
            "from ((1 (0, 1])) and ((2 a) this, b) that))",
            "from {{c1::(0, 1]}} and {{c2::a) this, b) that}}",
        ),
    ],
)
def test_the_light_notation_is_ankis(written, anki):
    assert cloze.to_anki(written) == (anki, [])


@pytest.mark.parametrize(
    "nearly",
    [
        *(
            "((1Bowlby))",
            "((1. Bowlby))",
            "((1,2 Bowlby))",
            "((one Bowlby))",
            "((Bowlby))",
            "((1))",
            "(1 Bowlby))",
            "((1 Bowlby)",
            "((1 Bowlby (1969))",
        ),
        *(
            "[[1 Bowlby]]",
            "（（1 Bowlby））",
            "{{1 Bowlby}}",
            "{{c1 Bowlby}}",
            "{{c1::Bowlby))",
            r"\(x = ((1 5))\)",
            r"\(x = {{c1::5}}\)",
        ),
    ],
)
def test_what_is_nearly_a_gap_is_told_beside_a_good_one(nearly):
    assert cloze.to_anki(f"{nearly} wrote ((2 it)).")[1]


@pytest.mark.parametrize(
    "brackets",
    [
        "( (so) )",
        r"\((so))",
        "f((x))",
        "`f ((x))`",
        r"\(f((x)) = ((1 + x))\)",
        "(see (1 Kings 3))",
        "((a) and (b))",
        "(Bowlby (1969))",
        "a) this (1 b) that",
    ],
)
def test_brackets_that_are_no_gap_stay(brackets):
    assert cloze.to_anki(f"{brackets} and ((2 it)).") == (f"{brackets} and {{{{c2::it}}}}.", [])


PIECES = st.sampled_from(
    [
        "{{c1::",
        "{{c2::",
        "{{c12::",
        "{{c0::",
        "{{c1,3::",
        "{{c501::",
        "{{c::",
        "{{c1:",
        "}}",
        "::",
        "a",
        " ",
        "{",
        "}",
        "\n",
        "<br>",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=300)
def test_anki_finds_the_same_numbers(collection, text):
    note = collection.new_note(collection.models.by_name("Cloze"))
    note["Text"] = text
    assert cloze.numbers(text) == set(note.cloze_numbers_in_fields())
