"""Tidy YAML: even indentation, one order of keys, and an id for each card that has none; comments
stay, and so does the meaning."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from attachdeck import schema
from attachdeck.authoring.layout import Layout
from attachdeck.domain.naming import card_id
from attachdeck.reader import Document, read_text

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

_FIRST = ("id", "kind")
_LAST = (
    "why",
    "confusion",
    "hint",
    "sources",
    "objective",
    "tags",
    "content_note",
    "article",
    "status",
    "retired_because",
    "formerly",
    "lint",
)


_UNKEPT = (
    "it holds what cannot be kept as it is (a day that does not exist, `<<`, or a comment and "
    "blank lines before a value): tidy it by hand"
)
_SHOWN = 40
"""How much of a comment a message shows."""


class CannotTidy(Exception):
    """Why a file is left as it is."""


def tidied(text: str, name: str, taken: set[str]) -> str:
    """Return a file's text, tidied; ids that it gives to cards are added to `taken`.

    Tidying what is tidy changes nothing. The result is read again: if its meaning has changed, the
    file is refused. Raise CannotTidy.
    """
    before, problems = read_text(text, name)
    if problems or before.root is None:
        raise CannotTidy("it cannot be read: `attachdeck check` says why")
    if before.root.value is None:
        return text
    added: dict[int, str] = {}

    def tidy(loaded: Any) -> None:
        if isinstance(loaded, dict):
            added.update(_tidy_cards(loaded, taken))

    new_text = rewritten(text, tidy)
    after, problems = read_text(new_text, name)
    if problems or after.root is None or after.root.value != _with_ids(before.root.value, added):
        raise CannotTidy("its meaning would change: tidy it by hand")
    keep_comments(before, after)
    return new_text


def rewritten(text: str, change: Callable[[Any], None]) -> str:
    """Return a file's text after `change` was applied to ruamel's values.

    Quotes stay, and comments as far as ruamel can keep them. Raise CannotTidy.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    try:
        loaded = yaml.load(text)
        change(loaded)
        yaml.dump(loaded, out)
    except (YAMLError, NotImplementedError, ValueError) as error:
        raise CannotTidy(_UNKEPT) from error
    document, problems = read_text(out.getvalue(), "")
    if problems:
        raise CannotTidy(_UNKEPT)
    return Layout(document).stripped().strip("\n") + "\n"


def keep_comments(before: Document, after: Document) -> None:
    """Raise CannotTidy if a comment would be lost, or stand beside another value."""
    remaining = Layout(after).comments()
    for line, comment in Layout(before).comments():
        if next(remaining, (0, None))[1] != comment:
            shown = comment.text if len(comment.text) <= _SHOWN else f"{comment.text[:_SHOWN]}…"
            raise CannotTidy(
                f"line {line}: the comment `{shown}` would lose its place; put it on a line of "
                "its own, above the key or the card that it is about"
            )


def _tidy_cards(loaded: dict[str, Any], taken: set[str]) -> dict[int, str]:
    """Give ids and one order of keys to the cards of a lesson.

    Return the ids that were added, by the cards' places.
    """
    added: dict[int, str] = {}
    cards = loaded.get("cards")
    for place, card in enumerate(cards if isinstance(cards, list) else ()):
        if not isinstance(card, dict):
            continue
        if "id" not in card:
            added[place] = card_id(card, taken)
            taken.add(added[place])
            card.insert(0, "id", added[place])  # type: ignore[attr-defined]  # ruamel's mapping.
        # A comment between its dash and its first key would lose its place.
        if not any(cards.ca.items.get(place, ())):  # type: ignore[union-attr]
            _order(card)  # type: ignore[arg-type]
    return added


def _order(card: CommentedMap) -> None:
    """Put a card's keys in order, unless comments stand between them.

    A comment belongs to the line that its author put it beside.
    """
    order = [key for key in keys_of(str(card.get("kind"))) if key in card]
    order += [key for key in card if key not in order]
    if order != list(card) and not _is_commented(card) and not card.merge:
        for key in order:
            card.move_to_end(key)


def _is_commented(value: Any) -> bool:
    """Tell whether a comment stands in a value of ruamel's, however deep, or between its lines."""
    comments = getattr(value, "ca", None)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (
        comments is not None
        and any(map(any, (*comments.items.values(), comments.comment or (), comments.end or ())))
    ) or any(map(_is_commented, inner))


@cache
def keys_of(kind: str) -> tuple[str, ...]:
    """Return the keys of a kind of card in their order.

    First comes its name, then what is asked, and then what every card may have.
    """
    own = json.loads(schema.schema_text("lesson"))["$defs"].get(kind, {}).get("properties", {})
    return (*_FIRST, *(key for key in own if key not in (*_FIRST, *_LAST)), *_LAST)


def _with_ids(value: Any, added: dict[int, str]) -> Any:
    if not added:
        return value
    cards = [
        {"id": added[place], **card} if place in added else card
        for place, card in enumerate(value["cards"])
    ]
    return value | {"cards": cards}
