"""Sample text that is still there.

`attachdeck new` and `attachdeck import` leave texts that begin with *Write here*, a licence *Not
stated*, and a sample lesson with its cards.
Learners should never see them: `attachdeck check` warns, and `attachdeck release` refuses.
A text that you begin with *TODO:* is reported too.
Fix: replace it with your own text, or delete it.

Bad:

    - {id: a, kind: basic, prompt: Write here a question with one right answer., answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who first described the secure base?, answer: Bowlby.}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attachdeck.domain.course import Card, Course, Lesson
from attachdeck.domain.location import Location
from attachdeck.reader.document import location_of
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import all_strings

STOPS_RELEASE = True
_BEGINNINGS = ("Write here", "TODO:")
_WHOLE = frozenset(("Not stated", "TODO", "The first lesson"))
_SAMPLE = frozenset(
    (
        "What does a forgetting curve show?",
        "Reviews help more when they are ((1 spread out | over time)) than when they are crammed.",
        (
            "Ana opens the envelope from school. "
            "Her hands shake, and she looks for a chair before she reads on."
        ),
    )
)
"""Questions of the sample cards that `attachdeck new course` writes."""


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    yield from _left(_texts(course), context)


def check(course: Course, context: Context) -> Iterator[Finding]:
    for lesson in course.lessons:
        yield from _left(_lesson_texts(lesson), context)
    for card in course.cards():
        texts = list(all_strings(card.written))
        left = [text for text in texts if _is_left(text)]
        for text in left:
            at = _narrowed(card.at, text, context)
            yield _finding(at, f"`{card.id}` has a sample text", text, card)
        if not left and not _SAMPLE.isdisjoint(texts):
            yield Finding(
                card.at,
                f"`{card.id}` is a sample card from `attachdeck new course`",
                "replace it with your own card, or delete it",
                card,
            )


def _is_left(text: str) -> bool:
    return text in _WHOLE or text.startswith(_BEGINNINGS)


def _finding(at: Location, what: str, text: str, card: Card | None = None) -> Finding:
    return Finding(
        at,
        f"{what} meant to be replaced: `{text.splitlines()[0]}`",
        "replace it with your own text, or delete it",
        card,
    )


def _left(texts: Iterable[tuple[Location, str]], context: Context) -> Iterator[Finding]:
    for at, text in texts:
        if _is_left(text):
            yield _finding(_narrowed(at, text, context), "this is a sample text", text)


def _texts(course: Course) -> Iterator[tuple[Location, str]]:
    """Yield the texts of a course beside its cards, each with the place to look for it from."""
    whole = course.at
    for text in (course.title, course.description, course.notice, course.licence):
        yield whole, text
    for option_set in course.option_sets.values():
        yield from ((whole, text) for text in (option_set.question, *option_set.options.values()))
    for picture in course.pictures.values():
        for text in (picture.alt, picture.origin, picture.licence):
            yield picture.at, text
    for sound in course.sounds.values():
        yield from ((sound.at, text) for text in (sound.transcript, sound.origin, sound.licence))


def _lesson_texts(lesson: Lesson) -> Iterator[tuple[Location, str]]:
    for text in (lesson.title, lesson.summary, lesson.content_note):
        yield lesson.at, text
    for option_set in lesson.option_sets.values():
        for text in (option_set.question, *option_set.options.values()):
            yield lesson.at, text
    for section in lesson.reading:
        yield from ((section.at, text) for text in (section.title, section.text))
    for objective in lesson.objectives:
        yield objective.at, objective.text


def _narrowed(at: Location, text: str, context: Context) -> Location:
    """Return the place of a text's first line after `at`, or `at` where it is written otherwise."""
    file = context.files.get(at.file, "")
    line = text.splitlines()[0]
    begin = sum(len(above) + 1 for above in file.split("\n")[: max(at.line - 1, 0)])
    index = file.find(line, begin)
    if index < 0:
        return at
    start = location_of(at.file, file, index)
    return start._replace(end_line=start.line, end_column=start.column + len(line))
