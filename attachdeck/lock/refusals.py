"""Changes that would harm the learners who have a release, and how to avoid them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path, PurePath

from attachdeck.domain.diagnostics import Diagnostic, did_you_mean
from attachdeck.domain.location import Location
from attachdeck.domain.naming import word
from attachdeck.lock.records import CardRecord, Lock, is_new
from attachdeck.reader import TRANSLATIONS, Document, Node, read_text


def refusals(old: Lock, new: Lock, document: Document | None) -> Iterator[Diagnostic]:
    """Report changes that would harm a learner who has the deck that the old lock describes.

    `document` is the old lock's file. It is parsed for the places of its values, if there is
    something to report.
    """
    if not old.course or document is None:
        return

    @cache
    def root() -> Node:
        node = read_text(document.text, document.file)[0].root
        if node is None:
            raise ValueError(f"{document.file} was read before, and is empty now")
        return node

    if old.released and old.course != new.course:
        yield _changed_course_id(old, new, root()["course"].at)
        return
    if old.released:
        yield from _renamed_decks(old, new, root)
        yield from _changed_layouts(old, new, root)
        yield from _vanished_cards(old, new, root)
    yield from _shared_guids(old, new, root)


def forget_command(name: str, at: Location) -> str:
    """Return the command that makes the lock at a place forget a card or deck."""
    folder = PurePath(at.file).parent
    language = ""
    if folder.parent.name == TRANSLATIONS:
        language, folder = f" --language {folder.name}", folder.parent.parent
    shown = name if re.fullmatch(r"[\w:.-]+", name) else f'"{name}"'
    course = "" if folder.as_posix() in (".", "course") else f" --course {word(folder)}"
    return f"attachdeck forget {shown}{course}{language}"


def side(note_type: str, place: int) -> str:
    """Return the side of a note that is the card at a place, in an author's words."""
    if note_type == "sequence":
        return f"step {place}" if place else "question for all steps"
    names = {"basic": "other side", "cloze": f"gap {place + 1}", "occlusion": f"region {place + 1}"}
    return names.get(note_type, f"card {place + 1}")


def sides_of(note_type: str, places: Iterable[int]) -> str:
    """Return the sides of a note that are the cards at some places, in an author's words."""
    return " and ".join(f"its {side(note_type, place)}" for place in places)


def _refusal(rule: str, message: str, at: Location, help: str) -> Diagnostic:
    return Diagnostic(rule=rule, message=message, at=at, help=help)


def _changed_course_id(old: Lock, new: Lock, at: Location) -> Diagnostic:
    return _refusal(
        "changed-course-id",
        f"the course's id was `{old.course}` and is now `{new.course}`",
        at,
        "learners would get every card a second time, without their progress: write the old id in "
        "course.yaml; for a new, separate course, delete course.lock",
    )


def _renamed_decks(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    for key, deck in new.decks.items():
        before = old.decks.get(key)
        if before and before.name != deck.name and not is_new(before):
            at = root()["decks"].key_at(key)
            plain = not re.search(r'["$`\\!]', before.name)
            accepted = forget_command(before.name if plain else key, at)
            yield _refusal(
                "renamed-deck",
                f"the deck `{before.name}` is now called `{deck.name}`",
                at,
                "learners' cards would stay in the old deck: "
                f"{_old_name(key, before.name, deck.name, at)}; or accept that with `{accepted}`",
            )


def _old_name(key: str, name: str, new_name: str, at: Location) -> str:
    """Return a help line: where to write the name that a deck had."""
    kind, _, lesson = key.partition(" ")
    above, _, last = name.rpartition("::")
    if kind == "practice" and last == new_name.rpartition("::")[2]:
        kind, last = "lesson", above.rpartition("::")[2]  # The lesson's deck was renamed.
    if TRANSLATIONS in Path(at.file).parts:
        return f"translate its name as `{last}` again" + (
            " (a lesson with a `deck` can have a different title)" if kind == "lesson" else ""
        )
    where = {
        "lesson": f"in the lesson `{lesson}` write `deck: {last}`",
        "practice": "write the old `practice_deck:` in course.yaml",
    }
    return where.get(kind, "write the old `deck:` in course.yaml")


def _changed_layouts(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    for key, record in new.note_types.items():
        before = old.note_types.get(key)
        if before and before.layout != record.layout and not is_new(before):
            yield _refusal(
                "changed-layout",
                f"the fields or templates of the note type `{key}` have changed",
                root()["note_types"].key_at(key),
                "Anki would copy the note type and never update learners' notes again: "
                "undo the change, or use a spare field",
            )


def _vanished_cards(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    fresh = new.cards.keys() - old.cards.keys()
    gone = old.cards.keys() - new.cards.keys()
    carried_on = {card.guid: card for card in new.cards.values()} if gone else {}
    for key, card in old.cards.items():
        if is_new(card):
            continue
        now = new.cards.get(key) or carried_on.get(card.guid)
        if now is None:
            at = root()["cards"].key_at(key)
            yield _vanished_card(key, at, did_you_mean(key, fresh))
        elif now.note_type != card.note_type:
            yield _changed_note_type(key, card, now, root()["cards"].key_at(key))
        elif now.places != card.places:
            lost = [place for place in card.places if place not in now.places]
            if lost:
                yield _lost_side(key, card, lost, root()["cards"].key_at(key))
            more = [place for place in now.places if place not in card.places]
            if now.retired and more:
                yield _retired_side(key, card, more, root()["cards"].key_at(key))


def _vanished_card(key: str, at: Location, suggestion: str | None) -> Diagnostic:
    renamed = (
        f"if it is now `{suggestion.split('`')[1]}`, write `formerly: {key}` there; "
        if suggestion
        else ""
    )
    return _refusal(
        "vanished-card",
        f"the card `{key}` is missing; learners of the last release have it",
        at,
        f"learners would keep it forever without corrections: {renamed}restore it with "
        f"`status: retired`; or accept that with `{forget_command(key, at)}`",
    )


def _changed_note_type(key: str, card: CardRecord, now: CardRecord, at: Location) -> Diagnostic:
    return _refusal(
        "changed-note-type",
        f"the card `{key}` had the note type `{card.note_type}` and now has `{now.note_type}`",
        at,
        "Anki would never update the card again: restore it with `status: retired` and write the "
        f"new card with a new id; or run `{forget_command(key, at)}`: learners keep the old card "
        "and get this one as a new card",
    )


def _lost_side(key: str, card: CardRecord, lost: list[int], at: Location) -> Diagnostic:
    sides = sides_of(card.note_type, lost)
    return _refusal(
        "lost-side",
        f"the card `{key}` has lost {sides}",
        at,
        f"learners would keep an empty card that nobody can answer: restore {sides}; or restore "
        "the card with `status: retired` and write the new card with a new id; or accept that "
        f"with `{forget_command(key, at)}`",
    )


def _retired_side(key: str, card: CardRecord, more: list[int], at: Location) -> Diagnostic:
    sides = sides_of(card.note_type, more)
    return _refusal(
        "retired-side",
        f"the retired card `{key}` has gained {sides}",
        at,
        # A retired note comes without cards. Anki makes the new one by itself, with an id apart
        # from its siblings', and doubles that note's cards when a template changes.
        f"Anki would add a card that no update can reach: delete {sides} again",
    )


def _shared_guids(old: Lock, new: Lock, root: Callable[[], Node]) -> Iterator[Diagnostic]:
    """Report cards that would be one note in Anki."""
    if len({card.guid for card in new.cards.values()}) == len(new.cards):
        return
    owners: dict[str, str] = {}
    for key, card in sorted(new.cards.items(), key=lambda item: item[0] not in old.cards):
        owner = owners.setdefault(card.guid, key)
        if key not in old.cards and owner in old.cards:
            yield _refusal(
                "reused-id",
                f"the id `{key}` is used again for a different card",
                root()["cards"].key_at(owner),
                f"`{owner}` once had this id and keeps its progress: give the new card a different "
                "id",
            )
        elif owner != key:
            yield _refusal(
                "reused-id",
                f"the cards `{owner}` and `{key}` are the same card for learners",
                root()["cards"].key_at(key),
                "one was renamed to the other: merge them into one card and delete the other",
            )
