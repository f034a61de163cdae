"""The errors of documents by their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader import CourseFiles, Document
from attachdeck.schema.ids import NewIds, missing_ids
from attachdeck.schema.loading import accepts, validator_of

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


def problems(files: CourseFiles) -> list[Diagnostic]:
    """Validate a course's own documents, without its lessons."""
    return [problem for document, name in own_documents(files) for problem in check(document, name)]


def broken_files(files: CourseFiles) -> set[str]:
    """Return the names of a course's own documents that are unreadable or invalid."""
    return {
        document.file
        for document, name in own_documents(files)
        if document.root is None or not accepts(document.root.value, name)
    }


def own_documents(files: CourseFiles) -> list[tuple[Document, str]]:
    """Return a course's own documents, without its lessons, each with its schema's name."""
    pairs = [(files.course, "course"), (files.sources, "sources"), (files.media, "media")]
    pairs += [(note_type.document, "note_type") for note_type in files.note_types.values()]
    return [(document, name) for document, name in pairs if document is not None]


def check(document: Document, name: str, new_ids: NewIds | None = None) -> list[Diagnostic]:
    """Validate a document; report each error at the narrowest place.

    `new_ids` returns the ids that the course's cards without one will get.
    """
    root = document.root
    if root is None:
        return []
    if root.value is None:
        return [_empty(root.at, name)]
    if accepts(root.value, name):
        return []
    # Nearly always all is right: without what only explanations need.
    from attachdeck.schema.explaining import explain
    from attachdeck.schema.keys import MAX_PROBLEMS

    validator = validator_of(name)
    errors = _without_wrong_types(
        sorted(
            islice(_leaves(validator.iter_errors(root.value)), MAX_PROBLEMS),
            key=lambda error: [str(part) for part in error.absolute_path],
        )
    )
    new_ids = new_ids or cache(partial(missing_ids, (document,)))
    diagnostics = (
        diagnostic
        for error in errors
        for diagnostic in explain(error, document, root, validator, new_ids)
    )
    return _under_bars(list(dict.fromkeys(islice(diagnostics, MAX_PROBLEMS))), document)


def _empty(at: Location, name: str) -> Diagnostic:
    return Diagnostic(
        rule="empty-file",
        message="this file is empty",
        at=at,
        help=f"run `attachdeck schema {name}` to see what it can contain",
    )


def _without_wrong_types(errors: list[ValidationError]) -> list[ValidationError]:
    """Return the errors without those that follow from a value's wrong type."""
    mistyped = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    return [
        error
        for error in errors
        if error.validator == "type" or tuple(error.absolute_path) not in mistyped
    ]


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Yield the errors without others inside: those within `if`/`then`, and of keys' names."""
    for error in errors:
        if error.context:
            yield from _leaves(error.context)
        else:
            yield error


def _under_bars(diagnostics: list[Diagnostic], document: Document) -> list[Diagnostic]:
    """Return the diagnostics, with one for each text after `|` that is not indented.

    YAML reads the lines of such a text as comments or unknown keys, and the text as blank.
    """
    lines = document.text.split("\n")
    unknown = {problem.at.line for problem in diagnostics if problem.rule == "unknown-key"}
    texts: dict[Location, Diagnostic] = {}
    for blank in (problem for problem in diagnostics if problem.message.endswith(" is blank")):
        below = range(blank.at.line + 1, len(lines) + 1)
        first = next((line for line in below if lines[line - 1].strip()), 0)
        is_text = first in unknown or (first and lines[first - 1].lstrip().startswith("#"))
        if is_text and (advice := _not_indented(document, lines, first)):
            texts[blank.at] = advice
            after = (line for line in below if lines[line - 1].strip() and line not in unknown)
            unknown -= set(range(first, next(after, len(lines) + 1)))
    return [
        texts.get(problem.at, problem)
        for problem in diagnostics
        if problem.rule != "unknown-key" or problem.at.line in unknown
    ]


def _not_indented(document: Document, lines: list[str], line: int) -> Diagnostic | None:
    from attachdeck.reader.lines import text_not_deep

    advice = text_not_deep(lines, line)
    if advice is None or advice.at is None:
        return None
    at = Location(document.file, *advice.at, advice.at[0], advice.at[1] + 1)
    return Diagnostic(rule="yaml-syntax", message=advice.message, at=at, help=advice.help)
