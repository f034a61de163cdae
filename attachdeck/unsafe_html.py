"""What could run a script in HTML that is kept as it is: found where it stands, and taken out; all else stays byte for byte.

Tags are read as browsers read them. What a comment or a quoted value holds is looked at as well, so that no trick with quotes hides a tag,
and so is the text without Anki's braces, which vanish when a card is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape

from attachdeck.patterns import pattern
from attachdeck.value import value

_ELEMENTS = frozenset(("applet", "base", "embed", "frame", "frameset", "iframe", "link", "meta", "object", "portal", "script"))
# Anki's own template for image occlusion runs this; the message is in the language of whoever made the note type.
_OCCLUSION = pattern(
    r"<script>\s*try \{\s*anki\.imageOcclusion\.setup\(\);\s*\} catch \(exc\) \{\s*"
    r"document\.getElementById\(\"err\"\)\.innerHTML = `(?:[^`$\\<{]|<br>)*\$\{exc\}`;\s*\}\s*</script>"
)
_OPENING = pattern(r"<(?P<name>(?:[A-Za-z]|\{\{(?!c[0-9,]+::))[^\s/>]*)")
_ATTRIBUTE = pattern(r"[\s/]*(?P<name>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>(?![\"'])[^\s>]+)))?")
_UNCLOSED_VALUE = pattern(r"\s*=\s*[\"']")
_END = pattern(r"[\s/]*>")
_HANDLER = pattern(r"on[a-z]+", re.IGNORECASE)
_ADDRESS = pattern(r"(?:^|;)(?:javascript:|vbscript:|data:text/html)", re.IGNORECASE)
# Other signs in place of Anki's braces, which nobody uses any more and which would hide everything.
_OTHER_BRACES = pattern(r"\{\{=.*?(?:=\}\}|$)", re.DOTALL)
_AS_TEXT = pattern(r"\{\{[^{}]*\btext:[^{}]*\}\}")
_LESS = pattern(r"&lt;?|&#0*60;?|&#x0*3c;?", re.IGNORECASE)
_IGNORED = pattern(r"[\x00-\x20\x7f-\xa0]+")
# What only looks like the end of a gap is matched as well, and stays: else it would be read again from each colon.
_BRACES = pattern(r"\{\{c[0-9,]+::|\{\{[^{}]*\}\}|(?P<stays>::[^{}<>]*+(?!\}\}))|::[^{}<>]*+\}\}|\}\}")
_DEEPEST = 20
"""How many tags may stand in one another's attributes."""
_BLIND = pattern(r"[\s\"'/]on[a-z]+\s*=", re.IGNORECASE)
_FIELD = pattern(r"\{\{(?![#^/!])[^{}]*\}\}")
_SECTION = pattern(r"\{\{[#^/][^{}]*\}\}")
_SPECIAL = pattern(r"\{\{[^{}]*\}\}")
_QUOTED_SO_FAR = pattern(r"=\s*(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote)).)*)$", re.DOTALL)


@value()
class Danger:
    """A piece of a text from `start` to `end` that must not reach a card, what it is, and what may stand there instead."""

    start: int
    end: int
    what: str
    instead: str = ""


def dangers(text: str) -> list[Danger]:
    """All that could run a script or load a page, in order; where braces hide it, the whole text."""
    found = [*_tags(text, 0), *(Danger(each.start(), each.end(), each[0][:20]) for each in _OTHER_BRACES.finditer(text))]
    bare = _BRACES.sub(r"\g<stays>", text)
    if not found and bare != text:
        hidden = next(iter(_tags(bare, 0)), None) or next((Danger(0, 0, each[0].strip()) for each in _blind(text)), None)
        harmless = text.replace("<", "&lt;").replace("{{", "{ {")
        found = [Danger(0, len(text), f"{hidden.what}, hidden by braces", harmless)] if hidden else []
    return sorted(found, key=lambda danger: danger.start)


def css_dangers(text: str) -> list[Danger]:
    """A style sheet stands inside of `<style>` on a card: what would end it there, and what HTML could do then."""
    ends = [Danger(each.start(), each.end(), "</style") for each in re.finditer(r"</style", text, re.IGNORECASE)]
    return ends or dangers(text)


def without_dangers(text: str, *, css: bool = False) -> tuple[str, list[str]]:
    """A text without what is dangerous in it, and what that was."""
    removed: list[str] = []
    # What was around a piece that is gone may be dangerous together, so it is looked at again.
    while found := (css_dangers if css else dangers)(text):
        removed += [each.what for each in found]
        for each in reversed(found):
            text = text[: each.start] + each.instead + text[each.end :]
    return text, removed


@cache
def fields_in_tags(template: str) -> Mapping[str, str]:
    """The fields that a template puts inside of a tag, each with the characters by which its value could become more than a value."""
    found: dict[str, str] = {}
    for tag in _whole_tags(template):
        for match in _FIELD.finditer(tag):
            before = tag[: match.start()]
            quote = _QUOTED_SO_FAR.search(before)
            forbidden = quote["quote"] if quote else "\"'`<>= \t\n"
            if quote and _SECTION.sub("", quote["value"]).strip() and not re.search(r"[:/?#]", _SPECIAL.sub("", quote["value"])):
                forbidden += ":"
            name = match[0][2:-2].rpartition(":")[2].strip()
            found[name] = found.get(name, "") + forbidden
    return found


@cache
def shown_as_text(template: str) -> frozenset[str]:
    """The fields that a template shows as text: Anki then makes `<` of their `&lt;`."""
    return frozenset(each[0][2:-2].rpartition(":")[2].strip() for each in _AS_TEXT.finditer(template))


def unsafe_as_text(value: str) -> list[Danger]:
    """What is dangerous in a field that a template shows as text."""
    return dangers(unescape(value)) if _LESS.search(value) else []


def safe_as_text(value: str) -> str:
    """A field without the signs that would become tags where a template shows it as text."""
    return _LESS.sub("", value)


def unfit(value: str, forbidden: str) -> str:
    """What makes a value unfit to stand inside of a tag of a template, or nothing."""
    return "javascript:" if _is_address(value) else next((each for each in forbidden if each in value), "")


def _tags(text: str, offset: int, depth: int = 0) -> Iterator[Danger]:
    """The dangers of each tag of a text that begins at `offset` in another one, and stands in so many tags."""
    position = 0
    while opening := _OPENING.search(text, position):
        if known := _OCCLUSION.match(text, opening.start()):
            position = known.end()
            continue
        start, name = opening.start(), opening["name"].lower()
        found: list[Danger] = []
        position = opening.end()
        while not (end := _END.match(text, position)):
            attribute = _ATTRIBUTE.match(text, position)
            if attribute is None or _UNCLOSED_VALUE.match(text, attribute.end()):
                rest = text[start:]
                yield Danger(offset + start, offset + len(text), f"`{_short(rest)}`, a tag without an end", rest.replace("<", "&lt;"))
                return
            found += _of_attribute(attribute, offset, depth)
            position = attribute.end()
        position = end.end()
        if name in _ELEMENTS or "{{" in name or "<" in name:
            close = re.compile(r"</script[^>]*>", re.IGNORECASE).search(text, position) if name == "script" else None
            position = close.end() if close else len(text) if name == "script" else position
            yield Danger(offset + start, offset + position, f"<{name}>")
        else:
            yield from found


def _of_attribute(attribute: re.Match[str], offset: int, depth: int) -> Iterator[Danger]:
    value = attribute["double"] or attribute["single"] or attribute["bare"] or ""
    span = offset + attribute.start(), offset + attribute.end()
    if _HANDLER.fullmatch(attribute["name"]):
        yield Danger(*span, f"{attribute['name']}=")
    elif attribute["name"].lower() == "srcdoc" or _is_address(value):
        yield Danger(*span, _short(attribute[0].strip()))
    elif depth == _DEEPEST:
        yield Danger(*span, "tags in tags in tags")
    else:
        inner = next((danger for each in (value, attribute["name"]) if "<" in each for danger in _tags(each + ">", 0, depth + 1)), None)
        if inner:
            yield Danger(*span, inner.what)


def _blind(text: str) -> Iterator[re.Match[str]]:
    """What looks like an attribute that runs a script in a tag with braces, where quotes tell nothing."""
    for tag in _whole_tags(text):
        if "{{" in tag or "}}" in tag:
            yield from _BLIND.finditer(tag)


def _whole_tags(text: str) -> Iterator[str]:
    position = 0
    while opening := _OPENING.search(text, position):
        position = opening.end()
        while not (end := _END.match(text, position)) and (attribute := _ATTRIBUTE.match(text, position)):
            position = attribute.end()
        position = end.end() if end else position
        yield text[opening.start() : position]


def _is_address(value: str) -> bool:
    return _ADDRESS.search(_IGNORED.sub("", unescape(value))) is not None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
