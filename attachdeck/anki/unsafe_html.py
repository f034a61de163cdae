"""HTML that could run a script, in texts that are otherwise kept byte for byte.

Tags are read as browsers read them. The contents of comments and quoted values are searched, too,
so that no trick with quotes hides a tag, and so is what Anki makes of a text when it draws a card:
without its braces, with a part of its gaps, with a word or its reading in Japanese, with its
characters composed, and with formulas of which MathJax makes links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import chain

from attachdeck.anki.inert import OVERLAY, OVERLAY_AS_TEXT, WORD_JOINER
from attachdeck.anki.readings import read_aloud, without_braces
from attachdeck.anki.tags import (
    ATTRIBUTE,
    END,
    MOST_INNER,
    OPENING,
    SECTION,
    UNCLOSED_VALUE,
    whole_tags,
)
from attachdeck.system.normal import normal

_ELEMENTS = frozenset(
    (
        "applet",
        "base",
        "embed",
        "frame",
        "frameset",
        "iframe",
        "link",
        "meta",
        "object",
        "portal",
        "script",
    )
)
# Anki's own template for image occlusion runs this; the message is in the language of whoever made
# the note type.
_OCCLUSION = re.compile(
    r"<script>\s*try \{\s*anki\.imageOcclusion\.setup\(\);\s*\} catch \(exc\) \{\s*"
    r"document\.getElementById\(\"err\"\)\.innerHTML = "
    r"`(?:[^`$\\<{]|<br>)*\$\{exc\}`;\s*\}\s*</script>"
)
_HANDLER = re.compile(r"on[a-z]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:^|;)(?:javascript:|vbscript:|data:text/html)", re.IGNORECASE)
# This replaces Anki's braces by other signs, which nobody uses any more. It could hide anything.
_OTHER_BRACES = re.compile(r"\{\{=.*?(?:=\}\}|$)", re.DOTALL)
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_MOST_LAYERS = 20
"""Maximum number of times that a text is searched again; after that it becomes plain text."""
_DEEPEST = 20
"""Maximum depth of tags in the attributes of tags."""
_BLIND = re.compile(r"[\s\"'/]on[a-z]+\s*=", re.IGNORECASE)
# What MathJax, as Anki has it, makes addresses and attributes of, or loads more of itself for; it
# reads over `<wbr>` and comments.
_MACRO = re.compile(r"\\(?:href|mmlToken|require)(?![A-Za-z])")
_READ_OVER = (
    (re.compile(r"<!--.*?--!?>", re.DOTALL), re.compile(r".*--!?>", re.DOTALL)),
    (re.compile(r"<wbr\b[^>]*>", re.IGNORECASE), re.compile(r".*>", re.DOTALL)),
)
"""What MathJax reads over, each with the text up to its last end.

After that nothing ends, and searching for an end from each beginning would take forever.
"""
_BACKSLASH = re.compile(r"\\|&#0*92;?|&#x0*5c;?|&bsol;", re.IGNORECASE)
_BEGUN = re.compile(r"<[/!?]?(?:\{\{[^{}]*\}\}|\}\})*\Z")
_GAP = re.compile(r"\{\{c[0-9,]+::")
_GAP_SIGN = re.compile(r"\{\{|\}\}|::")
_QUOTE = re.compile('"')
_REGION = "::image-occlusion:"
"""The rest of such a gap becomes attributes, which Anki writes without escaping."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A piece of a text from `start` to `end` that must not be on a card.

    `what` names it in messages, and `instead` replaces it.
    """

    start: int
    end: int
    what: str
    instead: str = ""


def dangers(text: str) -> list[Danger]:
    """Return everything that could run a script or load a page, in order.

    Where braces or brackets hide it, the danger is the whole text.
    """
    other_braces = _OTHER_BRACES.finditer(text)
    pieces = [
        *_tags(text, 0),
        *(Danger(match.start(), match.end(), match[0][:20]) for match in other_braces),
    ]
    for others in _OTHER_DANGERS:
        # One kind at a time, so that no two replacements are for the same place.
        pieces = pieces or list(others(text))
    return sorted(pieces, key=lambda danger: danger.start)


def _hidden_by_braces(text: str) -> Iterator[Danger]:
    bare = without_braces(text)
    if bare == text:
        return
    attributes = (Danger(0, 0, match[0].strip()) for match in _blind(text))
    hidden = next(chain(_tags(bare, 0), attributes), None)
    if hidden:
        harmless = text.replace("<", "&lt;").replace("{{", "{ {")
        yield Danger(0, len(text), f"{hidden.what}, hidden by braces", harmless)


def _hidden_by_brackets(text: str) -> Iterator[Danger]:
    readings = read_aloud(text) if "[" in text else ()
    hidden = next((danger for reading in readings for danger in _tags(reading, 0)), None)
    if hidden:
        harmless = text.replace("[", "&#91;")
        yield Danger(0, len(text), f"{hidden.what}, hidden by brackets", harmless)


def css_dangers(text: str) -> list[Danger]:
    """Return the dangers of a style sheet, which is inside `<style>` on a card.

    If nothing in it ends that tag, they are those of HTML.
    """
    ends = [
        Danger(match.start(), match.end(), "</style")
        for match in re.finditer(r"</style", text, re.IGNORECASE)
    ]
    return ends or dangers(text)


def without_dangers(text: str, *, css: bool = False) -> tuple[str, list[str]]:
    """Return a text without its dangers, and the names of these."""
    removed: list[str] = []
    # The text around a deleted piece may be dangerous once it is joined, so it is searched again.
    for _ in range(_MOST_LAYERS):
        if not (pieces := (css_dangers if css else dangers)(text)):
            return text, removed
        removed += [danger.what for danger in pieces]
        for danger in reversed(pieces):
            text = text[: danger.start] + danger.instead + text[danger.end :]
    removed.append("all of its HTML, because it hides one thing inside another many times")
    plain = (
        escape(unescape(text))
        .replace("{", "&#123;")
        .replace("\\", f"\\{WORD_JOINER}")
        .replace("[", "&#91;")
        .replace("=", "&#61;")
    )
    return plain.replace(OVERLAY, OVERLAY_AS_TEXT), removed


def _tags(text: str, offset: int, depth: int = 0) -> Iterator[Danger]:
    """Yield the dangers of each tag of a text.

    The text begins at `offset` in another one, and stands in `depth` tags.
    """
    position = 0
    while opening := OPENING.search(text, position):
        if known := _OCCLUSION.match(text, opening.start()):
            position = known.end()
            continue
        start, name = opening.start(), opening["name"].lower()
        pieces: list[Danger] = []
        position = opening.end()
        while not (end := END.match(text, position)):
            attribute = ATTRIBUTE.match(text, position)
            if attribute is None or UNCLOSED_VALUE.match(text, attribute.end()):
                rest = text[start:]
                yield Danger(
                    offset + start,
                    offset + len(text),
                    f"`{_short(rest)}`, a tag without an end",
                    rest.replace("<", "&lt;"),
                )
                return
            pieces += _of_attribute(attribute, offset, depth)
            position = attribute.end()
        position = end.end()
        if name in _ELEMENTS or "{{" in name or "<" in name:
            close = (
                re.compile(r"</script[^>]*>", re.IGNORECASE).search(text, position)
                if name == "script"
                else None
            )
            position = close.end() if close else len(text) if name == "script" else position
            yield Danger(offset + start, offset + position, f"<{name}>")
        else:
            yield from pieces


def _tags_in_tags(text: str) -> Iterator[Danger]:
    """Yield the dangers of tags that begin in what seems to be another tag.

    The other may be in a comment, or in a `<textarea>`: a browser reads the inner one then.
    """
    inner = [
        match.start()
        for start, end in whole_tags(text)
        for match in OPENING.finditer(text, start + 1, end)
    ]
    for place, start in enumerate(inner):
        danger = None
        if place < MOST_INNER:
            length = next(end for _, end in whole_tags(text[start:]))
            danger = next(_tags(text[start : start + length], 0), None)
        if danger or place >= MOST_INNER:
            yield Danger(
                start, start + 1, danger.what if danger else "tags inside tags inside tags", "&lt;"
            )


def _quotes_in_regions(text: str) -> Iterator[Danger]:
    position = text.find(_REGION)
    while position >= 0:
        end = text.find("}}", position)
        end = len(text) if end < 0 else end
        yield from (
            Danger(match.start(), match.end(), "a quotation mark in a masked region", "&quot;")
            for match in _QUOTE.finditer(text, position, end)
        )
        position = text.find(_REGION, end)


def _halves(text: str) -> Iterator[Danger]:
    """Yield the pieces that become a tag, or another one, with the template around them.

    These are a `<` at the end of a text, and sections in a tag with one quotation mark of two.
    """
    if begun := _BEGUN.search(text):
        yield Danger(begun.start(), begun.start() + 1, "`<` at the end of a text", "&lt;")
    if "{{#" in text or "{{^" in text:
        for start, end in whole_tags(text):
            opened: list[int] = []
            for sign in SECTION.finditer(text, start, end):
                if not sign[0].startswith("{{/"):
                    opened.append(sign.end())
                    continue
                inside = text[opened.pop() : sign.start()] if opened else "<"
                if "<" in inside or ">" in inside or inside.count('"') % 2 or inside.count("'") % 2:
                    opened = [end]
                    break
            if opened:
                yield Danger(
                    start,
                    end,
                    f"`{_short(text[start:end])}`, a tag that is partly inside a section",
                    text[start:end].replace("<", "&lt;"),
                )


def _overlays(text: str) -> Iterator[Danger]:
    """Yield each solidus overlay that Anki would compose with the `>` before it.

    The tag would then have no end any more.
    """
    if OVERLAY in text and any(normal(text).count(sign) < text.count(sign) for sign in "<>="):
        yield from (
            Danger(match.start(), match.end(), "a solidus overlay (U+0338)", OVERLAY_AS_TEXT)
            for match in re.finditer(OVERLAY, text)
        )


def _gaps_in_tags(text: str) -> Iterator[Danger]:
    """Yield the signs that begin or end a gap in a tag.

    Anki shows only a part of the gap, and of the tag: the text after it would become attributes.
    """
    if _GAP.search(text):
        for start, end in whole_tags(text):
            for sign in _GAP_SIGN.finditer(text, start, end):
                yield Danger(
                    sign.start(),
                    sign.end(),
                    f"`{sign[0]}` in a tag",
                    f"{sign[0][0]}&#{ord(sign[0][1])};{sign[0][2:]}",
                )


def _macros(text: str) -> Iterator[Danger]:
    if not _BACKSLASH.search(text):
        return
    plain = [
        Danger(match.start(), match.end(), match[0], f"\\{WORD_JOINER}{match[0][1:]}")
        for match in _MACRO.finditer(text)
    ]
    yield from plain
    read = without_braces(text)
    for passed, up_to in _READ_OVER:
        if ends := up_to.match(read):
            read = passed.sub("", ends[0]) + read[ends.end() :]
    hidden = None if plain else _MACRO.search(unescape(read))
    if hidden:
        yield Danger(
            0,
            len(text),
            f"{hidden[0]}, hidden",
            _BACKSLASH.sub(lambda match: f"{match[0]}{WORD_JOINER}", text),
        )


def _of_attribute(attribute: re.Match[str], offset: int, depth: int) -> Iterator[Danger]:
    value = attribute["double"] or attribute["single"] or attribute["bare"] or ""
    span = offset + attribute.start(), offset + attribute.end()
    if _HANDLER.fullmatch(attribute["name"]):
        yield Danger(*span, f"{attribute['name']}=")
    elif attribute["name"].lower() == "srcdoc" or is_address(value):
        yield Danger(*span, _short(attribute[0].strip()))
    elif depth == _DEEPEST:
        yield Danger(*span, "tags inside tags inside tags")
    else:
        inner = next(
            (
                danger
                for text in (value, attribute["name"])
                if "<" in text
                for danger in _tags(text + ">", 0, depth + 1)
            ),
            None,
        )
        if inner:
            yield Danger(*span, inner.what)


def _blind(text: str) -> Iterator[re.Match[str]]:
    """Yield what may be an attribute that runs a script, in a tag with braces.

    Braces may open or close quotes there.
    """
    for start, end in whole_tags(text):
        tag = text[start:end]
        if "{{" in tag or "}}" in tag:
            yield from _BLIND.finditer(tag)


def is_address(value: str) -> bool:
    return _ADDRESS.search(_IGNORED.sub("", unescape(value))) is not None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


_OTHER_DANGERS = (
    _tags_in_tags,
    _quotes_in_regions,
    _gaps_in_tags,
    _macros,
    _overlays,
    _halves,
    _hidden_by_braces,
    _hidden_by_brackets,
)
"""Functions that find dangers in a text without dangerous tags."""
