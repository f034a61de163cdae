"""The documentation is read by people in a hurry: its sentences are short."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.courses import ROOT
from support.english import LONG, LONGEST, banned_words

MADE = {
    "rules.md": "made from the rules",
    "errors.md": "made from the errors' pages",
    "performance.md": "made by `make bench`",
}
"""Pages that are made from other texts; what is wrong there is fixed in these."""
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "tests" / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name not in MADE),
]
BESIDE_PROSE = re.compile(
    r"^```.*?^```$|^ {4,}[^\n]*$|^#[^\n]*$|<!--.*?-->", re.DOTALL | re.MULTILINE
)
MADE_PART = re.compile(r"<!-- (?:keys|command): .*?<!-- end -->", re.DOTALL)
"""What the reference takes from commands and schemas."""
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
TEST = re.compile(r"`tests/[^`]+`")
"""The test beside a promise, which is no part of its sentence."""
CODE = re.compile(r"`[^`\n]+`")
ENDS = re.compile(r"(?<=[.!?])[)*”\"]*\s+|\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) )|(?<=:)\n|\|")


def sentences(page: Path) -> Iterator[list[str]]:
    """Yield the words of each sentence of a page; a code is one word, a link's address none."""
    text = MADE_PART.sub("", page.read_text(encoding="utf-8"))
    text = BESIDE_PROSE.sub("\n\n", text)
    text = CODE.sub("code", TEST.sub("", LINK.sub(r"\1", text))).replace("\\|", "")
    for sentence in ENDS.split(text):
        words = [word for word in sentence.split() if re.search(r"\w", word)]
        if words:
            yield words


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_sentence_is_too_long_and_few_are_long(page: Path):
    found = list(sentences(page))
    too_long = [" ".join(words) for words in found if len(words) > LONGEST]
    assert too_long == []
    long = [" ".join(words) for words in found if len(words) > LONG]
    assert len(long) * 10 <= len(found), long


@pytest.mark.parametrize("page", PAGES[1:], ids=name)
def test_each_page_says_first_whom_it_is_for(page: Path):
    lines = [line for line in page.read_text(encoding="utf-8").split("\n") if line]
    assert lines[0].startswith("# ")
    assert page.name == "index.md" or re.match(r"For .+", lines[1]), lines[1]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_has_a_word_that_reads_as_translated(page: Path):
    prose = [" ".join(words) for words in sentences(page)]
    banned = [f"{word}: {sentence}" for sentence in prose for word in banned_words(sentence)]
    assert banned == []
