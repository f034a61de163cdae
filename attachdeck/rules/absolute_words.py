"""Absolute words in wrong options.

Words such as *always*, *never*, *all* and *only* are seldom true.
If they appear in wrong options much more often than in right ones, learners rule these options out
without knowing the answer.
Source: guidelines for multiple-choice items, Haladyna, Downing and Rodriguez (2002): avoid specific
determiners.
Fix: write wrong options that someone might really believe, without these words.
The rule looks at all multiple-choice cards of a course together.
It reports five or more such options if they are at least a tenth of the wrong options.
They must also be at least three times as frequent as among the right options.

Bad:

    - {id: a-{n}, kind: choice, question: "What of {n}?",
       options: [{text: A figure to return to, right: true},
       {text: A figure that always stays, why: No.}, {text: A house with a garden, why: No.}]}

Good:

    - {id: a-{n}, kind: choice, question: "What of {n}?",
       options: [{text: A figure to return to, right: true},
       {text: A figure that stays near, why: No.}, {text: A house with a garden, why: No.}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from attachdeck.rules import Context, Finding, Whole

_LEAST = 5
"""Wrong options with an absolute word from which they are reported."""
_TIMES = 3
_LEAST_SHARE = 0.1
_NAMED = 8
"""How many cards are named."""


def compare(whole: Whole, context: Context) -> Iterator[Finding]:
    cards = [
        (card, choice)
        for card in whole.cards
        if not card.retired
        for choice in card.choices
        if not choice.option_set
    ]
    wrong = sum(choice.absolute_wrong for _, choice in cards)
    all_wrong = sum(choice.wrong for _, choice in cards)
    right = sum(choice.absolute_right for _, choice in cards)
    all_right = sum(choice.right for _, choice in cards)
    if wrong < max(_LEAST, _LEAST_SHARE * all_wrong):
        return
    if wrong * all_right < _TIMES * right * all_wrong:
        return
    with_one = [card for card, choice in cards if choice.absolute_wrong > choice.absolute_right]
    named = ", ".join(f"`{card.id}`" for card in with_one[:_NAMED])
    more = f" and {len(with_one) - _NAMED} more" if len(with_one) > _NAMED else ""
    yield Finding(
        with_one[0].at,
        f"words such as “always”, “never” and “only” are in {wrong} of {all_wrong} wrong options, "
        f"and in {right} of {all_right} right ones",
        f"reword the wrong options of {named}{more}",
    )
