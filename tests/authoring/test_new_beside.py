"""What `new course` writes for git, a CI job and pre-commit works as written; pictures are added
whole or not at all."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from attachdeck import pipeline
from attachdeck.cli import main
from support.commands import need, run
from support.courses import MEDIA_YAML, PLANE_SVG, tone, write_course

pytestmark = pytest.mark.slow  # Installs attachdeck.

BIN = Path(sys.executable).parent


def repository(folder: Path) -> Path:
    """A git repository, as git begins one."""
    need("git", bool(shutil.which("git")))
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as GitHub's runner does."""
    bash = shutil.which("bash")
    need("bash", bool(bash))
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=os.environ | environment | {"PATH": path},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("name", ["course", "-a (course) of É’s", ""])
def test_the_workflow_and_the_hooks_work_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    need("the command attachdeck", (BIN / "attachdeck").exists())
    top = repository(tmp_path / "repository")
    monkeypatch.chdir(top)
    made = run("new", "course", "--ci", "--title", "Mine", "--", top / name)
    assert made.exit_code == 0, made.output
    assert run("build", "--", top / name).exit_code == 0  # Its lock is committed.

    workflow = yaml.safe_load((top / ".github/workflows/course.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["deck"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert len(commands) == 5
    assert commands[0].startswith("python -m pip install")
    for command in commands[1:]:
        done = shell(command, top, **job["env"])
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert (top / "deck.apkg").is_file()

    config = yaml.safe_load((top / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    fmt, check = config["repos"][0]["hooks"]
    lesson = next(top.rglob("01-first-lesson.yaml"))
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace("   kind: basic", "   kind:   basic")
    )
    changed = lesson.relative_to(top).as_posix()
    assert re.search(fmt["files"], changed)
    assert not re.search(fmt["files"], f"{changed}.orig")
    tidied = subprocess.run(
        [str(BIN / "attachdeck"), *shlex.split(fmt["entry"])[1:], changed],
        cwd=top, check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert tidied.returncode == 0, tidied.stderr
    assert "   kind: basic" in lesson.read_text(encoding="utf-8")
    checked = subprocess.run(
        [str(BIN / "attachdeck"), *shlex.split(check["entry"])[1:]],
        cwd=top, check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "[placeholder]" in checked.stdout


def test_the_workflow_has_no_findings_of_zizmor(tmp_path: Path):
    zizmor = shutil.which("zizmor") or shutil.which("zizmor", path=str(BIN))
    need("zizmor", bool(zizmor))
    top = repository(tmp_path / "repository")
    assert run("new", "course", top / "course", "--ci").exit_code == 0
    done = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--pedantic", str(top / ".github" / "workflows")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_that_is_there_is_left_alone(tmp_path: Path):
    top = repository(tmp_path / "repository")
    (top / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    refused = run("new", "course", top / "course", "--ci")
    assert refused.exit_code == 1
    assert "already exists and was not changed: leave --ci out" in refused.stderr
    assert (top / ".pre-commit-config.yaml").read_text(encoding="utf-8") == "repos: []\n"
    assert not (top / "course").exists()


def test_git_does_not_see_what_is_built_in_a_new_course(tmp_path: Path, monkeypatch):
    top = repository(tmp_path / "repository")
    assert run("new", "course", top).exit_code == 0
    monkeypatch.chdir(top)
    assert run("build").exit_code == 0
    assert list((top / "build").glob("*.apkg"))
    said = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=top,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "course.lock" in said
    assert "build" not in said


SAID = ("--alt", "A plane: flying.", "--origin", "Drawn by me.", "--licence", "CC0")


def pictures_of(folder: Path) -> dict[str, str]:
    """The pictures of a course that has no errors, with their alt texts."""
    checked = pipeline.check(folder)
    assert checked.course, checked.diagnostics
    return {name: picture.alt for name, picture in checked.course.pictures.items()}


@pytest.mark.parametrize(
    "media",
    [MEDIA_YAML, None, "pictures: []\n", "# Mine.\nfiles: [{file: a.mp3}]\n"],
    ids=["some", "no media.yaml", "an empty list", "other files alone"],
)
def test_a_picture_is_copied_and_listed_and_can_be_shown(tmp_path: Path, media: str | None):
    folder = write_course(tmp_path / "course", {"media/a.mp3": b"ID3"})
    if media is None:
        shutil.rmtree(folder / "media")
    else:
        (folder / "media" / "media.yaml").write_text(media, encoding="utf-8")
    source = tmp_path / "Mein großes Flugzeug (2).SVG"
    source.write_text(PLANE_SVG.replace("10", "20"), encoding="utf-8")
    added = run("new", "picture", source, folder, *SAID)
    assert added.exit_code == 0, added.output
    name = "mein-grosses-flugzeug-2.svg"
    assert f"![]({name})" in added.stdout
    assert pictures_of(folder)[name] == "A plane: flying."
    assert (folder / "media" / name).read_bytes() == source.read_bytes()
    written = (folder / "media" / "media.yaml").read_text(encoding="utf-8")
    assert written.startswith((media or "pictures:").split("\n")[0].removesuffix(" []"))
    card = ("--kind", "basic", "--set", f"prompt=![]({name})", "--set", "answer=A plane.")
    assert run("new", "card", folder, *card).exit_code == 0
    again = run("new", "picture", source, folder, *SAID)
    assert again.exit_code == 1
    assert "is already listed in" in again.stderr


def test_a_picture_never_replaces_another(tmp_path: Path):
    folder = write_course(tmp_path / "course")
    other = tmp_path / "plane.svg"
    other.write_text(PLANE_SVG.replace("10", "30"), encoding="utf-8")
    before = (folder / "media" / "plane.svg").read_bytes()
    assert run("new", "picture", other, folder, *SAID).exit_code == 0
    assert (folder / "media" / "plane.svg").read_bytes() == before
    assert list(pictures_of(folder)) == ["plane.svg", "plane-2.svg"]


def test_a_picture_that_lies_in_media_is_only_listed(tmp_path: Path):
    folder = write_course(tmp_path / "course", {"media/My_Tree.svg": PLANE_SVG})
    assert run("new", "picture", folder / "media" / "My_Tree.svg", folder, *SAID).exit_code == 0
    assert list(pictures_of(folder)) == ["plane.svg", "My_Tree.svg"]
    assert len(list((folder / "media").iterdir())) == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.svg", PLANE_SVG.replace("<rect", "<script>1</script><rect"), "could run a script"),
        ("x.svg", PLANE_SVG.replace("</svg>", ""), "is broken"),
        ("x.png", "no picture", "is not a picture of type PNG"),
        ("x.pdf", "%PDF", "is not a picture that Anki shows everywhere"),
        ("x.svg", "", "is empty"),
    ],
)
def test_a_picture_that_is_harmful_or_broken_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, content: str, said: str
):
    folder = write_course(tmp_path / "course")
    source = tmp_path / name
    source.write_text(content, encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    refused = run("new", "picture", source, folder, *SAID)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_must_be_known_of_a_picture_is_asked_for(tmp_path: Path):
    folder = write_course(tmp_path / "course")
    (tmp_path / "tree.svg").write_text(PLANE_SVG, encoding="utf-8")
    asked = CliRunner().invoke(
        main,
        ["new", "picture", str(tmp_path / "tree.svg"), str(folder), "--licence", "CC0"],
        input="A tree\nDrawn by me.\n",
    )
    assert asked.exit_code == 0, asked.output
    assert pictures_of(folder)["tree.svg"] == "A tree"


def test_a_sound_is_copied_and_listed_and_can_be_played(tmp_path: Path):
    folder = write_course(tmp_path / "course")
    source = tmp_path / "Hola, señora.wav"
    source.write_bytes(tone())
    about = ["--transcript", "Hola.", "--origin", "Spoken by me.", "--licence", "CC0"]
    result = run("new", "sound", source, folder, *about)
    assert result.exit_code == 0, result.output
    [copied] = (folder / "media").glob("*.wav")
    assert copied.read_bytes() == tone()
    assert f"audio: {{front: {copied.name}}}" in result.output
    checked = pipeline.check(folder)
    assert checked.course
    assert checked.course.sounds[copied.name].transcript == "Hola."
    assert set(checked.course.pictures) == {"plane.svg"}


@pytest.mark.parametrize(
    ("name", "content"), [("page.mp3", b"<html>"), ("song.mid", b"MThd"), ("empty.wav", b"")]
)
def test_a_sound_that_nobody_would_hear_is_refused(tmp_path: Path, name: str, content: bytes):
    folder = write_course(tmp_path / "course")
    before = sorted(folder.rglob("*"))
    (tmp_path / name).write_bytes(content)
    about = ["--transcript", "Hola.", "--origin", "Spoken by me.", "--licence", "CC0"]
    assert run("new", "sound", tmp_path / name, folder, *about).exit_code == 1
    assert sorted(folder.rglob("*")) == before
