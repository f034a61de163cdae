"""Sources as readers see them."""

from __future__ import annotations

import pytest

from attachdeck.anki.references import reference, surnames, unfolding
from attachdeck.domain.course import Citation, Source
from attachdeck.domain.location import Location

NOWHERE = Location("sources.yaml")


@pytest.mark.parametrize(
    ("authors", "short"),
    [
        ("Bowlby, J.", "Bowlby"),
        ("Main, M., & Solomon, J.", "Main & Solomon"),
        ("Ainsworth, M. D. S., Blehar, M. C., Waters, E., & Wall, S.", "Ainsworth et al."),
        ("Forslund, T., et al.", "Forslund et al."),
        ("van IJzendoorn, M. H., & Kroonenberg, P. M.", "van IJzendoorn & Kroonenberg"),
        ("Österman, Ö.", "Österman"),
        ("American Psychiatric Association", "American Psychiatric Association"),
    ],
)
def test_authors_in_short(authors, short):
    assert surnames(authors) == short


def test_a_reference_has_what_is_known():
    full = Source(
        key="a",
        authors="Bowlby, J.",
        year=1958,
        title="The nature of the child's tie",
        container="IJPA",
        volume_pages="39, 350-373",
        doi="10.1/x",
        place=NOWHERE,
    )
    assert reference(full) == (
        "Bowlby, J. (1958). The nature of the child's tie. IJPA, 39, 350-373. "
        '<a href="https://doi.org/10.1/x" rel="noopener noreferrer">https://doi.org/10.1/x</a>'
    )
    assert (
        reference(Source(key="b", authors="Anki", title="Manual", place=NOWHERE))
        == "Anki. (n.d.). Manual."
    )


def test_a_citation_unfolds_and_its_text_is_escaped():
    source = Source(key="a", authors="A & B <i>", title="T <script>", place=NOWHERE)
    html = unfolding(Citation(source, "p. 3"))
    assert html.startswith("<li><details><summary>A &amp; B &lt;i&gt;, n.d., p. 3</summary>")
    assert "<script>" not in html
