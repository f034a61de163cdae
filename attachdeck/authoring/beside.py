"""Files beside a new course for other programs: git, a CI job, pre-commit, an editor."""

from __future__ import annotations

import json
import os
from pathlib import Path

from attachdeck.domain.naming import word

GITIGNORE = """\
# Run `attachdeck build` to build the decks again.
build/
"""
_WORKFLOW = """\
# On each push and pull request: check the course, build its deck and let Anki's engine test it.
name: course
on:
  push:
    branches: [main]
  pull_request:
permissions: {}
concurrency:
  group: course-${{ github.ref }}
  cancel-in-progress: true
jobs:
  deck:
    name: check and build
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      contents: read
    env:
      COURSE: %(course)s
      PYTHONSAFEPATH: "1" # Python imports nothing from the repository.
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with:
          python-version: "3.13"
      - run: python -m pip install --quiet "attachdeck[verify]"
      - run: attachdeck fmt --check -- "$COURSE"
      - run: attachdeck check -- "$COURSE"
      - run: attachdeck build --locked -o deck.apkg -- "$COURSE"
      - run: attachdeck verify deck.apkg
"""
_PRE_COMMIT = """\
# Before each commit (https://pre-commit.com, `pre-commit install`): tidy the course and check it.
# The hooks run the attachdeck that is installed on this computer.
repos:
  - repo: local
    hooks:
      - id: attachdeck-fmt
        name: tidy the course
        entry: attachdeck fmt --
        language: system
        files: %(files)s
      - id: attachdeck-check
        name: check the course
        entry: %(check)s
        language: system
        pass_filenames: false
"""


def ci_files(folder: Path) -> dict[Path, str]:
    """Return a workflow and a pre-commit file for a new course, at the top of its git repository.

    That is the nearest folder around it that git knows, or else the course's own.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  # A link stays what its author calls it.
    top = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)
    course = folder.relative_to(top)
    inside = "" if course == Path() else f"{course.as_posix()}/"
    files = f"^{_escaped(inside)}(lessons/[^/]*|course|sources|media/media)\\.ya?ml$"
    return {
        top / ".github" / "workflows" / "course.yml": _WORKFLOW
        % {"course": json.dumps(course.as_posix(), ensure_ascii=False)},
        top / ".pre-commit-config.yaml": _PRE_COMMIT
        % {
            "files": json.dumps(files, ensure_ascii=False),
            "check": json.dumps(f"attachdeck check -- {word(course)}", ensure_ascii=False),
        },
    }


def vscode_files() -> dict[str, str]:
    """Return settings for Visual Studio Code: the extension that knows schemas, UTF-8 with plain
    line ends, and format-on-save's formatter, which leaves alone what `attachdeck fmt` writes."""
    settings = {
        "files.encoding": "utf8",
        "files.eol": "\n",
        "files.insertFinalNewline": True,
        "yaml.format.enable": True,
        "[yaml]": {
            "editor.tabSize": 2,
            "editor.insertSpaces": True,
            "editor.quickSuggestions": {"strings": True},
        },
    }
    extensions = {"recommendations": ["redhat.vscode-yaml"]}
    return {
        f".vscode/{name}.json": json.dumps(content, indent=2) + "\n"
        for name, content in (("settings", settings), ("extensions", extensions))
    }


def _escaped(text: str) -> str:
    """Return a text as a regular expression that fits it alone, in the words of any engine."""
    return "".join(f"\\{char}" if char in r"\.^$*+?{}[]|()" else char for char in text)
