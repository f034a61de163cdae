"""A variant cannot replace the card

A variant needs different words from the card and from its other variants.
In a cloze card it needs the same gap numbers, because each number is a card in Anki.
A variant's `why`, `confusion`, `hint` and `scenario` replace the card's, so the card needs its own.
A variant cannot play a sound: Anki would play it with every wording.
Fix: reword the variant, give its gaps the card's numbers, or write the key for the card too.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., variants: [{prompt: Who?}]}
    - {id: b, kind: cloze, text: "((1 Bowlby)) was first.",
       variants: [{text: "First was ((2 Bowlby))."}]}
    - {id: c, kind: basic, prompt: Who?, answer: Bowlby.,
       variants: [{prompt: Who was it?, why: He wrote first.}]}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., variants: [{prompt: Who was it?}]}
    - {id: b, kind: cloze, text: "((1 Bowlby)) was first.",
       variants: [{text: "First was ((1 Bowlby))."}]}
    - {id: c, kind: basic, prompt: Who?, answer: Bowlby., why: So.,
       variants: [{prompt: Who was it?, why: He wrote first.}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attachdeck.anki import cloze
from attachdeck.domain.course import Card, ClozeCard, Course
from attachdeck.domain.diagnostics import Severity
from attachdeck.reader import Node
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import pictures_in
from attachdeck.rules.support.places import node_of
from attachdeck.rules.support.texts import all_strings

SEVERITY = Severity.ERROR
_SHARED = ("why", "confusion", "hint", "scenario")
"""The keys that a card need not have."""


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        if card.variants:
            variants = list(node_of(card)["variants"].items())
            yield from _same(card, variants)
            yield from _without_place(card, variants)
            yield from _other_gaps(card, variants)
            yield from _playing(course, context, card)


def _playing(course: Course, context: Context, card: Card) -> Iterator[Finding]:
    """Yield a finding for each sound in a text that changes: Anki plays it with every wording."""
    written = node_of(card)
    variants = list(written["variants"].items())
    changing = sorted({key for variant in variants for key in variant.value if key in written})
    for place in (*variants, *(written[key] for key in changing)) if course.sounds else ():
        for name in (name for text in all_strings(place.value) for name in pictures_in(text)):
            if name in course.sounds:
                yield Finding(
                    context.within(place, name),
                    f"Anki would play the sound `{name}` with every wording of the card",
                    "move it to `audio` of the card, or make this wording a separate card",
                )


def _same(card: Card, variants: list[Node]) -> Iterator[Finding]:
    """Yield a finding for each variant that says what the card or an earlier variant says."""
    first = _said(card.written)
    known = {repr(first): node_of(card)}
    for variant in variants:
        other = known.setdefault(repr(first | _said(variant.value)), variant)
        if other is not variant:
            yield Finding(
                variant.start,
                "two wordings of this card are the same",
                f"reword this variant, or delete it; the other one is at {other.start}",
            )


def _said(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: " ".join(value.split()) if isinstance(value, str) else value
        for key, value in sorted(written.items())
        if key != "variants"
    }


def _without_place(card: Card, variants: list[Node]) -> Iterator[Finding]:
    """Yield a finding for each key of a variant for which the card shows no place."""
    for variant in variants:
        for key in _SHARED:
            if key in variant and key not in card.written:
                yield Finding(
                    variant.key_at(key),
                    f"this variant has a `{key}` but the card does not",
                    f"write a `{key}` for the card too, or delete this one",
                )


def _other_gaps(card: Card, variants: list[Node]) -> Iterator[Finding]:
    """Yield a finding for each variant whose gaps have other numbers than those of the card."""
    if not isinstance(card, ClozeCard):
        return
    numbers = cloze.numbers(card.text)
    listed = ", ".join(map(str, sorted(numbers)))
    for variant in variants:
        text, problems = cloze.to_anki(variant.value["text"])
        if not problems and cloze.numbers(text) != numbers:
            yield Finding(
                variant["text"].at,
                "the gap numbers of this variant differ from those of the card",
                f"use the same numbers ({listed})",
            )
