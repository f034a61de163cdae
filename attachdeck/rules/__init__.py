"""Rules for good cards. Each is a module in `rules/`; its docstring is its documentation, and the examples in it are its tests.

A rule whose module says `STOPS_RELEASE = True` is an error for `attachdeck release`.
A rule's module has a docstring of fixed form (a title; what, why and how to mend; `Bad:` and `Good:` with YAML) and a function
`check(course, context)` that yields findings. Its name is the file's, with hyphens.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import get_data, iter_modules
from types import MappingProxyType
from typing import Any

from attachdeck.domain.course import Card, Course
from attachdeck.domain.diagnostics import Diagnostic, Severity, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import read_text
from attachdeck.rules.support.pages import Page
from attachdeck.rules.support.texts import Phrases, Texts, Words, runs, texts
from attachdeck.system.docstrings import docstring

Cards = list[tuple[Card, Texts]]


@dataclass(frozen=True, slots=True)
class Context:
    """What rules know besides the course: the day (year-month-day), the words to look for in the course's language, the runs of words of
    other texts, and the texts of the course's files."""

    today: str
    words: Words
    corpus: frozenset[tuple[str, ...]] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    _read: list[tuple[Course, Cards]] = field(default_factory=list, compare=False, repr=False)

    def cards(self, course: Course) -> Cards:
        """Every card with its texts, which are taken apart once, when the first rule asks for them."""
        for known, cards in self._read:
            if known is course:
                return cards
        phrases = Phrases(self.words)
        cards = [(card, texts(card, phrases)) for card in course.cards()]
        self._read.append((course, cards))
        return cards

    def cards_near(self, course: Course, phrases: str) -> Iterator[tuple[Card, Texts]]:
        """The cards that may have a listed phrase somewhere; the others have none."""
        return (each for each in self.cards(course) if phrases in each[1].near)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has found: where, in which card (None for what concerns more than one), what is wrong, and how to mend it."""

    at: Location
    message: str
    help: str
    card: Card | None = None


Check = Callable[[Course, Context], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule(Page):
    """A rule: its page, what looks for it, whether what it finds stops a release, and whether it
    says that something is nowhere, which a part of a course cannot tell."""

    check: Check
    stops_release: bool = False
    looks_everywhere: bool = False


@cache
def known_rules() -> dict[str, Rule]:
    """Every rule, by its name."""
    package = import_module("attachdeck.rules")
    found = {}
    for each in iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{each.name}")
        text = docstring(module).strip() + "\n"
        name = each.name.replace("_", "-")
        title = text.partition("\n")[0].rstrip(".")
        stops = getattr(module, "STOPS_RELEASE", False)
        everywhere = getattr(module, "LOOKS_EVERYWHERE", False)
        found[name] = Rule(name, title, text, module.check, stops, everywhere)
    return found


def lint(
    course: Course,
    today: str,
    only: Iterable[str] = (),
    corpus: Iterable[str] = (),
    files: Mapping[str, str] = MappingProxyType({}),
    *,
    release: bool = False,
    whole: bool = True,
    without: Container[str] = (),
) -> Iterator[Diagnostic]:
    """Yield what the rules say of a course: all of them, or only some.

    Each is a warning unless the course's `lint` says otherwise; for a `release`, those that stop
    one are errors. `corpus` are texts with which a course should share no words, `files` the texts
    of its own files by their names. Of a course that is not `whole`, some rules cannot tell
    anything; nothing is said of the cards whose ids are in `without`.
    """
    known = known_rules()
    context = Context(
        today,
        _words(course.language),
        frozenset(run for text in corpus for run in runs(text)),
        files,
    )
    yield from _unknown_rules(course, known)
    for name, rule in known.items():
        usual = "error" if release and rule.stops_release else "warning"
        setting = course.lint.get(name, (usual, None))[0]
        if setting == "off" or (only and name not in only) or (rule.looks_everywhere > whole):
            continue
        for found in rule.check(course, context):
            card = found.card
            if card is None or (name not in card.silenced and card.id not in without):
                severity = Severity.ERROR if setting == "error" else Severity.WARNING
                yield Diagnostic(
                    rule=name,
                    message=found.message,
                    at=found.at,
                    help=found.help,
                    severity=severity,
                )


def _unknown_rules(course: Course, known: Mapping[str, Rule]) -> Iterator[Diagnostic]:
    named = [(name, at) for name, (_, at) in course.lint.items()] + [
        (name, at) for card in course.cards() for name, (_, at) in card.silenced.items()
    ]
    for name, at in named:
        if name not in known:
            help = did_you_mean_or_list(name, known) or "`attachdeck rules` lists them"
            yield Diagnostic(
                rule="unknown-rule", message=f"there is no rule `{name}`", at=at, help=help
            )


@cache
def _words(language: str) -> Words:
    """The word lists of a language; none where there are none yet."""
    name = f"{language.partition('-')[0].lower()}.yaml"
    try:
        content = get_data(__name__, f"words/{name}")
    except OSError:
        return {}
    document, _ = read_text((content or b"").decode(), name)
    said: dict[str, Any] = document.root.value if document.root else {}
    return {name: tuple(words) for name, words in said.items()}
