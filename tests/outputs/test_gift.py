"""The question bank, read by a GIFT parser that others wrote (the npm package gift-pegjs)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attachdeck import outputs
from attachdeck.compile.deck import Deck
from attachdeck.outputs import gift
from support.commands import need, run
from support.courses import ALL_KINDS, CUSTOM, OWN, write_course

pytestmark = pytest.mark.slow  # Starts a parser.

NODE = shutil.which("node") or ""
PARSE = (
    "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(text => "
    "require('gift-pegjs').parse(text))))"
)


@pytest.fixture(scope="module")
def parse() -> Callable[..., list[list[dict[str, Any]]]]:
    """Parses texts; node finds the package through NODE_PATH, or in a `node_modules` above."""
    is_there = (
        bool(NODE)
        and subprocess.run(
            [NODE, "-e", "require.resolve('gift-pegjs')"], check=False, capture_output=True
        ).returncode
        == 0
    )
    need(
        "the npm package gift-pegjs (npm install --prefix DIR gift-pegjs; "
        "NODE_PATH=DIR/node_modules)",
        is_there,
    )

    def parsed(*texts: str) -> list[list[dict[str, Any]]]:
        done = subprocess.run(
            [NODE, "-e", PARSE],
            input=json.dumps(texts),
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=os.environ,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return parsed


def written(deck: Deck, folder: Path) -> str:
    outputs.put(gift, deck, folder / "bank.gift.txt")
    return (folder / "bank.gift.txt").read_text(encoding="utf-8")


def test_every_card_of_the_course_becomes_a_question(parse, flagship: Deck, tmp_path: Path):
    [questions] = parse(written(flagship, tmp_path))
    types = Counter(question["type"] for question in questions)
    cards = Counter(
        {
            kind: sum(len(note.cards) for note in flagship.notes if note.kind == kind)
            for kind in {note.kind for note in flagship.notes}
        }
    )
    notes = Counter(note.kind for note in flagship.notes)
    with_cards = [lesson for lesson in flagship.course.lessons if lesson.cards]
    assert types["Category"] == len(with_cards) == len(flagship.course.lessons) - 1
    wordings = Counter()
    for note in flagship.notes:
        wordings[note.kind] += 1 + len(note.variants)
    assert wordings["vignette"] > notes["vignette"]
    assert types["MC"] == wordings["choice"] + wordings["vignette"]
    assert types["Matching"] == notes["sequence"]
    assert types["Description"] == notes["practice"]
    assert (
        types["Short"] + types["Essay"]
        == cards["cloze"]
        + notes["typed"]
        + wordings["produce"]
        + cards["basic"]
        + cards["reversed"]
    )
    assert types["Short"] >= notes["typed"] + cards["cloze"] // 2
    asked = [question["id"] for question in questions if question["type"] != "Category"]
    assert len(set(asked)) == len(asked)


def test_each_kind_is_its_type_of_question(parse, tiny: Callable[..., Deck], tmp_path: Path):
    cards = ALL_KINDS + (
        "  - {id: two-right, kind: choice, question: Which two?, options: [{text: A, right: "
        "true}, {text: B, right: true}, {text: C, why: No.}]}\n"
        "  - {id: two-steps, kind: sequence, prompt: What first?, steps: [This, That]}\n"
    )
    [questions] = parse(written(tiny(cards), tmp_path))
    by_id = {question["id"]: question for question in questions if question["type"] != "Category"}
    assert {name: question["type"] for name, question in by_id.items()} == {
        "define": "Essay",
        "both-ways-1": "Essay",
        "both-ways-2": "Essay",
        "gaps-1": "Short",
        "gaps-2": "Short",
        "gaps-4": "Short",
        "type-it": "Short",
        "choose": "MC",
        "scene": "MC",
        "steps": "Matching",
        "do-it": "Description",
        "two-right": "MC",
        "two-steps": "Matching",
    }
    assert [question["title"] for question in questions if question["type"] == "Category"] == [
        "Tiny/01 First"
    ]
    choose = {
        choice["text"]["text"]: (choice["isCorrect"], choice["feedback"]["text"])
        for choice in by_id["choose"]["choices"]
    }
    assert choose == {"This": (True, "Because."), "That": (False, "No.")}
    assert [
        (choice["weight"], choice["isCorrect"]) for choice in by_id["two-right"]["choices"]
    ] == [
        (50, False),
        (50, False),
        (-50, False),
    ]
    assert [choice["text"]["text"] for choice in by_id["type-it"]["choices"]] == [
        "avoidance",
        "avoiding",
    ]
    assert [
        (pair["subquestion"]["text"], pair["subanswer"]) for pair in by_id["steps"]["matchPairs"]
    ] == [("One", "1"), ("Two", "2"), ("Three", "3")]
    assert [
        (pair["subquestion"]["text"], pair["subanswer"])
        for pair in by_id["two-steps"]["matchPairs"]
    ] == [("This", "1"), ("That", "2"), ("", "3")]
    assert by_id["gaps-1"]["stem"]["text"].startswith("_____ (who?) and ")
    assert [choice["text"]["text"] for choice in by_id["gaps-1"]["choices"]] == ["Bowlby"]
    assert by_id["define"]["globalFeedback"]["text"] == "<p>The figure from which one explores.</p>"
    assert "Nothing else is said." in by_id["scene"]["globalFeedback"]["text"]
    assert "tiny::kind::basic" in by_id["define"]["tags"]


def test_what_is_not_carried_is_said(tiny: Callable[..., Deck], tmp_path: Path):
    lost = outputs.put(gift, tiny(ALL_KINDS), tmp_path / "bank.txt")
    assert lost == ("1 of hidden regions in pictures", "1 pictures (replaced by their alt text)")


def test_a_course_of_which_nothing_fits_is_refused_and_the_last_bank_stays(tmp_path: Path):
    course = write_course(tmp_path / "tiny", OWN, cards=CUSTOM)
    bank = tmp_path / "bank.gift.txt"
    bank.write_text("the last one", encoding="utf-8")
    result = run("build", course, "--to", "gift", "-o", bank)
    assert result.exit_code == 1
    assert "left out: 1 of the course's own note types" in result.stderr
    assert bank.read_text(encoding="utf-8") == "the last one"

    everything = run("build", course, "--to", "all", "-o", tmp_path / "all")
    assert everything.exit_code == 0, everything.output
    assert "left out gift" in everything.stdout
    assert not list((tmp_path / "all").glob("*.gift.txt"))
    assert list((tmp_path / "all").glob("*.apkg"))


HOSTILE = st.text(
    st.sampled_from("ab \\{}=~#:%*[]<>&;/-$T\"'\n\u00e9")
    | st.characters(min_codepoint=0x20, max_codepoint=0x2FF),
    min_size=1,
    max_size=25,
)
PIECES = st.lists(
    HOSTILE
    | st.sampled_from(
        [
            "{T}",
            "{=a}",
            "%50%",
            "%-50%a",
            "####",
            "->",
            "[html]",
            "[plain]x",
            "::x::",
            "$CATEGORY: x",
            "//",
            "\n\n",
            "\\n",
            "\\\\",
            "=",
            "~a",
            "#1",
        ]
    ),
    min_size=1,
    max_size=4,
).map("".join)


def decoded(text: str) -> str:
    """What is left of a text by a parser that trims it and takes Windows' ends of lines for ends of
    lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def arrows(text: str) -> str:
    return decoded(text.strip().replace("->", "-&gt;"))


@given(st.lists(st.tuples(PIECES, PIECES, PIECES), min_size=5, max_size=20))
@settings(max_examples=25)
def test_no_text_breaks_out_of_its_place(parse, texts: list[tuple[str, str, str]]):
    """Whatever the question, the answer and the feedback say, a parser finds them, and nothing
    else."""
    kept = [[text.replace("&&", "& &") for text in row] for row in texts]
    kept = [row for row in kept if all(decoded(text) for text in row)]
    blocks = []
    for question, answer, feedback in kept:
        name = gift.escaped(" ".join(question.split()))
        blocks.append(
            f"::{name}::{gift.html(question)}{{\n={gift.html(answer)}#{gift.html(feedback)}\n"
            f"~{gift.html(feedback)}\n####{gift.html(answer)}\n}}\n"
        )
        blocks.append(
            f"::{name}::{gift.html(question)}{{\n={gift.short(answer)}\n"
            f"####{gift.html(feedback)}\n}}\n"
        )
        blocks.append(f"::{name}::{gift.html(question)}\n")
    parsed = (
        [question for questions in parse(*(blocks)) for question in questions] if blocks else []
    )
    for (question, answer, feedback), (choice, short, description) in zip(
        kept, zip(*[iter(parsed)] * 3, strict=True), strict=True
    ):
        assert [choice["type"], short["type"], description["type"]] == [
            "MC",
            "Short",
            "Description",
        ]
        assert (
            decoded(choice["stem"]["text"])
            == decoded(short["stem"]["text"])
            == decoded(description["stem"]["text"])
            == arrows(question)
        )
        assert [decoded(option["text"]["text"]) for option in choice["choices"]] == [
            arrows(answer),
            arrows(feedback),
        ]
        assert [option["isCorrect"] for option in choice["choices"]] == [True, False]
        assert decoded(choice["choices"][0]["feedback"]["text"]) == arrows(feedback)
        assert decoded(choice["globalFeedback"]["text"]) == arrows(answer)
        assert "".join(short["choices"][0]["text"]["text"].split()) == "".join(
            answer.replace("*", "\\*").replace("->", "-*>").split()
        )


def test_hostile_cards_are_whole_in_the_bank(parse, tiny: Callable[..., Deck], tmp_path: Path):
    cards = """\
  - {id: hostile-basic, kind: basic, prompt: "Is it {T}? ::x:: = ~ # // \\\\n", answer: \
"####[html] }\\n\\n$CATEGORY: elsewhere"}
  - {id: hostile-typed, kind: typed, prompt: "%50% -> {", answer: "%50% = * }", accept: ["~x#y", \
"[html]z"]}
  - id: hostile-choice
    kind: choice
    question: "<script>alert(1)</script><b onclick='x()'>Which {=a}?</b>"
    options: [{text: "%-50%", right: true, why: "#"}, {text: "}", why: "a -> b"}]
  - {id: hostile-steps, kind: sequence, prompt: "{", steps: ["a -> b", "= c", "~ # }"]}
"""
    [questions] = parse(written(tiny(cards), tmp_path))
    assert [question["type"] for question in questions] == [
        "Category",
        "Essay",
        "Short",
        "MC",
        "Matching",
    ]
    _, essay, short, choice, steps = questions
    assert essay["stem"]["text"] == "Is it {T}? ::x:: = ~ # // \\n"
    assert [answer["text"]["text"] for answer in short["choices"]] == [
        "%50% = \\* }",
        "~x#y",
        "[html]z",
    ]
    assert choice["stem"]["text"] == "<p><b>Which {=a}?</b></p>"
    assert [option["text"]["text"] for option in choice["choices"]] == ["%-50%", "}"]
    assert [pair["subquestion"]["text"] for pair in steps["matchPairs"]] == [
        "a -&gt; b",
        "= c",
        "~ # }",
    ]
