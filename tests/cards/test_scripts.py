"""No text of a course becomes a tag or an attribute that could run something: Anki's engine draws
the cards, and a browser reads what it drew."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import nh3
import pytest

from attachdeck import pipeline
from attachdeck.anki import cloze
from attachdeck.anki.markup import render, taken_out
from attachdeck.anki.unsafe_html import dangers, without_dangers
from attachdeck.compile.link import compile_course
from attachdeck.domain.course import BasicCard, Card, ClozeCard, Course, OcclusionCard, TypedCard
from attachdeck.lock.records import Lock
from attachdeck.preview.rendering import _Side
from support.browser import CHROMIUM
from support.commands import need
from support.courses import ALL_KINDS, COURSE_YAML, NOW, compiled, write_course
from support.engine import do_import

if TYPE_CHECKING:
    from anki.collection import Collection

    from attachdeck.compile.deck import Deck

pytestmark = pytest.mark.slow  # Starts Chromium.

Read = Callable[[list[str]], list[list[str]]]

ODD = """list => list.map(html => {
  const page = document.implementation.createHTMLDocument();
  page.body.innerHTML = html;
  return [...page.body.querySelectorAll("*")].flatMap(element => [
    ...(/^(script|iframe|object|embed|svg|math|form|input|base|link|meta)$/.test(element.localName)
      ? [element.localName] : []),
    ...[...element.attributes]
      .filter(each => /^on|^style$/.test(each.name) || \
/^[\\x00-\\x20]*javascript:/i.test(each.value))
      .map(each => `${element.localName} ${each.name}=${each.value}`)]);
})"""

# Each of these once ran a script, in a card that Anki had drawn.
KNOWN = (
    r'![\(a" onerror="hit()\)](plane.svg)',
    r'<b title="\(a" onmouseover="hit()\)">x</b>',
    '<img src="plane.svg" alt="> <script>hit()</script>">',
    '{{c2::<b title="x::y">z</b>}} w " onmouseover="hit()" ',
    '{{c2::image-occlusion:rect:left=.1" onmouseover="hit()}}',
    'image-occlusion:rect:left=.1" onmouseover="hit()',
    '<!-- -->image-occlusion:rect:left=.1" onmouseover="hit()',
    "\u0338 onmouseover=hit() ",
    (
        '{{c2::q}} <i title="&#92;(A{{c3::B::">x}}TEXT" tabindex=0 autofocus onfocus=hit() y=&#92;)'
        " z&gt; w</i>"
    ),
    "\u0301\u0338 onmouseover=hit() ",
)
PIECES = (
    *(
        '"',
        "'",
        ">",
        "<",
        "=",
        "/",
        "a",
        " ",
        "\n",
        "\\",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "{{c1::",
        "{{c2::",
        "}}",
        "((3 ",
        "))",
        "::",
        "|",
        "`",
        "*",
        "&quot;",
    ),
    *(
        "&lt;",
        "&#34;",
        "<!--",
        "-->",
        "image-occlusion:rect:left=.1",
        " onmouseover=hit() ",
        ' onclick="hit()" ',
        '<b title="',
        "<i lang='",
        '<a href="',
    ),
    *(
        '<img src="plane.svg" alt="',
        '">',
        "![",
        "](plane.svg)",
        "[a](",
        ")",
        "javascript:hit()",
        "<script>",
        "</script>",
        "<style>",
        "<svg>",
        "<textarea>",
        "</b>",
    ),
    *('<a title="\\(', '\\)">', "{{", "[[type:", "[sound:", "\u0338"),
)


KEPT = (
    "<?x",
    "<!x",
    "--!>",
    "]]>",
    "</textarea>",
    "<title>",
    "</title>",
    "<noscript>",
    "<xmp>",
    "<img src=x ",
    "onerror=hit() ",
    "<b ",
    "{{c1,2::",
    ":top=.2",
    "<math>",
)


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    """Tells of each HTML text what a browser finds in it that a card must not have."""
    need("Chromium", bool(CHROMIUM))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        yield lambda texts: page.evaluate(ODD, texts)
        browser.close()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    checked = pipeline.check(write_course(tmp_path / "course", cards=ALL_KINDS))
    assert checked.course
    return checked.course


def with_text(card: Card, number: int, text: str) -> Card:
    """A card with a text in every place that takes any, its variants too."""
    card = replace(card, id=f"{card.id}-{number}")
    if card.kind == "occlusion":
        return with_one_text(card, text)
    variant = replace(with_one_text(card, f"{text} again"), wording=1)
    return replace(with_one_text(card, text), variants=(variant,))


def with_one_text(card: Card, text: str) -> Card:
    """A card with a text in every place that takes any."""
    card = replace(card, why=text, hint=text)
    if isinstance(card, ClozeCard):
        gaps, problems = cloze.to_anki(f"{{{{c1::first}}}} {text}")
        return card if problems else replace(card, text=gaps)
    if isinstance(card, TypedCard):
        return replace(card, prompt=text, answer=text, accept=(text,))
    if isinstance(card, OcclusionCard):
        return replace(
            card, prompt=text, regions=tuple(replace(region, name=text) for region in card.regions)
        )
    assert isinstance(card, BasicCard)
    return replace(card, prompt=text, answer=text)


def drawn(course: Course, texts: list[str], collection: Collection, folder: Path) -> list[str]:
    """Both sides of every card that these texts become, by Anki's own engine."""
    kinds = {"basic", "cloze", "typed", "occlusion"}
    cards = tuple(
        with_text(card, number, text)
        for number, text in enumerate(texts)
        for card in course.cards()
        if card.kind in kinds
    )
    deck, _ = compile_course(
        replace(course, lessons=(replace(course.lessons[0], cards=cards),)), Lock(), NOW
    )
    pipeline.package(deck, folder / "deck.apkg")
    assert do_import(collection, folder / "deck.apkg") == {"new": len(cards)}
    outputs = [
        collection.get_card(card).render_output() for card in collection.find_cards("deck:*")
    ]
    assert len(outputs) >= 4 * len(texts)
    # Scripts of the templates themselves stand at the ends of both sides, and so does the place to
    # type into.
    return [
        re.sub(r"<script>(?:(?!</?script).)*</script>", "", side, flags=re.DOTALL)
        for each in outputs
        for side in (each.question_text, each.answer_text)
    ]


def test_what_once_ran_a_script_does_no_more(
    course: Course, collection: Collection, read: Read, tmp_path: Path
):
    assert read(["<b onclick=x>a</b><svg></svg>"]) == [["b onclick=x", "svg"]]
    baseline = {
        odd for found in read(drawn(course, ["plain"], collection, tmp_path)) for odd in found
    }
    collection.remove_notes(collection.find_notes(""))
    sides = drawn(course, list(KNOWN), collection, tmp_path)
    assert any("onmouseover" in side for side in sides), "the texts are there"
    assert {odd for found in read(sides) for odd in found} <= baseline


def test_no_text_becomes_what_could_run_something(
    course: Course, collection: Collection, read: Read, tmp_path: Path
):
    chance = random.Random(8)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(2, 14))) for _ in range(400)]
    texts = [text for text in texts if text.strip()]
    baseline = {
        odd for found in read(drawn(course, ["plain"], collection, tmp_path)) for odd in found
    }
    collection.remove_notes(collection.find_notes(""))
    found = {odd for side in read(drawn(course, texts, collection, tmp_path)) for odd in side}
    assert found <= baseline


@pytest.mark.parametrize(
    "title",
    [
        "A {{Prompt}}",
        "A {{#Prompt}} {{/Why}}",
        "A {",
        "[sound:x.mp3] [latex]x[/latex]",
        r"\(\href{javascript:hit()}{x}\)",
        "\u0338 onclick=hit()",
    ],
)
def test_a_title_is_a_text_on_every_card(
    collection: Collection, read: Read, tmp_path: Path, title: str
):
    text = COURSE_YAML.replace("title: Tiny", f"title: {json.dumps(title)}")
    pipeline.package(
        compiled(write_course(tmp_path / "course", {"course.yaml": text}, cards=ALL_KINDS)),
        tmp_path / "deck.apkg",
    )
    do_import(collection, tmp_path / "deck.apkg")
    outputs = [
        collection.get_card(card).render_output() for card in collection.find_cards("deck:*")
    ]
    assert not any(side.question_av_tags or side.answer_av_tags for side in outputs)
    sides = [side.question_text for side in outputs]
    shown = unescape(sides[0]).replace("\u2060", "")
    assert title in shown
    assert "\\href" not in unescape("".join(sides))
    # The templates' own scripts and icons.
    assert {odd for found in read(sides) for odd in found} <= {"script", "svg"}


@pytest.mark.parametrize(
    "text",
    [
        r"&#92;( [{{c2::latex}}]x[/{{c2::latex}}] [{{c2::sound:}}x.mp3] &#92;)",
        "{{c2::x::sound:a.mp3}} {{c2::y::latex}} z {{c2::y::/latex}} {{c2::y::[type:Text}}",
        r"&#92;(&#92;hr{{c2::ef}}{javascript:hit()}{x}&#92;)",
    ],
)
def test_gaps_bring_nothing_together(
    course: Course, collection: Collection, tmp_path: Path, text: str
):
    sides = drawn(course, [text], collection, tmp_path)
    bare = [re.sub(r"</?span[^>]*>", "", side) for side in sides]
    assert len(sides) >= 10
    assert not any(
        re.search(r"\[(/?latex\]|sound:|anki:play|\[type:Text)|\\href", side)
        for side in (*sides, *bare)
    )


def test_the_sign_of_a_formula_that_somebody_else_wrote_is_no_formula(tiny: Callable[..., Deck]):
    deck = tiny(
        "  - {id: a, kind: basic, prompt: 'A \\(x\\) &#xfdd0;7&#xfdd1; "
        "&#xfdd0;12345678&#xfdd1;', answer: b}\n"
    )
    assert deck.notes[0].fields[0].startswith("A \\(x\\)")


class _Tags(HTMLParser):
    """The tags and the attributes of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("text", KNOWN)
def test_a_text_has_the_tags_and_attributes_that_it_may_have(text: str):
    assert _Tags(render(text, {})).names <= {"b", "i", "title", "img", "src", "alt"}


def test_the_sanitiser_leaves_no_tag_in_an_attribute():
    """Pictures, formulas and gaps are put into HTML in which every `<` begins a tag, and every `>`
    ends one."""
    assert (
        nh3.clean('<b title="<i>">x</b>', tags={"b"}, attributes={"b": {"title"}})
        == '<b title="&lt;i&gt;">x</b>'
    )


@pytest.mark.parametrize(
    ("text", "macro"),
    [
        (r"\(\href{javascript:hit()}{x}\)", r"\href"),
        (r"&#92;(&#92;href{javascript:hit()}{x}&#92;)", r"\href"),
        (r"\(\style{background:url(https://example.org)}{x}\)", r"\style"),
        (r"\(\bbox[background:url(https://example.org)]{x}\)", r"\bbox"),
        (r"\(\mmlToken{mtext}[href='javascript:hit()']{x}\)", r"\mmlToken"),
        (r"\(\require{html}\)", r"\require"),
        (r"\(\class{page}{x}\)", r"\class"),
        (r"\(\cssId{answer}{x}\)", r"\cssId"),
    ],
)
def test_a_formula_is_no_link_and_has_no_style(text: str, macro: str):
    assert f"\\\u2060{macro[1:]}" in render(text, {})
    assert macro not in render(text, {})
    assert macro in taken_out(text)


@pytest.mark.parametrize(
    "text",
    [
        r"\(\frac{a}{b} f'(x)\)",
        r"\(\bbox[yellow]{x}\)",
        r"\(\hrefs \classic \bbox{x} \unicode{x41}\)",
    ],
)
def test_other_formulas_stay_as_they_are(text: str):
    assert render(text, {}) == text
    assert taken_out(text) == []


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (
            '{{c1::image-occlusion:rect:left=.1" onclick="hit()}} "',
            '{{c1::image-occlusion:rect:left=.1&quot; onclick=&quot;hit()}} "',
        ),
        (
            '{{c1::<b title="x::y">z</b>}} " onclick=hit() ',
            '{{c1::<b title="x:&#58;y">z</b>}} " onclick=hit() ',
        ),
        (
            '{{c1::a}} <b title="{{c2::x}}">z</b>',
            '{{c1::a}} <b title="{&#123;c2:&#58;x}&#125;">z</b>',
        ),
        (r"\(\href{javascript:hit()}{x}\)", "\\(\\\u2060href{javascript:hit()}{x}\\)"),
        (r"\(\hr<wbr>ef{x}{y}\)", "\\\u2060(\\\u2060hr<wbr>ef{x}{y}\\\u2060)"),
        ("\\hr<!-- <!-- -->ef{x}", "\\\u2060hr<!-- <!-- -->ef{x}"),
        (r"\hr{{#Front}}ef{{/Front}}", "\\\u2060hr{{#Front}}ef{{/Front}}"),
        ("&bsol;&#104;ref{x}", "&bsol;\u2060&#104;ref{x}"),
        (
            '<b title="a k[">x] " onclick=hit() ">y</b>',
            '<b title="a k&#91;">x] " onclick=hit() ">y</b>',
        ),
        (
            '<b title="a "[z] title=" onclick=hit() ">y</b>',
            '<b title="a "&#91;z] title=" onclick=hit() ">y</b>',
        ),
        (
            '{{Front}}<i title="{{^Front}}">{{/Front}}" onfocus=hit()>',
            '{{Front}}&lt;i title="{{^Front}}">{{/Front}}" onfocus=hit()>',
        ),
        ("One <", "One &lt;"),
        (
            '<textarea><a href="</textarea><b title="A q=" onfocus=hit() ">',
            '<textarea><a href="</textarea>&lt;b title="A q=" onfocus=hit() ">',
        ),
        (
            '<!-- <a href=" --><b title="A q=" onfocus=hit() ">',
            '<!-- <a href=" -->&lt;b title="A q=" onfocus=hit() ">',
        ),
        (
            '<?x <a href=" ><b title="A q=" onfocus=hit() ">',
            '<?x <a href=" >&lt;b title="A q=" onfocus=hit() ">',
        ),
        ("<b>\u0338 onclick=hit() <i>", "<b>&#824; onclick=hit() <i>"),
    ],
)
def test_html_that_is_kept_has_no_such_gaps_and_formulas(text: str, safe: str):
    assert without_dangers(text)[0] == safe
    assert dangers(safe) == []


def test_no_html_that_is_kept_runs_something_whatever_is_shown_of_its_gaps(read: Read):
    chance = random.Random(9)
    texts = [
        "".join(chance.choices((*PIECES, *KEPT), k=chance.randint(3, 12))) for _ in range(2500)
    ]
    shown = [
        _Side({"Text": text}, number, question=question).render("{{cloze:Text}}")
        for text in texts
        for number in (1, 2)
        for question in (True, False)
    ]
    assert sum(map(bool, read(shown))) > 100, "some of it would"
    texts = [without_dangers(text)[0] for text in texts]
    shown = [
        _Side({"Text": text}, number, question=question).render("{{cloze:Text}}")
        for text in texts
        for number in (1, 2)
        for question in (True, False)
    ]
    harmless = re.compile(r"(svg|math|form|input|\w+ style=.*)")  # What is kept may have these.
    assert [odd for found in read(shown) for odd in found if not harmless.fullmatch(odd)] == []


def test_gaps_of_html_that_is_kept_stay_as_they_are():
    for text in (
        ' 漢字[かんじ]を<b title="読[よ]む">読[よ]む</b> <img src="a[1].png">',
        '<div class="card {{#Tags}}{{Tags}}{{/Tags}}">1 < 2</div>',
        '{{c1::<img src="a.png">::hint}} and {{c2::b}}',
        "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.4:oi=1}}",
        '<b title="a::b">x</b>',
    ):
        assert without_dangers(text) == (text, [])
