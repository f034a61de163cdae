"""Nearly the same prompt.

Learners keep confusing prompts that differ in one word, unless that word is the point.
Source: Wozniak's rule 11, combat interference (1999).
Fix: word them differently, or turn this rule off for the card with the reason for the similarity.
Scenes are not compared: near-miss pairs differ in one cue on purpose.

Bad:

    - {id: a, kind: basic, prompt: What did the pooled study of the year find about mothers and
       their infants at home?, answer: One.}
    - {id: b, kind: basic, prompt: What did the pooled study of the year find about mothers and
       their infants at school?, answer: Two.}

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
    """Compare prompts, as sets of word triples, that share a rare triple.

    So the time is linear in the course's size.
    """
    prompts = {
        card.id: (card, card.asked_words)
        for card in whole.cards
        if card.kind != "vignette" and card.asked_words.count(" ") >= 7
    }
    likely = _likely({name: text for name, (_, text) in prompts.items()})
    wanted = frozenset(triple for name in likely for triple in _triples(prompts[name][1]))
    sets = {name: frozenset(_triples(text)) for name, (_, text) in prompts.items() if likely}
    sets = {name: triples for name, triples in sets.items() if not wanted.isdisjoint(triples)}
    count = Counter(triple for triples in sets.values() for triple in triples & wanted)
    holders: dict[Triple, list[str]] = defaultdict(list)
    for name, triples in sets.items():
        card, text = prompts[name]
        rarest = sorted(triples, key=lambda triple: (count[triple], triple))[:8]
        rare = [triple for triple in rarest if count[triple] <= 50] if name in likely else []
        for other in sorted({other for triple in rare for other in holders[triple]}):
            alike = len(triples & sets[other]) / len(triples | sets[other])
            if alike >= 0.7 and text != prompts[other][1]:
                yield Finding(
                    card.at,
                    f"`{name}` asks nearly the same question as `{other}`",
                    "word them differently, or write under `lint` why they are similar",
                    card,
                )
        for triple in triples & wanted:
            holders[triple].append(name)


def _triples(text: str) -> Iterator[Triple]:
    words = text.split()
    return zip(words, words[1:], words[2:], strict=False)


def _likely(prompts: dict[str, str]) -> set[str]:
    """Return the prompts of whose triples seven in ten are in earlier prompts.

    No other prompt can be nearly the same as an earlier one. Only hashes are kept: if two are the
    same by accident, a prompt is compared for nothing.
    """
    likely: set[str] = set()
    seen: set[int] = set()
    for name, text in prompts.items():
        before = len(seen)
        seen.update(map(hash, _triples(text)))
        if 10 * (len(seen) - before) <= 3 * (text.count(" ") - 1):
            likely.add(name)
    return likely
