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

from attachdeck.rules import Context, Finding, Whole

Triple = tuple[str, str, str]


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    """Each prompt is a set of word triples; only prompts that share a rare triple are compared, so
    that time grows with the course."""
    prompts = {
        card.id: (card, card.asked_words)
        for card in whole.cards
        if card.kind != "vignette" and card.asked_words.count(" ") >= 7
    }
    likely = _likely({name: text for name, (_, text) in prompts.items()})
    wanted = frozenset(each for name in likely for each in _triples(prompts[name][1]))
    triples = (
        {
            name: found
            for name, (_, text) in prompts.items()
            if not wanted.isdisjoint(found := frozenset(_triples(text)))
        }
        if likely
        else {}
    )
    count = Counter(each for found in triples.values() for each in found & wanted)
    holders: dict[Triple, list[str]] = defaultdict(list)
    for name, found in triples.items():
        card, text = prompts[name]
        rare = sorted(found, key=lambda each: (count[each], each))[:8] if name in likely else ()
        for other in sorted(
            {other for each in rare if count[each] <= 50 for other in holders[each]}
        ):
            alike = len(found & triples[other]) / len(found | triples[other])
            if alike >= 0.7 and text != prompts[other][1]:
                yield Finding(
                    card.at,
                    f"`{name}` asks nearly the same as `{other}`",
                    "word them differently, or say under `lint` why they are alike",
                    card,
                )
        for each in found & wanted:
            holders[each].append(name)


def _triples(text: str) -> Iterator[Triple]:
    words = text.split()
    return zip(words, words[1:], words[2:], strict=False)


def _likely(prompts: dict[str, str]) -> set[str]:
    """The prompts of whose triples seven in ten have come before, in any prompts: no other is nearly the same as an earlier one.

    Only hashes are kept, which is cheap: where two are the same by accident, a prompt is compared for nothing.
    """
    likely: set[str] = set()
    seen: set[int] = set()
    for name, text in prompts.items():
        before = len(seen)
        seen.update(map(hash, _triples(text)))
        if 10 * (len(seen) - before) <= 3 * (text.count(" ") - 1):
            likely.add(name)
    return likely
