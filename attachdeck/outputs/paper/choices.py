"""Options that many questions share: printed once, and named by a letter on each question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from string import ascii_uppercase

from attachdeck.outputs.faces import Face

MANY = 3
"""From how many questions on their options are printed once."""

_ENTRY = re.compile(r'(?=<li class="(?:right|wrong)(?: near)?"><div class="option">)')
_RIGHT = '<li class="right"'
_LIST = '<ol class="options">'


def shared(faces: Iterable[Face]) -> dict[str, str]:
    """Return the letter of each list of options that many questions share, in their order."""
    counts = Counter(face.fields["Options"] for face in faces if _has_options(face))
    lists = [options for options, count in counts.items() if count >= MANY]
    return {options: _letter(place) for place, options in enumerate(lists)}


def in_short(faces: Iterable[Face], letters: Mapping[str, str], word: str) -> Iterator[Face]:
    """Yield each face, with a letter for a list of options that is printed elsewhere.

    Its back begins with the right option, and has only those others that have a reason.
    """
    for face in faces:
        letter = letters.get(face.fields["Options"]) if _has_options(face) else None
        if letter is None:
            yield face
            continue
        options, explained = face.fields["Options"], face.fields["Explained"]
        named = f'<p class="set">{word} <b>{letter}</b></p>'
        yield replace(
            face,
            front=face.front.replace(options, named),
            back=_told(explained) + face.back.replace(explained, ""),
        )


def _has_options(face: Face) -> bool:
    return face.card.kind in ("choice", "vignette")


def _letter(place: int) -> str:
    """Return A to Z, and then AA, AB …"""
    first, last = divmod(place, len(ascii_uppercase))
    return (_letter(first - 1) if first else "") + ascii_uppercase[last]


def _told(explained: str) -> str:
    """Return the list, right options first, without what is neither right nor explained."""
    entries = _ENTRY.split(explained.removeprefix(_LIST).removesuffix("</ol>"))
    right = [entry for entry in entries if entry.startswith(_RIGHT)]
    others = [entry for entry in entries if entry not in right and '<div class="reason">' in entry]
    return f'<ul class="told">{"".join(right + others)}</ul>'
