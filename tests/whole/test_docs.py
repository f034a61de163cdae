"""What the public can use stands where its reader looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from attachdeck import pipeline, schema
from attachdeck.anki.note_types import KINDS, Look, note_type
from attachdeck.domain.course import Study
from attachdeck.reader import read_text
from support.courses import LESSON_HEAD, ROOT, write_course

FORMAT = (ROOT / "docs" / "reference" / "course-format.md").read_text(encoding="utf-8")


def properties(found: Any) -> Iterator[tuple[str, Any]]:
    """Every key that a schema names, with its own schema."""
    if isinstance(found, dict):
        for key, value in found.get("properties", {}).items():
            yield key, value
        for value in found.values():
            yield from properties(value)
    elif isinstance(found, list):
        for value in found:
            yield from properties(value)


@pytest.mark.parametrize("name", schema.NAMES)
def test_schemas_are_valid_and_every_key_is_described_and_documented(name: str):
    from jsonschema import Draft202012Validator

    loaded = json.loads(schema.schema_text(name))
    Draft202012Validator.check_schema(loaded)
    for key, value in properties(loaded):
        if isinstance(value, dict) and "const" not in value:
            assert len(value.get("description", "")) > 10, f"{name}: {key} has no description"
        assert f"`{key}`" in FORMAT, f"{key} of {name} is not in docs/reference/course-format.md"


@pytest.mark.parametrize("name", schema.NAMES)
def test_examples_in_schemas_are_valid(name: str):
    from jsonschema import Draft202012Validator

    loaded = json.loads(schema.schema_text(name))
    for key, value in properties(loaded):
        for example in value.get("examples", []) if isinstance(value, dict) else []:
            Draft202012Validator({**value, "$defs": loaded.get("$defs", {})}).validate(example)
        if isinstance(value, dict) and "default" in value:
            Draft202012Validator({**value, "$defs": loaded.get("$defs", {})}).validate(
                value["default"]
            )
        assert key


def test_defaults_in_the_schema_are_those_of_the_course():
    study = json.loads(schema.schema_text("course"))["properties"]["study"]["properties"]
    assert {key: value["default"] for key, value in study.items()} == {
        key: value for key, value in asdict(Study()).items() if key in study
    }


def test_every_field_of_the_note_types_is_explained():
    text = (ROOT / "docs" / "reference" / "note-types.md").read_text(encoding="utf-8")
    look = Look(title="T", language="en", accent="#000000", accent_night="#ffffff")
    for kind in KINDS:
        own = note_type(kind, look)
        assert own.name.partition(": ")[2] in text
        for field in own.fields:
            assert len(field.why) > 5, field
    for field in note_type("cloze", look).fields[1:]:
        assert field.name in text


def test_every_promise_about_security_names_a_test_that_there_is():
    named = re.findall(
        r"`tests/(\w+/test_\w+\.py)::(test_\w+)`",
        (ROOT / "docs" / "release" / "security.md").read_text(encoding="utf-8"),
    )
    assert len(named) > 20
    for file, test in named:
        assert f"\ndef {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (
            f"there is no {file}::{test}"
        )


def yaml_blocks() -> list[str]:
    return [part.partition("```")[0] for part in FORMAT.split("```yaml\n")[1:]]


def test_the_whole_media_yaml_in_the_documentation_holds_to_its_schema():
    [whole] = [block for block in yaml_blocks() if block.startswith("pictures:")]
    document, problems = read_text(whole, "media.yaml")
    assert not problems
    assert schema.check(document, "media") == []
    assert document.root.value.keys() == {"pictures", "sounds", "files"}


def test_every_kind_is_pictured_beside_its_yaml():
    pictured = (ROOT / "docs" / "teach" / "cards.md").read_text(encoding="utf-8")
    kinds = [block for block in yaml_blocks() if block.startswith(("  - id:", "reading:"))]
    assert [part.partition("```")[0] for part in pictured.split("```yaml\n")[1:]] == kinds, (
        "run `make cards`"
    )
    pictures = re.findall(r"\]\((cards/[^)]+)\)", pictured)
    variants = sum(block.count("      - scenario:") for block in kinds)
    assert len(pictures) == 2 * (len(kinds) + variants)
    assert all((ROOT / "docs" / "teach" / each).stat().st_size > 1000 for each in pictures)


def test_the_cards_in_the_documentation_are_cards(tmp_path):
    cards = [block for block in yaml_blocks() if block.startswith("  - id:")]
    assert len(cards) >= 9
    [reading] = [block for block in yaml_blocks() if block.startswith("reading:")]
    lesson = LESSON_HEAD.replace("cards:\n", f"{reading}cards:\n") + "".join(cards)
    checked = pipeline.check(write_course(tmp_path, {"lessons/01-first.yaml": lesson}))
    assert [(str(each.at), each.message) for each in checked.diagnostics] == []
    kinds = {card.kind for card in checked.course.cards()}
    assert len(kinds) == 10
