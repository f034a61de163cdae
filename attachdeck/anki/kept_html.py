"""Effects of kept HTML besides being shown: what it loads, sends, covers, and runs.

The HTML of custom cards, their templates and styles is their author's. What could run a script is
refused (`unsafe_html.py`); these effects may be meant, so they are only reported. Comments are
searched here, too, and so is what Anki makes of gaps and readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from attachdeck.anki.readings import read_aloud, without_braces
from attachdeck.anki.tags import attributes, tags_with_fields

_LOADING = frozenset(
    (
        *("src", "srcset", "poster", "background", "ping", "attributionsrc", "href", "xlink:href"),
        *("to", "from", "by", "values"),  # An animation in SVG may set an address.
    )
)
_STYLED = frozenset(
    (
        *("style", "fill", "stroke", "filter", "mask", "clip-path", "cursor"),
        *("marker", "marker-start", "marker-mid", "marker-end", "to", "from", "by", "values"),
    )
)
"""Attributes that contain CSS: `style`, and those of SVG that may have an address."""
_LINKS = frozenset(("a", "area"))
_SEVERAL = frozenset(("srcset", "ping", "attributionsrc", "values"))
"""Attributes that may contain several addresses."""
_REMOTE = r"(?:(?:https?|ftps?|wss?):|[\\/]{2})[^\s\"'()<>]*"
_FILE = r"(?:file:|[a-z]:[\\/])[^\"'()<>]*"
_AT_START = {kind: re.compile(kind, re.IGNORECASE) for kind in (_REMOTE, _FILE)}
_AMONG = {kind: re.compile(rf"(?:^|(?<=[\s,;])){kind}", re.IGNORECASE) for kind in (_REMOTE, _FILE)}
_IN_CSS = {
    kind: re.compile(
        rf"(?:url\(\s*|@import\s*)[\"']?\s*(?P<one>{kind})"
        rf"|image-set\((?:(?!image-set\()[^;{{}}])*?[\"']\s*(?P<two>{kind})",
        re.IGNORECASE,
    )
    for kind in (_REMOTE, _FILE)
}
_IN_SOUND = {
    kind: re.compile(rf"\[sound:\s*(?P<address>{kind})", re.IGNORECASE) for kind in (_REMOTE, _FILE)
}
_IMPORTED_DATA = re.compile(
    r"@import\s*(?:url\(\s*)?[\"']?\s*(?P<address>data:[^,;]*)", re.IGNORECASE
)
_NAMESPACE = re.compile(r"@namespace[^;]*;?", re.IGNORECASE)
_FIXED = re.compile(r"(?<![\w-])position\s*:\s*(?:fixed|(?:(?!position)[^;}(])*\()", re.IGNORECASE)
"""The word, or a function that may give it."""
_FORM = re.compile(r"<form\b[^<>]*>?", re.IGNORECASE)
_LATEX = re.compile(
    r"\[(?P<name>latex|\$\$?)\](?:(?!\[(?P=name)\]).)+?\[/(?P=name)\]", re.IGNORECASE | re.DOTALL
)
"""What Anki hands to LaTeX."""
_STYLE = re.compile(r"<style\b(?:(?!<style\b)[^>])*>", re.IGNORECASE)
_STYLE_END = re.compile(r"</style", re.IGNORECASE)
_MATHJAX = re.compile(r"\\(?:style\b|bbox\s*\[)", re.IGNORECASE)
"""Macros of formulas by which MathJax, as Anki has it, gives an element a style."""
# An address or a string stays; a comment, which may be between two words, is a space.
_CSS_PIECE = re.compile(
    r"url\(\s*[^\"')\s]+|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|(?P<comment>/\*(?:.*?\*/|.*))",
    re.IGNORECASE | re.DOTALL,
)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
# Without one of these, in entities or not, a text has nothing of its kind. A backslash may escape
# any other character in CSS.
_REMOTE_SIGN = re.compile(r"//|\\|(?:https?|ftps?|wss?):|@import", re.IGNORECASE)
_FILE_SIGN = re.compile(r"file:|\\|(?<![a-z])[a-z]:/", re.IGNORECASE)
_FORM_SIGN = re.compile(r"<form|formaction", re.IGNORECASE)
_FIXED_SIGN = re.compile(r"position|\\", re.IGNORECASE)
_LATEX_SIGN = re.compile(r"\[(?:latex|\$)", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\t\n\r]+")
_SHOWN = 80
"""How many characters of an address a message shows."""


def remote_content(text: str, *, css: bool = False) -> Iterator[str]:
    """Yield the addresses on the internet that a browser asks when it shows a text."""
    for reading in _readings(text, _REMOTE_SIGN):
        yield from _addresses(reading, _REMOTE, css=css)
        for style in _styles(reading, css=css):
            yield from (_short(address["address"]) for address in _IMPORTED_DATA.finditer(style))


def file_addresses(text: str, *, css: bool = False) -> Iterator[str]:
    """Yield the addresses of files on one computer, also those of links."""
    for reading in _readings(text, _FILE_SIGN):
        yield from _addresses(reading, _FILE, css=css)
        for tag, name, value in () if css else attributes(reading):
            if tag in _LINKS and name in ("href", "xlink:href"):
                yield from _of_address(value, _FILE, several=False)


def forms(text: str, *, css: bool = False) -> Iterator[str]:
    """Yield the forms of a text."""
    for reading in () if css else _readings(text, _FORM_SIGN):
        yield from (_short(form[0]) for form in _FORM.finditer(reading))
        for _, name, value in attributes(reading):
            if name == "formaction":
                yield f"{name}={_short(value)}"


def fixed_positions(text: str, *, css: bool = False) -> Iterator[str]:
    """Yield where a style takes something out of the card, onto the window."""
    for reading in _readings(text, _FIXED_SIGN):
        for style in _styles(reading, css=css):
            yield from (_short(position[0]) for position in _FIXED.finditer(style))


def latex(text: str, *, css: bool = False) -> Iterator[str]:
    """Yield what Anki hands to LaTeX."""
    for reading in () if css else _readings(text, _LATEX_SIGN):
        yield from (_short(formula[0]) for formula in _LATEX.finditer(reading))


def filled_pieces(template: str) -> list[str]:
    """Return the tags and styles of a template into which it puts fields."""
    styles = (f"<style>{css}</style>" for css in _style_elements(template) if "{{" in css)
    return [*tags_with_fields(template), *styles]


def _addresses(text: str, kind: str, *, css: bool) -> Iterator[str]:
    for style in _styles(text, css=css):
        for address in _IN_CSS[kind].finditer(style):
            yield _short(address["one"] or address["two"])
    if css:
        return
    for tag, name, value in attributes(text):
        if name in _LOADING and not (tag in _LINKS and name.endswith("href")):
            yield from _of_address(value, kind, several=name in _SEVERAL)
    for sound in _IN_SOUND[kind].finditer(text):
        yield _short(sound["address"].partition("]")[0])


def _of_address(value: str, kind: str, *, several: bool) -> Iterator[str]:
    # As browsers read addresses: nothing at the ends, no line ends within.
    if several:
        yield from (_short(address[0]) for address in _AMONG[kind].finditer(value))
    else:
        address = _LINE_ENDS.sub("", value.strip("".join(map(chr, range(33)))))
        if _AT_START[kind].match(address):
            yield _short(address)


def _styles(text: str, *, css: bool) -> Iterator[str]:
    """Yield all CSS of a text as a browser reads it, without comments and escapes."""
    if css:
        yield _plain_css(text)
        return
    yield from map(_plain_css, _style_elements(text))
    for _, name, value in attributes(text):
        if name in _STYLED:
            yield _plain_css(value)
    if _MATHJAX.search(text):
        yield _plain_css(unescape(text))


def _style_elements(text: str) -> Iterator[str]:
    position = 0
    while opening := _STYLE.search(text, position):
        end = _STYLE_END.search(text, opening.end())
        position = end.start() if end else len(text)
        yield text[opening.end() : position]


def _plain_css(css: str) -> str:
    plain = _CSS_PIECE.sub(lambda piece: " " if piece["comment"] else piece[0], css)
    return _LINE_ENDS.sub("", _NAMESPACE.sub("", _CSS_ESCAPE.sub(_unescaped, plain)))


def _unescaped(escape: re.Match[str]) -> str:
    if not escape[1]:
        return escape[2]
    number = int(escape[1], 16)
    is_character = 0 < number < 0xD800 or 0xE000 <= number < 0x110000
    return chr(number) if is_character else "\ufffd"


def _readings(text: str, sign: re.Pattern[str]) -> Iterator[str]:
    """Yield a text, and what else Anki may make of it, where it has a sign that is needed."""
    readings = {text: None, without_braces(text): None}
    if "[" in text and "<" in text:
        readings |= dict.fromkeys(read_aloud(text))
    for reading in readings:
        plain = unescape(reading) if "&" in reading else reading
        if sign.search(_LINE_ENDS.sub("", plain)):
            yield reading


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
