"""YAML text to a document; an ordinary one takes a short way, without the places of its values."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from sys import intern
from typing import Any

import yaml

from attachdeck.domain.diagnostics import Diagnostic
from attachdeck.domain.location import Location
from attachdeck.reader.builder import LOADER, MAX_DEPTH, Builder, Refused, events_of
from attachdeck.reader.characters import NOT_TEXT, invisible_characters, with_plain_ends
from attachdeck.reader.document import Document, Node
from attachdeck.reader.scalars import BEGUN_AS_ESCAPE, NOT_ONLY_TEXT, scalar_value

_SCALAR, _MAPPING, _ALIAS = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.AliasEvent
_END_OF_MAPPING, _END_OF_SEQUENCE = yaml.MappingEndEvent, yaml.SequenceEndEvent
_DOCUMENTS = ("{\\rtf", "<html", "<!DOCTYPE", "<!doctype", "<?xml")
"""First characters of other kinds of document, some of which are valid YAML."""
_HASH_IN_TEXT = re.compile(r"[^\s:-][ \t]+(#)[^\s#]")


def read_text(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    """Read YAML text, with LF or CRLF line ends."""
    text = with_plain_ends(text)
    if problems := invisible_characters(text, shown) or _other_documents(text, shown):
        return Document(shown, text, None), problems
    try:
        value = _value(text)
    except (_Unusual, yaml.MarkedYAMLError):
        return _read_with_places(text, shown)
    root = Node(value, lambda: Builder(shown, text).document(events_of(text))[1], shown)
    return Document(shown, text, root), []


def _other_documents(text: str, shown: str) -> list[Diagnostic]:
    if not text.startswith(_DOCUMENTS):
        return []
    return [
        Diagnostic(
            rule="yaml-syntax",
            message="this is a document of a word processor or browser, not plain text",
            at=Location(shown, 1, 1, 1, 2),
            help="save it as plain text in the encoding UTF-8",
        )
    ]


def cut_off(text: str, shown: str) -> Iterator[Location]:
    """Yield the places of `#` that end a text without quotes and look like a part of it.

    No space follows such a `#`, but the rest of the line is a comment all the same.
    """
    has_hash = " #" in text or "\t#" in text
    places = [match.start(1) for match in _HASH_IN_TEXT.finditer(text)] if has_hash else []
    if not places:
        return
    try:
        scalars: list[Any] = [event for event in events_of(text) if isinstance(event, _SCALAR)]
    except yaml.YAMLError:
        return  # The error in this text has been reported.
    ends = [event.end_mark.index for event in scalars]
    for place in places:
        before = bisect_right(ends, place) - 1
        within = before + 1 < len(scalars) and scalars[before + 1].start_mark.index < place
        if (
            before >= 0
            and not within
            and not scalars[before].style
            and not text[ends[before] : place].strip(" \t")
        ):
            end = scalars[before].end_mark
            line, column = end.line + 1, end.column + place - end.index + 1
            yield Location(shown, line, column, line, column + 1)


def _read_with_places(text: str, shown: str) -> tuple[Document, list[Diagnostic]]:
    build = Builder(shown, text)
    try:
        value, mark = build.document(events_of(text))
    except yaml.MarkedYAMLError as error:
        from attachdeck.reader.advice import syntax_error

        return Document(shown, text, None), [
            *build.diagnostics,
            syntax_error(error, text, shown, events_of),
        ]
    except Refused as refused:
        return Document(shown, text, None), [*build.diagnostics, refused.diagnostic]
    return Document(shown, text, Node(value, mark, shown)), build.diagnostics


class _Unusual(Exception):
    """The text has something that only `Builder` can read, or report with its place."""


def _value(text: str) -> Any:
    """Return the value of a text without places, which takes about half the time.

    Raises _Unusual for anything that an ordinary file does not have.
    """
    if "<<" in text:  # It may be a key, which needs a message.
        raise _Unusual
    loader = LOADER(text)
    following = loader.get_event
    try:
        following()  # The stream begins.
        if following().__class__ is not yaml.DocumentStartEvent:
            raise _Unusual
        value = _plain_node(following(), following, 1)
        following()  # The document ends.
        if following().__class__ is not yaml.StreamEndEvent:
            raise _Unusual
    finally:
        loader.dispose()
    return value


def _plain_node(event: Any, following: Callable[[], Any], depth: int) -> Any:
    kind = event.__class__
    if kind is _ALIAS or event.anchor is not None or event.tag is not None or depth > MAX_DEPTH:
        raise _Unusual
    if kind is _SCALAR:
        return _plain_scalar(event)
    if kind is _MAPPING:
        values: dict[str, Any] = {}
        while (key := following()).__class__ is _SCALAR:
            name = intern(key.value)  # There are few different keys.
            if name in values:
                raise _Unusual
            part = following()
            # Most parts are texts, so they take the shortest way.
            if part.__class__ is not _SCALAR or part.anchor is not None or part.tag is not None:
                values[name] = _plain_node(part, following, depth + 1)
            elif part.style or part.value[:1] in NOT_ONLY_TEXT:
                values[name] = _plain_scalar(part)
            else:
                values[name] = part.value
        if key.__class__ is not _END_OF_MAPPING:
            raise _Unusual
        return values
    entries: list[Any] = []
    while (entry := following()).__class__ is not _END_OF_SEQUENCE:
        entries.append(_plain_node(entry, following, depth + 1))
    return entries


def _plain_scalar(event: Any) -> Any:
    if event.style:
        if event.style == '"' and (
            NOT_TEXT.search(event.value) or BEGUN_AS_ESCAPE.search(event.value)
        ):
            raise _Unusual
        return event.value
    text: str = event.value
    return scalar_value(event) if text[:1] in NOT_ONLY_TEXT else text
