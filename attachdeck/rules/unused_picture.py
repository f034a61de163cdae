"""Picture that nothing shows.

It makes the course larger for everybody who works on it.
Mend: show it in a card or a reading, or delete it and its entry in `media/media.yaml`.

Bad:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby.}

Good:

    - {id: a, kind: basic, prompt: Who?, answer: Bowlby., hint: "<img src='plane.svg'>"}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course, OcclusionCard
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    if not course.pictures:
        return
    shown = " ".join(
        [
            *(texts.everything for _, texts in context.cards(course)),
            *(lesson.reading_text for lesson in course.lessons),
        ]
    )
    used = {card.picture.file for card in course.cards() if isinstance(card, OcclusionCard)}
    # Other texts may show a picture, too, and in more ways than one; few pictures are left to look for there.
    others = [
        text for name, text in context.files.items() if not name.endswith(("media.yaml", ".lock"))
    ]
    for name, picture in course.pictures.items():
        if (
            name not in used
            and f"({name})" not in shown
            and not any(name in text for text in others)
        ):
            yield Finding(
                picture.at,
                f"nothing shows the picture `{name}`",
                "show it, or delete it and its entry",
            )
