"""The schemas, and their validators.

The only importer of jsonschema, and of jsonschema-rs, which accepts good documents fifty times as
fast; what it does not accept, jsonschema explains. The schemas' patterns are such as both read
alike: no `\\w`, `\\d` or `\\Z`. The schemas' descriptions are written for educators, whose editors
show them.
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

NAMES = ("course", "lesson", "sources", "media", "note_type")
"""The schemas of a course's files."""

REPORTS = ("diagnostics",)
"""The schemas of what attachdeck writes for programs."""


@cache
def schema_text(name: str) -> str:
    """Return the text of a schema, one of `NAMES` or `REPORTS`."""
    return Path(__file__).with_name(f"{name}.schema.json").read_text(encoding="utf-8")


def accepts(value: Any, name: str) -> bool:
    """Return whether a document's value is valid by a schema."""
    return bool(_acceptor(name).is_valid(value))


@cache
def validator_of(name: str) -> Validator:
    """Return the validator that finds the errors of a value."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    kind = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    validator: Validator = kind(json.loads(schema_text(name)))
    return validator


def _pattern(
    _validator: Validator, wanted: str, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    # To Python `$` is also the place before a last line end; to JSON Schema, to jsonschema-rs and
    # to editors it is the end alone.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), value):
        yield ValidationError(f"{value!r} does not match {wanted!r}")


@cache
def _acceptor(name: str) -> jsonschema_rs.Draft202012Validator:
    with _undisturbed():
        import jsonschema_rs

        acceptor = jsonschema_rs.Draft202012Validator(json.loads(schema_text(name)))
        acceptor.is_valid(None)  # It imports more of Python when it is first asked.
    return acceptor


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Make Ctrl-C wait: interrupting an import in compiled code would panic there."""
    pressed: list[int] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    except ValueError:  # Only the main thread hears it.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)
