"""All that people read is in plain English: usual words, short sentences, pages that fit a screen.

`tests/support/english.py` has the list of banned words, the exceptions with their reasons, and the
sources; a new kind of text joins by a function there.
"""

from __future__ import annotations

import pytest

from support.english import (
    EXCEPTIONS,
    LONG,
    LONGEST,
    ORDINARY,
    SOURCES,
    banned_words,
    help_screens,
    plain,
    sentences,
    texts,
)

EACH_SOURCE = pytest.mark.parametrize("source", SOURCES)


@EACH_SOURCE
def test_no_text_has_a_word_that_reads_as_translated(source: str):
    found = [
        f"{place}: {word}: {text.strip()}"
        for place, text in texts(source)
        for word in banned_words(text, place)
    ]
    assert not found, "\n".join(found)


@EACH_SOURCE
def test_sentences_are_short(source: str):
    lengths = {
        (place, sentence): len(sentence.split())
        for place, text in texts(source)
        for sentence in sentences(text)
    }
    too_long = [f"{place}: {text}" for (place, text), words in lengths.items() if words > LONGEST]
    assert not too_long, "\n".join(too_long)
    long = [f"{place}: {text}" for (place, text), words in lengths.items() if words > LONG]
    assert len(long) * 10 <= len(lengths), "\n".join(long)


def test_every_help_page_fits_a_screen():
    for command, screen in help_screens():
        lines = screen.splitlines()
        assert len(lines) <= 40, command
        assert max(map(len, lines)) <= 80, command


@EACH_SOURCE
def test_a_source_has_texts(source: str):
    assert len(texts(source)) > 20


def test_every_ordinary_word_is_banned_elsewhere_and_has_a_reason():
    for word, (where, reason) in ORDINARY.items():
        assert list(banned_words(word)), word
        assert where
        assert reason


def test_every_exception_is_needed_and_has_a_reason():
    prose = [plain(text).lower() for source in SOURCES for _, text in texts(source)]
    for phrase, reason in EXCEPTIONS.items():
        assert reason
        assert any(phrase.lower() in text for text in prose), f"{phrase}: no text has it any more"


@pytest.mark.parametrize(
    "text", ["mend it", "it stands in the file", "this is no key", "the folder holds files"]
)
def test_banned_words_are_found(text: str):
    assert list(banned_words(text))
    assert not list(banned_words(f"`{text}`")), "what is quoted is not ours"
