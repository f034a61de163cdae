"""A course's cards as prompts: a question that unfolds to its answer, without scripts.

With scripts it can be chosen and marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

from attachdeck.anki.note_types import words
from attachdeck.compile.deck import Deck, Note
from attachdeck.outputs.faces import Face, faces, with_players

_IMG = re.compile(r'(<img (?:class="\w+" )?src=")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One card of Anki's on its lesson's page.

    Progress is kept under `key`, which a card keeps when its author renames it. `counts` tells
    whether there is something to remember.
    """

    face: Face
    anchor: str
    key: str
    html: str
    counts: bool


def prompts(deck: Deck) -> Iterator[Prompt]:
    """Yield every prompt of a course, in the author's order. Its pictures are in `media/`."""
    notes = {note.card: note for note in deck.notes}
    word = words(deck.course.language)
    for _, group in groupby(faces(deck), lambda face: (face.card.id, face.number)):
        face, *variants = group
        yield _prompt(face, variants, notes[face.card.id], word)


def _prompt(face: Face, variants: Iterable[Face], note: Note, word: Mapping[str, str]) -> Prompt:
    """Return a card's prompt; its variants unfold below it, and progress is that of the card."""
    anchor, key = f"card-{face.card.id}-{face.number}", f"{note.guid}/{face.number}"
    counts = face.card.kind != "practice"
    marked = _asked(face, word, _marks(word) if counts else "")
    html = f'<article class="prompt" id="{anchor}" data-key="{escape(key)}">{marked}</article>\n'
    others = "".join(
        f'<article class="prompt">{_asked(variant, word, "")}</article>\n' for variant in variants
    )
    if others:
        html += _unfolding("fold", word["Other wordings"], others) + "\n"
    shown = with_players(_IMG.sub(r"\1media/", html), "media/")
    return Prompt(face=face, anchor=anchor, key=key, html=shown, counts=counts)


def _asked(face: Face, word: Mapping[str, str], marks: str) -> str:
    """Return a question with what unfolds below it, the content note before all of it."""
    texts = face.fields
    field = ""
    if face.card.kind == "produce":  # Nothing reads what is written there.
        label = word["In your own words"]
        field = f'<label class="writing">{label}<textarea rows="4"></textarea></label>'
    hint = _unfolding("hint", word["Hint"], texts["Hint"]) if texts["Hint"] else ""
    # A card of practice has no right answer; the face says so where it has no example, in words for
    # Anki.
    if face.card.kind == "practice":
        answer = (
            _unfolding("answer", word["Example"], face.back) if texts["Example"] else ""
        ) + _beside(texts, word)
    else:
        answer = _unfolding(
            "answer",
            word["Show the answer"],
            f'<div class="back">{face.back}</div>{_beside(texts, word)}{marks}',
        )
    asked = f'<div class="front">{face.front}</div>{field}{hint}{answer}'
    if not face.card.content_note:
        return asked
    question = _unfolding("fold", word["Show question"], asked)
    return f'<p class="panel">{escape(face.card.content_note)}</p>{question}'


def _unfolding(name: str, word: str, html: str) -> str:
    return f'<details class="{name}"><summary>{word}</summary>{html}</details>'


def _beside(texts: Mapping[str, str], word: Mapping[str, str]) -> str:
    """Return what is shown beside an answer."""
    titles = (
        ("Why", word["Why"]),
        ("Confusion", word["Often confused"]),
        ("Sources", word["Sources"]),
    )
    return "".join(
        f'<div class="beside"><strong>{title}</strong><div>{texts[name]}</div></div>'
        for name, title in titles
        if texts[name]
    )


def _marks(word: Mapping[str, str]) -> str:
    buttons = (
        f'<button type="button" data-mark="{mark}" aria-pressed="false">{word[mark]}</button>'
        for mark in ("Remembered", "Not yet")
    )
    return f'<div class="marks choices" hidden>{"".join(buttons)}</div>'
