"""Pages that explain the codes of diagnostics: a title; what, why and how to fix it; examples.

A rule's page is its docstring. The pages of all other codes are in `errors.md`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data


@dataclass(frozen=True, slots=True)
class Page:
    """A code, the first line of its page, and the page, which begins with that line."""

    name: str
    title: str
    documentation: str

    def examples(self, which: str) -> list[str]:
        """Return the YAML of its examples, `Bad` or `Good`."""
        block = rf"^{which}:\n\n((?:    .*\n|\n)+)"
        example = re.search(block, self.documentation + "\n", re.MULTILINE)
        if example is None:
            return []
        return [re.sub(r"^    ", "", example[1], flags=re.MULTILINE).rstrip() + "\n"]


@cache
def pages_without_rule() -> dict[str, Page]:
    """Return the page of every code that belongs to no rule, by the code."""
    text = (get_data(__name__, "errors.md") or b"").decode().replace("\r\n", "\n")
    pages = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, documentation = section.partition(": ")
        pages[name] = Page(name, documentation.partition("\n")[0], documentation.strip() + "\n")
    return pages
