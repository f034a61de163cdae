"""Outputs: how they are found, how they are put in place, and the spreadsheet."""

from __future__ import annotations

import contextlib
import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck import outputs, pipeline
from attachdeck.domain.cells import guarded, leaves, restored
from attachdeck.outputs import apkg, spreadsheet
from attachdeck.reader import read_text
from support.commands import run, tree
from support.courses import ALL_KINDS, COURSE, COURSE_YAML, ROOT, compiled, write_course

OWN = ["addon", "anki-text", "apkg", "crowdanki", "csv", "gift", "print", "site"]
HOSTILE = [
    '=HYPERLINK("http://evil.test")',
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\uff1d1",
    "'=1",
    "''-1",
    "'tis",
    "plain",
    "",
    'a "quoted", b; c',
    "two\nlines\n=3",
    "What <script>alert(1)</script>?",
]


def test_our_outputs_are_known_and_documented():
    guide = (ROOT / "docs" / "reference" / "outputs.md").read_text(encoding="utf-8")
    assert [name for name in outputs.known() if name in OWN] == OWN
    for name in OWN:
        assert isinstance(outputs.find(name).SUFFIX, str)
        assert f"\n## {name}" in guide, f"{name} has no section in docs/reference/outputs.md"


def test_the_example_in_the_guide_is_the_one_that_is_installed():
    guide = (ROOT / "docs" / "develop" / "writing-an-output.md").read_text(encoding="utf-8")
    example = guide.split("```python\n")[1].split("```")[0]
    assert example.strip() in (
        Path(__file__).parent / "another_output" / "attachdeck_prompts.py"
    ).read_text(encoding="utf-8")


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path):
    result = run("build", write_course(tmp_path / "course"), "--to", "pdf")
    assert result.exit_code == 2
    assert (
        "there is no output `pdf`; "
        "the outputs are addon, anki-text, apkg, crowdanki, csv, gift, print, site" in result.stderr
    )
    assert not (tmp_path / "course" / "course.lock").exists()


@pytest.mark.parametrize("name", OWN)
def test_the_same_course_gives_the_same_bytes_and_a_second_build_replaces_the_first(
    name: str, tmp_path: Path
):
    course = write_course(tmp_path / "course", cards=ALL_KINDS)
    builds = []
    for place in ("one", "two", "two"):
        result = run("build", course, "--to", name, "-o", tmp_path / place)
        assert result.exit_code == 0, result.output
        path = tmp_path / place
        builds.append(tree(path) if path.is_dir() else path.read_bytes())
    assert builds[0] == builds[1] == builds[2]
    assert {entry.name for entry in tmp_path.iterdir()} == {"course", "one", "two"}


def test_the_package_is_the_same_through_the_protocol(tmp_path: Path, tiny):
    deck = tiny(ALL_KINDS)
    apkg.write(deck, tmp_path / "alone.apkg")
    outputs.put(apkg, deck, tmp_path / "put.apkg")
    assert (tmp_path / "alone.apkg").read_bytes() == (tmp_path / "put.apkg").read_bytes()


@pytest.mark.parametrize("name", OWN)
def test_a_deck_named_in_decomposed_letters_is_written(name: str, tmp_path: Path):
    files = {"course.yaml": COURSE_YAML.replace("deck: Tiny", "deck: Cafe\u0301::Tiny")}
    course = write_course(tmp_path / "course", files, cards=ALL_KINDS)
    assert run("build", course, "--to", name, "-o", tmp_path / "out").exit_code == 0


def test_all_goes_into_one_folder(tmp_path: Path):
    result = run(
        "build",
        write_course(tmp_path / "course", cards=ALL_KINDS),
        "--to",
        "all",
        "-o",
        tmp_path / "out",
    )
    assert result.exit_code == 0, result.output
    names = {
        "tiny.anki.txt",
        "tiny.ankiaddon",
        "tiny.apkg",
        "tiny-crowdanki",
        "tiny.csv",
        "tiny.gift.txt",
        "tiny-print",
        "tiny-site",
    }
    assert names <= {path.name for path in (tmp_path / "out").iterdir()}
    assert "left out 1 of hidden regions in pictures" in result.stdout


def test_paths_that_do_not_fit_are_wrong_usage_or_an_error(tmp_path: Path):
    course = write_course(tmp_path / "course")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine", encoding="utf-8")
    assert run("build", course, "--to", "csv", "-o", tmp_path / "folder").exit_code == 2
    assert run("build", course, "--to", "all", "-o", tmp_path / "file").exit_code == 2
    for name, path in (("print", "file"), ("print", "folder"), ("crowdanki", "folder")):
        result = run("build", course, "--to", name, "-o", tmp_path / path)
        assert result.exit_code == 1
        assert "unchanged" in result.stderr
        assert "Traceback" not in result.output
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert tree(tmp_path / "folder") == {"mine.txt": b"mine"}


class Folder:
    """An output that writes these files."""

    SUFFIX = "-folder"

    def __init__(self, **files: str) -> None:
        self.files = {name.replace("__", "/"): text for name, text in files.items()}

    def write(self, deck, place: Path) -> None:
        for name, text in self.files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        if not self.files:
            raise OSError(28, "No space left on device")


def test_in_a_folder_only_what_the_output_wrote_is_touched(tmp_path: Path, tiny):
    deck, path = tiny(), tmp_path / "out"
    outputs.put(Folder(index="1", media__a="a"), deck, path)
    (path / "README").write_text("mine", encoding="utf-8")
    outputs.put(Folder(index="2", media__b="b"), deck, path)
    assert tree(path) == {
        "index": b"2",
        "media/b": b"b",
        "README": b"mine",
        ".attachdeck": b"index\nmedia/b\n",
    }
    with pytest.raises(OSError, match="No space"):
        outputs.put(Folder(), deck, path)
    assert tree(path)["index"] == b"2"


def test_a_listing_of_somebody_else_deletes_nothing_outside(tmp_path: Path, tiny):
    path, victim = tmp_path / "out", tmp_path / "victim"
    path.mkdir()
    victim.write_text("mine", encoding="utf-8")
    (path / ".attachdeck").write_text(
        f"../victim\n{victim}\n./../victim\nlink/victim\n", encoding="utf-8"
    )
    with contextlib.suppress(OSError):  # Windows gives links to few.
        (path / "link").symlink_to(tmp_path, target_is_directory=True)
    outputs.put(Folder(index="1"), tiny(), path)
    assert victim.read_text(encoding="utf-8") == "mine"


@pytest.mark.slow
def test_an_output_of_another_package_is_installed_and_found(tmp_path: Path):
    """Installed by pip from its source, without network; its names are found, and its failures are
    messages."""
    source = tmp_path / "source"
    source.mkdir()
    for path in (Path(__file__).parent / "another_output").iterdir():
        if path.is_file():
            (source / path.name).write_bytes(path.read_bytes())
    packages = tmp_path / "packages"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
    ]
    subprocess.run(
        [*command, "--target", str(packages), str(source)], check=True, capture_output=True
    )
    course = write_course(tmp_path / "course", cards=ALL_KINDS)

    def build(name: str, output: str) -> subprocess.CompletedProcess[str]:
        arguments = [
            sys.executable,
            "-m",
            "attachdeck",
            "build",
            str(course),
            "--to",
            name,
            "-o",
            str(tmp_path / output),
        ]
        environment = os.environ | {"PYTHONPATH": str(packages), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            arguments,
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            cwd=tmp_path,
        )

    result = build("prompts", "ids.txt")
    assert result.returncode == 0, result.stderr
    assert "left out everything but the ids" in result.stdout
    ids = [card.id for card in compiled(course).course.cards()]
    assert (tmp_path / "ids.txt").read_text(encoding="utf-8").split() == ids

    assert build("csv", "ours.csv").returncode == 0
    assert (tmp_path / "ours.csv").read_bytes().startswith(b"\xef\xbb\xbfid,lesson,kind")

    before = (tmp_path / "ids.txt").read_bytes()
    for name, message in (
        ("broken", "cannot be loaded: No module named"),
        ("failing", "failed: no luck"),
        ("nothing", "is incomplete"),
    ):
        failed = build(name, "ids.txt")
        assert failed.returncode == 1
        assert message in failed.stderr
        assert "Traceback" not in failed.stderr
        assert (tmp_path / "ids.txt").read_bytes() == before
    assert (
        "the outputs are addon, anki-text, apkg, crowdanki, csv, gift, print, site, "
        "broken, failing, nothing, prompts"
    ) in build("pdf", "x").stderr


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_guarded_cell_is_no_formula_and_gives_its_text_back(text: str):
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
    assert restored(cell) == text


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_spreadsheet_holds_all_that_the_author_wrote(tmp_path: Path, flagship):
    outputs.put(spreadsheet, flagship, tmp_path / "course.csv")
    cells = rows(tmp_path / "course.csv")
    written = []
    for path in sorted((COURSE / "lessons").glob("*.yaml")):
        document, _ = read_text(path.read_text(encoding="utf-8"), path.name)
        lesson = document.root.value
        sections = [{"kind": "reading", **section} for section in lesson.get("reading", ())]
        written += [
            dict(leaves(card)) | {"lesson": lesson["id"]} for card in (*sections, *lesson["cards"])
        ]
    assert [{key: restored(cell) for key, cell in row.items() if cell} for row in cells] == written


def test_hostile_cells_are_safe_and_come_back(tmp_path: Path, tiny):
    texts = [text for text in HOSTILE if text.strip()]
    cards = "".join(
        f"  - {{id: c{place}, kind: basic, prompt: {quoted(text)}, answer: {quoted(text)}}}\n"
        for place, text in enumerate(texts)
    )
    outputs.put(spreadsheet, tiny(cards), tmp_path / "tiny.csv")
    cells = rows(tmp_path / "tiny.csv")
    assert [restored(row["prompt"]) for row in cells] == texts
    assert not [
        row for row in cells for cell in row.values() if cell.startswith(("=", "+", "-", "@"))
    ]


def quoted(text: str) -> str:
    import json

    return json.dumps(text)


def test_columns_stand_in_the_authors_order(tmp_path: Path, tiny):
    outputs.put(spreadsheet, tiny(ALL_KINDS), tmp_path / "tiny.csv")
    header = (tmp_path / "tiny.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert header[:5] == ["id", "lesson", "kind", "prompt", "answer"]
    options = [column for column in header if column.startswith("options.")]
    assert options == [
        "options.1.text",
        "options.1.right",
        "options.1.why",
        "options.2.text",
        "options.2.why",
    ]
    steps = [column for column in header if column.startswith("steps.")]
    assert steps == ["steps.1", "steps.2", "steps.3"]


def test_a_summary_of_a_folder_counts_its_bytes(tmp_path: Path, tiny):
    summary = pipeline.write(outputs.find("print"), tiny(), tmp_path / "paper")
    assert summary.size == sum(len(value) for value in tree(tmp_path / "paper").values())
    assert summary.sha256 == ""
