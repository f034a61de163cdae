"""The output `gift`: a question bank for Moodle, one category a lesson.

A choice and a vignette become multiple choice, a typed card a short answer, a sequence matching, a
cloze a missing word, basic and reversed ones an essay whose feedback is the answer, practice a
description. A variant is a question of its own. A picture becomes its alt text, a sound its
transcript.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

from attachdeck.anki import cloze
from attachdeck.anki.markup import Media, Shown, render
from attachdeck.compile.deck import Deck
from attachdeck.compile.media import heard_sounds
from attachdeck.domain.course import ChoiceCard, SequenceCard, TypedCard
from attachdeck.outputs import NothingLeft
from attachdeck.outputs.faces import Face, faces, read_out, without_pictures
from attachdeck.reader.sounds import SOUND_ENDINGS

SUFFIX = ".gift.txt"

_EACH_FACE = ("reversed", "cloze")
"""The kinds whose cards each become a question; a note of another kind becomes one question."""

_SPECIAL = re.compile(r"[\\~=#{}:]")
_TAG = re.compile(r"<[^>]*>")


def write(deck: Deck, place: Path) -> list[str]:
    """Write the question bank, and return what it leaves out. Raise NothingLeft where it would be
    empty."""
    bank = _Bank(deck)
    blocks = list(bank.blocks())
    lost = [f"{count} {what}" for what, count in bank.lost.items() if count]
    if not blocks:
        raise NothingLeft(lost)
    place.write_text("\n".join(blocks), encoding="utf-8", newline="\n")
    return lost


def escaped(text: str) -> str:
    """Return a text in GIFT.

    What would be a mark of the format is escaped, and a line's end is written `\\n`.
    """
    return _SPECIAL.sub(r"\\\g<0>", re.sub(r"\r\n?", "\n", text)).replace("\n", "\\n")


def html(text: str) -> str:
    """Return HTML in GIFT.

    An arrow would make a matching question of any other, and has no escape but HTML's.
    """
    return f"[html]{escaped(_without_media(text).strip().replace('->', '-&gt;'))}"


def _without_media(text: str) -> str:
    return without_pictures(read_out(text))


def short(text: str) -> str:
    """Return a plain text as a short answer, in which `*` means itself.

    The mark of its format keeps `%50%` from being a weight. An arrow would make the question one of
    matching, so it becomes `-*>`, where Moodle takes the star for any text.
    """
    starred = text.strip().replace("*", "\\*").replace("->", "-*>")
    return f"[plain]{escaped(starred)}"


def plain(text: str) -> str:
    """Return HTML's text."""
    return unescape(_TAG.sub("", _without_media(text))).strip()


class _Bank:
    """Knows each card's note, and counts what could not be carried."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.notes = {note.card: note for note in deck.notes}
        shown = {
            name: Shown(name, "", picture.alt) for name, picture in deck.course.pictures.items()
        }
        self.media: Media = {**shown, **heard_sounds(deck.course)}
        sounds = sum(name.endswith(SOUND_ENDINGS) for name in deck.media)
        occlusions = sum(bool(note.cards) and note.kind == "occlusion" for note in deck.notes)
        self.lost = {
            "retired": deck.retired,
            "of hidden regions in pictures": occlusions,
            "of the course's own note types": deck.custom,
            "pictures (replaced by their alt text)": len(deck.media) - sounds,
            "sounds (replaced by their transcripts)": sounds,
        }

    def blocks(self) -> Iterator[str]:
        lesson, card = None, None
        for face in faces(self.deck):
            if face.card.kind == "occlusion" or (face.card is card and card.kind not in _EACH_FACE):
                continue
            card = face.card
            if face.lesson is not lesson:
                lesson = face.lesson
                yield f"$CATEGORY: {_category([*self.deck.course.deck.split('::'), lesson.deck])}\n"
            name = f"{card.id}-{face.number + 1}" if card.kind in _EACH_FACE else card.id
            name += f"-variant-{card.wording}" if card.wording else ""
            tags = "".join(
                f" [tag:{_line(tag).replace(']', ')')}]" for tag in self.notes[card.id].tags
            )
            yield f"// [id:{name}]{tags}\n::{escaped(name)}::{self.question(face)}\n"

    def question(self, face: Face) -> str:
        card, texts = face.card, face.fields
        note = f"<p><small>{texts['Content Note']}</small></p>" if texts["Content Note"] else ""
        if isinstance(card, ChoiceCard):
            scene = f"<p>{texts['Scenario']}</p>" if texts["Scenario"] else ""
            return _asked(
                f"{note}{scene}<p>{texts['Question']}</p>",
                self.options(card),
                _feedback(face, texts.get("Cue", "")),
            )
        if isinstance(card, TypedCard):
            return _asked(
                note + texts["Prompt"],
                [f"={short(answer)}" for answer in (card.answer, *card.accept)],
                _feedback(face),
            )
        if isinstance(card, SequenceCard):
            return _asked(
                note + texts["Prompt"],
                _places([texts[f"Step {n}"] for n in range(1, len(card.steps) + 1)]),
                _feedback(face),
            )
        if card.kind == "cloze":
            stem, answer = _gap(texts["Text"], face.number + 1)
            return _asked(
                note + stem, [f"={short(answer)}"] if answer else [], _feedback(face, face.back)
            )
        if card.kind == "practice":
            return html(
                f"{note}<p>{texts['Prompt']}</p>"
                + (f"<p><em>{texts['Example']}</em></p>" if texts["Example"] else "")
            )
        return _asked(note + face.front, [], _feedback(face, face.back))

    def options(self, card: ChoiceCard) -> list[str]:
        """Return each option with its feedback.

        Where several are right, each is worth its part, and a wrong one takes as much.
        """
        right = sum(option.right for option in card.options)
        part = f"{100 / right:.5f}".rstrip("0").rstrip(".")
        marks = (
            {True: "=", False: "~"} if right == 1 else {True: f"~%{part}%", False: f"~%-{part}%"}
        )
        return [
            marks[option.right]
            + html(self.html(option.text))
            + (f"#{html(self.html(option.why))}" if option.why else "")
            for option in card.options
        ]

    def html(self, text: str) -> str:
        return render(text, self.media)


def _asked(stem: str, answers: Iterable[str], feedback: str) -> str:
    lines = [*answers, *([feedback] if feedback else [])]
    return f"{html(stem)}{{{_lines(lines)}}}"


def _lines(lines: list[str]) -> str:
    return "".join(f"\n{line}" for line in lines) + "\n" if lines else ""


def _feedback(face: Face, answer: str = "") -> str:
    texts = [text for text in (answer, *face.beside) if text]
    return f"####{html(''.join(f'<p>{text}</p>' for text in texts))}" if texts else ""


def _places(steps: list[str]) -> list[str]:
    """Return each step matched with its place; Moodle wants three places to choose from."""
    return [
        *(f"={html(step)} -> {n}" for n, step in enumerate(steps, 1)),
        *([f"= -> {len(steps) + 1}"] if len(steps) < 3 else []),
    ]


def _gap(text: str, number: int) -> tuple[str, str]:
    """Return a cloze text with a blank for the gap that is asked, and the gap's plain text; an
    empty text where the gap is more than plain text, or where there are several."""
    asked: list[str] = []

    def fill(numbers: cloze.Numbers, content: str, hint: str) -> str:
        if not cloze.asks(numbers, number):
            return content
        asked.append(content)
        return f"_____ ({hint})" if hint else "_____"

    stem = cloze.filled(text, fill)
    is_plain = len(asked) == 1 and not re.search(r"\\\(|\\\[|<img\b|_____", asked[0])
    return stem, plain(asked[0]) if is_plain else ""


def _category(names: Iterable[str]) -> str:
    """Return names as a way in Moodle's tree of categories.

    There `/` leads down, `//` is a stroke, and nothing is escaped.
    """
    return "/".join(_line(name).replace("\\", " ").replace("/", "//") for name in names)


def _line(text: str) -> str:
    return " ".join(text.split())
