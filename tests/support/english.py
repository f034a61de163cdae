"""Plain English: the words that no reader meets, and how long a sentence may be.

A source yields the texts that one kind of reader sees, each with its place. `test_english.py`
checks every source in `SOURCES`. To add a source, such as a folder of pages, add a function.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click

from attachdeck import pipeline
from attachdeck.cli import main
from attachdeck.layers import translation
from attachdeck.rules import error_pages, known_rules
from attachdeck.schema import NAMES, REPORTS, schema_text
from support.cases import CASES
from support.courses import COURSE

PACKAGE = Path(__file__).resolve().parents[2] / "attachdeck"
LONGEST = 30
"""The maximum number of words in a sentence."""
LONG = 25
"""The number of words above which a sentence is long; at most one in ten of a source is."""

BANNED = {
    r"mend(?:s|ed|ing)?": "fix",
    r"anew|afresh": "again",
    r"behind": "after",
    r"(?:stands?|stood) (?:in|on|at|for|before|below|between|there|alone)": "is, is listed in",
    r"(?:can(?:not)?|may|to) stand": "is allowed, goes",
    r"holds?|holding": "contains, stores, keeps",
    r"(?<!there )(?:is|are|was|were) no(?! longer)": "is not a",
    r"signs?": "character",
    r"tells?|told": "reports",
    r"say|says|said|saying": "reports, means, write",
    r"(?:lies?|lay) (?:in|on|at|under|beside|below|there)": "is in",
    r"in (?:the |its |their )?place of|in its place": "instead of",
    r"somebody|one's|oneself|whoever": "someone, you",
    r"for ever": "forever",
    r"go(?:es)? on with": "continues",
    r"hangs? on": "depends on",
    r"(?:bring|brings|come|comes|came) along": "copies, contains",
    r"bring(?:s|ing)? (?:\w+ )?up to date": "updates",
    r"is asked for|are asked": "attachdeck asks for",
    r"exit status": "exit code",
    r"as it stands|as they stand": "as typed",
    r"takes? (?:it|them|this|these) for": "reads as",
    r"a film|films?": "video",
    r"besides being|of its own kind": "reword",
}
"""Words that read as translated, as patterns, each with what to write instead."""

EXCEPTIONS: dict[str, str] = {
    "dollar signs": "the usual name of `$`",
    "tell them apart": "to notice a difference",
    "telling similar things apart": "to notice a difference",
    "does and says": "people in scenes speak",
    "should say or do": "learners speak",
    "whoever feeds": "of any person, as researchers write",
    "whoever is there": "of any person, as researchers write",
    "whoever brought the topic up": "of any person, as researchers write",
    "A stands for": "the usual phrase for letters",
    "is asked for five words": "an interviewer asks",
    "the difference lies in": "the usual phrase",
    "lies at the heart": "the usual phrase",
    "lie at the centre": "the usual phrase",
    "babies are no different": "the usual phrase",
    "what lies behind": "the usual phrase",
    "it is no pause": "denies the name that someone gave it",
}
"""Phrases with a banned word that may stay, each with the reason."""

ORDINARY: dict[str, tuple[str, str]] = {
    "say": ("course ", "learners and people in scenes speak"),
    "tell": ("course ", "learners and people in scenes speak"),
    "sign": ("course ", "what shows a feeling; letters are signed"),
    "hold": ("course ", "people hold things, and each other"),
    "behind": ("course ", "a place in scenes and pictures"),
    "film": ("course ", "what people watch, and researchers once shot"),
    "stands in": (r"course .*:(?:\S*(?:scenario|cue)|alt)$", "a place in scenes and pictures"),
    "lies on": (r"course .*:(?:\S*scenario|alt)$", "a place in scenes and pictures"),
    "hangs on": (r"course .*:(?:\S*scenario|alt)$", "a place in scenes and pictures"),
    "mend": (r"course .*:\S*scenario$", "people in scenes mend lamps and gloves"),
}
"""Banned words that some texts need in their ordinary sense: the places, and the reason."""

Text = tuple[str, str]
"""A place, and a text that is read there."""


def messages() -> Iterator[Text]:
    """Yield every text in the code of more than two words that is not a docstring or a pattern."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        apart = set(_not_messages(tree))
        for node in ast.walk(tree):
            text = "" if node in apart else _literal(node)
            place = f"{path.relative_to(PACKAGE.parent)}:{getattr(node, 'lineno', 0)}"
            yield from ((place, line) for line in text.splitlines() if _is_prose(line))


def _not_messages(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield docstrings, and the parts of texts with values in them: their whole is a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from (part for value in node.values for part in ast.walk(value))


def _literal(node: ast.AST) -> str:
    """Return a text as it is written, with `…` for each value in it; empty for other nodes."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(value) or "…" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_prose(text: str) -> bool:
    is_code = re.search(r"</|\(\?|\[\^|\\[swd]|;\s*\}|\b(?:select|SELECT|INSERT|PRAGMA)\b", text)
    return text.count(" ") > 1 and not is_code


def help_pages() -> Iterator[Text]:
    """Yield the help of every command: what it does, and each option."""
    yield from _help("attachdeck", main)


def _help(name: str, command: click.Command) -> Iterator[Text]:
    yield name, re.sub(r"\s+", " ", command.help or "")
    for option in command.params:
        yield f"{name} {option.name}", str(getattr(option, "help", "") or "")
    if isinstance(command, click.Group):
        context = click.Context(command)
        for part in command.list_commands(context):
            found = command.get_command(context, part)
            assert found
            yield from _help(f"{name} {part}", found)


def help_screens() -> Iterator[Text]:
    """Yield every help page as a terminal of 80 columns shows it."""
    yield from _screens(
        main.make_context("attachdeck", [], resilient_parsing=True, terminal_width=80)
    )


def _screens(context: click.Context) -> Iterator[Text]:
    yield context.command_path, context.get_help()
    if isinstance(context.command, click.Group):
        for part in context.command.list_commands(context):
            command = context.command.get_command(context, part)
            assert command
            yield from _screens(click.Context(command, parent=context, info_name=part))


def schema_descriptions() -> Iterator[Text]:
    """Yield what editors show of each key, and what a value that does not fit should be."""
    for name in (*NAMES, *REPORTS, "lock"):
        yield from _descriptions(json.loads(schema_text(name)), f"{name}.schema.json")


def _descriptions(part: Any, place: str) -> Iterator[Text]:
    if isinstance(part, list):
        for entry in part:
            yield from _descriptions(entry, place)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("title", "description", "patternErrorMessage") and isinstance(value, str):
                yield place, value
            else:
                yield from _descriptions(value, f"{place} {key}" if key[0] != "$" else place)


def pages() -> Iterator[Text]:
    """Yield the pages of rules and errors, without their examples."""
    for page in (*known_rules().values(), *error_pages().values()):
        yield page.name, re.split(r"^(?:Bad|Good):$", page.documentation, flags=re.MULTILINE)[0]


def golden_messages() -> Iterator[Text]:
    """Yield the messages and help lines of the golden files, as an author reads them."""
    for case in CASES:
        for line in case.says.splitlines():
            if message := re.match(r"(?:error|warning)\[[\w-]+\]: (.*)|help: (.*)", line):
                yield f"{case.file.name}: {case.title}", message[1] or message[2]


def sample_course() -> Iterator[Text]:
    """Yield the lines of the course that `attachdeck new course` writes."""
    for path in sorted((PACKAGE / "authoring" / "course").iterdir()):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.name}:{number}", line


def course_texts() -> Iterator[Text]:
    """Yield what learners read in the course on attachment, without tables."""
    for catalogue, texts_of in translation.texts(pipeline.check(COURSE).files).items():
        for context, text in texts_of.items():
            yield f"course {catalogue} {context}", re.sub(r"^\|.*", "", text, flags=re.MULTILINE)


def course_pages() -> Iterator[Text]:
    """Yield the lines of the course's own pages (what it is, how to review it), without tables."""
    for page in sorted(COURSE.glob("*.md")):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("|"):
                yield f"course {page.name}:{number}", line


SOURCES: dict[str, Callable[[], Iterator[Text]]] = {
    "messages": messages,
    "golden files": golden_messages,
    "help": help_pages,
    "schemas": schema_descriptions,
    "pages of rules and errors": pages,
    "sample course": sample_course,
    "course on attachment": course_texts,
    "pages of the course": course_pages,
}


@cache
def texts(source: str) -> tuple[Text, ...]:
    """Return the texts of a source."""
    return tuple(SOURCES[source]())


def banned_words(text: str, place: str = "") -> Iterator[str]:
    """Yield the banned words in a text, each with what to write instead."""
    prose = plain(text)
    for phrase in EXCEPTIONS:
        prose = re.sub(re.escape(phrase), "…", prose, flags=re.IGNORECASE)
    for pattern, better in BANNED.items():
        if any(
            re.fullmatch(pattern, word) and re.match(where, place)
            for word, (where, _) in ORDINARY.items()
        ):
            continue
        for match in re.finditer(rf"\b(?:{pattern})\b", prose, re.IGNORECASE):
            yield f"“{match[0]}” (write: {better})"


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text; a message's parts end with `;` or `:`, those of a page with
    an empty line, too."""
    ends = re.compile(r"(?<=[.!?;:])\s+(?!\.\.)|\n\s*\n|^\s*- ", re.MULTILINE)
    for sentence in ends.split(plain(text)):
        if sentence.strip():
            yield sentence


def plain(text: str) -> str:
    """Return a text without what stands between backticks, and without quotations."""
    return re.sub(r"`[^`\n]+`|“[^”]*”|\"[^\"\n]*\"", "…", text)
