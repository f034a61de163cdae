"""Markdown to HTML: what authors write comes out, and nothing that could run or load comes with
it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdeck.anki.markup import Shown, plain, render
from attachdeck.system.normal import normal

PICTURES = {
    "plane.svg": Shown("tiny-1.svg", "", 'A "plane" & more'),
    "both.svg": Shown("tiny-2.svg", "tiny-3.svg", "Both"),
}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One *idea*.", "One <em>idea</em>."),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "| a |\n|---|\n| b |",
            (
                "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n"
                "</tr>\n</tbody>\n</table>"
            ),
        ),
        (r"\(a_1 < b_{2}\) and *this*", r"\(a_1 &lt; b_{2}\) and <em>this</em>"),
        (r"{{c1::\(x^{y^{2}}\)}}", r"{{c1::\(x^{y^{2} }\)}}"),
        ("{{c1::**secure** base::hint}}", "{{c1::<strong>secure</strong> base::hint}}"),
        ("![](plane.svg)", '<img src="tiny-1.svg" alt="A &quot;plane&quot; &amp; more">'),
        ("![my words](plane.svg)", '<img src="tiny-1.svg" alt="my words">'),
        (
            "![](both.svg)",
            (
                '<img class="day" src="tiny-2.svg" alt="Both"><img class="night" src="tiny-3.svg"'
                ' alt="Both">'
            ),
        ),
        ("e\u0301", "\u00e9"),
    ],
)
def test_what_authors_write(text, html):
    assert render(text, PICTURES) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>a", "a"),
        ("<b onclick='x()'>a</b>", "<b>a</b>"),
        ("[a](javascript:alert(1))", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<iframe src='https://example.org'></iframe>a", "a"),
        ("<style>*{display:none}</style>a", "a"),
        ("<p style='position:fixed'>a</p>", "a"),
        ("<img src=x onerror=alert(1)>", ""),
        ("![far](https://example.org/x.png)", "far"),
        ("<svg onload=alert(1)>a</svg>", "a"),
        ("[latex]\\input{/etc/passwd}[/latex]", "&#91;latex]\\input{/etc/passwd}&#91;/latex]"),
        ("[sound:x.mp3] [$]y[/$]", "&#91;sound:x.mp3] &#91;$]y&#91;/$]"),
        (
            r"\(x [sound:x.mp3] [latex]y[/latex]\)",
            r"\(x &#91;sound:x.mp3] &#91;latex]y&#91;/latex]\)",
        ),
        ("[[type:Answer]]", "&#91;[type:Answer]]"),
    ],
)
def test_what_strangers_write(text, html):
    assert render(text, PICTURES) == html


@given(st.text(st.sampled_from("<>&\"'()[]{}*_`\\!#|-=/:;ab \n\u00e9scriptonld"), max_size=60))
def test_no_text_brings_a_script(text):
    html = render(text, PICTURES).lower()
    assert "<script" not in html
    assert "<img" not in html


@given(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufdd0\ufdd1"),
        max_size=40,
    )
)
def test_plain_text_stays_text(text):
    from html import unescape
    from unicodedata import normalize

    assert "<" not in plain(text)
    assert unescape(plain(text)) == normalize("NFC", text.strip())


MARKS = st.text(
    st.one_of(st.characters(categories=["Mn"]), st.sampled_from("aàé한\u0344\u0f73\u0390")),
    min_size=100,
    max_size=300,
)


@given(MARKS)
def test_normal_forms_are_pythons_own(text):
    assert normal(text) == unicodedata.normalize("NFC", text)
    assert normal(text, "NFKD") == unicodedata.normalize("NFKD", text)
