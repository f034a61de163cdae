"""What could run a script in HTML that is kept as it is: found where it stands, and taken out.

All else stays byte for byte. Tags are read as browsers read them. What a comment or a quoted value
holds is looked at as well, so that no trick with quotes hides a tag, and so is what Anki makes of a
text when a card is drawn: without its braces, with a part of its gaps, with a word or its reading
in Japanese, with its characters composed, and with formulas of which MathJax makes links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape, unescape

from attachdeck.anki.inert import OVERLAY, OVERLAY_AS_TEXT, WORD_JOINER
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
_OPENING = re.compile(r"<(?P<name>(?:[A-Za-z]|\{\{(?!c[0-9,]+::))[^\s/>]*)")
_ATTRIBUTE = re.compile(
    r"[\s/]*(?P<name>[^\s/>][^\s/>=]*)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>(?![\"'])[^\s>]+)))?"
)
_UNCLOSED_VALUE = re.compile(r"\s*=\s*[\"']")
_END = re.compile(r"[\s/]*>")
_HANDLER = re.compile(r"on[a-z]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:^|;)(?:javascript:|vbscript:|data:text/html)", re.IGNORECASE)
# Other signs in place of Anki's braces, which nobody uses any more and which would hide everything.
_OTHER_BRACES = re.compile(r"\{\{=.*?(?:=\}\}|$)", re.DOTALL)
_AS_TEXT = re.compile(r"\{\{(?=[^{}]*+\}\})[^{}]*\btext:[^{}]*\}\}")
_LESS = re.compile(r"&lt;?|&#0*60;?|&#x0*3c;?", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0]+")
# What only looks like the end of a gap is matched as well, and stays: else it would be read again
# from each colon.
_BRACES = re.compile(
    r"\{\{c[0-9,]+::|\{\{[^{}]*\}\}|(?P<stays>::[^{}<>]*+(?!\}\}))|::[^{}<>]*+\}\}|\}\}"
)
_MOST_IN_TAG = 100
"""Maximum number of fields in one tag that are looked at for what they stand in.

The others may hold nothing that could end anything.
"""
_MOST_LAYERS = 20
"""How often a text is looked at again; what still hides something then is text."""
_MOST_INNER = 5
"""How many tags that begin in others are read; the rest are no tags any more."""
_DEEPEST = 20
"""How many tags may stand in one another's attributes."""
_BLIND = re.compile(r"[\s\"'/]on[a-z]+\s*=", re.IGNORECASE)
_FIELD = re.compile(r"\{\{(?![#^/!])[^{}]*\}\}")
_SECTION = re.compile(r"\{\{[#^/][^{}]*\}\}")
_SPECIAL = re.compile(r"\{\{[^{}]*\}\}")
# What MathJax, as Anki has it, makes addresses and attributes of, or loads more of itself for; it
# reads over `<wbr>` and comments.
_MACRO = re.compile(r"\\(?:href|mmlToken|require)(?![A-Za-z])")
_READ_OVER = (
    (re.compile(r"<!--.*?--!?>", re.DOTALL), re.compile(r".*--!?>", re.DOTALL)),
    (re.compile(r"<wbr\b[^>]*>", re.IGNORECASE), re.compile(r".*>", re.DOTALL)),
)
"""Each with the text up to its last end.

Behind that nothing ends, and to look for an end from each beginning would take forever.
"""
_BACKSLASH = re.compile(r"\\|&#0*92;?|&#x0*5c;?|&bsol;", re.IGNORECASE)
_BEGUN = re.compile(r"<[/!?]?(?:\{\{[^{}]*\}\}|\}\})*\Z")
_GAP = re.compile(r"\{\{c[0-9,]+::")
_GAP_SIGN = re.compile(r"\{\{|\}\}|::")
_QUOTE = re.compile('"')
_REGION = "::image-occlusion:"
"""What follows in a gap becomes attributes, which Anki writes as they stand."""
_QUOTED_SO_FAR = re.compile(r"=\s*(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote)).)*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Danger:
    """A piece of a text from `start` to `end` that must not reach a card.

    `what` names it, and `instead` may stand in its place.
    """

    start: int
    end: int
    what: str
    instead: str = ""


def dangers(text: str) -> list[Danger]:
    """Return all that could run a script or load a page, in order.

    Where braces or brackets hide it, that is the whole text.
    """
    pieces = [
        *_tags(text, 0),
        *(
            Danger(match.start(), match.end(), match[0][:20])
            for match in _OTHER_BRACES.finditer(text)
        ),
    ]
    for others in (_tags_in_tags, _quotes_in_regions, _gaps_in_tags, _macros, _overlays, _halves):
        pieces = pieces or list(
            others(text)
        )  # Each says what to write instead, so that no two may want the same place.
    bare = without_braces(text)
    if not pieces and bare != text:
        hidden = next(iter(_tags(bare, 0)), None) or next(
            (Danger(0, 0, match[0].strip()) for match in _blind(text)), None
        )
        harmless = text.replace("<", "&lt;").replace("{{", "{ {")
        pieces = (
            [Danger(0, len(text), f"{hidden.what}, hidden by braces", harmless)] if hidden else []
        )
    if not pieces and "[" in text:
        hidden = next(
            (danger for reading in read_aloud(text) for danger in _tags(reading, 0)),
            None,
        )
        pieces = (
            [Danger(0, len(text), f"{hidden.what}, hidden by brackets", text.replace("[", "&#91;"))]
            if hidden
            else []
        )
    return sorted(pieces, key=lambda danger: danger.start)


def without_braces(text: str) -> str:
    """Return what a text is where Anki draws its gaps and fields without what stands there."""
    return _BRACES.sub(r"\g<stays>", text) if "{{" in text or "}}" in text else text


def read_aloud(text: str) -> Iterator[str]:
    """Yield what Anki's filters for Japanese make of a text: its words, and their readings."""
    for reading in (True, False):
        yield "\n".join(_read_aloud(line, reading=reading) for line in text.split("\n"))


def attributes(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each attribute: its tag and name in small letters, its value without entities.

    Tags within tags count (see `_tags_in_tags`), and so does what stands in a comment.
    """
    for start, end in _whole_tags(text):
        inner = [match.start() for match in _OPENING.finditer(text, start + 1, end)]
        for place in (start, *inner[:_MOST_INNER]):
            yield from _attributes(text, place, end)


def tags_with_fields(template: str) -> list[str]:
    """Return the tags of a template inside of which it puts fields."""
    tags = (template[start:end] for start, end in _whole_tags(template))
    return [tag for tag in tags if "{{" in tag]


def css_dangers(text: str) -> list[Danger]:
    """Return what is dangerous in a style sheet, which stands inside of `<style>` on a card.

    That is what would end it there, and what HTML could do then.
    """
    ends = [
        Danger(match.start(), match.end(), "</style")
        for match in re.finditer(r"</style", text, re.IGNORECASE)
    ]
    return ends or dangers(text)


def without_dangers(text: str, *, css: bool = False) -> tuple[str, list[str]]:
    """Return a text without what is dangerous in it, and what that was."""
    removed: list[str] = []
    # What was around a piece that is gone may be dangerous together, so it is looked at again.
    for _ in range(_MOST_LAYERS):
        if not (pieces := (css_dangers if css else dangers)(text)):
            return text, removed
        removed += [danger.what for danger in pieces]
        for danger in reversed(pieces):
            text = text[: danger.start] + danger.instead + text[danger.end :]
    removed.append("all of its HTML, in which one thing was hidden in another again and again")
    plain = (
        escape(unescape(text))
        .replace("{", "&#123;")
        .replace("\\", f"\\{WORD_JOINER}")
        .replace("[", "&#91;")
        .replace("=", "&#61;")
    )
    return plain.replace(OVERLAY, OVERLAY_AS_TEXT), removed


@cache
def fields_in_tags(template: str) -> Mapping[str, str]:
    """Return the fields that a template puts inside of a tag.

    Each comes with the characters by which its value could become more than a value.
    """
    fields: dict[str, str] = {}
    for start, end in _whole_tags(template):
        tag = template[start:end]
        for place, match in enumerate(_FIELD.finditer(tag)):
            before = tag[: match.start()] if place < _MOST_IN_TAG else ""
            quote = _QUOTED_SO_FAR.search(before)
            forbidden = quote["quote"] if quote else "\"'`<>= \t\n"
            if (
                quote
                and _SECTION.sub("", quote["value"]).strip()
                and not re.search(r"[:/?#]", _SPECIAL.sub("", quote["value"]))
            ):
                forbidden += ":"
            name = match[0][2:-2].rpartition(":")[2].strip()
            fields[name] = fields.get(name, "") + forbidden
    return fields


@cache
def shown_as_text(template: str) -> frozenset[str]:
    """Return the fields that a template shows as text: Anki then makes `<` of their `&lt;`."""
    return frozenset(
        match[0][2:-2].rpartition(":")[2].strip() for match in _AS_TEXT.finditer(template)
    )


def unsafe_as_text(value: str) -> list[Danger]:
    """Return what is dangerous in a field that a template shows as text."""
    return dangers(unescape(value)) if _LESS.search(value) else []


def safe_as_text(value: str) -> str:
    """Return a field without the signs that would become tags where a template shows it as text."""
    return _LESS.sub("", value)


def unfit(value: str, forbidden: str) -> str:
    """Return what makes a value unfit to stand inside of a tag of a template, or nothing."""
    return (
        "javascript:"
        if _is_address(value)
        else next((character for character in forbidden if character in value), "")
    )


def _tags(text: str, offset: int, depth: int = 0) -> Iterator[Danger]:
    """Yield the dangers of each tag of a text.

    The text begins at `offset` in another one, and stands in `depth` tags.
    """
    position = 0
    while opening := _OPENING.search(text, position):
        if known := _OCCLUSION.match(text, opening.start()):
            position = known.end()
            continue
        start, name = opening.start(), opening["name"].lower()
        pieces: list[Danger] = []
        position = opening.end()
        while not (end := _END.match(text, position)):
            attribute = _ATTRIBUTE.match(text, position)
            if attribute is None or _UNCLOSED_VALUE.match(text, attribute.end()):
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
        for start, end in _whole_tags(text)
        for match in _OPENING.finditer(text, start + 1, end)
    ]
    for place, start in enumerate(inner):
        danger = None
        if place < _MOST_INNER:
            length = next(end for _, end in _whole_tags(text[start:]))
            danger = next(_tags(text[start : start + length], 0), None)
        if danger or place >= _MOST_INNER:
            yield Danger(
                start, start + 1, danger.what if danger else "tags in tags in tags", "&lt;"
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


def _read_aloud(line: str, *, reading: bool) -> str:
    """Return what Anki's filters for Japanese leave of a line.

    Of `word[reading]` that is one of both, wherever it stands.
    """
    parts, done, word, bracket = [], 0, 0, line.find("[")
    while bracket >= 0:
        word = max(word, line.rfind(" ", word, bracket) + 1, line.rfind(">", word, bracket) + 1)
        end = line.find("]", bracket + 2)
        if end < 0:
            break
        if word < bracket:
            before = line[done : word - 1 if line[done:word].endswith(" ") else word]
            parts += [before, line[bracket + 1 : end] if reading else line[word:bracket]]
            done = word = end + 1
            bracket = line.find("[", done)
        else:
            bracket = line.find("[", bracket + 1)
    return "".join(parts) + line[done:]


def _halves(text: str) -> Iterator[Danger]:
    """Yield what becomes a tag, or another one, with what a template puts around it.

    That is a `<` at the end of a text, and sections in a tag of which one quotation mark comes or
    goes.
    """
    if begun := _BEGUN.search(text):
        yield Danger(begun.start(), begun.start() + 1, "`<` at the end of a text", "&lt;")
    if "{{#" in text or "{{^" in text:
        for start, end in _whole_tags(text):
            opened: list[int] = []
            for sign in _SECTION.finditer(text, start, end):
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
                    f"`{_short(text[start:end])}`, a tag of which a section holds a part",
                    text[start:end].replace("<", "&lt;"),
                )


def _overlays(text: str) -> Iterator[Danger]:
    """Yield each solidus overlay that would melt with the character before it.

    Anki composes characters, and a tag has no end any more then.
    """
    if OVERLAY in text and any(normal(text).count(sign) < text.count(sign) for sign in "<>="):
        yield from (
            Danger(match.start(), match.end(), "a solidus overlay (U+0338)", OVERLAY_AS_TEXT)
            for match in re.finditer(OVERLAY, text)
        )


def _gaps_in_tags(text: str) -> Iterator[Danger]:
    """Yield what begins or ends a gap in a tag.

    Anki shows a gap in part, and with it the tag: what follows would become its attributes.
    """
    if _GAP.search(text):
        for start, end in _whole_tags(text):
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
    elif attribute["name"].lower() == "srcdoc" or _is_address(value):
        yield Danger(*span, _short(attribute[0].strip()))
    elif depth == _DEEPEST:
        yield Danger(*span, "tags in tags in tags")
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
    """Yield what looks like an attribute that runs a script in a tag with braces.

    Quotes tell nothing there.
    """
    for start, end in _whole_tags(text):
        tag = text[start:end]
        if "{{" in tag or "}}" in tag:
            yield from _BLIND.finditer(tag)


def _whole_tags(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each tag begins and ends."""
    position = 0
    while opening := _OPENING.search(text, position):
        position = opening.end()
        while not (end := _END.match(text, position)) and (
            attribute := _ATTRIBUTE.match(text, position)
        ):
            position = attribute.end()
        position = end.end() if end else position
        yield opening.start(), position


def _attributes(text: str, start: int, end: int) -> Iterator[tuple[str, str, str]]:
    opening = _OPENING.match(text, start, end)
    position = opening.end() if opening else end
    while opening and (attribute := _ATTRIBUTE.match(text, position, end)):
        written = attribute["double"] or attribute["single"] or attribute["bare"] or ""
        yield opening["name"].lower(), attribute["name"].lower(), unescape(written)
        position = attribute.end()


def _is_address(value: str) -> bool:
    return _ADDRESS.search(_IGNORED.sub("", unescape(value))) is not None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
