"""What a template does with fields that makes their values dangerous: inside tags, and as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import unescape

from attachdeck.anki.tags import SECTION, whole_tags
from attachdeck.anki.unsafe_html import Danger, dangers, is_address

_AS_TEXT = re.compile(r"\{\{(?=[^{}]*+\}\})[^{}]*\btext:[^{}]*\}\}")
_LESS = re.compile(r"&lt;?|&#0*60;?|&#x0*3c;?", re.IGNORECASE)
_MOST_IN_TAG = 100
"""Maximum number of fields in one tag whose surroundings are looked at.

Values of the others must have no character that could end anything.
"""
_FIELD = re.compile(r"\{\{(?![#^/!])[^{}]*\}\}")
_SPECIAL = re.compile(r"\{\{[^{}]*\}\}")
_QUOTED_SO_FAR = re.compile(r"=\s*(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote)).)*)$", re.DOTALL)


@cache
def fields_in_tags(template: str) -> Mapping[str, str]:
    """Return the fields that a template puts inside a tag, each with its forbidden characters.

    With one of them a value could end, and begin something else.
    """
    fields: dict[str, str] = {}
    for start, end in whole_tags(template):
        tag = template[start:end]
        for place, match in enumerate(_FIELD.finditer(tag)):
            before = tag[: match.start()] if place < _MOST_IN_TAG else ""
            quote = _QUOTED_SO_FAR.search(before)
            forbidden = quote["quote"] if quote else "\"'`<>= \t\n"
            if (
                quote
                and SECTION.sub("", quote["value"]).strip()
                and not re.search(r"[:/?#]", _SPECIAL.sub("", quote["value"]))
            ):
                forbidden += ":"
            name = match[0][2:-2].rpartition(":")[2].strip()
            fields[name] = fields.get(name, "") + forbidden
    return fields


@cache
def shown_as_text(template: str) -> frozenset[str]:
    """Return the fields that a template shows by `text:`, for which Anki turns `&lt;` into `<`."""
    return frozenset(
        match[0][2:-2].rpartition(":")[2].strip() for match in _AS_TEXT.finditer(template)
    )


def unsafe_as_text(value: str) -> list[Danger]:
    """Return the dangers of a field that a template shows by `text:`."""
    return dangers(unescape(value)) if _LESS.search(value) else []


def safe_as_text(value: str) -> str:
    """Return a field without the entities that would become tags where `text:` shows it."""
    return _LESS.sub("", value)


def unfit(value: str, forbidden: str) -> str:
    """Return the part of a value that must not be inside a tag of a template; or ""."""
    return (
        "javascript:"
        if is_address(value)
        else next((character for character in forbidden if character in value), "")
    )
