"""Diagnostics for machines: JSON, GitHub's workflow commands, SARIF 2.1.0 and JUnit. Lines and
columns count from 1."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import category
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from attachdeck import __version__
from attachdeck.domain.diagnostics import Diagnostic, Severity
from attachdeck.domain.location import Location
from attachdeck.reporters.text import lines_of
from attachdeck.rules import error_pages, known_rules

Texts = Mapping[str, str]

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0"


def as_json(
    diagnostics: Sequence[Diagnostic], texts: Texts, more: Mapping[str, Any] | None = None
) -> str:
    """Return an object with a list of diagnostics, and `more` beside it, as `attachdeck schema
    diagnostics` describes it."""
    listed = [
        {
            "rule": problem.rule,
            "severity": problem.severity.value,
            "message": problem.message,
            "help": problem.help or "",
            **_place(problem.at),
            "fingerprint": fingerprint,
            "fixable": problem.fix is not None,
            "also": [{"label": label, **_place(at)} for label, at in problem.also],
        }
        for problem, fingerprint in zip(diagnostics, _fingerprints(diagnostics, texts), strict=True)
    ]
    return json.dumps(
        {"attachdeck": __version__, "diagnostics": listed, **(more or {})},
        ensure_ascii=False,
        indent=2,
    )


def _place(at: Location) -> dict[str, str | int]:
    return {
        "file": at.file,
        "line": max(at.line, 1),
        "column": max(at.column, 1),
        "end_line": max(at.end_line, at.line, 1),
        "end_column": max(at.end_column, at.column, 1),
    }


def as_github(diagnostics: Sequence[Diagnostic], _texts: Texts) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a change
    (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands)."""
    return "\n".join(map(_command, diagnostics))


def _command(problem: Diagnostic) -> str:
    place = _place(problem.at)
    properties = [
        f"file={_property(problem.at.file)}",
        f"line={place['line']}",
        f"col={place['column']}",
        f"endColumn={place['end_column']}",
        f"title={_property(problem.rule)}",
    ]
    return f"::{problem.severity.value} {','.join(properties)}::{_data(problem.in_full)}"


def as_sarif(diagnostics: Sequence[Diagnostic], texts: Texts) -> str:
    """Return a SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/); columns count
    characters."""
    names = sorted({problem.rule for problem in diagnostics})
    rules = [_sarif_rule(name) for name in names]
    results = [
        {
            "ruleId": problem.rule,
            "ruleIndex": names.index(problem.rule),
            "level": problem.severity.value,
            "message": {"text": problem.in_full},
            "locations": [_sarif_location(problem.at)],
            "partialFingerprints": {"attachdeck/v1": fingerprint},
        }
        | _related(problem)
        for problem, fingerprint in zip(diagnostics, _fingerprints(diagnostics, texts), strict=True)
    ]
    driver = {"name": "attachdeck", "semanticVersion": __version__, "rules": rules}
    log = {
        "$schema": f"{_SARIF}/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _sarif_location(at: Location) -> dict[str, Any]:
    place = _place(at)
    region = {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(at.file)}, "region": region},
    }


def _related(diagnostic: Diagnostic) -> dict[str, Any]:
    places = [
        {"id": number, "message": {"text": label}, **_sarif_location(at)}
        for number, (label, at) in enumerate(diagnostic.also, 1)
    ]
    return {"relatedLocations": places} if places else {}


def _failure(problem: Diagnostic) -> str:
    message = quoteattr(_plain(f"{problem.at}: {problem.in_full}"))
    return f"      <failure type={quoteattr(problem.rule)} message={message}/>\n"


def as_junit(diagnostics: Sequence[Diagnostic], texts: Texts) -> str:
    """Return a JUnit report: a test case for each file that was read; errors and warnings are its
    failures."""
    cases = []
    by_file: dict[str, list[Diagnostic]] = {file: [] for file in texts}
    for problem in diagnostics:
        by_file.setdefault(problem.at.file, []).append(problem)
    for file, own in sorted(by_file.items()):
        failures = "".join(map(_failure, own))
        cases.append(
            f"    <testcase classname={quoteattr(_plain(file))} name={quoteattr(_plain(file))}"
            + (f">\n{failures}    </testcase>" if failures else "/>")
        )
    failed = sum(map(bool, by_file.values()))
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="0"'
    head = f'  <testsuite name="attachdeck check" {counts}>'
    body = "".join(f"{case}\n" for case in cases)
    xml = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{xml}\n<testsuites>\n{head}\n{body}  </testsuite>\n</testsuites>"


def said(
    diagnostics: Sequence[Diagnostic],
    texts: Texts,
    form: str,
    more: Mapping[str, Any] | None = None,
) -> str:
    """Return diagnostics in one of `MACHINE_FORMATS`; JSON alone takes `more`."""
    if form == "json":
        return as_json(diagnostics, texts, more)
    return {"github": as_github, "sarif": as_sarif, "junit": as_junit}[form](diagnostics, texts)


def _uri(file: str) -> str:
    """Return a file's name as a reference that SARIF takes: relative, or absolute with its
    scheme."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))


def _sarif_rule(name: str) -> dict[str, Any]:
    rule = known_rules().get(name)
    page = rule or error_pages().get(name)
    rule_entry: dict[str, Any] = {
        "id": name,
        "defaultConfiguration": {"level": Severity.WARNING.value if rule else Severity.ERROR.value},
    }
    return rule_entry | (
        {
            "shortDescription": {"text": page.title},
            "fullDescription": {
                "text": page.documentation.partition("\n\n")[2].partition("\nBad:")[0].strip()
            },
        }
        if page
        else {}
    )


def _fingerprints(diagnostics: Sequence[Diagnostic], texts: Texts) -> list[str]:
    """Return what makes a finding the same one after lines above it were added: its rule, file,
    message and line's text; a number where these repeat."""
    seen: Counter[str] = Counter()
    fingerprints = []
    lines_by_file = lines_of(texts)
    for problem in diagnostics:
        lines = lines_by_file(problem.at.file)
        line = lines[problem.at.line - 1].strip() if 0 < problem.at.line <= len(lines) else ""
        identity = (problem.rule, Path(problem.at.file).name, problem.message, line)
        digest = hashlib.sha256("\x1f".join(identity).encode()).hexdigest()[:32]
        fingerprints.append(f"{digest}:{seen[digest]}")
        seen[digest] += 1
    return fingerprints


def _plain(text: str) -> str:
    """Return a text without characters that XML 1.0 forbids or that control a terminal."""
    return "".join(
        character
        if character in "\t\n\r"
        or (character >= " " and category(character) not in ("Cc", "Cf", "Cs"))
        else "�"
        for character in text
    )


def _data(text: str) -> str:
    return _plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
