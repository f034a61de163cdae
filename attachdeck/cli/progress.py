"""What a long build shows on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType


class Progress:
    """A line on standard error that names the stage, once a second has passed; nothing where that
    is no terminal."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.shown = 0

    def __call__(self, stage: str) -> None:
        if sys.stderr.isatty() and time.monotonic() - self.begun > 1:
            self.clear()
            sys.stderr.write(f"{stage} …")
            sys.stderr.flush()
            self.shown = len(stage) + 2

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write("\r" + " " * self.shown + "\r")
            sys.stderr.flush()
            self.shown = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()
