"""The Markdown of cards to the HTML of fields, sanitised.

No script, no style, nothing loaded from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from attachdeck.anki import cloze
from attachdeck.anki.cloze import FORMULA
from attachdeck.anki.inert import WORD_JOINER, inert, inert_hints, macros
from attachdeck.system.normal import normal

if TYPE_CHECKING:
    import nh3

_TAGS = {
    *(
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
    ),
    *(
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
    ),
    *(
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
    ),
}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
# Noncharacters: the reader refuses them in a course, so they can stand for a formula while Markdown
# is at work.
_KEPT = re.compile("\ufdd0[0-9]{1,6}\ufdd1")
_SOUND = re.compile("\ufdd2([^\ufdd3]*)\ufdd3")
"""What replaces a sound, by the name that its author gives it."""
# One line that begins like a sentence and holds no character that Markdown or HTML knows: most
# texts of most cards.
_NO_MARKDOWN = re.compile(r"[^\W\d_][^*_`~\[\]<>&|\\\n\r\t\f\v\xa0\ufdd0\ufdd1]*")
_BARE = bytes(code for code in range(0x80) if _NO_MARKDOWN.fullmatch(f"a{code:c}"))
"""The characters of ASCII that may follow in such a line.

To delete them from a text and see whether something is left is several times as fast.
"""
_HARMLESS = re.compile(r"(?:[^<&\xa0]++|</?(?:p|em|strong|code|ul|li)>|&(?:lt|gt|amp|quot);)*+")
_TAG = re.compile(r"<[^>]*>")
_OPENING = re.compile(r"<([A-Za-z][^\s/<>]*)([^<>]*)>?")
_WRITTEN = re.compile(r"([A-Za-z][\w-]*)(\s*=\s*(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^\s\"']*))?")
_SCHEMES = {"https", "http", "mailto"}
_SCHEME = re.compile(r"\bhref\s*=\s*[\"']?\s*([A-Za-z][\w+.-]*):", re.IGNORECASE)
_MISSED = {
    "align",
    "bgcolor",
    "border",
    "color",
    "height",
    "hidden",
    "reversed",
    "size",
    "style",
    "type",
    "valign",
    "value",
    "width",
}
"""Attributes without which a text looks other than its author meant."""
_NOTHING = re.compile(
    r"(?:\s|&nbsp;|[\xad\u034f\u200b-\u200f\u2060-\u2064\ufeff]|<(?!img\b|hr\b)[^>]*>)*+"
)
"""What nobody sees: space, signs without width, and tags that show nothing themselves."""
_IMG = re.compile(r"<img\b([^>]*)>")
_ALONE = re.compile(r"(?:<p>|\A)((?:<img\b[^>]*>){1,2})(?:</p>|\Z)")
_ZOOM = re.compile(r'<details class="zoom"><summary>((?:<img\b[^>]*>){1,2})</summary></details>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Shown:
    """How a picture is shown: its name in the package, its name on a dark background, its alt text.

    The second name may be empty.
    """

    name: str
    night: str
    alt: str


@dataclass(frozen=True, slots=True)
class Heard:
    """How a sound or video is played: its name in the package, and what is said in it.

    `label` is the word "Transcript" in the course's language.
    """

    name: str
    transcript: str
    label: str


Media = Mapping[str, Shown | Heard]
"""The pictures and sounds that texts show, by the names that authors write."""


def render(text: str, media: Media) -> str:
    """Return a text's HTML; a text of one paragraph comes without `<p>`.

    A picture that is not in the course becomes its alt text.
    """
    return _sounding(_silent(text, media), media)


def _silent(text: str, media: Media) -> str:
    """Return a text's HTML in which placeholders replace what is played.

    So `inert` sees no sound but those that a text names by itself.
    """
    text = text.strip()
    if text.isascii():
        bare = text[:1].isalpha() and not text.encode().translate(None, _BARE)
    else:
        text = normal(text)
        bare = _NO_MARKDOWN.fullmatch(text) is not None
    return text if bare else _rendered(text, media)


def render_gaps(text: str, media: Media) -> str:
    """Return the HTML of a text with gaps in Anki's notation, which are no more than gaps."""
    return _sounding(tame(_TAG.sub(_without_gap_signs, _silent(text, media))), media)


def _sounding(html: str, media: Media) -> str:
    """Return HTML with its sounds; their transcripts follow, because they are blocks."""
    if "\ufdd2" not in html:
        return html
    heard = {name: sound for name, sound in media.items() if isinstance(sound, Heard)}
    played = _SOUND.sub(lambda match: player(heard[match[1]]), html)
    return played + "".join(transcript(heard[name]) for name in dict.fromkeys(_SOUND.findall(html)))


def player(heard: Heard) -> str:
    """Return what becomes Anki's play button."""
    return f'<span class="sound">[sound:{heard.name}]</span>'


def transcript(heard: Heard) -> str:
    """Return what is said in a sound, to be unfolded; nothing where nobody has written it down."""
    if not heard.transcript:
        return ""
    text = plain(heard.transcript).replace("{{", "{&#123;").replace("}}", "}&#125;")
    return f'<details class="transcript"><summary>{heard.label}</summary>{text}</details>'


def tame(html: str) -> str:
    """Return a text whose gaps are no more than gaps, whatever Anki shows of each.

    Anki would make attributes of what stands in a masked region, quotation marks and all; it would
    play or run a hint in brackets; and two halves may become what `inert` would have seen as one.
    """
    html = inert_hints(html.replace("::image-occlusion:", "::image-occlusion&#58;"))
    if "[" in html or "\\" in html:
        whole = cloze.filled(html, lambda _numbers, content, _hint: content)
        if inert(whole) != whole:
            return html.replace("[", "&#91;").replace("\\", f"\\{WORD_JOINER}")
    return html


def _without_gap_signs(tag: re.Match[str]) -> str:
    """Return a tag in which no gap begins or ends.

    Anki would show it in part, and what follows would become its attributes.
    """
    return tag[0].replace("{{", "{&#123;").replace("}}", "}&#125;").replace("::", ":&#58;")


def _rendered(text: str, media: Media) -> str:
    formulas: dict[str, str] = {}

    def keep(match: re.Match[str]) -> str:
        sign = f"\ufdd0{len(formulas)}\ufdd1"
        formulas[sign] = match.group()
        return sign

    html = _html(FORMULA.sub(keep, text) if "\\" in text else text)
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        html = html[3:-4]
    if "<img" in html:
        html = _IMG.sub(lambda match: _picture(match, media), html)
    # A formula may stand in an attribute, its delimiter may have been written as an entity by
    # somebody else, and what it holds is a text like any other.
    return inert(
        _KEPT.sub(lambda match: _formula(formulas.get(match[0], "")), html) if formulas else html
    )


def shows_nothing(html: str) -> bool:
    """Return whether a learner sees nothing of it."""
    return not html or _NOTHING.fullmatch(html) is not None


def taken_out(text: str) -> list[str]:
    """Return what the sanitiser takes out of a text.

    These are tags that cards do not have, and whatever could run or load something.
    """
    from attachdeck.anki.unsafe_html import dangers

    text = normal(text)
    html = _unsanitised(FORMULA.sub("", text))
    tags = (what for tag in _OPENING.finditer(html) for what in _lost(tag[1].lower(), tag[2]))
    return list(
        dict.fromkeys(
            (*(danger.what for danger in dangers(html)), *tags, *macros(f"{text} {html}"))
        )
    )


def _lost(tag: str, attributes: str) -> Iterator[str]:
    """Yield what of a tag does not reach the card, and would be missed.

    All of it, attributes that change its looks, or words that stand in it by mistake.
    """
    if tag not in _TAGS:
        yield f"<{tag}>"
    elif attributes.strip(" /"):
        if (
            tag == "a"
            and (scheme := _SCHEME.search(attributes))
            and scheme[1].lower() not in _SCHEMES | {"javascript"}
        ):
            yield f"{scheme[1]}:"
        for name, given in _WRITTEN.findall(attributes):
            if not given and name.lower() not in _MISSED:
                yield f"<{tag}{attributes}>"
            elif name.lower() in _MISSED - _ATTRIBUTES.get(tag, set()):
                yield f"{name.lower()}{'=' if given else ''}"


def _html(markdown: str) -> str:
    """Return sanitised HTML.

    The sanitiser would write what is harmless just as it is, but for quotation marks.
    """
    html = _unsanitised(markdown)
    harmless = "<" not in markdown and _HARMLESS.fullmatch(html)
    html = html.replace("&quot;", '"') if harmless else _cleaner().clean(html)
    return html.strip()


def _unsanitised(markdown: str) -> str:
    cmark = _commonmark()
    if "|" in markdown or "~" in markdown:
        html: str = cmark.markdown_to_html_with_extensions(
            markdown, options=cmark.Options.CMARK_OPT_UNSAFE, extensions=["table", "strikethrough"]
        )
    else:
        html = cmark.markdown_to_html(markdown, options=cmark.Options.CMARK_OPT_UNSAFE)
    return html


def plain(text: str) -> str:
    """Return a text that is not Markdown, as HTML."""
    return inert(escape(normal(text.strip()), quote=False))


def picture(shown: Shown) -> str:
    """Return the HTML of a picture.

    With a dark variant it is both, of which the style sheet shows one.
    """
    alt = inert(escape(shown.alt))
    if not shown.night:
        return f'<img src="{shown.name}" alt="{alt}">'
    day = f'<img class="day" src="{shown.name}" alt="{alt}">'
    return f'{day}<img class="night" src="{shown.night}" alt="{alt}">'


def zoomable(html: str) -> str:
    """Return HTML in which a tap enlarges each picture alone in its paragraph, without a script.

    A picture within a sentence stays: a paragraph ends where such an element begins.
    """
    return _ALONE.sub(r'<details class="zoom"><summary>\1</summary></details>', html)


def not_zoomable(html: str) -> str:
    """Return HTML as it was before `zoomable`, but for paragraphs."""
    return _ZOOM.sub(r"\1", html)


@cache
def _commonmark() -> Any:
    from cmarkgfm import cmark

    return cmark


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer"
    )


def _picture(match: re.Match[str], media: Media) -> str:
    attributes = dict(_ATTRIBUTE.findall(match[1]))
    name = attributes.get("src", "")
    shown = media.get(name)
    if isinstance(shown, Heard):
        return f"\ufdd2{name}\ufdd3"
    written = attributes.get("alt", "")
    if shown is None:
        return str(written)
    return picture(shown if not written else Shown(shown.name, shown.night, unescape(written)))


def _formula(text: str) -> str:
    # `}}` would end a gap around the formula; TeX does not mind the space.
    return escape(text, quote=False).replace('"', "&quot;").replace("}}", "} }")
