"""Ids and file names, made from words for people."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any

from attachdeck.system.normal import normal

if TYPE_CHECKING:
    from pathlib import PurePath

_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "do",
        "does",
        "for",
        "from",
        "how",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "the",
        "to",
        "was",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "with",
    ]
)
_WORDS_OF_A_CARD = ("prompt", "question", "text", "scenario", "answer")
_MEDIA = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LONGEST = 48
_LONGEST_ID = 80
_LONGEST_FILE = 50
"""In characters: a system's 255 bytes hold it in every script, with an ending."""
_WINDOWS = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")


def ids_of_cards(lesson: Mapping[str, Any]) -> set[str]:
    """Return the ids of a lesson's cards, including its reading cards."""
    parts = (lesson.get(key) for key in ("cards", "reading"))
    entries = [entry for part in parts if isinstance(part, list) for entry in part]
    ids = {
        str(entry["id"])
        for entry in entries
        if isinstance(entry, dict) and entry.get("id") is not None
    }
    if isinstance(lesson.get("reading"), str):
        ids.add(f"{lesson.get('id')}-reading")
    return ids


def slug(text: str, fallback: str = "card") -> str:
    """Return words as an id: ASCII letters, digits and hyphens; whole words, 48 characters."""
    plain = normal(text.replace("ß", "ss").replace("ø", "o").replace("ł", "l"), "NFKD")
    words = re.findall(
        r"[a-z0-9]+", plain.encode("ascii", "ignore").decode("ascii").lower().replace("'", "")
    )
    kept = [word for word in words if word not in _SMALL] or words
    id = ""
    for word in kept[:6]:
        if len(id) + len(word) >= _LONGEST:
            break
        id += f"-{word}"
    return id.strip("-") or fallback


def is_id(name: str) -> bool:
    """Return whether a name can be the id of a course, a lesson or a card."""
    return len(name) <= _LONGEST_ID and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) is not None


def card_id(card: Mapping[str, Any], taken: Container[str]) -> str:
    """Return an id for a card that has none, from its words, with a number if it is taken."""
    text = next((card[key] for key in _WORDS_OF_A_CARD if isinstance(card.get(key), str)), "")
    text = _MEDIA.sub(" ", text).strip() or text
    return free(slug(re.sub(r"\(\([0-9]+ |\{\{c[0-9]+::|\)\)|\}\}|\|[^)]*", " ", text)), taken)


def file_name(deck: str) -> str:
    """Return a deck's name as a file's: `Attachment Theory` becomes `attachment-theory`.

    It keeps the letters of every language, is short enough for every system, and is not a name
    that Windows reserves.
    """
    name = re.sub(r"[^\w]+", "-", deck.lower())[:_LONGEST_FILE].strip("-") or "deck"
    return f"deck-{name}" if _WINDOWS.fullmatch(name) else name


def word(path: PurePath) -> str:
    """Return a path as one word of a command that somebody may type."""
    text = path.as_posix()
    return f'"{text}"' if re.search(r"[^\w./:~+@%-]", text) else text


def free(name: str, taken: Container[str]) -> str:
    """Return a name, or the name with the first number from 2 on that makes it free."""
    number = 2
    proposed = name
    while proposed in taken:
        proposed = f"{name}-{number}"
        number += 1
    return proposed
