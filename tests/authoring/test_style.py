"""What attachdeck writes reads back as what was meant, and is tidy from the beginning."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attachdeck.authoring import style
from attachdeck.reader import NOT_TEXT, read_text
from support.yaml_texts import tidy

characters = st.sampled_from("aZ09 é-:#,[]{}\"'\\!&*?|>%@`~._()=<\n\n\t/+日")
texts = st.text(characters, max_size=12) | st.text(max_size=8)
words = texts.filter(lambda text: not NOT_TEXT.search(text))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(-100, 100).map(lambda number: round(number, 3))
    | words
    | st.sampled_from(
        ["no", "1:30", "2020-01-01", "1e3", "~", "0o7", "<<", "y" * 90, "a\nb\n\nc\n"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words.filter(lambda text: text not in ("", "<<")), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(words.filter(lambda text: text not in ("", "<<")), values, min_size=1))
def test_what_is_written_reads_back_and_is_tidy(value: dict[str, Any]):
    text = style.document(value)
    document, problems = read_text(text, "a.yaml")
    assert not problems
    assert document.root is not None
    assert document.root.value == value
    assert tidy(text) == text
