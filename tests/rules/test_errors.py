"""Every code that is printed in brackets has a page, and the page's examples are true."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from attachdeck import pipeline
from attachdeck.compile.objects import Rules
from attachdeck.domain.diagnostics import Severity
from attachdeck.rules import error_pages, error_rules, known_rules
from support.commands import run
from support.courses import ROOT, example_files, write_course

REPORTS = ROOT / "attachdeck" / "decode" / "texts.py"
"""The module whose methods decoders inherit."""
PASSED_ON = ("rule", "name", "each.rule", "diagnostic.rule", "error.rule", "problem.rule")
"""Expressions that hand on a code that was named elsewhere."""


def parameters_for_codes(trees: list[ast.Module]) -> dict[str, int]:
    """The functions with a parameter `rule`, and its place among the arguments."""
    places = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            if "rule" in names:
                places[node.name] = names.index("rule")
    return places


def expressions(tree: ast.Module, places: dict[str, int]) -> Iterator[ast.expr]:
    """The expressions in a module that say a diagnostic's code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "rule")
            name = ast.unparse(node.func).removeprefix("self.").removeprefix("lesson.")
            if name in places and len(node.args) > places[name]:
                yield node.args[places[name]]
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "rule":
                    yield value


def codes_in_the_source() -> set[str]:
    """Every code that the source gives a diagnostic."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in (ROOT / "attachdeck").rglob("*.py")
        if path.parent.name != "rules" or path.name == "__init__.py"
    }
    reports = parameters_for_codes([ast.parse(REPORTS.read_text(encoding="utf-8"))])
    codes = set()
    for path, tree in trees.items():
        inherited = reports if path.parent == REPORTS.parent else {}
        places = inherited | parameters_for_codes([tree])
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for expression in expressions(tree, places):
            if isinstance(expression, ast.Constant):
                codes.add(expression.value)
            elif isinstance(expression, ast.Name) and expression.id in constants:
                codes.add(constants[expression.id])
            else:
                said = ast.unparse(expression)
                assert said in PASSED_ON, f"write the code out where it is made, not as `{said}`"
    return codes


def test_every_code_in_the_source_has_a_page_in_explain_and_rules_and_the_documentation():
    codes = codes_in_the_source() | error_rules().keys()
    assert len(codes) > 50
    assert codes == error_pages().keys(), (
        "add its page to attachdeck/rules/support/errors.md, or delete it"
    )
    assert not codes & known_rules().keys()
    listed = run("rules").stdout
    for code in codes:
        shown = run("explain", code)
        assert shown.exit_code == 0
        assert shown.stdout.startswith(f"{code}: ")
        assert "\nFix: " in shown.stdout
        assert re.search(rf"^{code} ", listed, re.MULTILINE)


def test_a_rule_that_is_an_error_always_runs_and_the_others_can_be_turned_off():
    assert {rule.severity for rule in error_rules().values()} == {Severity.ERROR}
    assert {rule.severity for rule in known_rules().values()} == {Severity.WARNING}
    assert not error_rules().keys() & known_rules().keys()


def test_the_documentation_has_every_page():
    path = ROOT / "docs" / "reference" / "errors.md"
    if "ATTACHDECK_RENEW" in os.environ:
        path.write_text(reference(), encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == reference(), "renew it"


def reference() -> str:
    head = """# Errors

For educators. `attachdeck check` and `build` print a code in brackets, as in \
`error[unknown-source]`. This page explains every code; `attachdeck explain CODE` shows the same \
text in the terminal.
While a course has an error, attachdeck does not write a deck, and the last deck stays unchanged. \
Warnings about cards that could be better are on [another page](rules.md).

<!-- Made from attachdeck/rules/support/errors.md and the rules that are errors; the examples are \
tests. Renew it with ATTACHDECK_RENEW=1 pytest tests/rules/test_errors.py. -->
"""
    pages = error_pages().values()
    return head + "".join(f"\n## {page.name}: {page.documentation.rstrip()}\n" for page in pages)


def codes_of(example: str, folder: Path) -> set[str]:
    """The codes of what is said about an example: cards, or files after lines `--- NAME`."""
    files, cards = example_files(example)
    cards = "".join(f"  {line}\n" for line in cards.strip("\n").split("\n"))
    checked = pipeline.check(write_course(folder, files, cards=cards), rules=Rules("2026-11-28"))
    return {diagnostic.rule for diagnostic in checked.diagnostics}


@pytest.mark.parametrize(
    "code", [code for code, page in error_pages().items() if page.examples("Bad")]
)
def test_the_bad_example_has_the_error_and_the_good_one_has_not(code: str, tmp_path: Path):
    page = error_pages()[code]
    [bad] = page.examples("Bad")
    assert code in codes_of(bad, tmp_path / "bad")
    for good in page.examples("Good"):
        assert not codes_of(good, tmp_path / "good") & error_pages().keys()


def test_explain_shows_the_words_of_links_and_leaves_examples_as_they_are():
    assert "security.md lists what is refused." in run("explain", "unsafe-html").stdout
    assert "](" not in run("explain", "schema").stdout
    assert "[here](https://example.org)" in run("explain", "html-taken-out").stdout
