"""Picture or sound that nothing uses.

It makes the course larger for everyone who works on it.
Fix: use it on a card or in a reading, or delete it and its entry in `media/media.yaml`.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., hint: "<img src='plane.svg'>"}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    texts = [
        text for name, text in context.files.items() if not name.endswith(("media.yaml", ".lock"))
    ]
    for name, picture in whole.course.pictures.items():
        if not any(name in text for text in texts):
            yield Finding(
                picture.at,
                f"the picture `{name}` is not used",
                "use it, or delete it and its entry",
            )
    for name, sound in whole.course.sounds.items():
        if not any(name in text for text in texts):
            yield Finding(sound.at, f"`{name}` is not used", "use it, or delete it and its entry")
