"""Losses that an author accepts: cards and decks that the lock no longer guards."""

from __future__ import annotations

from dataclasses import replace

from attachdeck.lock.ids import guid
from attachdeck.lock.records import NEW, CardRecord, Lock, is_new
from attachdeck.lock.refusals import sides_of


def forgotten(lock: Lock, new: Lock, name: str) -> tuple[Lock, str] | None:
    """Return a lock that no longer refuses the change to a card or deck, and what learners see.

    `new` is the lock of the course as it is now. None if nothing is refused for this name.
    """
    card = lock.cards.get(name)
    if lock.released and card and not is_new(card):
        now = new.cards.get(name)
        key = name if now else next((k for k, c in new.cards.items() if c.guid == card.guid), "")
        forgotten_card = _card(lock, name, key, new.cards.get(key))
        if forgotten_card:
            return forgotten_card
    for key, deck in lock.decks.items():
        if name in (deck.name, key) and key in new.decks and new.decks[key].name != deck.name:
            return _without_deck(lock, key), (
                f"the deck `{deck.name}`: learners' cards stay in it, and new cards go into "
                f"`{new.decks[key].name}`"
            )
    return None


def _card(lock: Lock, name: str, key: str, now: CardRecord | None) -> tuple[Lock, str] | None:
    """Forget a card's old state. `key` is its id now, and `now` its record, None if it is gone."""
    card = lock.cards[name]
    others = {id: record for id, record in lock.cards.items() if id != name}
    if now is None:
        words = f"`{name}`: learners who have it keep it without further corrections"
        return replace(lock, cards=others), words
    if now.note_type != card.note_type:
        # Under its old GUID Anki would take the new note for the old one, and never update it.
        fresh = guid(lock.course, f"{key} after {card.guid}")
        others[key] = replace(now, guid=fresh, unreleased=NEW, since=0)
        words = f"`{name}`: learners keep the old card without corrections and get `{key}` as new"
        return replace(lock, cards=others), words
    lost = [place for place in card.places if place not in now.places]
    if not lost:
        return None
    kept = tuple(place for place in card.places if place in now.places)
    others[name] = replace(card, places=kept)
    sides = sides_of(card.note_type, lost)
    words = (
        f"`{name}`: learners keep an empty card for {sides} until they choose Tools → Empty Cards"
    )
    return replace(lock, cards=others), words


def _without_deck(lock: Lock, key: str) -> Lock:
    return replace(lock, decks={id: deck for id, deck in lock.decks.items() if id != key})
