"""References in documents: what a name refers to, and a diagnostic where it refers to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from attachdeck.decode.names import MOST_HINTS, may_be_in
from attachdeck.domain.course import OwnNoteType, Picture, Sound
from attachdeck.domain.diagnostics import Diagnostic, did_you_mean_or_list
from attachdeck.domain.location import Location
from attachdeck.reader import Node

T = TypeVar("T")


class Reports:
    """Collects diagnostics about references in documents.

    `texts` are those of the files by their names, `pictures` and `sounds` those that media.yaml
    lists; None where that cannot be known, because media.yaml has mistakes.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.texts = texts
        self.pictures: Mapping[str, Picture] | None = None
        self.sounds: Mapping[str, Sound] | None = None
        self.note_types: Mapping[str, OwnNoteType] | None = None
        self.unsure: dict[str, str] = {}
        """The texts of files that have errors, by the name that messages use."""

    def report(
        self,
        rule: str,
        message: str,
        at: Location,
        help: str | None = None,
        also: tuple[tuple[str, Location], ...] = (),
    ) -> None:
        self.diagnostics.append(Diagnostic(rule=rule, message=message, at=at, help=help, also=also))

    def known(
        self, rule: str, node: Node, known: Mapping[str, T] | None, where: str, add: str = ""
    ) -> T | None:
        """Return the value that a name refers to, or report it and return None.

        `add` is how to add it, if "add it to" the place is not enough.
        A name that a file with errors may define is not reported.
        """
        referent = (known or {}).get(node.value)
        if referent is None and not may_define(self.unsure, where, node.value):
            near = (
                did_you_mean_or_list(node.value, known or ())
                if len(self.diagnostics) < MOST_HINTS
                else None
            )
            self.report(
                rule,
                f"`{node.value}` is not in {where}",
                node.at,
                near or add or f"add it to {where}",
            )
        return referent


def may_define(unsure: Mapping[str, str], where: str, name: str) -> bool:
    """Return whether a file that has errors may define a name.

    `unsure` are the texts of such files, by the name that messages use.
    """
    return where in unsure and may_be_in((unsure[where],), name)
