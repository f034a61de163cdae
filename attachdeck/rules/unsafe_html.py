"""Something could run a script or load something

Custom cards keep their HTML as it is. A script in it would run in every learner's Anki.
Fix: delete it, as the message suggests.
[security.md](../release/security.md) lists what is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from attachdeck.anki.template_fields import fields_in_tags, shown_as_text, unfit, unsafe_as_text
from attachdeck.anki.unsafe_html import css_dangers, dangers
from attachdeck.domain.course import Course, CustomCard, Lesson, OwnNoteType
from attachdeck.domain.diagnostics import Severity
from attachdeck.reader import Node
from attachdeck.reader.document import location_of
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.places import node_of

SEVERITY = Severity.ERROR
_LONGEST_INSTEAD = 12
"""In characters: a longer replacement is not proposed."""
_DELETE_IT = (
    "delete it: a card cannot run scripts or load pages; only text, pictures and sounds are allowed"
)


def check(course: Course, context: Context) -> Iterator[Finding]:
    for lesson in course.lessons:
        names = ("title", "deck", "full_deck") if course.note_types else ("full_deck",)
        yield from _in_names(node_of(lesson), *names)  # A whole name came with another's cards.
        for card in lesson.cards:
            if isinstance(card, CustomCard):
                own = course.note_types[card.note_type]
                yield from _between_tags_and_fields(card, own, lesson)
                yield from _in_fields(card, own, context)
                for tag in card.tags:
                    yield from _in_name(tag, node_of(card)["tags"])


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    for own in course.note_types.values():
        yield from _in_templates(own)
        yield from _in_names(node_of(own), "name")
        for template in node_of(own)["templates"].items():
            yield from _in_names(template, "name")
    if course.note_types:
        yield from _in_names(node_of(course), "title", "deck", "practice_deck")


def _in_templates(own: OwnNoteType) -> Iterator[Finding]:
    for file, text in own.texts.items():
        for danger in css_dangers(text) if file.endswith(".css") else dangers(text):
            at = location_of(f"{own.folder}/{file}", text, danger.start)
            yield Finding(at, f"{danger.what} is not allowed on a card", _DELETE_IT)


def _in_names(root: Node, *keys: str) -> Iterator[Finding]:
    """Yield the findings in those names that are written."""
    for key in keys:
        if key in root:
            yield from _in_name(root[key].value, root[key])


def _in_name(name: str, node: Node) -> Iterator[Finding]:
    """Yield a finding for a name or a tag that could run a script, as templates show it raw."""
    for danger in dangers(name):
        message = f"{danger.what} is not allowed on a card"
        yield Finding(node.at, message, _replacement_help(danger.instead))


def _between_tags_and_fields(
    card: CustomCard, own: OwnNoteType, lesson: Lesson
) -> Iterator[Finding]:
    """Yield a finding for each value that a template puts inside a tag, and that could end it."""
    values = _shown_values(card, own, lesson)
    node = node_of(card)
    for text in own.texts.values():
        for name, forbidden in _fields_in_tags(text):
            if sign := unfit(values.get(name, ""), forbidden):
                at = node["fields"][name].at if name in node["fields"] else node.start
                message = (
                    f"a template puts `{name}` inside of a tag, where `{sign}` could begin "
                    "something else"
                )
                help = "delete that character, or move the field out of the tag in the template"
                yield Finding(at, message, help)


def _shown_values(card: CustomCard, own: OwnNoteType, lesson: Lesson) -> dict[str, str]:
    """Return the values that templates can show of a card, by field, also those of Anki itself."""
    root = node_of(lesson)
    deck_names = " ".join(root[key].value for key in ("title", "deck", "full_deck") if key in root)
    return {
        **card.fields,
        "Tags": " ".join(card.tags),
        "Type": own.written["name"],
        "Deck": deck_names,
        "Subdeck": deck_names,
        "Card": " ".join(template["name"] for template in own.written["templates"]),
    }


def _in_fields(card: CustomCard, own: OwnNoteType, context: Context) -> Iterator[Finding]:
    as_text = {name for text in own.texts.values() for name in shown_as_text(text)}
    for name, value in card.fields.items():
        for danger in dangers(value) or (unsafe_as_text(value) if name in as_text else ()):
            at = context.within(node_of(card)["fields"][name], danger.what)
            yield Finding(
                at, f"{danger.what} is not allowed on a card", _replacement_help(danger.instead)
            )


@cache
def _fields_in_tags(template: str) -> tuple[tuple[str, str], ...]:
    """Return the fields that a template puts inside tags, each with its forbidden characters."""
    return tuple(fields_in_tags(template).items())


def _replacement_help(instead: str) -> str:
    """Return a help line for something forbidden: a short replacement, or to delete it."""
    if 0 < len(instead) <= _LONGEST_INSTEAD and instead.isascii():
        return f"replace it with `{instead}`"
    return _DELETE_IT
