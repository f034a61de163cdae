"""The page for practice: the questions of all lessons, mixed.

Neighbours come from different lessons, as far as there are others. Without scripts the page shows
all questions in this order; a script draws a few of them.
"""

from __future__ import annotations

import hashlib
from itertools import chain, zip_longest

from attachdeck.outputs.site.prompts import Prompt
from attachdeck.outputs.site.website import PRACTICE, Website

SCRIPT = "practice.js"
"""What runs on this page alone."""
SESSION = 10
"""The number of questions in one session."""


def page(site: Website) -> str:
    """Return the page."""
    mixed = _mixed(site)
    slots = {
        "session": "".join(prompt.short for prompt in mixed[:SESSION]),
        "rest": "".join(prompt.short for prompt in mixed[SESSION:]),
    }
    title = f"{site.words['Mixed practice']}: {site.course.title}"
    main = site.fill("practice.html", slots)
    about = site.words["Mixed practice intro"]
    return site.page(title, about, main, here=PRACTICE, scripts=[SCRIPT])


def _mixed(site: Website) -> list[Prompt]:
    """Return the first prompt of each card that counts, one lesson after the other in turn."""
    of_lessons = [
        sorted(
            (prompt for prompt in prompts if prompt.counts and not prompt.is_sibling),
            key=lambda prompt: hashlib.sha256(prompt.anchor.encode()).digest(),
        )
        for prompts in site.prompts.values()
    ]
    return [prompt for prompt in chain.from_iterable(zip_longest(*of_lessons)) if prompt]
