"""What the public can use stands where its reader looks."""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from attachdeck import pipeline, schema
from attachdeck.anki import themes
from attachdeck.anki.note_types import KINDS, Look, note_type
from attachdeck.domain.course import Study
from attachdeck.reader import read_text
from support.commands import run
from support.courses import MEDIA_YAML, PLANE_SVG, ROOT, silent_mp3, write_course
from support.pages import blocks

CODE = re.compile(r"^```.*?^```|^ {4}[^\n]*|`[^`\n]+`", re.DOTALL | re.MULTILINE)
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+\.(?:png|svg))\)")
EXAMPLES = ROOT / "docs" / "teach" / "every-kind"
REFERENCE = ROOT / "docs" / "reference"
FORMAT = (REFERENCE / "course-format.md").read_text(encoding="utf-8")


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
        assert re.search(rf"`(\S+\.)?{key}`", FORMAT), (
            f"{key} of {name} is not in docs/reference/course-format.md"
        )


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


def test_the_whole_media_yaml_in_the_documentation_holds_to_its_schema():
    [whole] = [
        block
        for block in blocks(REFERENCE / "course-format.md", "yaml")
        if block.startswith("pictures:")
    ]
    document, problems = read_text(whole, "media.yaml")
    assert not problems
    assert schema.check(document, "media") == []
    assert document.root.value.keys() == {"pictures", "sounds", "files"}


def drawn() -> Any:
    """Return the script that draws the page of cards."""
    pytest.importorskip("playwright")
    return script("draw_cards")


def script(name: str) -> Any:
    """Return a script of docs/ as a module."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_card_of_the_examples_is_pictured_beside_its_yaml():
    lesson = (EXAMPLES / "lessons" / "01-every-kind.yaml").read_text(encoding="utf-8")
    pictured = (ROOT / "docs" / "teach" / "cards.md").read_text(encoding="utf-8")
    examples = drawn().examples(lesson)
    shown = [part.partition("```")[0] for part in pictured.split("```yaml\n")[1:]]
    assert shown == [example.yaml for example in examples], "run `make cards`"
    assert (
        lesson.count("  - id: ") == sum(example.yaml.count("  - id: ") for example in examples) + 1
    )
    pictures = re.findall(r"\]\((cards/[^)]+)\)", pictured)
    variants = sum(example.yaml.count("      - scenario:") for example in examples)
    assert len(pictures) == 2 * (len(examples) + variants + len(themes.NAMES))
    assert all((ROOT / "docs" / "teach" / picture).stat().st_size > 1000 for picture in pictures)


def test_the_examples_are_a_course_without_problems_that_has_every_kind():
    result = run("check", EXAMPLES, "--strict")
    assert result.exit_code == 0, result.output
    assert run("fmt", EXAMPLES, "--check").exit_code == 0
    kinds = {card.kind for card in pipeline.check(EXAMPLES).course.cards()}
    lesson = json.loads(schema.schema_text("lesson"))
    assert kinds == {*lesson["$defs"]["card"]["properties"]["kind"]["enum"]} - {"custom"}


def test_what_the_reference_takes_from_the_program_is_up_to_date():
    """Commands, options and keys: `ATTACHDECK_RENEW=1` writes the pages anew."""
    pages = dict(script("make_reference").pages())
    assert len(pages) == 2
    for path, text in pages.items():
        if "ATTACHDECK_RENEW" in os.environ:
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.read_text(encoding="utf-8") == text, f"renew {path.name}"


def test_every_key_of_a_card_has_its_table():
    loaded = json.loads(schema.schema_text("lesson"))
    for kind in loaded["$defs"]["card"]["properties"]["kind"]["enum"]:
        assert f"<!-- keys: lesson {kind} -->" in FORMAT


def card_blocks(page: Path) -> str:
    """Return the cards that a page shows in a lesson's indentation."""
    return "".join(block for block in blocks(page, "yaml") if block.startswith("  - id:"))


@pytest.mark.parametrize(
    "page", ["pictures-and-sounds", "tables-and-formulas", "variants"], ids=str
)
def test_the_cards_that_a_page_shows_are_cards(page: str, tmp_path: Path):
    cards = card_blocks(ROOT / "docs" / "teach" / f"{page}.md")
    files = {
        "media/media.yaml": MEDIA_YAML.replace("plane", "harbour")
        + "sounds:\n  - {file: hola.mp3, transcript: Hola, origin: Made here., licence: CC0}\n",
        "media/harbour.svg": PLANE_SVG,
        "media/hola.mp3": silent_mp3(),
    }
    cards = cards.replace("harbour.png", "harbour.svg")
    checked = pipeline.check(write_course(tmp_path, files, cards=cards))
    assert [(str(problem.at), problem.message) for problem in checked.diagnostics] == []
    assert len(list(checked.course.cards())) == cards.count("  - id: ")


def test_every_picture_of_the_documentation_is_small_and_has_a_description():
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = CODE.sub("", page.read_text(encoding="utf-8"))
        for description, place in PICTURE.findall(text):
            assert len(description) > 15, f"{page.name}: {place}"
            assert (page.parent / place).stat().st_size < 60_000, f"{page.name}: {place}"


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "course/README.md"], ids=str
)
def test_links_from_outside_the_documentation_lead_to_files(page: str):
    path = ROOT / page
    text = re.sub(r"`[^`\n]+`", "", path.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    local = [target for target in targets if not target.startswith(("http:", "https:"))]
    assert local
    assert [target for target in local if not (path.parent / target).exists()] == []
