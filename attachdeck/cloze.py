"""Gaps in a text: the author's notation, Anki's notation, and Anki's rule for which cards they make.

Anki's rule, from its own parser: a gap is `{{cN::text}}` or `{{cN::text::hint}}`, may carry several numbers
(`{{c1,2::…}}`) and may hold other gaps; one that is never closed is plain text, with all that it holds; all numbers above 500 make one card.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from attachdeck.patterns import pattern
from attachdeck.value import value

HIGHEST = 500

Numbers = tuple[int, ...]
"""The numbers of one gap, as written: `{{c1,2::…}}` has two."""

_ANKI = pattern(r"\{\{c(?P<numbers>[0-9]{1,9}(?:,[0-9]{1,9})*)::|(?P<close>\}\})", re.DOTALL)
_AUTHOR = pattern(
    r"(?P<math>\\\((?:(?!\\\().)*?\\\)|\\\[(?:(?!\\\[).)*?\\\])|\{\{c(?P<anki>[0-9]+(?:,[0-9]+)*)::|(?P<anki_close>\}\})"
    r"|(?<!\\)\(\((?P<light>[0-9]+)\s|(?P<light_close>\)\))",
    re.DOTALL,
)
_NEARLY = pattern(r"(?<!\{)\{++[cC]?[0-9]+:(?!:)|\{\{[0-9]+::|\{\{C[0-9]+::|(?<!\{)\{c[0-9]+::|\(\(c?[0-9]+:|\{\{c::|\{\{c[0-9]+ +::")


@value()
class Problem:
    """What is wrong with a gap, how to mend it, and the piece of text to point at."""

    message: str
    help: str
    snippet: str


@dataclass(slots=True)
class _Gap:
    """A gap that has been opened, with what it holds so far."""

    opening: str
    numbers: str
    light: bool
    text: list[str] = field(default_factory=list)


def numbers(text: str) -> set[int]:
    """The cloze numbers by which Anki makes cards of this text (a number n makes the card at place n - 1, up to `HIGHEST`)."""
    found: list[set[int]] = [set()]
    for token in _ANKI.finditer(text):
        if token["numbers"]:
            found.append({int(number) for number in token["numbers"].split(",") if int(number)})
        elif len(found) > 1:
            closed = found.pop()
            found[-1] |= closed
    return found[0]


def asks(numbers: Numbers, number: int) -> bool:
    """Whether a gap with these numbers is hidden on the card of this number."""
    return number in numbers or (number == HIGHEST and any(each > HIGHEST for each in numbers))


def filled(text: str, fill: Callable[[Numbers, str, str], str]) -> str:
    """A text in Anki's notation with what `fill` makes of each gap's numbers, text and hint in its place; inner gaps come first."""
    stack: list[tuple[str, str, list[str]]] = [("", "", [])]
    position = 0
    for token in _ANKI.finditer(text):
        stack[-1][2].append(text[position : token.start()])
        position = token.end()
        if token["numbers"]:
            stack.append((token.group(), token["numbers"], []))
        elif len(stack) > 1:
            _, numbers, parts = stack.pop()
            content, _, hint = "".join(parts).partition("::")
            stack[-1][2].append(fill(tuple(int(number) for number in numbers.split(",")), content, hint))
        else:
            stack[-1][2].append(token.group())
    stack[-1][2].append(text[position:])
    return "".join(part for opening, _, parts in stack for part in (opening, *parts))


def to_anki(text: str) -> tuple[str, list[Problem]]:
    """An author's text in Anki's notation, and what is wrong with its gaps."""
    problems: list[Problem] = []
    root = _Gap("", "", light=False)
    stack = [root]
    position = heavy = 0  # How many of Anki's own notation are open.
    for token in _AUTHOR.finditer(text):
        top = stack[-1]
        top.text.append(text[position : token.start()])
        position = token.end()
        if token["anki"] or token["light"]:
            stack.append(_Gap(token.group(), token["anki"] or token["light"], light=bool(token["light"])))
            heavy += not token["light"]
        elif len(stack) > 1 and (token["light_close"] if top.light else token["anki_close"]):
            stack.pop()
            heavy -= not top.light
            stack[-1].text.append(_closed(top, problems))
        elif token["anki_close"] and not heavy:
            problems.append(Problem("`}}` closes a gap that was never opened", "a gap is written `((1 hidden))` or `{{c1::hidden}}`", "}}"))
        else:
            top.text.append(token.group())
    stack[-1].text.append(text[position:])
    problems += (Problem("this gap is never closed", f"close it with `{'))' if gap.light else '}}'}`", gap.opening.strip()) for gap in stack[1:])
    nearly = _NEARLY.search(text)
    if nearly:
        problems = [problem for problem in problems if problem.snippet != "}}"]
        problems.append(
            Problem("this looks like a gap, but is none", "a gap is written `((1 hidden))`, `((1 hidden | hint))` or `{{c1::hidden::hint}}`", nearly.group())
        )
    anki = "".join(root.text)
    if not problems and not numbers(anki):
        problems.append(Problem("this text has no gap", "put what the learner should recall in `((1 … ))`", ""))
    return anki, problems


def _closed(gap: _Gap, problems: list[Problem]) -> str:
    content, hint = "".join(gap.text), ""
    if gap.light:
        content, bar, hint = content.partition("|") if "{{c" not in content else (content, "", "")
        content, hint = content.strip(), hint.strip()
        if "::" in content and "{{c" not in content:
            problems.append(Problem("`::` cannot stand in a gap", "Anki takes what follows it for a hint: use a single colon, or a dash", "::"))
        if bar and not hint:
            problems.append(Problem("the hint of this gap is empty", "write the hint after the `|`, or delete the `|`", gap.opening.strip()))
        content += " " if content.endswith("}") and not content.endswith("}}") else ""
    if not content.partition("::")[0].strip():
        problems.append(Problem("this gap is empty", "write what the learner should recall", gap.opening.strip()))
    if any(len(number) > 9 or not 1 <= int(number) <= HIGHEST for number in gap.numbers.split(",")):
        problems.append(Problem(f"a gap's number is {gap.numbers}, and must be 1 to {HIGHEST}", "number gaps from 1", gap.opening.strip()))
    return f"{{{{c{gap.numbers}::{content}{'::' + hint if hint else ''}}}}}"
