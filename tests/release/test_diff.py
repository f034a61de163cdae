"""`attachdeck diff`: the same changes, whatever the two releases are given as."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attachdeck.cli import main
from attachdeck.lock.comparison import Bump, Rewording, compare, next_version
from attachdeck.release.snapshots import snapshot
from attachdeck.reporters.changes import for_learners
from support.courses import COURSE_YAML, LESSON_HEAD, ONE, PLANE_SVG, TWO, Author

THREE = '  - {id: three, kind: basic, prompt: Third?, answer: "![](plane.svg)"}\n'


class Releases:
    """Two releases of a course, each as a folder, a lock and a package, and both in git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.author = Author(folder)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        identity = (
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "commit.gpgsign=false",
        )
        subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True
        )

    def release(self, name: str, cards: str, **files: str) -> None:
        self.author.release(cards, **files)
        shutil.copytree(self.author.course, self.folder / name)
        shutil.copy(self.author.deck, self.folder / f"{name}.apkg")
        self.git("add", "course")
        self.git("commit", "-q", "-m", name)
        self.git("tag", name)

    def diff(self, old: str, new: str, *options: str) -> Result:
        given = [
            version
            if version in ("old", "new") and options[:1] == ("git",)
            else str(self.folder / version)
            for version in (old, new)
        ]
        return CliRunner().invoke(
            main, ["diff", *given, *(option for option in options if option != "git")]
        )


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    released = Releases(tmp_path)
    released.release("old", ONE + TWO + THREE)
    second = LESSON_HEAD.replace("first", "second").replace("First", "Second") + TWO.replace(
        "}", ", tags: [fresh]}"
    )
    files = {
        "lessons/02-second.yaml": second,
        "media/plane.svg": PLANE_SVG.replace("<rect ", '<rect x="1" '),
    }
    released.release(
        "new",
        ONE.replace("answer: A", "answer: A better one")
        + THREE
        + ONE.replace("id: one", "id: four"),
        **files,
    )
    return released


TEXTS = {
    "folders": ("old", "new"),
    "packages": ("old.apkg", "new.apkg"),
    "folder and package": ("old", "new.apkg"),
    "package and folder": ("old.apkg", "new"),
}


@pytest.mark.parametrize("pair", TEXTS.values(), ids=TEXTS)
def test_changes_are_the_same_for_folders_and_packages(releases: Releases, pair: tuple[str, str]):
    values = json.loads(releases.diff(*pair, "--format", "json").stdout)
    assert values["added"] == ["four"]
    assert values["reworded"]["one"] == [
        {"field": "Answer", "before": "A", "after": "A better one"}
    ]
    assert values["moved"] == {"two": {"from": "first", "to": "second"}}
    assert values["retagged"] == {"two": {"added": ["tiny::fresh"], "removed": []}}
    assert list(values["reworded"]) == ["one", "three"]
    assert [len(names) for names in values["media"].values()] == [1, 1]
    assert (values["version"], values["acts"], values["removed"], values["restyled"]) == (
        "minor",
        [],
        [],
        [],
    )


def test_locks_know_which_cards_changed(releases: Releases):
    values = json.loads(
        releases.diff("old/course.lock", "new/course.lock", "--format", "json").stdout
    )
    assert (values["added"], sorted(values["reworded"]), values["version"]) == (
        ["four"],
        ["one", "three", "two"],
        "minor",
    )


def test_git_revisions(releases: Releases, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(releases.folder)
    by_tag = releases.diff("old", "new", "git", "--format", "json")
    shutil.rmtree(releases.folder / "old")
    shutil.rmtree(releases.folder / "new")
    assert json.loads(releases.diff("old", "new", "git", "--format", "json").stdout) == json.loads(
        by_tag.stdout
    )
    assert "version: minor" in releases.diff("old", "new", "git").stdout


def test_a_terminal_shows_the_change_word_by_word(releases: Releases):
    stdout = releases.diff("old", "new").stdout
    assert "reworded one\n  Answer: A {+better one+}\n" in stdout
    assert "moved two: first → second\n" in stdout
    assert "retagged two: +tiny::fresh\n" in stdout
    assert stdout.endswith("version: minor (x.Y.0): there are new cards\n")


def test_markdown_is_for_release_notes(releases: Releases):
    stdout = releases.diff("old", "new", "--format", "markdown").stdout
    assert "## New cards\n\n- First?\n" in stdout
    assert "\n  - Answer: A **better one**\n" in stdout


def test_nothing_changed(releases: Releases):
    assert releases.diff("old", "old.apkg").stdout == "version: nothing changes for learners\n"


@pytest.mark.parametrize(
    ("files", "cards", "act"),
    [
        ({}, TWO + THREE, "the card `one` is missing"),
        (
            {"course.yaml": COURSE_YAML.replace("deck: Tiny", "deck: Large")},
            ONE + TWO + THREE,
            "the deck `Tiny` is now called `Large`",
        ),
        (
            {"course.yaml": COURSE_YAML.replace("id: tiny", "id: large")},
            ONE + TWO + THREE,
            "the course's id was `tiny` and is now `large`",
        ),
        (
            {},
            "  - {id: one, kind: cloze, text: ((1 A)) first.}\n" + TWO + THREE,
            "the card `one` has a different note type",
        ),
    ],
)
def test_where_learners_must_act_the_version_is_major(
    releases: Releases, tmp_path: Path, files: dict[str, str], cards: str, act: str
):
    other = Author(tmp_path / "other")
    other.release(cards, **files)
    changes = compare(
        snapshot(str(releases.folder / "old"), Path()), snapshot(str(other.course), Path())
    )
    assert changes.bump is Bump.MAJOR
    assert any(act in line for line in changes.acts)


SCENES = """\
tests:
  baseline:
    intro: Guess.
    scenes: [{id: laugh, scenario: She laughs., options: pattern, answer: secure}]
  final:
    scenes: [{id: weep, scenario: He weeps and sobs., options: pattern, answer: anxious}]
"""


@pytest.fixture
def structured(tmp_path: Path) -> Releases:
    """Two releases that differ in their tests, and in what lessons and objectives require."""
    released = Releases(tmp_path)
    second = LESSON_HEAD.replace("first", "second").replace("First", "Second") + TWO
    released.release(
        "old",
        ONE,
        **{
            "course.yaml": COURSE_YAML + SCENES,
            "lessons/02-second.yaml": second.replace(
                "Tell one from the other.", "'Tell one from the other.', level: apply"
            ),
        },
    )
    scenes = SCENES.replace("weeps and sobs", "weeps").replace("[{id: laugh", "[{id: smile")
    released.release(
        "new",
        ONE,
        **{
            "course.yaml": COURSE_YAML + scenes,
            "lessons/02-second.yaml": second.replace(
                "Tell one from the other.",
                "'Tell one from the other.', level: analyse, requires: [first-goal]",
            ).replace("objectives:", "requires: [first]\nobjectives:"),
        },
    )
    return released


def test_a_terminal_shows_changed_tests_requirements_and_levels(structured: Releases):
    rest = "Which pattern? • Secure{} • Anxious{} • Not enough information"
    secure, anxious = rest.format(" ✓", ""), rest.format("", " ✓")
    assert structured.diff("old", "new").stdout.splitlines() == [
        f"test baseline, laugh: [-She laughs. {secure}-]",
        f"test final, weep: He [-weeps and sobs.-] {{+weeps.+}} {anxious}",
        f"test baseline, smile: {{+She laughs. {secure}+}}",
        "structure objective second-goal, level: [-apply-] {+analyse+}",
        "structure lesson second, requires: {+first+}",
        "structure objective second-goal, requires: {+first-goal+}",
        "version: a patch (x.y.Z): wording, tags, looks",
    ]


def test_release_notes_name_changed_tests_and_tell_nothing_of_their_scenes(structured: Releases):
    notes = structured.diff("old", "new", "--format", "markdown").stdout
    assert notes.splitlines()[:5] == [
        "## Tests on the website",
        "",
        "- baseline, laugh: removed",
        "- final, weep: changed",
        "- baseline, smile: new",
    ]
    assert "weeps" not in notes
    assert "structure" not in notes


def test_programs_get_changed_tests_and_structure(structured: Releases):
    changes = json.loads(structured.diff("old", "new", "--format", "json").stdout)
    assert [entry["field"] for entry in changes["tests"]] == [
        "baseline, laugh",
        "final, weep",
        "baseline, smile",
    ]
    assert changes["structure"][0] == {
        "field": "objective second-goal, level",
        "before": "apply",
        "after": "analyse",
    }


@pytest.mark.parametrize("form", ["apkg", "lock"])
def test_a_deck_has_no_tests_and_no_structure_to_compare(structured: Releases, form: str):
    old = "old.apkg" if form == "apkg" else "old/course.lock"
    assert structured.diff(old, "new").stdout == "version: nothing changes for learners\n"


def test_retired_cards(releases: Releases, tmp_path: Path):
    other = Author(tmp_path / "other")
    other.release(ONE + TWO + THREE)
    other.release(ONE.replace("}", ", status: retired, retired_because: Wrong.}") + TWO + THREE)
    changes = compare(
        snapshot(str(releases.folder / "old.apkg"), Path()), snapshot(str(other.deck), Path())
    )
    assert (changes.retired, dict(changes.reworded), dict(changes.retagged), changes.bump) == (
        ("one",),
        {},
        {},
        Bump.PATCH,
    )


@pytest.mark.parametrize("old", ["old", "old.apkg", "old/course.lock"])
@pytest.mark.parametrize("new", ["course", "deck.apkg", "course/course.lock"])
def test_a_card_under_another_id_is_the_same_for_learners(releases: Releases, old: str, new: str):
    shutil.copytree(releases.folder / "old", releases.author.course, dirs_exist_ok=True)
    (releases.author.course / "lessons/02-second.yaml").unlink()
    releases.author.release(
        ONE.replace("id: one", "id: uno, formerly: one") + TWO + THREE,
        **{"media/plane.svg": PLANE_SVG},
    )
    changes = compare(
        snapshot(str(releases.folder / old), Path()), snapshot(str(releases.folder / new), Path())
    )
    assert (changes.acts, dict(changes.added), changes.removed, changes.bump) == (
        (),
        {},
        (),
        Bump.PATCH if "lock" in old + new else Bump.NONE,
    )


@pytest.mark.parametrize("form", ["{}", "{}.apkg", "{}/course.lock"])
def test_a_gap_that_is_gone_needs_action_by_learners(tmp_path: Path, form: str):
    before, after = Author(tmp_path / "before"), Author(tmp_path / "after")
    before.release("  - {id: one, kind: cloze, text: ((1 A)) and ((2 B)).}\n")
    after.release("  - {id: one, kind: cloze, text: ((1 A)) and B.}\n")
    given = [
        str(package.deck if form.endswith("apkg") else package.course / form.partition("/")[2])
        for package in (before, after)
    ]
    changes = compare(snapshot(given[0], Path()), snapshot(given[1], Path()))
    assert changes.acts == (
        (
            "the card `one` has lost 1 of its 2 cards in Anki: learners keep them as empty cards "
            "until they choose Tools → Empty Cards"
        ),
    )


def test_release_notes_show_questions_and_say_you(tmp_path: Path):
    before, after = Author(tmp_path / "before"), Author(tmp_path / "after")
    before.release("  - {id: one, kind: cloze, text: ((1 A | hint)) and ((2 B)).}\n")
    after.release("  - {id: one, kind: cloze, text: ((1 A | hint)) and C.}\n")
    changes = compare(*(snapshot(str(author.course), Path()) for author in (before, after)))
    notes = "\n".join(for_learners(changes))
    assert notes.startswith(
        "## What you must do\n\n- “[A] and C.” has lost 1 of its 2 cards in Anki: you keep them "
    )
    assert "\n- [A] and C.\n  - Text: [A] and ~~[B].~~ **C.**\n" in notes


def test_a_change_that_is_older_than_what_learners_have_is_told(releases: Releases):
    values = json.loads(releases.diff("new.apkg", "old.apkg", "--format", "json").stdout)
    assert values["withheld"] == ["one", "three", "two"]
    assert (
        "withheld one: by its time this change is not newer than what learners have"
        in releases.diff("new", "old").stdout
    )
    assert (
        json.loads(releases.diff("old.apkg", "new.apkg", "--format", "json").stdout)["withheld"]
        == []
    )


def test_another_colour_restyles_every_note_type_in_use(releases: Releases, tmp_path: Path):
    other = Author(tmp_path / "other")
    other.release(
        ONE + TWO + THREE, **{"course.yaml": COURSE_YAML + 'theme: {accent: "#123456"}\n'}
    )
    changes = compare(
        snapshot(str(releases.folder / "old"), Path()), snapshot(str(other.deck), Path())
    )
    assert (changes.restyled, changes.bump) == (("basic",), Bump.PATCH)


@pytest.mark.parametrize(
    ("bump", "version"),
    [(Bump.NONE, "1.2.3"), (Bump.PATCH, "1.2.4"), (Bump.MINOR, "1.3.0"), (Bump.MAJOR, "2.0.0")],
)
def test_next_version(bump: Bump, version: str):
    assert next_version("1.2.3", bump) == version


def test_words_rebuild_both_texts():
    change = Rewording("Answer", "the quick brown fox", "the brown lazy fox runs")
    runs = list(change.words())
    assert " ".join(run for verb, run in runs if verb != "+") == change.before
    assert " ".join(run for verb, run in runs if verb != "-") == change.after


@pytest.mark.parametrize(
    "content", [b"", b"no zip", None], ids=["empty", "no zip", "a zip of something else"]
)
def test_a_file_that_is_no_package_is_an_error(releases: Releases, content: bytes | None):
    path = releases.folder / "odd.apkg"
    if content is None:
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("collection.anki2", b"not a database")
    else:
        path.write_bytes(content)
    result = releases.diff("odd.apkg", "new")
    assert result.exit_code == 1
    assert "cannot be read as a package" in result.stderr


@pytest.mark.parametrize("given", ["nowhere", "--upload-pack=x", "HEAD~99"])
def test_what_is_no_release_is_an_error(
    releases: Releases, given: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(releases.folder)
    result = CliRunner().invoke(main, ["diff", "--", given, "course"])
    assert result.exit_code == 1
    assert "is not a course, package (.apkg), lock or git revision" in result.stderr


def test_a_course_with_mistakes_shows_them(releases: Releases):
    (releases.folder / "new/lessons/01-first.yaml").write_text("id: [\n", encoding="utf-8")
    result = releases.diff("old", "new")
    assert result.exit_code == 1
    assert "a value is missing here" in result.stderr
    assert "has errors" in result.stderr


def test_a_package_is_its_course_in_every_direction_of_writing(releases: Releases):
    """Marks of direction, which would turn a terminal's line around, are shown as such, and are no
    difference where both sides have them."""
    course = releases.folder / "new"
    card = (
        '  - {id: name, kind: basic, prompt: "What is \u2067שלום\u2069 called?", answer: Peace.}\n'
    )
    (course / "lessons/01-first.yaml").write_text(LESSON_HEAD + card, encoding="utf-8")
    (course / "course.lock").unlink(missing_ok=True)
    assert (
        CliRunner()
        .invoke(main, ["build", str(course), "-o", str(releases.folder / "name.apkg")])
        .exit_code
        == 0
    )
    assert releases.diff("name.apkg", "new").stdout == "version: nothing changes for learners\n"
    stdout = releases.diff("old", "name.apkg").stdout
    assert "added name: What is \ufffdשלום\ufffd called?" in stdout
