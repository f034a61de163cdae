"""What an editor shows: the YAML language server that editors use, over its own protocol, with our
schemas."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.commands import need, run
from support.courses import COURSE

pytestmark = pytest.mark.slow  # Starts a language server.

NODE = shutil.which("node") or ""
FIND = "console.log(require.resolve('yaml-language-server/package.json'))"


class LanguageServer:
    """A language server as an editor speaks to it: messages with a length before each (Language
    Server Protocol 3.17)."""

    def __init__(self, program: Path, root: Path) -> None:
        self.process = subprocess.Popen(
            [NODE, str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.asked = 0
        self.settings: dict[str, Any] = {}
        self.published: dict[str, list[dict[str, Any]]] = {}
        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root.as_uri(),
                "capabilities": {
                    "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}
                },
            },
        )
        self.tell("initialized", {})
        self.tell(
            "workspace/didChangeConfiguration",
            {
                "settings": {
                    "yaml": {
                        "validate": True,
                        "hover": True,
                        "completion": True,
                        "schemaStore": {"enable": False},
                    }
                }
            },
        )

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method: str, params: dict[str, Any]) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.asked += 1
        self.send({"id": self.asked, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.asked and "method" not in message:
                return message.get("result")

    def receive(self) -> dict[str, Any]:
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            items = message.get("params", {}).get("items", ())
            wanted = [self.settings.get(item.get("section")) for item in items]
            self.send({"id": message["id"], "result": wanted or None})
        return message

    def use(self, settings: dict[str, Any]) -> None:
        """Hand over an editor's settings, as `.vscode/settings.json` has them."""
        sections: dict[str, Any] = {"editor": {"tabSize": 2}}
        for name, value in settings.items():
            *parts, last = name.split(".") if "[" not in name else [name]
            place = sections
            for part in parts:
                place = place.setdefault(part, {})
            place[last] = value
        self.settings = sections
        self.tell("workspace/didChangeConfiguration", {"settings": sections})

    def formatted(self, path: Path) -> str:
        """A file's text as the editor saves it with format-on-save."""
        text = path.read_text(encoding="utf-8")
        asked = {
            "textDocument": {"uri": self.open(path)},
            "options": {"tabSize": 2, "insertSpaces": True},
        }
        for edit in self.ask("textDocument/formatting", asked) or ():
            assert edit["range"]["start"] == {"line": 0, "character": 0}
            assert edit["range"]["end"]["line"] >= text.count("\n")
            text = edit["newText"]
        return text

    def open(self, path: Path) -> str:
        uri = path.as_uri()
        self.tell(
            "textDocument/didOpen",
            {
                "textDocument": {
                    "uri": uri,
                    "languageId": "yaml",
                    "version": 1,
                    "text": path.read_text(encoding="utf-8"),
                }
            },
        )
        while uri not in self.published:
            self.receive()
        return uri


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A new course, as an educator starts it."""
    folder = tmp_path / "my course"
    assert run("new", "course", folder, "--id", "mine").exit_code == 0
    return folder


@pytest.fixture
def server(course: Path) -> Iterator[Callable[[], LanguageServer]]:
    found = (
        subprocess.run([NODE, "-e", FIND], check=False, capture_output=True, text=True)
        if NODE
        else None
    )
    need(
        "the npm package yaml-language-server (npm install --prefix DIR yaml-language-server; "
        "NODE_PATH=DIR/node_modules)",
        bool(found) and found.returncode == 0,
    )
    program = Path(found.stdout.strip()).parent / "bin" / "yaml-language-server"
    started = LanguageServer(program, course)
    yield lambda: started
    started.process.kill()
    started.process.communicate()


def test_format_on_save_and_fmt_leave_alone_what_the_other_writes(server, tmp_path: Path):
    """With the settings that `new course --vscode` writes, for the files of a new course and the
    whole course on attachment."""
    mine = tmp_path / "mine"
    assert run("new", "course", mine, "--vscode").exit_code == 0
    server().use(json.loads((mine / ".vscode" / "settings.json").read_text(encoding="utf-8")))
    untidy = tmp_path / "untidy.yaml"
    untidy.write_text("a: {b: 1,c: 'two'}   # three\n", encoding="utf-8")
    assert server().formatted(untidy) == 'a: { b: 1, c: "two" } # three\n'
    copied = tmp_path / "copied"
    shutil.copytree(COURSE, copied)
    for folder in (mine, copied):
        assert run("fmt", folder).exit_code == 0
        paths = [path for path in folder.rglob("*.yaml") if path.parent.name != "note_types"]
        assert len(paths) >= 3
        for path in paths:
            path.write_text(server().formatted(path), encoding="utf-8", newline="\n")
        checked = run("fmt", "--check", folder)
        assert checked.exit_code == 0, checked.output
        assert run("check", folder).exit_code == 0


def lesson(course: Path, text: str) -> Path:
    path = course / "lessons" / "01-first-lesson.yaml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


def last_line(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").rstrip("\n").split("\n")) - 1


def completed(
    server: LanguageServer, uri: str, line: int, character: int
) -> dict[str, dict[str, Any]]:
    found = server.ask(
        "textDocument/completion",
        {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}},
    )
    return {item["label"]: item for item in (found["items"] if isinstance(found, dict) else found)}


def test_a_new_course_has_nothing_to_complain_of(server, course: Path):
    for path in (
        course / "course.yaml",
        course / "sources.yaml",
        course / "lessons" / "01-first-lesson.yaml",
    ):
        uri = server().open(path)
        assert server().published[uri] == []


def test_kinds_are_completed_with_what_they_are(server, course: Path):
    path = lesson(course, "  - id: new\n    kind: \n")
    uri = server().open(path)
    line = last_line(path)
    found = completed(server(), uri, line, len("    kind: "))
    assert {"basic", "cloze", "vignette", "occlusion"} <= found.keys()


def test_keys_of_the_kind_are_completed(server, course: Path):
    path = lesson(course, "  - id: new\n    kind: vignette\n    s\n")
    uri = server().open(path)
    found = completed(server(), uri, last_line(path), 5)
    assert {"scenario", "cue", "near_miss"} <= found.keys()


def test_a_card_can_be_written_from_a_snippet(server, course: Path):
    path = lesson(course, "  - \n")
    uri = server().open(path)
    found = completed(server(), uri, last_line(path), 4)
    snippets = [label for label in found if "card" in label]
    assert len(snippets) >= 3, sorted(found)


def test_hover_says_what_a_key_is_for(server, course: Path):
    path = course / "lessons" / "01-first-lesson.yaml"
    uri = server().open(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines) if text.startswith("    why:"))
    shown = server().ask(
        "textDocument/hover",
        {"textDocument": {"uri": uri}, "position": {"line": line, "character": 5}},
    )
    assert "The reason for the answer" in json.dumps(shown)


def test_a_wrong_key_and_a_wrong_id_are_marked(server, course: Path):
    path = lesson(course, "  - {id: Wrong Id, kind: basic, prompt: P, anwser: A}\n")
    uri = server().open(path)
    said = " | ".join(problem["message"] for problem in server().published[uri])
    assert "anwser" in said
    assert "lowercase letters, digits and single hyphens" in said
