"""Libraries imported without what they never need here: Python's start is a third of a small build's time."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from attachdeck.patterns import pattern


@contextmanager
def without(module: str, **used: Any) -> Iterator[None]:
    """What is imported meanwhile gets, in the place of a module that nobody has imported yet, one that has just these names."""
    spared = module not in sys.modules
    if spared:
        sys.modules[module] = SimpleNamespace(**used)  # type: ignore[assignment]
    try:
        yield
    finally:
        if spared:
            del sys.modules[module]


@contextmanager
def patterns_later() -> Iterator[None]:
    """The regular expressions of what is imported meanwhile are compiled when they are first used."""
    compiled = re.compile
    re.compile = pattern
    try:
        yield
    finally:
        re.compile = compiled
