"""What the schemas say beside JSON Schema: which keys are texts, and what else authors call
them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from attachdeck import schema
from attachdeck.reader import read_text
from attachdeck.schema.texts import texts_in, texts_in_card, texts_of_lesson, texts_under

CARD = {
    "id": "a-card",
    "kind": "basic",
    "prompt": "Why?",
    "answer": "So.",
    "why": "As it is.",
    "audio": {"front": "hola.mp3"},
    "sources": ["bowlby1969"],
    "variants": [{"prompt": "How so?"}],
}


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every group of keys in a schema."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from parts(part)


def groups(name: str) -> Iterator[dict[str, Any]]:
    return parts(json.loads(schema.schema_text(name)))


@pytest.mark.parametrize("name", ["course", "lesson", "media"])
def test_every_key_for_texts_of_several_lines_is_marked_as_a_text(name: str):
    for part in groups(name):
        if part.get("$ref") == "#/$defs/text":
            assert "x-text" in part, part


@pytest.mark.parametrize("name", ["course", "lesson", "media"])
def test_a_key_that_is_described_as_markdown_is_marked_as_markdown(name: str):
    for part in groups(name):
        if str(part.get("description", "")).endswith(". Markdown."):
            assert part.get("x-text") == "markdown", part


@pytest.mark.parametrize("name", schema.NAMES)
def test_no_other_word_stands_for_two_keys_of_one_group(name: str):
    for part in groups(name):
        values = [value for value in part.get("properties", {}).values() if value is not True]
        words = [word for value in values for word in value.get("x-aliases", ())]
        assert len(words) == len(set(words)), words


@pytest.mark.parametrize("name", schema.NAMES)
def test_another_word_for_a_value_stands_for_one_that_the_schema_takes(name: str):
    for part in groups(name):
        for value in part.get("x-value-aliases", {}):
            assert value in part.get("enum", [value])
            assert re.search(part.get("pattern", ""), value)


@pytest.mark.parametrize(
    ("key", "word"),
    [
        (key, word)
        for part in groups("lesson")
        if part.get("title") == "basic"
        for key, own in part["properties"].items()
        for shared in [json.loads(schema.schema_text("lesson"))["$defs"]["card"]["properties"]]
        for word in (shared[key] if own is True else own).get("x-aliases", ())
    ],
)
def test_every_other_word_for_a_key_of_a_card_is_understood(key: str, word: str):
    card = {word if name == key else name: value for name, value in CARD.items()}
    lesson = {"id": "a", "title": "A", "summary": "A.", "objectives": [{"id": "o", "text": "O"}]}
    text = json.dumps({**lesson, "cards": [card]})
    document, _ = read_text(text, "lesson.yaml")

    helps = [problem.help or "" for problem in schema.check(document, "lesson")]

    assert any(f"`{key}`" in help for help in helps), helps


def test_the_answer_of_a_vignette_is_the_name_of_an_option_and_no_text():
    assert not texts_in_card("vignette").under("answer")
    assert texts_in_card("typed").keys["answer"].text == "plain"


def test_a_card_without_kind_may_hold_the_texts_of_all_kinds():
    assert texts_in_card("").keys.keys() >= {"prompt", "scenario", "steps", "regions", "options"}


def test_names_of_options_are_no_keys_of_their_own():
    options = texts_in("course").keys["option_sets"].under("pattern")

    assert options is not None
    assert options.keys["options"].under("secure")


def test_steps_are_markdown_and_objectives_are_plain():
    steps = {"kind": "sequence", "steps": ["One", "Two"], "content_note": "Careful."}
    lesson = {"objectives": [{"id": "a", "text": "Name it."}], "cards": [steps]}

    assert dict(texts_under(steps, texts_in_card("sequence"), "markdown")) == {
        ("steps", 0): "One",
        ("steps", 1): "Two",
    }
    assert not list(texts_under(lesson, texts_of_lesson(), "markdown"))
    assert dict(texts_under(lesson, texts_of_lesson())) == {("objectives", 0, "text"): "Name it."}
