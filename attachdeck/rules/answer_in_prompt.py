"""The prompt contains the answer.

Learners then have nothing to recall.
Source: Matuschak, prompts should be effortful (2020).
Fix: reword the prompt, or ask for something that it does not contain.
A prompt that offers alternatives (*or*, *which*) is not reported.

Bad:

    - {id: a, kind: basic, prompt: "What is a secure base, the secure base of a child?",
       answer: The secure base of a child.}

Good:

    - {id: a, kind: basic, prompt: What is a secure base?,
       answer: The figure from whom one explores.}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.domain.course import Course
from attachdeck.rules import Context, Finding


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card, texts in context.cards(course):
        answer, prompt = texts.answered_words, texts.asked_words
        if (
            " " in answer
            and f" {answer} " in f" {prompt} "
            and not {"or", "which", "whether"} & set(prompt.split())
        ):
            yield Finding(
                card.at,
                f"the prompt of `{card.id}` contains its answer",
                "reword the prompt, or ask for something that it does not contain",
                card,
            )
