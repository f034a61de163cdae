"""Notes as cards of attachdeck's own kinds, for learners who start afresh: what has no such kind
stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from typing import Any

from attachdeck.anki import cloze
from attachdeck.anki.markup import shows_nothing
from attachdeck.importing.cards import LONGEST_TYPED
from attachdeck.importing.draft import Draft, DraftLesson, Values, fitting_tags, listed
from attachdeck.importing.html_text import lost_in, markdown
from attachdeck.lock.records import Lock
from attachdeck.rules.support.gaps import lost_gaps

_BACK = "{{FrontSide}}<hrid=answer>"
# The templates of Anki's own note types, without white space; A, B and C are the first fields.
_SHAPES = {
    ("{{A}}", _BACK + "{{B}}"): "basic",
    ("{{A}}", _BACK + "{{B}}", "{{B}}", _BACK + "{{A}}"): "reversed",
    ("{{A}}", _BACK + "{{B}}", "{{#C}}{{B}}{{/C}}", _BACK + "{{A}}"): "optional",
    ("{{A}}{{type:B}}", "{{A}}<hrid=answer>{{type:B}}"): "typed",
    ("{{cloze:A}}", "{{cloze:A}}<br>{{B}}"): "cloze",
}


def converted(draft: Draft) -> Draft:
    """Return the draft with nearest kinds; nothing of it is known to learners any more."""
    lost = list(draft.lost)
    shapes = {name: shape(values, texts) for name, (values, texts) in draft.note_types.items()}
    styles: dict[str, dict[str, list[str]]] = {}
    lessons = tuple(_lesson(lesson, draft, shapes, lost, styles) for lesson in draft.lessons)
    lost += [_lost_styles(cards) for cards in styles.values()]
    used = {
        card["note_type"] for lesson in lessons for card in lesson.cards if card["kind"] == "custom"
    }
    note_types = {name: note_type for name, note_type in draft.note_types.items() if name in used}
    return replace(
        draft,
        lessons=lessons,
        note_types=note_types,
        known=Lock(),
        lost=tuple(lost),
        starts_afresh=True,
    )


def shape(values: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """Return the name of the stock note type of Anki's that a note type is, judged by its templates
    because its name may be in any language; an empty text for any other."""
    sides = tuple(
        re.sub(r"\s+", "", texts[template[side]])
        for template in values["templates"]
        for side in ("front", "back")
    )
    names = [re.sub(r"\s+", "", field["name"]) for field in values["fields"]]
    for templates, kind in _SHAPES.items():
        if tuple(_filled(template, names) for template in templates) == sides:
            return kind
    return ""


def _filled(template: str, names: list[str]) -> str:
    letters = dict(zip("ABC", names, strict=False))
    return re.sub(r"(?<=[{:#/])([ABC])(?=\}\})", lambda match: letters.get(match[1], "?"), template)


def _lesson(
    lesson: DraftLesson,
    draft: Draft,
    shapes: Mapping[str, str],
    lost: list[str],
    styles: dict[str, dict[str, list[str]]],
) -> DraftLesson:
    """Return a lesson with nearest kinds.

    `styles` gathers, by element, the tags that lose their look.
    """
    cards = []
    for card in lesson.cards:
        note_type, _ = draft.note_types[card["note_type"]]
        row = [card["fields"].get(field["name"], "") for field in note_type["fields"]]
        values = _card(shapes[card["note_type"]], row)
        if values is not None:
            for tag in lost_in(" ".join(row)):
                by_tag = styles.setdefault(tag.split()[0].strip("<>/").lower(), {})
                by_tag.setdefault(tag, []).append(card["id"])
            tags = fitting_tags(card.get("tags", []), f"the card {card['id']}", lost)
            cards.append({"id": card["id"], **values, **({"tags": tags} if tags else {})})
        else:
            cards.append(card)
    return replace(lesson, cards=tuple(cards))


def _lost_styles(cards: Mapping[str, list[str]]) -> str:
    """Return one line: the tags of an element that lose their style, and in which cards."""
    tag, *others = cards
    names = list(dict.fromkeys(name for card_names in cards.values() for name in card_names))
    more = f" and {len(others)} other forms of this tag" if others else ""
    if len(names) == 1:
        return f"the card {names[0]}: {tag}{more}"
    return f"{tag}{more}: in {listed(names)}"


def _card(kind: str, row: list[str]) -> Values | None:
    """Return a card of a kind, or None if it would lose something.

    Pictures, sounds, LaTeX, and fields that the kind has no place for would be lost.
    """
    if not kind or re.search(
        r"<(?:img|svg|audio|video|style)\b|\[sound:|\[/?latex\]|\[\$", " ".join(row), re.IGNORECASE
    ):
        return None
    a, b, *more = [markdown(cell) for cell in row]
    if any(more[1 if kind == "optional" else 0 :]) or shows_nothing(row[0]):
        return None
    if kind == "cloze":
        anki, problems = cloze.to_anki(a)
        return (
            {"kind": "cloze", "text": a, **({"why": b} if b else {})}
            if not problems and not any(lost_gaps(anki, {}))
            else None
        )
    if shows_nothing(row[1]) or "{{" in a + b:
        return None
    if kind == "typed":
        answer = unescape(re.sub(r"<[^>]*>", "", row[1])).strip()
        return (
            {"kind": "typed", "prompt": a, "answer": answer}
            if len(answer) <= LONGEST_TYPED and "\n" not in answer and answer
            else None
        )
    return {
        "kind": "reversed" if kind == "reversed" or (more and more[0]) else "basic",
        "prompt": a,
        "answer": b,
    }
