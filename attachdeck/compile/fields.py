"""A card's fields: those that all kinds share, and those of each kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from attachdeck.anki.inert import WORD_JOINER
from attachdeck.anki.markup import Shown, picture, plain, tame
from attachdeck.compile.texts import Texts
from attachdeck.domain.course import (
    BasicCard,
    Card,
    ChoiceCard,
    ClozeCard,
    CustomCard,
    Lesson,
    OcclusionCard,
    Option,
    Picture,
    PracticeCard,
    ProduceCard,
    ReadingCard,
    ReferenceCard,
    Region,
    ReversedCard,
    SequenceCard,
    TypedCard,
    VignetteCard,
)
from attachdeck.reader.pictures import frame

Fields = dict[str, str]


def fields_of(card: Card, lesson: Lesson | None, texts: Texts) -> Fields:
    """Return what a card's fields say, by their names; a reference card belongs to no lesson."""
    if isinstance(card, CustomCard):
        return dict(card.fields)
    return _shared(card, lesson, texts) | _FIELDS[card.kind](card, texts)


def content_note(card: Card, lesson: Lesson | None) -> str:
    """Return a card's content note: its own, or that of its lesson.

    The cards of the whole course have none: they must not vanish when sensitive ones are suspended.
    """
    return card.content_note or (lesson.content_note if lesson else "")


def _shared(card: Card, lesson: Lesson | None, texts: Texts) -> Fields:
    return {
        "Hint": texts.html(card.hint),
        "Why": texts.html(card.why),
        "Confusion": texts.html(card.confusion),
        "Sources": texts.sources(card.sources),
        "Front Audio": texts.sound(card.front_audio),
        "Back Audio": texts.sound(card.back_audio),
        "Content Note": texts.plain(content_note(card, lesson)),
        "Lesson": texts.plain(lesson.title) if lesson else "",
        "Objective": texts.plain(card.objective.text) if card.objective else "",
        "Retired": texts.html(card.retired_because),
        "ID": card.id,
    }


def _basic(card: BasicCard, texts: Texts) -> Fields:
    return {"Prompt": texts.html(card.prompt), "Answer": texts.html(card.answer)}


def _reversed(card: ReversedCard, texts: Texts) -> Fields:
    return _basic(card, texts) | {
        "Reverse Prompt": texts.html(card.reverse_prompt),
        "Reverse Answer": texts.html(card.reverse_answer),
    }


def _typed(card: TypedCard, texts: Texts) -> Fields:
    accepted = "".join(f"<li>{plain(answer)}</li>" for answer in card.accept)
    return {
        "Prompt": texts.html(card.prompt),
        "Answer": plain(card.answer),
        # Nobody types the character that keeps MathJax away, which reads nothing of what Anki
        # compares.
        "Typed": plain(card.answer).replace(WORD_JOINER, ""),
        "Accepted": f"<ul>{accepted}</ul>" if accepted else "",
    }


def _cloze(card: ClozeCard, texts: Texts) -> Fields:
    return {"Text": texts.html_with_gaps(card.text)}


def _choice(card: ChoiceCard, texts: Texts) -> Fields:
    # Without JavaScript learners see this order: it must not tell which option the author thought
    # of first.
    options = sorted(
        card.options,
        key=lambda option: hashlib.sha256(f"{card.id}\x1f{option.text}".encode()).digest(),
    )
    return _question(card, options, texts)


def _vignette(card: VignetteCard, texts: Texts) -> Fields:
    return _question(card, card.options, texts) | {
        "Scenario": texts.html(card.scenario),
        "Cue": texts.html(card.cue),
    }


def _question(card: ChoiceCard, options: Iterable[Option], texts: Texts) -> Fields:
    rows = [(option, texts.inline(option.text), texts.html(option.why)) for option in options]
    listed = "".join(f"<li>{text}</li>" for _, text, _ in rows)
    explained = "".join(_explained(option, text, why) for option, text, why in rows)
    right = [text for option, text, _ in rows if option.right]
    all_right = f"<ul>{''.join(f'<li>{text}</li>' for text in right)}</ul>"
    return {
        "Question": texts.html(card.question),
        "Options": f'<ol class="options">{listed}</ol>',
        "Answer": right[0] if len(right) == 1 else all_right,
        "Explained": f'<ol class="options">{explained}</ol>',
    }


def _explained(option: Option, text: str, why: str) -> str:
    outcome = "right" if option.right else "wrong near" if option.near else "wrong"
    reason = f'<div class="reason">{why}</div>' if why else ""
    return f'<li class="{outcome}"><div class="option">{text}</div>{reason}</li>'


def _sequence(card: SequenceCard, texts: Texts) -> Fields:
    steps = {f"Step {number}": texts.html(step) for number, step in enumerate(card.steps, 1)}
    return {
        "Prompt": texts.html(card.prompt),
        "Whole": texts.words["All steps"] if card.whole else "",
    } | steps


def _occlusion(card: OcclusionCard, texts: Texts) -> Fields:
    shown = texts.shown[card.picture.file]
    if not _has_one_shape(card.picture):
        shown = Shown(shown.name, "", shown.alt)
    regions = tuple(enumerate(card.regions, 1))
    shapes = (f"{{{{c{n}::{_shape(region, card.hide_all)}}}}}<br>" for n, region in regions)
    names = (f"{{{{c{n}::{_name_in_gap(region, texts)}}}}}" for n, region in regions)
    return {
        "Occlusion": "".join(shapes),
        "Image": picture(shown),
        "Header": texts.html(card.prompt),
        "Names": tame(" ".join(names)),
    }


def _has_one_shape(drawn: Picture) -> bool:
    """Return whether a picture's night variant is as wide for its height as the picture is.

    Anki measures only the first picture of a card and lays the masks over both.
    """
    if drawn.night is None:
        return True
    frames = [frame(version.content, version.file) for version in (drawn, drawn.night)]
    if None in frames:
        return False
    day, night = (box.width / box.height for box in frames if box)
    return abs(day / night - 1) < 0.01


def _name_in_gap(region: Region, texts: Texts) -> str:
    """Return a region's name, without what would end a gap or begin its hint."""
    return texts.plain(region.name).replace("}}", "} }").replace("::", ":")


def _shape(region: Region, hide_all: bool) -> str:
    """Return a region in the words of Anki's image occlusion.

    Lengths are parts of 1; an ellipse is given by its radii.
    """
    size = (
        (region.width, region.height)
        if region.shape == "rect"
        else (region.width / 2, region.height / 2)
    )
    names = ("width", "height") if region.shape == "rect" else ("rx", "ry")
    lengths = zip(("left", "top", *names), (region.left, region.top, *size), strict=True)
    places = ":".join(f"{name}={_part(percent)}" for name, percent in lengths)
    return f"image-occlusion:{region.shape}:{places}{':oi=1' if hide_all else ''}"


def _part(percent: float) -> str:
    return f"{percent / 100:.4f}".rstrip("0").rstrip(".").removeprefix("0") or "0"


def _practice(card: PracticeCard, texts: Texts) -> Fields:
    return {"Prompt": texts.html(card.prompt), "Example": texts.html(card.example)}


def _produce(card: ProduceCard, texts: Texts) -> Fields:
    return {
        "Scenario": texts.html(card.scenario),
        "Prompt": texts.html(card.prompt),
        "Model Answer": texts.html(card.answer),
        "Standard": texts.html(card.standard),
        "Typed": texts.plain(texts.words["In your own words"]),
    }


def _reference(card: ReferenceCard, texts: Texts) -> Fields:
    return {"Prompt": texts.html(card.prompt), "Text": texts.html(card.text)}


def _reading(card: ReadingCard, texts: Texts) -> Fields:
    return {
        "Prompt": texts.plain(card.prompt),
        "Text": texts.html(card.text),
        "Place": card.part,
    }


_FIELDS: Mapping[str, Callable[..., Fields]] = {
    "basic": _basic,
    "reversed": _reversed,
    "typed": _typed,
    "cloze": _cloze,
    "choice": _choice,
    "vignette": _vignette,
    "sequence": _sequence,
    "occlusion": _occlusion,
    "practice": _practice,
    "produce": _produce,
    "reference": _reference,
    "reading": _reading,
}
