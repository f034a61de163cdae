"""A draft written as a course: put together beside its place, checked, and only then put there."""

from __future__ import annotations

import re
import shutil
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from attachdeck import pipeline
from attachdeck.authoring import new, style
from attachdeck.authoring.text_file import create
from attachdeck.authoring.tidy import keys_of
from attachdeck.compile.link import compile_course
from attachdeck.compile.results import Checked
from attachdeck.domain.diagnostics import Diagnostic, errors_among
from attachdeck.domain.naming import slug, word
from attachdeck.importing.draft import Draft, DraftLesson
from attachdeck.importing.found import CannotImport
from attachdeck.lock.file import write_lock
from attachdeck.lock.records import Lock, Release
from attachdeck.reader import LOCK
from attachdeck.reporters.text import lines_of
from attachdeck.system.safe_write import in_the_way, new_folder

_ROUNDS = 20
"""How often a course is written at most, each time without the cards that had mistakes."""
_SHOWN = 80
"""How much of a line a message shows."""
_BEFORE = "0.0.0"
"""The version that an imported course's lock gives to what learners had before; the course begins
with 1.0.0."""
_LINT_HINT = (
    "# Imported cards have no objectives yet, and a deck can be a long lesson. "
    "Delete a line to turn its rule on again."
)
_OFF = ("card-without-objective", "large-lesson", "objective-without-card")


def write(draft: Draft, folder: Path, title: str, language: str) -> Draft:
    """Write a course, and return the draft as it was written.

    A card with an error is left out of a new course, and listed as lost. Raise CannotImport if the
    folder is in use or the course would have other errors, and OSError.
    """
    if used := in_the_way(folder):
        hint = (
            f"; to copy a spreadsheet's edits into that course, use --into {word(folder)}"
            if (folder / "course.yaml").is_file()
            else ""
        )
        raise CannotImport(
            f"`{folder}` is not empty (it contains `{used}`): name a new folder with -o{hint}"
        )
    if folder.exists() and not folder.is_dir():
        raise CannotImport(f"`{folder}` is not a folder: name a new folder with -o")
    with new_folder(folder) as place:
        for _ in range(_ROUNDS):
            if not any(lesson.cards for lesson in draft.lessons):
                raise CannotImport(
                    "nothing in this file can become a card"
                    + (f": {'; '.join(draft.lost[:3])}" if draft.lost else "")
                )
            _write(draft, place, title, language)
            checked = pipeline.check(place)
            mistaken = {} if draft.known.cards else _mistaken(checked)
            if not mistaken:
                break
            draft = _without(draft, mistaken)
            shutil.rmtree(place)
            place.mkdir()
        _lock(checked, place, replace(draft.known, course=slug(title, "course")))
        new.write_schemas(place)
    return draft


def _write(draft: Draft, place: Path, title: str, language: str) -> None:
    for name, text in _texts(draft, slug(title, "course"), title, language):
        create(place / name, text)
    for name, content in draft.media.items():
        (place / "media").mkdir(exist_ok=True)
        (place / "media" / name).write_bytes(content)


def _with_line(error: Diagnostic, lines: Sequence[str]) -> str:
    """Return a mistake with the line that has it.

    Nobody can look it up in a file that is not kept.
    """
    line = (
        f", in `{lines[error.at.line - 1].strip()[:_SHOWN]}`"
        if 0 < error.at.line <= len(lines)
        else ""
    )
    return f"{error.message}{line}" + (f" ({error.help})" if error.help else "")


def _mistaken(checked: Checked) -> dict[str, str]:
    """Return the error of each card that has one, by its id; nothing if something else is wrong as
    well."""
    cards = {
        lesson.file: list(entries.items())
        for lesson in checked.files.lessons
        if lesson.root and (entries := lesson.root.get("cards"))
    }
    begins = {file: [entry.at.line for entry in entries] for file, entries in cards.items()}
    lines = lines_of(checked.texts)
    mistaken: dict[str, str] = {}
    for error in errors_among(checked.diagnostics):
        place = bisect_right(begins.get(error.at.file, []), error.at.line) - 1
        if place < 0:
            return {}
        mistaken.setdefault(
            cards[error.at.file][place].value["id"], _with_line(error, lines(error.at.file))
        )
    return mistaken


def _without(draft: Draft, mistaken: Mapping[str, str]) -> Draft:
    lessons = (
        replace(lesson, cards=tuple(card for card in lesson.cards if card["id"] not in mistaken))
        for lesson in draft.lessons
    )
    lost = (
        f"{draft.places.get(name, f'the card {name}')}: {reason}"
        for name, reason in mistaken.items()
    )
    return replace(
        draft,
        lessons=tuple(lesson for lesson in lessons if lesson.cards),
        lost=(*draft.lost, *lost),
    )


def _lock(checked: Checked, folder: Path, known: Lock) -> None:
    """Write the lock of a course without errors: the hashes of its contents, with the times that
    are known."""
    if checked.course is None:
        first = errors_among(checked.diagnostics)[0]
        place = f"{first.at}".removeprefix(f"{folder.as_posix()}/")
        raise CannotImport(
            f"the course would have errors; the first: {place}: "
            f"{_with_line(first, lines_of(checked.texts)(first.at.file))}"
        )
    if known.cards:
        _, lock = compile_course(checked.course, known, 0)
        write_lock(_as_learners_have_it(lock, known), folder / LOCK)


def _as_learners_have_it(lock: Lock, known: Lock) -> Lock:
    """Return the lock of an imported course: what learners have already counts as released."""
    cards = {
        key: replace(
            card,
            changed=known.cards[key].changed,
            unreleased="",
            retired_in=_BEFORE if card.retired else "",
        )
        for key, card in lock.cards.items()
        if key in known.cards
    }
    note_types = {
        key: replace(record, changed=known.note_types[key].changed, unreleased="")
        for key, record in lock.note_types.items()
        if key in known.note_types
    }
    new = replace(
        lock,
        cards={**lock.cards, **cards},
        note_types={**lock.note_types, **note_types},
    )
    return replace(new, released=Release(_BEFORE, known.latest()))


def _texts(draft: Draft, course: str, title: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a course, each with its name."""
    yield "course.yaml", _course(draft, course, title, language)
    width = max(2, len(str(len(draft.lessons))))
    for number, lesson in enumerate(draft.lessons, 1):
        yield f"lessons/{number:0{width}}-{lesson.id}.yaml", _lesson(lesson)
    for name, (values, files) in draft.note_types.items():
        modeline = f"# yaml-language-server: $schema=../../{new.SCHEMAS}/note_type.schema.json\n"
        yield f"note_types/{name}/note_type.yaml", modeline + style.document(values)
        for file, text in files.items():
            yield f"note_types/{name}/{file}", text
    if draft.media:
        yield "media/media.yaml", _media(draft.media)


def _course(draft: Draft, course: str, title: str, language: str) -> str:
    head = {"id": course, "title": title, "version": "1.0.0", "language": language}
    rest = {
        "deck": _deck(draft.deck),
        "description": draft.description or "Write here what this course is about, and for whom.",
    }
    return f"""\
# yaml-language-server: $schema={new.SCHEMAS}/course.schema.json
{style.document(head)}# Write here under which licence others may use the course.
licence: {{ name: Not stated }}
{style.document(rest)}{_LINT_HINT}
lint:
{"".join(f"  {rule}: off{chr(10)}" for rule in _OFF)}"""


def _media(names: Iterable[str]) -> str:
    files = style.pair("files", [{"file": name} for name in sorted(names)])
    return f"""\
# yaml-language-server: $schema=../{new.SCHEMAS}/media.schema.json
pictures: []
# Add `origin` and `licence` to each file when you know them.
{files}
"""


def _lesson(lesson: DraftLesson) -> str:
    deck = {"full_deck": lesson.full_deck} if lesson.full_deck else {}
    goal = {
        "id": f"{lesson.id}-goal",
        "text": "Write here what learners can do after this lesson.",
    }
    head = {
        "id": lesson.id,
        "title": lesson.title,
        **deck,
        "summary": "Write here what this lesson is about.",
        "objectives": [goal],
    }
    ordered = (
        {key: card[key] for key in keys_of(card["kind"]) if key in card} for card in lesson.cards
    )
    cards = "\n\n".join(f"  {style.item(card, 2)}" for card in ordered)
    return f"""\
# yaml-language-server: $schema=../{new.SCHEMAS}/lesson.schema.json
{style.document(head)}cards:
{cards}
"""


def _deck(name: str) -> str:
    """Return a deck's name as course.yaml can have it: no quotation marks and single colons."""
    return " ".join(re.sub(r'[:"\s]+', " ", name).split()) or "Deck"
