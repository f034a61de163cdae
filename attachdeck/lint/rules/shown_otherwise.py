r"""Signs that are shown as they stand, or that vanish.

What means something in another program means nothing here: a gap outside of the `text` of a cloze card, `[sound:…]`, `==…==`, a footnote, a link without `https://`.
Other signs mean more than they seem to: Markdown makes a list of `- 3`, stress of `2*3*4`, and one line of lines that begin with `•`.
Source: CommonMark and the cards as Anki shows them.
Mend: write it as the message says; what should be shown as it stands is put between backticks.

Bad:

    - {id: a, kind: basic, prompt: "Who wrote ((1 Attachment))?", answer: "Bowlby."}
    - {id: b, kind: basic, prompt: "Who wrote `x`?", answer: "{{c1::Bowlby}}"}
    - {id: c, kind: basic, prompt: "What is 5 - 8?", answer: "- 3"}
    - {id: d, kind: basic, prompt: "What is 2*3*4?", answer: "24"}
    - {id: e, kind: basic, prompt: "What is water?", answer: "H~2~O"}
    - {id: f, kind: basic, prompt: 'What is \(x^2?', answer: A square.}
    - {id: g, kind: basic, prompt: "Who says hello?", answer: "[sound:hello.mp3]"}
    - {id: h, kind: basic, prompt: "What is it?", answer: "[This](www.example.org) ![[plane.svg]]"}
    - {id: i, kind: basic, prompt: "Which two?", answer: "• one\n• two"}
    - {id: j, kind: basic, prompt: "Which two?", answer: "One[^1] and ==two==."}
    - {id: k, kind: basic, prompt: "Which two?", answer: 'One.\nTwo.'}
    - {id: l, kind: cloze, text: "((1 Water)) is ((2 H~2~O | what?))."}

Good:

    - {id: a, kind: cloze, text: "Who wrote ((1 Attachment)), and what is `{{c1::this}}` or ((2 5 - 8))?"}
    - {id: b, kind: basic, prompt: "What is `2*3*4`, and 5 - 8?", answer: "-3 (**not** *3*), about ~3 or ~4, a**2**b"}
    - {id: c, kind: basic, prompt: 'What is \(f((1 x))\), \[a^2 + ~b~\] or a[0]?', answer: "[This](https://example.org) and ![](plane.svg)"}
    - {id: d, kind: basic, prompt: "Which two?", answer: "- one\n- two\n\na) x\n\nb) y = z == w"}
    - {id: e, kind: basic, prompt: "Which two (of three, a or\nb) or\na) four?", answer: "- 3 pigs\n\n> 3 wolves, \\~~gone~~ x^2"}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attachdeck.cloze import FORMULA
from attachdeck.course import ClozeCard, Course, CustomCard
from attachdeck.decode import markdown_texts
from attachdeck.lint import Context, Finding
from attachdeck.patterns import pattern
from attachdeck.reader import Node

_GAP = r"(?<!\\)\(\([0-9]+\s[^()]*\)\)|\{\{c[0-9]+::"
_MEANINGS: dict[str, tuple[str, str]] = {
    _GAP: ("is no gap here", "gaps stand in the `text` of a card with `kind: cloze`"),
    r"\[sound:[^\[\]]*\]": ("is played on custom cards alone", "describe the sound in words, or make the card a custom one"),
    r"\[/?(?:latex|\$\$?)\]": ("is no formula here", r"a formula stands between `\(` and `\)`, or `\[` and `\]`"),
    r"!\[\[[^\[\]]*\]\]|!\[[^\[\]]*\] \(|! \[[^\[\]]*\]\(|!\[[^\[\]]*\]\([^()\s]* =": ("shows no picture", "a picture is written `![](its-name.svg)`"),
    r"(?<![!\]\\])\[[^\[\]]*\]\((?![A-Za-z][A-Za-z0-9+.-]*:|[#<)])[^()\s]+\)": ("leads nowhere", "an address begins with `https://`; a picture has `!` before its bracket"),
    r"\\\((?!\()|\\\[(?![^\[\]]*\])": ("begins a formula that does not end", r"end it with `\)`, or with `\]` after `\[`"),
    r"(?<!\\)\\n(?![a-z])": ("is no new line here", "write the text after `|` on lines of its own"),
    r"(?<![~\\])~[^\s~](?:[^~\n]*[^\s~])?~(?!~)": ("is struck through", "write `<sub>…</sub>` for what stands lower; with a space behind it, `~` is only a sign"),
    r"(?<=[0-9])\*[0-9.,]+\*(?=[0-9])": ("loses its stars, which mean stress", "write `×`, or put it between backticks"),
    r"\[\^[^\[\]\s]+\]": ("is no footnote", "write it into the text, or into `why`"),
    r"(?<![=\w])==[^\s=](?:[^=\n]*[^\s=])?==(?![=\w])": ("is not marked", "write `<mark>…</mark>`, or `**…**`"),
    r"(?<![^\n ])[•◦▪‣][^\n]*\n[ ]*[•◦▪‣]|(?:\A|\n)[ ]*a\) [^\n]*\n[ ]*b\) ": ("runs into the line beside it", "begin each line with `- `, or leave an empty line between them"),
    r"\A(?:[-+*#]\s+|>\s*)[0-9][0-9.,]*\s*%?\Z": ("loses its sign, which begins a list, a quotation or a heading", "put it between backticks, or write it in words"),
}  # fmt: skip
_SIGN = pattern(r"[(\[{~*=\\!•◦▪‣\n]|\A(?:[-+>#]|a\))")
"""How all of these begin; most texts have none of it."""
_MEANING = pattern("|".join(f"(?P<m{place}>{each})" for place, each in enumerate(_MEANINGS)))
_CODE = pattern(r"```.*?(?:```|\Z)|`[^`]*`", re.DOTALL)


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        place = card.place
        if isinstance(card, CustomCard) or not isinstance(place, Node) or not any(map(_SIGN.search, _strings(card.written))):
            continue
        gaps = card.written.get("text") if isinstance(card, ClozeCard) else None
        for text in markdown_texts(place):
            if found := _found(text.value, gaps=text.value is gaps):
                yield Finding(text.at, found[0], found[1], card)
    for lesson in course.lessons:
        for text in markdown_texts(lesson.place) if isinstance(lesson.place, Node) else ():
            if found := _found(text.value, gaps=False):
                yield Finding(text.at, *found)


def _strings(value: Any) -> Iterator[str]:
    """All texts of a card; its Markdown is among them."""
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, str):
            yield part
        elif isinstance(part, (dict, list)):
            yield from _strings(part)


def _found(text: str, *, gaps: bool) -> tuple[str, str] | None:
    """What becomes of the first piece of a text that is shown otherwise, and how to mend it; in a text with gaps, these are none."""
    prose = text.strip()
    if "`" in prose or "\\" in prose:
        prose = FORMULA.sub("x", _CODE.sub("x", prose))
    for sign in _SIGN.finditer(prose):
        found = _MEANING.match(prose, sign.start())
        if found and found.lastgroup and not (gaps and found.lastgroup == "m0"):
            what, help = list(_MEANINGS.values())[int(found.lastgroup[1:])]
            return f"`{found[0].strip().splitlines()[0]:.40}` {what}", help
    return None
