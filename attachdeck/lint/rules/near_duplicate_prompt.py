"""Nearly the same prompt.

Prompts that differ in a word are mixed up for ever, unless the difference is the point.
Source: Wozniak's rule 11, combat interference (1999).
Mend: word them differently, or silence this rule with the reason why the likeness is wanted. Scenes are not compared: near-miss pairs differ in one cue on purpose.

Bad:

    - {id: a, kind: basic, prompt: What did the pooled study of the year find about mothers and their infants at home?, answer: One.}
    - {id: b, kind: basic, prompt: What did the pooled study of the year find about mothers and their infants at school?, answer: Two.}

Good:

    - {id: a, kind: basic, prompt: What did the pooled study find about mothers?, answer: One.}
    - {id: b, kind: basic, prompt: Where do children explore most?, answer: Two.}
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from attachdeck.course import Course, VignetteCard
from attachdeck.lint import Context, Finding
from attachdeck.lint.texts import asked, words


def check(course: Course, context: Context) -> Iterator[Finding]:
    # Each prompt is a set of word triples; only prompts that share a rare triple are compared, so that time grows with the course.
    triples = {}
    for card in course.cards():
        found = words(asked(card))
        if not isinstance(card, VignetteCard) and len(found) >= 8:
            triples[card.id] = (card, frozenset(zip(found, found[1:], found[2:], strict=False)), " ".join(found))
    count = Counter(each for _, shingles, _ in triples.values() for each in shingles)
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, (card, shingles, text) in triples.items():
        near = {other for each in sorted(shingles, key=lambda each: (count[each], each))[:8] if count[each] <= 50 for other in holders[each]}
        for other in sorted(near):
            _, theirs, their_text = triples[other]
            if text != their_text and len(shingles & theirs) / len(shingles | theirs) >= 0.7:
                yield Finding(card.at, f"`{name}` asks nearly the same as `{other}`", "word them differently, or say under `lint` why they are alike", card)
        for each in shingles:
            holders[each].append(name)
