r"""Characters that learners see as typed, or do not see at all.

Some notation from other programs means nothing here: a gap outside the `text` of a cloze card,
`[sound:…]`, `==…==`, a footnote, a link without `https://`.
Other characters have a special meaning. Markdown turns `- 3` into a list and `2*3*4` into emphasis.
It joins lines that begin with `•`, and ignores `**` with a space inside.
Source: CommonMark and the cards as Anki shows them.
Fix: write it as the message suggests. Put text that learners should see as typed between backticks.

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
    - {id: m, kind: basic, prompt: "Which two?", answer: "Two: - one - two"}
    - {id: n, kind: basic, prompt: "Which two?", answer: "| a | b | |---|---| | 1 | 2 |"}
    - {id: o, kind: basic, prompt: "<div>**Which** two?</div>", answer: "##One\ntwo"}
    - {id: p, kind: basic, prompt: "Which ** two **?", answer: "-one\n-two"}
    - {id: q, kind: basic, prompt: "Which **two?", answer: "1.one\n2.two"}
    - {id: r, kind: basic, prompt: "[Which] (https://example.org)?",
       answer: "(two)[https://example.org]", why: "```\ncode"}
    - {id: s, kind: choice, question: Which?,
       options: [{text: A. One, right: true}, {text: B. Two, why: No.}],
       content_note: "**Careful**"}
    - {id: t, kind: sequence, prompt: The steps, steps: ["1. One", "2. Two"]}
    - {id: u, kind: occlusion, prompt: Where?, picture: plane.svg,
       regions: [{name: "**Here**", left: 1, top: 1, width: 9, height: 9}]}
    - {id: v, kind: basic, prompt: "What is {{Front}}?", answer: '\\(x^2\\) or \frac{1}{2}',
       why: "x^2^", hint: '\alpha'}

Good:

    - {id: a, kind: cloze,
       text: "Who wrote ((1 Attachment)), and what is `{{c1::this}}` or ((2 5 - 8))?"}
    - {id: wet, kind: cloze, text: "Water is ((1 wet)).",
       variants: [{text: "What water is: ((1 wet))."}]}
    - {id: b, kind: basic, prompt: "What is `2*3*4`, and 5 - 8?",
       answer: "-3 (**not** *3*), about ~3 or ~4, a**2**b"}
    - {id: c, kind: basic, prompt: 'What is \(f((1 x))\), \[a^2 + ~b~\] or a[0]?',
       answer: "[This](https://example.org) and ![](plane.svg)"}
    - {id: d, kind: basic, prompt: "Which two?", answer: "- one\n- two\n\na) x\n\nb) y = z == w"}
    - {id: e, kind: basic, prompt: "Which two (of three, a or\nb) or\na) four?",
       answer: "- 3 pigs\n\n> 3 wolves, \\~~gone~~ x^2"}
    - {id: f, kind: basic, prompt: "Which **two**, **one** and **the other**? 2**3",
       answer: "One: - 5 or 6 - 7\n\n<div>\n\n**So**\n\n</div>", why: "#tag\n-5 to\n-6"}
    - {id: g, kind: basic, prompt: "| a | b |\n|---|---|\n| (1) [x] | |",
       answer: "```\n**code\n```\n\n## So", content_note: "Mind * and (b)."}
    - {id: j, kind: basic, prompt: 'Why `{{Front}}` and {a: {b}} in C:\Users?',
       answer: '\(\begin{matrix}a\\[2pt]b\end{matrix}\), \alphabet, 2^3 and 3^2'}
    - {id: k, kind: choice, question: Who?,
       options: [{text: J. Bowlby, right: true},
       {text: M. Ainsworth, why: "She was second, [^a-z] says."}]}
    - {id: i, kind: basic, prompt: "Say <p>or **which**?", answer: "<b>One</b> **two**"}
    - {id: h, kind: choice, question: Which?,
       options: [{text: A. One, right: true}, {text: Two, why: "**No** (see a) or b)"}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from attachdeck.anki.cloze import FORMULA
from attachdeck.domain.course import (
    Card,
    ChoiceCard,
    ClozeCard,
    Course,
    CustomCard,
    OcclusionCard,
    SequenceCard,
)
from attachdeck.domain.location import Location
from attachdeck.reader import Node
from attachdeck.rules import Context, Finding
from attachdeck.rules.support.markdown import (
    course_texts,
    gap_texts,
    markdown_texts,
    markdown_values,
)
from attachdeck.rules.support.texts import in_course

_KEPT = "\ufdd0"
"""A stand-in for a formula: a character that no course has."""
_TEX = (
    "alpha|approx|begin|beta|cdot|delta|frac|gamma|geq|infty|int|lambda|left|leq|mathrm|mu|neq"
    "|omega|pi|pm|rightarrow|sigma|sqrt|sum|text|theta|times"
)
_BLOCKS = "(?:blockquote|center|div|li|ol|p|table|td|ul)"
_GAP = r"(?<!\\)\(\([0-9]+\s[^()]*\)\)|\{\{c[0-9]+::"
_MEANINGS: dict[str, tuple[str, str]] = {
    _GAP: ("is not a gap here", "write gaps in the `text` of a card with `kind: cloze`"),
    r"\{\{[#^/]?[A-Za-z][^{}:]*(?::[^{}:]*)*\}\}": (
        "is not a field here",
        "put it between backticks; only the templates of note types have fields",
    ),
    r"\[sound:[^\[\]]*\]|\[anki:tts\b[^\[\]]*\]": (
        "plays only on custom cards",
        "write a sound as `![](word.mp3)`, and list its file under `sounds` in media/media.yaml",
    ),
    r"\[/?(?:latex|\$\$?)\]": (
        "is not a formula here",
        r"write a formula between `\(` and `\)`, or between `\[` and `\]`",
    ),
    r"!\[\[[^\[\]]*\]\]|!\[[^\[\]]*\] \(|! \[[^\[\]]*\]\(|!\[[^\[\]]*\]\([^()\s]* =": (
        "does not show a picture",
        "write a picture as `![](its-name.svg)`",
    ),
    r"(?<![!\]\\])\[[^\[\]]*\]\((?![A-Za-z][A-Za-z0-9+.-]*:|[#<)])[^()\s]+\)": (
        "is not a working link",
        "begin an address with `https://`; for a picture, write `!` before the bracket",
    ),
    r"\\\((?!\()|\\\[(?![^\[\]]*\])": (
        "begins a formula that has no end",
        r"end it with `\)`, or with `\]` after `\[`",
    ),
    rf"\\{_KEPT}": (
        "is one backslash too many before a formula",
        r"in single quotes and after `|`, begin a formula with one backslash: `\(`",
    ),
    rf"\\(?:{_TEX})(?![A-Za-z\\])": ("is not inside a formula", r"write it between `\(` and `\)`"),
    r"(?<!\\)\\n(?![a-z])": ("is not a new line here", "write the text after `|` on new lines"),
    r"(?<![~\\])~[^\s~](?:[^~\n]*[^\s~])?~(?!~)": (
        "is shown as struck through",
        "write `<sub>…</sub>` for subscript; for a plain `~`, write a space after it",
    ),
    r"(?<=\w)\^[^\s^]{1,9}\^(?![\w^])": (
        "is not shown as superscript",
        "write `<sup>…</sup>`, or a character such as `²`",
    ),
    r"(?<=[0-9])\*[0-9.,]+\*(?=[0-9])": (
        "loses its stars, which mean emphasis",
        "write `×`, or put it between backticks",
    ),
    r"\[\^(?:[0-9]{1,3}|note|fn)\]": (
        "is not a footnote here",
        "write the note in the text, or under `why`",
    ),
    r"(?<![=\w])==[^\s=](?:[^=\n]*[^\s=])?==(?![=\w])": (
        "is not highlighted",
        "write `<mark>…</mark>`, or `**…**`",
    ),
    r"(?<![^\n ])[•◦▪‣][^\n]*\n[ ]*[•◦▪‣]|(?:\A|\n)[ ]*a\) [^\n]*\n[ ]*b\) ": (
        "is joined with the next line",
        "begin each line with `- `, or leave an empty line between the lines",
    ),
    r"\|[ ]*\|[ ]*:?-+:?[ ]*\||:[ ]-[ ][^\W\d_][^\n]*?[ ]-[ ][^\W\d_]": (
        "is joined into one line, as YAML does with `>` and plain texts",
        "write the text after `|`, and leave an empty line before a list",
    ),
    rf"(?:\A|\n)[ ]{{0,3}}<{_BLOCKS}\b[^<>]*>[^<\n]*(?:\*\*|\]\()": (
        "is inside HTML, where Markdown does not work",
        "write `<strong>…</strong>` or `<a href=…>` instead",
    ),
    r"(?:\A|\n)#{2,6}[^\s#]": ("is not a heading", "write a space after `#`"),
    r"(?:\A|\n)-[^\W\d_][^\n]*\n-[^\W\d_]|(?:\A|\n)1[.)][^\W\d_][^\n]*\n2[.)][^\W\d_]": (
        "is not a list",
        "write a space after the dash or the number",
    ),
    r"(?<![^\s(])\*\*[ ][^*\n]+[ ]\*\*(?![*\w])|(?<![^\s(])\*\*(?=[^\s*])[^*]*\Z": (
        "is shown with its stars",
        "write `**` directly before and after the words, without a space",
    ),
    r"\[[^\[\]]+\] \(https?:|\)\[https?:": (
        "is not a link",
        "write `[words](https://…)` without a space",
    ),
    r"(?:\A|\n)```[^`]*\Z": (
        "turns all text after it into code",
        "end it with a line of three backticks",
    ),
    r"\A(?:[-+*#]\s+|>\s*)[0-9][0-9.,]*\s*%?\Z|\A\+\s+[0-9][^\n]*\Z": (
        "loses its first character, which begins a list, quotation or heading",
        "put it between backticks, or write it in words",
    ),
}
_SIGN = re.compile(
    r"\[|~|\*(?:\*|(?<=[0-9]\*)[0-9.,])|\n(?=[ ]*(?:[-<#12`•◦▪‣]|[ab]\)))|•|◦|▪|‣"
    r"|\(\(|\{\{|\)\[|!\[|! \[|==|\\|\^|\|[ ]*\||: - "
)
_FIRST = ("-", "+", "*", ">", "#", "`", "<", "1.", "1)", "a)")
"""First characters of a text in which one of the meanings is possible; see `_SIGN` for others."""
_MEANING = re.compile("|".join(f"(?P<m{place}>{sign})" for place, sign in enumerate(_MEANINGS)))
_CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
_PLAIN = re.compile(r"\*\*[^\s*][^*]*\*\*|\[[^\[\]]+\]\([^()]+\)|`[^`]+`|\\\(")
"""Markdown in a text that is not read as Markdown."""
_HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_NUMBERED = re.compile(r"([A-Za-z0-9]{1,2})[.):]\s")
_NUMBERS = (tuple("ABCDEFGHIJKL"), tuple("abcdefghijkl"), tuple(map(str, range(1, 13))))


def check(course: Course, context: Context) -> Iterator[Finding]:
    for card in course.cards():
        place = card.place
        if isinstance(card, CustomCard) or not isinstance(place, Node):
            continue
        if any(map(_may_be, markdown_values(card.written))):
            gaps = gap_texts(card.written) if isinstance(card, ClozeCard) else []
            for text in markdown_texts(place):
                has_gaps = any(text.value is gap_text for gap_text in gaps)
                if meaning := _meaning(text.value, gaps=has_gaps):
                    yield Finding(text.at, *meaning, card)
        yield from (
            Finding(at, message, help, card) for at, message, help in _of_a_kind(card, place)
        )
    for place in (lesson.place for lesson in course.lessons):
        if isinstance(place, Node):
            yield from (Finding(at, message, help) for at, message, help in _of_a_lesson(place))


def check_course(course: Course, context: Context) -> Iterator[Finding]:
    if meaning := _in_description(course.description):
        yield Finding(in_course(course, "description"), *meaning)
    for text in course_texts(course):
        if meaning := _meaning(text.node.value, gaps=False):
            yield Finding(text.node.at, *meaning)


def _of_a_kind(card: Card, place: Node) -> Iterator[tuple[Location, str, str]]:
    """Yield what is shown otherwise in plain texts, and the numbers of options and steps."""
    if card.content_note and "content_note" in place:
        yield from _in_plain_text(place["content_note"])
    if isinstance(card, OcclusionCard):
        for region in place["regions"].items():
            yield from _in_plain_text(region["name"])
    options = card.options if isinstance(card, ChoiceCard) and card.kind == "choice" else ()
    if options and _are_numbered([option.text for option in options]):
        yield (
            place["options"].at,
            "the options are shuffled, so their letters or numbers get mixed up",
            "delete the letters or numbers",
        )
    if isinstance(card, SequenceCard) and _are_numbered(card.steps):
        yield (
            place["steps"].at,
            "Anki shows numbers for the steps, but these already have numbers",
            "delete the letters or numbers",
        )


def _in_plain_text(text: Node) -> Iterator[tuple[Location, str, str]]:
    if markdown := _PLAIN.search(text.value):
        yield (
            text.at,
            f"`{markdown[0]:.40}` is shown as typed: Markdown does not work in this text",
            "write it without these characters",
        )


def _are_numbered(texts: Sequence[str]) -> bool:
    """Return whether all texts begin with letters or numbers, one after another."""
    numbers = tuple(match[1] for text in texts if (match := _NUMBERED.match(text)))
    return len(numbers) == len(texts) and any(
        numbers == usual[: len(numbers)] for usual in _NUMBERS
    )


def _of_a_lesson(place: Node) -> Iterator[tuple[Location, str, str]]:
    for text in markdown_texts(place):
        if meaning := _meaning(text.value, gaps=False) or _in_description(text.value):
            yield text.at, *meaning
    for text in (place["title"], *(entry["text"] for entry in place["objectives"].items())):
        yield from _in_plain_text(text)


def _in_description(text: str) -> tuple[str, str] | None:
    """Return the message and help for HTML or a formula, which a deck's description cannot show."""
    piece = _HTML.search(_CODE.sub("x", text)) if "<" in text else None
    piece = piece or (FORMULA.search(text) if "\\" in text else None)
    if piece is None:
        return None
    return (
        f"`{piece[0]:.40}` is shown as typed in a deck's description",
        "write it in words or as Markdown",
    )


def _may_be(text: str) -> bool:
    return text.startswith(_FIRST) or _SIGN.search(text) is not None


def _meaning(text: str, *, gaps: bool) -> tuple[str, str] | None:
    """Return the message and help for the first piece of a text that is shown otherwise.

    Gaps of the text of a cloze card do not count.
    """
    prose = text.strip()
    if not _may_be(prose):
        return None
    if "`" in prose or "\\" in prose:
        prose = FORMULA.sub(_KEPT, _CODE.sub("x", prose))
    for start in chain((0,), (sign.start() for sign in _SIGN.finditer(prose))):
        piece = _MEANING.match(prose, start)
        if piece and piece.lastgroup and not (gaps and piece.lastgroup == "m0"):
            what, help = list(_MEANINGS.values())[int(piece.lastgroup[1:])]
            snippet = piece[0].strip().splitlines()[0].replace(_KEPT, r"\(…")
            return f"`{snippet:.40}` {what}", help
    return None
