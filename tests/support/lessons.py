"""A course of several lessons, as files beside the first lesson's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anki.collection import Collection

SECOND = """\
id: second
title: Second & more
summary: The second lesson.
objectives:
  - {id: second-goal, text: Tell "two" from <one>.}
reading:
  - {id: second-reading, title: A section, text: "Read **this** and [that](https://example.org/that)."}
cards:
  - {id: three, kind: basic, objective: second-goal, prompt: Third?, answer: C}
  - {id: practise, kind: practice, prompt: Notice one thing.}
"""
THIRD = """\
id: third
title: Third
summary: The third lesson.
content_note: This lesson is about loss.
objectives:
  - {id: third-goal, text: Say it.}
reading: Something sad.
cards:
  - {id: four, kind: basic, objective: third-goal, prompt: Fourth?, answer: D}
"""
HELP = """\
help:
  checked: 2026-01-31
  lines: [{where: Everywhere, contact: "112"}]
"""
LESSONS = {"lessons/02-second.yaml": SECOND, "lessons/03-third.yaml": THIRD}


def values_of(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what an unpacked add-on knows: of the course, and of its lessons."""
    course, contents = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("course.json", "lessons.json")
    )
    return course, contents


def learn(collection: Collection, search: str, interval: int = 10) -> None:
    """Make cards as old as if they had been reviewed."""
    for id in collection.find_cards(search):
        card = collection.get_card(id)
        card.type, card.queue = 2, 2
        card.ivl, card.due, card.reps = interval, collection.sched.today + interval, 3
        collection.update_card(card)
