"""How hard a text is to read: in English its Flesch-Kincaid grade, else its LIX.

Flesch-Kincaid (Kincaid, Fishburne, Rogers and Chissom 1975) says which grade of an American school
a reader needs: 0.39 times the words a sentence, plus 11.8 times the syllables a word, minus 15.59.
Syllables are counted by rules for English spelling, so it holds for English alone. LIX (Björnsson
1968) counts letters and holds for many languages: the words a sentence, plus the percentage of
words with more than six letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

LEAST_WORDS = 25
"""Words that a text must have to be measured; a shorter one has too few to tell."""

_ADDRESS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|https?://\S+")
_SENTENCE_END = re.compile(r"[.!?…]+(?=[\s\"”’)*_]|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SYLLABLE = re.compile(r"[aeiouyáéíóúäöüèêëïôœæ]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[^td]ed|[^scxgzh]es)$|[^aeiouyl]les$")


@dataclass(frozen=True, slots=True)
class Formula:
    """A measure of how hard a text is to read: its name, where it is from, and what it returns of
    the sentences of a text."""

    name: str
    source: str
    measure: Callable[[Sequence[Sequence[str]]], float]


def formula(language: str) -> Formula:
    """Return the measure for texts in a language."""
    return FLESCH_KINCAID if language.partition("-")[0].lower() == "en" else LIX


def sentences(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each sentence of some texts; the end of a text and an empty line end a
    sentence, too."""
    parts = (
        part
        for text in texts
        for block in re.split(r"\n\s*\n|\n\s*(?=[-*|#>] ?)", _ADDRESS.sub(r"\1", text))
        for part in _SENTENCE_END.split(block)
    )
    return [words for part in parts if (words := _WORD.findall(part))]


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value at or below which so many percent of the values are."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def syllables(word: str) -> int:
    """Return about how many syllables an English word has, by its spelling."""
    lower = word.lower().replace("’", "'")
    count = len(_SYLLABLE.findall(lower))
    return max(1, count - bool(count > 1 and _SILENT.search(lower)))


def _flesch_kincaid(sentences: Sequence[Sequence[str]]) -> float:
    words = [word for sentence in sentences for word in sentence]
    spoken = sum(map(syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * spoken / len(words) - 15.59


def _lix(sentences: Sequence[Sequence[str]]) -> float:
    words = [word for sentence in sentences for word in sentence]
    long_words = sum(len(word) > 6 for word in words)
    return len(words) / len(sentences) + 100 * long_words / len(words)


FLESCH_KINCAID = Formula("Flesch-Kincaid grade", "Kincaid et al. 1975", _flesch_kincaid)
LIX = Formula("LIX", "Björnsson 1968", _lix)
