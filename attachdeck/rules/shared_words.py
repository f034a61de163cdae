"""Words copied from another text.

Eight words in a row that are the same as in a source are an unmarked quotation.
Source: a rule of the course on attachment: use your own words. Eight words is a common
threshold for copied text.
Fix: use your own words, or mark it as a quotation.
The rule runs only if you name texts: `attachdeck check --corpus FILE`.

Bad:

    - {id: a, kind: basic, prompt: What did she write?,
       answer: These nine words are in the text given here too.}

Good:

    - {id: a, kind: basic, prompt: What did she write?, answer: Other words than those of the text.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.texts import runs


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course) if context.corpus else ():
        shared = next(
            (run for text in texts.pieces for run in runs(text) if run in context.corpus), None
        )
        if shared:
            yield Finding(
                card.at,
                f"`{card.id}` shares words with another text: {' '.join(shared)}",
                "use your own words, or mark it as a quotation",
                card,
            )
    for lesson in course.lessons if context.corpus else ():
        shared = next(
            (
                run
                for text in (lesson.summary, *(section.text for section in lesson.reading))
                for run in runs(text)
                if run in context.corpus
            ),
            None,
        )
        if shared:
            yield Finding(
                lesson.at,
                f"the reading of `{lesson.id}` shares words with another text: {' '.join(shared)}",
                "use your own words, or mark it as a quotation",
            )
