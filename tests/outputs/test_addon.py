"""The add-on as a file: what is in it, and that a course is only data there."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path
from typing import Any

from attachdeck import outputs
from attachdeck.outputs import addon, apkg
from support.commands import run
from support.courses import ALL_KINDS, COURSE_YAML, ROOT, write_course

HOSTILE = '"""\\n\' + {x} %s ](../../x) import os'


def files(tiny: Any, folder: Path, title: str = "Tiny") -> dict[str, bytes]:
    """Return the files of the add-on of the smallest course."""
    course = COURSE_YAML.replace("title: Tiny", f"title: {json.dumps(title)}")
    deck = tiny(ALL_KINDS, **{"course.yaml": course})
    outputs.put(addon, deck, folder / "tiny.ankiaddon")
    apkg.write(deck, folder / "tiny.apkg")
    with zipfile.ZipFile(folder / "tiny.ankiaddon") as package:
        return {name: package.read(name) for name in package.namelist()}


def test_it_carries_the_package_that_learners_import(tiny: Any, tmp_path: Path):
    assert files(tiny, tmp_path)["deck.apkg"] == (tmp_path / "tiny.apkg").read_bytes()


def test_it_has_the_same_bytes_wherever_it_is_built(tmp_path: Path):
    for name in ("one", "another folder"):
        course = write_course(tmp_path / name / "course", cards=ALL_KINDS)
        result = run("build", course, "--to", "addon", "-o", course / "x", SOURCE_DATE_EPOCH="1")
        assert result.exit_code == 0, result.output
    one, another = ((tmp_path / name / "course" / "x") for name in ("one", "another folder"))
    assert one.read_bytes() == another.read_bytes()


def test_no_text_of_a_course_becomes_code_or_a_file_name(tiny: Any, tmp_path: Path):
    plain, hostile = files(tiny, tmp_path), files(tiny, tmp_path, HOSTILE)
    differing = {name for name in hostile if plain.get(name) != hostile[name]}
    assert plain.keys() == hostile.keys()
    assert differing == {"course.json", "deck.apkg", "manifest.json"}
    title = json.loads(hostile["course.json"])["title"]
    assert title == json.loads(hostile["manifest.json"])["name"]
    assert "import os" in title


def test_its_code_is_attachdecks_own_and_reads_in_the_python_of_the_oldest_anki(
    tiny: Any, tmp_path: Path
):
    code = {name: text for name, text in files(tiny, tmp_path).items() if name.endswith(".py")}
    for name, text in code.items():
        ast.parse(text, name, feature_version=(3, 9))
        if name != "__init__.py":
            assert text.decode() == (ROOT / "attachdeck" / name).read_text(encoding="utf-8")
    assert "addon/start.py" in code


def test_its_code_uses_no_network_no_process_and_no_text_as_code(tiny: Any, tmp_path: Path):
    allowed = {
        *("__future__", "anki", "aqt", "collections", "contextlib", "dataclasses", "functools"),
        *("hashlib", "html", "json", "pathlib", "re", "shutil", "sqlite3", "tempfile", "typing"),
        *("unicodedata", "zipfile", "time", "urllib.parse"),
    }
    for name, text in files(tiny, tmp_path).items():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                module = node.module or ""
                assert {module, module.split(".")[0]} & allowed, name
            elif isinstance(node, ast.Name):
                assert node.id not in {"eval", "exec", "compile", "__import__"}, name


def test_the_licence_inside_is_attachdecks(tiny: Any, tmp_path: Path):
    assert files(tiny, tmp_path)["addon/LICENSE"] == (ROOT / "LICENSE").read_bytes()
