"""Regular expressions that are compiled when they are first used: to compile all at the start takes longer than to read fifty cards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pattern = re.compile
else:
    _compile = re.compile

    class pattern:  # noqa: N801  # It stands for the function `re.compile`, and type checkers take it for that.
        """What `re.compile` gives, a little later."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self.made_of = text, flags

        def __getattr__(self, name: str) -> Any:
            """Asked for the first time: the same method of the compiled expression, and the others with it."""
            compiled = _compile(*self.made_of)
            self.__dict__.update(
                (each, getattr(compiled, each))
                for each in (
                    "finditer",
                    "findall",
                    "fullmatch",
                    "match",
                    "pattern",
                    "search",
                    "split",
                    "sub",
                )
            )
            return getattr(compiled, name)
