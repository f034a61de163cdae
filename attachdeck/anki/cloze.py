"""Gaps in a text: the author's notation, Anki's notation, and which cards Anki makes of them.

Anki's rule, from its own parser: a gap is `{{cN::text}}` or `{{cN::text::hint}}`, may carry several
numbers (`{{c1,2::…}}`) and may contain other gaps; one that is never closed is plain text, with all
in it; all numbers above 500 make one card.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

HIGHEST = 500

Numbers = tuple[int, ...]
"""The numbers of one gap, as written: `{{c1,2::…}}` has two."""

# No formula contains the beginning of another; so a text of beginnings alone is read once, and not
# once for each.
_FORMULA = r"\\\((?:(?!\\\().)*?\\\)|\\\[(?:(?!\\\[).)*?\\\]"
FORMULA = re.compile(_FORMULA, re.DOTALL)
_ANKI = re.compile(r"\{\{c(?P<numbers>[0-9]{1,9}(?:,[0-9]{1,9})*)::|(?P<close>\}\})", re.DOTALL)
_AUTHOR = re.compile(
    rf"(?P<math>{_FORMULA})"
    r"|\{\{c(?P<anki>[0-9]+(?:,[0-9]+)*)::|(?P<anki_close>\}\})"
    r"|(?<!\\)\(\((?P<light>[0-9]+)\s|(?P<light_close>\)\)+)",
    re.DOTALL,
)
_NEARLY = re.compile(
    r"(?<!\{)\{++[cC]?[0-9]+:(?!:)|\{\{[0-9]+::|\{\{C[0-9]+::|(?<!\{)\{c[0-9]+::"
    r"|\(\(c?[0-9]+:|\{\{c::|\{\{c[0-9]+ +::"
)
_ALMOST = re.compile(
    r"\{\{[cC]?[0-9]+\s|(?<![\\\w])\(\((?![0-9]+\s)[^()]*\)\)|\[\[[0-9]+\s++[^\W\d]|（（[0-9]+"
)
"""What may be part of a formula or of code, and is meant as a gap elsewhere."""
_NO_PROSE = re.compile(rf"{_FORMULA}|`[^`]*`", re.DOTALL)
_IN_FORMULA = re.compile(r"\{\{c[0-9]+(?:,[0-9]+)*::|\(\([0-9]+\s++\w++\)\)")
_ENDS_ALONE = re.compile(r"(?<![\\(])\([0-9]+\s[^()]*\)\)")
_BRACKET = re.compile(r"(?<![:;])(?<![:;]-)\(|\)")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a gap, how to fix it, and the piece of text to point at."""

    message: str
    help: str
    snippet: str


@dataclass(slots=True)
class _Gap:
    """A gap that has been opened, with its content so far.

    `light` counts the brackets that this has opened and not closed.
    """

    opening: str
    numbers: str
    light: bool
    brackets: int = 0
    text: list[str] = field(default_factory=list)


def numbers(text: str) -> set[int]:
    """Return the cloze numbers by which Anki makes cards of this text.

    A number n makes the card at place n - 1, up to `HIGHEST`.
    """
    stack: list[set[int]] = [set()]
    for token in _ANKI.finditer(text):
        if token["numbers"]:
            stack.append({int(number) for number in token["numbers"].split(",") if int(number)})
        elif len(stack) > 1:
            closed = stack.pop()
            stack[-1] |= closed
    return stack[0]


def asks(numbers: Numbers, number: int) -> bool:
    """Return whether a gap with these numbers is hidden on the card of this number."""
    return number in numbers or (number == HIGHEST and any(place > HIGHEST for place in numbers))


def filled(text: str, fill: Callable[[Numbers, str, str], str]) -> str:
    """Return a text in Anki's notation with each gap replaced by what `fill` makes of it.

    `fill` gets the gap's numbers, text and hint; inner gaps come first.
    """
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
            stack[-1][2].append(
                fill(tuple(int(number) for number in numbers.split(",")), content, hint)
            )
        else:
            stack[-1][2].append(token.group())
    stack[-1][2].append(text[position:])
    return "".join(part for opening, _, parts in stack for part in (opening, *parts))


def to_anki(text: str) -> tuple[str, list[Problem]]:
    """Return an author's text in Anki's notation, and what is wrong with its gaps."""
    reading = _Reading()
    position = 0
    for token in _AUTHOR.finditer(text):
        reading.add_text(text[position : token.start()])
        reading.add_token(token)
        position = token.end()
    reading.stack[-1].text.append(text[position:])
    problems = [*reading.problems, *map(_unclosed, reading.stack[1:])]
    if nearly := _nearly(text):
        problems = [problem for problem in problems if problem.snippet != "}}"]
        problems.append(_nearly_a_gap(nearly))
    anki = "".join(reading.stack[0].text)
    if not problems and not numbers(anki):
        help = "write what the learner should recall as `((1 … ))`"
        problems.append(Problem("this text has no gap", help, ""))
    return anki, problems


class _Reading:
    """Reads an author's text token by token; knows the gaps that are open.

    The first in `stack` is the text around all gaps.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.stack = [_Gap("", "", light=False)]
        self.heavy = 0
        """How many gaps in Anki's own notation are open."""

    def add_text(self, text: str) -> None:
        top = self.stack[-1]
        top.text.append(text)
        top.brackets = _open_brackets(text, top.brackets) if top.light else 0

    def add_token(self, token: re.Match[str]) -> None:
        top = self.stack[-1]
        if token["anki"] or token["light"]:
            numbers = token["anki"] or token["light"]
            self.stack.append(_Gap(token.group(), numbers, light=bool(token["light"])))
            self.heavy += not token["light"]
        elif token["light_close"]:
            _close_light(self.stack, len(token.group()), self.problems)
        elif len(self.stack) > 1 and not top.light and token["anki_close"]:
            self.stack.pop()
            self.heavy -= 1
            self.stack[-1].text.append(_closed(top, self.problems))
        elif token["anki_close"] and not self.heavy:
            self.problems.append(_NEVER_OPENED)
        else:
            if token["math"] and (gap := _IN_FORMULA.search(token["math"])):
                self.problems.append(_in_formula(gap[0]))
            top.text.append(token.group())


_NEVER_OPENED = Problem(
    "`}}` closes a gap that was never opened",
    "write a gap as `((1 hidden))` or `{{c1::hidden}}`",
    "}}",
)


def _in_formula(gap: str) -> Problem:
    help = r"put the gap around it, as in `((1 \(x^2\)))`, or end the formula before it"
    return Problem("a gap cannot be inside a formula", help, gap)


def _unclosed(gap: _Gap) -> Problem:
    help = f"close it with `{'))' if gap.light else '}}'}`"
    return Problem("this gap is never closed", help, gap.opening.strip())


def _nearly_a_gap(text: str) -> Problem:
    help = "write a gap as `((1 hidden))`, `((1 hidden | hint))` or `{{c1::hidden::hint}}`"
    if text.endswith("))"):
        help += "; for brackets that are not a gap, write a space: `( (so) )`"
    return Problem("this looks like a gap but is not one", help, text)


def _close_light(stack: list[_Gap], run: int, problems: list[Problem]) -> None:
    """Close gaps with a run of closing brackets.

    The first of these may close what a gap's own text has opened: `((1 Bowlby (1969)))`.
    """
    while run > 1 and len(stack) > 1 and stack[-1].light:
        gap = stack.pop()
        own = min(gap.brackets, run - 2)
        gap.text.append(")" * own)
        run -= own + 2
        # Half-open intervals have their own brackets.
        if gap.brackets > own and not any("]" in part for part in gap.text):
            problems.append(
                Problem(
                    "this gap ends inside a bracket",
                    "close the bracket with `)`, then the gap with `))`",
                    gap.opening.strip(),
                )
            )
        stack[-1].text.append(_closed(gap, problems))
    stack[-1].text.append(")" * run)


def _open_brackets(text: str, opened: int = 0) -> int:
    """Return how many brackets are open at the end of a text, if so many are at its beginning."""
    for bracket in _BRACKET.findall(text):
        opened = opened + 1 if bracket == "(" else max(opened - 1, 0)
    return opened


def _nearly(text: str) -> str:
    """Return the first piece of a text that looks like a gap, and is none."""
    if nearly := _NEARLY.search(text):
        return nearly.group().strip()
    prose = _NO_PROSE.sub("", text) if "\\" in text or "`" in text else text
    if nearly := _ALMOST.search(prose):
        return nearly.group().strip()
    opened = position = 0
    for nearly in _ENDS_ALONE.finditer(prose):
        opened = _open_brackets(prose[position : nearly.start()], opened)
        position = nearly.start()
        if not opened:
            return nearly.group()
    return ""


def _closed(gap: _Gap, problems: list[Problem]) -> str:
    content, hint = "".join(gap.text), ""
    if gap.light:
        content, bar, hint = (
            _hinted(content) if "|" in content and "{{c" not in content else (content, "", "")
        )
        content, hint = content.strip(), hint.strip()
        if "::" in content and "{{c" not in content:
            problems.append(
                Problem(
                    "`::` is not allowed in a gap",
                    "write a single colon or a dash: Anki reads the text after `::` as a hint",
                    "::",
                )
            )
        if bar and not hint:
            problems.append(
                Problem(
                    "the hint of this gap is empty",
                    "write the hint after the `|`, or delete the `|`",
                    gap.opening.strip(),
                )
            )
        content += " " if content.endswith("}") and not content.endswith("}}") else ""
    if not content.partition("::")[0].strip():
        problems.append(
            Problem(
                "this gap is empty", "write what the learner should recall", gap.opening.strip()
            )
        )
    if any(len(number) > 9 or not 1 <= int(number) <= HIGHEST for number in gap.numbers.split(",")):
        problems.append(
            Problem(
                f"gap number {gap.numbers} is not between 1 and {HIGHEST}",
                "number gaps from 1",
                gap.opening.strip(),
            )
        )
    return f"{{{{c{gap.numbers}::{content}{'::' + hint if hint else ''}}}}}"


def _hinted(content: str) -> tuple[str, str, str]:
    """Return a gap's text, the bar after it, and its hint.

    A bar in a formula or in code belongs to that.
    """
    place = _NO_PROSE.sub(lambda match: "x" * len(match[0]), content).find("|")
    return (content[:place], "|", content[place + 1 :]) if place >= 0 else (content, "", "")
