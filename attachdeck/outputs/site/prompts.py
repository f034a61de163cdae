"""A course's cards as prompts: a question that unfolds to its answer, without scripts.

With scripts it can be chosen and marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

from attachdeck.anki.note_types import icon, words
from attachdeck.compile.deck import Deck, Note
from attachdeck.outputs.faces import Face, faces, with_players

_IMG = re.compile(r'(<img (?:class="\w+" )?src=")')


_TABS = {
    "basic": ("question", "Question"),
    "typed": ("question", "Question"),
    "reversed": ("both", "Both ways"),
    "cloze": ("gap", "Fill the gap"),
    "choice": ("choose", "Choose"),
    "vignette": ("scene", "Scene"),
    "sequence": ("order", "In order"),
    "occlusion": ("picture", "In the picture"),
    "practice": ("practice", "Practice"),
    "produce": ("write", "Write it"),
}
"""The icon and the word on the tab of each kind of card."""
_HUES = {"vignette": "choice", "produce": "practice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One card of Anki's on its lesson's page.

    Progress is kept under `key`, which a card keeps when its author renames it. `counts` tells
    whether there is something to remember, and `is_sibling` whether it is not the first prompt of
    its card. `short` is the prompt without its other wordings.
    """

    face: Face
    anchor: str
    key: str
    html: str
    short: str
    counts: bool
    is_sibling: bool


def prompts(deck: Deck) -> Iterator[Prompt]:
    """Yield every prompt of a course, in the author's order. Its pictures are in `media/`."""
    notes = {note.card: note for note in deck.notes}
    word = words(deck.course.language)
    last = ""
    for _, group in groupby(faces(deck), lambda face: (face.card.id, face.number)):
        face, *variants = group
        note = notes[face.card.id]
        yield _prompt(face, variants, note, word, is_sibling=note.guid == last)
        last = note.guid


def _prompt(
    face: Face, variants: Iterable[Face], note: Note, word: Mapping[str, str], *, is_sibling: bool
) -> Prompt:
    """Return a card's prompt; its variants unfold below it, and progress is that of the card."""
    anchor, key = f"card-{face.card.id}-{face.number}", f"{note.guid}/{face.number}"
    counts = face.card.kind != "practice"
    names = f'id="{anchor}" data-key="{escape(key)}" data-lesson="{escape(face.lesson.id)}"'
    html = _article(face, word, _marks(word) if counts else "", names)
    others = "".join(_article(variant, word, "") for variant in variants)
    short = html = with_players(_IMG.sub(r"\1media/", html), "media/")
    if others:
        others = with_players(_IMG.sub(r"\1media/", others), "media/")
        html += _unfolding("wordings", word["Other wordings"], others) + "\n"
    return Prompt(
        face=face,
        anchor=anchor,
        key=key,
        html=html,
        short=short,
        counts=counts,
        is_sibling=is_sibling,
    )


def _article(face: Face, word: Mapping[str, str], marks: str, names: str = "") -> str:
    """Return a prompt as a sheet with a tab that says what to do."""
    kind = face.card.kind
    drawing, action = _TABS[kind]
    tab = f'<p class="tab">{icon(drawing)} {word[action]}</p>'
    hue = _HUES.get(kind, kind)
    sheet = f'<div class="sheet">{_asked(face, word, marks)}</div>'
    return f'<article class="prompt is-{hue}" {names}>{tab}{sheet}</article>\n'


def _asked(face: Face, word: Mapping[str, str], marks: str) -> str:
    """Return a question with what unfolds below it, the content note before all of it."""
    texts = face.fields
    field = ""
    if face.card.kind == "produce":  # Nothing reads what is written there.
        label = word["In your own words"]
        field = f'<label class="writing">{label}<textarea rows="4"></textarea></label>'
    hint = _unfolding("hint", word["Hint"], texts["Hint"]) if texts["Hint"] else ""
    asked = f'<div class="front">{face.front}</div>{field}{hint}{_answer(face, word, marks)}'
    if not face.card.content_note:
        return asked
    note = (
        f'<p class="content-note">{icon("note")} <span>{escape(face.card.content_note)}</span></p>'
    )
    return note + _button("fold", word["Show question"], word["Hide question"], asked)


def _answer(face: Face, word: Mapping[str, str], marks: str) -> str:
    """Return what unfolds below a question.

    A card of practice has no right answer; the face says so where it has no example, in words for
    Anki.
    """
    texts, beside = face.fields, _beside(face.fields, word)
    if face.card.kind != "practice":
        html = f'<div class="back">{face.back}</div>{beside}{marks}'
        return _button("answer", word["Show the answer"], word["Show question again"], html)
    free = f'<p class="because">{word["Nothing to get right"]}</p>'
    if not texts["Example"]:
        return free + beside
    example = f'<div class="back">{face.back}</div>'
    shown = _button("answer", word["Example"], word["Example"], example)
    return free + shown + beside


def _button(name: str, closed: str, opened: str, html: str) -> str:
    """Return what unfolds at a button, which says otherwise once it is open."""
    words = f'<span class="closed">{closed}</span><span class="opened">{opened}</span>'
    return f'<details class="{name}"><summary class="button">{words}</summary>{html}</details>'


def _unfolding(name: str, word: str, html: str) -> str:
    return f'<details class="{name}"><summary>{word}</summary>{html}</details>'


def _beside(texts: Mapping[str, str], word: Mapping[str, str]) -> str:
    """Return what is shown beside an answer."""
    titles = (
        ("Why", "why", word["Why"]),
        ("Confusion", "confusion", word["Often confused"]),
        ("Sources", "sources", word["Sources"]),
    )
    return "".join(
        f'<div class="beside"><strong>{icon(drawing)} {title}</strong>'
        f"<div>{texts[name]}</div></div>"
        for name, drawing, title in titles
        if texts[name]
    )


def _marks(word: Mapping[str, str]) -> str:
    buttons = (
        f'<button type="button" class="button" data-mark="{mark}" aria-pressed="false">'
        f"{word[mark]}</button>"
        for mark in ("Remembered", "Not yet")
    )
    return f'<div class="marks" hidden>{"".join(buttons)}</div>'
