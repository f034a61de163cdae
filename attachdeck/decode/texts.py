"""The Markdown texts of what an author wrote, and what in them a card could not show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from attachdeck.anki import cloze
from attachdeck.domain.course import OwnNoteType, Picture
from attachdeck.domain.diagnostics import Diagnostic, did_you_mean, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import Node
from attachdeck.reader.document import lines_in
from attachdeck.reader.folder import PICTURE_ENDINGS
from attachdeck.schema.texts import markdown_keys

T = TypeVar("T")

TABLE = re.compile(r"\|[ \t]*:?-")
"""What every table of more than one column has in the line below its head."""
_TABLES_LINE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*+\|?[ \t]*")
"""The line below the head of a table."""
_OTHER_BLOCK = re.compile(r" {0,3}(?:[-+*>#]|[0-9]{1,9}[.)])(?:\s|$)|```|~~~")
_BAR = re.compile(r"(?<!\\)\|")
_DEFINITION = re.compile(
    r" {0,3}\[(?P<label>[^\[\]]+)\]:[ \t]*(?P<target>[^\s<]\S*|<[^<>]*>)[ \t]*(?:\"[^\"]*\"|'[^']*'|\([^()]*\))?[ \t]*"
)
"""A line that gives a link or a picture its address; Markdown shows nothing of it."""
_LABEL = re.compile(r"\[([^\[\]]+)\]")
_MOST_LEFT_OUT = 100
"""How many cells of its tables a text may lack."""
_MOST_HINTS = 40
"""For how many diagnostics a name is looked for that may be meant: it takes longer than to read the card."""
_MOST_IN_TEXT = 20
"""Of how many unknown pictures, lost rows or lost lines in one text an author is told at once."""
DEEP = re.compile(r">\s*+(?:>\s*+){100}")
"""Quotations in quotations; the sanitiser takes the square of their number."""
_IMAGE = re.compile(
    r"!\[(?:(?!!\[)[^\]])*+\]\(\s*<?(?P<markdown>[^\s)>]*)|<img\b(?:(?!<img\b)[^>])*?\bsrc\s*=\s*[\"']?(?P<html>[^\s\"'>]*)",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_SHORT = 12
"""How many signs at the most an author is told to write in the place of others."""
SAFE = "delete it: a card may not run scripts nor load pages; what only shows text, pictures and sounds may stay"
_TEXT_KEYS, _GROUPS = markdown_keys()
"""Keys of a card or a lesson that hold Markdown, and those under which more such texts stand."""


class Reports:
    """Collects what is wrong in documents: what refers to nothing, and what texts cannot show.

    `texts` are those of the files by their names, `pictures` those that media.yaml lists; None
    where that cannot be known, because media.yaml has mistakes.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.texts = texts
        self.pictures: Mapping[str, Picture] | None = None
        self.note_types: Mapping[str, OwnNoteType] | None = None
        self.unsure: dict[str, str] = {}
        """The texts of files that have errors, by what messages call them."""

    def report(
        self,
        rule: str,
        message: str,
        at: Location,
        help: str | None = None,
        also: tuple[tuple[str, Location], ...] = (),
    ) -> None:
        self.diagnostics.append(Diagnostic(rule=rule, message=message, at=at, help=help, also=also))

    def once(self, entry: Node, key: str, seen: dict[str, Node], rule: str) -> None:
        """Report a name that another entry has already."""
        name = entry.value[key]
        if name in seen:
            first = seen[name].get(key) or seen[name]
            self.report(
                rule,
                f"`{name}` is used twice",
                entry[key].at,
                "give one of the two another name",
                also=(("first used here", first.at),),
            )
        else:
            seen[name] = entry

    def known(self, rule: str, node: Node, known: Mapping[str, T] | None, where: str) -> T | None:
        """What a name refers to, or None and a diagnostic. A name that a file with errors may define
        is not called unknown."""
        found = (known or {}).get(node.value)
        if found is None and not self.may_define(where, node.value):
            near = (
                did_you_mean_or_list(node.value, known or ())
                if len(self.diagnostics) < _MOST_HINTS
                else None
            )
            self.report(
                rule,
                f"`{node.value}` is not in {where}",
                node.at,
                near or "add it there",
            )
        return found

    def images(self, text: Node) -> None:
        """Report the first pictures that media.yaml does not list; those in code are only text."""
        unknown = (name for name in pictures_in(text.value) if not self.is_known_picture(name))
        for name in islice(unknown, _MOST_IN_TEXT):
            if re.match(r"[a-z]+:|//", name, re.IGNORECASE):
                help: str | None = (
                    "put the picture into media/, list it in media/media.yaml, and name it by its file name"
                )
            else:
                help = (
                    did_you_mean(name, self.pictures or ())
                    or "list it in media/media.yaml with its alt text, origin and licence"
                )
            self.report(
                "unknown-picture",
                f"the picture `{name}` is not in media/media.yaml",
                self.within(text, name),
                help,
            )

    def is_known_picture(self, name: str) -> bool:
        """Whether media.yaml lists a picture, or may do so where it has errors."""
        if self.pictures is None:
            return self.may_define("media/media.yaml", name)
        return name in self.pictures

    def may_define(self, where: str, name: str) -> bool:
        """Whether a file that has errors may say what a name refers to."""
        text = self.unsure.get(where)
        return text is not None and (text.strip() == "" or name in text)

    def tables(self, text: Node, *, in_gaps: bool = False) -> None:
        """Report tables with so many cells left out that a few bytes would become megabytes, those with a row of which cells are lost, and those that
        are none; a bar in a formula or in a gap parts no cells."""
        lacking = sum(map(_cells_left_out, re.split(r"\n[ \t]*\n", text.value)))
        if lacking > _MOST_LEFT_OUT:
            message = f"rows of this table lack {lacking:,} cells"
            longest = max(text.value.split("\n"), key=lambda line: line.count("|"))
            self.report(
                "table",
                message,
                self.within(text, longest.strip()),
                f"give each row as many `|` as the longest one; {_MOST_LEFT_OUT} cells of a text may be left out",
            )
        if TABLE.search(text.value) and "```" not in text.value:
            whole = cloze.to_anki(text.value)[0] if in_gaps else text.value
            for line, message, help in islice(
                _cells_lost(cloze.FORMULA.sub("x", whole).split("\n")), _MOST_IN_TEXT
            ):
                self.report("table", message, self.within(text, line.strip()), help)

    def definitions(self, text: Node) -> None:
        """Report text that is taken for the address of a link that is not there, and vanishes."""
        if "]:" not in text.value or "```" in text.value:
            return
        found = list(_definitions(text.value))
        uses = (
            Counter(label.strip().casefold() for label in _LABEL.findall(text.value))
            if found
            else Counter()
        )
        uses.subtract(label.casefold() for _, label, _ in found)
        for line, label, target in found[:_MOST_IN_TEXT]:
            if uses[label.casefold()] < 1:
                help = "a line that begins with `[…]:` gives the address of a link: put a space before the colon"
                self.report(
                    "link",
                    f"`[{label}]` is no link in this text, so that nothing of this line is shown",
                    self.within(text, line.strip()),
                    help,
                )
            elif (
                "![" in text.value
                and target.lower().endswith(PICTURE_ENDINGS)
                and not self.is_known_picture(target)
            ):
                help = (
                    did_you_mean(target, self.pictures or ())
                    or "list it in media/media.yaml with its alt text, origin and licence"
                )
                self.report(
                    "unknown-picture",
                    f"the picture `{target}` is not in media/media.yaml",
                    self.within(text, target),
                    help,
                )

    def quotations(self, text: Node) -> None:
        """Report quotations in quotations in quotations."""
        if DEEP.search(text.value):
            self.report(
                "nesting",
                "quotations are nested more than 100 levels deep",
                text.at,
                "one `>` at the beginning of a line makes a quotation",
            )

    def within(self, node: Node, snippet: str) -> Location:
        """Where a piece of a text stands in the file; the whole text where it cannot be found as written."""
        line, column, end_line, _ = node.mark.span
        for number, text in enumerate(lines_in(self.texts[node.file])[line - 1 : end_line], line):
            start = text.find(snippet, column - 1 if number == line else 0) if snippet else -1
            if start >= 0:
                return Location(node.file, number, start + 1, number, start + 1 + len(snippet))
        return node.at

    def harmless(self, name: str, node: Node) -> None:
        """Report a name or a tag that could run a script: templates show them as they are."""
        from attachdeck.anki.unsafe_html import dangers

        for danger in dangers(name):
            self.report(
                "unsafe-html",
                f"{danger.what} cannot stand on a card",
                node.at,
                mend(danger.instead),
            )

    def names_shown(self, root: Node, *keys: str) -> str:
        """The names that templates of the course's own show of where a card lies; one that could run a script is reported."""
        names = {key: root[key] for key in keys if key in root}
        for key, name in names.items():
            if self.note_types or key == "full_deck":  # It came with another's cards.
                self.harmless(name.value, name)
        return " ".join(name.value for name in names.values())


def pictures_in(text: str) -> Iterator[str]:
    """The pictures that a text shows, by the names that it gives them; what stands in code is only
    text."""
    for match in _IMAGE.finditer(_CODE.sub("", text) if "`" in text else text):
        yield match["markdown"] or match["html"] or ""


def mend(instead: str) -> str:
    """What an author does about something that cannot stand on a card, where a few signs may stand in its place."""
    return (
        f"write `{instead}` in its place"
        if 0 < len(instead) <= _SHORT and instead.isascii()
        else SAFE
    )


def _cells_left_out(paragraph: str) -> int:
    """How many cells Markdown adds to a paragraph that is a table, at most."""
    if not TABLE.search(paragraph):
        return 0
    bars = [line.count("|") for line in paragraph.strip().split("\n")]
    return max(bars) * len(bars) - sum(bars)


def _cells_lost(lines: list[str]) -> Iterable[tuple[str, str, str]]:
    """The lines of a text with which cells of a table are lost, or the whole table: each with what is wrong and how to mend it."""
    width = 0  # Of the table that goes on.
    before = ""
    for line in lines:
        if not line.strip() or _OTHER_BLOCK.match(line):
            width = 0
        elif width:
            cells = _cells(line)
            if any(each.strip() for each in cells[width:]):
                message = f"this row has {len(cells)} cells, and the head of the table {width}: the surplus is not shown"
                yield (
                    line,
                    message,
                    "give the head and the line below it as many cells; or write `\\|` for a bar that parts none",
                )
        elif (
            "|" in line
            and "|" in before
            and not line.startswith(("    ", "\t"))
            and _TABLES_LINE.fullmatch(line)
        ):
            width = len(_cells(before))
            if width != len(_cells(line)):
                message = f"the head of this table has {width} cells, and the line below it {len(_cells(line))}: it is shown as text"
                yield (
                    line,
                    message,
                    f"write `{'|---' * width}|` below the head"
                    if width <= 12
                    else "give both as many `|`",
                )
                width = 0
        before = line


def _cells(line: str) -> list[str]:
    return _BAR.split(line.strip().removeprefix("|").removesuffix("|"))


def _definitions(text: str) -> Iterable[tuple[str, str, str]]:
    """The lines that give addresses, at the beginning of a paragraph: each with its label and its address."""
    begins = True
    for line in text.split("\n"):
        found = _DEFINITION.fullmatch(line) if begins else None
        if found:
            yield line, found["label"].strip(), found["target"]
        begins = bool(found) or not line.strip()


def may_need_a_look(text: str) -> bool:
    """Whether a file may hold what `Reports` looks for in texts; few files do."""
    return any(sign in text for sign in ("![", "<", "\\", "]:")) or any(
        sign.search(text) for sign in (TABLE, DEEP)
    )


def needs_a_look(value: Any) -> bool:
    """Whether a card's or a lesson's texts may hold what `look_through` looks for, its cards excepted; looking at values alone is fast."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, str):
            if (
                "![" in part
                or "<" in part
                or "]:" in part
                or ("|" in part and TABLE.search(part))
                or (">" in part and DEEP.search(part))
            ):
                return True
        elif isinstance(part, (dict, list)) and key != "cards" and needs_a_look(part):
            return True
    return False


def markdown_values(value: Mapping[str, Any]) -> Iterable[str]:
    """The same texts as `markdown_texts` without their places, which is several times as fast."""
    for key, part in value.items():
        if isinstance(part, str):
            if key in _TEXT_KEYS:
                yield part
        elif key in _GROUPS:
            for each in part if isinstance(part, list) else (part,):
                yield from (each,) if isinstance(each, str) else markdown_values(each)


def markdown_texts(node: Node) -> Iterable[Node]:
    """The Markdown texts of a card or a lesson, its cards excepted."""
    for key, value in node.value.items():
        if key in _TEXT_KEYS and isinstance(value, str):
            yield node[key]
        elif key in _GROUPS and not isinstance(value, str):
            parts = node[key].items() if isinstance(value, list) else (node[key],)
            for part in parts:
                yield from (part,) if isinstance(part.value, str) else markdown_texts(part)


def all_texts(node: Node) -> Iterable[Node]:
    """All that is text in a part of a document, Markdown or not."""
    if isinstance(node.value, str):
        yield node
    elif isinstance(node.value, (dict, list)):
        for key in node.value if isinstance(node.value, dict) else range(len(node.value)):
            yield from all_texts(node[key])
