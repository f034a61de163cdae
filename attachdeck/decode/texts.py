"""What decoders report of documents: names that refer to nothing, and names that come twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from attachdeck.domain.course import OwnNoteType, Picture
from attachdeck.domain.diagnostics import Diagnostic, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import Node
from attachdeck.reader.document import lines_in

T = TypeVar("T")

_MOST_HINTS = 40
"""For how many diagnostics a name is looked for that may be meant: it takes longer than to read the
card."""


class Reports:
    """Collects what is wrong in documents.

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
        """Return what a name refers to, or None and a diagnostic. A name that a file with errors may
        define is not called unknown."""
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

    def may_define(self, where: str, name: str) -> bool:
        """Whether a file that has errors may say what a name refers to."""
        return may_define(self.unsure, where, name)

    def within(self, node: Node, snippet: str) -> Location:
        return within(self.texts, node, snippet)


def may_define(unsure: Mapping[str, str], where: str, name: str) -> bool:
    """Whether a file that has errors may say what a name refers to.

    `unsure` are the texts of such files, by what messages call them.
    """
    text = unsure.get(where)
    return text is not None and (text.strip() == "" or name in text)


def within(texts: Mapping[str, str], node: Node, snippet: str) -> Location:
    """Return where a piece of a text stands in its file, of which `texts` has the text; the whole
    text where it cannot be found as written."""
    line, column, end_line, _ = node.mark.span
    for number, text in enumerate(lines_in(texts[node.file])[line - 1 : end_line], line):
        start = text.find(snippet, column - 1 if number == line else 0) if snippet else -1
        if start >= 0:
            return Location(node.file, number, start + 1, number, start + 1 + len(snippet))
    return node.at
