"""What an author reads about each mistake, word for word.

Each text file beside this one holds cases: a line `### what is wrong`, then parts, each after a
line `--- NAME`, then what `attachdeck check` says after a line `--- says`. A part named `card` is
the one card of the smallest course's lesson (support/courses.py), any other replaces that file.
After a change, `ATTACHDECK_RENEW=1 pytest tests/diagnostics/test_diagnostics.py` writes what is
said now: read the diff.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from attachdeck import pipeline
from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.reporters.text import report
from support.cases import CASES, Case, course_of
from support.courses import write_course


def said(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    course_of(case, folder)
    monkeypatch.chdir(folder)
    checked = pipeline.check(Path("course"))
    return "\n\n".join(report(checked.diagnostics, checked.texts))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file.stem}: {case.title}")
def test_the_author_reads(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert case.says, "no expected text: renew, and read what is said"
    assert said(case, tmp_path, monkeypatch) == case.says


def with_proposed(text: str, each: Diagnostic) -> str | None:
    """A file's text with what a hint tells the author to write in its place; None where it tells
    nothing that can stand there as it is."""
    found = re.search(r"(?:write|:|it,) `(- )?([\w-]+: .*?)`(?=$|,|;| \(| in )", each.help or "")
    lines = text.split("\n")
    line = lines[each.at.line - 1]
    if not found or "…" in found[2] or "as in `" in (each.help or ""):
        return None
    key, _, value = found[2].partition(": ")
    block = re.match(r"(\s*(?:- )*)[^\w{]{0,2}([\w-]+)", line)
    if block and (block[2] == key or found[1]):
        lines[each.at.line - 1] = (
            re.match(r"\s*(?:- )*", line)[0].removesuffix("- " if found[1] else "")
            + f"{found[1] or ''}{found[2]}"
        )
        lines[each.at.line - 1] += "," if "inside braces" in each.message else ""
    elif (
        each.rule == "schema"
        and each.at.line == each.at.end_line
        and each.message.startswith(f"`{key}`")
        and line[each.at.column - 2] == " "
    ):
        lines[each.at.line - 1] = (
            line[: each.at.column - 1] + value + line[each.at.end_column - 1 :]
        )
    else:
        return None
    return "\n".join(lines)


PROPOSING = [case for case in CASES if re.search(r"help: .*`(- )?[\w-]+: ", case.says)]


@pytest.mark.parametrize("case", PROPOSING, ids=lambda case: f"{case.file.stem}: {case.title}")
def test_the_proposed_text_fixes_the_error(case: Case, tmp_path: Path):
    course = course_of(case, tmp_path)
    diagnostics = pipeline.check(course).diagnostics
    found = Counter((problem.at.file, problem.at.line) for problem in diagnostics)
    for problem in diagnostics:
        path = Path(problem.at.file)
        text = path.read_text(encoding="utf-8")
        if (proposed := with_proposed(text, problem)) is not None:
            path.write_text(proposed, encoding="utf-8")
            left = [
                one.message
                for one in pipeline.check(course).diagnostics
                if one.at.line == problem.at.line and one.at.file == problem.at.file
            ]
            assert len(left) < found[problem.at.file, problem.at.line], (
                problem.help,
                proposed,
                left,
            )
            path.write_text(text, encoding="utf-8")


def test_there_are_enough_cases_and_none_twice():
    assert len(CASES) >= 60
    assert len({(case.file, case.title) for case in CASES}) == len(CASES)


if "ATTACHDECK_RENEW" in os.environ:

    def test_renew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        for file in {case.file for case in CASES}:
            blocks = []
            for place, case in enumerate(case for case in CASES if case.file == file):
                folder = tmp_path / f"{file.stem}-{place}"
                parts = "".join(
                    f"--- {name}\n{text.rstrip(chr(10))}\n" for name, text in case.parts.items()
                )
                blocks.append(
                    f"### {case.title}\n{parts}--- says\n{said(case, folder, monkeypatch)}\n"
                )
            file.write_text("\n".join(blocks), encoding="utf-8")


def test_two_places_share_one_margin(tmp_path: Path):
    names = [f"  - {{id: card-{n}, kind: basic, prompt: P, answer: A}}\n" for n in range(95)]
    twice = "  - {id: card-0, kind: basic, prompt: Q, answer: B}\n"
    course = write_course(tmp_path / "course", cards="".join([*names, twice]))
    checked = pipeline.check(course)

    [block] = [
        block for block in report(checked.diagnostics, checked.texts) if "duplicate-id" in block
    ]

    first, second = (line.index("|") for line in block.splitlines() if "kind: basic" in line)
    assert first == second == len("102 ")
