"""Prettier, with its defaults, leaves alone what attachdeck writes; and fmt what Prettier
writes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.commands import need, run
from support.courses import COURSE
from support.yaml_texts import strange_texts, tidy

pytestmark = pytest.mark.slow  # Starts node.

NODE = shutil.which("node") or ""
FORMAT = """
const prettier = require("prettier");
const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk)).on("end", async () => {
  const texts = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const formatted = texts.map((text) => prettier.format(text, { parser: "yaml" }).catch(() => \
null));
  console.log(JSON.stringify(await Promise.all(formatted)));
});
"""
Formatter = Callable[[list[str]], list[str | None]]


@pytest.fixture(scope="module")
def prettier() -> Formatter:
    """Prettier's own function: texts to texts, None for one that it cannot read."""
    has_it = (
        bool(NODE)
        and not subprocess.run(
            [NODE, "-e", 'require.resolve("prettier")'], check=False, capture_output=True
        ).returncode
    )
    need(
        "the npm package prettier (npm install --prefix DIR prettier; NODE_PATH=DIR/node_modules)",
        has_it,
    )

    def formatted(texts: list[str]) -> list[str | None]:
        done = subprocess.run(
            [NODE, "-e", FORMAT], check=True, capture_output=True, input=json.dumps(texts).encode()
        )
        results: list[str | None] = json.loads(done.stdout)
        return results

    return formatted


def yaml_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.y*ml")) if path.name != "note_type.yaml"]


def test_the_flagship_is_as_prettier_writes_it(prettier: Formatter):
    paths = yaml_files(COURSE)
    texts = [path.read_text(encoding="utf-8") for path in paths]
    assert len(paths) >= 12
    assert prettier(texts) == texts


def test_a_new_course_and_what_is_added_to_it_are_as_prettier_writes_it(
    prettier: Formatter, tmp_path: Path
):
    folder = tmp_path / "mine"
    assert run("new", "course", folder, "--vscode", "--ci", "--title", "A: “b”").exit_code == 0
    assert run("new", "lesson", "It's 'one': \"two\"", folder).exit_code == 0
    for text in ("What is it?", 'The "word": which, and why?', "[a], {b}", "1969", "a\nb"):
        card = ("--kind", "basic", "--set", f"prompt={text}", "--set", f"answer={text}")
        assert run("new", "card", folder, *card).exit_code == 0
    table = tmp_path / "words.csv"
    table.write_text('prompt,answer,tags\n"Who, then?",Bowlby: John,a b\n', encoding="utf-8")
    assert run("import", table, "-o", tmp_path / "imported").exit_code == 0
    for course in (folder, tmp_path / "imported"):
        texts = [path.read_text(encoding="utf-8") for path in yaml_files(course)]
        assert len(texts) >= 2
        assert prettier(texts) == texts
        assert run("fmt", "--check", course).exit_code == 0


def test_what_fmt_makes_of_strange_files_is_as_prettier_writes_it(prettier: Formatter):
    """Of files as nobody writes them; the few ways in which the two differ are not among them."""
    texts = [tidy(text) for text in strange_texts(400, usual=True)]
    changed = [
        (text, other)
        for text, other in zip(texts, prettier(texts), strict=True)
        if other not in (None, text)
    ]
    assert not changed, f"{len(changed)}:\n" + "\n=====\n".join(changed[0])


def test_fmt_leaves_alone_what_prettier_makes_of_strange_files(prettier: Formatter):
    """But for ids and the order of keys, which cards alone have; of `|2` Prettier makes what cannot
    be read."""
    texts = [
        text for text in strange_texts(400, usual=True) if "cards" not in text and "|2" not in text
    ]
    formatted = [text for text in prettier(texts) if text is not None]
    assert len(formatted) > 100
    changed = [text for text in formatted if tidy(text) != text]
    assert not changed, changed[0]
