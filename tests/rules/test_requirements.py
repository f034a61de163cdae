"""What lessons and objectives require of one another: the map, and what would spoil it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attachdeck.compile.deck import Deck
from attachdeck.outputs import site
from support.commands import run
from support.courses import compiled, write_course

NAMES = ("zero", "one", "two", "three")


def course(folder: Path, *lessons: str, objectives: tuple[str, ...] = ("", "", "", "")) -> Path:
    """A course whose lessons require these, and whose objectives these."""
    files: dict[str, str | bytes] = {}
    for number, requires in enumerate(lessons):
        name = NAMES[number]
        line = f"requires: [{requires}]\n" if requires else ""
        goal = f", requires: [{objectives[number]}]" if objectives[number] else ""
        files[f"lessons/0{number}-{name}.yaml"] = (
            f"id: {name}\ntitle: The {name}\nsummary: About {name}.\n{line}objectives:\n"
            f"  - {{id: goal-{name}, text: Do it., level: apply{goal}}}\ncards:\n"
            f"  - {{id: card-{name}, kind: basic, prompt: '{name}?', answer: This., "
            f"objective: goal-{name}}}\n"
        )
    write_course(folder, files)
    (folder / "lessons" / "01-first.yaml").unlink()
    return folder


def errors(folder: Path) -> list[str]:
    said = run("check", folder, "--rule", "no-source", "--format", "json")
    return [
        f"{Path(problem['file']).name}:{problem['line']} {problem['rule']}: {problem['message']}"
        for problem in json.loads(said.stdout)["diagnostics"]
        if problem["severity"] == "error"
    ]


@pytest.mark.parametrize(
    ("lessons", "expected"),
    [
        (("", "zero", "zero, one"), []),
        (("", "", ""), []),
        (("", "zeor"), ["01-one.yaml:4 requires-unknown: there is no lesson `zeor`"]),
        (
            ("", "two", "zero"),
            ["01-one.yaml:4 requires-later: `one` requires the lesson `two`, but it comes later"],
        ),
        (
            ("", "zero, two", "one"),
            [
                (
                    "01-one.yaml:4 requires-circle: circular requirement: "
                    "`one` requires `two` requires `one`"
                )
            ],
        ),
        (("", "one"), ["01-one.yaml:4 requires-circle: the lesson `one` requires itself"]),
        (
            ("", "zero", ""),
            [
                (
                    "02-two.yaml:1 requires-root: `two` requires no lesson; only the first lesson, "
                    "`zero`, can do that"
                )
            ],
        ),
        (
            ("one", "zero"),
            [
                (
                    "00-zero.yaml:4 requires-circle: circular requirement: "
                    "`zero` requires `one` requires `zero`"
                )
            ],
        ),
    ],
)
def test_lessons_require_earlier_ones_that_there_are(
    tmp_path: Path, lessons: tuple[str, ...], expected: list[str]
):
    assert errors(course(tmp_path, *lessons)) == expected


@pytest.mark.parametrize(
    ("objectives", "expected"),
    [
        (("", "goal-zero", "goal-one"), []),
        (("", "zero", ""), ["requires-unknown: there is no objective `zero`"]),
        (
            ("goal-one", "", ""),
            [
                (
                    "requires-later: `goal-zero` requires the objective `goal-one`, but it belongs "
                    "to a later lesson"
                )
            ],
        ),
        (
            ("goal-one", "goal-two", "goal-zero"),
            [
                (
                    "requires-circle: circular requirement: "
                    "`goal-zero` requires `goal-one` requires "
                    "`goal-two` "
                    "requires `goal-zero`"
                )
            ],
        ),
    ],
)
def test_objectives_require_those_of_this_lesson_or_an_earlier_one(
    tmp_path: Path, objectives: tuple[str, ...], expected: list[str]
):
    said = errors(course(tmp_path, "", "", "", objectives=(*objectives, "")))
    assert [line.partition(" ")[2] for line in said] == expected


def test_a_lesson_that_cannot_be_read_makes_no_name_unknown(tmp_path: Path):
    folder = course(tmp_path, "", "zero", "one")
    broken = folder / "lessons" / "01-one.yaml"
    broken.write_text(broken.read_text(encoding="utf-8") + "oops: [\n", encoding="utf-8")
    assert {each.partition(" ")[0] for each in errors(folder)} == {"01-one.yaml:9"}


def test_the_map_is_a_table_for_a_readme_and_json(tmp_path: Path):
    folder = course(tmp_path, "", "zero", "zero, one")
    assert run("map", folder).stdout == (
        "| lesson | builds on | leads to |\n|---|---|---|\n"
        "| 0 The zero |  | 1, 2 |\n| 1 The one | 0 | 2 |\n| 2 The two | 0, 1 |  |\n"
    )
    lessons = json.loads(run("map", folder, "--format", "json").stdout)["lessons"]
    assert [lesson["requires"] for lesson in lessons] == [[], ["zero"], ["zero", "one"]]
    assert lessons[0]["objectives"] == [
        {"id": "goal-zero", "text": "Do it.", "level": "apply", "requires": []}
    ]


def test_a_course_with_errors_has_no_map(tmp_path: Path):
    said = run("map", course(tmp_path, "", "zeor"))
    assert (said.exit_code, said.stdout) == (1, "")
    assert "error[requires-unknown]" in said.stderr


def pages(deck: Deck, folder: Path) -> dict[str, str]:
    site.write(deck, folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


def test_the_website_links_what_a_lesson_builds_on_and_leads_to(tmp_path: Path):
    found = pages(compiled(course(tmp_path / "course", "", "zero", "one")), tmp_path / "site")

    def chip(number: int, name: str) -> str:
        return (
            f'<a class="chip" href="lesson-{name}.html" title="The {name}">{number}'
            f'<span class="unseen"> The {name}</span></a>'
        )

    middle = (
        f'<p class="map"><span><strong>Builds on</strong> {chip(0, "zero")}</span>'
        f"<span><strong>Leads to</strong> {chip(2, 'two')}</span></p>"
    )
    assert middle in found["lesson-one.html"]
    assert middle in found["index.html"]
    assert '<li>Do it. <span class="level">apply</span></li>' in found["lesson-one.html"]
    assert 'class="map"' not in "".join(
        pages(compiled(course(tmp_path / "plain", "", "")), tmp_path / "other").values()
    )


def test_an_extending_course_changes_what_a_lesson_requires_and_an_objectives_level(
    tmp_path: Path,
):
    course(tmp_path / "base", "", "zero", "zero")
    mine = tmp_path / "mine"
    (mine / "lessons").mkdir(parents=True)
    (mine / "course.yaml").write_text(
        "id: mine\nversion: 1.0.0\nextends: ../base\ntitle: Mine\ndeck: Mine\n", encoding="utf-8"
    )
    (mine / "lessons" / "50-two.yaml").write_text(
        "changes: two\nrequires: [one]\nobjectives:\n  - {id: goal-two, level: create}\n",
        encoding="utf-8",
    )
    *_, last = json.loads(run("map", mine, "--format", "json").stdout)["lessons"]
    assert last["requires"] == ["one"]
    assert last["objectives"] == [
        {"id": "goal-two", "text": "Do it.", "level": "create", "requires": []}
    ]
