"""What each card asks and answers, as HTML, for outputs that have no card templates."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from attachdeck.anki import cloze
from attachdeck.anki.markup import not_zoomable
from attachdeck.anki.note_types import words
from attachdeck.anki.references import surnames
from attachdeck.compile.deck import Deck
from attachdeck.domain.course import Card, Course, Lesson, OcclusionCard, SequenceCard
from attachdeck.reader.sounds import FILMS

_IMG = re.compile(
    r'<img (?P<night>class="night" )?(?:class="day" )?src="(?P<name>[^"]*)" alt="(?P<alt>[^"]*)">'
)

_IN_LINE = re.compile(r"<(?:a|br|code|del|em|s|strong|sub|sup)\b")
"""The beginning of a paragraph that begins with a tag."""
_SOUND = re.compile(r'<span class="sound">\[sound:(?P<name>[^\[\]]*)\]</span>')
_TRANSCRIPT = re.compile(
    r'<details class="transcript"><summary>(?P<word>[^<]*)</summary>(?P<text>[^<]*)</details>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One card of Anki's: what it asks, what it answers, and what it shows beside the answer, as
    HTML.

    `number` counts a note's cards from 0. Where `card` is a variant (its `wording` is not 0), all
    of it is the variant's; `fields` are its note's with this wording.
    """

    lesson: Lesson
    card: Card
    number: int
    front: str
    back: str
    beside: tuple[str, ...]
    fields: Mapping[str, str]


def beginning(course: Course) -> tuple[str, str]:
    """Return the first paragraph of a course's description, and the rest, which is about Anki."""
    first, _, rest = course.description.strip().partition("\n\n")
    return first, rest


def in_paragraphs(html: str) -> str:
    """Return rendered Markdown in paragraphs: a text of one paragraph comes without `<p>`."""
    is_block = html.startswith("<") and not _IN_LINE.match(html)
    return html if not html or is_block else f"<p>{html}</p>"


def faces(deck: Deck) -> Iterator[Face]:
    """Yield every card of a deck, in the author's order, each followed by its variants.

    A retired card has none, and a custom one would need its own templates.
    """
    notes = {note.card: note for note in deck.notes}
    pairs = ((lesson, card) for lesson in deck.course.lessons for card in lesson.cards)
    for lesson, card in pairs:
        if card.kind == "custom" or card.id not in notes:
            continue
        note = notes[card.id]
        own = deck.note_types[note.note_type].note_type
        rows = [
            {name: not_zoomable(text) for name, text in own.named(row).items()}
            for row in (note.fields, *note.variants)
        ]
        for new_card in note.cards:
            for wording, texts in zip((card, *card.variants), rows, strict=True):
                place = new_card.place
                sides = _sides(deck, wording, texts, place)
                front, back = _with_audio(wording, texts, place, sides)
                yield Face(
                    lesson=lesson,
                    card=wording,
                    number=place,
                    front=front,
                    back=back,
                    beside=_beside(wording, texts),
                    fields=texts,
                )


def _beside(card: Card, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is said beside a card's answer, its sources in short at the end."""
    cited = "; ".join(
        dict.fromkeys(
            f"{surnames(citation.source.authors)}, {citation.source.year or 'n.d.'}"
            for citation in card.sources
        )
    )
    remarks = [texts[name] for name in ("Why", "Confusion") if texts[name]]
    return (*remarks, *([escape(cited, quote=False)] if cited else ()))


def reading_html(lesson: Lesson, html: Callable[[str], str]) -> str:
    """Return a lesson's reading as HTML, each section below its title; `html` renders Markdown."""
    return "\n".join(
        f"<h3>{escape(section.title)}</h3>\n{html(section.text)}"
        if section.title
        else html(section.text)
        for section in lesson.reading
    )


def with_pictures(html: str, media: Mapping[str, bytes]) -> str:
    """Return HTML with its pictures inside, as on a light background."""

    def embedded(match: re.Match[str]) -> str:
        return (
            ""
            if match["night"]
            else f'<img src="{address(match["name"], media[match["name"]])}" alt="{match["alt"]}">'
        )

    return _IMG.sub(embedded, html)


def without_pictures(html: str) -> str:
    """Return HTML in which each picture is its alt text."""
    return _IMG.sub(lambda match: "" if match["night"] else f"[{match['alt']}]", html)


def with_players(html: str, folder: str) -> str:
    """Return HTML in which a browser plays sounds and films, from files in a folder."""

    def played(match: re.Match[str]) -> str:
        return player(f"{folder}{match['name']}")

    return _SOUND.sub(played, html)


def player(address: str) -> str:
    """Return the player of a browser for a sound or a film; it loads nothing until it is asked."""
    tag = "video" if address.endswith(FILMS) else "audio"
    return f'<{tag} class="player" controls preload="none" src="{address}"></{tag}>'


def read_out(html: str) -> str:
    """Return HTML in which the transcript of each sound stands in its place, as on paper."""
    return _TRANSCRIPT.sub(r"<p>\g<word>: <q>\g<text></q></p>", _SOUND.sub("♪", html))


def address(name: str, content: bytes) -> str:
    """Return a picture as a `data:` address."""
    kind = {".svg": "image/svg+xml", ".webp": "image/webp"}.get(
        name[name.rfind(".") :].lower()
    ) or mimetypes.guess_type(name)[0]
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _with_audio(
    card: Card, texts: Mapping[str, str], place: int, sides: tuple[str, str]
) -> tuple[str, str]:
    """Return two sides with the sounds that belong to them; the other way round, they change."""
    sounds = [texts["Front Audio"], texts["Back Audio"]]
    if card.kind == "reversed" and place == 1:
        sounds.reverse()
    parts = [f"<div>{sound}</div>" if sound else "" for sound in sounds]
    return sides[0] + parts[0], sides[1] + parts[1]


def _sides(deck: Deck, card: Card, texts: Mapping[str, str], place: int) -> tuple[str, str]:
    word = words(deck.course.language)
    if card.kind == "cloze":
        return _gap(texts["Text"], place + 1, hidden=True), _gap(
            texts["Text"], place + 1, hidden=False
        )
    if card.kind in ("choice", "vignette"):
        scene = f'<div class="scene">{texts["Scenario"]}</div>' if texts["Scenario"] else ""
        cue = f'<div class="cue">{texts["Cue"]}</div>' if texts["Cue"] else ""
        return (
            f"{scene}<div>{texts['Question']}</div>{texts['Options']}",
            f"{cue}{texts['Explained']}",
        )
    if isinstance(card, SequenceCard):
        steps = [texts[f"Step {n}"] for n in range(1, len(card.steps) + 1)]
        if place == 0:
            return (
                f"<div>{texts['Prompt']}</div><div>{word['Name all steps in order.']}</div>",
                _steps(steps),
            )
        before = _steps([*steps[: place - 1], f"<em>{word['What comes here?']}</em>"])
        return f"<div>{texts['Prompt']}</div>{before}", f"<div>{place}. {steps[place - 1]}</div>"
    if isinstance(card, OcclusionCard):
        name = escape(card.regions[place].name, quote=False)
        return (
            f"<div>{texts['Header']}</div>{_masked(card, texts['Image'], place)}",
            f"<div>{name}</div>{_framed(card, texts['Image'], place)}",
        )
    if card.kind == "produce":
        scene = f'<div class="scene">{texts["Scenario"]}</div>' if texts["Scenario"] else ""
        standard = (
            f'<div class="standard"><em>{word["Compare with"]}:</em> {texts["Standard"]}</div>'
        )
        model = f"<div>{texts['Model Answer']}</div>"
        return f"{scene}<div>{texts['Prompt']}</div>", model + standard
    if card.kind == "practice":
        return f"<div>{texts['Prompt']}</div>", texts["Example"] or word["No right answer"]
    if place == 1:
        return texts["Reverse Prompt"], texts["Reverse Answer"]
    return texts["Prompt"], texts["Answer"] + (
        f'<div class="accepted">{word["Also right"]}: {texts["Accepted"]}</div>'
        if texts["Accepted"]
        else ""
    )


def _gap(text: str, number: int, *, hidden: bool) -> str:
    """Return a cloze text for one of its cards.

    Other gaps are filled, and this one is hidden, or marked.
    """

    def fill(numbers: cloze.Numbers, content: str, hint: str) -> str:
        if not cloze.asks(numbers, number):
            return content
        return (
            f'<span class="gap">[{hint or "…"}]</span>' if hidden else f"<strong>{content}</strong>"
        )

    return cloze.filled(text, fill)


def _steps(steps: list[str]) -> str:
    return f"<ol>{''.join(f'<li>{step}</li>' for step in steps)}</ol>"


def _masked(card: OcclusionCard, image: str, place: int) -> str:
    hidden = (
        _shape(card, n, "asked" if n == place else "mask")
        for n in range(len(card.regions))
        if n == place or card.hide_all
    )
    return _over(image, "".join(hidden))


def _framed(card: OcclusionCard, image: str, place: int) -> str:
    return _over(image, _shape(card, place, "frame"))


def _over(image: str, shapes: str) -> str:
    # Shapes and no backgrounds, which browsers do not print: what is hidden must be hidden on
    # paper.
    box = 'viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"'
    return f'<div class="picture">{image}<svg {box}>{shapes}</svg></div>'


def _shape(card: OcclusionCard, place: int, kind: str) -> str:
    region = card.regions[place]
    if region.shape == "ellipse":
        rx, ry = region.width / 2, region.height / 2
        centre = f'cx="{region.left + rx:g}" cy="{region.top + ry:g}"'
        return f'<ellipse class="{kind}" {centre} rx="{rx:g}" ry="{ry:g}"/>'
    corner = f'x="{region.left:g}" y="{region.top:g}"'
    return f'<rect class="{kind}" {corner} width="{region.width:g}" height="{region.height:g}"/>'
