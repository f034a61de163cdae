"""YAML as nobody writes it: every form that can be read, with comments everywhere."""

from __future__ import annotations

import random
from pathlib import Path

from attachdeck.authoring.text_file import TextFile
from attachdeck.authoring.tidy import tidied
from attachdeck.reader import read_text

_LONG = "abcdefghijklmnopqrstuvwxyz"
_SINGLE = [
    "one",
    "two words",
    "'single'",
    '"double"',
    '"it\'s"',
    "'say \"x\"'",
    "'it''s'",
    "12",
    "true",
    "~",
    "[a, b]",
    "[]",
    "{}",
    "{a: 1,b: 2}",
    "[ {k: v}, x]",
    r"'a\b'",
    r'"tab\t"',
    "https://x.y/z",
    f"{{{_LONG}: {_LONG},c: [{_LONG},{_LONG}]}}",
    f"[{_LONG}, {{b: {_LONG}, c: {_LONG}{_LONG}}}, e]",
    "-1.5",
    "日本",
    "{a: , b: c}",
]
_KEYS = ["a", "b", "id", "kind", "'q'", '"dq"', "long key", "why", "prompt"]
_ODD = ["[a, # c\nb]", "{a: 1,\n# c\n  b: [c]} # t", '"a\\\nb"', '"a\\tb\n\n  c"', "[a: 1, 'b\nc']"]
_COMMENTS = ["# c", "#x  y", "# ééé"]


def strange_texts(count: int, seed: int = 1, *, usual: bool = False) -> list[str]:
    """Return texts that can be read, the same ones for the same seed.

    `usual` leaves out the forms that Prettier lays out as only it does: comments beside what is
    empty, and comments and blank lines below a text after `|`.
    """
    chance = random.Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        text = _Writer(chance, usual=usual).text()
        if not read_text(text, "a.yaml")[1]:
            texts.append(text)
    return texts


def tidy(text: str, taken: set[str] | None = None) -> str:
    """Return a text as fmt leaves it."""
    ids = set() if taken is None else taken
    return tidied(TextFile(Path("a.yaml"), text, text, text.encode()), lambda: ids).text


class _Writer:
    def __init__(self, chance: random.Random, *, usual: bool) -> None:
        self.chance = chance
        self.usual = usual
        self.lines: list[str] = []
        self.has_page = False

    def text(self) -> str:
        self.comments(0)
        if self.rarely(0.5):
            self.lines.append("cards:")
            self.list(self.chance.choice([0, 2, 4]), 1)
        else:
            self.mapping(0, 0)
        if self.usual:
            return "\n".join(self.lines) + "\n"
        self.comments(0)
        return "\n".join(self.lines) + self.chance.choice(["", "\n", "\n\n"])

    def rarely(self, share: float) -> bool:
        return self.chance.random() < share

    def comments(self, indent: int) -> None:
        """Blank lines, and comments at about an indentation."""
        if self.usual and self.has_page:
            return
        while self.rarely(0.15):
            self.lines.append(self.chance.choice(["", "", "  "]))
        while self.rarely(0.15):
            column = indent if self.usual else indent + self.chance.choice([0, 0, -2, 2, 1, -1])
            self.lines.append(" " * max(0, column) + self.chance.choice(_COMMENTS))
            if self.rarely(0.15):
                self.lines.append("")

    def beside(self) -> str:
        return self.chance.choice([""] * 6 + ["  ", " # t", "    # u  "])

    def space(self) -> str:
        return self.chance.choice([" ", " ", " ", "  ", "    "])

    def mapping(self, indent: int, depth: int, lead: str | None = None) -> None:
        for number, key in enumerate(self.chance.sample(_KEYS, self.chance.randint(1, 3))):
            begin = lead if lead is not None and not number else " " * indent
            if number:
                self.comments(indent)
            colon = self.chance.choice([":", ":", ":", " :"])
            self.value(f"{begin}{key}{colon}", indent, depth, is_entry=False)

    def list(self, indent: int, depth: int, lead: str | None = None) -> None:
        for number in range(self.chance.randint(1, 3)):
            begin = lead if lead is not None and not number else " " * indent
            if number:
                self.comments(indent)
            self.value(f"{begin}-", indent, depth, is_entry=True)

    def value(self, begin: str, indent: int, depth: int, *, is_entry: bool) -> None:
        kind = self.chance.choices(_KINDS, _WEIGHTS)[0] if depth < 4 else "single"
        if kind == "single" and not self.usual and self.rarely(0.1):
            odd = self.chance.choice(_ODD).replace("\n", "\n" + " " * (indent + 1))
            self.lines += f"{begin} {odd}".split("\n")
        elif kind == "single":
            self.lines.append(begin + self.space() + self.chance.choice(_SINGLE) + self.beside())
        elif kind == "empty":
            self.lines.append(begin + ("" if self.usual else self.beside()))
        elif kind == "page":
            self.page(begin, indent)
        elif kind == "quoted":
            quote = self.chance.choice(["", "'", '"'])
            self.lines.append(f"{begin}{self.space()}{quote}several")
            if self.rarely(0.3):
                self.lines.append("")
            self.lines.append(" " * (indent + self.chance.randint(1, 4)) + f"lines{quote}")
        elif is_entry and self.rarely(0.6):
            lead = begin + self.space()
            (self.mapping if kind == "mapping" else self.list)(len(lead), depth + 1, lead)
        else:
            self.lines.append(begin + self.beside())
            least = 1 if is_entry or kind == "mapping" else 0
            inner = indent + self.chance.choice([least, 2, 2, 2, 4])
            self.comments(inner)
            (self.mapping if kind == "mapping" else self.list)(inner, depth + 1)

    def page(self, begin: str, indent: int) -> None:
        """A text of several lines after `|` or `>`."""
        self.has_page = True
        header = self.chance.choice(["|", ">-", "|-", ">", "|+", "|2"])
        column = indent + (2 if header == "|2" else self.chance.choice([1, 2, 4]))
        self.lines.append(begin + self.space() + header + self.chance.choice([""] * 5 + ["  # h"]))
        for number in range(self.chance.randint(1, 3)):
            deeper = self.chance.choice(["", "  "]) if number else ""
            words = self.chance.choice(["text here", "# no comment", "- x", "a: b"])
            self.lines.append(" " * column + deeper + words)
            if self.rarely(0.2):
                self.lines.append("")


_KINDS = ["single", "empty", "page", "quoted", "mapping", "list"]
_WEIGHTS = [45, 5, 10, 5, 20, 15]
