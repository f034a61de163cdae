"""Synthetic courses: 25 cards a lesson file, about 672 bytes of YAML a card, one subdeck a lesson;
the same text for the same number of cards."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

CARDS_A_LESSON = 25
WORDS = """
    attention bond care child comfort contact distance distress episode evidence explore family \
figure friend haven home infant memory model moment
    mother need observation parent partner pattern person presence quarrel question reunion review \
routine safety scene security separation signal
    sleep strategy stranger study support trust voice warmth worry year answers asks calms finds \
follows grows holds keeps learns leaves meets names
    a an and as at by for from how he she we you our who why yet too now own new old all any both \
each few such than that then if in is it its more most no not of on one or so that the then they \
this to when who with what was
    notices returns seeks shows stays turns waits watches about after before beside between early \
late often rarely slowly together without
""".split()
KINDS = ("basic", "basic", "basic", "cloze", "basic", "choice", "basic", "reversed")

COURSE = """\
id: synthetic
title: Synthetic course
version: 1.0.0
language: en
deck: Synthetic
description: A course made for measuring.
licence: {name: CC0-1.0}
"""


def write(folder: Path, cards: int, cards_a_lesson: int = CARDS_A_LESSON) -> Path:
    """Write a course of so many cards, and return its folder."""
    (folder / "lessons").mkdir(parents=True)
    (folder / "course.yaml").write_text(COURSE, encoding="utf-8", newline="\n")
    sources = "".join(
        (
            f'  - {{key: work{n}, authors: "Author, A. B.", year: {1950 + n % 70}, title: "Work '
            f'{n}", container: Journal}}\n'
        )
        for n in range(40)
    )
    (folder / "sources.yaml").write_text(f"sources:\n{sources}", encoding="utf-8", newline="\n")
    lessons = -(-cards // cards_a_lesson)
    for lesson in range(lessons):
        count = min(cards_a_lesson, cards - lesson * cards_a_lesson)
        (folder / "lessons" / f"{lesson + 1:04}-lesson.yaml").write_text(
            lesson_text(lesson, count), encoding="utf-8", newline="\n"
        )
    return folder


def lesson_text(lesson: int, cards: int) -> str:
    """The YAML of one lesson."""
    chance = random.Random(lesson)  # noqa: S311  # Text for measuring.
    head = (
        f"id: lesson-{lesson}\ntitle: Lesson {lesson}\nsummary: {sentence(chance, 12)}\n"
        "objectives:\n"
    )
    head += "".join(
        f"  - {{id: goal-{lesson}-{n}, text: {sentence(chance, 8)}}}\n" for n in range(3)
    )
    head += f"reading: |\n  {sentence(chance, 60)}\ncards:\n"
    return head + "".join(card(chance, lesson, number) for number in range(cards))


def card(chance: random.Random, lesson: int, number: int) -> str:
    """The YAML of one card, with the shares of kinds and of formatting that a real course has."""
    kind = KINDS[number % len(KINDS)]
    lines = [f"  - id: card-{lesson}-{number}", f"    kind: {kind}", *_asked(chance, kind)]
    lines += [
        f"    why: {sentence(chance, 22, emphasis=True)}",
        f"    confusion: {sentence(chance, 16)}",
    ]
    lines += [
        (
            f"    sources: [work{chance.randrange(40)}, {{key: work{chance.randrange(40)}, page: "
            "p. "
            f"{number}}}]"
        )
    ]
    lines += [
        f"    objective: goal-{lesson}-{number % 3}",
        f"    tags: [{chance.choice(WORDS)}, {chance.choice(WORDS)}]",
    ]
    return "\n".join(lines) + "\n"


def _asked(chance: random.Random, kind: str) -> Iterator[str]:
    if kind == "cloze":
        yield (
            f"    text: {sentence(chance, 20)[:-1]} ((1 {chance.choice(WORDS[:50])})). "
            f"{sentence(chance, 16)}"
        )
    elif kind == "choice":
        yield f"    question: {sentence(chance, 14)[:-1]}?"
        yield "    options:"
        yield f"      - {{text: {sentence(chance, 5)}, right: true}}"
        yield from (
            f"      - {{text: {sentence(chance, 5)}, why: {sentence(chance, 6)}}}" for _ in range(2)
        )
    else:
        yield f"    prompt: {sentence(chance, 20)[:-1]}?"
        yield f"    answer: {sentence(chance, 19)}"


def sentence(chance: random.Random, words: int, *, emphasis: bool = False) -> str:
    """A line of words, in YAML and in Markdown; one word in italics where there is emphasis."""
    found = chance.choices(WORDS, k=words)
    if emphasis:
        found[words // 2] = f"*{found[words // 2]}*"
    text = " ".join(found)
    return f"{text[0].upper()}{text[1:]}."
