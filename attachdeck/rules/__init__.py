"""Rules about what a course must and should have, one a module.

A rule's docstring is its page (a title; what, why and how to fix; `Bad:` and `Good:` with YAML,
which are its tests). Its name is the file's, with hyphens. It has at least one of these functions:

- `check(course, context)` looks at one lesson: the course that it gets has this lesson alone;
- `check_course(course, context)` looks at the course's own files: the course has no lessons;
- `compare(whole, context)` looks at all cards together, of which only summaries are left.

All yield findings. A rule whose module says `STOPS_RELEASE = True` is an error for a release.

A rule whose module says `SEVERITY = Severity.ERROR` reports what would make a card useless or
harmful. It is listed in `ALWAYS`: it runs for every course, and nobody can turn it off or silence
it. Such a rule may get a course or a lesson with other errors, reduced to its valid parts; with
`RUNS_LAST = True` it gets only lessons without other errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pkgutil import get_data, iter_modules
from types import MappingProxyType
from typing import Any

from attachdeck.decode.texts import may_define
from attachdeck.domain.course import Card, ChoiceCard, Course, Lesson, Objective, VignetteCard
from attachdeck.domain.diagnostics import Diagnostic, Severity, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import Node, read_text
from attachdeck.rules.support.markdown import Text, doubtful_texts
from attachdeck.rules.support.pages import Page, pages_without_rule
from attachdeck.rules.support.places import within
from attachdeck.rules.support.texts import Phrases, Texts, Words, plain, runs, texts, with_word
from attachdeck.system.docstrings import docstring

ALWAYS = (
    "cloze",
    "duplicate-name",
    "missing-picture",
    "broken-picture",
    "broken-sound",
    "missing-file",
    "template",
    "choice",
    "vignette",
    "variant",
    "contrast",
    "region",
    "unknown-picture",
    "table",
    "nesting",
    "link",
    "undelivered-picture",
    "unsafe-html",
    "no-card",
)
"""The rules that are errors, in the order in which their findings at one place are shown."""

Cards = list[tuple[Card, Texts]]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that rules need besides the course.

    `today` is a day (year-month-day); `words` are the word lists of the course's language;
    `corpus` are the runs of words of other texts; `files` are the texts of the checked files;
    `unsure` are those of files that have errors, by the name that messages use. `documents` are
    the course's own files without errors, by their paths in its folder; `media` are the files in
    `media/`.
    """

    today: str = ""
    words: Words = field(default_factory=dict)
    corpus: frozenset[tuple[str, ...]] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsure: Mapping[str, str] = field(default_factory=dict, repr=False)
    documents: Mapping[str, Node] = field(default_factory=dict, repr=False)
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    _read: list[tuple[Course, Cards]] = field(
        init=False, default_factory=list, compare=False, repr=False
    )
    _doubtful: list[tuple[Course, list[Text]]] = field(
        init=False, default_factory=list, compare=False, repr=False
    )

    def cards(self, course: Course) -> Cards:
        """Return every card and variant with its texts, which are analysed once for all rules."""
        for known, cards in self._read:
            if known is course:
                return cards
        phrases = Phrases(self.words)
        cards = [(card, texts(card, phrases)) for card in course.wordings()]
        self._read.append((course, cards))
        return cards

    def doubtful_texts(self, course: Course) -> Sequence[Text]:
        """Return the texts of a lesson that need a close look, which are searched once."""
        for known, doubtful in self._doubtful:
            if known is course:
                return doubtful
        doubtful = [text for lesson in course.lessons for text in doubtful_texts(lesson)]
        self._doubtful.append((course, doubtful))
        return doubtful

    def within(self, text: Node, snippet: str) -> Location:
        """Return the place of a piece of a text, or of the text where the piece is not in it."""
        return within(self.files, text, snippet)

    def may_define(self, file: str, name: str) -> bool:
        """Return whether a file that has errors may define a name."""
        return may_define(self.unsure, file, name)

    def cards_near(self, course: Course, phrases: str) -> Iterator[tuple[Card, Texts]]:
        """Yield the cards that may have a phrase of a list; the others have none."""
        return (pair for pair in self.cards(course) if phrases in pair[1].near)


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a rule: the place, what is wrong, and how to fix it.

    `card` is the card that it is about, if any: its author may silence the rule there. `also` are
    other places to look at, each with a label. `severity` is set where it is not the rule's.
    """

    at: Location
    message: str
    help: str | None
    card: Card | CardSummary | None = None
    also: tuple[tuple[str, Location], ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsSummary:
    """The facts about a card's options that rules need to compare cards.

    `option_set` and `answer` are those of a scene, and `words` how many its scenario has.
    `absolute_right` and `absolute_wrong` count the right and the wrong options that have an
    absolute word; `right_is` says whether the right option is the longest or the shortest.
    """

    right: int
    wrong: int
    absolute_right: int
    absolute_wrong: int
    right_is: str
    option_set: str
    answer: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSummary:
    """The facts about a card that rules need to compare cards: its words and references.

    `variants_asked` are the words that its variants ask with. `choices` is for cards with options,
    one for each wording.
    """

    id: str
    at: Location
    kind: str
    asked_words: str
    answered_words: str
    confusion: str
    options: str
    sources: tuple[str, ...]
    objective: str
    silenced: frozenset[str]
    retired: bool = False
    variants_asked: tuple[str, ...] = ()
    choices: tuple[OptionsSummary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All cards of a course, in order, for rules that compare them."""

    course: Course
    cards: Sequence[CardSummary]
    objectives: Sequence[Objective]


Check = Callable[[Course, Context], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Page):
    """A rule: its page, its functions, and its severity.

    With `runs_last` it gets only lessons without other errors; with `stops_release` its findings
    are errors for a release.
    """

    severity: Severity
    runs_last: bool
    check: Check | None
    check_course: Check | None
    compare: Callable[[Whole, Context], Iterable[Finding]] | None
    stops_release: bool


@cache
def known_rules() -> dict[str, Rule]:
    """Return every rule that is a warning by its name; a course may turn these off."""
    modules = [module.name for module in iter_modules(__path__) if not module.ispkg]
    names = [module.replace("_", "-") for module in modules]
    return {name: _rule(name) for name in names if name not in ALWAYS}


@cache
def error_rules() -> dict[str, Rule]:
    """Return every rule that is an error by its name."""
    return {name: _rule(name) for name in ALWAYS}


@cache
def error_pages() -> dict[str, Page]:
    """Return the page of every code that is not a warning, by the code."""
    pages: dict[str, Page] = {**pages_without_rule(), **error_rules()}
    return dict(sorted(pages.items()))


def _rule(name: str) -> Rule:
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    page = docstring(module).strip() + "\n"
    return Rule(
        name=name,
        title=page.partition("\n")[0].rstrip("."),
        documentation=page,
        severity=getattr(module, "SEVERITY", Severity.WARNING),
        runs_last=getattr(module, "RUNS_LAST", False),
        check=getattr(module, "check", None),
        check_course=getattr(module, "check_course", None),
        compare=getattr(module, "compare", None),
        stops_release=getattr(module, "STOPS_RELEASE", False),
    )


def errors_of_lesson(
    course: Course, lesson: Lesson, context: Context, *, is_good: bool
) -> list[Diagnostic]:
    """Return the findings of the rules that are errors in one lesson of a course.

    `is_good` is true if the lesson and the course's own files have no other errors.
    """
    course = replace(course, lessons=(lesson,))
    diagnostics: list[Diagnostic] = []
    for rule in error_rules().values():
        if rule.check and (not rule.runs_last or (is_good and not diagnostics)):
            findings = _each_once(rule.check(course, context))
            diagnostics += [_diagnostic(rule.name, finding, rule.severity) for finding in findings]
    return diagnostics


def errors_of_course(course: Course, context: Context) -> list[Diagnostic]:
    """Return the findings of the rules that are errors in a course's own files."""
    return [
        _diagnostic(rule.name, finding, rule.severity)
        for rule in error_rules().values()
        if rule.check_course
        for finding in rule.check_course(course, context)
    ]


class Linter:
    """Checks a course by the rules that are warnings: lesson by lesson, and then as a whole.

    `course` has no lessons. `only` names the rules to use (all if it is empty), `corpus` are texts
    from which the course should not copy.
    """

    def __init__(
        self, course: Course, today: str, only: Iterable[str] = (), corpus: Iterable[str] = ()
    ) -> None:
        self.course = course
        shared = frozenset(run for text in corpus for run in runs(text))
        self.context = Context(today, _words(course.language), shared)
        chosen = frozenset(only) or known_rules().keys()
        self.severities = {
            name: Severity.ERROR if course.lint.get(name, ("",))[0] == "error" else Severity.WARNING
            for name in known_rules()
            if name in chosen and course.lint.get(name, ("",))[0] != "off"
        }

    def of_lesson(
        self, lesson: Lesson, files: Mapping[str, str]
    ) -> tuple[list[Diagnostic], list[CardSummary]]:
        """Return the rules' findings in one lesson, and the summaries of its cards.

        `files` are the texts of the lesson's files.
        """
        course = replace(self.course, lessons=(lesson,))
        context = replace(self.context, files=files)
        silenced = [pair for card in lesson.cards for pair in card.silenced.items()]
        diagnostics = list(_unknown_rules((name, at) for name, (_, at) in silenced))
        for name in self.severities:
            check = known_rules()[name].check
            diagnostics += self._reported(name, check(course, context) if check else ())
        cards = context.cards(course)
        asked: dict[str, list[str]] = {}
        for card, own in cards:
            asked.setdefault(card.id, []).append(own.asked_words)
        return diagnostics, [
            _summary(card, own, tuple(asked[card.id][1:]), context)
            for card, own in cards
            if not card.wording
        ]

    def of_course(self, files: Mapping[str, str]) -> list[Diagnostic]:
        """Return the rules' findings in the course's own files, of which these are the texts."""
        context = replace(self.context, files=files)
        named = ((name, at) for name, (_, at) in self.course.lint.items())
        diagnostics = list(_unknown_rules(named))
        for name in self.severities:
            check = known_rules()[name].check_course
            diagnostics += self._reported(name, check(self.course, context) if check else ())
        return diagnostics

    def of_all(self, whole: Whole, files: Mapping[str, str]) -> list[Diagnostic]:
        """Return the findings of the rules that compare all cards of a course without errors.

        `files` are the texts of all its files.
        """
        context = replace(self.context, files=files)
        diagnostics: list[Diagnostic] = []
        for name in self.severities:
            compare = known_rules()[name].compare
            diagnostics += self._reported(name, compare(whole, context) if compare else ())
        return diagnostics

    def _reported(self, name: str, findings: Iterable[Finding]) -> Iterator[Diagnostic]:
        for finding in _each_once(findings):
            if finding.card is None or name not in finding.card.silenced:
                yield _diagnostic(name, finding, self.severities[name])


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, of which a variant does not repeat what was found in the card itself."""
    seen: set[object] = set()
    for finding in findings:
        of_card = finding.card.id if isinstance(finding.card, Card) else finding.at
        if (of_card, finding.message) not in seen:
            seen.add((of_card, finding.message))
            yield finding


def _diagnostic(name: str, finding: Finding, severity: Severity) -> Diagnostic:
    return Diagnostic(
        rule=name,
        message=finding.message,
        at=finding.at,
        help=finding.help,
        severity=finding.severity or severity,
        also=finding.also,
    )


def for_release(course: Course, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics with those as errors that stop a release.

    The course's `lint` may set other severities.
    """
    stopping = {name for name, rule in known_rules().items() if rule.stops_release}
    stopping -= course.lint.keys()
    return [
        replace(diagnostic, severity=Severity.ERROR) if diagnostic.rule in stopping else diagnostic
        for diagnostic in diagnostics
    ]


def _summary(
    card: Card, own: Texts, variants_asked: tuple[str, ...], context: Context
) -> CardSummary:
    wordings = (card, *card.variants)
    options = card.options if isinstance(card, ChoiceCard) else ()
    return CardSummary(
        id=card.id,
        at=card.at,
        kind=card.kind,
        asked_words=own.asked_words,
        answered_words=own.answered_words,
        confusion=plain(card.confusion),
        options=plain(" ".join(option.text for option in options)),
        sources=tuple(citation.source.key for citation in card.sources),
        objective=card.objective.id if card.objective else "",
        silenced=frozenset(card.silenced),
        retired=bool(card.retired_because),
        variants_asked=variants_asked,
        choices=tuple(
            options_summary(wording, context.words)
            for wording in wordings
            if isinstance(wording, ChoiceCard)
        ),
    )


def options_summary(card: ChoiceCard, words: Words) -> OptionsSummary:
    """Return what rules that compare cards must know of a card's options; `words` are the lists of
    the course's language."""
    scene = card if isinstance(card, VignetteCard) else None
    right = [option.text for option in card.options if option.right]
    wrong = [option.text for option in card.options if not option.right]
    absolutes = words.get("absolutes", ())
    return OptionsSummary(
        right=len(right),
        wrong=len(wrong),
        absolute_right=sum(bool(with_word(text, absolutes)) for text in right),
        absolute_wrong=sum(bool(with_word(text, absolutes)) for text in wrong),
        right_is=_extreme(right, wrong),
        option_set=scene.option_set if scene else "",
        answer=scene.answer if scene else "",
        words=len(plain(scene.scenario).split()) if scene else 0,
    )


def _extreme(right: Sequence[str], wrong: Sequence[str]) -> str:
    """Return whether the one right option is the longest or the shortest of all."""
    if len(right) != 1 or not wrong:
        return ""
    lengths = [len(text) for text in wrong]
    if len(right[0]) > max(lengths):
        return "longest"
    return "shortest" if len(right[0]) < min(lengths) else ""


def _unknown_rules(named: Iterable[tuple[str, Location]]) -> Iterator[Diagnostic]:
    for name, at in named:
        if name not in known_rules():
            help = did_you_mean_or_list(name, known_rules()) or "`attachdeck rules` lists them"
            message = f"there is no rule `{name}`"
            yield Diagnostic(rule="unknown-rule", message=message, at=at, help=help)


@cache
def _words(language: str) -> Words:
    """Return the word lists of a language, if it has any."""
    name = f"{language.partition('-')[0].lower()}.yaml"
    try:
        content = get_data(f"{__name__}.support", f"words/{name}")
    except OSError:
        return MappingProxyType({})
    document, _ = read_text((content or b"").decode(), name)
    lists: dict[str, Any] = document.root.value if document.root else {}
    return {name: tuple(words) for name, words in lists.items()}
